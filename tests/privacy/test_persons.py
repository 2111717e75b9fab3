"""The rights of a person: everything that is stored is found, handed out and erased, also from old backups."""

import csv
import json
import os

from harness.installation import PASSWORD, Case
from harness.server import ROOT, Server, scratch, wait_for
from support import MASKED, NEEDLES, UNMASKED, USER, VISITOR, Session, hits, set_up, traces

OTHER = ("beef000000000001", "other-user", "203.0.113.9", "other-order")
OTHERS = {"address": "203.0.113.9", "user": "other-user", "order": "other-order"}


def backup(server):
    target = scratch("backup")
    status, said = server.cli("backup", str(target))
    assert status == 0, said
    return target


def restored(case, source, *words):
    server = Server()
    case.addCleanup(server.end)
    status, said = server.cli("restore", str(source), *words)
    case.assertEqual(status, 0, said)
    server.token = case.token("root")
    return server


class Persons(Case):
    def track(self, server, *who):
        answer = server.bulk(hits(*who), token=self.token("root"))
        self.assertEqual((answer.status, answer.json()["invalid"]), (200, 0), answer.body)

    def filled(self):
        server = self.serve()
        set_up(server, **UNMASKED)
        self.track(server)
        self.track(server, *OTHER)
        return server

    def find(self, session, segment=f"userId=={USER}"):
        found = session.call("PrivacyManager.findDataSubjects", idSite="all", segment=segment)
        return [{"idsite": visit["idSite"], "idvisit": visit["idVisit"]} for visit in found]

    def clean(self, server):
        def look():
            try:
                return traces(server.data_dir) == {}
            except Exception:  # A store that is being written anew: look again.
                return False
        wait_for(look, 120, "no trace is left in the files")

    def test_everything_of_a_person_is_handed_out(self):
        server = self.filled()
        session = Session(self, server)
        visits = self.find(session)
        self.assertEqual(len(visits), 1)
        export = session.call("PrivacyManager.exportDataSubjects", visits=json.dumps(visits))
        text = json.dumps(export)
        for needle in NEEDLES.values():
            self.assertIn(needle, text)
        for needle in OTHERS.values():
            self.assertNotIn(needle, text)
        self.assertEqual(len(export["log_visit"]), 1)
        self.assertEqual(len(export["log_link_visit_action"]), 5)
        self.assertEqual(export["columns"]["user_id"]["privacy"], "personal")
        self.assertRegex(export["log_visit"][0]["first_action_s"], r"^20\d\d-\d\d-\d\dT")

    def test_only_who_administers_a_site_may_export_and_erase(self):
        server = self.filled()
        visits = json.dumps(self.find(Session(self, server)))
        for login in ("view", "write", "none"):
            for method in ("exportDataSubjects", "deleteDataSubjects"):
                answer = server.ask(f"PrivacyManager.{method}", token=self.token(login), visits=visits)
                self.assertEqual(answer.status, 401, login)
        foreign = json.dumps([{"idsite": 2, "idvisit": 1}])
        erase = lambda **more: server.ask("PrivacyManager.deleteDataSubjects", token=self.token("admin"), **more).status  # noqa: E731
        self.assertEqual(erase(visits=foreign, passwordConfirmation=PASSWORD), 401)
        self.assertEqual(erase(visits=visits), 403, "a token proves nothing by itself")
        self.assertEqual(server.report("VisitsSummary.getVisits")["value"], 2)

    def promise_43_an_erased_person_is_gone_from_every_store_and_from_old_backups(self):
        server = self.filled()
        session = Session(self, server)
        old = backup(server)
        # A copy elsewhere, of which the server does not know.
        moved = scratch("moved")
        os.system(f"cp -r {old} {moved}")
        self.assertEqual(sorted(traces(old)), sorted(NEEDLES))
        gone = session.call("PrivacyManager.deleteDataSubjects", visits=json.dumps(self.find(session)))
        self.assertEqual((gone["log_visit"], gone["log_link_visit_action"]), (1, 5))
        self.assertEqual(server.report("VisitsSummary.getVisits")["value"], 1)
        self.assertEqual(self.find(session), [])
        self.clean_of_first(server)
        new = backup(server)
        self.assertEqual({name for name in traces(new)} & {"address", "user", "order"}, set())
        self.assertEqual(sorted(traces(new, needles=OTHERS)), sorted(OTHERS))
        lines = session.call("ActivityLog.getEntries", filterByActivityType="privacy.*")
        self.assertEqual([line["type"] for line in lines], ["privacy.erased", "privacy.erasure_asked"])
        self.assertNotIn("canary", json.dumps(lines))
        for source, words in ((old, ()), (moved, ("--ledger", str(server.data_dir)))):
            again = restored(self, source, *words).start()
            self.assertEqual(again.report("VisitsSummary.getVisits")["value"], 1, words)
            self.assertEqual(self.find(Session(self, again)), [])
            self.clean_of_first(again)
            again.stop()
            self.assertEqual(set(traces(again.data_dir)) & {"address", "user", "order"}, set())
            self.assertEqual(again.cli("doctor")[0], 0)
            # Once is enough.
            again.start()
            self.assertEqual(again.report("VisitsSummary.getVisits")["value"], 1)
            again.stop()
        without = restored(self, moved).start()
        self.assertEqual(without.report("VisitsSummary.getVisits")["value"], 2, "the search can find somebody")

    def clean_of_first(self, server):
        mine = {name: NEEDLES[name] for name in ("address", "user", "order")}

        def look():
            try:
                return traces(server.data_dir, needles=mine) == {}
            except Exception:  # A store that is being written anew: look again.
                return False
        wait_for(look, 120, "no trace of the person is left in the files")

    def test_who_comes_again_after_an_erasure_is_somebody_new(self):
        server = self.filled()
        session = Session(self, server)
        session.call("PrivacyManager.deleteDataSubjects", visits=json.dumps(self.find(session)))
        # An order counts once, also after it was erased.
        self.track(server, VISITOR, USER, NEEDLES["address"], "another-order")
        visits = self.find(session)
        self.assertEqual(len(visits), 1)
        shown = server.report("Live.getLastVisitsDetails", segment=f"userId=={USER}")[0]
        self.assertEqual((shown["visitorType"], shown["visitCount"]), ("new", 1))
        page = next(detail for detail in shown["actionDetails"] if detail["type"] == "action")
        self.assertEqual(page["url"].split("?")[0], "https://shop.example/p")
        self.assertEqual(server.cli("doctor")[0], 0)

    def test_an_erasure_that_a_crash_cut_short_is_finished_at_the_next_start(self):
        server = self.filled()
        session = Session(self, server)
        visits = self.find(session)
        server.stop()
        # As if the server had been killed right after the line in the ledger.
        entry = json.dumps({"id": "ab" * 16, "asked_s": 1_800_000_000,
                            "work": {"kind": "erase", "visits": [[1, [visits[0]["idvisit"]]]]}})
        import hashlib
        line = json.dumps({"entry": entry, "sha256": hashlib.sha256(entry.encode()).hexdigest()})
        (server.data_dir / "erasures.ledger").write_text(line + "\n")
        server.start()
        self.assertEqual(server.report("VisitsSummary.getVisits")["value"], 1)
        job = Session(self, server).call("PrivacyManager.getJobs")[0]
        self.assertEqual((job["id"], job["state"]), ("ab" * 16, "done"))

    def test_every_report_equals_that_of_data_without_the_person(self):
        who = [(f"{number:016x}", f"user-{number}", f"203.0.113.{number}", f"order-{number}") for number in range(1, 25)]
        with_person, without = self.serve(), self.serve()
        for server in (with_person, without):
            set_up(server, **UNMASKED)
        now = 1_900_000_000
        for number, person in enumerate(who):
            for server in (with_person, without):
                self.track_at(server, person, number)
            if number % 8 == 3:
                # Several visits on several days, before and after those of others.
                self.track_at(with_person, (VISITOR, USER, "198.51.100.77", f"canary-{number}"), number)
        session = Session(self, with_person)
        found = self.find(session, f"visitorId=={self.visitor_of(with_person)}")
        self.assertEqual(len(found), 3)
        different = [m for m in self.methods() if self.answer(with_person, m) != self.answer(without, m)]
        self.assertGreater(len(different), 30, "the person shows in reports before")
        session.call("PrivacyManager.deleteDataSubjects", visits=json.dumps(found))
        for method in self.methods():
            for segment in ("", "visitorType==new", "actions>2"):
                self.assertEqual(self.answer(with_person, method, segment), self.answer(without, method, segment), method)
        del now

    def track_at(self, server, person, number):
        day = 1 + number % 6
        rows = [{**hit, "cdt": f"2026-03-0{day} 0{number % 9}:{(number * 7) % 60:02d}:0{place}"}
                for place, hit in enumerate(hits(*person))]
        answer = server.bulk(rows, token=self.token("root"))
        self.assertEqual((answer.status, answer.json()["invalid"]), (200, 0), answer.body)

    def visitor_of(self, server):
        days = {"period": "range", "date": "2026-03-01,2026-03-31"}
        return server.call("Live.getLastVisitsDetails", idSite=1, segment=f"userId=={USER}", **days)[0]["visitorId"]

    @staticmethod
    def methods():
        """Every report of sites, but those that show numbers of visits or count from now."""
        with open(ROOT / "tests/api/access.csv") as file:
            rows = list(csv.DictReader(file))
        reports = [row["method"] for row in rows if row["view"] == "own" and row["root"].startswith("own")]
        return [m for m in reports if not m.startswith(("Live.", "SitesManager.", "API."))]

    def answer(self, server, method, segment=""):
        answer = server.ask(method, idSite=1, period="range", date="2026-03-01,2026-03-31", segment=segment,
                            filter_limit=-1, flat=0, expanded=1)
        return answer.status, answer.text


class Space(Case):
    def test_a_start_gives_back_the_space_that_a_stop_kept_from_being_given_back(self):
        server = self.serve()
        server.hit(url="https://shop.example/kept")
        server.wait_counted()
        server.kill()
        owed = server.data_dir / "erasures.owed"
        owed.touch()
        before = {file.name for file in (server.data_dir / "analytics").iterdir()}
        server.start()
        wait_for(lambda: not owed.exists(), 60, "the space is given back")
        after = {file.name for file in (server.data_dir / "analytics").iterdir() if file.suffix == ".duckdb"}
        self.assertFalse(before & after, "the files were written anew")
        self.assertEqual(server.report("VisitsSummary.get")["nb_visits"], 1)


class Retention(Case):
    def test_old_visits_go_and_younger_ones_stay_and_old_backups_bring_none_back(self):
        server = self.serve()
        set_up(server, **{**MASKED, "deleteLogsOlderThan": 30})
        for day in ("2026-01-05", "2026-02-07"):
            row = {"idsite": 1, "rec": 1, "url": f"https://shop.example/{day}", "cdt": f"{day} 10:00:00"}
            self.assertEqual(server.bulk([row], token=self.token("root")).json()["invalid"], 0)
        server.hit(url="https://shop.example/today")
        old = backup(server)
        session = Session(self, server)
        estimate = session.call("PrivacyManager.estimatePurge", idSites=1)[0]
        self.assertEqual((estimate["enabled"], estimate["rows"]["log_visit"]), (False, 2))
        refused = session.ask("PrivacyManager.executeDataPurge", idSites=1)
        self.assertIn("switch it on first", refused.text)
        set_up(server, deleteLogsEnable=1)
        begun = session.call("PrivacyManager.executeDataPurge", idSites=1)[0]
        row = session.finish(begun["job"])
        self.assertEqual(json.loads(row["result"])["visit"], 2)
        everything = {"idSite": 1, "period": "range", "date": "2020-01-01,today"}
        self.assertEqual(server.call("VisitsSummary.getVisits", **everything)["value"], 1)
        labels = [row["label"] for row in server.call("Actions.getPageUrls", **everything, flat=1)]
        self.assertEqual(labels, ["/today"])
        self.assertEqual(server.cli("doctor")[0], 0)
        again = restored(self, old).start()
        self.assertEqual(again.call("VisitsSummary.getVisits", **everything)["value"], 1)
        # A page that went may come again.
        server.hit(url="https://shop.example/2026-01-05")
        labels = sorted(row["label"] for row in server.call("Actions.getPageUrls", **everything, flat=1))
        self.assertEqual(labels, ["/2026-01-05", "/today"])


class Policies(Case):
    def test_a_policy_is_enforced_and_proved(self):
        server = self.serve()
        session = Session(self, server)
        for policy in [row["id"] for row in session.call("PrivacyManager.getCompliancePolicies")]:
            status = session.call("PrivacyManager.getComplianceStatus", complianceType=policy)
            self.assertFalse(status["compliant"])
            session.call("PrivacyManager.setComplianceStatus", complianceType=policy, enforce=1)
            status = session.call("PrivacyManager.getComplianceStatus", complianceType=policy)
            self.assertTrue(status["compliant"] and status["enforced"])
            self.assertEqual({row["state"] for row in status["rules"]}, {"enforced", "manual"})
        refused = session.ask("PrivacyManager.setSettings", settingValues='{"PrivacyManager.anonymizeUserId": false}')
        self.assertIn("release the policy first", refused.text)
        refused = session.ask("CorePluginsAdmin.setSystemSettings", settingValues='{"PrivacyManager.anonymizeUserId": false}')
        self.assertIn("release the policy first", refused.text)
        refused = session.ask("PrivacyManager.setSettings", idSite=1, settingValues='{"PrivacyManager.ipAddressMaskLength": 1}')
        self.assertIn("release the policy first", refused.text)
        document = session.call("PrivacyManager.makeComplianceDocument", complianceType="cnil_v1")
        import hashlib
        self.assertEqual(hashlib.sha256(document["text"].encode()).hexdigest(), document["sha256"])
        line = session.call("ActivityLog.getEntries", filterByActivityType="privacy.proved")[0]
        self.assertIn(document["sha256"], json.dumps(line))
        session.call("PrivacyManager.setComplianceStatus", complianceType="cnil_v1", enforce=0)
        session.call("PrivacyManager.setComplianceStatus", complianceType="no_consent", enforce=0)
        session.call("PrivacyManager.setSettings", settingValues='{"PrivacyManager.anonymizeUserId": false}')


class OptOut(Case):
    def test_the_form_is_the_one_page_that_others_may_frame(self):
        server = self.serve()
        answer = server.request("GET", "/index.php?module=CoreAdminHome&action=optOut&language=de&fontColor=112233")
        self.assertEqual(answer.status, 200)
        self.assertIn("frame-ancestors *", answer.headers["content-security-policy"])
        self.assertNotIn("x-frame-options", answer.headers)
        self.assertIn("Meine Besuche nicht zählen", answer.text)
        self.assertIn("color:#112233", answer.text)
        self.assertNotIn("<script", answer.text)
        for path in ("/", "/index.php?module=API&method=API.getMatomoVersion", "/health", "/matomo.js", "/login", "/public/1", "/nothing",
                     "/public/link/abc", "/public/1/info", "/api/v1/session", "/api/v1/openapi.json", "/admin/privacy/opt-out",
                     "/index.php?module=CoreAdminHome&action=optOutJS", "/index.php?module=CoreAdminHome&action=home",
                     "/index.php?module=Widgetize&action=iframe&moduleToWidgetize=VisitsSummary&actionToWidgetize=get&idSite=1"):
            other = server.request("GET", path)
            self.assertEqual(other.headers["x-frame-options"], "DENY", path)
            self.assertIn("frame-ancestors 'none'", other.headers["content-security-policy"], path)

    def test_a_look_that_is_none_is_refused(self):
        server = self.serve()
        for look in ("fontColor=red", "fontSize=16", "fontFamily=%3C/style%3E", "backgroundColor=fff%3B%7D", "language=%3Cb%3E"):
            for action in ("optOut", "optOutJS"):
                answer = server.request("GET", f"/index.php?module=CoreAdminHome&action={action}&{look}")
                self.assertEqual(answer.status, 400, look)
                self.assertNotIn("<b>", answer.text)

    def test_the_choice_is_kept_and_heeded(self):
        server = self.serve()
        path = "/index.php?module=CoreAdminHome&action=optOut"
        form = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        answer = server.request("POST", path, "choice=out", form)
        self.assertEqual((answer.status, answer.headers["location"].startswith("/index.php?")), (303, True))
        cookie = answer.headers["set-cookie"]
        for part in ("matomo_ignore=1", "SameSite=None", "Secure", "Partitioned", "HttpOnly"):
            self.assertIn(part, cookie)
        shown = server.request("GET", answer.headers["location"], headers={"Cookie": "matomo_ignore=1"})
        self.assertIn("You opted out", shown.text)
        lost = server.request("GET", answer.headers["location"])
        self.assertIn("did not keep the choice", lost.text)
        # Beside it may stand what other programs wrote, in whatever encoding.
        for beside in ("matomo_ignore=1", "name=M\xfcller; matomo_ignore=1; b=2", "matomo_ignore=1; name=M\xc3\xbcller"):
            server.hit({"Cookie": beside})
            shown = server.request("GET", answer.headers["location"], headers={"Cookie": beside})
            self.assertIn("You opted out", shown.text, beside)
        server.hit()
        self.assertEqual(server.report("VisitsSummary.getVisits")["value"], 1)

    def test_no_other_site_can_choose_for_a_visitor(self):
        server = self.serve()
        for site in ("cross-site", "same-site", "none"):
            form = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": site}
            answer = server.request("POST", "/index.php?module=CoreAdminHome&action=optOut", "choice=out", form)
            self.assertEqual(answer.status, 403)
            self.assertNotIn("set-cookie", answer.headers)

    def test_the_code_to_paste_holds_the_look(self):
        server = self.serve()
        look = {"fontColor": "112233", "fontFamily": "Arial, sans-serif", "language": "de"}
        frame = server.call("CoreAdminHome.getOptOutIframeEmbedCode", **look)["value"]
        self.assertIn("fontColor=112233", frame)
        script = server.call("CoreAdminHome.getOptOutJSEmbedCode", **look)["value"]
        address = script.split('src="')[1].split('"')[0].replace("&amp;", "&").split("/index.php", 1)[1]
        loaded = server.request("GET", "/index.php" + address)
        self.assertEqual((loaded.status, loaded.headers["content-type"]), (200, "text/javascript; charset=utf-8"))
        self.assertEqual(loaded.headers["cross-origin-resource-policy"], "cross-origin")
        self.assertIn("Meine Besuche nicht", loaded.text)
        own = server.call("CoreAdminHome.getOptOutSelfContainedEmbedCode", **look)["value"]
        self.assertIn("mtm_consent_removed", own)
        self.assertNotIn("src=", own)
