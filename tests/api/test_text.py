"""Bytes that are not text, through tracking and out of every format."""

import csv
import io
import json
import re
import urllib.parse
import xml.etree.ElementTree

from harness.installation import Case, allow_given_passwords
from harness.server import DAYS

STRANGE = [
    b"\xff\xfe\xfd", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf8\x88\x80\x80\x80", b"a\x00b", b"\xed\xa0\x80", b"\xed\xa0\xbd\xed\xb8\x80",
    "\u202egnp.exe".encode(), "\u2066x\u2069".encode(), "\U0001f98a\U0001f9ff".encode(), "\ufeffbom".encode(), "\ufffe\uffff".encode(),
    b"%2525252e", b"%252e%252e%252f", b"\x01\x02\x0b\x0c\x1b[31m\x7f", b"line\r\nbreak", b"tab\there", b"]]>", b"<![CDATA[x]]>",
    b"<script>alert(1)</script>", b"&lt;b&gt; & &amp; \"quoted\" 'single'", b"=cmd|' /C calc'!A0", b"@SUM(1)", b"+1+1", b"-1+1",
    "ä".encode("latin-1"), "\u0301\u0301\u0301".encode(), b"\\u0000\\ud800", b"\xf0\x9f\x98", "e\u0301".encode(), "＝1+1".encode(), b"\xc3\x28",
]
METHODS = ("Actions.getPageTitles", "Actions.getPageUrls", "Events.getCategory", "Events.getAction", "Events.getName",
           "UserId.getUsers", "Referrers.getCampaigns", "Referrers.getAll", "Actions.getDownloads", "Actions.getOutlinks",
           "UserLanguage.getLanguage", "Resolution.getResolution", "Live.getLastVisitsDetails")
# What XML 1.0 cannot hold at all, not even escaped.
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")


class Text(Case):
    def track(self, server):
        """Every strange text in every place of a hit, by query, by form and in bulk."""
        fields = ("url", "action_name", "uid", "e_c", "e_a", "e_n", "urlref", "ua", "lang", "res", "_rcn", "search", "download",
                  "link", "dimension1", "cvar", "pv_id", "data", "utm_campaign")
        for number, text in enumerate(STRANGE):
            quoted = urllib.parse.quote_from_bytes(text)
            base = f"idsite=1&rec=1&cid={number:016x}"
            events = f"{base}&url=https://shop.example/{quoted}&action_name={quoted}&uid={quoted}&lang={quoted}"
            for query in (events, f"{events}&e_c={quoted}&e_a={quoted}&e_n={quoted}&e_v={quoted}",
                          f"{base}&url=https://shop.example/?utm_campaign={quoted}&urlref=https://r.example/{quoted}",
                          f"{base}&url=https://shop.example/&download=https://shop.example/{quoted}.zip",
                          f"{base}&url=https://shop.example/&link=https://out.example/{quoted}"):
                self.assertIn(server.request("GET", "/matomo.php?" + query).status, {200, 400}, text)
                self.assertIn(server.request("POST", "/matomo.php", query).status, {200, 400}, text)
            for field in fields:
                answer = server.request("GET", f"/matomo.php?{base}&url=https://shop.example/&{field}={quoted}")
                self.assertIn(answer.status, {200, 400}, f"{field} {text}")
            raw = f"{base}&url=https://shop.example/raw&action_name=".encode() + text.replace(b"&", b"%26")
            self.assertIn(server.request("POST", "/matomo.php", raw).status, {200, 400}, text)
            bulk = b'{"requests": ["?' + f"{base}&url=https://shop.example/bulk&action_name=".encode() \
                + text.replace(b'"', b'\\"').replace(b"&", b"%26") + b'"]}'
            self.assertIn(server.request("POST", "/matomo.php", bulk).status, {200, 400}, text)
        self.assertEqual(server.metrics()["makoto_panics_total"], 0)

    def ask_all(self, server, format, **more):
        answers = []
        for method in METHODS:
            ask = {"idSite": 1, **DAYS, "filter_limit": -1, "flat": 1, **more}
            answer = server.ask(method, **{**ask, "format": format})
            self.assertEqual(answer.status, 200, answer.body[:300])
            answers.append((method, answer))
        return answers

    def promise_71_nothing_breaks_a_hit_or_an_export(self):
        server = self.serve()
        self.track(server)
        self.assertGreater(server.report("VisitsSummary.get")["nb_actions"], len(STRANGE) * 5)
        with self.subTest("json"):
            answers = [json.loads(answer.body.decode()) for _, answer in self.ask_all(server, "json")]
            self.assertGreater(sum(map(len, answers)), len(STRANGE))
            self.assertNotRegex(json.dumps(answers, ensure_ascii=False), "[\ud800-\udfff]")
        for format, days in (("xml", {}), ("rss", {"period": "day", "date": "last2"})):
            for method, answer in self.ask_all(server, format, **days):
                with self.subTest(f"{method} as {format}"):
                    self.assertNotIn(b"<script>alert", answer.body)
                    self.assertIsNone(NO_XML.search(answer.body.decode()))
                    if answer.body.lstrip().startswith(b"<"):
                        xml.etree.ElementTree.fromstring(answer.body)
        for format in ("csv", "tsv"):
            with self.subTest(format):
                self.tables(server, format)
        for method, answer in self.ask_all(server, "html"):
            self.assertNotIn(b"<script>alert", answer.body, method)
            answer.body.decode()
        self.assertEqual(server.cli("doctor"), (0, "everything is sound"))

    def tables(self, server, format):
        delimiter = "," if format == "csv" else "\t"
        for unicode_, codec in (("0", "utf-8-sig"), ("1", "utf-16")):
            for method, answer in self.ask_all(server, format, convertToUnicode=unicode_):
                text = answer.body.decode(codec)
                rows = list(csv.reader(io.StringIO(text.replace("\0", "?"), newline=""), delimiter=delimiter))
                if method == "Live.getLastVisitsDetails":
                    continue
                self.assertTrue(all(len(row) == len(rows[0]) for row in rows if row), f"{method}: {text[:300]}")
                for cell in (cell for row in rows[1:] for cell in row):
                    is_number = re.fullmatch(r"-?\d+([.,]\d+)?%?", cell)
                    self.assertTrue(is_number or not cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "＝")), cell)

    def promise_71_names_and_settings_take_strange_text_too(self):
        server = self.serve()
        for text in STRANGE:
            form = b"module=API&method=SitesManager.addSite&format=json&siteName=" + urllib.parse.quote_from_bytes(text).encode()
            answer = server.request("POST", "/index.php", form, {"Authorization": f"Bearer {server.token}"})
            self.assertEqual(answer.status, 200, text)
            json.loads(answer.body.decode())
        answer = server.ask("SitesManager.getAllSites", **{"format": "xml"})
        self.assertIsNone(NO_XML.search(answer.body.decode()))
        xml.etree.ElementTree.fromstring(answer.body)
        allow_given_passwords(server)
        for login in ["a\0b", "\u202ex", "<b>", "'; --", "é" * 300]:
            answer = server.ask("UsersManager.addUser", userLogin=login, email="x@people.example", password="a fine passphrase here")
            self.assertEqual(answer.status, 200)

    def promise_71_parameters_of_reports_may_be_anything(self):
        server = self.serve()
        server.hit()
        for text in STRANGE:
            quoted = urllib.parse.quote_from_bytes(text)
            for name in ("segment", "label", "filter_pattern", "date", "period", "idSite", "method", "format", "language"):
                form = f"module=API&method=Actions.getPageUrls&idSite=1&period=day&date=today&format=json&{name}={quoted}"
                answer = server.request("POST", "/index.php", form, {"Authorization": f"Bearer {server.token}"})
                self.assertLess(answer.status, 500, f"{name} {text}: {answer.body[:200]}")
                answer.body.decode()
