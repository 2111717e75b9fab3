"""What trackers tell later is counted with what they told before."""

from harness.installation import Case

PARTS = {"pf_net": 100, "pf_srv": 200, "pf_tfr": 300, "pf_dm1": 400, "pf_dm2": 500, "pf_onl": 600}
MEANS = {"avg_time_network": 0.1, "avg_time_server": 0.2, "avg_time_transfer": 0.3, "avg_time_dom_processing": 0.4,
         "avg_time_dom_completion": 0.5, "avg_time_on_load": 0.6, "avg_page_load_time": 2.1}


class Timings(Case):
    def means(self, server):
        answer = server.report("PagePerformance.get")
        return {name: float(str(answer[name]).rstrip("s")) for name in MEANS}

    def test_times_that_come_later_are_those_of_the_page_view_that_they_name(self):
        page = {"cid": "00000000000000aa", "url": "https://shop.example/timed", "action_name": "timed"}
        later = {"sign of life": {"ping": 1}, "event": {"e_c": "a", "e_a": "b"}, "click": {"link": "https://out.example/"},
                 "goal": {"idgoal": 1}}
        for name, act in later.items():
            with self.subTest(later=name):
                server = self.serve()
                server.hit(**page, pv_id="aaaaaa")
                # The reports have counted it before its times are known.
                self.assertEqual(self.means(server)["avg_page_load_time"], 0)
                server.hit(cid=page["cid"], url=page["url"], pv_id="bbbbbb", **act, pf_net=9000)
                server.hit(cid="00000000000000bb", pv_id="aaaaaa", ping=1, pf_net=9000)
                self.assertEqual(self.means(server)["avg_page_load_time"], 0)
                server.hit(cid=page["cid"], url=page["url"], pv_id="aaaaaa", **act, **PARTS)
                self.assertEqual(self.means(server), MEANS)
                visits = server.report("Live.getLastVisitsDetails")
                views = [action for visit in visits for action in visit["actionDetails"] if action["type"] == "action"]
                self.assertEqual([(view["idpageview"], view["pageLoadTimeMilliseconds"]) for view in views], [("aaaaaa", 2100)])

    def test_times_come_in_after_a_restart_and_a_kill(self):
        server = self.serve()
        for number, end in enumerate([server.stop, server.kill]):
            page = {"cid": f"00000000000000a{number}", "url": "https://shop.example/timed"}
            server.hit(**page, pv_id="aaaaaa")
            self.assertEqual(server.report("VisitsSummary.get")["nb_visits"], number + 1)
            end()
            server.start()
            server.hit(**page, pv_id="aaaaaa", ping=1, **PARTS)
            self.assertEqual(self.means(server), MEANS)
        self.assertEqual(server.cli("doctor"), (0, "everything is sound"))
