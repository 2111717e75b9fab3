"""The operator's commands, beside a running server and without one."""

import json
import os
import socket
import stat
import subprocess

from harness.installation import PASSWORD, Case, installation
from harness.server import BINARY, Server, environment, scratch


def run(*words, env=None):
    done = subprocess.run([str(BINARY), *words], env=environment() | (env or {}), capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


class Commands(Case):
    def test_a_user_made_beside_the_server_may_sign_in_at_once(self):
        server = self.serve()
        said = server.cli("user", "create", "--login", "ada", "--email", "ada@people.example", "--password-stdin",
                          stdin="a lantern for each heron")
        self.assertEqual(said, (0, "user ada created"))
        self.assertEqual(self.sign_in(server, "ada", "a lantern for each heron").status, 200)
        again = server.cli("user", "create", "--login", "ada", "--email", "b@people.example", "--password-stdin",
                           stdin="a lantern for each heron")
        self.assertNotEqual(again[0], 0)

    def test_a_token_made_beside_the_server_works_at_once(self):
        server = self.serve()
        status, token = server.cli("token", "create", "--login", "view", "--description", "x", "--expires-days", "30")
        self.assertEqual(status, 0, token)
        self.assertRegex(token, r"^mkt_[0-9A-Za-z]{36}$")
        self.assertEqual(server.ask("SitesManager.getSiteFromId", token=token, idSite=1).status, 200)
        for words in (("--login", "stranger"), ("--login", "view", "--scope", "everything"),
                      ("--login", "view", "--expires-days", "0"), ("--login", "view", "--expires-days", "99999")):
            status, said = server.cli("token", "create", "--description", "x", *words)
            self.assertNotEqual(status, 0, said)
            self.assertNotIn("mkt_", said)

    def test_a_setting_is_in_force_when_the_command_returns(self):
        server = self.serve()
        for value, seen in (("0", "127.0.0.1"), ("1", "127.0.0.0")):
            server.cli("setting", "set", "PrivacyManager.ipAddressMaskLength", "1")
            self.assertEqual(server.cli("setting", "set", "PrivacyManager.ipAnonymizerEnabled", value)[0], 0)
            server.hit(cid=f"000000000000000{value}")
            visits = server.report("Live.getLastVisitsDetails")
            self.assertIn(seen, [visit["visitIp"] for visit in visits])

    def test_a_setting_that_is_unknown_or_wrong_is_refused(self):
        server = self.serve()
        for name, value in (("No.such", "1"), ("PrivacyManager.ipAddressMaskLength", "9"),
                            ("PrivacyManager.ipAddressMaskLength", "x"), ("", "")):
            status, said = server.cli("setting", "set", name, value)
            self.assertNotEqual(status, 0, name)
            self.assertTrue(said.startswith("makoto: "), said)

    def test_commands_work_without_a_server_too(self):
        server = installation().server()
        self.addCleanup(server.end)
        self.assertEqual(server.cli("setting", "set", "PrivacyManager.ipAnonymizerEnabled", "0")[0], 0)
        status, token = server.cli("token", "create", "--login", "root", "--description", "x")
        self.assertEqual(status, 0)
        self.assertEqual(server.cli("doctor"), (0, "everything is sound"))
        self.assertNotEqual(server.cli("backup", str(scratch("backup")))[0], 0)
        server.start()
        self.assertEqual(server.ask("API.getMatomoVersion", token=token).status, 200)

    def test_the_doctor_finds_nothing_where_nothing_is(self):
        status, said = Server().cli("doctor")
        self.assertEqual(status, 1)
        self.assertIn("no installation", said)

    def test_the_control_socket_is_private_and_survives_nonsense(self):
        server = self.serve()
        path = server.data_dir / "control.sock"
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        for text in [b"\n", b"{}\n", b"nonsense\n", b'{"act": "format_disk"}\n', b"\xff\xfe\n", b"[" * 10_000 + b"\n", b""]:
            with socket.socket(socket.AF_UNIX) as control:
                control.settimeout(10)
                control.connect(str(path))
                control.sendall(text)
                control.shutdown(socket.SHUT_WR)
                answer = control.recv(65536)
                if answer:
                    self.assertFalse(json.loads(answer)["ok"], text[:20])
        self.assertEqual(server.cli("doctor"), (0, "everything is sound"))

    def test_a_socket_left_by_a_killed_server_is_no_hindrance(self):
        server = self.serve()
        server.kill()
        self.assertTrue((server.data_dir / "control.sock").exists())
        self.assertEqual(server.cli("setting", "set", "PrivacyManager.ipAnonymizerEnabled", "0")[0], 0)
        server.start()
        self.assertEqual(server.cli("doctor"), (0, "everything is sound"))

    def test_a_reader_who_hangs_up_is_no_fault(self):
        server = self.serve()
        for words in (["openapi"], ["compatibility"], ["checkup", "--data-dir", str(server.data_dir)],
                      ["checkup", "--json", "--data-dir", str(server.data_dir)], ["serve", "--print-config", "--data-dir", "x"]):
            with self.subTest(words[0]):
                reader, writer = os.pipe()
                # Nobody reads from the beginning on.
                os.close(reader)
                done = subprocess.run([str(BINARY), *words], env=environment(), stdout=writer, stderr=subprocess.PIPE, timeout=60)
                os.close(writer)
                self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_the_demonstration_fills_a_site_once(self):
        server = self.serve()
        status, said = server.cli("demo", "--weeks", "1")
        self.assertEqual(status, 0, said)
        site = server.call("SitesManager.getAllSitesId")[-1]
        ask = {"idSite": site, "period": "range", "date": "last10"}
        first = server.call("VisitsSummary.get", **ask)
        self.assertGreater(first["nb_visits"], 300)
        self.assertGreater(first["nb_actions"], first["nb_visits"])
        self.assertIn("already", server.cli("demo", "--weeks", "1")[1])
        self.assertEqual(server.call("VisitsSummary.get", **ask), first)
        self.assertEqual(server.cli("doctor"), (0, "everything is sound"))


class Configuration(Case):
    def test_each_value_is_shown_with_where_it_came_from(self):
        file = scratch("config.toml")
        file.write_text('memory_mib = 300\nlog = "warn"\n')
        status, said = run("serve", "--data-dir", "x", "--listen", "127.0.0.1:1", "--config", str(file), "--print-config",
                           env={"MAKOTO_LOG": "error"})
        self.assertEqual(status, 0, said)
        for line in ('(flag)\nlisten = "127.0.0.1:1"', '(file)\nmemory_mib = "300"', '(environment)\nlog = "error"',
                     '(default)\nreserve_mib = "256"'):
            self.assertIn(line, said)

    def test_an_unknown_key_is_fatal_and_named(self):
        for words, env in (((), {"MAKOTO_LISTN": "x"}), ((), {"MAKOTO_MEMORY_MIB": "much"}), (("--base-url", "x.example"), {}),
                           (("--config", "/does/not/exist"), {})):
            status, said = run("serve", "--data-dir", str(scratch()), "--print-config", *words, env=env)
            self.assertEqual(status, 1, said)
            self.assertTrue(said.startswith("makoto: "), said)

    def test_the_numbers_for_operators_are_in_prometheus_format(self):
        server = self.serve()
        server.hit()
        server.hit(idsite=99)
        server.hit(rec=0)
        server.report("VisitsSummary.get")
        answer = server.request("GET", "/metrics")
        self.assertTrue(answer.headers["content-type"].startswith("text/plain; version=0.0.4"))
        for line in answer.text.splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) \S+ .+|[a-z_]+(\{[a-z]+="[^"]*"\})? [0-9.e+-]+)$')
        metrics = server.metrics()
        self.assertEqual(metrics["makoto_hits_accepted_total"], 1)
        self.assertEqual(metrics['makoto_hits_invalid_total{fault="unknown_site"}'], 1)
        self.assertEqual(metrics['makoto_hits_dropped_total{reason="not_to_record"}'], 1)
        self.assertEqual((metrics["makoto_visits"], metrics["makoto_actions"]), (1, 1))

    def test_a_password_is_never_an_argument(self):
        status, said = run("user", "create", "--data-dir", str(scratch()), "--login", "a", "--email", "a@b.example",
                           "--password", PASSWORD)
        self.assertNotEqual(status, 0)
