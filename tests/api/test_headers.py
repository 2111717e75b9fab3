"""What every answer says to browsers about itself, errors included."""

import json
import re
import socket
import subprocess

from harness.installation import Case
from harness.server import BINARY, environment, read_answer

# Enough loads that a nonce drawn from few values would repeat.
PAGE_LOADS = 300
ALWAYS = {
    "x-content-type-options": {"nosniff"},
    "referrer-policy": {"same-origin", "no-referrer"},
    "cross-origin-opener-policy": {"same-origin"},
    "cross-origin-resource-policy": {"same-origin", "cross-origin"},
    "strict-transport-security": {"max-age=63072000; includeSubDomains"},
    "x-frame-options": {"DENY"},
}


def directives(policy):
    return {words[0]: words[1:] for words in (part.split() for part in policy.split(";")) if words}


class Pages(Case):
    def promise_27_every_page_load_has_a_new_nonce_that_its_scripts_carry(self):
        server = self.serve()
        seen = set()
        for number in range(PAGE_LOADS):
            answer = server.request("GET", ["/", "/index.html", "/dashboard", "/some/deep/page"][number % 4])
            self.assertEqual((answer.status, answer.headers["content-type"]), (200, "text/html; charset=utf-8"))
            nonce = re.search(r"script-src 'nonce-([0-9a-f]{32})'", answer.headers["content-security-policy"]).group(1)
            seen.add(nonce)
            scripts = re.findall(r"<script\b[^>]*>", answer.text)
            self.assertTrue(scripts)
            self.assertTrue(all(f'nonce="{nonce}"' in script for script in scripts), scripts)
            self.assertNotIn("__CSP_NONCE__", answer.text)
        self.assertEqual(len(seen), PAGE_LOADS)

    def promise_27_the_policy_lets_no_foreign_script_run(self):
        policy = directives(self.serve().request("GET", "/").headers["content-security-policy"])
        nonce, *rest = policy["script-src"]
        self.assertRegex(nonce, "^'nonce-[0-9a-f]{32}'$")
        self.assertEqual(rest, ["'strict-dynamic'"])
        for name, value in {"default-src": "'none'", "object-src": "'none'", "base-uri": "'none'",
                            "form-action": "'self'", "frame-ancestors": "'none'", "connect-src": "'self'",
                            "require-trusted-types-for": "'script'"}.items():
            self.assertEqual(policy.get(name), [value], name)
        self.assertFalse([name for name, values in policy.items() if "'unsafe-eval'" in values])
        self.assertNotIn("'unsafe-inline'", policy.get("style-src", []))

    def test_a_page_is_not_kept_and_its_files_are(self):
        server = self.serve()
        page = server.request("GET", "/")
        self.assertEqual(page.headers["cache-control"], "no-store")
        asset = re.search(r'src="(/assets/[^"]+)"', page.text).group(1)
        answer = server.request("GET", asset)
        self.assertEqual(answer.status, 200)
        self.assertIn("immutable", answer.headers["cache-control"])
        again = server.request("GET", asset, headers={"If-None-Match": answer.headers["etag"]})
        self.assertEqual((again.status, again.body), (304, b""))

    def test_no_path_leads_out_of_the_built_in_files(self):
        server = self.serve()
        page = server.request("GET", "/").text.split("csp-nonce")[0]
        for path in ["/assets/../../../../etc/passwd", "/..%2f..%2fetc/passwd", "/assets/%2e%2e/index.html",
                     "/assets/nothing.js", "/meta.db", "/../meta.db", "/api/v2/x", "//etc/passwd"]:
            answer = server.raw(f"GET {path} HTTP/1.1\r\nHost: {server.host}\r\nConnection: close\r\n\r\n".encode())
            # Addresses that are no file's are the page's own to read.
            is_page = answer.status == 200 and answer.text.split("csp-nonce")[0] == page
            self.assertTrue(is_page or answer.status in {400, 404}, f"{path}: {answer}")


class EveryAnswer(Case):
    def ways(self, server):
        """A name, the status that must come, and the request."""
        token = {"Authorization": f"Bearer {self.token('root')}"}
        big = b"x" * (2 * 1024 * 1024 + 1)
        return [
            ("page", 200, "GET", "/", None, {}),
            ("missing file", 404, "GET", "/assets/none.js", None, {}),
            ("script", 200, "GET", "/matomo.js", None, {}),
            ("tracked", 200, "GET", "/matomo.php?idsite=1&rec=1&url=https://shop.example/", None, {}),
            ("tracked without image", 204, "GET", "/matomo.php?idsite=1&rec=1&send_image=0", None, {}),
            ("tracker note", 200, "GET", "/matomo.php", None, {}),
            ("tracker preflight", 204, "OPTIONS", "/matomo.php", None, {"Access-Control-Request-Method": "POST"}),
            ("unknown site", 400, "GET", "/matomo.php?idsite=99&rec=1", None, {}),
            ("broken bulk", 400, "POST", "/matomo.php", b'{"requests": [', {}),
            ("session of nobody", 401, "GET", "/api/v1/session", None, {}),
            ("wrong token", 401, "GET", "/index.php?module=API&method=API.getMatomoVersion", None,
             {"Authorization": "Bearer wrong"}),
            ("old home", 303, "GET", "/index.php", None, {}),
            ("api", 200, "GET", "/index.php?module=API&method=API.getMatomoVersion&format=json", None, token),
            ("unknown method", 404, "GET", "/api/v1/methods/No.thing", None, token),
            ("unknown address", 404, "GET", "/api/v1/nothing", None, {}),
            ("wrong verb", 405, "DELETE", "/health", None, {}),
            ("health", 200, "GET", "/health", None, {}),
            ("numbers", 200, "GET", "/metrics", None, {}),
            ("nothing", 204, "GET", "/nothing", None, {}),
            ("description", 200, "GET", "/api/v1/openapi.json", None, {}),
            ("from another site", 403, "POST", "/api/v1/session", b'{"login":"a","password":"b"}',
             {"Sec-Fetch-Site": "cross-site"}),
            ("large body", 413, "POST", "/index.php", big, {}),
            ("large hit", 413, "POST", "/matomo.php", big, {}),
            ("long address", 414, "GET", "/?" + "x" * 17000, None, {}),
            ("compressed", 415, "POST", "/matomo.php", b"x", {"Content-Encoding": "gzip"}),
            ("other host", 421, "GET", "/", None, {"Host": "evil.example"}),
            ("long headers", 431, "GET", "/", None, {"X-Long": "x" * 17000}),
        ]

    def answers(self):
        server, answers = self.serve(base_url="https://stats.example"), []
        for name, status, verb, path, body, headers in self.ways(server):
            answer = server.request(verb, path, body, headers)
            self.assertEqual(answer.status, status, f"{name}: {answer.body[:200]}")
            answers.append((name, answer))
        full = self.serve(base_url="https://stats.example", reserve_mib=2**31).hit()
        self.assertEqual(full.status, 503)
        return [*answers, ("full disk", full)]

    def promise_30_no_answer_may_be_framed(self):
        names = set()
        for name, answer in self.answers():
            names.add(name)
            policy = directives(answer.headers["content-security-policy"])
            self.assertEqual(policy["frame-ancestors"], ["'none'"], name)
        self.assertGreater(len(names), 25)

    def promise_30_nor_that_of_any_route_of_the_description(self):
        server = self.serve()
        paths = list(server.request("GET", "/api/v1/openapi.json").json()["paths"])
        self.assertGreater(len(paths), 50)
        for path in paths:
            policy = directives(server.request("GET", path).headers["content-security-policy"])
            self.assertEqual(policy["frame-ancestors"], ["'none'"], path)

    def promise_31_every_kind_of_answer_carries_the_security_headers(self):
        names = set()
        for name, answer in self.answers():
            names.add(name)
            for header, allowed in ALWAYS.items():
                self.assertIn(answer.headers.get(header), allowed, f"{header} of {name}")
            self.assertIn("permissions-policy", answer.headers)
            kind = answer.headers.get("content-type", "")
            if kind.startswith("text/") or kind.startswith("application/json"):
                self.assertIn("charset=utf-8", kind.lower())
            if answer.body:
                self.assertTrue(kind)
        self.assertGreater(len(names), 25)

    def promise_31_refusals_before_any_route_carry_them_too(self):
        server = self.serve(base_url="https://stats.example")
        many = b"".join(b"X-%d: 1\r\n" % n for n in range(200))
        for status, text in [
            (400, b"NONSENSE\r\n\r\n"),
            (400, b"G<T / HTTP/1.1\r\nHost: x\r\n\r\n"),
            (400, b"GET / HTTP/9.9\r\n\r\n"),
            (400, b"GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n"),
            (400, b"GET / HTTP/1.1\r\nBad Header: 1\r\n\r\n"),
            (400, b"POST /matomo.php HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n"),
            (431, b"GET / HTTP/1.1\r\nHost: x\r\n" + many + b"\r\n"),
            (431, b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
            (431, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 100_000 + b"\r\n\r\n"),
        ]:
            # Alone, and behind a good request on the same connection.
            good = f"GET /health HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode()
            for before in (b"", good):
                with self.subTest(text=text[:40], behind=bool(before)):
                    refused = self.refused(server, before, text)
                    self.assertEqual(refused.status, status)
                    for header, allowed in ALWAYS.items():
                        self.assertIn(refused.headers.get(header), allowed, header)
                    self.assertEqual(directives(refused.headers["content-security-policy"])["frame-ancestors"], ["'none'"])
                    self.assertIn("permissions-policy", refused.headers)
                    self.assertEqual(refused.headers["cache-control"], "no-store")
                    self.assertEqual(refused.body, b"")
        self.assertEqual(server.request("GET", "/health").status, 200)

    def refused(self, server, before, text):
        """The answer to a request that cannot be parsed; what stood `before` it is answered well, and after it the
        connection is closed."""
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
            if before:
                connection.sendall(before)
                self.assertEqual(read_answer(connection).status, 200)
            connection.sendall(text)
            refused = read_answer(connection)
            try:
                self.assertEqual(connection.recv(1), b"")
            except ConnectionResetError:
                pass  # closed with bytes of ours unread
            return refused

    def promise_31_hsts_is_sent_only_where_there_is_tls(self):
        self.assertNotIn("strict-transport-security", self.serve().request("GET", "/").headers)

    def test_an_error_page_repeats_nothing_of_the_request(self):
        server = self.serve()
        mark = "<script>mark4711</script>"
        for path in [f"/api/v1/{mark}", f"/assets/{mark}.js", "/matomo.php?idsite=" + mark, f"/x.{mark}"]:
            path = path.replace("<", "%3C").replace(">", "%3E")
            answer = server.request("GET", path)
            self.assertNotIn(b"mark4711", answer.body, path)


class Hosts(Case):
    def promise_35_pages_and_data_answer_only_under_known_names(self):
        server = self.serve(base_url="https://stats.example")
        for path in ["/", "/index.php", "/api/v1/session", "/api/v1/openapi.json", "/metrics", "/nothing"]:
            for host in ["evil.example", "stats.example.evil", f"127.0.0.1:{server.port}0", "stats.example:81", "a@b"]:
                answer = server.request("GET", path, headers={"Host": host})
                self.assertIn(answer.status, {400, 421}, f"{path} as {host}")
            for host in ["stats.example", "STATS.example", server.host, f"localhost:{server.port}"]:
                answer = server.request("GET", path, headers={"Host": host})
                self.assertNotIn(answer.status, {400, 421}, f"{path} as {host}")

    def promise_35_a_request_without_a_name_is_refused(self):
        server = self.serve()
        for text in [b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n",
                     b"GET http://evil.example/ HTTP/1.1\r\nHost: " + server.host.encode() + b"\r\n\r\n"]:
            self.assertIn(server.raw(text).status, {400, 421}, text)

    def promise_35_the_tracker_answers_under_every_name(self):
        server = self.serve()
        for path in ["/matomo.php", "/piwik.php", "/matomo.js", "/piwik.js", "/js/", "/js/tracker.php"]:
            self.assertEqual(server.request("GET", path, headers={"Host": "evil.example"}).status, 200, path)

    def promise_35_links_name_the_configured_address(self):
        server = self.serve(base_url="https://stats.example")
        headers = {"Host": f"localhost:{server.port}", "X-Forwarded-Host": "evil.example"}
        code = server.ask("SitesManager.getJavascriptTag", idSite=1, headers=headers).text
        self.assertIn("stats.example", code)
        self.assertNotIn("localhost", code)
        self.assertNotIn("evil.example", code)


class Description(Case):
    def test_the_served_description_is_the_printed_one(self):
        server = self.serve()
        printed = subprocess.run([str(BINARY), "openapi"], env=environment(), capture_output=True, check=True).stdout
        self.assertEqual(server.request("GET", "/api/v1/openapi.json").json(), json.loads(printed))
