"""Requirements of OWASP ASVS that no other suite proves. Which test stands for which is in docs/asvs.csv."""

import contextlib
import hmac
import json
import pathlib
import re
import socket
import sqlite3
import subprocess
import tomllib
import unittest
import urllib.parse

from harness.installation import PASSWORD, Case, allow_given_passwords
from harness.server import AGENT, DAYS, wait_for
from harness.webhook import Webhook

ROOT = pathlib.Path(__file__).resolve().parents[2]
EVIL = "https://evil.example"
# Crates that hash, encrypt, sign or draw random numbers: what our own crates use of them is listed in docs/controls.md.
CRYPTOGRAPHY = re.compile(
    r"^(aes|aes-gcm|argon2|bcrypt|blake2|blake3|chacha20poly1305|crc32fast|ecdsa|ed25519-dalek|getrandom|hmac|md-?5|openssl|p256"
    r"|pbkdf2|rand|ring|rsa|rustls|scrypt|sha1|sha2|sha3|siphasher|subtle|totp-rs|webauthn-rs.*|xxhash-rust)$")
# Words of the sources that would run text as code or put it into a page as markup.
RUNS_TEXT = re.compile(r"\beval\(|\bnew Function\b|\.innerHTML\b|\.outerHTML\b|insertAdjacentHTML|dangerouslySetInnerHTML"
                       r"|document\.write\b|setTimeout\(['\"`]")


def sources(ending, *folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob(f"*{ending}")):
            aside = {"node_modules", "target", "dist", "tests", "tests.rs", "examples", "mock"}
            if not aside & set(path.relative_to(ROOT).parts):
                yield path


def product_code(path):
    """A Rust file without its tests, which stand at its end."""
    return path.read_text().split("#[cfg(test)]")[0]


class Input(Case):
    def test_text_is_decoded_exactly_once(self):
        server = self.serve()
        server.hit(action_name="once %41 twice %2541", url="https://shop.example/page")
        labels = [row["label"].strip() for row in server.report("Actions.getPageTitles")]
        self.assertEqual(labels, ["once %41 twice %2541"])

    def test_a_hit_reads_the_same_by_every_way(self):
        server = self.serve()
        title, page = 'Ünï "quoted" & 1+1=2 100% \\u0041', "https://shop.example/a%20b?x=%C3%BC&y=1%2B1"
        fields = {"idsite": 1, "rec": 1, "url": page, "action_name": title}
        form, agent = urllib.parse.urlencode(fields), {"User-Agent": AGENT}
        bodies = [form, json.dumps({"requests": [f"?{form}"]}), json.dumps({"requests": [fields]}),
                  json.dumps({"requests": [{**fields, "idsite": "1", "rec": "1"}]}, ensure_ascii=False)]
        self.assertEqual(server.request("GET", f"/matomo.php?{form}", headers=agent).status, 200)
        for body in bodies:
            self.assertEqual(server.request("POST", "/matomo.php", body.encode(), agent).status, 200)
        ways = 1 + len(bodies)
        for method in ("Actions.getPageTitles", "Actions.getPageUrls"):
            rows = server.report(method, flat=1)
            self.assertEqual([row["nb_hits"] for row in rows], [ways], f"{method}: {[row['label'] for row in rows]}")

    def test_numbers_beyond_their_range_are_refused_or_bounded(self):
        server = self.serve()
        numbers = [2**31, 2**32, 2**63 - 1, 2**63, 2**64, 10**40, -1, -2**63, -10**40, "1e400", "-0", "NaN", "0x10", "٣"]
        for number in numbers:
            for field in ("idsite", "idgoal", "search_count", "h", "res", "pf_net", "pf_tfr", "revenue", "e_v", "_idvc", "cdt", "ps"):
                more = {"e_c": "a", "e_a": "b"} if field == "e_v" else {}
                self.assertIn(server.hit(**{field: number, **more}).status, {200, 400}, f"{field} {number}")
            for name in ("idSite", "filter_limit", "filter_offset", "filter_truncate", "idSubtable", "date", "period", "flat"):
                answer = server.ask("Actions.getPageUrls", **{"idSite": 1, **DAYS, name: number})
                self.assertLess(answer.status, 500, f"{name} {number}: {answer.body[:200]}")
                answer.json()
            answer = server.ask("SitesManager.updateSite", idSite=number, siteName="x")
            self.assertEqual(answer.json()["result"], "error", number)
        sums = server.report("VisitsSummary.get")
        self.assertTrue(all(value >= 0 for value in sums.values() if isinstance(value, (int, float))), sums)
        self.assertEqual(server.metrics()["makoto_panics_total"], 0)
        self.assertEqual(server.cli("doctor"), (0, "everything is sound"))

    def test_values_that_contradict_each_other_are_refused(self):
        server = self.serve()
        # A time or a place of one's own needs the token of somebody who may write, for this very site.
        view, write = self.token("view"), self.token("write")
        for fields in ({"cip": "203.0.113.9"}, {"cdt": "2020-01-01 00:00:00"}, {"country": "de"}):
            self.assertEqual(server.hit(**fields).status, 400, fields)
            self.assertEqual(server.hit(**fields, token_auth=view).status, 400, fields)
            self.assertEqual(server.hit(**fields, token_auth=write, idsite=2).status, 400, fields)
            self.assertEqual(server.hit(**fields, token_auth=write).status, 200, fields)
        # A feed holds days of one site; a list of sites in it is a contradiction.
        answer = server.ask("VisitsSummary.get", idSite="1,2", period="day", date="last2", format="rss")
        self.assertIn(b"Error", answer.body)
        for sites in ("1,99", "99,1", "1,x", "1,-1"):
            answer = server.ask("UsersManager.setUserAccess", userLogin="view", access="admin", idSites=sites)
            self.assertEqual(answer.json()["result"], "error", sites)
        roles = server.call("UsersManager.getSitesAccessFromUser", userLogin="view")
        self.assertEqual([(int(role["site"]), role["access"]) for role in roles], [(1, "view")])

    def test_fields_that_a_method_does_not_take_change_nothing(self):
        server = self.serve()
        allow_given_passwords(server)
        smuggled = {"superuser_access": 1, "superuser": 1, "hasSuperUserAccess": 1, "role": "admin", "idSites": "all",
                    "password_hash": "x", "creator_login": "ada", "ts_created": "2000-01-01", "idsite": 77, "date_registered": "x"}
        server.call("UsersManager.addUser", userLogin="ada", email="ada@people.example", password="seven herons cross the lake",
                    **{name: value for name, value in smuggled.items() if name != "idSites"})
        shown = server.call("UsersManager.getUser", userLogin="ada")
        shown = shown[0] if isinstance(shown, list) else shown
        self.assertEqual(int(shown["superuser_access"]), 0)
        self.assertEqual(server.call("UsersManager.getSitesAccessFromUser", userLogin="ada"), [])
        added = server.call("SitesManager.addSite", siteName="third", urls="https://third.example", **smuggled)["value"]
        self.assertEqual(int(added), 3)
        site = server.call("SitesManager.getSiteFromId", idSite=3)
        site = site[0] if isinstance(site, list) else site
        self.assertEqual(site["creator_login"], "root")
        answer = server.post_json("/api/v1/session", {"login": "view", "password": PASSWORD, "superuser": True, "role": "admin"})
        if answer.status == 200:
            self.assertFalse(answer.json()["superuser"])


class Answers(Case):
    def test_data_opened_as_a_page_can_run_nothing(self):
        server = self.serve()
        server.hit(action_name="<script>alert(1)</script>")
        for format in ("html", "xml", "json", "csv", "rss"):
            answer = server.ask("Actions.getPageTitles", idSite=1, period="day", date="last2", format=format)
            policy = answer.headers["content-security-policy"]
            self.assertTrue(policy.startswith("default-src 'none';"), policy)
            self.assertNotIn("script-src", policy)
            self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
            self.assertEqual(answer.headers["cross-origin-resource-policy"], "same-origin")

    def test_no_private_answer_may_be_kept(self):
        server = self.serve()
        headers = {"Authorization": f"Bearer {server.token}"}
        paths = ["/", "/api/v1/session", "/api/v1/setup", "/api/v1/openapi.json", "/metrics", "/health", "/api/v1/nothing",
                 "/api/v1/methods/UsersManager.getUsers", "/index.php?module=API&method=API.getMatomoVersion&format=json",
                 f"/api/v1/methods/Live.getLastVisitsDetails?idSite=1&period={DAYS['period']}&date={DAYS['date']}",
                 f"/api/v1/methods/Actions.getPageUrls?idSite=1&period={DAYS['period']}&date={DAYS['date']}&format=csv"]
        for path in paths:
            answer = server.request("GET", path, headers=headers)
            self.assertEqual(answer.headers.get("cache-control"), "no-store", path)

    def test_the_session_secret_travels_only_in_its_cookie(self):
        server = self.serve()
        signed_in = self.sign_in(server)
        secret = signed_in.headers["set-cookie"].split(";")[0].split("=", 1)[1]
        self.assertGreaterEqual(len(secret), 43)
        cookie = {"Cookie": signed_in.headers["set-cookie"].split(";")[0]}
        answers = [signed_in] + [server.request("GET", path, headers=cookie) for path in
                                 ("/", "/api/v1/session", "/api/v1/methods/UsersManager.getUsers", "/health", "/metrics")]
        for answer in answers:
            self.assertNotIn(secret.encode(), answer.body)
            others = {name: value for name, value in answer.headers.items() if name != "set-cookie"}
            self.assertNotIn(secret, json.dumps(others))

    def test_lists_of_people_hold_no_secrets(self):
        server = self.serve()
        for method, params in [("UsersManager.getUsers", {}), ("UsersManager.getUser", {"userLogin": "root"}),
                               ("UsersManager.getUsersAccessFromSite", {"idSite": 1}), ("UsersManager.getUsersLogin", {})]:
            text = json.dumps(server.call(method, **params)).lower()
            for word in ("argon2", "password", "hash", "mkt_", "secret", "seed"):
                self.assertNotIn(word, text, method)
        # An admin of one site sees the people of that site, and nobody else's address.
        seen = json.dumps(server.ask("UsersManager.getUsers", token=self.token("admin")).json())
        self.assertNotIn("none@people.example", seen)
        self.assertNotEqual(server.ask("UsersManager.getUsers", token=self.token("view")).status, 200)

    def test_exports_are_named_by_the_server(self):
        server = self.serve()
        for date in ("today", 'today"; filename="x.exe', "today\r\nX-Made: 1", "../../today", "today;", "tödäy", "a" * 3000):
            for format in ("csv", "tsv"):
                answer = server.ask("API.getMatomoVersion", date=date, format=format)
                self.assertEqual(answer.status, 200, date)
                self.assertNotIn("x-made", answer.headers)
                said = answer.headers["content-disposition"]
                self.assertRegex(said, rf'^attachment; filename="Export _ API\.getMatomoVersion _ [A-Za-z0-9.,-]*\.{format}"$')
                self.assertLess(len(said), 300)

    def test_scripts_are_the_same_for_everybody(self):
        server = self.serve()
        cookie = self.cookie(server)
        scripts = re.findall(r'src="(/assets/[^"]+)"', server.request("GET", "/").text)
        self.assertTrue(scripts)
        for path in [*scripts, "/matomo.js", "/piwik.js"]:
            signed_in, nobody = server.request("GET", path, headers=cookie), server.request("GET", path)
            self.assertEqual((signed_in.status, signed_in.body), (200, nobody.body), path)

    def test_the_length_of_every_answer_is_right(self):
        server = self.serve()
        server.hit()
        token = f"Authorization: Bearer {server.token}\r\n"
        for path in ("/", "/matomo.js", "/matomo.php", "/health", "/api/v1/session", "/api/v1/nothing", "/metrics", "/nothing",
                     "/api/v1/openapi.json", "/index.php?module=API&method=SitesManager.getAllSites&format=xml",
                     "/index.php?module=API&method=SitesManager.getAllSites&format=csv"):
            # The next answer on the same connection begins where this one ends, or it cannot be read.
            with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
                head = f"GET {path} HTTP/1.1\r\nHost: {server.host}\r\n{token}"
                connection.sendall((f"{head}\r\n" * 2 + f"{head}Connection: close\r\n\r\n").encode())
                stream = connection.makefile("rb").read()
            heads = re.findall(rb"HTTP/1\.1 (\d+)[^\r]*\r\n(.*?)\r\n\r\n", stream, re.DOTALL)
            taken = 0
            for status, lines in heads[:3]:
                length = re.search(rb"content-length: (\d+)", lines)
                self.assertNotIn(b"transfer-encoding", lines)
                self.assertTrue(length or status == b"204", path)
                begin = stream.index(lines + b"\r\n\r\n", taken) + len(lines) + 4
                taken = begin + (int(length.group(1)) if length else 0)
                self.assertIn(stream[taken:taken + 9], (b"HTTP/1.1 ", b""), path)
            self.assertEqual(taken, len(stream), path)

    def test_the_tracker_tells_other_origins_nothing_private(self):
        server = self.serve()
        cookie = self.cookie(server)
        ways = [("GET", "/matomo.php?idsite=1&rec=1", None), ("POST", "/matomo.php", "idsite=1&rec=1"),
                ("POST", "/matomo.php", '{"requests": ["?idsite=1&rec=1"]}'), ("POST", "/matomo.php", "idsite=99&rec=1"),
                ("GET", "/matomo.js", None)]
        for way, path, body in ways:
            signed_in = server.request(way, path, body, cookie | {"Origin": EVIL})
            nobody = server.request(way, path, body, {"Origin": EVIL})
            self.assertEqual((signed_in.status, signed_in.body), (nobody.status, nobody.body), f"{way} {path}")
            self.assertNotIn("set-cookie", signed_in.headers)


    def promise_27_no_nonce_comes_twice_in_ten_thousand_loads(self):
        server, seen = self.serve(), set()
        connection = server.connect()
        for _ in range(10_000):
            connection.request("GET", "/")
            response = connection.getresponse()
            response.read()
            seen.add(re.search(r"'nonce-([0-9a-f]{32})'", response.headers["content-security-policy"]).group(1))
        connection.close()
        self.assertEqual(len(seen), 10_000)

    def test_breaches_of_the_policy_are_reported_and_cannot_flood_the_log(self):
        server = self.serve()
        policy = server.request("GET", "/").headers["content-security-policy"]
        place = re.search(r"report-uri (\S+?)(;|$)", policy).group(1)
        report = {"csp-report": {"document-uri": f"{server.url}/sites/1?segment=userId%3D%3Dada", "effective-directive": "img-src",
                                 "blocked-uri": "https://evil.example/x?stolen=ada"}}
        kind = {"Content-Type": "application/csp-report"}
        self.assertEqual(server.request("POST", place, json.dumps(report), kind | {"Sec-Fetch-Site": "cross-site"}).status, 403)
        self.assertEqual(server.request("POST", place, "x" * 20_000, kind).status, 413)
        self.assertEqual(server.request("POST", place, "[]", kind).status, 400)
        statuses = [server.request("POST", place, json.dumps(report), kind).status for _ in range(50)]
        self.assertEqual(statuses, [204] * 8 + [429] * 42)
        lines = [line for line in server.log_text().splitlines() if "evil.example" in line]
        self.assertEqual(len(lines), 8)
        self.assertIn("img-src", lines[0])
        self.assertNotIn("ada", lines[0])


class Ways(Case):
    def test_no_address_leads_to_another_host(self):
        server = self.serve(base_url="https://stats.example")
        places = [EVIL, "//evil.example", "/\\evil.example", "https:evil.example", "javascript:alert(1)", "/%2f%2fevil.example",
                  "https://stats.example@evil.example", "https://stats.example.evil.example", "\thttps://evil.example"]
        names = ("url", "redirect", "form_redirect", "next", "return", "goto", "continue", "referrer", "backUrl", "to")
        paths = ["/", "/login", "/logout", "/index.php", "/index.php?module=Login", "/index.php?module=CoreHome", "/matomo.php",
                 "/index.php?module=Proxy&action=redirect", "//evil.example", "/\\evil.example", "/%5cevil.example",
                 "//evil.example/%2e%2e", "/setup", "/api/v1/session"]
        for path in paths:
            for place in places:
                query = "&".join(f"{name}={urllib.parse.quote(place)}" for name in names)
                joined = f"{path}{'&' if '?' in path else '?'}{query}"
                answer = server.raw(f"GET {joined} HTTP/1.1\r\nHost: stats.example\r\nConnection: close\r\n\r\n".encode())
                location = answer.headers.get("location")
                if location is not None:
                    self.assertRegex(location, r"^/[^/\\]*$", joined)
                self.assertNotIn("refresh", answer.headers)

    def test_the_server_calls_only_places_that_are_named_safely(self):
        server = self.serve()
        for key, good in [("ActivityLog.webhookUrl", "https://log.example/x"), ("ActivityLog.syslogAddress", "log.example:6514"),
                          ("Login.breachRangeUrl", "https://range.example/")]:
            for bad in ("http://log.example/", "file:///etc/passwd", "gopher://log.example/", "ftp://log.example/", "log.example",
                        "//log.example/", "javascript:alert(1)", "http://169.254.169.254/latest/", "http://10.0.0.1/"):
                status, said = server.cli("setting", "set", key, bad)
                self.assertNotEqual(status, 0, f"{key} {bad}: {said}")
            self.assertEqual(server.cli("setting", "set", key, good)[0], 0, key)
        self.assertEqual(server.ask("CorePluginsAdmin.getSystemSettings", token=self.token("admin")).status // 100, 4)

    def test_plain_http_is_not_redirected_in_silence(self):
        server = self.serve(base_url="https://stats.example", trusted_proxies="127.0.0.0/8")
        plain = {"Host": "stats.example", "X-Forwarded-Proto": "http"}
        for way, path in [("POST", "/api/v1/session"), ("GET", "/api/v1/session"), ("POST", "/index.php?module=API"),
                          ("POST", "/matomo.php"), ("GET", "/api/v1/methods/API.getMatomoVersion"), ("GET", "/metrics")]:
            answer = server.request(way, path, "{}" if way == "POST" else None, plain)
            self.assertNotIn(answer.status // 100, {3}, path)

    def test_no_file_of_the_sources_or_the_store_is_served(self):
        server = self.serve()
        page = server.request("GET", "/some/page").text.split("csp-nonce")[0]
        names = [path.name for path in server.data_dir.iterdir()]
        self.assertIn("meta.db", names)
        kept = [".git/config", ".git/HEAD", ".git/", ".svn/entries", ".hg/", ".env", "Cargo.toml", "Cargo.lock", "deny.toml",
                "crates/server/src/main.rs", "docs/asvs.csv", ".gitignore", "package.json", "web/package.json", "backup.zip"]
        folders = ["", "assets/", "../", "assets/../", "data/", "static/", "%2e%2e/"]
        for name in [*names, *kept]:
            for folder in folders:
                path = f"/{folder}{name}"
                answer = server.raw(f"GET {path} HTTP/1.1\r\nHost: {server.host}\r\nConnection: close\r\n\r\n".encode())
                # Addresses that are no file's are the page's own to read.
                is_page = answer.status == 200 and answer.text.split("csp-nonce")[0] == page
                self.assertTrue(is_page or answer.status in {400, 404}, f"{path}: {answer.status} {answer.body[:80]}")
        for folder in ("/assets/", "/assets", "/js", "/js/.", "/api/", "/.well-known/"):
            body = server.request("GET", folder).text
            self.assertNotRegex(body, r"(?i)index of /|<title>Directory|href=\"\.\./\"", folder)

    def test_methods_that_nothing_needs_are_refused(self):
        server = self.serve()
        mark = "mark4711"
        for method in ("TRACE", "TRACK", "CONNECT", "PROPFIND", "DEBUG", "PUT", "PATCH", "NONSENSE"):
            for path in ("/", "/matomo.php?idsite=1&rec=1", "/index.php", "/api/v1/session", "/api/v1/methods/API.getMatomoVersion",
                         "/matomo.js", "/metrics", "/health"):
                text = f"{method} {path} HTTP/1.1\r\nHost: {server.host}\r\nX-Mark: {mark}\r\nConnection: close\r\n\r\n"
                answer = server.raw(text.encode())
                self.assertTrue(answer is None or answer.status in {400, 405, 501}, f"{method} {path}: {answer}")
                self.assertTrue(answer is None or mark.encode() not in answer.body)
        self.assertEqual(server.metrics()["makoto_journal_head"], 0)

    def test_the_measuring_route_tells_and_changes_nothing(self):
        server = self.serve()
        for method in ("GET", "HEAD"):
            answer = server.request(method, "/nothing?idsite=1&rec=1")
            self.assertEqual((answer.status, answer.body), (204, b""))
            self.assertNotIn("set-cookie", answer.headers)
        self.assertEqual(server.request("POST", "/nothing", "x").status, 405)

    def test_nothing_asks_for_hints_or_secret_questions(self):
        document = self.serve().request("GET", "/api/v1/openapi.json").text.lower()
        for word in ("hint\"", "secret_question", "secretquestion", "security_question", "securityquestion", "mothers"):
            self.assertNotIn(word, document)
        for path in sources(".tsx", "web/src"):
            self.assertNotRegex(path.read_text(), r"(?i)secret question|security question|password hint", path)


class Stored(Case):
    def read(self, server, question):
        with contextlib.closing(sqlite3.connect(f"file:{server.data_dir}/meta.db?mode=ro", uri=True)) as store:
            return store.execute(question).fetchall()

    def test_passwords_are_stored_as_argon2id(self):
        server = self.serve()
        hashes = [row[0] for row in self.read(server, "SELECT password_hash FROM user WHERE password_hash <> ''")]
        self.assertGreater(len(hashes), 3)
        self.assertEqual(len(set(hashes)), len(hashes), "equal passwords have unequal hashes")
        for text in hashes:
            memory_kib, passes = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$", text).groups()
            self.assertGreaterEqual((int(memory_kib), int(passes)), (19 * 1024, 2))
            salt, digest = text.split("$")[-2:]
            self.assertGreaterEqual((len(salt), len(digest)), (22, 43))

    def test_secrets_are_stored_by_hash(self):
        server = self.serve()
        self.cookie(server)
        for table in ("session", "token"):
            stored = [row[0] for row in self.read(server, f"SELECT token_hash FROM {table}")]
            self.assertTrue(stored, table)
            self.assertEqual({len(value) for value in stored}, {32}, table)


class Ages(Case):
    """What time ends, and what it does not: the store is told that more of it has passed."""

    def age(self, server, statement):
        server.stop()
        with contextlib.closing(sqlite3.connect(server.data_dir / "meta.db")) as store:
            self.assertGreater(store.execute(statement).rowcount, 0)
            store.commit()
        server.start()

    def is_signed_in(self, server, cookie):
        return server.request("GET", "/api/v1/session", headers=cookie).status == 200

    def test_a_session_ends_when_it_is_not_used(self):
        server = self.serve()
        for login, idle_s in (("view", 3600), ("root", 1800)):
            cookie = self.cookie(server, login)
            self.age(server, f"UPDATE session SET last_used_s = last_used_s - {idle_s - 120}")
            self.assertTrue(self.is_signed_in(server, cookie), login)
            self.age(server, f"UPDATE session SET last_used_s = last_used_s - {idle_s + 60}")
            self.assertFalse(self.is_signed_in(server, cookie), login)

    def test_a_session_ends_after_its_time_however_much_it_is_used(self):
        server = self.serve()
        for login, most_s in (("view", 24 * 3600), ("root", 12 * 3600)):
            cookie = self.cookie(server, login)
            self.age(server, f"UPDATE session SET created_s = created_s - {most_s - 120}")
            self.assertTrue(self.is_signed_in(server, cookie), login)
            self.age(server, "UPDATE session SET created_s = created_s - 180")
            self.assertFalse(self.is_signed_in(server, cookie), login)

    def test_a_password_stays_good_for_years(self):
        server = self.serve()
        with contextlib.closing(sqlite3.connect(f"file:{server.data_dir}/meta.db?mode=ro", uri=True)) as store:
            columns = [row[1] for row in store.execute("PRAGMA table_info(user)")]
        times = [name for name in columns if name.endswith("_s")]
        self.assertIn("created_s", times)
        self.age(server, f"UPDATE user SET {', '.join(f'{name} = {name} - {5 * 365 * 86_400}' for name in times)}")
        self.assertEqual(self.sign_in(server, "view").status, 200)


class Logs(Case):
    def lines(self, server):
        return server.log_text().splitlines()

    def test_log_lines_are_records_with_a_time_in_utc(self):
        server = self.serve(log="info", log_format="json")
        self.sign_in(server, "root", "not the password at all")
        server.stop()
        records = [json.loads(line) for line in self.lines(server)]
        self.assertGreaterEqual(len(records), 2)
        for record in records:
            self.assertRegex(record["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$")
            self.assertIn(record["level"], {"ERROR", "WARN", "INFO"})
            self.assertTrue(record["target"].startswith("makoto"), record)

    def test_nobody_can_write_a_line_of_the_log(self):
        made = "2026-01-01T00:00:00.000000Z ERROR makoto: forged"
        texts = [f"x\n{made}", f"x\r\n{made}", f"x\x1b[2K{made}", f"x\u2028{made}", f"x\u202e{made}", f"x\0{made}"]
        for log_format in ("text", "json"):
            server = self.serve(log="debug", log_format=log_format)
            for text in texts:
                self.sign_in(server, text, "not the password at all")
                quoted = urllib.parse.quote(text)
                server.request("GET", f"/index.php?module=API&method={quoted}&format=json&idSite={quoted}")
                server.request("GET", f"/api/v1/methods/{quoted}")
                server.request("GET", f"/matomo.php?idsite=1&rec=1&url={quoted}&action_name={quoted}&ua={quoted}")
                server.request("GET", "/api/v1/session", headers={"Cookie": f"__Host-makoto={quoted}"})
            server.stop()
            for line in self.lines(server):
                self.assertFalse(line.startswith(made), line)
                self.assertNotRegex(line, "[\x00-\x08\x0b-\x1f\x7f\u2028\u202e]")
                if log_format == "json":
                    json.loads(line)


    def test_logs_go_to_the_standard_error_stream_and_nowhere_else(self):
        server = self.serve(log="debug")
        server.call("SitesManager.getAllSites")
        server.hit(action_name="mark4711")
        self.sign_in(server, "root", "not the password at all")
        server.stop()
        self.assertEqual(server.printed(), "")
        self.assertIn(" INFO makoto", server.log_text())
        known = r"(meta|fold|journal)\.db(-wal|-shm|-head)?|lock|secret\.key|analytics\.\d+\.duckdb(\.wal)?|setup-secret"
        for path in filter(lambda path: path.is_file(), server.data_dir.rglob("*")):
            self.assertRegex(path.name, f"^({known})$")
            self.assertNotIn(b" DEBUG ", path.read_bytes(), path.name)


    def test_a_failure_inside_is_logged_and_told_to_nobody_and_lets_nobody_in(self):
        server = self.serve()

        def rename(before, after):
            with contextlib.closing(sqlite3.connect(server.data_dir / "meta.db", timeout=10)) as store:
                store.execute(f"ALTER TABLE {before} RENAME TO {after}")

        # Acts are recorded with what they do: where no record can be written, nobody is let in.
        rename("activity", "lost_activity")
        for password in (PASSWORD, "not the password at all"):
            answer = self.sign_in(server, "view", password)
            self.assertEqual((answer.status, answer.json()["error"]["code"]), (500, "internal"))
            self.assertNotIn("set-cookie", answer.headers)
            for word in ("activity", "sqlite", "table", "select", "insert", ".rs", str(server.data_dir)):
                self.assertNotIn(word, answer.text.lower())
        self.assertIn(" ERROR makoto", server.log_text())
        rename("lost_activity", "activity")
        self.assertEqual(self.sign_in(server, "admin").status, 200)


    def test_promise_46_the_record_is_sent_to_another_system_until_that_has_it(self):
        server, secret = self.serve(), "a secret of the two systems"
        webhook = Webhook(answers=[503, 500])
        self.addCleanup(webhook.end)
        # Webhooks reach this machine only where that is allowed.
        self.assertEqual(server.cli("setting", "set", "SecurityCheckup.innerTargets", "127.0.0.1")[0], 0)
        for key, value in (("webhookSecret", secret), ("webhookUrl", webhook.url)):
            self.assertEqual(server.cli("setting", "set", f"ActivityLog.{key}", "--value-stdin", stdin=value)[0], 0)

        def begun():
            with contextlib.closing(sqlite3.connect(f"file:{server.data_dir}/meta.db?mode=ro", uri=True)) as store:
                return store.execute("SELECT 1 FROM audit_stream WHERE place = 'webhook'").fetchone()

        # What happens from then on is sent; what was before can be exported.
        wait_for(begun, 30, "the place is known")
        self.sign_in(server, "view", "not the password at all")
        self.cookie(server, "view")

        def kinds():
            return {line["kind"] for line in webhook.lines}

        wait_for(lambda: {"session.signed_in", "session.refused"} <= kinds(), 60, f"the lines arrive: {webhook.taken}")
        self.assertEqual([status for status, _, _ in webhook.taken[:2]], [503, 500])
        for _, body, signature in webhook.taken:
            self.assertEqual(signature, "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest())
            self.assertNotIn(b"not the password", body)


class Sources(unittest.TestCase):
    """What holds for all code, read from it."""

    def test_the_program_starts_no_other_program(self):
        for path in sources(".rs", "crates", "lib"):
            self.assertNotRegex(product_code(path), r"process::Command|Command::new|\bexecv|posix_spawn|libc::system", path)

    def test_no_text_is_run_as_code(self):
        paths = [*sources(".ts", "web/src", "tracker/src"), *sources(".tsx", "web/src")]
        self.assertGreater(len(paths), 50)
        for path in paths:
            self.assertNotRegex(path.read_text(), RUNS_TEXT, path)

    def test_no_request_of_the_server_follows_a_redirect(self):
        agents = 0
        for path in sources(".rs", "crates", "lib"):
            made = len(re.findall(r"Agent::config_builder\(\)|ureq::agent\(\)|ureq::(?:get|post|put|delete)\(", product_code(path)))
            self.assertEqual(made, product_code(path).count(".max_redirects(0)"), path)
            agents += made
        self.assertGreater(agents, 0)

    def test_no_crate_of_ours_allows_unsafe_code(self):
        workspace = tomllib.loads((ROOT / "Cargo.toml").read_text())
        self.assertEqual(workspace["workspace"]["lints"]["rust"]["unsafe_code"], "forbid")
        manifests = [path for folder in ("crates", "lib", "xtask") for path in (ROOT / folder).glob("**/Cargo.toml")]
        self.assertGreater(len(manifests), 12)
        for path in manifests:
            self.assertEqual(tomllib.loads(path.read_text()).get("lints"), {"workspace": True}, path)
        for path in sources(".rs", "crates", "lib", "xtask"):
            self.assertNotRegex(path.read_text(), r"allow\(unsafe_code\)|\bunsafe (fn|impl|\{)", path)

    def test_no_type_check_is_switched_off(self):
        for folder in ("web", "tracker"):
            text = re.sub(r"^\s*//.*$", "", (ROOT / folder / "tsconfig.json").read_text(), flags=re.MULTILINE)
            self.assertIs(json.loads(text)["compilerOptions"]["strict"], True, folder)
        for path in [*sources(".ts", "web/src", "tracker/src"), *sources(".tsx", "web/src")]:
            code = path.read_text()
            self.assertNotRegex(code, "@ts-ignore|@ts-nocheck", path)
            unquoted = re.sub(r"'[^'\n]*'|\"[^\"\n]*\"|`[^`]*`|//.*", "", code)
            self.assertNotRegex(unquoted, " (==|!=) (?!null)", path)

    def test_the_inventory_of_cryptography_is_whole(self):
        section = (ROOT / "docs/controls.md").read_text().split("## Cryptography")[1].split("\n## ")[0]
        cells = re.findall(r"^\| (`[^|]+`) \|", section, re.MULTILINE)
        listed = {name for cell in cells for name in re.findall(r"`([\w-]+)`", cell)}
        used = set()
        for path in (path for folder in ("crates", "lib") for path in (ROOT / folder).glob("*/Cargo.toml")):
            used |= {name for name in tomllib.loads(path.read_text()).get("dependencies", {}) if CRYPTOGRAPHY.match(name)}
        self.assertEqual(used, listed)
        for broken in ("md5", "openssl", "rsa"):
            self.assertNotIn(broken, used)
        # What Matomo hashed can be read, and is hashed anew; its API names segments by such a sum. Nothing else may use it.
        naming = {str(path.relative_to(ROOT / "crates")) for path in sources(".rs", "crates")
                  if re.search(r"\b(md5|bcrypt)::", product_code(path))}
        self.assertEqual(naming, {"identity/src/matomo_hash.rs", "features/src/segment_editor/mod.rs"})

    def test_every_package_comes_from_a_known_registry_with_its_hash(self):
        lock = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
        own = {path.name for folder in ("crates", "lib") for path in (ROOT / folder).iterdir()} | {"xtask"}
        foreign = [package for package in lock if "source" in package]
        self.assertGreater(len(foreign), 100)
        clients = tomllib.loads((ROOT / "tests/clients/rust/Cargo.lock").read_text())["package"]
        self.assertEqual(len([package for package in clients if "source" not in package]), 1)
        foreign += [package for package in clients if "source" in package]
        for package in foreign:
            self.assertTrue(package["source"].startswith("registry+"), package)
            self.assertRegex(package["checksum"], "^[0-9a-f]{64}$")
        self.assertEqual({package["name"].removeprefix("makoto-") for package in lock if "source" not in package}, own)
        locks = [ROOT / folder / "package-lock.json" for folder in ("web", "tracker", "tests/clients", "tests/e2e")]
        for path in locks:
            for name, package in json.loads(path.read_text())["packages"].items():
                # The linter's packages for other platforms are named without a hash; nothing of them is in the product.
                if name and not (package.get("dev") and package.get("optional") and package.get("os")):
                    self.assertTrue(package.get("integrity", "").startswith("sha512-"), f"{path}: {name}")
                    # Without an address the package comes from the registry that is configured.
                    self.assertTrue(package.get("resolved", "https://").startswith("https://"), f"{path}: {name}")

    def test_known_weaknesses_stop_the_lint(self):
        rules = tomllib.loads((ROOT / "deny.toml").read_text())
        self.assertEqual(rules["advisories"]["yanked"], "deny")
        # A weakness may be set aside only by its number, with the reason in the lines above it.
        text = (ROOT / "deny.toml").read_text()
        for entry in rules["advisories"]["ignore"]:
            number = entry["id"] if isinstance(entry, dict) else entry
            self.assertRegex(number, r"^RUSTSEC-\d{4}-\d{4}$")
            before = text.split(number)[0].splitlines()[:-1]
            self.assertTrue(before[-1].strip().startswith("#") or before[-2].strip().startswith("#"), number)
        self.assertEqual(rules["sources"], {"unknown-registry": "deny", "unknown-git": "deny"})
        lint = (ROOT / "scripts/lint").read_text()
        self.assertRegex(lint, r"cargo deny [^\n]*check bans licenses sources")
        self.assertRegex(lint, r"cargo deny [^\n]*check advisories")
        tried = subprocess.run(["grep", "-c", "^set -euo pipefail", "scripts/environment"], cwd=ROOT, capture_output=True, check=False)
        self.assertEqual(tried.returncode, 0, "a finding ends the script")
