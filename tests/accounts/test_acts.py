"""Acts on accounts, each performed and looked up in the record and the mails; and whether none was forgotten."""

import json
import time

import pyotp

import test_acts_of_sign_in  # noqa: F401  its rows count
import test_acts_of_the_installation  # noqa: F401  its rows count
from acts import PERFORMED, Acts, missing, performs, unproven
from harness.installation import PASSWORD, Case, allow_given_passwords

NEW = "nine lamps along the quay"
WRONG = "wrong horse battery staple"
DAY_S = 24 * 60 * 60


class Declared(Case):
    def test_promise_44_every_kind_of_act_has_a_row(self):
        kinds = {row["kind"] for row in self.serve().call("ActivityLog.getKinds")}
        self.assertEqual(missing(kinds), ([], []), "perform it in a scenario of these files, and look at its mails")
        self.assertEqual(unproven(), [], "these files do not name the kinds that they should perform")
        self.assertGreaterEqual(len(PERFORMED), 150)


class AccountActs(Acts):
    def add(self, login, **more):
        allow_given_passwords(self.server)
        self.server.call("UsersManager.addUser", userLogin=login, email=f"{login}@people.example", password=PASSWORD, **more)

    @performs("user.added superusers", "user.suspended both", "user.reactivated both", "user.signed_out subject",
              "user.email_changed subject", "user.language_changed -", "user.preference_changed -", "user.deleted both", "token.provisioned superusers")
    def test_promise_44_users(self):
        self.serve()
        self.add("new")
        self.call("UsersManager.suspendUser", userLogin="view")
        self.call("UsersManager.reactivateUser", userLogin="view")
        self.call("UsersManager.logoutUser", userLogin="view")
        self.call("UsersManager.updateUser", userLogin="view", email="viewer@people.example")
        self.server.call("LanguagesManager.setLanguageForUser", login="root", languageCode="de")
        self.server.call("UsersManager.setUserPreference", userLogin="root", preferenceName="defaultReport", preferenceValue="1")
        self.call("UsersManager.deleteUser", userLogin="new")

    @performs("role.set -", "role.taken -", "role.set_in_bulk superusers", "role.set_everywhere superusers",
              "capability.given -", "capability.taken -")
    def test_promise_44_roles(self):
        self.serve()
        role = lambda access, sites=1: self.call("UsersManager.setUserAccess", userLogin="view", access=access, idSites=sites)  # noqa: E731
        role("write")
        for act in ("addCapabilities", "removeCapabilities"):
            self.call(f"UsersManager.{act}", userLogin="view", capabilities="tagmanager_write", idSites=1)
        role("noaccess")
        role("write", "all")
        wish = {"userLogin[0]": "none", "userLogin[1]": "view", "access": "view", "idSites": "1,2"}
        shown = self.server.call("UsersManager.previewBulk", **wish)
        self.call("UsersManager.setBulk", **wish, previewHash=shown["hash"])

    @performs("superuser.granted both", "superuser.revoked both", "superuser.kept superusers")
    def test_promise_44_superusers(self):
        self.serve()
        session = self.cookie(self.server)
        for wanted in (1, 0):
            self.method(session, "UsersManager.setSuperUserAccess", userLogin="admin", hasSuperUserAccess=wanted)
        refused = self.server.post_json("/api/v1/methods/UsersManager.setSuperUserAccess",
                                        {"userLogin": "root", "hasSuperUserAccess": 0}, session)
        self.assertEqual(refused.status, 400, refused.body)

    @performs("invitation.sent -", "invitation.resent -", "invitation.linked -", "invitation.revoked -",
              "invitation.accepted -", "invitation.declined -", "invitation.refused -", "invitation.expired -")
    def test_promise_44_invitations(self):
        self.serve()

        def invite(login):
            self.call("UsersManager.inviteUser", userLogin=login, email=f"{login}@people.example", initialIdSite=1)
            return self.call("UsersManager.generateInviteLink", userLogin=login)["value"].partition("#")[2]

        def answer(act, secret, status=200, **more):
            said = self.server.post_json(f"/api/v1/invitation/{act}", {"token": secret, **more})
            self.assertEqual(said.status, status, said.body)

        answer("accept", invite("taken"), password=NEW)
        answer("decline", invite("shy"), 204)
        answer("show", "A" * 43, 403)
        invite("gone")
        self.call("UsersManager.resendInvite", userLogin="gone")
        self.call("UsersManager.revokeInvitation", userLogin="gone")
        invite("late")
        self.again("expired-invitations",
                   f"UPDATE invitation SET expires_s = expires_s - {8 * DAY_S}, sent_s = sent_s - {8 * DAY_S}")

    @performs("domains.changed superusers", "domains.refused -")
    def test_promise_44_domains(self):
        self.serve()
        self.setting(**{"UsersManager.allowedEmailDomains": "people.example", "UsersManager.legacy_admin_password_set": "1"})
        refused = self.server.ask("UsersManager.addUser", userLogin="far", email="far@elsewhere.example", password=PASSWORD)
        self.assertEqual(refused.json()["result"], "error")

    def setting(self, refused=False, **values):
        said = self.server.ask("CorePluginsAdmin.setSystemSettings", settingValues=json.dumps(values),
                               passwordConfirmation=PASSWORD)
        self.assertEqual(said.json()["result"], "error" if refused else "success", said.body)

    @performs("inactive.reported -", "inactive.suspended both")
    def test_promise_44_accounts_that_nobody_uses(self):
        self.serve()
        self.setting(**{"UsersManager.autoSuspendInactive": "1"})
        old = int(time.time()) - 200 * DAY_S
        self.again("inactive-accounts", f"UPDATE user SET last_seen_s = {old}, created_s = {old} WHERE login = 'view'")

    @performs("review.begun -", "review.confirmed -", "review.lowered subject", "review.signed superusers",
              "review.downloaded -", "review.due -")
    def test_promise_44_reviews(self):
        self.serve()
        number = self.call("UsersManager.beginReview")["value"]
        lines = {line["login"]: line["line"] for line in self.server.call("UsersManager.getReview", idReview=number)["lines"]}
        self.call("UsersManager.lowerReviewLine", idReview=number, line=lines.pop("write"), access="view")
        self.call("UsersManager.confirmReviewLines", idReview=number, lines=",".join(map(str, lines.values())))
        self.call("UsersManager.signReview", idReview=number)
        self.server.ask("UsersManager.getReviewReport", idReview=number, format="csv")
        old = int(time.time()) - 400 * DAY_S
        self.again("access-review", f"UPDATE review SET begun_s = {old}, signed_s = {old}", f"UPDATE user SET created_s = {old}")

    @performs("session.signed_in -", "session.refused -", "session.new_device subject", "session.moved subject",
              "session.signed_out -", "session.ended -", "session.ended_others -", "session.ended_all superusers",
              "proof.given -", "proof.refused -")
    def test_promise_44_sessions(self):
        server = self.serve(trusted_proxies="127.0.0.1/32")

        def sign_in(login, password=PASSWORD, address="192.0.2.7", agent="Otter/7"):
            return self.sign_in(server, login, password, **{"X-Forwarded-For": address, "User-Agent": agent})

        def session(login, **more):
            answer = sign_in(login, **more)
            self.assertEqual(answer.status, 200, answer.body)
            return {"Cookie": answer.headers["set-cookie"].split(";")[0], "User-Agent": "Otter/7", "X-Forwarded-For": "192.0.2.7"}

        own, other = session("view"), session("view")
        sign_in("view", address="198.51.100.2", agent="Badger/8")
        self.assertEqual(server.post_json("/api/v1/session/proof", {"password": WRONG}, own).status, 401)
        proved = server.post_json("/api/v1/session/proof", {"password": PASSWORD}, own)
        self.assertEqual(proved.status, 200, proved.body)
        own["Cookie"] = proved.headers["set-cookie"].split(";")[0]
        listed = server.request("GET", "/api/v1/methods/Login.getSessions", headers=own).json()
        theirs = next(line["id"] for line in listed if not line["current"])
        self.method(own, "Login.endSession", id=theirs)
        self.method(own, "Login.endOtherSessions")
        self.assertEqual(server.request("GET", "/api/v1/session", headers=other).status, 401)
        self.assertEqual(server.request("DELETE", "/api/v1/session", headers=own).status, 204)
        moved = session("write")
        elsewhere = {**moved, "X-Forwarded-For": "203.0.113.1", "User-Agent": "Badger/8"}
        server.request("GET", "/api/v1/session", headers=elsewhere)
        self.assertEqual(sign_in("admin", WRONG).status, 401)
        self.call("Login.endAllSessions")

    @performs("totp.added subject", "totp.moved subject", "totp.removed subject", "totp.replayed subject",
              "recovery.made subject", "recovery.used subject", "session.factor_refused -", "factors.reset both",
              "factors.enforced superusers", "factors.required -")
    def test_promise_44_second_factors(self):
        server = self.serve()

        def enrol(session, step):
            secret = self.method(session, "TwoFactorAuth.startTotp")["secret"]
            code = pyotp.TOTP(secret).at(time.time() + step)
            return secret, self.method(session, "TwoFactorAuth.finishTotp", code=code).get("recoveryCodes")

        def half():
            answer = self.sign_in(server, "view")
            self.assertEqual(answer.status, 202, answer.body)
            return {"Cookie": answer.headers["set-cookie"].split(";")[0]}

        factor = lambda code: server.post_json("/api/v1/session/factor", {"code": code}, half())  # noqa: E731
        session = self.cookie(server, "view")
        secret, codes = enrol(session, -30)
        code = pyotp.TOTP(secret).now()
        self.assertEqual(factor(code).status, 200)
        self.assertEqual(factor(code).status, 401, "a code counts once")
        self.assertEqual(factor("000000").status, 401)
        self.assertEqual(factor(codes[0]).status, 200)
        self.method(session, "TwoFactorAuth.regenerateRecoveryCodes")
        enrol(session, 0)
        self.method(session, "TwoFactorAuth.removeTotp")
        self.call("TwoFactorAuth.resetTwoFactorAuth", userLogin="view")
        for key, value in (("TwoFactorAuth.enforcement", "everyone"), ("TwoFactorAuth.graceDays", "0")):
            self.assertEqual(server.cli("setting", "set", key, value)[0], 0)
        self.sign_in(server, "view")

    @performs("password.changed subject", "password.reset_asked -", "password.reset_sent subject", "password.reset subject",
              "password.reset_refused -", "password.required subject", "password.waived subject")
    def test_promise_44_passwords(self):
        server = self.serve()
        self.method(self.cookie(server, "write"), "Login.changePassword", password=NEW, passwordConfirmation=PASSWORD)
        self.assertEqual(server.post_json("/api/v1/password-reset", {"login": "view"}).status, 204)
        mail = self.mail.wait_one("view@people.example", "new password")
        finish = {"token": mail.link("/reset#").partition("#")[2], "password": NEW}
        self.assertEqual([server.post_json("/api/v1/password-reset/finish", finish).status for _ in range(2)], [204, 403])
        self.call("UsersManager.sendPasswordReset", userLogin="admin")
        self.rows("UPDATE user SET password_weak = 1 WHERE login = 'none'")
        made = self.call("SecurityCheckup.fix", idCheck="C06")
        self.call("SecurityCheckup.undoFix", idFix=made["idFix"])

    @performs("token.made subject", "token.made_for_provisioning both", "token.deleted subject", "token.deleted_all subject",
              "token.refused -", "token.expiring subject", "token.paused subject", "token.resumed subject")
    def test_promise_44_tokens(self):
        server = self.serve()
        root, view = self.cookie(server), self.cookie(server, "view")
        self.method(root, "UsersManager.createToken", description="robot", passwordConfirmation=PASSWORD, scope="all",
                    reach="administer", provisioning=True, networks=["127.0.0.1"])
        for _ in range(2):
            self.method(view, "UsersManager.createToken", description="mine", passwordConfirmation=PASSWORD)
        listed = server.request("GET", "/api/v1/methods/UsersManager.getTokens", headers=view).json()
        self.method(view, "UsersManager.deleteToken", id=listed[0]["id"], passwordConfirmation=PASSWORD)
        self.method(view, "UsersManager.deleteAllTokens", passwordConfirmation=PASSWORD)
        self.assertEqual(server.ask("API.getMatomoVersion", token=self.token("view")).status, 401)
        made = self.method(root, "SecurityCheckup.fix", idCheck="C32")
        self.method(root, "SecurityCheckup.undoFix", idFix=made["idFix"])
        now_s = int(time.time())
        self.again("tidying", f"UPDATE token SET expires_s = {now_s + 2 * DAY_S}, created_s = {now_s - 60 * DAY_S} "
                              "WHERE login = 'write'")

    @performs("attempts.blocked -", "attempts.unblocked -", "attempts.unblocked_all superusers", "attempts.settings superusers")
    def test_promise_44_guesses(self):
        server = self.serve(trusted_proxies="127.0.0.1/32")
        for address in ("192.0.2.7", "192.0.2.200"):
            for n in range(21):
                self.sign_in(server, f"nobody{n}", WRONG, **{"X-Forwarded-For": address})
        self.call("Login.unblockAddress", ip="192.0.2.7")
        self.call("Login.unblockBruteForceIPs")
        self.setting(**{"Login.blacklistedBruteForceIps": "203.0.113.0/24"})

    @performs("setting.set -", "setting.security_set superusers", "setting.refused -", "access.denied -", "access.foreign -")
    def test_promise_44_settings_and_refusals(self):
        server = self.serve()
        self.setting(**{"SecurityCheckup.timeServer": "127.0.0.1:9"})
        self.call("SitesManager.setGlobalExcludedIps", excludedIps="192.0.2.1")
        self.setting(refused=True, **{"UsersManager.inactiveDays": "7"})
        self.assertEqual(server.ask("SitesManager.addSite", token=self.token("view"), siteName="x").status, 401)
        foreign = self.cookie(server) | {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        self.assertEqual(server.post_json("/api/v1/methods/SitesManager.addSite", {"siteName": "x"}, foreign).status, 400)
