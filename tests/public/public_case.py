"""A server with a mail server, visits of yesterday, and the whole way from a wish to something that is public."""

import datetime
import json
import sqlite3
import time
import urllib.parse

from harness.installation import PASSWORD, Case, installation
from harness.server import wait_for
from support import MailServer

ROOT = "root@people.example"
REASON = "for the annual report"
DAY_S = 86_400
# What a crawl must not be kept from by budgets.
UNBOUND = {"PublicReports.requestsPerMinute": "100000", "PublicReports.grantRequestsPerMinute": "1000000",
           "PublicReports.cpuPercent": "100"}


def yesterday(hour=12, days=1):
    """A moment on an earlier day, as the tracker takes it."""
    day = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=days)
    return f"{day} {hour:02}:00:00"


def date(days=1):
    return str(datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=days))


class PublicCase(Case):
    def serve_public(self, on=True, more=(), **options):
        """A server whose mails are read; public reports are on."""
        self.mail = MailServer().start()
        self.addCleanup(self.mail.stop)
        server = installation().server(**options)
        self.addCleanup(server.end)
        for words, stdin in more:
            status, said = server.cli(*words, stdin=stdin)
            self.assertEqual(status, 0, said)
        self.mail.connect(server)
        server.start()
        self.mail.wait(ROOT, "setting")
        # The server has to note that the mail left before it counts.
        wait_for(lambda: server.call("CoreAdminHome.getMailState")["waiting"] == 0, 60, "the first mails are out")
        if on:
            self.good(server, "PublicReports.setSwitch", state="on", passwordConfirmation=PASSWORD)
        return server

    def second_superuser(self):
        words = ("user", "create", "--login", "second", "--email", "second@people.example", "--superuser", "--password-stdin")
        return [(words, PASSWORD)]

    def token_of(self, server, login):
        status, said = server.cli("token", "create", "--login", login, "--description", "suite")
        self.assertEqual(status, 0, said)
        return said

    def v1(self, server, method, token=None, headers=None, **params):
        sent = dict(headers or {})
        if "Cookie" not in sent:
            sent["Authorization"] = f"Bearer {token or server.token}"
        return server.post_json(f"/api/v1/methods/{method}", params, sent)

    def get(self, server, method, token=None, **params):
        """A call that only reads."""
        query = urllib.parse.urlencode(params)
        answer = server.request("GET", f"/api/v1/methods/{method}?{query}",
                                headers={"Authorization": f"Bearer {token or server.token}"})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def good(self, server, method, **params):
        answer = self.v1(server, method, **params)
        self.assertEqual(answer.status, 200, (method, answer.body))
        return answer.json()

    def bad(self, server, method, status, code, **params):
        answer = self.v1(server, method, **params)
        self.assertEqual((answer.status, answer.json()["error"]["code"]), (status, code), (method, answer.body))
        return answer.json()["error"]["message"]

    def ask_for(self, server, sites=(1,), **draft):
        draft = {"what": "site", "reason": REASON, **draft}
        ids = self.good(server, "PublicReports.request", idSites=list(sites), passwordConfirmation=PASSWORD, **draft)
        return ids["idGrants"]

    def shown(self, server, ids, **draft):
        names = {f"idGrants[{place}]": number for place, number in enumerate(ids)}
        return self.get(server, "PublicReports.preview", **names, **draft)

    def activate(self, server, ids, **params):
        shown = self.shown(server, ids)
        return self.good(server, "PublicReports.activate", idGrants=ids, scopeHash=shown["hash"], confirm=shown["confirm"],
                         passwordConfirmation=PASSWORD, **params)

    def publish(self, server, sites=(1,), **draft):
        """What this shows, public at once: number and address."""
        ids = self.ask_for(server, sites, **draft)
        done = self.activate(server, ids)
        self.assertEqual((done["state"], done["waitsFor"]), ("active", ""), done)
        link = done["links"][0]
        return ids[0], link["url"].removeprefix(server.url), link["password"]

    def grant(self, server, number):
        found = [grant for grant in self.get(server, "PublicReports.getGrants") if grant["idGrant"] == number]
        self.assertEqual(len(found), 1)
        return found[0]

    def states(self, server):
        return [grant["state"] for grant in self.get(server, "PublicReports.getGrants")]

    def data(self, server, base, method, headers=None, **params):
        params = {"period": "day", "date": date(), **params}
        return server.request("GET", f"{base}/data/{method}?{urllib.parse.urlencode(params)}", headers=headers or {})

    def anonymous(self, server, method, **params):
        """Matomo's API without any token."""
        params = {"module": "API", "method": method, "format": "json", **params}
        return server.request("GET", "/index.php?" + urllib.parse.urlencode(params))

    def visit(self, server, count=5, url="https://shop.example/", title="Home", days=1, hour=12, site=1, **more):
        """So many visits of an earlier day, each of another visitor."""
        salt = f"{url}{title}{days}{hour}{site}"
        hits = []
        for n in range(count):
            fields = {"idsite": site, "rec": 1, "url": url, "action_name": title, "cdt": yesterday(hour, days),
                      "cid": f"{abs(hash((salt, n))) % 16**16:016x}", **more}
            hits.append("?" + urllib.parse.urlencode(fields).replace("NUMBER", str(n)))
        answer = server.bulk(hits, token=server.token)
        self.assertEqual(answer.json()["tracked"], count, answer.body)
        # Whoever is signed in waits until these are counted; strangers do not.
        server.call("VisitsSummary.get", idSite=site, period="day", date=date(days))

    def settings(self, server, **values):
        values = {name.replace("__", "."): value for name, value in values.items()}
        self.good(server, "CorePluginsAdmin.setSystemSettings", settingValues=json.dumps(values), passwordConfirmation=PASSWORD)

    def unbound(self, server):
        self.good(server, "CorePluginsAdmin.setSystemSettings", settingValues=json.dumps(UNBOUND), passwordConfirmation=PASSWORD)

    def sql(self, server, text, *values):
        """On the store of a server that does not run."""
        with sqlite3.connect(server.data_dir / "meta.db") as store:
            return store.execute(text, values).fetchall()

    def lines(self, server, kind):
        return server.call("ActivityLog.getEntries", filterByActivityType=kind, limit=100)

    def assert_nothing_public(self, server, site=1):
        answer = self.anonymous(server, "VisitsSummary.get", idSite=site, period="day", date=date())
        self.assertEqual(answer.status, 401, answer.body)
        self.assertNotIn("active", self.states(server))


__all__ = ["PASSWORD", "PublicCase", "REASON", "ROOT", "DAY_S", "date", "yesterday", "time", "wait_for"]
