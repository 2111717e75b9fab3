"""Promise 43: what privacy settings forbid is nowhere, from the first byte; and what was kept before can be masked."""

import json

from harness.installation import Case
from harness.server import scratch
from support import MASKED, NEEDLES, UNMASKED, Session, hits, set_up, traces


def backup(server):
    target = scratch("backup")
    status, said = server.cli("backup", str(target))
    assert status == 0, said
    return target


class Masks(Case):
    def track(self, server):
        answer = server.bulk(hits(), token=self.token("root"))
        self.assertEqual((answer.status, answer.json()["invalid"]), (200, 0), answer.body)

    def everywhere(self, server):
        """Traces in the data, the log and a new backup: while the server runs, and after it was killed and stopped."""
        server.report("VisitsSummary.get")
        copy = backup(server)
        server.kill()
        return traces(server.data_dir, server.log, copy)

    def promise_43_with_masks_no_trace_of_a_visitor_is_anywhere(self):
        server = self.serve(log="debug")
        set_up(server, **MASKED)
        self.track(server)
        self.assertEqual(self.everywhere(server), {})

    def promise_43_without_masks_the_same_search_finds_every_trace(self):
        server = self.serve(log="debug")
        set_up(server, **UNMASKED)
        self.track(server)
        self.assertEqual(sorted(self.everywhere(server)), sorted(NEEDLES))

    def promise_43_with_masks_nothing_reaches_the_journal_that_is_not_yet_folded(self):
        for settings, found in ((MASKED, []), (UNMASKED, sorted(NEEDLES))):
            server = self.serve()
            set_up(server, **settings)
            self.track(server)
            # Killed at once: the hits are in the journal's log and nowhere else.
            server.kill()
            self.assertEqual(sorted(traces(server.data_dir)), found)

    def promise_43_masks_over_the_past_leave_no_trace(self):
        server = self.serve()
        set_up(server, **UNMASKED)
        self.track(server)
        answer = server.bulk(hits("beef000000000001", "other-user", "203.0.113.9", "other-order"), token=self.token("root"))
        self.assertEqual(answer.status, 200)
        self.assertEqual(sorted(traces(server.data_dir)), sorted(NEEDLES))
        before = self.reports(server)
        session = Session(self, server)
        what = {"idSites": 1, "date": "2020-01-01,2036-01-01", "anonymizeIp": 1, "anonymizeUserId": 1,
                "anonymizeOrderId": 1, "maskTexts": 1}
        preview = session.call("PrivacyManager.previewAnonymizeSomeRawData", **what)
        self.assertEqual(preview["log_visit"], 2)
        self.assertGreater(preview["log_link_visit_action"], 8)
        job = session.call("PrivacyManager.anonymizeSomeRawData", **what)["job"]
        row = session.finish(job)
        self.assertNotIn("canary", json.dumps(row))
        self.wait_until_clean(server)
        copy = backup(server)
        self.assertEqual(traces(copy, server.log), {})
        # Numbers stay as they were; only texts are others.
        self.assertEqual(self.reports(server), before)
        kinds = [line["type"] for line in session.call("ActivityLog.getEntries", filterByActivityType="privacy.*")]
        self.assertEqual(kinds, ["privacy.masked", "privacy.mask_asked"])
        visits = server.report("Live.getLastVisitsDetails")
        self.assertTrue(all(visit["visitIp"].endswith(".0.0") for visit in visits))
        self.assertTrue(all(visit["userId"].startswith("anon-") for visit in visits))
        server.stop()
        self.assertEqual(traces(server.data_dir, server.log), {})

    def wait_until_clean(self, server):
        from harness.server import wait_for
        wait_for(lambda: not traces_or_busy(server.data_dir), 120, "no trace is left in the files")

    def reports(self, server):
        asked = ["VisitsSummary.get", "Actions.get", "DevicesDetection.getType", "VisitFrequency.get"]
        return {method: server.report(method) for method in asked}

    def test_pseudonyms_are_the_same_before_and_after(self):
        server = self.serve()
        set_up(server, **UNMASKED)
        self.track(server)
        session = Session(self, server)
        job = session.call("PrivacyManager.anonymizeSomeRawData", idSites="all", date="2020-01-01,2036-01-01", anonymizeUserId=1)["job"]
        session.finish(job)
        set_up(server, **MASKED)
        self.track(server)
        visits = server.report("Live.getLastVisitsDetails")
        self.assertEqual(len({visit["userId"] for visit in visits}), 1)
        self.assertEqual(len({visit["visitorId"] for visit in visits}), 1, "the visitor's id follows the pseudonym")

    def test_a_site_may_keep_less_than_the_installation(self):
        server = self.serve()
        session = Session(self, server)
        session.call("PrivacyManager.setSettings", idSite=1, settingValues=json.dumps({
            "PrivacyManager.ipAddressMaskLength": 4, "PrivacyManager.locationDetail": "none",
            "PrivacyManager.resolutionDetail": "rounded", "PrivacyManager.languageDetail": "language"}))
        for site in (1, 2):
            server.hit(idsite=site, res="1367x769", lang="de-AT")
        ours, theirs = (server.report("Live.getLastVisitsDetails", idSite=site)[0] for site in (1, 2))
        self.assertEqual((ours["visitIp"], ours["resolution"], ours["languageCode"]), ("0.0.0.0", "1400x800", "de"))
        self.assertEqual((theirs["visitIp"], theirs["resolution"], theirs["languageCode"]), ("127.0.0.0", "1367x769", "de-at"))
        rows = {row["key"]: row for row in session.call("PrivacyManager.getSettings", idSite=1)}
        self.assertEqual(rows["PrivacyManager.ipAddressMaskLength"]["origin"], "site")
        self.assertEqual(rows["PrivacyManager.maskEmails"]["origin"], "default")
        lines = session.call("ActivityLog.getEntries", filterByActivityType="setting.*")
        self.assertEqual({line["detail"]["site"] for line in lines if isinstance(line["detail"], dict)} or {1}, {1})

    def test_signals_of_browsers_are_heeded_where_asked_for(self):
        server = self.serve()
        for setting, header in (("doNotTrackEnabled", "DNT"), ("globalPrivacyControlEnabled", "Sec-GPC")):
            server.hit({header: "1"}, cid="00000000000000aa")
            self.assertEqual(server.report("VisitsSummary.getVisits")["value"], 1)
            set_up(server, **{setting: 1})
            server.hit({header: "1"}, cid="00000000000000bb", new_visit=1)
            self.assertEqual(server.report("VisitsSummary.getVisits")["value"], 1)

    def test_without_cookies_ids_of_browsers_do_not_count_and_the_script_sets_none(self):
        server = self.serve()
        plain = server.request("GET", "/matomo.js")
        set_up(server, forceCookielessTracking=1)
        bare = server.request("GET", "/matomo.js")
        self.assertTrue(bare.body.endswith(plain.body) and b"disableCookies" in bare.body[:80])
        self.assertNotEqual(bare.headers["etag"], plain.headers["etag"])
        server.hit(_id="1234567890abcdef")
        visit = server.report("Live.getLastVisitsDetails")[0]
        self.assertNotEqual(visit["visitorId"], "1234567890abcdef")

    def test_changes_need_fresh_proof_and_are_recorded(self):
        server = self.serve()
        answer = server.ask("PrivacyManager.setSettings", settingValues='{"PrivacyManager.maskEmails": false}')
        self.assertIn("confirm that it is you", answer.text)
        session = Session(self, server)
        session.call("PrivacyManager.setSettings", settingValues='{"PrivacyManager.maskEmails": false}')
        line = session.call("ActivityLog.getEntries", filterByActivityType="setting.set")[0]
        self.assertIn("PrivacyManager.maskEmails", json.dumps(line))
        wrong = session.ask("PrivacyManager.setSettings", settingValues='{"PrivacyManager.locationDetail": "street"}')
        self.assertIn("write one of", wrong.text)


def traces_or_busy(data_dir):
    """Files come and go while the stores are written anew."""
    try:
        return traces(data_dir)
    except Exception:  # A store that is open elsewhere, or a file that went meanwhile: look again.
        return {"busy": True}
