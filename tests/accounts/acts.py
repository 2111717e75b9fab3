"""Every act that leaves a line in the activity log: where it is performed, and who is told of it by mail."""

import contextlib
import functools
import sqlite3
import time

from harness.installation import PASSWORD, Case, installation
from harness.server import ROOT, wait_for
from support import MailServer

# Kinds of acts by the scenario that performs them, each with who is told.
PERFORMED = {}
# What needs a broken disk is performed and looked up by name in the tests of these files.
ELSEWHERE = {
    "privacy.work_failed": "crates/meta/src/privacy.rs",
}


def performs(*acts):
    """A scenario that performs these acts, written as `kind who`; `who` is -, subject, superusers, both or watchers."""
    told = dict(act.split() for act in acts)

    def wrap(scenario):
        for kind, who in told.items():
            assert kind not in PERFORMED, f"{kind} is performed twice"
            PERFORMED[kind] = (scenario.__name__, who)

        @functools.wraps(scenario)
        def run(self):
            scenario(self)
            for kind, who in told.items():
                with self.subTest(kind):
                    self.assert_recorded(kind, who)

        return run

    return wrap


class Acts(Case):
    """One server for each scenario, whose mails are read."""

    def serve(self, stopped=False, **options):
        self.mail = MailServer().start()
        self.addCleanup(self.mail.stop)
        self.server = installation().server(**options)
        self.addCleanup(self.server.end)
        self.mail.connect(self.server)
        # What was recorded while the installation was made is not of this scenario.
        self.first = self.rows("SELECT max(id) FROM activity")[0][0]
        self.first_mail = self.rows("SELECT coalesce(max(id), 0) FROM mail")[0][0]
        if not stopped:
            self.server.start()
        return self.server

    def rows(self, sql, *values, server=None):
        server = server or self.server
        with contextlib.closing(sqlite3.connect(server.data_dir / "meta.db", timeout=30)) as store, store:
            return store.execute(sql, values).fetchall()

    def call(self, method, **params):
        """A call of a superuser with proof, which must succeed."""
        return self.server.call(method, passwordConfirmation=PASSWORD, **params)

    def method(self, session, method, /, status=200, **params):
        """The same by a session."""
        answer = self.server.post_json(f"/api/v1/methods/{method}", params, session)
        self.assertEqual(answer.status, status, (method, answer.body))
        return answer.json()

    def again(self, job, *changes):
        """A job's next turn, after these changes of the store."""
        self.server.stop()
        for change in changes:
            self.rows(change)
        self.rows("DELETE FROM job WHERE name = ?", job)
        self.server.start()

    def lines(self, kind):
        return self.rows("SELECT id, at_ms, who, subject, detail, result FROM activity WHERE kind = ? AND id > ? "
                         "ORDER BY id DESC", kind, self.first)

    def assert_recorded(self, kind, who):
        """The line is whole, everybody who may sees it, and those were told who must be."""
        lines = wait_for(lambda: self.lines(kind), 60, f"a line of {kind}")
        _, at_ms, actor, _, detail, result = line = lines[0]
        subjects = {subject for _, _, _, subject, _, _ in lines}
        self.assertTrue(actor, line)
        self.assertEqual(result, "refused" if kind.endswith("refused") else "done")
        self.assertLess(abs(at_ms / 1000 - time.time()), 600)
        if self.server.process and self.server.process.poll() is None:
            shown = self.server.call("ActivityLog.getEntries", filterByActivityType=kind, limit=-1)
            self.assertIn(at_ms, [entry["timestamp_ms"] for entry in shown])
        self.assertNotIn(PASSWORD, detail)
        superusers = {login for login, in self.rows("SELECT login FROM user WHERE superuser = 1 AND state = 'active'")}
        admins = {login for login, in self.rows(
            "SELECT DISTINCT role.login FROM role, json_each(?, '$.site_ids') site JOIN user USING (login) WHERE "
            "site.value = role.site_id AND role.role = 'admin' AND state = 'active'", detail)} if who == "watchers" else set()
        wanted = {"-": set(), "subject": subjects, "superusers": superusers, "both": superusers | subjects,
                  "watchers": superusers | admins}[who]
        key = "''" if kind == "token.provisioned" else f"'{kind}:%'"
        told = self.rows(f"SELECT login, address, state FROM mail WHERE kind = 'event' AND once_key LIKE {key} AND id > ?",
                         self.first_mail)
        logins = {login for login, *_ in told}
        # What a token does by itself is told each time, and so without a key by which its mails could be told from others.
        self.assertEqual(logins & wanted if key == "''" else logins, wanted, kind)
        for login, address, _ in told:
            wait_for(lambda: self.mail.to(address), 60, f"a mail to {login} of {kind}")


def missing(kinds):
    """Declared kinds without a row, and rows without a kind."""
    rows = set(PERFORMED) | set(ELSEWHERE)
    return sorted(set(kinds) - rows), sorted(rows - set(kinds))


def unproven():
    """Kinds whose file elsewhere does not name them."""
    return [kind for kind, path in ELSEWHERE.items() if kind not in (ROOT / path).read_text()]
