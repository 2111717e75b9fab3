"""What makes a check fail and what makes it pass on a real server, where that takes more than a setting."""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import struct
import subprocess
import time
import zlib

import xxhash

from checkup_case import DAY_S, CheckupCase
from harness.installation import PASSWORD, allow_given_passwords, installation
from harness.server import Server, may_mount, scratch, wait_for
from surroundings import Mail, Names, Proxy

ROOT = pathlib.Path(__file__).resolve().parents[2]
WRONG = "a wrong password, and long"
PART_MS_MAX = 200


def code(secret, step=0):
    """A one-time code by RFC 6238, some steps from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + step)
    digest = hmac.digest(base64.b32decode(secret + "=" * (-len(secret) % 8)), counter, hashlib.sha1)
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


class Fixtures(CheckupCase):
    def mail(self, server):
        mail = Mail(self)
        self.connect(server, mail)
        return mail

    def test_many_superusers_fail_and_idle_ones_too(self):
        old = int(time.time()) - 200 * DAY_S
        many = [f"INSERT INTO user (login, email, password_hash, superuser, created_s) VALUES "
                f"('s{n}', 's{n}@people.example', '', 1, {old})" for n in range(8)]
        server = self.prepared(*many).start()
        self.assert_states(server, C11="fail", C12="fail")
        self.change(server, "DELETE FROM user WHERE login GLOB 's[2-7]'", "UPDATE user SET superuser = 0 WHERE login = 's1'")
        server.stop()
        self.change(server, f"UPDATE user SET superuser_since_s = {int(time.time())}, created_s = {int(time.time())} WHERE login = 's0'")
        server.start()
        self.assert_states(server, C11="pass", C12="pass")

    def test_a_weak_password_must_be_changed_before_it_lets_in_again(self):
        now_s = int(time.time())
        server = self.prepared(f"UPDATE user SET password_changed_s = {now_s}",
                               "UPDATE user SET password_weak = 1 WHERE login = 'view'").start()
        mail = self.mail(server)
        self.assert_fix_and_undo(server, "C06")
        self.assertEqual(self.sign_in(server, "view").status, 200, "taken back")
        self.change(server, "UPDATE user SET password_weak = 1 WHERE login = 'view'")
        self.fix(server, "C06")
        refused = self.sign_in(server, "view")
        self.assertEqual((refused.status, "choose a new password" in refused.text), (400, True), refused.body)
        self.assertEqual(self.sign_in(server, "view", WRONG).status, 401, "who does not know it learns nothing")
        letter = wait_for(lambda: [letter for letter in mail.letters if "/reset#" in letter.replace("=\r\n", "")], 60, "a link")[-1]
        secret = letter.replace("=\r\n", "").split("/reset#")[1][:43]
        new = "nine lamps along the quay"
        self.assertEqual(server.post_json("/api/v1/password-reset/finish", {"token": secret, "password": new}).status, 204)
        self.assertEqual(self.sign_in(server, "view", new).status, 200)
        self.assert_states(server, C06="pass")

    def test_requiring_second_factors_turns_green_and_back(self):
        server = self.serve()
        cookie = self.cookie(server)
        ask = lambda method, **params: server.post_json(f"/api/v1/methods/{method}", params, cookie).json()  # noqa: E731
        secret = ask("TwoFactorAuth.startTotp")["secret"]
        ask("TwoFactorAuth.finishTotp", code=code(secret, -1))
        self.set(server, TwoFactorAuth__enforcement="off")
        self.assert_states(server, C02="fail")
        made = self.fix(server, "C02", authCode=code(secret))
        self.assertEqual(made["state"], "pass")
        self.assertEqual(self.undo(server, made, authCode=code(secret, 1))["state"], "fail")

    def test_a_superuser_without_a_second_factor_is_shut_out_until_there_is_one(self):
        server = self.serve()
        words = ("--login", "second", "--email", "second@people.example", "--superuser", "--password-stdin")
        self.assertEqual(server.cli("user", "create", *words, stdin=PASSWORD)[0], 0)
        cookie, mail = self.cookie(server), self.mail(server)
        ask = lambda method, **params: server.post_json(f"/api/v1/methods/{method}", params, cookie).json()  # noqa: E731
        secret = ask("TwoFactorAuth.startTotp")["secret"]
        ask("TwoFactorAuth.finishTotp", code=code(secret, -1))
        self.assert_states(server, C03="fail")
        # Somebody has that password, and is in already.
        inside = {"Cookie": self.sign_in(server, "second").headers["set-cookie"].split(";")[0]}
        self.assertEqual(server.request("GET", "/api/v1/session", headers=inside).status, 200)
        made = self.fix(server, "C03", authCode=code(secret))
        self.assertEqual(server.request("GET", "/api/v1/session", headers=inside).status, 401)
        self.assertEqual(made["state"], "pass")
        self.assertIn("second", self.evidence(server, "C03")["shut out until they have set one up"])
        refused = self.sign_in(server, "second")
        self.assertEqual((refused.status, "choose a new password" in refused.text), (400, True), refused.body)
        # By the mailbox they get in, to the set-up of a second factor and nothing else.
        letter = wait_for(lambda: [letter for letter in mail.letters if "/reset#" in letter.replace("=\r\n", "")], 60, "a link")[-1]
        new = "nine lamps along the quay"
        form = {"token": letter.replace("=\r\n", "").split("/reset#")[1][:43], "password": new}
        self.assertEqual(server.post_json("/api/v1/password-reset/finish", form).status, 204)
        entered = self.sign_in(server, "second", new)
        self.assertEqual(entered.status, 200, entered.body)
        theirs = {"Cookie": entered.headers["set-cookie"].split(";")[0]}
        self.assertTrue(server.request("GET", "/api/v1/session", headers=theirs).json()["enrolling"])
        self.assertEqual(server.request("GET", "/api/v1/methods/UsersManager.getUsers", headers=theirs).status, 403)
        # Whoever has that password has no factor yet: it is not green before one is set up.
        self.assert_states(server, C03="fail")
        offer = server.post_json("/api/v1/methods/TwoFactorAuth.startTotp", {}, theirs).json()["secret"]
        done = server.post_json("/api/v1/methods/TwoFactorAuth.finishTotp", {"code": code(offer)}, theirs)
        self.assertEqual(done.status, 200, done.body)
        self.assert_states(server, C03="pass")

    def test_passwords_that_others_chose_fail_until_they_are_changed(self):
        server = self.serve()
        self.mail(server)
        self.assert_states(server, C05="pass")
        allow_given_passwords(server)
        self.assert_fix_and_undo(server, "C05", "warn")
        given = "an entirely different password"
        server.call("UsersManager.addUser", userLogin="new", email="new@people.example", password=given)
        self.assert_fix_and_undo(server, "C05")
        # What is in use counts, whatever the setting says.
        self.set(server, UsersManager__legacy_admin_password_set=0)
        self.assert_states(server, C05="fail")
        session = self.cookie_of(server, "new", given)
        changed = server.post_json("/api/v1/methods/Login.changePassword",
                                   {"password": "nine lamps along the quay", "passwordConfirmation": given}, session)
        self.assertEqual(changed.status, 200, changed.body)
        self.assert_states(server, C05="pass")

    def cookie_of(self, server, login, password):
        answer = self.sign_in(server, login, password)
        self.assertEqual(answer.status, 200, answer.body)
        return {"Cookie": answer.headers["set-cookie"].split(";")[0]}

    def test_forcing_strong_passwords_can_be_taken_back(self):
        server = self.serve()
        self.assert_states(server, C05="pass")
        made = self.fix(server, "C05")
        self.assertIn("12 characters of four kinds", json.dumps(self.checks(server)["C05"]["evidence"]))
        self.assertEqual(self.undo(server, made)["state"], "pass")
        self.assertNotIn("12 characters of four kinds", json.dumps(self.checks(server)["C05"]["evidence"]))

    def test_old_visits_fail_until_they_are_deleted(self):
        server = self.serve()
        self.assert_fix_and_undo(server, "C17", "warn")
        old = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() - 500 * DAY_S))
        for more in ({"cdt": old, "token_auth": self.token("write")}, {}):
            self.assertEqual(self.hit(server, **more).status, 204)
        server.wait_counted()
        self.assert_states(server, C17="fail")
        self.assertIn("deleted for good", json.dumps(server.call("SecurityCheckup.previewFix", idCheck="C17")))
        made = self.fix(server, "C17")
        self.assertEqual(made["state"], "pass", self.checks(server)["C17"])
        self.assertEqual(server.report("VisitsSummary.getVisits", period="range", date="2020-01-01,2099-01-01")["value"], 1)
        # The settings come back; what was deleted does not.
        self.assertEqual(self.undo(server, made)["state"], "warn")

    def test_what_a_proxy_does_to_the_form_and_to_cookies_is_seen(self):
        proxy = Proxy(self)
        server = self.prepared(base_url=proxy.url)
        proxy.target = server.port
        server.start()
        self.assert_states(server, C18="pass", C28="pass", C35="pass")
        proxy.spoil = {"opt-out", "cookies"}
        self.assert_states(server, C18="fail", C28="fail", C35="fail")

    def test_hosts_that_show_the_opt_out_form_are_compared_with_the_sites(self):
        server = self.serve()
        framed = lambda host: server.request("GET", "/index.php?module=CoreAdminHome&action=optOut", headers={  # noqa: E731
            "Referer": f"https://{host}/privacy", "Sec-Fetch-Dest": "iframe"})
        self.assertEqual(framed("shop.example").status, 200)
        self.assert_states(server, C45="pass")
        framed("stranger.example")
        self.assert_states(server, C45="warn")
        self.assertIn("stranger.example", json.dumps(self.checks(server)["C45"]))
        server.call("SitesManager.addSiteAliasUrls", idSite=1, urls="https://stranger.example")
        self.assert_states(server, C45="pass")

    def test_an_attack_is_blocked_for_a_day(self):
        server = self.serve(trusted_proxies="127.0.0.1/32")
        self.assert_states(server, C21="pass")
        for n in range(25):
            self.sign_in(server, f"stranger{n}", WRONG, **{"X-Forwarded-For": "203.0.113.9"})
        self.assert_fix_and_undo(server, "C21")
        self.fix(server, "C21")
        met = self.sign_in(server, "view", **{"X-Forwarded-For": "203.0.113.10"})
        self.assertEqual(met.status, 400, met.body)

    def test_rules_that_do_not_know_devices_fail_and_old_ones_warn(self):
        whole = (ROOT / "target/packs/devices.pack").read_bytes()
        begin = 12 + struct.unpack("<H", whole[10:12])[0]
        rules = zlib.decompress(whole[begin + 8:])
        self.assertEqual(zlib.compress(b"")[:1], whole[begin + 8:begin + 9])
        body = zlib.compress(rules.replace(b"Firefox", b"Firefux"))
        pack = scratch("packs")
        pack.mkdir()
        pack = pack / "devices.pack"
        pack.write_bytes(whole[:begin] + struct.pack("<Q", xxhash.xxh3_64_intdigest(body)) + body)
        server = self.serve(device_rules=pack)
        self.assert_states(server, C22="fail")
        self.assertIn("5 of 6", json.dumps(self.checks(server)["C22"]))
        server.end()
        pack.write_bytes(whole)
        old = time.time() - 100 * DAY_S
        os.utime(pack, (old, old))
        self.assert_states(self.serve(device_rules=pack), C22="warn")

    def test_a_reminder_that_nobody_got_fails(self):
        server = self.serve()
        for words in (("switch", "on", "--without-mail"), ("import", "--sites", "1"), ("activate", "1", "--without-mail")):
            self.assertEqual(server.cli("public", *words)[0], 0)
        # What is public without mail is told to nobody.
        self.assert_states(server, C24="fail")
        server.stop()
        self.change(server, "UPDATE public_grant SET requested_s = requested_s - 864000, activated_s = activated_s - 864000",
                    "DELETE FROM job WHERE name = 'public-reminder'")
        server.start()
        # It is due and cannot leave.
        self.assert_states(server, C24="fail")
        mail = self.mail(server)
        wait_for(lambda: self.checks(server)["C24"]["state"] == "pass", 90, "everybody is told")
        wait_for(lambda: server.call("CoreAdminHome.getMailState")["waiting"] == 0, 90, "all mails are out")
        # The last one is long ago, and the day's turn is over: it is overdue.
        server.stop()
        self.change(server, f"UPDATE public_reminder SET last_s = last_s - {30 * DAY_S}",
                    f"UPDATE public_grant SET requested_s = requested_s - {40 * DAY_S}, activated_s = activated_s - {40 * DAY_S}")
        server.start()
        self.assert_states(server, C24="fail")
        self.assertIn("Reminder", json.dumps(server.call("SecurityCheckup.previewFix", idCheck="C24")))
        self.assertEqual(self.fix(server, "C24")["state"], "pass")
        self.assertTrue(any("Subject: " in letter and "public" in letter for letter in mail.letters), mail.letters)
        self.assertNotEqual(self.evidence(server, "C24")["last reminder delivered"], "never")
        newest = server.call("ActivityLog.getEntries", filterByActivityType="public.reminded", limit=1)[0]
        self.assertEqual(newest["detail"]["logins"], ["root"])

    def test_a_domain_that_nobody_vouches_for_warns(self):
        names, server = Names(self), self.serve()
        mail = self.mail(server)
        self.set(server, CoreAdminHome__mailFromAddress="makoto@people.example",
                 SecurityCheckup__innerTargets=f"127.0.0.1:{mail.port},127.0.0.1:{names.port}")
        self.fix(server, "C30")
        self.assert_states(server, C30="pass")
        self.assertEqual(names.asked, [], "nobody is asked unless it is wished")
        self.set(server, SecurityCheckup__nameServer=f"127.0.0.1:{names.port}")
        self.assert_states(server, C30="warn")
        names.texts = {"people.example": ["other=1", "v=spf1 mx -all"], "_dmarc.people.example": ["v=DMARC1; p=reject"]}
        self.assert_states(server, C30="pass")
        self.assertIn("v=spf1 mx -all", json.dumps(self.checks(server)["C30"]))
        del names.texts["_dmarc.people.example"]
        self.assert_states(server, C30="warn")

    def test_mail_that_left_long_ago_is_tried_anew(self):
        server = self.serve()
        self.mail(server)
        wait_for(lambda: server.call("CoreAdminHome.getMailState")["waiting"] == 0, 60, "the first mails are out")
        self.assert_states(server, C30="pass")
        self.change(server, f"UPDATE mail SET done_s = done_s - {3 * DAY_S}")
        self.assertNotEqual(self.checks(server)["C30"]["state"], "pass")
        self.assertEqual(self.fix(server, "C30")["state"], "pass")

    def test_sessions_beyond_the_limits_are_ended(self):
        ahead = int(time.time()) + 10 * DAY_S
        server = self.serve()
        self.assert_states(server, C34="pass")
        # As a clock that was ahead for a while leaves them.
        self.change(server, "INSERT INTO session (token_hash, login, created_s, last_used_s, address, agent) "
                            f"VALUES (x'{'ab' * 32}', 'root', {ahead}, {ahead}, '192.0.2.7', 'Otter/7')")
        self.assert_states(server, C34="fail")
        made = self.fix(server, "C34")
        self.assertEqual(made["state"], "pass")
        self.assert_states(server, C34="pass")

    def test_a_server_with_few_rights_passes(self):
        if os.getuid() != 0 or not may_mount():
            self.skipTest("only who may give rights away can try this")
        server = installation().server()
        place = server.data_dir
        script = (f'mount --bind {place} {place} && mount -o remount,bind,ro / && exec setpriv --reuid=65534 --regid=65534 '
                  '--clear-groups --inh-caps=-all,+dac_override --ambient-caps=+dac_override --no-new-privs "$@"')
        server.wrapper = ["unshare", "--mount", "sh", "-c", script, "sh"]
        self.addCleanup(server.end)
        for path in [place, *place.rglob("*")]:
            os.chown(path, 65534, 65534)
        server.start()
        self.assert_states(server, C38="pass")

    def test_a_disk_that_fills_up_fails(self):
        if not may_mount():
            self.skipTest("no file system of its own can be mounted here")
        mount, source = scratch("small"), scratch()
        mount.mkdir()
        shutil.copytree(installation().data_dir, source, ignore=shutil.ignore_patterns("*.sock"))
        script = f'mount -t tmpfs -o size=200m tmpfs {mount} && cp -a {source} {mount}/data && exec "$@"'
        server = Server(data_dir=mount / "data", wrapper=["unshare", "--mount", "sh", "-c", script, "sh"], reserve_mib=8)
        server.token = installation().tokens["root"]
        self.addCleanup(server.end)
        server.start()
        self.assert_states(server, C40="pass")
        ballast = f"/proc/{server.process.pid}/root{mount}/ballast"
        subprocess.run(["dd", "if=/dev/zero", f"of={ballast}", "bs=1M", "count=170"], capture_output=True, check=False)
        self.assert_states(server, C40="fail")

    def test_a_run_costs_little(self):
        server = self.serve()
        server.call("SecurityCheckup.run")
        spent = lambda: sum(map(int, pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))  # noqa: E731
        before = spent()
        cost = server.call("SecurityCheckup.run")["cpu_ms"]
        # Checks judge what parts of the look found, so that a part is the most that one of them takes alone.
        self.assertGreaterEqual(len(cost), 8)
        self.assertEqual({part: ms for part, ms in cost.items() if ms > PART_MS_MAX}, {})
        self.assertLess((spent() - before) / os.sysconf("SC_CLK_TCK"), 2)
