"""A site that is deleted leaves nothing of its visitors: not in the stores, nor in old backups that are restored."""

import json
import sqlite3

from harness.installation import Case
from harness.server import wait_for
from support import UNMASKED, Session, hits, set_up, traces
from test_persons import OTHER, OTHERS, backup, restored

MINE = ("address", "user", "order")


class Sites(Case):
    def track(self, server, site, *who):
        rows = [{**row, "idsite": site} for row in hits(*who)]
        answer = server.bulk(rows, token=self.token("root"))
        self.assertEqual((answer.status, answer.json()["invalid"]), (200, 0), answer.body)

    def filled(self):
        server = self.serve()
        set_up(server, **UNMASKED)
        self.track(server, 2)
        self.track(server, 1, *OTHER)
        server.wait_counted()
        return server

    def clean(self, server):
        def look():
            try:
                return not set(traces(server.data_dir)) & set(MINE)
            except Exception:  # A store that is being written anew: look again.
                return False
        wait_for(look, 120, "no trace of the site's visitors is left in the files")

    def stored(self, server):
        return {row["idsite"] for row in server.call("Diagnostics.getStoredData")}

    def test_a_deleted_site_is_erased_everywhere_and_no_backup_brings_it_back(self):
        server = self.filled()
        session = Session(self, server)
        old = backup(server)
        self.assertLessEqual(set(MINE), set(traces(old)))
        session.call("SitesManager.deleteSite", idSite=2)
        job = next(row for row in session.call("PrivacyManager.getJobs") if row["kind"] == "erase_site")
        done = json.loads(session.finish(job["id"])["result"])
        self.assertEqual((done["visit"], done["action"]), (1, 5))
        self.assertEqual(self.stored(server), {1})
        self.clean(server)
        # What stands beside it stays.
        self.assertEqual(sorted(traces(server.data_dir, needles=OTHERS)), sorted(OTHERS))
        self.assertEqual(server.report("VisitsSummary.getVisits")["value"], 1)
        lines = session.call("ActivityLog.getEntries", filterByActivityType="privacy.*")
        self.assertEqual([line["type"] for line in lines], ["privacy.erased", "privacy.erasure_asked"])
        self.assertEqual(lines[1]["detail"]["deleted_site"], 2)
        self.assertEqual(server.cli("doctor")[0], 0)
        # The backup knows the site; its visits are erased again by the ledger.
        again = restored(self, old).start()
        self.assertEqual(self.stored(again), {1})
        self.clean(again)

    def test_what_was_not_begun_or_came_late_is_erased_by_the_timetable(self):
        server = self.filled()
        server.stop()
        # As if the server had been killed between the two steps, a day ago.
        with sqlite3.connect(server.data_dir / "meta.db") as store:
            store.execute("PRAGMA foreign_keys = ON")
            store.execute("DELETE FROM site WHERE id = 2")
            store.execute("DELETE FROM job WHERE name = 'retention'")
        server.start()
        wait_for(lambda: self.stored(server) == {1}, 60, "the rest of the deleted site is erased")
        shown = lambda: json.dumps(server.call("CoreAdminHome.getScheduledTasks"))  # noqa: E731
        wait_for(lambda: "1 deleted ones erased" in shown(), 20, "the timetable tells of it")
        line = server.call("ActivityLog.getEntries", filterByActivityType="privacy.erased")[0]
        self.assertIn("retention", line["user_login"])
        self.clean(server)
