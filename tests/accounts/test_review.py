"""Access reviews: every role looked at, decided, signed, and kept."""

import contextlib
import csv
import io
import sqlite3
import time

from harness.installation import PASSWORD, Case
from harness.server import wait_for

DAY_S = 24 * 60 * 60


class Reviews(Case):
    def act(self, server, method, **params):
        return server.call(f"UsersManager.{method}", passwordConfirmation=PASSWORD, **params)

    def begin(self, server):
        number = self.act(server, "beginReview")["value"]
        return number, self.lines(server, number)

    def lines(self, server, number):
        review = server.call("UsersManager.getReview", idReview=number)
        return {(line["login"], line["idsite"]): line for line in review["lines"]}

    def refused(self, server, method, words, **params):
        answer = server.ask(f"UsersManager.{method}", passwordConfirmation=PASSWORD, **params)
        self.assertIn(words, answer.text)
        self.assertEqual(answer.json()["result"], "error")

    def test_a_review_from_its_beginning_to_the_signed_report(self):
        server = self.serve()
        server.report("VisitsSummary.get")
        server.ask("VisitsSummary.get", token=self.token("view"), idSite=1, period="day", date="today")
        cookie = self.cookie(server, "write")
        number, lines = self.begin(server)
        self.assertEqual({key: line["role"] for key, line in lines.items()},
                         {("root", 0): "superuser", ("admin", 1): "admin", ("view", 1): "view", ("write", 1): "write"})
        self.assertTrue(lines["view", 1]["last_used"], "the role let its holder see a report")
        self.assertIsNone(lines["admin", 1]["last_used"])
        self.assertEqual(lines["write", 1]["granted_by"], "root")
        self.refused(server, "beginReview", "under way")
        self.refused(server, "signReview", "4 roles", idReview=number)
        self.act(server, "lowerReviewLine", idReview=number, line=lines["write", 1]["line"], access="view")
        self.assertEqual(server.request("GET", "/api/v1/session", headers=cookie).status, 401)
        self.assertEqual(server.call("UsersManager.getUsersAccessFromSite", idSite=1)["write"], "view")
        self.refused(server, "lowerReviewLine", "not less", idReview=number, line=lines["view", 1]["line"], access="admin")
        self.refused(server, "lowerReviewLine", "only superuser", idReview=number, line=lines["root", 0]["line"],
                     access="noaccess")
        kept = [str(lines[key]["line"]) for key in (("root", 0), ("admin", 1), ("view", 1))]
        self.act(server, "confirmReviewLines", idReview=number, lines=",".join(kept))
        signed = self.act(server, "signReview", idReview=number)
        self.assertEqual((signed["signed_by"], bool(signed["signed"])), ("root", True))
        review = server.call("UsersManager.getReview", idReview=number)
        self.assertTrue(review["whole"])
        for method, more in [("confirmReviewLines", {"lines": kept[0]}), ("signReview", {}), ("refreshReview", {}),
                             ("lowerReviewLine", {"line": kept[1], "access": "view"})]:
            self.refused(server, method, "signed", idReview=number, **more)
        report = server.ask("UsersManager.getReviewReport", idReview=number, format="csv")
        rows = list(csv.DictReader(io.StringIO(report.body.decode("utf-16"))))
        self.assertEqual({(row["login"], row["role"], row["verdict"], row["after"]) for row in rows}, {
            ("root", "superuser", "confirmed", "superuser"), ("admin", "admin", "confirmed", "admin"),
            ("view", "view", "confirmed", "view"), ("write", "write", "lowered", "view")})
        self.assertEqual({row["signed_by"] for row in rows}, {"root"})
        self.assertEqual(len(server.call("UsersManager.getReviewReport", idReview=number)), 4)
        kinds = {line["activity"] if "activity" in line else line["type"] for line in
                 server.call("ActivityLog.getEntries", limit=-1, filterByActivityType="review.*")}
        self.assertLessEqual({"review.begun", "review.confirmed", "review.lowered", "review.signed", "review.downloaded"}, kinds)
        history = server.call("UsersManager.getReviews")
        self.assertEqual(([row["idreview"] for row in history["reviews"]], history["open"], history["overdue"]),
                         ([number], None, False))

    def test_a_signed_review_shows_that_it_was_changed(self):
        server = self.serve()
        number, lines = self.begin(server)
        self.act(server, "confirmReviewLines", idReview=number, lines=",".join(str(l["line"]) for l in lines.values()))
        self.act(server, "signReview", idReview=number)
        with contextlib.closing(sqlite3.connect(server.data_dir / "meta.db")) as meta:
            meta.execute("UPDATE review_line SET after = 'admin' WHERE login = 'view'")
            meta.commit()
        self.assertFalse(server.call("UsersManager.getReview", idReview=number)["whole"])

    def test_roles_that_changed_meanwhile_are_looked_at_again(self):
        server = self.serve()
        number, lines = self.begin(server)
        server.call("UsersManager.setUserAccess", userLogin="view", access="write", idSites=1)
        server.call("UsersManager.setUserAccess", userLogin="none", access="view", idSites=2)
        server.call("UsersManager.setUserAccess", userLogin="write", access="noaccess", idSites=1)
        self.refused(server, "confirmReviewLines", "holds write now", idReview=number, lines=lines["view", 1]["line"])
        rest = [str(lines[key]["line"]) for key in (("root", 0), ("admin", 1))]
        self.act(server, "confirmReviewLines", idReview=number, lines=",".join(rest))
        self.refused(server, "signReview", "2 roles", idReview=number)
        lines = self.lines(server, number)
        self.assertEqual((lines["view", 1]["role"], lines["none", 2]["role"], lines["write", 1]["verdict"]),
                         ("write", "view", "gone"))
        more = [str(lines[key]["line"]) for key in (("view", 1), ("none", 2))]
        self.act(server, "confirmReviewLines", idReview=number, lines=",".join(more))
        self.act(server, "signReview", idReview=number)

    def test_superusers_are_reminded_once_when_a_review_is_due(self):
        server = self.serve()
        jobs = lambda: self.rows(server, "SELECT period FROM job WHERE name = 'access-review'")
        wait_for(jobs, 20, "the jobs ran at the start")
        mails = lambda: len(self.rows(server, "SELECT id FROM mail WHERE kind = 'review_due'"))
        self.assertEqual(mails(), 0)
        for _ in range(2):
            server.stop()
            self.rows(server, "UPDATE user SET created_s = ?", int(time.time()) - 200 * DAY_S)
            self.rows(server, "UPDATE job SET period = period - 1, lease_until_s = 0 WHERE name = 'access-review'")
            server.start()
            wait_for(lambda: mails() == 1, 20, "the mail")
            time.sleep(1)
            self.assertEqual(mails(), 1)
        self.assertTrue(server.call("UsersManager.getReviews")["overdue"])

    def rows(self, server, sql, *values):
        with contextlib.closing(sqlite3.connect(server.data_dir / "meta.db")) as meta:
            found = meta.execute(sql, values).fetchall()
            meta.commit()
            return found

    def test_only_superusers_review(self):
        server = self.serve()
        for method in ("getReviews", "getReview", "beginReview"):
            self.assertEqual(server.ask(f"UsersManager.{method}", token=self.token("admin")).status, 401, method)
        self.assertEqual(server.ask("UsersManager.signReview", idReview=1).status, 403, "needs proof")
