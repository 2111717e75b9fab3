"""What people define for themselves: dimensions of a site, saved segments, notes on days, dashboards."""

from harness.installation import Case

DAY = {"period": "day", "date": "today"}


def labels(rows, *columns):
    return {row["label"]: tuple(row[column] for column in columns) for row in rows}


class Dimensions(Case):
    def configure(self, server, name, scope, **more):
        answer = server.call("CustomDimensions.configureNewCustomDimension", idSite=1, name=name, scope=scope, active=1, **more)
        return answer["value"]

    def test_a_dimension_is_recorded_reported_and_asked_for(self):
        server = self.serve()
        plan = self.configure(server, "Plan", "visit")
        author = self.configure(server, "Author", "action")
        section = self.configure(server, "Section", "action", **{
            "extractions[0][dimension]": "url", "extractions[0][pattern]": "/blog/([a-z]+)/"})
        self.assertEqual([plan, author, section], [1, 2, 3])
        server.hit(cid="a" * 16, url="https://shop.example/blog/rust/1", dimension1="free", dimension2=" Ann ")
        server.hit(cid="a" * 16, url="https://shop.example/blog/rust/2", dimension1="pro", dimension2="Bob")
        server.hit(cid="b" * 16, url="https://shop.example/", dimension1="free", dimension9="nothing")
        plans = server.report("CustomDimensions.getCustomDimension", idDimension=plan)
        self.assertEqual(labels(plans, "nb_visits", "segment"),
                         {"free": (1, "dimension1==free"), "pro": (1, "dimension1==pro")})
        authors = server.report("CustomDimensions.getCustomDimension", idDimension=author, expanded=1)
        self.assertEqual(labels(authors, "nb_hits"), {"Ann": (1,), "Bob": (1,)})
        self.assertEqual([row["label"] for row in authors[0]["subtable"]], ["shop.example/blog/rust/1"])
        sections = server.report("CustomDimensions.getCustomDimension", idDimension=section, flat=1)
        self.assertEqual({row["CustomDimension_CustomDimension3"] for row in sections},
                         {"rust - shop.example/blog/rust/1", "rust - shop.example/blog/rust/2"})
        for segment, visits in [("dimension1==pro", 1), ("dimension2==Ann", 1), ("dimension3=@us", 1), ("dimension1!=pro", 1)]:
            self.assertEqual(server.report("VisitsSummary.getVisits", segment=segment)["value"], visits, segment)
        log = server.report("Live.getLastVisitsDetails", segment="dimension1==pro")
        self.assertEqual((log[0]["dimension1"], log[0]["actionDetails"][0]["dimension2"]), ("pro", "Ann"))

    def test_a_dimension_keeps_its_slot_and_can_be_switched_off(self):
        server = self.serve()
        for number in range(5):
            self.configure(server, f"D{number}", "visit")
        full = server.ask("CustomDimensions.configureNewCustomDimension", idSite=1, name="D6", scope="visit", active=1).json()
        self.assertEqual(full["result"], "error")
        server.call("CustomDimensions.configureExistingCustomDimension", idSite=1, idDimension=1, name="Gone", active=0)
        server.hit(cid="a" * 16, dimension1="x", dimension2="y")
        known = server.call("CustomDimensions.getConfiguredCustomDimensions", idSite=1)
        self.assertEqual([(row["name"], row["index"], row["active"]) for row in known][:2],
                         [("Gone", "1", False), ("D1", "2", True)])
        self.assertEqual(server.ask("VisitsSummary.getVisits", idSite=1, segment="dimension1==x", **DAY).json()["result"], "error")
        self.assertEqual(server.report("VisitsSummary.getVisits", segment="dimension2==y")["value"], 1)
        for wrong in ({"extractions[0][dimension]": "url", "extractions[0][pattern]": "("}, {"extractions[0][dimension]": "x", "extractions[0][pattern]": "(a)"}):
            refused = server.ask("CustomDimensions.configureNewCustomDimension", idSite=1, name="W", scope="action", active=1, **wrong)
            self.assertEqual(refused.json()["result"], "error")


class Segments(Case):
    def ids(self, server, token=None, **params):
        return [row["idsegment"] for row in server.ask("SegmentEditor.getAll", token=token, **params).json()]

    def test_segments_are_ones_own_until_they_are_shared(self):
        server = self.serve()
        view, admin = self.token("view"), self.token("admin")
        mine = server.ask("SegmentEditor.add", token=view, name="Mine", definition="browserCode==FF", idSite=1).json()["value"]
        self.assertEqual((self.ids(server, view, idSite=1), self.ids(server, admin, idSite=1)), ([mine], []))
        refused = server.ask("SegmentEditor.add", token=view, name="All", definition="browserCode==FF", idSite=1, enabledAllUsers=1)
        self.assertIn(refused.status, (401, 403))
        shared = server.ask("SegmentEditor.add", token=admin, name="All", definition="visitCount>=2", idSite=1, enabledAllUsers=1).json()["value"]
        self.assertEqual(self.ids(server, view, idSite=1), [shared, mine])
        one = server.ask("SegmentEditor.get", token=view, idSegment=shared).json()
        self.assertEqual((one["definition"], one["enable_all_users"], one["enable_only_idsite"]), ("visitCount>=2", 1, 1))
        changed = server.ask("SegmentEditor.update", token=view, idSegment=shared, name="x", definition="visitCount>=3", idSite=1)
        self.assertIn(changed.status, (401, 403))
        server.ask("SegmentEditor.delete", token=admin, idSegment=shared)
        self.assertEqual(self.ids(server, view, idSite=1), [mine])

    def test_a_definition_that_means_nothing_is_refused(self):
        server = self.serve()
        for definition in ("nothing==1", "", "browserCode", "dimension1==x"):
            answer = server.ask("SegmentEditor.add", name="x", definition=definition, idSite=1).json()
            self.assertEqual(answer["result"], "error", definition)


class Notes(Case):
    def test_notes_belong_to_their_writers_and_admins(self):
        server = self.serve()
        view, write = self.token("view"), self.token("write")
        note = server.ask("Annotations.add", token=view, idSite=1, date="2026-03-02", note=" <b>Sale</b> ", starred=1).json()
        self.assertEqual((note["date"], note["note"], note["starred"], note["idNote"]), ("2026-03-02", "<b>Sale</b>", 1, 0))
        other = server.ask("Annotations.save", token=write, idSite=1, idNote=0, note="x").json()
        self.assertEqual(other["result"], "error")
        saved = server.ask("Annotations.save", token=self.token("admin"), idSite=1, idNote=0, note="End of sale", date="2026-03-04").json()
        self.assertEqual((saved["note"], saved["date"], saved["starred"]), ("End of sale", "2026-03-04", 1))
        inside = server.call("Annotations.getAll", idSite=1, date="2026-03-02", period="week")
        self.assertEqual([row["note"] for row in inside["1"]], ["End of sale"])
        self.assertEqual(server.call("Annotations.getAll", idSite=1, date="2026-03-02", period="day")["1"], [])
        counts = server.call("Annotations.getAnnotationCountForDates", idSite=1, date="2026-03-04", period="day", lastN=3, getAnnotationText=1)
        self.assertEqual(counts["1"][-1], ["2026-03-04", {"count": 1, "starred": 1, "note": "End of sale"}])
        self.assertEqual([day for day, _ in counts["1"]], ["2026-03-02", "2026-03-03", "2026-03-04"])
        server.ask("Annotations.delete", token=view, idSite=1, idNote=0)
        self.assertEqual(server.call("Annotations.getAll", idSite=1)["1"], [])


class Dashboards(Case):
    def test_dashboards_are_added_changed_copied_and_removed(self):
        server = self.serve()
        admin = self.token("admin")
        first = server.ask("Dashboard.getDashboards", token=admin).json()
        self.assertEqual((len(first), first[0]["id"], len(first[0]["widgets"])), (1, 1, 9))
        number = server.ask("Dashboard.createNewDashboardForUser", token=admin, login="admin", dashboardName="Sales").json()["value"]
        layout = '[[{"uniqueId":"w","parameters":{"module":"Goals","action":"get"}}]]'
        server.ask("Dashboard.saveLayout", token=admin, idDashboard=number, layout=layout)
        shown = server.ask("Dashboard.getDashboards", token=admin).json()
        self.assertEqual((shown[0]["name"], shown[0]["widgets"]), ("Sales", [{"module": "Goals", "action": "get"}]))
        copied = server.ask("Dashboard.copyDashboardToUser", token=admin, idDashboard=number, copyToUser="view", dashboardName="For you").json()
        self.assertEqual(copied["value"], 1)
        self.assertEqual(server.ask("Dashboard.getDashboards", token=self.token("view")).json()[0]["name"], "For you")
        self.assertIn(server.ask("Dashboard.getDashboards", token=self.token("view"), login="admin").status, (401, 403))
        for wrong in ("{}", "x", '[{"module":"x"}]'):
            self.assertEqual(server.ask("Dashboard.saveLayout", token=admin, idDashboard=number, layout=wrong).json()["result"], "error")
        server.ask("Dashboard.removeDashboard", token=admin, idDashboard=number)
        self.assertEqual(server.ask("Dashboard.getDashboards", token=admin).json()[0]["name"], "Dashboard")


class Transitions(Case):
    def test_what_came_before_and_after_a_page(self):
        server = self.serve()
        page = "https://shop.example"
        for cid, urls in [("a" * 16, ["/", "/p", "/p", "/cart"]), ("b" * 16, ["/p"])]:
            for url in urls:
                server.hit(cid=cid, url=page + url)
        found = server.report("Transitions.getTransitionsForPageUrl", pageUrl=page + "/p")
        self.assertEqual(found["pageMetrics"], {"loops": 1, "pageviews": 3, "entries": 1, "exits": 1})
        self.assertEqual((found["previousPages"], found["followingPages"]),
                         ([{"label": "shop.example/", "referrals": 1}], [{"label": "shop.example/cart", "referrals": 1}]))
        nothing = server.ask("Transitions.getTransitionsForPageUrl", idSite=1, pageUrl=page + "/no", **DAY).json()
        self.assertEqual(nothing["result"], "error")


class Overlay(Case):
    def test_where_visitors_went_from_a_page(self):
        server = self.serve()
        server.call("SitesManager.updateSite", idSite=1, excludedQueryParameters="secret,/^fb/")
        page, visitor = "https://shop.example/p?a=1", "00000000000000b1"
        server.hit(cid=visitor, url=page + "&secret=x&fbclid=y")
        server.hit(cid=visitor, url="https://shop.example/next")
        server.hit(cid=visitor, url=page)
        server.hit(cid=visitor, url=page, link="https://elsewhere.example/there")
        asked = {"idSite": 1, **DAY}
        rows = server.call("Overlay.getFollowingPages", url=page + "&secret=z&fbclid=other", **asked)
        self.assertEqual([(row["label"], row["referrals"]) for row in rows],
                         [("shop.example/next", 1), ("https://elsewhere.example/there", 1)])
        self.assertEqual(server.call("Overlay.getFollowingPages", url="https://shop.example/no", **asked), [])
        self.assertEqual(server.ask("Overlay.getFollowingPages", url=page, token=self.token("none"), **asked).status, 401)
        for method in ("Overlay.getExcludedQueryParameters", "SitesManager.getExcludedQueryParameters"):
            self.assertEqual(server.call(method, idSite=1)[:2], ["secret", "/^fb/"], method)
        words = server.call("Overlay.getTranslations", idSite=1, language="de")
        self.assertEqual((words["oneClick"], words["clicks"], sorted(words)),
                         ("Ein Klick", "%s Klicks", ["clicks", "clicksFromXLinks", "link", "oneClick"]))
