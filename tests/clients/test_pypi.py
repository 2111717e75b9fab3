"""The PyPI package matomo, version 1.0.0."""

from harness.installation import Case
from harness.server import AGENT

import matomo
from matomo.request import Request


class PyPi(Case):
    def tracker(self, server):
        request = Request({"HTTP_HOST": "shop.example", "HTTP_USER_AGENT": AGENT, "HTTP_ACCEPT_LANGUAGE": "de-de,de;q=0.9",
                           "HTTPS": True, "REQUEST_URI": "/"})
        return matomo.Matomo(request, 1, server.url)

    def test_hits_of_every_kind_are_counted(self):
        server = self.serve()
        tracker = self.tracker(server)
        tracker.set_url("https://shop.example/first")
        tracker.set_resolution(1920, 1080)
        tracker.set_user_id("ada")
        answers = [
            tracker.do_track_page_view("First page"),
            tracker.do_track_event("Video", "Play", "Trailer", 4.5),
            tracker.do_track_site_search("blue shoes", "shop", 3),
            tracker.do_track_action("https://shop.example/guide.pdf", "download"),
            tracker.do_track_action("https://out.example/there", "link"),
            tracker.do_track_content_impression("Banner", "autumn.png", "https://shop.example/sale"),
            tracker.do_ping(),
        ]
        self.assertEqual([answer.status_code for answer in answers], [200] * 7)
        self.assertEqual(answers[0].headers["content-type"], "image/gif")
        summary = server.report("VisitsSummary.get")
        self.assertEqual(summary["nb_visits"], 1)
        pages = {row["label"]: row["nb_hits"] for row in server.report("Actions.getPageUrls", flat=1)}
        self.assertEqual(pages, {"/first": 1})
        self.assertEqual(server.report("Actions.getPageTitles", flat=1)[0]["label"].strip(), "First page")
        self.assertEqual(server.report("Events.getAction")[0]["label"], "Play")
        self.assertEqual(server.report("Events.getName")[0]["label"], "Trailer")
        self.assertIn("guide.pdf", server.report("Actions.getDownloads", flat=1)[0]["label"])
        self.assertIn("out.example", server.report("Actions.getOutlinks", flat=1)[0]["label"])
        visit = server.report("Live.getLastVisitsDetails")[0]
        self.assertEqual((visit["userId"], visit["languageCode"], visit["resolution"]), ("ada", "de-de", "1920x1080"))
        self.assertEqual((visit["browserCode"], visit["operatingSystemCode"], visit["searches"]), ("CH", "WIN", 1))

    def test_the_same_visitor_comes_back_and_another_is_another(self):
        server = self.serve()
        for visitor in ("00000000000000aa", "00000000000000bb", "00000000000000aa"):
            tracker = self.tracker(server)
            tracker.set_visitor_id(visitor)
            tracker.set_url("https://shop.example/")
            self.assertEqual(tracker.do_track_page_view("Home").status_code, 200)
        summary = server.report("VisitsSummary.get")
        self.assertEqual((summary["nb_visits"], summary["nb_actions"]), (2, 3))

    def test_without_an_image_the_answer_is_empty(self):
        tracker = self.tracker(self.serve())
        tracker.disable_send_image_response()
        tracker.set_url("https://shop.example/")
        answer = tracker.do_track_page_view("Home")
        self.assertEqual((answer.status_code, answer.content), (204, b""))
