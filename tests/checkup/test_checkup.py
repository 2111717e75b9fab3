"""Each check against a real server: what makes it fail, what makes it pass, its fix, and the fix taken back."""

import json
import os
import pathlib
import shutil
import tempfile
import time
import urllib.parse

from checkup_case import DAY_S, CheckupCase
from harness.installation import PASSWORD
from harness.server import wait_for
from surroundings import Clock, Mail, Pages, Proxy, unused_port

ALL = [f"C{n:02}" for n in range(1, 47)]
STATES = {"pass", "warn", "fail", "unknown", "not-applicable", "accepted-risk"}


class Checkup(CheckupCase):
    def test_every_check_is_there_with_its_evidence_and_score(self):
        server = self.serve()
        whole = server.call("SecurityCheckup.get")
        self.assertEqual(sorted(check["id"] for check in whole["checks"]), ALL)
        for check in whole["checks"]:
            self.assertIn(check["state"], STATES)
            self.assertTrue(check["evidence"], check)
        value = {"pass": 1, "warn": 0.5, "accepted-risk": 0.5, "fail": 0, "unknown": 0}
        counted = [check for check in whole["checks"] if check["state"] in value]
        score = 100 * sum(check["points"] * value[check["state"]] for check in counted) / sum(c["points"] for c in counted)
        if any(check["state"] == "fail" and check["weight"] == "critical" for check in counted):
            score = min(score, 49)
        self.assertEqual(whole["score"], int(score))
        # Without TLS a critical check fails, so the grade is the lowest.
        self.assertEqual((whole["grade"], self.checks(server)["C25"]["state"]), ("D", "fail"))

    def test_superusers_alone_see_and_change_it(self):
        server = self.serve()
        for login in ("none", "view", "write", "admin"):
            for method in ("get", "getHistory", "getFixes"):
                answer = server.request("GET", f"/api/v1/methods/SecurityCheckup.{method}",
                                        headers={"Authorization": f"Bearer {self.token(login)}"})
                self.assertEqual(answer.status, 403, (login, method))
            for method, values in (("run", {}), ("fix", {"idCheck": "C15"}), ("acceptRisk", {"idCheck": "C15", "reason": "x"})):
                answer = server.post_json(f"/api/v1/methods/SecurityCheckup.{method}", values,
                                          {"Authorization": f"Bearer {self.token(login)}"})
                self.assertEqual(answer.status, 403, (login, method))
        self.assertEqual(server.request("GET", "/api/v1/methods/SecurityCheckup.get").status, 401)

    def test_it_is_measured_in_five_seconds(self):
        server = self.serve()
        began = time.monotonic()
        server.call("SecurityCheckup.run")
        # The looks outside end after five seconds each, all at once; a loaded machine is given as much again.
        self.assertLess(time.monotonic() - began, 10)

    def test_the_command_speaks_with_a_running_server_and_without(self):
        server = self.serve()
        for running in (True, False):
            if not running:
                server.stop()
            status, said = server.cli("checkup", "--json")
            self.assertEqual(status, 0, said)
            whole = json.loads(said)
            self.assertEqual(sorted(check["id"] for check in whole["checks"]), ALL)
            states = {check["id"]: check["state"] for check in whole["checks"]}
            self.assertEqual(states["C25"], "fail" if running else "unknown")
            self.assertEqual(states["C01"], "not-applicable")
        self.assertIn("score", server.cli("checkup")[1])

    def test_accounts_that_are_not_well_fail(self):
        old = int(time.time()) - 200 * DAY_S
        server = self.prepared(
            "INSERT INTO setting (key, value) VALUES ('TwoFactorAuth.enforcement', 'off')",
            f"UPDATE user SET last_seen_s = {old}, created_s = {old} WHERE login = 'none'",
            f"UPDATE user SET superuser_since_s = {old}, created_s = {old} WHERE login = 'root'",
            "UPDATE user SET password_weak = 1 WHERE login = 'view'",
            "INSERT INTO setting (key, value) VALUES ('UsersManager.enableInactiveUsersNotifications', '0')",
            "DELETE FROM review",
        ).start()
        self.assert_states(server, C01="fail", C02="fail", C03="fail", C04="fail", C06="fail", C07="fail",
                           C08="not-applicable", C09="fail", C10="fail", C11="warn", C13="fail", C46="fail")

    def test_accounts_that_are_well_pass(self):
        now_s = int(time.time())
        key = "INSERT INTO passkey (login, handle, credential_id, credential, name, made_s) VALUES ('{0}', x'01', CAST('{0}' AS BLOB), '', 'key', {1})"
        changes = [key.format(login, now_s) for login in ("root", "write")]
        changes += [f"INSERT INTO recovery (login, sealed, made_s) VALUES ('{login}', x'00', {now_s})"
                    for login in ("root", "write") for _ in range(3)]
        server = self.prepared(
            "UPDATE user SET superuser = 1 WHERE login = 'write'",
            f"UPDATE user SET last_seen_s = {now_s}, password_changed_s = {now_s}",
            "INSERT INTO setting (key, value) VALUES ('TwoFactorAuth.enforcement', 'admins')",
            "INSERT INTO setting (key, value) VALUES ('UsersManager.allowedEmailDomains', 'people.example')",
            f"INSERT INTO review (begun_s, begun_by, signed_s, signed_by) VALUES ({now_s}, 'root', {now_s}, 'root')",
            *changes,
        )
        mail = Mail(self)
        server.start()
        self.connect(server, mail)
        wait_for(lambda: self.checks(server)["C09"]["state"] == "pass", 30, "the monthly look was made")
        self.assert_states(server, C01="pass", C02="pass", C03="pass", C04="pass", C05="pass", C06="pass", C07="pass",
                           C08="pass", C09="pass", C10="pass", C11="pass", C12="pass", C13="pass", C14="pass", C34="pass",
                           C35="pass")

    def test_a_weak_password_is_found_when_it_is_used(self):
        server = self.serve()
        self.set(server, Login__enablePasswordStrengthCheck=1)
        # Fifteen characters of small letters keep the other rule only.
        self.cookie(server, "view")
        self.assertIn("view", json.dumps(self.checks(server)["C06"]["evidence"]))
        self.assert_states(server, C06="fail")
        self.set(server, Login__enablePasswordStrengthCheck=0)
        self.cookie(server, "view")
        self.assertNotIn("break the rules", json.dumps(self.checks(server)["C06"]["evidence"]))

    def test_fixes_of_accounts_turn_green_and_back(self):
        old = int(time.time()) - 200 * DAY_S
        server = self.prepared(
            f"UPDATE user SET last_seen_s = {old}, created_s = {old} WHERE login = 'none'",
            "INSERT INTO setting (key, value) VALUES ('UsersManager.enableInactiveUsersNotifications', '0')",
        ).start()
        mail = Mail(self)
        self.connect(server, mail)
        self.assert_fix_and_undo(server, "C07")
        self.assert_fix_and_undo(server, "C09")
        # Whoever is let in again has been thought of today, so this one does not come back as it was.
        made = self.fix(server, "C10")
        self.assertEqual(made["state"], "pass")
        self.assertEqual(server.call("UsersManager.getUser", userLogin="none")["status"], "suspended")
        self.undo(server, made)
        self.assertEqual(server.call("UsersManager.getUser", userLogin="none")["status"], "active")

    def test_somebody_outside_the_domains_is_suspended_and_let_in_again(self):
        server = self.prepared(
            "UPDATE user SET email = 'view@elsewhere.example' WHERE login = 'view'",
            "INSERT INTO setting (key, value) VALUES ('UsersManager.allowedEmailDomains', 'people.example')",
        ).start()
        self.assert_fix_and_undo(server, "C08")

    def test_an_admin_of_everything_who_does_nothing_is_lowered_and_raised(self):
        old = int(time.time()) - 100 * DAY_S
        server = self.prepared(
            "INSERT OR REPLACE INTO role (login, site_id, role) VALUES ('admin', 2, 'admin')",
            f"UPDATE user SET created_s = {old} WHERE login = 'admin'",
        ).start()
        self.assert_fix_and_undo(server, "C14")

    def test_tokens_are_paused_and_resumed(self):
        server = self.serve()
        self.assert_states(server, C32="fail", C33="pass")
        mine = server.token
        # The token with which this is done is one of them, and pausing it ends its use: a session goes on.
        session = self.cookie(server)
        made = self.fix(server, "C32", session)
        self.assertEqual(made["state"], "pass", made)
        self.assertEqual(server.ask("API.getMatomoVersion", token=mine).status, 401)
        back = server.post_json("/api/v1/methods/SecurityCheckup.undoFix", {"idFix": made["idFix"]}, session)
        self.assertEqual(back.json()["state"], "fail", back.body)
        self.assertEqual(server.ask("API.getMatomoVersion", token=mine).status, 200)

    def test_a_token_in_an_address_is_seen_and_paused(self):
        server = self.serve()
        token = self.token("view")
        self.assert_states(server, C33="pass")
        query = urllib.parse.urlencode({"module": "API", "method": "API.getMatomoVersion", "format": "json", "token_auth": token})
        server.request("GET", f"/index.php?{query}")
        evidence = json.dumps(self.checks(server)["C33"])
        self.assertNotIn(token, evidence)
        self.assert_fix_and_undo(server, "C33")

    def test_what_is_public_is_confirmed_or_paused(self):
        mail = Mail(self)
        server = self.serve()
        self.connect(server, mail)
        self.assert_states(server, C23="pass", C24="not-applicable")
        for words in (("switch", "on", "--without-mail"), ("import", "--sites", "1"), ("activate", "1", "--without-mail")):
            status, said = server.cli("public", *words)
            self.assertEqual(status, 0, (words, said))
        self.assert_states(server, C23="pass")
        self.assertIn("site 1", json.dumps(self.checks(server)["C23"]["evidence"]))
        server.stop()
        self.change(server, f"UPDATE public_grant SET activated_s = {int(time.time()) - 91 * DAY_S}")
        server.start()
        self.assert_states(server, C23="fail")
        self.assertEqual(self.fix(server, "C23")["state"], "pass")
        self.assertIn("paused", server.cli("public", "list")[1])
        self.assert_states(server, C24="not-applicable")

    def test_stored_visits_show_whether_addresses_are_masked(self):
        server = self.serve()
        wait = lambda: server.report("VisitsSummary.get")
        self.assert_states(server, C15="pass", C17="warn")
        # The setting alone fails it, and its fix passes.
        self.set(server, PrivacyManager__ipAddressMaskLength=1)
        self.assert_fix_and_undo(server, "C15")
        # What was stored meanwhile goes on failing, whatever the setting says.
        self.set(server, PrivacyManager__ipAnonymizerEnabled=0)
        self.assertEqual(self.hit(server, cip="203.0.113.7", token_auth=self.token("write")).status, 204)
        wait()
        self.set(server, PrivacyManager__ipAnonymizerEnabled=1, PrivacyManager__ipAddressMaskLength=2)
        self.assert_states(server, C15="fail")

    def test_stored_visits_show_user_ids_and_referrers(self):
        server = self.serve()
        self.assert_fix_and_undo(server, "C16", "warn")
        # What is stored with pseudonyms passes; orders are looked at beside user ids.
        self.fix(server, "C16")
        bought = {"uid": "ada@people.example", "idgoal": 0, "ec_id": "order-7731", "revenue": 5}
        self.assertEqual(self.hit(server, **bought).status, 204)
        server.report("VisitsSummary.get")
        self.assert_states(server, C16="pass")
        self.assertIn("0 of 1", self.evidence(server, "C16")["order ids that are no pseudonyms"])
        self.set(server, PrivacyManager__anonymizeOrderId=0)
        self.hit(server, cid="00000000000000aa", **{**bought, "ec_id": "order-7732"})
        server.report("VisitsSummary.get")
        self.assert_states(server, C16="fail")
        self.assertIn("1 of 2", self.evidence(server, "C16")["order ids that are no pseudonyms"])

    def test_failures_quiet_nights_and_the_record(self):
        server = self.serve()
        self.assert_states(server, C19="pass", C20="warn", C21="pass")
        self.hit(server, idsite=77)
        self.assert_states(server, C19="fail")
        server.call("Diagnostics.noteFailuresSeen")
        self.assert_states(server, C19="pass")
        server.call("ActivityLog.export", passwordConfirmation=PASSWORD)
        self.assert_states(server, C20="pass")
        for _ in range(25):
            self.sign_in(server, "stranger", "a wrong password, and long")
        self.assert_states(server, C21="fail")
        server.stop()
        self.change(server, "UPDATE activity SET who = 'somebody' WHERE id = 3")
        server.start()
        self.assert_states(server, C20="fail")

    def test_what_stands_before_the_server_is_measured_too(self):
        proxy = Proxy(self)
        server = self.prepared(base_url=proxy.url)
        proxy.target = server.port
        server.start()
        self.assert_states(server, C23="pass", C24="not-applicable", C25="fail", C26="pass", C28="pass", C42="pass", C45="pass")
        proxy.spoil = {"host", "headers", "cors"}
        self.assert_states(server, C26="fail", C28="fail", C42="fail", C45="fail")

    def test_https_passes_with_a_trusted_certificate_that_lasts(self):
        before = os.environ.get("SSL_CERT_FILE")
        self.addCleanup(lambda: os.environ.pop("SSL_CERT_FILE", None) if before is None else os.environ.update(SSL_CERT_FILE=before))
        for days, state in ((60, "pass"), (5, "warn")):
            proxy = Proxy(self, days)
            server = self.prepared(base_url=proxy.url)
            proxy.target = server.port
            server.start()
            self.assert_states(server, C25=state)
            server.end()

    def test_made_up_addresses_are_believed_only_where_everyone_is_trusted(self):
        server = self.serve()
        self.assert_states(server, C27="pass")
        server.end()
        server = self.serve(trusted_proxies="127.0.0.0/8")
        self.assert_states(server, C27="fail")

    def test_reports_of_browsers_are_counted(self):
        server = self.serve()
        self.assert_states(server, C29="pass")
        report = {"csp-report": {"effective-directive": "script-src", "blocked-uri": "https://evil.example/x.js?secret=1"}}
        self.assertEqual(server.post_json("/api/v1/policy-report", report).status, 204)
        self.assert_states(server, C29="fail")
        self.assertNotIn("secret", json.dumps(self.checks(server)["C29"]))

    def test_mail_time_releases_and_the_webhook(self):
        mail, clock, pages = Mail(self), Clock(self), Pages(self)
        server = self.serve()
        self.assert_states(server, C30="fail", C36="unknown", C39="fail", C44="not-applicable")
        self.connect(server, mail)
        self.fix(server, "C30")
        self.assert_states(server, C30="pass")
        self.set(server, CoreAdminHome__mailPort=unused_port())
        self.assert_states(server, C30="fail")

        self.set(server, SecurityCheckup__innerTargets=f"127.0.0.1:{mail.port},127.0.0.1:{clock.port}",
                 SecurityCheckup__timeServer=f"127.0.0.1:{clock.port}")
        self.assert_states(server, C41="pass")
        clock.ahead_s = 5
        self.assert_states(server, C41="fail")

        # What reaches inside must be allowed, and that is seen.
        self.assert_states(server, C43="pass")
        self.set(server, SecurityCheckup__innerTargets="127.0.0.1")
        pages.values = {
            "/fine": {"newest": "0.1.0", "secure": "0.1.0"},
            "/old": {"newest": "9.0.0", "secure": "8.0.0"},
            "/hole": {"newest": "0.1.0", "secure": "0.1.0", "advisories": [{"id": "X-1", "package": "tokio", "fixed": "999.0.0"}]},
        }
        for path, state in (("/fine", "pass"), ("/old", "fail"), ("/hole", "fail")):
            self.set(server, SecurityCheckup__releasesUrl=pages.url + path)
            self.assert_states(server, C36=state)

        self.set(server, ActivityLog__webhookUrl=f"{pages.url}/record")
        # A place gets what happens once it is known.
        wait_for(lambda: self.sign_in(server, "view", "not the password at all") and pages.posted, 60, "a line arrives")
        wait_for(lambda: self.checks(server)["C39"]["state"] == "pass", 30, "the log is sent on")
        self.assert_fix_and_undo(server, "C44")
        self.assert_fix_and_undo(server, "C43")

    def test_secrets_stand_nowhere_in_answers(self):
        server = self.serve()
        secret = "planted-secret-0123456789"
        self.set(server, ActivityLog__webhookSecret=secret, CoreAdminHome__mailPassword=secret)
        whole = json.dumps([server.call("SecurityCheckup.get"), server.call("Diagnostics.getConfiguration"),
                            server.call("SecurityCheckup.previewFix", idCheck="C44"), server.call("SecurityCheckup.getFixes")])
        self.assertNotIn(secret, whole)
        self.assertNotIn(server.token, whole)

    def test_backups_are_made_elsewhere_and_tried(self):
        server = self.serve()
        self.assert_states(server, C31="fail")
        server.end()
        folder = pathlib.Path(tempfile.mkdtemp(prefix="makoto-backup-", dir="/dev/shm"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        server = self.serve(backup_folder=folder)
        wait_for(lambda: self.checks(server)["C31"]["state"] == "pass", 60, "a backup was made and tried")
        half, other, newer = (folder / name for name in ("makoto-2026-03-02-18-30-00", "makoto-notes", "makoto-2026-03-02-18-30-01"))
        for path in (half, other, newer):
            path.mkdir()
            (path / "meta.db").write_bytes(b"")
        (newer / "manifest.json").write_text('{"format": 99}')
        time.sleep(1)  # The names of backups tell seconds; of two in one second the first stays.
        made = self.fix(server, "C31")
        self.assertEqual(made["state"], "pass")
        self.assertGreaterEqual(len(list(folder.iterdir())), 5)
        self.assertEqual([path.exists() for path in (half, other, newer)], [False, True, True], "only what a stop cut short goes")
        owner = folder / "makoto-owner"
        own, before = owner.read_text(), sorted(folder.iterdir())
        owner.write_text("0" * len(own))
        self.assert_states(server, C31="fail")
        self.assertIn("another installation", json.dumps(self.checks(server)["C31"]))
        refused = server.ask("SecurityCheckup.fix", idCheck="C31", passwordConfirmation=PASSWORD)
        self.assertIn("another installation", refused.text)
        self.assertEqual(sorted(folder.iterdir()), before, "nothing is added to another's backups, and nothing removed")
        owner.write_text(own)
        self.assert_states(server, C31="pass")
        shutil.rmtree(folder)
        self.assert_states(server, C31="fail")
        self.assertEqual(self.fix(server, "C31")["state"], "pass")

    def test_files_are_closed_and_opened_again(self):
        server = self.serve()
        self.assert_states(server, C37="pass")
        os.chmod(server.data_dir, 0o755)
        os.chmod(server.data_dir / "meta.db", 0o644)
        self.assert_fix_and_undo(server, "C37")

    def test_the_process_and_the_room(self):
        server = self.serve()
        self.assert_states(server, C38="fail" if os.getuid() == 0 else "warn")
        self.assertIn(self.checks(server)["C40"]["state"], ("pass", "fail"))
        free = shutil.disk_usage(server.data_dir)
        self.assert_states(server, C40="pass" if free.free / free.total >= 0.2 else "fail")

    def test_devices_are_recognised_by_fresh_rules(self):
        server = self.serve()
        self.assert_states(server, C22="warn")
        server.end()
        rules = pathlib.Path(__file__).resolve().parents[2] / "target/packs/devices.pack"
        fresh = server.data_dir.parent / "devices.pack"
        shutil.copyfile(rules, fresh)
        server = self.serve(device_rules=fresh)
        self.assert_states(server, C22="pass")

    def test_the_way_back_in_is_tried(self):
        server = self.serve()
        self.assert_states(server, C46="fail")
        status, said = server.cli("recovery-drill")
        self.assertEqual((status, "works" in said), (0, True), said)
        self.assert_states(server, C46="pass")
        self.assertNotIn("recovery-drill", json.dumps(server.call("UsersManager.getUsersLogin")))

    def test_nothing_turns_green_by_writing_into_the_table_of_settings(self):
        server = self.serve()
        self.set(server, TwoFactorAuth__enforcement="off", PrivacyManager__ipAddressMaskLength=1)
        before = self.checks(server)
        self.change(
            server,
            "DELETE FROM setting",
            *(f"INSERT INTO setting (key, value) VALUES ('{key}', '{value}')" for key, value in {
                "TwoFactorAuth.enforcement": "everyone", "PrivacyManager.ipAddressMaskLength": "4",
                "UsersManager.allowedEmailDomains": "people.example", "PrivacyManager.anonymizeReferrer": "exclude_all",
                "PrivacyManager.anonymizeUserId": "1", "PrivacyManager.anonymizeOrderId": "1",
                "ActivityLog.syslogAddress": "log.example:6514", "CoreAdminHome.mailHost": "127.0.0.1",
                "SecurityCheckup.releasesUrl": "https://releases.example/", "SecurityCheckup.timeServer": "127.0.0.1:9",
                **{f"SecurityCheckup.{id}": "pass" for id in ALL},
            }.items()),
        )
        after = self.checks(server)
        green = [id for id in ALL if after[id]["state"] == "pass" and before[id]["state"] != "pass"]
        self.assertEqual(green, [])

    def test_a_risk_is_accepted_for_a_while_and_counts_as_half(self):
        server = self.serve()
        accept = lambda **values: server.ask("SecurityCheckup.acceptRisk", idCheck="C31", passwordConfirmation=PASSWORD, **values)
        self.assertIn("180", accept(reason="we copy the disk each night", days=181).json()["message"])
        self.assertIn("why", accept(reason="no").json()["message"])
        self.assertEqual(server.ask("SecurityCheckup.acceptRisk", idCheck="C31", reason="long enough a reason").status, 403)
        self.assertEqual(accept(reason="we copy the disk each night", days=30).json()["result"], "success")
        check = self.checks(server)["C31"]
        self.assertEqual((check["state"], check["measured"], check["accepted"]["accepted_by"]), ("accepted-risk", "fail", "root"))
        server.call("SecurityCheckup.withdrawRisk", idCheck="C31", passwordConfirmation=PASSWORD)
        self.assert_states(server, C31="fail")

    def test_flips_and_scores_go_to_the_record_and_to_the_gauges(self):
        server = self.serve()
        server.call("SecurityCheckup.run")
        self.set(server, UsersManager__enableInactiveUsersNotifications=0)
        server.call("SecurityCheckup.run")
        flips = server.call("ActivityLog.getEntries", filterByActivityType="checkup.flipped")
        self.assertIn({"check": "C09", "before": "warn", "after": "fail"}, [line["detail"] for line in flips])
        self.assertTrue(server.call("ActivityLog.getEntries", filterByActivityType="checkup.scored"))
        self.assertEqual([flip["after"] for flip in server.call("SecurityCheckup.getFlips", idCheck="C09")], ["fail"])
        self.assertEqual(len(server.call("SecurityCheckup.getHistory")), 1)
        text = server.request("GET", "/metrics").text
        self.assertIn('makoto_checkup_check{id="C09",state="fail"} 1', text)
        self.assertRegex(text, r"makoto_checkup_score \d+")

    def test_superusers_hear_of_a_new_critical_failure(self):
        mail, proxy = Mail(self), Proxy(self)
        server = self.prepared(base_url=proxy.url)
        proxy.target = server.port
        server.start()
        self.connect(server, mail)
        server.call("SecurityCheckup.run")
        proxy.spoil = {"host"}
        server.call("SecurityCheckup.run")
        wait_for(lambda: any("check-up fell" in letter.replace("=\r\n", "") for letter in mail.letters), 60, "a mail tells of it")
