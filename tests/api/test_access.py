"""Who may call what: every method of the description, by everybody, for every kind of site, against access.csv.

A row of the table names a method; a column, who asks. A cell holds the sites for which the call is let through (own,
foreign, missing), or yes or no for a method that names no site. With WRITE_ACCESS=1 the table is written anew from what
the server does, to be read before it is kept."""

import csv
import os
import pathlib
import urllib.parse

from harness.installation import Case
from harness.server import DAYS

TABLE = pathlib.Path(__file__).with_name("access.csv")
SITES = {"own": "1", "foreign": "2", "missing": "99"}
# Tokens of people whose role is on the own site; after the colon what the token is narrowed to.
TOKENS = ("none", "view", "write", "admin", "admin:view", "root:view", "root:write", "root:admin", "root")
CALLERS = ("anonymous", *TOKENS)
# Values that the check of access passes and the method itself then finds nothing to do with.
HARMLESS = {"pluginName": "Live", "pattern": "x", "url": "https://shop.example", "userLogin": "stranger",
            "login": "stranger", "languageCode": "en", "password": "short", "email": "x", "access": "view", "siteName": "x", "urls": "https://alias.example",
            "address": "x", "settingValues": "{}", "id": "0", "ip": "192.0.2.1", "credential": "{}", "name": "x",
            "code": "0", "capabilities": "tagmanager_write", "idReview": "0", "lines": "0", "line": "0",
            "passwordConfirmation": "short", "description": "x", "userEmail": "x@people.example", "previewHash": "x",
            "hasSuperUserAccess": "0", "matchAttribute": "x", "patternType": "x", "idGoal": "0", "idGrants": "0",
            "idGrant": "0", "scopeHash": "x", "confirm": "x", "reason": "x", "state": "off", "every": "weekly",
            "idCheck": "C99", "idFix": "0", "idFailure": "x",
            "apiModule": "Resolution", "apiAction": "getResolution",
            "segmentName": "browserCode", "reportUniqueId": "Resolution_getResolution", "visitorId": "0000000000000000",
            "active": "x", "scope": "x", "idDimension": "0", "idSegment": "0", "definition": "x", "idNote": "x",
            "note": "", "idDashboard": "0", "copyToUser": "stranger", "layout": "x", "ipRange": "x", "timezone": "UTC",
            "timezones": "Mars/Base", "oldGroupName": "no such group", "newGroupName": "x", "enabled": "x",
            "defaultCurrency": "x", "defaultTimezone": "x", "actionType": "url", "actionName": "x", "pageUrl": "x",
            "pageTitle": "x", "segment": "visitorId==0000000000000000", "visits": "[]", "complianceType": "none",
            "enforce": "x", "preferenceName": "defaultReport", "preferenceValue": "x",
            "preferenceNames": "defaultReport", "idSites": "no site", "kind": "x", "date": "x", **dict.fromkeys(
                ("excludedIps", "excludedQueryParameters", "excludedUserAgents", "excludedReferrers",
                 "searchKeywordParameters", "searchCategoryParameters"), "")}
# Writes that are sent without something they need, so that whoever may call them changes nothing.
INCOMPLETE = {"SitesManager.addSite": "siteName", "SitesManager.deleteSite": "idSite",
              "UsersManager.createAppSpecificTokenAuth": "passwordConfirmation"}
# Writes that need nothing and would take the sweep's own tokens: asked by GET, they end after the check of access.
RUINOUS = {"UsersManager.deleteAllTokens"}
# A method checks the sites of this parameter itself.
OWN_SITES = {"UsersManager.inviteUser": "initialIdSite", **dict.fromkeys(
    ("UsersManager.setUserAccess", "UsersManager.addCapabilities", "UsersManager.removeCapabilities",
     "UsersManager.previewBulk", "UsersManager.setBulk", "PublicReports.request"), "idSites")}


def operations(server):
    """Methods by name: whether they write, and what they must be told."""
    found = {}
    document = server.request("GET", "/api/v1/openapi.json").json()

    def parameter(entry):
        return document["components"]["parameters"][entry["$ref"].rsplit("/", 1)[1]] if "$ref" in entry else entry

    for path, verbs in document["paths"].items():
        if not path.startswith("/api/v1/methods/"):
            continue
        if "get" in verbs:
            needed = [p["name"] for p in map(parameter, verbs["get"]["parameters"]) if p.get("required")]
        else:
            content = verbs["post"]["requestBody"]["content"]["application/json"]["schema"]
            needed = list(content.get("required", []))
        found[path.rsplit("/", 1)[1]] = ("post" in verbs, needed)
    return found


def parameters(method, needed, site):
    params = {}
    for name in needed:
        if name in DAYS:
            params[name] = DAYS[name]
        elif name in ("idSite", OWN_SITES.get(method)):
            params[name] = site
        elif name == "urls[]":
            params[name] = "method=API.getMatomoVersion"
        else:
            params[name] = HARMLESS[name]
    params.pop(INCOMPLETE.get(method), None)
    return params


class Access(Case):
    def send(self, connection, method, writes, params, token):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        query, path = urllib.parse.urlencode(params), f"/api/v1/methods/{method}"
        if writes:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", path, query, headers)
        else:
            connection.request("GET", f"{path}?{query}", headers=headers)
        response = connection.getresponse()
        body = response.read()
        self.assertLess(response.status, 500, f"{method} {params}: {body[:200]}")
        return response.status, body

    def cell(self, connection, method, operation, token):
        writes, needed = operation
        writes = writes and method not in RUINOUS
        allowed = []
        for name, site in SITES.items():
            status, _ = self.send(connection, method, writes, parameters(method, needed, site), token)
            if status not in (401, 403):
                allowed.append(name)
        sited = "idSite" in needed or method in OWN_SITES
        if sited and method not in INCOMPLETE:
            return " ".join(allowed) or "no"
        self.assertIn(allowed, ([], list(SITES)), method)
        return "yes" if allowed else "no"

    def promise_38_every_method_lets_through_whom_the_table_names(self):
        server = self.serve()
        wanted = {row["method"]: row for row in csv.DictReader(TABLE.open())} if TABLE.exists() else {}
        known, rows, connection = operations(server), [], server.connect()
        before = server.call("SitesManager.getAllSites"), server.call("UsersManager.getUsersLogin")
        for method, operation in sorted(known.items()):
            row = {"method": method}
            for caller in CALLERS:
                token = None if caller == "anonymous" else self.token(caller)
                with self.subTest(method=method, caller=caller):
                    row[caller] = self.cell(connection, method, operation, token)
                    if not os.environ.get("WRITE_ACCESS"):
                        self.assertIn(method, wanted, "this method has no row in access.csv")
                        self.assertEqual(row[caller], wanted[method][caller])
            rows.append(row)
        if os.environ.get("WRITE_ACCESS"):
            with TABLE.open("w", newline="") as file:
                writer = csv.DictWriter(file, ["method", *CALLERS], lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
            return
        self.assertEqual(sorted(wanted), sorted(known), "the table names methods that are gone")
        after = server.call("SitesManager.getAllSites"), server.call("UsersManager.getUsersLogin")
        self.assertEqual(before, after, "the sweep itself must change nothing")

    def promise_38_forbidden_and_missing_sites_read_the_same(self):
        server = self.serve()
        connection = server.connect()
        for method, (writes, needed) in sorted(operations(server).items()):
            if "idSite" not in needed or method in INCOMPLETE:
                continue
            for caller in ("none", "view", "admin"):
                answers = [self.send(connection, method, writes, parameters(method, needed, site), self.token(caller))
                           for site in (SITES["foreign"], SITES["missing"])]
                (status, body), (other_status, other_body) = answers
                same = body.replace(b"site 2", b"site N") == other_body.replace(b"site 99", b"site N")
                self.assertTrue(status == other_status and same, f"{method} for {caller}: {answers}")

    def promise_38_one_forbidden_site_refuses_the_whole(self):
        server = self.serve()
        view = self.token("view")
        for sites in ("1,2", "2,1", "1,99", "2"):
            answer = server.ask("VisitsSummary.getVisits", token=view, idSite=sites, **DAYS)
            self.assertEqual((answer.status, answer.json()["result"]), (401, "error"), sites)
        self.assertEqual(server.ask("VisitsSummary.getVisits", token=view, idSite="all", **DAYS).status, 200)
        self.assertEqual(server.ask("VisitsSummary.getVisits", token=self.token("none"), idSite="all", **DAYS).status, 401)

    def promise_38_lists_hold_only_what_one_may_see(self):
        server = self.serve()
        for caller, sites in [("root", [1, 2]), ("admin", [1]), ("view", [1]), ("none", [])]:
            answer = server.ask("SitesManager.getSitesIdWithAtLeastViewAccess", token=self.token(caller))
            self.assertEqual(answer.json(), sites, caller)
        admins = server.ask("SitesManager.getSitesIdWithAdminAccess", token=self.token("admin:view")).json()
        self.assertEqual(admins, [], "a token narrowed to view shows no admin access")
        users = server.ask("UsersManager.getUsersLogin", token=self.token("admin")).json()
        self.assertNotIn("none", users)

    def promise_38_bulk_requests_are_checked_one_by_one(self):
        server = self.serve()
        urls = {"urls[0]": "method=SitesManager.getSiteFromId&idSite=2", "urls[1]": "method=SitesManager.getSiteFromId&idSite=1",
                "urls[2]": f"method=SitesManager.getSiteFromId&idSite=2&token_auth={self.token('root')}"}
        foreign, own, borrowed = server.ask("API.getBulkRequest", token=self.token("view"), **urls).json()
        self.assertEqual((foreign["result"], borrowed["result"]), ("error", "error"))
        self.assertEqual(int((own[0] if isinstance(own, list) else own)["idsite"]), 1)

    def promise_38_nobody_gives_more_than_they_have(self):
        server = self.serve()
        admin = self.token("admin")
        for sites in ("2", "1,2", "99"):
            answer = server.ask("UsersManager.setUserAccess", token=admin, userLogin="none", access="view", idSites=sites)
            self.assertEqual(answer.status, 401, sites)
        self.assertEqual(server.call("UsersManager.getSitesAccessFromUser", userLogin="none"), [])
        answer = server.ask("UsersManager.setUserAccess", token=self.token("admin:view"), userLogin="none", access="view",
                            idSites="1")
        self.assertEqual(answer.status, 401)

    def test_a_role_that_was_taken_is_gone_at_once(self):
        server = self.serve()
        view = self.token("view")
        self.assertEqual(server.ask("SitesManager.getSiteFromId", token=view, idSite=1).status, 200)
        server.call("UsersManager.setUserAccess", userLogin="view", access="noaccess", idSites=1)
        self.assertEqual(server.ask("SitesManager.getSiteFromId", token=view, idSite=1).status, 401)

    def test_no_write_is_taken_by_get(self):
        server = self.serve()
        before = server.call("SitesManager.getAllSites"), server.call("UsersManager.getUsersLogin")
        writes = [(method, needed) for method, (is_write, needed) in operations(server).items() if is_write]
        self.assertGreaterEqual(len(writes), 8)
        headers = {"Authorization": f"Bearer {server.token}"}
        for method, needed in writes:
            values = HARMLESS | {"idSite": "1", "idSites": "1", "initialIdSite": "1", "siteName": "x", "userLogin": "view",
                                 "password": "a perfectly fine passphrase", "email": "v@people.example"}
            query = urllib.parse.urlencode({name: values[name] for name in needed})
            answer = server.request("GET", f"/api/v1/methods/{method}?{query}", headers=headers)
            self.assertEqual(answer.status, 400, f"{method}: {answer.body}")
            path = f"/index.php?module=API&format=json&method={method}&{query}"
            answer = server.request("GET", path, headers=headers)
            self.assertEqual(answer.json()["result"], "error", method)
        after = server.call("SitesManager.getAllSites"), server.call("UsersManager.getUsersLogin")
        self.assertEqual(before, after)
