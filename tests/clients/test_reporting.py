"""Clients of the reporting API from PyPI: matomo-api 1.0b5 and matomo-mcp 1.0.0a1.

Both send their token in the address, so they get one that was made for that: it views and reads, and nothing else.
"""

import json
import os
import pathlib
import subprocess
import sys

from harness.installation import PASSWORD, Case

import matomo_api
import matomo_mcp


class Reporting(Case):
    def counted(self):
        """A server with a visit of two pages, and a token that may stand in addresses."""
        server = self.serve()
        for path in ("first", "second"):
            server.hit(url=f"https://shop.example/{path}", action_name=path.title())
        made = server.call("UsersManager.createToken", description="reports", urlAllowed=1, passwordConfirmation=PASSWORD)
        return server, made["value"]

    def test_the_wrapper_reads_reports_and_sites(self):
        server, token = self.counted()
        api = matomo_api.MatomoApi(f"{server.url}/index.php", token)
        asked = (matomo_api.format.json | matomo_api.idSite.one_or_more(1) | matomo_api.period.day
                 | matomo_api.date.today)
        summary = api.VisitsSummary().get(asked).json()
        self.assertEqual((summary["nb_visits"], summary["nb_actions"]), (1, 2))
        pages = api.Actions().getPageUrls(asked | matomo_api.flat()).json()
        self.assertEqual({row["label"]: row["nb_hits"] for row in pages}, {"/first": 1, "/second": 1})
        titles = api.Actions().getPageTitles(asked).text
        self.assertIn("Second", titles)
        site = api.SitesManager().getSiteFromId(matomo_api.format.json | {"idSite": 1}).json()
        self.assertEqual(site["name"], "shop")

    def test_a_token_that_was_not_made_for_addresses_is_refused(self):
        server, _ = self.counted()
        api = matomo_api.MatomoApi(f"{server.url}/index.php", server.token)
        answer = api.API().getMatomoVersion(matomo_api.format.json)
        self.assertEqual((answer.status_code, answer.json()["result"]), (401, "error"))

    def test_the_mcp_server_answers_its_tools(self):
        server, token = self.counted()
        folder = pathlib.Path(matomo_mcp.__file__).parent.parent
        environment = {**os.environ, "MATOMO_URL": server.url, "MATOMO_TOKEN": token, "PYTHONPATH": str(folder)}
        client = subprocess.Popen([sys.executable, "-m", "matomo_mcp"], env=environment, stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(client.stdout.close)
        self.addCleanup(client.wait, 20)
        self.addCleanup(client.kill)

        def say(method, number=None, **params):
            line = {"jsonrpc": "2.0", "method": method, "params": params}
            client.stdin.write(json.dumps(line if number is None else {**line, "id": number}) + "\n")
            client.stdin.flush()
            return None if number is None else json.loads(client.stdout.readline())["result"]

        say("initialize", 1, protocolVersion="2025-06-18", capabilities={}, clientInfo={"name": "suite", "version": "1"})
        say("notifications/initialized")
        tools = {tool["name"] for tool in say("tools/list", 2)["tools"]}
        self.assertLessEqual({"get_site_info", "get_visits_summary", "get_page_urls"}, tools)

        def call(number, tool, **arguments):
            said = say("tools/call", number, name=tool, arguments={"site_id": 1, **arguments})
            text = said["content"][0]["text"]
            self.assertFalse(said.get("isError"), text)
            return json.loads(text)

        self.assertEqual(call(3, "get_site_info")["main_url"], "https://shop.example")
        self.assertEqual(call(4, "get_visits_summary")["nb_visits"], 1)
        self.assertEqual({row["label"] for row in call(5, "get_page_urls", limit=5)}, {"/first", "/second"})
        self.assertEqual([row["label"] for row in call(6, "get_browsers")], ["Chrome"])
        self.assertEqual([row["label"] for row in call(7, "get_referrers")], [])
        self.assertEqual(call(8, "query_custom_report", method="Actions.get")["nb_pageviews"], 2)
        client.stdin.close()
