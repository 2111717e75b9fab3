"""Errors have Matomo's shape and a status that says what they are."""

import csv
import html
import io
import json
import xml.etree.ElementTree

from harness.installation import Case
from harness.server import DAYS

ASK = {"idSite": 1, **DAYS}
# What is wrong, the status, and the call. Matomo answers most errors of a caller with 200.
WRONG = [
    ("no site", 200, "VisitsSummary.get", {**DAYS}),
    ("no method", 200, "", {}),
    ("site is no number", 200, "VisitsSummary.get", {**ASK, "idSite": "x"}),
    ("unknown period", 200, "VisitsSummary.get", {**ASK, "period": "fortnight"}),
    ("broken date", 200, "VisitsSummary.get", {**ASK, "period": "day", "date": "when?"}),
    ("broken segment", 200, "VisitsSummary.get", {**ASK, "segment": "nonsense"}),
    ("unknown dimension", 200, "VisitsSummary.get", {**ASK, "segment": "noSuchThing==1"}),
    ("missing parameter", 200, "UsersManager.getUser", {}),
    ("unknown user", 200, "UsersManager.getUser", {"userLogin": "stranger"}),
    ("unknown plugin", 200, "NoPlugin.get", ASK),
    ("unknown method", 400, "VisitsSummary.noSuchMethod", ASK),
    # A superuser's call: whoever may not see every site gets 401, as for a forbidden one (test_access).
    ("missing site", 200, "VisitsSummary.get", {**ASK, "idSite": 99}),
]


def message_of(format, answer):
    """The error's words in the shape of the format."""
    if format == "json":
        value = json.loads(answer.body)
        assert value["result"] == "error", value
        return value["message"]
    if format == "xml":
        root = xml.etree.ElementTree.fromstring(answer.body)
        assert root.tag == "result" and root[0].tag == "error", answer.body
        return root[0].attrib["message"]
    prefix, _, message = answer.text.partition(": ")
    assert prefix == "Error", answer.body
    return message


class Errors(Case):
    def test_every_error_has_its_status_and_the_shape_of_the_format(self):
        server = self.serve()
        for name, status, method, params in WRONG:
            messages = set()
            for format in ("json", "xml", "csv", "tsv"):
                with self.subTest(f"{name} as {format}"):
                    answer = server.ask(method, **{**params, "format": format})
                    self.assertEqual(answer.status, status, answer.body)
                    # Matomo writes its XML messages with HTML's entities.
                    messages.add(html.unescape(message_of(format, answer).strip()))
            self.assertEqual(len(messages), 1, f"{name}: {messages}")
            self.assertTrue(messages.pop())

    def test_a_wrong_token_is_401_in_every_format(self):
        server = self.serve()
        for format in ("json", "xml", "csv", "tsv"):
            with self.subTest(format):
                answer = server.ask("VisitsSummary.get", token="wrong", **ASK, **{"format": format})
                self.assertEqual(answer.status, 401)
                self.assertIn("authenticate", message_of(format, answer))

    def test_without_a_format_the_answer_is_xml(self):
        server = self.serve()
        answer = server.request("POST", "/index.php", "module=API&method=API.getMatomoVersion",
                                {"Authorization": f"Bearer {server.token}"})
        self.assertEqual(xml.etree.ElementTree.fromstring(answer.body).tag, "result")
        self.assertTrue(answer.headers["content-type"].startswith("text/xml"))

    def test_an_unknown_format_is_an_error(self):
        answer = self.serve().ask("VisitsSummary.get", **ASK, **{"format": "yaml"})
        self.assertLess(answer.status, 500)
        self.assertIn(b"format", answer.body.lower())

    def test_our_own_api_says_by_status_what_is_wrong(self):
        server = self.serve()
        token = {"Authorization": f"Bearer {server.token}"}
        days = f"period={DAYS['period']}&date={DAYS['date']}"
        for path, headers, status, code in [
            (f"VisitsSummary.get?{days}", token, 400, "missing_parameter"),
            ("VisitsSummary.get?idSite=1&period=fortnight&date=today", token, 400, None),
            (f"VisitsSummary.get?idSite=1&{days}&segment=nonsense", token, 400, None),
            (f"VisitsSummary.get?idSite=99&{days}", token, 403, "forbidden"),
            ("VisitsSummary.nothing", token, 404, "unknown_method"),
            ("UsersManager.getUser", {}, 401, "signed_out"),
            ("UsersManager.getUser?userLogin=stranger", token, 404, "not_found"),
            ("API.getMatomoVersion", {"Authorization": "Bearer wrong"}, 401, "bad_token"),
        ]:
            with self.subTest(path):
                answer = server.request("GET", f"/api/v1/methods/{path}", headers=headers)
                self.assertEqual(answer.status, status, answer.body)
                error = answer.json()["error"]
                self.assertTrue(error["message"])
                if code:
                    self.assertEqual(error["code"], code)

    def test_an_error_holds_no_path_no_sql_and_no_secret(self):
        server = self.serve()
        for _, _, method, params in WRONG:
            body = server.ask(method, **params).text.lower()
            for word in (str(server.data_dir), server.token, "select ", "duckdb", "sqlite", ".rs:"):
                self.assertNotIn(word.lower(), body, method)

    def test_the_tracker_answers_errors_as_matomo_does(self):
        server = self.serve()
        for fields, status in [({"idsite": 99}, 400), ({"idsite": "x"}, 400), ({"cid": "short"}, 400), ({"rec": 0}, 200),
                               ({"cip": "203.0.113.9"}, 400), ({"cdt": "2020-01-01 00:00:00"}, 400), ({"country": "de"}, 400)]:
            answer = server.hit(**fields)
            self.assertEqual(answer.status, status, fields)
            self.assertEqual(answer.body[:6], b"GIF89a", fields)
            quiet = server.hit(**{**fields, "send_image": 0})
            self.assertEqual(quiet.status, status if status == 400 else 204, fields)
            self.assertNotIn(b"GIF89a", quiet.body)
        self.assertEqual(server.request("POST", "/matomo.php").status, 400)
        self.assertEqual(server.request("GET", "/matomo.php").status, 200)

    def test_a_malformed_bulk_is_400_in_json(self):
        server = self.serve()
        for body in [b'{"requests":', b'{"requests": 5}', b'{"requests": {}', b'{"requests": ["?idsite=1"', b'{"requests": null}',
                     b'{"requests": [' + b"[" * 5000]:
            answer = server.request("POST", "/matomo.php", body)
            self.assertEqual((answer.status, answer.json()["status"]), (400, "error"), body[:40])

    def test_reports_come_in_every_format(self):
        server = self.serve()
        server.hit(action_name="One page")
        ask = {**ASK, "filter_limit": -1}
        answer = server.ask("Actions.getPageTitles", **ask, **{"format": "json"})
        self.assertEqual(answer.json()[0]["label"].strip(), "One page")
        root = xml.etree.ElementTree.fromstring(server.ask("Actions.getPageTitles", **ask, **{"format": "xml"}).body)
        self.assertEqual(root.find("row/label").text.strip(), "One page")
        for format, delimiter in (("csv", ","), ("tsv", "\t")):
            answer = server.ask("Actions.getPageTitles", **ask, **{"format": format})
            text = answer.body.decode("utf-16" if answer.body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
            rows = list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
            self.assertEqual(rows[0]["label"].strip(), "One page", format)
        # A feed has an entry for each day.
        for format, days in (("html", {}), ("rss", {"period": "day", "date": "last2"})):
            answer = server.ask("Actions.getPageTitles", **{**ask, **days, "format": format})
            self.assertIn(b"One page", answer.body, format)
