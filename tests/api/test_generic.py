"""The parameters that every report takes, and what all answers have in common: pivots, paths of labels, what is left out
and summed up, comparisons, several sites and periods, formats, languages, places and clocks."""

import datetime

from harness.installation import Case

DAY = {"period": "day", "date": "2026-03-02"}
NOON = "2026-03-02 12:00:00"
# Pages with the searches that led to them.
VISITS = (
    ("blog/a", "https://www.bing.com/search?q=one"), ("blog/a", "https://www.bing.com/search?q=one"),
    ("blog/a", "https://www.bing.com/search?q=two"), ("blog/b", "https://search.yahoo.com/search?p=one"),
    ("shop", ""), ("shop", ""), ("about", ""),
)


class Generic(Case):
    def filled(self):
        server = self.serve()
        for number, (page, referrer) in enumerate(VISITS):
            self.hit(server, number, page, urlref=referrer)
        return server

    def hit(self, server, number, page, cdt=NOON, **more):
        server.hit(cid=f"{number + 1:016x}", url=f"https://shop.example/{page}", cdt=cdt, lang="de",
                   token_auth=server.token, **more)

    def rows(self, server, method, **params):
        """Visits by label."""
        answer = server.call(method, **{"idSite": 1, **DAY, **params})
        return [(row["label"], row.get("nb_visits")) for row in answer]

    def test_rows_inside_rows_become_columns(self):
        server = self.filled()
        asked = {"idSite": 1, **DAY, "pivotByColumn": "nb_visits"}
        rows = server.call("Referrers.getSearchEngines", pivotBy="Referrers.Keyword", **asked)
        self.assertEqual([{name: row[name] for name in ("label", "1.\u00a0one", "2.\u00a0two")} for row in rows], [
            {"label": "Bing", "1.\u00a0one": 2, "2.\u00a0two": 1}, {"label": "Yahoo!", "1.\u00a0one": 1, "2.\u00a0two": 0}])
        few = server.call("Referrers.getSearchEngines", pivotBy="Referrers.Keyword", pivotByColumnLimit=1, **asked)
        self.assertEqual((few[0]["1.\u00a0one"], few[0]["Others"]), (2, 1))
        for by in ("Resolution.Resolution", "nonsense"):
            refused = server.ask("Referrers.getSearchEngines", pivotBy=by, **asked).json()
            self.assertEqual(refused["result"], "error")
            self.assertIn("pivotBy", refused["message"])

    def test_rows_are_named_by_the_path_of_their_labels(self):
        server = self.filled()
        self.assertEqual(self.rows(server, "Actions.getPageUrls", label="blog > /a"), [("/a", 3)])
        self.assertEqual(self.rows(server, "Actions.getPageUrls", label="blog>/b"), [("/b", 1)])
        self.assertEqual(self.rows(server, "Referrers.getSearchEngines", label="Bing > two"), [("two", 1)])
        self.assertEqual(self.rows(server, "Actions.getPageUrls", label="blog > /c"), [])
        named = {"label[0]": "/about", "label[1]": "gone", "label[2]": "blog"}
        several = server.call("Actions.getPageUrls", idSite=1, **DAY, **named, labelFilterAddLabelIndex=1)
        self.assertEqual([(row["label"], row["labelIdx"]) for row in several], [("/about", 0), ("blog", 2)])

    def test_what_is_too_little_or_too_much_is_left_out_or_summed_up(self):
        server = self.filled()
        rows = lambda **params: self.rows(server, "Actions.getPageUrls", **params)
        self.assertEqual(rows(filter_excludelowpop="nb_visits", filter_excludelowpop_value=2), [("blog", 4), ("/shop", 2)])
        self.assertEqual(rows(filter_truncate=1), [("blog", 4), ("Others", 3)])
        self.assertEqual(rows(filter_truncate=1, language="de"), [("blog", 4), ("Andere", 3)])
        self.assertEqual(rows(filter_truncate=2), [("blog", 4), ("/shop", 2), ("/about", 1)])
        self.assertEqual(rows(filter_truncate=1, filter_limit=1), [("blog", 4)])
        self.assertEqual(rows(filter_truncate=1, filter_limit=1, keep_summary_row=1), [("blog", 4), ("Others", 3)])
        self.assertEqual(rows(filter_offset=1, filter_limit=1), [("/shop", 2)])
        self.assertEqual(rows(filter_pattern="^/s"), [("/shop", 2)])
        self.assertEqual(rows(filter_sort_column="label", filter_sort_order="asc"), [("/about", 1), ("/shop", 2), ("blog", 4)])
        found = server.call("Actions.getPageUrls", idSite=1, **DAY, filter_pattern_recursive="/b$", expanded=1)
        self.assertEqual([(row["label"], len(row.get("subtable", []))) for row in found], [("blog", 1)])
        flat = self.rows(server, "Actions.getPageUrls", flat=1, filter_truncate=1)
        self.assertEqual(flat, [("/blog/a", 3), ("Others", 4)])

    def test_what_is_left_out_by_pattern_and_amount_are_outer_rows(self):
        server = self.filled()
        rows = lambda **params: [(row["label"], [inner["label"] for inner in row.get("subtable", [])]) for row in server.call(
            "Actions.getPageUrls", idSite=1, **DAY, expanded=1, **params)]
        self.assertEqual(rows(filter_pattern="^blog"), [("blog", ["/a", "/b"])])
        self.assertEqual(rows(filter_excludelowpop="nb_visits", filter_excludelowpop_value=3), [("blog", ["/a", "/b"])])
        self.assertEqual(rows(filter_pattern_recursive="/b$"), [("blog", ["/b"])])

    def test_patterns_and_amounts_are_those_of_any_column_or_fact(self):
        server = self.with_goals()
        found = lambda column, pattern, **params: [label for label, _ in self.rows(
            server, "Referrers.getSearchEngines", filter_column=column, filter_pattern=pattern, **params)]
        self.assertEqual(found("url", "bing"), ["Bing"])
        self.assertEqual(found("segment", "Yahoo"), ["Yahoo!"])
        self.assertEqual(found("nb_visits", "^3$"), ["Bing"])
        self.assertEqual((found("nothing", "Bing"), found("bounce_rate", "^1$")), ([], []))
        shown = {"filter_add_columns_when_show_all_columns": 1}
        self.assertEqual((found("bounce_rate", "^1$", **shown), found("bounce_rate", "^0", **shown)), (["Bing", "Yahoo!"], []))
        most = lambda **params: [label for label, _ in self.rows(server, "Referrers.getReferrerType", **params)]
        self.assertEqual(most(filter_excludelowpop="nb_conversions", filter_excludelowpop_value=5), ["Direct Entry"])

    def test_rows_are_sorted_by_what_they_show(self):
        server = self.filled()
        server.call("Goals.addGoal", idSite=1, name="any", matchAttribute="url", pattern="about", patternType="contains")
        self.hit(server, 6, "about", cdt="2026-03-02 12:05:00")
        rows = lambda method="Referrers.getReferrerType", **params: [label for label, _ in self.rows(server, method, **params)]
        self.assertEqual(rows(), ["Search Engines", "Direct Entry"])
        for order in ("asc", "ASC"):
            self.assertEqual(rows(filter_sort_order=order), ["Direct Entry", "Search Engines"])
        rates = {"filter_add_columns_when_show_all_columns": 1, "filter_sort_column": "bounce_rate"}
        self.assertEqual(rows(**rates), ["Search Engines", "Direct Entry"])
        self.assertEqual(rows(**rates, filter_sort_order="asc"), ["Direct Entry", "Search Engines"])
        for order in ("asc", "desc"):  # The row without conversions has no such column.
            self.assertEqual(rows(filter_sort_column="nb_conversions", filter_sort_order=order)[-1], "Search Engines")
        for number in range(8):
            self.hit(server, number, "", idsite=2)
        self.assertEqual(rows("MultiSites.getAll", filter_limit=1), ["other"])

    def test_rates_are_added_to_all_rows_or_to_those_with_visits(self):
        server = self.filled()
        rows = lambda **params: server.call("VisitTime.getVisitInformationPerServerTime", idSite=1, **DAY, **params)
        name = "filter_add_columns_when_show_all_columns"
        self.assertEqual([(row["label"], row["bounce_rate"]) for row in rows(**{name: 1})], [("12", "100%")])
        self.assertEqual([len([row for row in found if "bounce_rate" in row]) for found in (rows(**{name: 0}), rows())], [24, 0])
        self.assertEqual(len(rows()), 24)

    def test_rows_that_are_opened_and_plugins_obey_too(self):
        server = self.filled()
        bing = server.call("Referrers.getSearchEngines", idSite=1, **DAY, label="Bing")[0]["idsubdatatable"]
        opened = lambda **params: self.rows(server, "Referrers.getKeywordsFromSearchEngineId", idSubtable=bing, **params)
        self.assertEqual((opened(), opened(label="two"), opened(label="three")), ([("one", 2), ("two", 1)], [("two", 1)], []))
        server.hit(cid="c" * 16, url="https://shop.example/", cookie=1, pdf=1, java=1, cdt=NOON, token_auth=server.token)
        server.hit(cid="d" * 16, url="https://shop.example/", cookie=1, pdf=1, cdt=NOON, token_auth=server.token)
        plugins = lambda **params: server.call("DevicePlugins.getPlugin", idSite=1, **DAY, **params)
        labels = lambda **params: [row["label"] for row in plugins(**params)]
        self.assertEqual(labels(label="Pdf"), ["Pdf"])
        self.assertEqual(labels(filter_pattern="^(java|pdf)"), ["Pdf", "Java"])
        self.assertEqual(labels(filter_sort_column="nb_visits", filter_sort_order="asc", filter_pattern="^(java|pdf)"), ["Java", "Pdf"])
        self.assertNotIn("nb_visits_percentage", plugins(hideColumns="nb_visits_percentage")[0])
        self.assertNotIn("nb_visits_percentage", plugins(showColumns="nb_visits")[0])

    def test_switches_of_methods_take_words(self):
        server = self.filled()
        rows = lambda expanded: server.call("Referrers.getSearchEngines", idSite=1, **DAY, expanded=expanded)
        self.assertEqual(["subtable" in rows(word)[0] for word in ("true", "TRUE", "1", "false", "0")], [True] * 3 + [False] * 2)
        visit = server.call("Live.getLastVisitsDetails", idSite=1, **DAY, filter_limit=1, doNotFetchActions="true")[0]
        self.assertFalse(visit.get("actionDetails"))

    def test_calls_in_one_inherit_what_they_do_not_name(self):
        server = self.filled()
        urls = ("method=VisitsSummary.getVisits", "method=Actions.getPageUrls", "method=VisitsSummary.getVisits&date=2026-03-01",
                "method=API.getBulkRequest&urls[0]=method%3DVisitsSummary.getVisits")
        answers = server.call("API.getBulkRequest", idSite=1, **DAY, filter_limit=1, segment="pageUrl=@blog",
                              **{f"urls[{place}]": url for place, url in enumerate(urls)})
        self.assertEqual([answers[0]["value"], [row["label"] for row in answers[1]], answers[2]["value"]], [4, ["blog"], 0])
        self.assertEqual(len(answers), 3)

    def test_hours_that_are_still_to_come_are_left_out_on_demand(self):
        server = self.serve()
        server.call("SitesManager.updateSite", idSite=1, timezone="Asia/Tokyo")
        def hours(date, **params):
            rows = server.call("VisitTime.getVisitInformationPerServerTime", idSite=1, period="day", date=date, **params)
            return [int(row["label"]) for row in rows]
        local = lambda: datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=9)
        server.hit()
        before = local()
        shown = hours("today", hideFutureHoursWhenToday=1, filter_sort_column="label", filter_sort_order="asc")
        self.assertIn(shown, [list(range(now.hour + 1)) for now in (before, local())])
        self.assertEqual(len(hours("today")), 24)
        self.assertIn(len(hours("yesterday", hideFutureHoursWhenToday=1)), (0, 24))

    def test_lists_of_things_are_cut_and_filtered_on_demand(self):
        server = self.with_goals()
        sites = lambda **params: server.call("SitesManager.getAllSites", **params)
        self.assertEqual(len(sites()), 2)
        self.assertEqual([site["idsite"] for site in sites(filter_limit=1, filter_offset=1)], [2])
        self.assertEqual(sites(showColumns="idsite"), [{"idsite": 1}, {"idsite": 2}])
        self.assertNotIn("main_url", sites(hideColumns="main_url")[0])
        goals = server.call("Goals.getGoals", idSite=1, filter_column="name", filter_pattern="^SH")
        self.assertEqual([goal["name"] for goal in goals], ["shop"])
        self.assertEqual(len(server.call("UsersManager.getUsers", filter_limit=1)), 1)

    def test_columns_of_goals_are_chosen_like_others(self):
        server = self.with_goals()
        def columns(**params):
            bare = {"showMetadata": 0, "hideIdSubDatable": 1}
            return set(server.call("Referrers.getReferrerType", idSite=1, **DAY, **bare, **params)[0])
        self.assertEqual(columns(showColumns="label,nb_visits,nb_conversions,revenue"),
                         {"label", "nb_visits", "nb_conversions", "revenue"})
        hidden = columns(hideColumns="revenue")
        self.assertEqual(("revenue" in hidden, {"goals", "nb_conversions"} <= hidden), (False, True))
        rates = columns(filter_update_columns_when_show_all_goals=1, idGoal=0, hideColumns="revenue_per_visit,goal_1_revenue")
        self.assertFalse({"revenue_per_visit", "goal_1_revenue"} & rates)
        self.assertIn("goal_2_revenue", rates)
        report = server.call("API.getProcessedReport", idSite=1, **DAY, apiModule="Referrers", apiAction="getReferrerType",
                             hideColumns="revenue")
        self.assertNotIn("revenue", report["columns"])
        self.assertNotIn("revenue", report["reportData"][0])

    def test_columns_and_their_form_are_chosen(self):
        server = self.filled()
        row = lambda **params: server.call("VisitsSummary.get", idSite=1, **DAY, **params)
        self.assertEqual((row()["bounce_rate"], row(format_metrics=0)["bounce_rate"]), ("100%", 1))
        self.assertEqual((row()["avg_time_on_site"], row(format_metrics=1)["avg_time_on_site"]), (0, "0s"))
        self.assertEqual(row(format_metrics=1, language="de")["avg_time_on_site"], "0 Sek.")
        self.assertEqual(row(showColumns="nb_visits,nb_actions"), {"nb_visits": 7, "nb_actions": 7})
        self.assertNotIn("nb_visits", row(hideColumns="nb_visits"))

    def with_goals(self):
        """Two goals: everybody reached the first one, who looked at the shop also the second one."""
        server = self.serve()
        for name, pattern in (("any", "shop.example"), ("shop", "example/shop")):
            server.call("Goals.addGoal", idSite=1, name=name, matchAttribute="url", pattern=pattern, patternType="contains")
        for number, (page, referrer) in enumerate(VISITS):
            self.hit(server, number, page, urlref=referrer)
        return server

    def test_facts_beside_columns_are_left_out_on_demand(self):
        server = self.filled()
        row = lambda **params: server.call("Referrers.getSearchEngines", idSite=1, **DAY, **params)[0]
        self.assertTrue({"url", "logo", "segment", "idsubdatatable"} <= set(row()))
        bare = row(showMetadata=0)
        self.assertFalse({"url", "logo", "segment"} & set(bare))
        self.assertEqual((bare["label"], bare["nb_visits"]), ("Bing", 3))
        self.assertIn("idsubdatatable", bare)
        self.assertNotIn("idsubdatatable", row(hideIdSubDatable=1))
        opened = row(showMetadata=0, expanded=1)["subtable"][0]
        self.assertEqual((opened["label"], "segment" in opened), ("one", False))
        head = server.ask("Referrers.getSearchEngines", idSite=1, **DAY, format="csv", convertToUnicode=0, showMetadata=0)
        self.assertNotIn("metadata_", head.body.decode())

    def test_columns_are_hidden_inside_of_columns_on_demand(self):
        server = self.with_goals()
        row = lambda **params: server.call("Referrers.getReferrerType", idSite=1, **DAY, **params)[0]
        inside = lambda **params: set().union(*(goal.keys() for goal in row(**params)["goals"].values()))
        self.assertIn("revenue", inside())
        self.assertIn("revenue", inside(hideColumns="revenue,nb_visits"))
        self.assertNotIn("revenue", inside(hideColumns="revenue,nb_visits", hideColumnsRecursively=1))
        self.assertNotIn("nb_visits", row(hideColumns="revenue,nb_visits", hideColumnsRecursively=1))

    def test_the_log_shows_the_fields_that_are_asked_for(self):
        server = self.filled()
        visit = lambda **params: server.call("Live.getLastVisitsDetails", idSite=1, **DAY, filter_limit=1, **params)[0]
        self.assertEqual(set(visit(showColumns="idVisit,visitorId")), {"idVisit", "visitorId"})
        full = visit()
        self.assertTrue({"idSite", "visitorId"} <= set(full) and "url" in full["actionDetails"][0])
        few = visit(hideColumns="visitorId,url")
        self.assertEqual(("visitorId" in few, "url" in few["actionDetails"][0]), (False, False))
        flat = visit(hideColumns="visitorId,url", hideColumnsRecursively=0)
        self.assertEqual(("visitorId" in flat, "url" in flat["actionDetails"][0]), (False, True))

    def test_the_state_of_archives_is_no_matter(self):
        server = self.filled()
        for method in ("VisitsSummary.get", "Referrers.getReferrerType"):
            asked = {"idSite": 1, "period": "day", "date": "2026-03-01,2026-03-02"}
            self.assertEqual(server.call(method, **asked, fetch_archive_state=1), server.call(method, **asked))

    def test_goals_are_compared(self):
        server = self.with_goals()
        answer = server.call("Goals.get", idSite=1, **DAY, idGoal=1, compare=1, **{"compareIdGoals[0]": 2})
        told = [(one["compareIdGoal"], one["nb_conversions"]) for one in answer["comparisons"]]
        self.assertEqual(told, [("1", 7), ("2", 2)])
        both = server.call("Goals.get", idSite=1, **DAY, idGoal=1, compare=1, **{
            "compareIdGoals[0]": 2, "comparePeriods[0]": "day", "compareDates[0]": "2026-03-01"})
        told = [(one["compareIdGoal"], one["compareDate"], one["nb_conversions"]) for one in both["comparisons"]]
        self.assertEqual(told, [("1", "2026-03-02", 7), ("2", "2026-03-02", 2), ("1", "2026-03-01", 0), ("2", "2026-03-01", 0)])
        plain = server.call("Goals.get", idSite=1, **DAY, compare=1, **{"compareSegments[0]": "referrerName==Bing"})
        self.assertNotIn("compareIdGoal", plain["comparisons"][0])

    def test_rows_tell_of_the_goals_that_are_named(self):
        server = self.with_goals()
        columns = lambda **params: {name for name in server.call(
            "Referrers.getReferrerType", idSite=1, **DAY, filter_update_columns_when_show_all_goals=1, idGoal=0, **params)[0]
            if name.startswith("goal_")}
        self.assertEqual({name.split("_")[1] for name in columns()}, {"1", "2"})
        self.assertEqual({name.split("_")[1] for name in columns(filter_show_goal_columns_process_goals=2)}, {"2"})

    def test_times_and_segments_are_compared(self):
        server = self.filled()
        answer = server.call("VisitsSummary.get", idSite=1, **DAY, compare=1, **{
            "compareSegments[0]": "referrerName==Bing", "comparePeriods[0]": "day", "compareDates[0]": "2026-03-01"})
        told = [(one["compareDate"], one["compareSegment"], one["nb_visits"]) for one in answer["comparisons"]]
        self.assertEqual(told, [("2026-03-02", "", 7), ("2026-03-02", "referrerName==Bing", 3),
                                ("2026-03-01", "", 0), ("2026-03-01", "referrerName==Bing", 0)])
        self.assertEqual(answer["comparisons"][2]["nb_visits_change"], "-100%")
        german = server.call("VisitsSummary.get", idSite=1, **DAY, compare=1, language="de",
                             **{"comparePeriods[0]": "month", "compareDates[0]": "2026-02-01"})
        self.assertEqual([one["compareSeriesPretty"] for one in german["comparisons"]],
                         ["(Montag, 2. März 2026) (Alle Besuche)", "(Februar 2026) (Alle Besuche)"])

    def test_several_sites_and_periods_answer_at_once(self):
        server = self.filled()
        for sites in ("all", "1,2"):
            answer = server.call("VisitsSummary.get", **DAY, idSite=sites)
            self.assertEqual({site: row.get("nb_visits", 0) if row else 0 for site, row in answer.items()}, {"1": 7, "2": 0})
        days = server.call("VisitsSummary.get", idSite=1, period="day", date="2026-03-01,2026-03-03")
        self.assertEqual([len(days[day]) > 0 for day in ("2026-03-01", "2026-03-02", "2026-03-03")], [False, True, False])
        today = datetime.datetime.now(datetime.timezone.utc).date()
        for date, first, last in (("last3", 2, 0), ("previous3", 3, 1)):
            keys = list(server.call("VisitsSummary.get", idSite=1, period="day", date=date))
            self.assertEqual(keys, [str(today - datetime.timedelta(days=back)) for back in range(first, last - 1, -1)])

    def test_people_read_columns_by_name_in_every_format(self):
        server = self.filled()
        said = lambda form, **params: server.ask("Actions.getPageUrls", format=form, idSite=1, period="day",
                                                 translateColumnNames=1, **params)
        csv = said("csv", date="2026-03-02", convertToUnicode=0, language="de").text
        self.assertTrue(csv.startswith("Bezeichnung,Eindeutige Seitenansichten,Seitenansichten"), csv[:80])
        whole = server.ask("API.get", format="csv", idSite=1, **DAY, translateColumnNames=1, convertToUnicode=0,
                           columns="nb_visits,bounce_rate").text
        self.assertEqual(whole.splitlines(), ["Visits,Bounce Rate", "7,100%"])
        html = said("html", date="2026-03-02").text
        self.assertIn("<th>Unique Pageviews</th>", html)
        feed = said("rss", date="2026-03-01,2026-03-02", language="de").text
        self.assertIn("<title>Statistik der Website 1</title>", feed)
        self.assertEqual(feed.count("<item>"), 2)
        self.assertTrue(said("rss", date="2026-03-02").text.startswith("Error: "))

    def test_the_words_of_a_language_are_told(self):
        server = self.serve()
        words = lambda code: {row["label"]: row["value"] for row in server.call(
            "LanguagesManager.getTranslationsForLanguage", languageCode=code)}
        german, english = words("de"), words("en")
        self.assertEqual((german["Bounce Rate"], english["Bounce Rate"]), ("Absprungsrate", "Bounce Rate"))
        self.assertEqual(set(german), set(english))
        unknown = server.call("LanguagesManager.getTranslationsForLanguage", languageCode="tlh")
        self.assertEqual(unknown, {"value": False})

    def test_the_log_and_processed_reports_speak_german(self):
        server = self.serve()
        self.hit(server, 1, "", e_c="Visits", e_a="Download", cdt="2026-03-02 08:00:00")
        self.hit(server, 1, "", search="Site Search", search_count=3, cdt="2026-03-02 08:01:15")
        self.hit(server, 1, "", idgoal=0, ec_id="o1", revenue="1234.5", cdt="2026-03-02 08:02:00")
        asked = {"idSite": 1, **DAY, "language": "de"}
        visit = server.call("Live.getLastVisitsDetails", **asked)[0]
        self.assertEqual(visit["serverDatePretty"], "Montag, 2. März 2026")
        self.assertEqual((visit["country"], visit["language"], visit["deviceBrand"]), ("Deutschland", "Deutsch", "unbekannt"))
        self.assertEqual(visit["visitDurationPretty"], "2 Min. 3 Sek.")
        event, search, order = visit["actionDetails"]
        self.assertEqual((event["title"], event["subtitle"]), ("Ereignis", "Kategorie: \"Visits', Aktion: \"Download\""))
        self.assertEqual((search["title"], search["siteSearchKeyword"]), ("Interne Suche", "Site Search"))
        self.assertEqual(search["serverTimePretty"], "2. März 2026 08:01:15")
        self.assertEqual(order["title"], "Bestellt (o1)")
        self.assertIn("1.234,50\u00a0$ Umsatz", order["subtitle"])
        report = server.call("API.getProcessedReport", **{**asked, "period": "week"}, apiModule="Goals", apiAction="get",
                             idGoal="ecommerceOrder")
        self.assertEqual(report["prettyDate"], "Woche 2.–8. März 2026")
        self.assertEqual(report["reportData"]["revenue"], "1.234,50\u00a0$")
        words = server.call("Transitions.getTranslations", language="de")
        self.assertEqual(words["exits"], "Ausstiege")

    def test_where_an_address_is(self):
        server = self.serve()
        place = server.call("UserCountry.getLocationFromIP", ip="8.8.8.8")
        self.assertEqual((place["country_code"], place["country_name"], place["ip"]), ("us", "United States", "8.8.8.8"))
        german = server.call("UserCountry.getLocationFromIP", ip="8.8.8.8", language="de", provider="default")
        self.assertEqual((german["country_name"], german["continent_name"]), ("Vereinigte Staaten", "Nordamerika"))
        self.assertEqual(server.call("UserCountry.getLocationFromIP", ip="10.0.0.1")["country_code"], "xx")
        self.assertEqual(server.call("UserCountry.getLocationFromIP")["ip"], "127.0.0.1")
        for wrong in ({"ip": "8.8.8"}, {"ip": "8.8.8.8", "provider": "elsewhere"}):
            self.assertEqual(server.ask("UserCountry.getLocationFromIP", **wrong).json()["result"], "error")

    def test_hours_are_those_of_the_clock_on_the_day_on_which_it_is_changed(self):
        server = self.serve()
        server.call("SitesManager.updateSite", idSite=1, timezone="Europe/Berlin")
        # In spring it is three o'clock after half past one, in autumn it is two o'clock twice.
        for number, moment in enumerate(("2026-03-29 00:30:00", "2026-03-29 01:30:00", "2026-03-29 21:30:00",
                                         "2026-10-25 00:30:00", "2026-10-25 01:30:00", "2026-10-25 22:30:00")):
            self.hit(server, number, "", cdt=moment)
        for date, hours in (("2026-03-29", {"01": 1, "03": 1, "23": 1}), ("2026-10-25", {"02": 2, "23": 1})):
            rows = server.call("VisitTime.getVisitInformationPerServerTime", idSite=1, period="day", date=date)
            self.assertEqual({row["label"]: row["nb_visits"] for row in rows if row["nb_visits"]}, hours)
            local = server.call("VisitTime.getVisitInformationPerLocalTime", idSite=1, period="day", date=date)
            self.assertEqual(sum(row["nb_visits"] for row in local), 3)
