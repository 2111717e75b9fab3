"""What pages open with, as users want it: who may say it for whom, what it may be, and what stands without a choice."""

from harness.installation import Case


class Preferences(Case):
    def set(self, server, name, value, login="view", token=None):
        return server.ask("UsersManager.setUserPreference", token=token or server.token, userLogin=login,
                          preferenceName=name, preferenceValue=value)

    def get(self, server, name, **more):
        return server.ask("UsersManager.getUserPreference", preferenceName=name, **more).json()

    def test_without_a_choice_the_first_site_and_thirty_days_open(self):
        server = self.serve()
        view = self.token("view")
        self.assertEqual(self.get(server, "defaultReport", token=view), {"value": "1"})
        self.assertEqual(self.get(server, "defaultReportDate", token=view), {"value": "last30"})
        self.assertEqual(self.get(server, "defaultReport", token=self.token("none")), {"value": False})

    def test_a_choice_is_kept_until_another_one(self):
        server = self.serve()
        view = self.token("view")
        for name, values in (("defaultReport", ("MultiSites", "1")), ("defaultReportDate", ("previous7", "today", "year"))):
            for value in values:
                self.assertEqual(self.set(server, name, value).json(), {"result": "success", "message": "ok"})
                self.assertEqual(self.get(server, name, token=view), {"value": value})
                self.assertEqual(self.get(server, name, userLogin="view"), {"value": value})
        self.assertEqual(server.call("UsersManager.getAllUsersPreferences", preferenceNames="defaultReport,defaultReportDate"),
                         {"view": {"defaultReport": "1", "defaultReportDate": "year"}})

    def test_only_what_means_something_is_taken(self):
        server = self.serve()
        for name, value, word in (("defaultReport", "2", "may view"), ("defaultReport", "99", "may view"),
                                  ("defaultReport", "<b>", "may view"), ("defaultReportDate", "decade", "previous7"),
                                  ("colour", "red", "defaultReport")):
            refused = self.set(server, name, value).json()
            self.assertEqual(refused["result"], "error", value)
            self.assertIn(word, refused["message"])
        self.assertEqual(self.set(server, "defaultReport", "2", "root").json()["result"], "success")
        self.assertEqual(self.set(server, "defaultReport", "1", "stranger").json()["result"], "error")
        self.assertEqual(self.set(server, "defaultReport", "1", "anonymous").json()["result"], "error")

    def test_a_site_that_was_taken_away_opens_no_more(self):
        server = self.serve()
        server.call("UsersManager.setUserAccess", userLogin="view", access="view", idSites=2)
        self.set(server, "defaultReport", "2")
        self.assertEqual(self.get(server, "defaultReport", userLogin="view"), {"value": "2"})
        server.call("UsersManager.setUserAccess", userLogin="view", access="noaccess", idSites=2)
        self.assertEqual(self.get(server, "defaultReport", userLogin="view"), {"value": "1"})

    def test_others_are_spoken_for_by_superusers_alone(self):
        server = self.serve()
        admin = self.token("admin")
        self.assertEqual(self.set(server, "defaultReport", "1", "view", admin).status, 401)
        self.assertEqual(server.ask("UsersManager.getUserPreference", token=admin, userLogin="view",
                                    preferenceName="defaultReport").status, 401)
        self.assertEqual(server.ask("UsersManager.getAllUsersPreferences", token=admin,
                                    preferenceNames="defaultReport").status, 401)
        self.assertEqual(self.set(server, "defaultReportDate", "month", "ADMIN", admin).json()["result"], "success")
        self.assertEqual(self.get(server, "defaultReportDate", token=admin), {"value": "month"})

    def test_what_opens_now_becomes_the_choice(self):
        server = self.serve()
        for name in ("defaultReport", "defaultReportDate"):
            server.call("UsersManager.initUserPreferenceWithDefault", userLogin="view", preferenceName=name)
        known = server.call("UsersManager.getAllUsersPreferences", preferenceNames="defaultReport,defaultReportDate")
        self.assertEqual(known, {"view": {"defaultReport": "1", "defaultReportDate": "last30"}})
        self.set(server, "defaultReportDate", "week")
        server.call("UsersManager.initUserPreferenceWithDefault", userLogin="view", preferenceName="defaultReportDate")
        self.assertEqual(self.get(server, "defaultReportDate", userLogin="view"), {"value": "week"})
