"""Bulk posts as log importers and queues write them."""

import json

from harness.installation import Case


class ByHand(Case):
    def test_the_shape_of_the_log_importer(self):
        server = self.serve()
        body = {"token_auth": server.token, "requests": [
            {"rec": "1", "apiv": "1", "url": f"https://shop.example/page/{n}", "urlref": "https://www.google.com/", "cip": f"198.51.{n}.7",
             "cdt": f"2026-03-02 08:{n:02}:00", "idsite": "1", "dp": "1", "queuedtracking": "0", "bots": "1", "send_image": "0",
             "ua": "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"} for n in range(40)]}
        answer = server.request("POST", "/piwik.php", json.dumps(body), {"Content-Type": "application/json"})
        self.assertEqual(answer.json(), {"status": "success", "tracked": 40, "invalid": 0, "invalid_indices": []})
        ask = {"idSite": 1, "period": "day", "date": "2026-03-02"}
        summary = server.call("VisitsSummary.get", **ask)
        self.assertEqual((summary["nb_visits"], summary["nb_actions"]), (40, 40))
        engines = server.call("Referrers.getSearchEngines", **ask)
        self.assertEqual([(row["label"], row["nb_visits"]) for row in engines], [("Google", 40)])

    def test_every_way_to_write_a_request_counts(self):
        server = self.serve()
        url = "https://shop.example/a"
        bodies = [
            json.dumps({"requests": [f"?idsite=1&rec=1&url={url}"]}),
            json.dumps({"requests": [{"idsite": 1, "rec": True, "url": url}]}),
            json.dumps({"requests": [{"idsite": "1", "rec": "1", "url": url}]}, indent=4),
            "{'requests': ['?idsite=1&rec=1&url=" + url + "']}",
            "  \r\n" + json.dumps({"send_image": 1, "requests": [f"?idsite=1&rec=1&url={url}"]}),
        ]
        for body in bodies:
            for kind in ("application/json", "application/x-www-form-urlencoded; charset=utf-8", "text/plain"):
                answer = server.request("POST", "/matomo.php", body, {"Content-Type": kind})
                self.assertEqual((answer.status, answer.json()["tracked"]), (200, 1), body)
        pages = server.report("Actions.getPageUrls", flat=1)
        self.assertEqual([(row["label"], row["nb_hits"]) for row in pages], [("/a", len(bodies) * 3)])

    def test_a_beacon_and_a_form_count_as_hits(self):
        server = self.serve()
        form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "Origin": "https://shop.example"}
        answer = server.request("POST", "/matomo.php", "idsite=1&rec=1&url=https%3A%2F%2Fshop.example%2Fb&send_image=0", form)
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.assertEqual(answer.headers["access-control-allow-origin"], "https://shop.example")
        answer = server.request("POST", "/matomo.php?idsite=1&rec=1&url=https://shop.example/b&send_image=0", "")
        self.assertEqual(answer.status, 204)
        self.assertEqual(server.report("Actions.getPageUrls", flat=1)[0]["nb_hits"], 2)
