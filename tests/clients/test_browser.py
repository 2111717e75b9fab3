"""Our tracker on pages of another origin, in a real browser; by itself, and by the npm package @jonkoops/matomo-tracker."""

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


PACKAGE = HERE / "node_modules/@jonkoops/matomo-tracker/lib"
# The package as a bundler puts it into a page: its files as they are, and a function that finds them.
WRAPPED = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Wrapped page</title>
<script>
const files = {{ {files} }};
const loaded = {{}};
const require = (name) => {{
  if (!loaded[name]) {{ loaded[name] = {{}}; files[name](loaded[name], require); }}
  return loaded[name];
}};
const Tracker = require('./index').default;
window.tracker = new Tracker({{ urlBase: '{tracker}', siteId: 1, heartBeat: {{ active: false }} }});
window.tracker.trackPageView();
</script></html>"""


def wrapped(tracker):
    file = lambda path: f"'./{path.stem}': function (exports, require) {{\n{path.read_text()}\n}}"  # noqa: E731
    return WRAPPED.format(files=",\n".join(map(file, sorted(PACKAGE.glob("*.js")))), tracker=tracker)


class Pages(http.server.BaseHTTPRequestHandler):
    """The website that is tracked."""

    def do_GET(self):
        titles = {"/first.html": "First page", "/second.html": "Second page", "/known.html": "Known page"}
        path = self.path.split("?")[0]
        if path == "/guide.pdf":
            self.answer(200, "application/pdf", b"%PDF-1.4")
        elif path == "/wrapped.html":
            self.answer(200, "text/html; charset=utf-8", wrapped(self.server.tracker).encode())
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

    def browse(self, **plan):
        """A server that a browser has visited a site of."""
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
        if not chromium:
            self.skipTest("there is no chromium; set CHROMIUM to its path")
        server = self.serve()
        site = self.website(server)
        server.call("SitesManager.updateSite", idSite=1, urls=site, ecommerce=1)
        plan = json.dumps({"site": site, "tracker": server.url, "chromium": chromium, **plan})
        done = subprocess.run(["node", "browse.mjs"], cwd=HERE, input=plan, capture_output=True, text=True, timeout=240)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout), [])
        return server

    def test_a_visit_by_the_package_is_counted_as_it_happened(self):
        server = self.browse(wrapped=True)
        pages = {row["label"]: row["nb_hits"] for row in server.report("Actions.getPageUrls", flat=1)}
        self.assertEqual(pages, {"/wrapped.html": 1})
        self.assertEqual([row["label"].strip() for row in server.report("Actions.getPageTitles", flat=1)], ["Wrapped page"])
        event = server.report("Events.getName")[0]
        self.assertEqual((event["label"], event["nb_events"], event["sum_event_value"]), ("Trailer", 1, 4.5))
        self.assertEqual([row["label"] for row in server.report("Actions.getSiteSearchKeywords")], ["blue shoes"])
        self.assertEqual(["out.example" in row["label"] for row in server.report("Actions.getOutlinks", flat=1)], [True])
        orders = server.report("Goals.get", idGoal="ecommerceOrder")
        self.assertEqual((orders["nb_conversions"], orders["revenue"], orders["items"]), (1, 40, 2))
        self.assertEqual([(row["label"], row["quantity"]) for row in server.report("Goals.getItemsSku")], [("S-1", 2)])

    def test_a_visit_in_a_browser_is_counted_as_it_happened(self):
        server = self.browse()
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
