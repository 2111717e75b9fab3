"""Our tracker on pages of another origin, in a real browser."""

import http.server
import json
import os
import pathlib
import shutil
import subprocess
import threading

from harness.installation import Case

HERE = pathlib.Path(__file__).resolve().parent
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<script>
var _paq = window._paq = window._paq || [];
{before}
_paq.push(['trackPageView']);
_paq.push(['enableLinkTracking']);
(function () {{
  var u = "{tracker}/";
  _paq.push(['setTrackerUrl', u + 'matomo.php']);
  _paq.push(['setSiteId', '1']);
  var d = document, g = d.createElement('script'), s = d.getElementsByTagName('script')[0];
  g.async = true; g.src = u + 'matomo.js'; s.parentNode.insertBefore(g, s);
}})();
</script>
<body><a id="download" href="/guide.pdf" download>guide</a> <a id="out" href="https://out.example/there">out</a></body></html>"""


class Pages(http.server.BaseHTTPRequestHandler):
    """The website that is tracked."""

    def do_GET(self):
        titles = {"/first.html": "First page", "/second.html": "Second page", "/known.html": "Known page"}
        path = self.path.split("?")[0]
        if path == "/guide.pdf":
            self.answer(200, "application/pdf", b"%PDF-1.4")
        elif path in titles:
            before = "_paq.push(['setUserId', 'ada']);" if path == "/known.html" else ""
            text = PAGE.format(title=titles[path], tracker=self.server.tracker, before=before)
            self.answer(200, "text/html; charset=utf-8", text.encode())
        else:
            self.answer(204, "text/plain", b"")

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """The suite's own output is enough."""


class Browser(Case):
    def website(self, server):
        pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        pages.tracker = server.url
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        self.addCleanup(pages.server_close)
        self.addCleanup(pages.shutdown)
        return f"http://127.0.0.1:{pages.server_port}"

    def test_a_visit_in_a_browser_is_counted_as_it_happened(self):
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
        if not chromium:
            self.skipTest("there is no chromium; set CHROMIUM to its path")
        server = self.serve()
        site = self.website(server)
        server.call("SitesManager.updateSite", idSite=1, urls=site)
        plan = json.dumps({"site": site, "tracker": server.url, "chromium": chromium})
        done = subprocess.run(["node", "browse.mjs"], cwd=HERE, input=plan, capture_output=True, text=True, timeout=240)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout), [])

        pages = {row["label"]: row["nb_hits"] for row in server.report("Actions.getPageUrls", flat=1)}
        self.assertEqual(pages, {"/first.html": 1, "/second.html": 1, "/known.html": 1})
        titles = {row["label"].strip(): row["nb_hits"] for row in server.report("Actions.getPageTitles", flat=1)}
        self.assertEqual(titles.get("First page"), 1)
        self.assertEqual(titles.get("Second page"), 1)
        event = server.report("Events.getCategory")[0]
        self.assertEqual((event["label"], event["nb_events"], event["sum_event_value"]), ("Video", 1, 4.5))
        self.assertEqual([row["label"].endswith("/guide.pdf") for row in server.report("Actions.getDownloads", flat=1)], [True])
        self.assertEqual(["out.example" in row["label"] for row in server.report("Actions.getOutlinks", flat=1)], [True])
        self.assertEqual([row["label"] for row in server.report("UserId.getUsers")], ["ada"])
        self.assertEqual([row["label"] for row in server.report("Referrers.getCampaigns")], ["autumn"])
        visits = server.report("Live.getLastVisitsDetails")
        first = next(visit for visit in visits if visit["referrerName"] == "autumn")
        kinds = sorted(action["type"] for action in first["actionDetails"])
        self.assertEqual(kinds, ["action", "action", "download", "event", "outlink", "search"])
        search = next(action for action in first["actionDetails"] if action["type"] == "search")
        self.assertEqual(search["siteSearchKeyword"], "blue shoes")
        self.assertEqual((first["resolution"], first["languageCode"]), ("1280x720", "de-de"))
        self.assertEqual((first["operatingSystemName"], first["browserFamily"]), ("GNU/Linux", "Blink"))
