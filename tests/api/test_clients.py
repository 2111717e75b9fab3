"""What programs that were made for Matomo send, as they send it: encodings, forms, times, addresses."""

import datetime
import urllib.parse

from harness.installation import Case

DAY = {"period": "day", "date": "2026-03-02"}
NOON = "2026-03-02 12:00:00"


class HandedOut(Case):
    """What a report says of itself is understood when it comes back."""

    PAGES = {
        "https://shop.example/a": "Terms & Conditions", "https://shop.example/b%20c?n=1,2&r=x+y": "C++ <Guide>; \"it's\"",
        "https://shop.example/d/gr%C3%BC%C3%9Fe": "Grüße, 100% sicher", "https://shop.example/e?x=a%26b%2Bc": "A+B",
    }

    def test_segments_of_rows_find_their_visits_however_often_they_are_encoded(self):
        server = self.serve()
        for number, (url, title) in enumerate(self.PAGES.items()):
            server.hit(cid=f"{number + 1:016x}", url=url, action_name=title, cdt=NOON, token_auth=server.token)
            server.hit(cid=f"{number + 1:016x}", url=url, download=f"{url}.zip", cdt="2026-03-02 12:01:00", token_auth=server.token)
        asked = {"idSite": 1, **DAY, "flat": 1}
        for method in ("Actions.getPageUrls", "Actions.getPageTitles", "Actions.getEntryPageUrls", "Actions.getEntryPageTitles",
                       "Actions.getExitPageTitles", "Actions.getDownloads"):
            rows = server.call(method, **asked)
            self.assertEqual(len(rows), len(self.PAGES), method)
            for row in rows:
                handed = row["segment"]
                # As it is, as a page decodes it before it sends it, and encoded once more.
                for segment in (handed, urllib.parse.unquote_plus(handed), urllib.parse.quote(handed, safe="")):
                    with self.subTest(method, segment=segment):
                        found = server.call("VisitsSummary.getVisits", idSite=1, **DAY, segment=segment)
                        self.assertEqual(found["value"], 1)
        both = "pageTitle==Terms%2B%2526amp%253B%2BConditions,pageTitle==A%252BB"
        self.assertEqual(server.call("VisitsSummary.getVisits", idSite=1, **DAY, segment=both)["value"], 2)
        self.assertEqual(server.call("VisitsSummary.getVisits", idSite=1, **DAY, segment="pageTitle!=A%252BB")["value"], 3)

    def test_fingerprints_find_their_visits(self):
        server = self.serve()
        for number in range(4):
            server.hit(cid=f"{number + 1:016x}", cip=f"192.0.{number}.1", token_auth=server.token)
        visits = server.report("Live.getLastVisitsDetails")
        prints = {visit["fingerprint"] for visit in visits}
        self.assertEqual(len(prints), 4)
        for known in prints:
            self.assertEqual(server.report("VisitsSummary.getVisits", segment=f"fingerprint=={known}")["value"], 1, known)
        suggested = server.call("API.getSuggestedValuesForSegment", idSite=1, segmentName="fingerprint")
        self.assertEqual(set(suggested), prints)


class Segments(Case):
    def visits(self, server, segment):
        answer = server.ask("VisitsSummary.getVisits", idSite=1, **DAY, segment=segment)
        return answer.status, answer.json().get("value")

    def test_as_many_conditions_as_are_promised_are_answered(self):
        server = self.serve()
        server.hit(url="https://shop.example/xyz", cdt=NOON, token_auth=server.token)
        self.assertEqual(self.visits(server, ";".join(["pageUrl=@x"] * 40)), (200, 1))
        self.assertEqual(self.visits(server, ";".join(f"pageUrl!@n{n}" for n in range(64))), (200, 1))
        self.assertEqual(self.visits(server, ",".join(f"pageUrl=@x{n}" for n in range(63)) + ",pageUrl=@xy"), (200, 1))
        self.assertEqual(self.visits(server, ";".join(["pageUrl=@x", "pageUrl=@y", "pageUrl=@z"] * 21)), (200, 1))

    def test_names_have_no_order(self):
        server = self.serve()
        server.hit(lang="de", cdt=NOON, token_auth=server.token)
        for segment in ("continentCode<eur", "continentCode>=eur", "countryName>France", "browserName<=Chrome"):
            answer = server.ask("VisitsSummary.getVisits", idSite=1, **DAY, segment=segment)
            self.assertEqual((answer.status, answer.json()["result"]), (200, "error"), segment)
            self.assertIn("no order", answer.json()["message"])
        self.assertEqual(self.visits(server, "continentCode==eur"), (200, 1))


class Limits(Case):
    def test_sites_times_periods_are_limited(self):
        server = self.serve()
        for number in range(23):
            server.call("SitesManager.addSite", siteName=f"s{number}", urls=f"https://s{number}.example", timezone="UTC")
        server.hit()
        before_kib = server.most_kib()
        for more in ({}, {"compare": 1, "comparePeriods[0]": "day", "compareDates[0]": "last3650"}):
            refused = server.ask("API.get", idSite="all", period="day", date="last3650", **more)
            self.assertEqual(refused.status, 413)
            self.assertIn("10000", refused.json()["message"])
        self.assertLess(server.most_kib() - before_kib, 60 * 1024)
        for sites, date in [("all", "last90"), (1, "last500"), (1, "last3650")]:
            answer = server.ask("VisitsSummary.get", idSite=sites, period="day", date=date)
            self.assertEqual(answer.status, 200, (sites, date))
            self.assertNotIn("result", answer.json())

    def test_patterns_that_are_not_understood_are_refused(self):
        server = self.serve()
        for name, url in [("a", "home"), ("b", "cart")]:
            server.hit(cid=name * 16, url=f"https://shop.example/{url}", cdt=NOON, token_auth=server.token)
        rows = lambda pattern: server.ask("Actions.getPageUrls", idSite=1, **DAY, filter_pattern=pattern).json()
        self.assertEqual([row["label"] for row in rows("^/c|x")], ["/cart"])
        self.assertEqual(rows("("), [])
        for pattern, why in [("^(?!/home)", "look-around"), (r"(a)\1", "backreferences"), (r"\p{L}", "Unicode")]:
            refused = rows(pattern)
            self.assertEqual(refused["result"], "error")
            self.assertIn(why, refused["message"])


class Log(Case):
    def test_the_log_of_several_sites_is_one_list(self):
        server = self.serve()
        server.call("SitesManager.addSite", siteName="third", urls="https://third.example", timezone="Asia/Tokyo")
        order = [1, 2, 3, 1, 2, 1]
        for number, site in enumerate(order):
            server.hit(idsite=site, cid=f"{number + 1:016x}", cdt=f"2026-03-02 12:0{number}:00", token_auth=server.token)
        log = lambda **params: server.call("Live.getLastVisitsDetails", **{"idSite": "1,2,3", **DAY, **params})
        self.assertEqual([visit["idSite"] for visit in log()], order[::-1])
        self.assertEqual([visit["idSite"] for visit in log(idSite="all", filter_sort_order="asc")], order)
        page = log(filter_limit=2, filter_offset=1)
        self.assertEqual([(visit["idSite"], visit["visitorId"]) for visit in page], [(2, f"{5:016x}"), (1, f"{4:016x}")])
        self.assertEqual([visit["siteName"] for visit in log(segment=f"visitorId=={3:016x}")], ["third"])
        self.assertEqual(log(idSite="2,3", date="2026-03-05"), [])
        self.assertEqual(set(log(showColumns="idSite,idVisit", filter_limit=1)[0]), {"idSite", "idVisit"})
        newest = server.call("Live.getMostRecentVisitorId", idSite="1,2,3", **DAY)
        self.assertEqual(newest["value"], f"{6:016x}")
        self.assertEqual(server.ask("Live.getLastVisitsDetails", idSite="1,2", **DAY, filter_offset=10_000).status, 413)


class Doors(Case):
    """Where requests may be sent, and in which form."""

    VERSION = "module=API&method=API.getMatomoVersion&format=json"

    def test_the_folder_is_the_api(self):
        server = self.serve()
        bearer = {"Authorization": f"Bearer {server.token}"}
        form = {**bearer, "Content-Type": "application/x-www-form-urlencoded"}
        for method, path, body in [("GET", f"/?{self.VERSION}", None), ("POST", "/", self.VERSION), ("POST", f"/?{self.VERSION}", "")]:
            answer = server.request(method, path, body, form if body is not None else bearer)
            self.assertEqual((answer.status, answer.text), (200, '{"value":"5.2.0"}'), (method, path))
        status, headers, _ = server.request("GET", "/?module=CoreAdminHome&action=optOutJS&divId=x")
        self.assertEqual((status, headers["content-type"].split(";")[0]), (200, "text/javascript"))
        self.assertEqual(server.request("GET", "/?module=Nope")[0], 404)
        status, headers, _ = server.request("GET", "/?idSite=1")
        self.assertEqual((status, headers["content-type"]), (200, "text/html; charset=utf-8"))

    def test_nothing_lies_below_a_program(self):
        server = self.serve()
        for path in ("/matomo.php/?idsite=1&rec=1", "/piwik.php/", "/js/tracker.php/", "/index.php/x"):
            for method in ("GET", "POST"):
                self.assertEqual(server.request(method, path)[0], 404, path)

    def test_what_the_api_takes_is_told(self):
        server = self.serve()
        for path in ("/index.php", "/"):
            status, headers, _ = server.request("OPTIONS", path, headers={"Origin": "https://else.example"})
            self.assertEqual((status, headers["allow"]), (204, "GET, HEAD, POST, OPTIONS"))
            self.assertFalse([name for name in headers if name.lower().startswith("access-control")])

    def test_forms_of_parts_are_read(self):
        server = self.serve()
        kind = {"Content-Type": 'multipart/form-data; boundary="--x1"'}

        def form(**fields):
            part = '----x1\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
            return "".join(part.format(*field) for field in fields.items()) + "----x1--\r\n"

        hit = form(idsite=1, rec=1, url="https://shop.example/parts", action_name="Größe & mehr", cdt=NOON, token_auth=server.token)
        self.assertEqual(server.request("POST", "/matomo.php", hit.encode(), kind)[0], 200)
        titles = server.call("Actions.getPageTitles", idSite=1, **DAY)
        self.assertEqual([row["label"].strip() for row in titles], ["Größe & mehr"])
        call = form(module="API", method="VisitsSummary.getVisits", format="json", idSite=1, token_auth=server.token, **DAY)
        for path in ("/index.php", "/"):
            answer = server.request("POST", path, call, kind)
            self.assertEqual((answer.status, answer.text), (200, '{"value":1}'))


class Values(Case):
    def test_times_are_those_that_were_told(self):
        server = self.serve()
        told = ["2026-03-02T07:00:00-05:00", "2026-03-02T13:00:00+0100", "2026-03-02 14:00:00 +02:00", "Mon, 02 Mar 2026 12:00:00 +0000",
                "1772452800.5", "2026-03-02 12:00:00"]
        for number, cdt in enumerate(told):
            server.hit(cid=f"{number + 1:016x}", cdt=cdt, token_auth=server.token)
        bulk = {"requests": [{"idsite": 1, "rec": 1, "url": "https://shop.example/", "_id": "f" * 16, "cdt": 1772452800.25}]}
        server.bulk(bulk["requests"], token_auth=server.token)
        log = server.call("Live.getLastVisitsDetails", idSite=1, **DAY)
        noon = int(datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.timezone.utc).timestamp())
        self.assertEqual([visit["lastActionTimestamp"] for visit in log], [noon] * (len(told) + 1))

    def test_addresses_of_the_old_kind_in_those_of_the_new_are_known(self):
        server = self.serve()
        server.hit(cip="::ffff:8.8.8.8", cdt=NOON, token_auth=server.token)
        self.assertEqual(server.call("Live.getLastVisitsDetails", idSite=1, **DAY)[0]["visitIp"], "8.8.0.0")

    def test_an_empty_value_of_a_dimension_takes_the_place_of_an_older_one(self):
        server = self.serve()
        server.call("CustomDimensions.configureNewCustomDimension", idSite=1, name="Plan", scope="visit", active=1)
        server.hit(cid="a" * 16, dimension1="pro")
        server.hit(cid="a" * 16, url="https://shop.example/2")
        self.assertEqual(server.report("Live.getLastVisitsDetails")[0]["dimension1"], "pro")
        server.hit(cid="a" * 16, url="https://shop.example/3", dimension1="")
        self.assertIn(server.report("Live.getLastVisitsDetails")[0]["dimension1"], ("", None))
        self.assertEqual(server.report("VisitsSummary.getVisits", segment="dimension1==pro")["value"], 0)

    def test_relative_dates_are_told_in_words(self):
        server = self.serve()
        asked = {"idSite": 1, "apiModule": "VisitsSummary", "apiAction": "get", "period": "day"}
        pretty = lambda **params: server.call("API.getProcessedReport", **{**asked, **params})["prettyDate"]
        today = datetime.datetime.now(datetime.timezone.utc).date()
        first = today - datetime.timedelta(days=29)
        words = pretty(date="last30")
        self.assertEqual(words, pretty(date=f"{first},{today}"))
        self.assertIn(str(today.year), words)
        self.assertEqual(pretty(date="last30", period="range"), words)
        self.assertNotIn("previous", pretty(date="previous3", period="month"))
