"""A server whose store is prepared before it starts, and what its checks come to."""

import contextlib
import sqlite3
import urllib.parse

from harness.installation import PASSWORD, Case, installation

DAY_S = 86_400


# What the tests of this suite have seen on real servers: states of each check, and checks that their own fix made pass.
SEEN, MENDED = {}, set()


class CheckupCase(Case):
    def prepared(self, *changes, **options):
        """A server on a copy of the installation whose store was changed while none ran."""
        server = installation().server(**options)
        self.addCleanup(server.end)
        self.change(server, *changes)
        return server

    def change(self, server, *changes):
        with contextlib.closing(sqlite3.connect(server.data_dir / "meta.db", timeout=20)) as store, store:
            for change in changes:
                store.execute(change)

    def set(self, server, **settings):
        for name, value in settings.items():
            status, said = server.cli("setting", "set", name.replace("__", "."), "--value-stdin", stdin=str(value))
            self.assertEqual(status, 0, said)

    def connect(self, server, mail):
        """Has a server send its mails to one on this machine, and speak to nothing else here."""
        self.set(server, SecurityCheckup__innerTargets=f"127.0.0.1:{mail.port}", CoreAdminHome__mailHost="127.0.0.1",
                 CoreAdminHome__mailPort=mail.port, CoreAdminHome__mailEncryption="none")

    def checks(self, server):
        checks = {check["id"]: check for check in server.call("SecurityCheckup.get")["checks"]}
        for id, check in checks.items():
            SEEN.setdefault(id, set()).add(check["state"])
        return checks

    def assert_states(self, server, **expected):
        checks = self.checks(server)
        found = {id: checks[id]["state"] for id in expected}
        self.assertEqual(found, expected, {id: checks[id]["evidence"] for id in expected if found[id] != expected[id]})

    def fix(self, server, id, session=None, **proof):
        before = self.checks(server)[id]["state"]
        if session:
            made = server.post_json("/api/v1/methods/SecurityCheckup.fix", {"idCheck": id}, session).json()
        else:
            made = server.call("SecurityCheckup.fix", idCheck=id, passwordConfirmation=PASSWORD, **proof)
        SEEN[id].add(made["state"])
        if before != "pass" and made["state"] == "pass":
            MENDED.add(id)
        return made

    def undo(self, server, made, **proof):
        return server.call("SecurityCheckup.undoFix", idFix=made["idFix"], passwordConfirmation=PASSWORD, **proof)

    def assert_fix_and_undo(self, server, id, before="fail"):
        """Its fix turns it green by measurement, and taken back it is as before."""
        self.assert_states(server, **{id: before})
        shown = server.call("SecurityCheckup.previewFix", idCheck=id)
        self.assertTrue(shown and all(line["what"] for line in shown), shown)
        made = self.fix(server, id)
        self.assertEqual(made["state"], "pass", (id, self.checks(server)[id]["evidence"]))
        self.assert_states(server, **{id: "pass"})
        self.assertEqual(self.undo(server, made)["state"], before, id)
        self.assert_states(server, **{id: before})

    def hit(self, server, **more):
        fields = {"idsite": 1, "rec": 1, "url": "https://shop.example/", "send_image": 0, **more}
        agent = "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0"
        return server.request("GET", "/matomo.php?" + urllib.parse.urlencode(fields), headers={"User-Agent": agent})

    def evidence(self, server, id):
        return {line["name"]: line["value"] for line in self.checks(server)[id]["evidence"]}
