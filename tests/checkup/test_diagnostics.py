"""What helps to find out why something does not work."""

import json
import urllib.parse

from harness.installation import PASSWORD, Case
from harness.server import wait_for
from surroundings import Mail

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0"


class Diagnostics(Case):
    def hit(self, server, agent=FIREFOX, **more):
        fields = {"idsite": 1, "rec": 1, "url": "https://shop.example/x?mail=ada@people.example", "send_image": 0, **more}
        return server.request("GET", "/matomo.php?" + urllib.parse.urlencode(fields), headers={"User-Agent": agent})

    def test_tracking_failures_are_listed_masked_and_deleted(self):
        server = self.serve()
        for _ in range(3):
            self.hit(server, idsite=77, uid="ada@people.example")
        self.hit(server, cip="203.0.113.7", token_auth="not-a-token-at-all")
        self.hit(server, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
        rows = server.call("CoreAdminHome.getTrackingFailures")
        found = {(row["idsite"], row["cause"]): row for row in rows}
        self.assertEqual(set(found), {(77, "unknown_site"), (1, "token_needed"), (1, "bot")})
        unknown = found[77, "unknown_site"]
        self.assertEqual((unknown["idfailure"], unknown["count"], unknown["url"]), (1, 3, "https://shop.example/x"))
        self.assertEqual(found[1, "token_needed"]["idfailure"], 2)
        self.assertIn("setSiteId", unknown["solution"])
        for secret in ("ada@people.example", "203.0.113.7", "not-a-token-at-all"):
            self.assertNotIn(secret, json.dumps(rows))
        self.assertEqual(len(server.call("CoreAdminHome.getTrackingFailures", onlyFaults=1)), 2)
        # An admin sees the failures of their sites.
        seen = server.call("CoreAdminHome.getTrackingFailures", token=self.token("admin"))
        self.assertEqual({row["idsite"] for row in seen}, {1})
        self.assertEqual(server.ask("CoreAdminHome.getTrackingFailures", token=self.token("write")).status, 401)
        server.call("CoreAdminHome.deleteTrackingFailure", idSite=77, idFailure=1)
        self.assertEqual({row["idsite"] for row in server.call("CoreAdminHome.getTrackingFailures")}, {1})
        server.call("CoreAdminHome.deleteAllTrackingFailures")
        self.assertEqual(server.call("CoreAdminHome.getTrackingFailures"), [])

    def test_failures_survive_a_restart(self):
        server = self.serve()
        self.hit(server, idsite=77)
        server.stop()
        server.start()
        self.assertEqual([row["cause"] for row in server.call("CoreAdminHome.getTrackingFailures")], ["unknown_site"])

    def test_devices_are_detected_with_the_rule_that_said_so(self):
        server = self.serve()
        found = server.call("DevicesDetection.detect", userAgent=FIREFOX)
        facts = {fact["name"]: fact["value"] for fact in found["facts"]}
        self.assertEqual((facts["Client"], facts["Operating system"]), ("Firefox", "GNU/Linux"))
        bot = server.call("DevicesDetection.detect", userAgent="Googlebot/2.1")
        self.assertIn("bot", json.dumps(bot["rules"]).lower())
        kinds = {row["kind"] for row in server.call("DevicesDetection.getKnown")}
        self.assertEqual(kinds, {"brand", "browser", "system"})

    def test_parts_data_and_configuration_are_shown(self):
        server = self.serve(memory_mib=200)
        self.hit(server)
        server.report("VisitsSummary.get")
        parts = {part["part"]: part for part in server.call("Diagnostics.getSystemCheck")}
        mails = parts.pop("Mails")
        self.assertTrue(all(part["sound"] for part in parts.values()), parts)
        # What the server promised to tell waits, and nothing can take it away.
        self.assertEqual((mails["sound"], "no mail server is set: name one" in mails["text"]), (False, True), mails)
        mail = Mail(self)
        for name, value in (("SecurityCheckup.innerTargets", "127.0.0.1"), ("CoreAdminHome.mailHost", "127.0.0.1"),
                            ("CoreAdminHome.mailPort", mail.port), ("CoreAdminHome.mailEncryption", "none")):
            self.assertEqual(server.cli("setting", "set", name, str(value))[0], 0)
        look = lambda: next(part for part in server.call("Diagnostics.getSystemCheck") if part["part"] == "Mails")  # noqa: E731
        wait_for(lambda: look()["text"].startswith("0 wait"), 60, "the mails have left")
        self.assertTrue(look()["sound"], look())
        # One that answers no more is told of as well.
        mail.server.shutdown()
        mail.server.server_close()
        server.call("CoreAdminHome.sendTestMail", address="root@people.example", passwordConfirmation=PASSWORD)
        self.assertEqual((look()["sound"], "said last" in look()["text"]), (False, True), look())
        stored = {(row["idsite"], row["kind"]): row["rows"] for row in server.call("Diagnostics.getStoredData")}
        self.assertEqual((stored[1, "visits"], stored[1, "actions"]), (1, 1))
        lines = {line["name"]: line for line in server.call("Diagnostics.getConfiguration")}
        self.assertEqual((lines["memory_mib"]["value"], lines["memory_mib"]["origin"]), ("200", "environment"))
        self.assertEqual(lines["reserve_mib"]["origin"], "default")
        for method in ("getSystemCheck", "getStoredData", "getConfiguration"):
            self.assertEqual(server.ask(f"Diagnostics.{method}", token=self.token("admin")).status, 401)

    def test_requests_are_watched_on_their_way(self):
        server = self.serve()
        look = lambda **who: server.call("Diagnostics.getLiveHits", idSite=1, **who)
        self.assertEqual(look(), [])
        self.hit(server)
        self.hit(server, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
        counted = wait_for(lambda: [hit for hit in look() if hit["counted"]], 20, "the hit is counted")
        self.assertEqual([step["name"] for step in counted[0]["steps"]], ["read", "accepted", "journal", "reports"])
        refused = [hit for hit in look() if not hit["counted"]]
        self.assertEqual(refused[0]["steps"][-1]["text"], "bot")
        self.assertNotIn("ada@people.example", json.dumps(look()))
        self.assertEqual(len(look(token=self.token("admin"))), 2)
        self.assertEqual(server.ask("Diagnostics.getLiveHits", idSite=1, token=self.token("write")).status, 401)
