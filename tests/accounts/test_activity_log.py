"""The record of acts: complete, readable by the right people, proof against change."""

import contextlib
import json
import sqlite3

from harness.installation import PASSWORD, Case


class ActivityLog(Case):
    def lines(self, server, token=None, **params):
        answer = server.ask("ActivityLog.getEntries", token=token, limit=-1, **params)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def test_promise_44_a_line_says_who_what_when_where_and_how_it_came_out(self):
        server = self.serve()
        # A session that goes on in another browser would be ended.
        agent = {"User-Agent": "Otter/7"}
        session = {"Cookie": self.sign_in(server, **agent).headers["set-cookie"].split(";")[0], **agent}
        server.post_json("/api/v1/methods/UsersManager.setUserAccess",
                         {"userLogin": "view", "access": "write", "idSites": ["1"]}, session)
        line = self.lines(server, filterByActivityType="role.set")[0]
        self.assertEqual((line["user_login"], line["subject"], line["ip"], line["user_agent"], line["result"]),
                         ("root", "view", "127.0.0.1", "Otter/7", "done"))
        self.assertEqual((line["detail"]["before"], line["detail"]["after"]), ({"1": "view"}, "write"))
        self.assertRegex(line["proof"], r"^session:\d+$")
        self.assertRegex(line["request"], r"^\d+$")
        self.assertGreater(line["timestamp_ms"], 1_700_000_000_000)

    def test_promise_48_everyone_reads_their_own_and_reading_all_leaves_a_line(self):
        server = self.serve()
        self.cookie(server, "view")
        own = self.lines(server, token=self.token("view"))
        self.assertTrue(own)
        self.assertTrue(all("view" in (line["user_login"], line["subject"]) for line in own), own)
        self.assertEqual(server.ask("ActivityLog.getEntries").status, 200)
        self.lines(server)
        self.assertEqual(len(self.lines(server, filterByActivityType="audit.read")), 1)
        self.assertEqual(server.request("GET", "/api/v1/methods/ActivityLog.getEntries").status, 401)

    def test_promise_48_an_export_needs_proof_and_leaves_a_line(self):
        server = self.serve()
        refused = server.ask("ActivityLog.export")
        self.assertEqual((refused.status, "confirm" in refused.text), (403, True))
        lines = server.call("ActivityLog.export", passwordConfirmation=PASSWORD)
        self.assertGreater(len(lines), 5)
        exported = self.lines(server, filterByActivityType="audit.exported")[0]
        self.assertIn(":", exported["detail"]["head"])

    def test_promise_48_lines_are_kept_for_400_days_unless_told_otherwise_and_for_90_at_least(self):
        server = self.serve()
        groups = server.call("CorePluginsAdmin.getSystemSettings")
        kept = [one["value"] for group in groups for one in group["settings"] if one["key"] == "ActivityLog.retentionDays"]
        self.assertEqual([int(days) for days in kept], [400])
        for days, fine in [("89", False), ("90", True), ("3650", True), ("3651", False)]:
            status, _ = server.cli("setting", "set", "ActivityLog.retentionDays", days)
            self.assertEqual(status == 0, fine, days)

    def test_refused_calls_are_recorded_once_a_minute(self):
        server = self.serve()
        for _ in range(5):
            self.assertEqual(server.ask("SitesManager.addSite", token=self.token("view"), siteName="x").status, 401)
        denied = self.lines(server, filterByActivityType="access.denied")
        self.assertEqual([(line["user_login"], line["detail"]["method"]) for line in denied],
                         [("view", "SitesManager.addSite")])

    def test_lines_are_found_by_day_kind_and_text(self):
        server = self.serve()
        count = lambda **params: server.call("ActivityLog.getEntryCount", **params)["value"]
        self.assertEqual(count(date="1999-01-01", period="year"), 0)
        self.assertGreater(count(filterByActivityType="user.*"), 3)
        self.assertEqual(count(filterByText="no such text anywhere"), 0)
        refused = server.ask("ActivityLog.getEntries", filterByActivityType="nothing.such")
        self.assertEqual(refused.json()["result"], "error")
        kinds = server.call("ActivityLog.getKinds")
        self.assertGreaterEqual(len(kinds), 90)
        about = {kind["kind"].split(".")[0]: kind["subject"] for kind in kinds}
        self.assertEqual((about["public"], about["totp"]), ("Public reports", "Authenticator apps"))

    def test_promise_45_the_command_finds_a_changed_line(self):
        server = self.serve()
        status, said = server.cli("audit", "verify")
        self.assertEqual((status, "whole" in said), (0, True), said)
        head = said.rsplit(" ", 1)[1]
        self.assertEqual(server.cli("audit", "verify", "--head", head)[0], 0)
        server.stop()
        self.assertEqual(server.cli("audit", "verify", "--head", head)[0], 0)
        with contextlib.closing(sqlite3.connect(server.data_dir / "meta.db")) as store, store:
            store.execute("UPDATE activity SET who = 'somebody' WHERE id = 3")
        status, said = server.cli("audit", "verify")
        self.assertEqual((status != 0, "line 3" in said), (True, True), said)
        self.assertIn("no head", server.cli("audit", "verify", "--head", "nonsense")[1])

    def test_promise_47_hostile_names_cannot_forge_lines(self):
        server = self.serve()
        hostile = "ada\r\n\x1b[31m\u202eroot"
        server.call("SitesManager.addSite", siteName=hostile)
        self.sign_in(server, hostile, "wrong password, and a long one")
        for kind, shown in [("site.added", "ada"), ("session.refused", "unknown_login")]:
            raw = json.dumps(self.lines(server, filterByActivityType=kind), ensure_ascii=False)
            self.assertIn(shown, raw)
            for forbidden in ("\r", "\n", "\x1b", "\u202e"):
                self.assertNotIn(forbidden, raw)

    def test_a_password_in_the_field_of_the_login_is_not_recorded(self):
        server = self.serve()
        typed = "kingfishers nest in the bank"
        for login in (typed, "VIEW", typed.upper(), "nobody"):
            self.assertEqual(self.sign_in(server, login, "wrong password, and a long one").status, 401)
        told = [line["detail"] for line in self.lines(server, filterByActivityType="session.refused")][::-1]
        marks = [detail.get("unknown_login") for detail in told]
        self.assertEqual((marks[0], told[1]), (marks[2], {"login": "view"}))
        self.assertRegex(marks[0], r"^[0-9a-f]{6}$")
        self.assertNotIn(marks[3], marks[:3])
        self.assertEqual([line["subject"] for line in self.lines(server, filterByText=marks[0])], ["", ""])
        server.stop()
        for path in server.data_dir.rglob("*"):
            if path.is_file():
                self.assertNotIn(typed.encode(), path.read_bytes().lower(), path.name)
        self.assertNotIn(typed, server.log_text().lower())

    def test_a_request_from_another_site_is_refused_and_recorded(self):
        server = self.serve()
        session = self.cookie(server) | {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        answer = server.post_json("/api/v1/methods/SitesManager.addSite", {"siteName": "x"}, session)
        self.assertEqual(answer.status, 400, answer.body)
        refused = self.lines(server, filterByActivityType="access.foreign")
        self.assertEqual([line["detail"]["method"] for line in refused], ["SitesManager.addSite"])

    def test_a_language_is_chosen_among_those_that_there_are(self):
        server = self.serve()
        mine = {"login": "view", "token": self.token("view")}
        self.assertEqual(server.call("LanguagesManager.getLanguageForUser", **mine)["value"], "en")
        refused = server.ask("LanguagesManager.setLanguageForUser", languageCode="tlh", **mine)
        self.assertIn("en, de", refused.json()["message"])
        server.call("LanguagesManager.setLanguageForUser", languageCode="de", **mine)
        self.assertEqual(server.call("LanguagesManager.getLanguageForUser", **mine)["value"], "de")
        other = {**mine, "login": "admin"}
        self.assertEqual(server.ask("LanguagesManager.setLanguageForUser", languageCode="de", **other).status, 401)
        line = self.lines(server, filterByActivityType="user.language_changed")[0]
        self.assertEqual((line["detail"]["before"], line["detail"]["after"]), ("en", "de"))
