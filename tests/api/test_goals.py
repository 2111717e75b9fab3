"""Goals and orders from the browser's request to the report."""

import json

from harness.installation import Case

SHOP = "https://shop.example"
GOAL = {"idSite": 1, "name": "Thanks", "matchAttribute": "url", "pattern": "/thanks", "patternType": "contains"}


class Goals(Case):
    def figures(self, server, **params):
        server.wait_counted()
        answer = server.report("Goals.get", **params)
        return answer["nb_conversions"], answer["revenue"]

    def add(self, server, **changed):
        return server.call("Goals.addGoal", **{**GOAL, **changed})["value"]

    def test_a_goal_is_reached_once_in_a_visit_or_as_often_as_it_says(self):
        server = self.serve()
        once = self.add(server, revenue=5)
        often = self.add(server, name="Often", allowMultipleConversionsPerVisit=1, revenue=2)
        for number in range(3):
            server.hit(cid="00000000000000aa", url=f"{SHOP}/thanks/{number}")
        self.assertEqual(self.figures(server, idGoal=once), (1, 5))
        self.assertEqual(self.figures(server, idGoal=often), (3, 6))
        self.assertEqual(self.figures(server), (4, 11))
        rows = server.report("Actions.getEntryPageUrls", flat=1, filter_update_columns_when_show_all_goals=1)
        self.assertIn(f"idgoal={often}", json.dumps(rows))

    def test_a_changed_goal_holds_for_later_hits_alone(self):
        server = self.serve()
        goal = self.add(server)
        server.hit(cid="00000000000000aa", url=f"{SHOP}/thanks")
        self.assertEqual(self.figures(server, idGoal=goal)[0], 1)
        server.call("Goals.updateGoal", **GOAL | {"idGoal": goal, "pattern": "/never"})
        server.hit(cid="00000000000000bb", url=f"{SHOP}/thanks")
        self.assertEqual(self.figures(server, idGoal=goal)[0], 1)
        server.kill()
        server.start()
        self.assertEqual(self.figures(server, idGoal=goal)[0], 1)
        server.call("Goals.deleteGoal", idSite=1, idGoal=goal)
        self.assertEqual(server.call("Goals.getGoals", idSite=1), [])
        self.assertEqual(server.cli("doctor"), (0, "everything is sound"))

    def test_an_order_counts_once_and_ends_the_cart(self):
        server = self.serve()
        items = lambda quantity: json.dumps([["SKU1", "Red shoe", ["Shoes", "Red"], 10, quantity]])  # noqa: E731
        cart = {"cid": "00000000000000aa", "url": f"{SHOP}/cart", "idgoal": 0}
        server.hit(**cart, revenue=10, ec_items=items(1))
        self.assertEqual(self.figures(server, idGoal="ecommerceAbandonedCart"), (1, 10))
        server.hit(**cart, revenue=30, ec_items=items(3))
        self.assertEqual(self.figures(server, idGoal="ecommerceAbandonedCart"), (1, 30))
        order = {**cart, "ec_id": "A-1", "revenue": 33, "ec_st": 30, "ec_tx": 2, "ec_sh": 1, "ec_items": items(3)}
        for _ in range(2):
            server.hit(**order)
        server.hit(**{**order, "cid": "00000000000000bb"})
        self.assertEqual(self.figures(server, idGoal="ecommerceAbandonedCart"), (0, 0))
        self.assertEqual(self.figures(server, idGoal="ecommerceOrder"), (1, 33))
        self.assertEqual(server.report("Goals.getItemsSku"), [])
        server.call("SitesManager.updateSite", idSite=1, ecommerce=1)
        product, = server.report("Goals.getItemsSku")
        self.assertEqual((product["label"], product["quantity"], product["orders"], product["revenue"]), ("SKU1", 3, 1, 30))
        labels = {row["label"] for row in server.report("Goals.getItemsCategory")}
        self.assertEqual(labels, {"Shoes", "Red"})
        visit = next(visit for visit in server.report("Live.getLastVisitsDetails") if visit["visitorId"].endswith("aa"))
        self.assertEqual((visit["visitEcommerceStatus"], visit["totalEcommerceRevenue"]), ("ordered", 33))
        kinds = [action["type"] for action in visit["actionDetails"]]
        self.assertEqual(kinds.count("ecommerceOrder"), 1)
        self.assertEqual(server.cli("doctor"), (0, "everything is sound"))

    def test_segments_choose_by_what_a_visit_reached(self):
        server = self.serve()
        goal = self.add(server)
        for number, page in enumerate(["thanks", "other", "other"]):
            server.hit(cid=f"00000000000000a{number}", url=f"{SHOP}/{page}")
        server.wait_counted()
        for segment, visits in {"visitConverted==1": 1, "visitConverted==0": 2, f"visitConvertedGoalId=={goal}": 1,
                                "visitEcommerceStatus==none": 3, "orderId==x": 0}.items():
            with self.subTest(segment):
                self.assertEqual(server.report("VisitsSummary.getVisits", segment=segment)["value"], visits)

    def test_patterns_are_bounded(self):
        server = self.serve()
        for pattern in ["(" * 300, "(a{1000}){1000}", "(?=a)b", "\\1", "["]:
            answer = server.ask("Goals.addGoal", **GOAL | {"patternType": "regex", "pattern": pattern})
            self.assertEqual(answer.json()["result"], "error", pattern)
        goal = self.add(server, patternType="regex", pattern="(a*)*b")
        server.hit(url=f"{SHOP}/" + "a" * 2000)
        self.assertEqual(self.figures(server, idGoal=goal)[0], 0)
