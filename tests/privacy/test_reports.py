"""Reports that outlive their visits, over HTTP: kept when visits go, gone when their own time is over, and never brought
back or lost by a crash or by a backup."""

import datetime
import json
import pathlib
import shutil
import tempfile

import duckdb

from harness.installation import Case
from harness.server import wait_for
from support import MASKED, Session, set_up
from test_persons import backup, restored

EVERYTHING = {"idSite": 1, "period": "range", "date": "2020-01-01,today", "filter_limit": -1}
WORD = "canary-kept-lantern"


def days_ago(days):
    return datetime.date.today() - datetime.timedelta(days=days)


def months_ago(day):
    """How many whole months ago at least a day is."""
    today = datetime.date.today()
    months = (today.year - day.year) * 12 + today.month - day.month
    return months if today.day >= day.day else months - 1


class Reports(Case):
    def filled(self, **settings):
        """Three visits of 100 days ago, one of 50 days ago and one of today."""
        server = self.serve()
        set_up(server, **{**MASKED, "deleteLogsEnable": 1, "deleteLogsOlderThan": 30, **settings})
        for nth, days in enumerate((100, 100, 100, 50)):
            row = {"idsite": 1, "rec": 1, "url": f"https://shop.example/{WORD}/{nth}", "_id": f"{nth:016x}",
                   "uid": f"user-{nth}", "cdt": f"{days_ago(days)} 10:0{nth}:00"}
            self.assertEqual(server.bulk([row], token=self.token("root")).json()["invalid"], 0)
        server.hit(url="https://shop.example/today")
        server.wait_counted()
        return server

    def figures(self, server):
        """Reports of all time, of the months and of single days."""
        asked = [("VisitsSummary.getVisits", {}), ("Actions.getPageUrls", {"expanded": 1}), ("Actions.getPageUrls", {"flat": 1}),
                 ("UserCountry.getCountry", {}), ("VisitTime.getVisitInformationPerServerTime", {}), ("Goals.get", {})]
        told = {}
        for method, more in asked:
            for period, date in (("range", EVERYTHING["date"]), ("month", f"{days_ago(100)},{days_ago(0)}"),
                                 ("day", str(days_ago(100))), ("week", str(days_ago(50)))):
                told[f"{method} {more} {period}"] = server.call(method, **{**EVERYTHING, **more, "period": period, "date": date})
        # Persons of a whole month are known still.
        told["persons"] = server.call("VisitsSummary.get", idSite=1, period="month", date=str(days_ago(100)))
        return told

    def purge(self, session):
        begun = session.call("PrivacyManager.executeDataPurge", idSites=1)[0]
        return json.loads(session.finish(begun["job"])["result"])

    def estimate(self, session):
        return session.call("PrivacyManager.estimatePurge", idSites=1)[0]

    def visits(self, server):
        return server.call("VisitsSummary.getVisits", **EVERYTHING)["value"]

    def test_reports_stay_when_visits_go_and_go_when_their_time_is_over(self):
        server = self.filled(keepReportsEnable=1, keepReportsMonths=0)
        session = Session(self, server)
        before = self.figures(server)
        old = backup(server)
        told = self.estimate(session)
        self.assertEqual((told["rows"]["log_visit"], told["reports"]["kept"], told["reports"]["daysKept"]), (4, True, 0))
        self.assertEqual(told["reports"]["daysToKeep"], 70)
        self.assertGreater(told["reports"]["bytesToKeep"], 0)
        done = self.purge(session)
        self.assertEqual((done["visit"], done["reports_kept"]), (4, 70))
        self.assertEqual(self.figures(server), before)
        # The visits are gone; with them segments, users and the log.
        self.assertEqual(len(server.call("Live.getLastVisitsDetails", **EVERYTHING)), 1)
        self.assertEqual(server.call("VisitsSummary.getVisits", **EVERYTHING, segment="actions>=1")["value"], 1)
        self.assertEqual(server.call("UserId.getUsers", **{**EVERYTHING, "period": "day", "date": str(days_ago(100))}), [])
        self.assertEqual(server.cli("doctor")[0], 0)
        # Neither a start nor a copy loses them, and an old backup is purged again in the same way.
        server.stop()
        server.start()
        self.assertEqual(self.figures(server), before)
        new = restored(self, backup(server)).start()
        self.assertEqual(self.figures(new), before)
        again = restored(self, old).start()
        wait_for(lambda: len(again.call("Live.getLastVisitsDetails", **EVERYTHING)) == 1, 60, "the visits are purged again")
        self.assertEqual(self.figures(again), before)
        # Done again, nothing is kept twice.
        done = self.purge(session)
        self.assertEqual((done.get("visit", 0), done.get("reports_kept", 0)), (0, 0))
        self.assertEqual(self.figures(server), before)
        # The reports of 100 days ago are too old now, those of 50 days ago are not.
        set_up(server, keepReportsMonths=months_ago(days_ago(50)) + 1)
        told = self.estimate(session)["reports"]
        self.assertEqual((told["daysKept"], told["months"]), (70, months_ago(days_ago(50)) + 1))
        self.assertTrue(0 < told["daysToDelete"] < 70 and 0 < told["bytesToDelete"] < told["bytesKept"], told)
        self.assertEqual(self.purge(session)["reports_gone"], told["daysToDelete"])
        self.assertEqual(self.visits(server), 2)
        # Reports that are kept no longer go with the next purge, from the files too.
        self.assertTrue(self.found(server))
        set_up(server, keepReportsEnable=0)
        self.purge(session)
        self.assertEqual(self.visits(server), 1)
        wait_for(lambda: not self.found(server), 60, "nothing of the reports is left in the files")

    def found(self, server):
        """Whether the store holds a word that stands in the reports."""
        with tempfile.TemporaryDirectory() as folder:
            try:
                for file in (server.data_dir / "analytics").glob("analytics.*"):
                    shutil.copy2(file, folder)
                newest = max(pathlib.Path(folder).glob("*.duckdb"))
                with duckdb.connect(str(newest)) as store:
                    numbers = store.execute("SELECT numbers FROM kept_report").fetchall()
            except (OSError, ValueError, duckdb.Error):  # A store that is being written anew: look again.
                return True
        return any(WORD.encode() in row[0] for row in numbers)

    def test_reports_go_with_their_visits_unless_they_are_kept(self):
        server = self.filled()
        session = Session(self, server)
        self.assertEqual(self.estimate(session)["reports"]["daysToKeep"], 0)
        self.assertNotIn("reports_kept", self.purge(session))
        self.assertEqual(self.visits(server), 1)

    def test_a_site_has_its_own_choice_and_a_deleted_one_leaves_no_reports(self):
        server = self.filled()
        session = Session(self, server)
        session.call("PrivacyManager.setSettings", idSite=1, settingValues=json.dumps({"PrivacyManager.keepReportsEnable": True}))
        self.purge(session)
        self.assertEqual(self.visits(server), 5)
        session.call("SitesManager.deleteSite", idSite=1)
        job = next(row for row in session.call("PrivacyManager.getJobs") if row["kind"] == "erase_site")
        self.assertEqual(json.loads(session.finish(job["id"])["result"])["reports_gone"], 70)
        wait_for(lambda: not self.found(server), 60, "nothing of the reports is left in the files")

    def test_a_kill_and_a_stop_at_any_moment_lose_and_double_nothing(self):
        server = self.filled(keepReportsEnable=1)
        before = self.figures(server)
        for nth in range(6):
            session = Session(self, server)
            session.call("PrivacyManager.executeDataPurge", idSites=1)
            if nth % 2:
                server.kill()
            else:
                self.assertEqual(server.stop()[0], 0)
            server.start()
            self.assertEqual(self.figures(server), before)
        wait_for(lambda: len(server.call("Live.getLastVisitsDetails", **EVERYTHING)) == 1, 60, "the visits are gone")
        self.assertEqual(self.figures(server), before)
        states = {job["state"] for job in Session(self, server).call("PrivacyManager.getJobs")}
        self.assertEqual(states, {"done"}, "what a stop breaks off is done at the next start")
        self.assertEqual(server.cli("doctor")[0], 0)
