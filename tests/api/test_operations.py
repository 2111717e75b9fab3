"""The operator's commands, beside a running server and without one."""

import json
import os
import signal
import socket
import stat
import subprocess
import unittest

from harness.installation import PASSWORD, Case, installation
from harness.server import BINARY, Server, environment, may_mount, scratch


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

    def test_a_mistyped_directory_stays_what_it_is(self):
        for words in (("audit", "verify"), ("public", "pause-all"), ("public", "list"), ("checkup",), ("recovery-drill",), ("doctor",),
                      ("token", "create", "--login", "root", "--description", "x"), ("user", "reset-factors", "--login", "root"),
                      ("backup", str(scratch("backup")))):
            with self.subTest(words[0]):
                server = Server()
                status, said = server.cli(*words)
                self.assertEqual(status, 1, said)
                self.assertIn("holds no installation", said)
                self.assertFalse(server.data_dir.exists())

    def test_an_installation_may_begin_with_a_setting_and_says_so(self):
        server = Server()
        setting = ("setting", "set", "TwoFactorAuth.graceDays", "3")
        self.assertIn(f"a new installation is made in {server.data_dir}", server.cli(*setting)[1])
        self.assertNotIn("new installation", server.cli(*setting)[1])
        words = ("--login", "ada", "--email", "ada@people.example", "--superuser", "--password-stdin")
        self.assertEqual(server.cli("user", "create", *words, stdin=PASSWORD)[0], 0)

    @unittest.skipUnless(os.geteuid() == 0, "only root can be in another user's folder")
    def test_root_makes_nothing_in_the_folder_of_another_user(self):
        server = Server()
        server.data_dir.mkdir()
        os.chown(server.data_dir, 65534, 65534)
        status, said = server.cli("user", "create", "--login", "ada", "--email", "ada@people.example", "--password-stdin", stdin=PASSWORD)
        self.assertEqual(status, 1, said)
        self.assertIn("run makoto as that user", said)
        self.assertEqual(os.listdir(server.data_dir), [])

    def test_the_way_back_in_is_not_tried_before_there_is_a_way_in(self):
        server = self.serve_empty()
        status, said = server.cli("recovery-drill")
        self.assertEqual(status, 1, said)
        self.assertIn("no superuser yet", said)
        secret = (server.data_dir / "setup-secret").read_text()
        answer = server.post_json("/api/v1/setup", {"token": secret, "login": "ada", "email": "ada@people.example", "password": PASSWORD},
                                  {"Origin": server.url})
        self.assertEqual(answer.status, 200, answer.body)

    def test_what_lies_in_a_folder_is_for_its_owner_alone(self):
        def open_to_others(folder):
            return [path for path in (folder, *folder.rglob("*")) if path.lstat().st_mode & 0o077]

        self.addCleanup(os.umask, os.umask(0o022))
        server = self.serve()
        server.hit()
        fresh = self.serve_empty()
        self.assertEqual(open_to_others(fresh.data_dir), [])
        backup = scratch("backup") / "of" / "today"
        self.assertEqual(server.cli("backup", str(backup))[0], 0)
        self.assertEqual(open_to_others(backup.parents[1]), [])
        for path in (backup, *backup.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        restored = Server()
        self.addCleanup(restored.end)
        self.assertEqual(restored.cli("restore", str(backup))[0], 0)
        self.assertEqual(open_to_others(restored.data_dir), [])
        restored.start()
        self.assertEqual(open_to_others(restored.data_dir), [])
        self.assertNotIn("chmod 700", restored.log_text())
        restored.stop()
        restored.data_dir.chmod(0o755)
        restored.start()
        self.assertIn("chmod 700", restored.log_text())

    def test_a_backup_inside_the_data_folder_is_refused(self):
        server = self.serve()
        aside = scratch("aside")
        aside.symlink_to(server.data_dir)
        for to in (server.data_dir / "inside", server.data_dir / "a" / "b", aside / "inside"):
            status, said = server.cli("backup", str(to))
            self.assertEqual(status, 1, said)
            self.assertIn("lies in the data directory", said)
            self.assertFalse(to.exists())
        beside = server.data_dir.with_name(server.data_dir.name + "-backup")
        self.assertEqual(server.cli("backup", str(beside))[0], 0)

    def test_a_backup_to_a_full_disk_names_that_and_leaves_nothing(self):
        if not may_mount():
            self.skipTest("no file system of its own can be mounted here")
        # The first has no room for the stores as they are; the second is found to have none for the copies, which are larger.
        for size, words in (("200k", ("MiB must be free on the disk of {}, and 0 are",)),
                            ("1m", ("the disk of {}/backup is full", "what was begun is removed"))):
            with self.subTest(size):
                small = scratch("small")
                small.mkdir()
                script = f'mount -t tmpfs -o size={size} tmpfs {small} && exec "$@"'
                server = installation().server(wrapper=["unshare", "--mount", "sh", "-c", script, "sh"])
                self.addCleanup(server.end)
                server.start()
                server.hit()
                status, said = server.cli("backup", str(small / "backup"))
                self.assertEqual(status, 1, said)
                for word in words:
                    self.assertIn(word.format(small), said)
                self.assertEqual(os.listdir(f"/proc/{server.process.pid}/root{small}"), [])
                self.assertEqual(server.cli("doctor"), (0, "everything is sound"))

    def test_a_terminal_that_goes_away_stops_the_server_in_order(self):
        # Whoever started the tests may have had hang-ups ignored, which programs inherit.
        before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
        self.addCleanup(signal.signal, signal.SIGHUP, before)
        server = self.serve()
        server.hit()
        server.process.send_signal(signal.SIGHUP)
        self.assertEqual(server.process.wait(30), 0)
        self.assertFalse((server.data_dir / "control.sock").exists())
        kept = self.serve(wrapper=["nohup"])
        kept.process.send_signal(signal.SIGHUP)
        self.assertEqual(kept.hit().status, 200)
        self.assertEqual(kept.stop()[0], 0)

    def test_the_second_server_says_what_is_the_case(self):
        server = self.serve()
        status, said = Server(data_dir=server.data_dir).cli("serve", "--listen", "127.0.0.1:0")
        self.assertEqual(status, 1)
        self.assertIn("in use by another makoto", said)
        self.assertNotIn("socket", said)

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

    def test_the_configuration_is_shown_without_a_folder(self):
        status, said = run("serve", "--print-config")
        self.assertEqual(status, 0, said)
        self.assertIn('memory_mib = "128"', said)
        self.assertNotEqual(run("serve")[0], 0)

    def test_a_value_that_cannot_work_is_fatal(self):
        for env in ({"MAKOTO_LOG": "loud"}, {"MAKOTO_LOG": ""}, {"MAKOTO_MEMORY_MIB": "1"}, {"MAKOTO_BACKUPS_KEPT": "0"},
                    {"MAKOTO_BASE_URL": "https://stats.example/an"}, {"MAKOTO_BASE_URL": "https://"}):
            status, said = run("serve", "--data-dir", str(scratch()), "--listen", "127.0.0.1:0", env=env)
            self.assertEqual(status, 1, said)
            self.assertIn("the configuration key", said)

    def test_the_usual_port_is_the_same_place_named_or_not(self):
        server = self.serve(base_url="https://stats.example:443/")
        for host in ("stats.example", "stats.example:443"):
            self.assertEqual(server.request("GET", "/", headers={"Host": host}).status, 200, host)
        self.assertEqual(server.request("GET", "/", headers={"Host": "stats.example:8443"}).status, 421)

    def test_the_numbers_for_operators_are_not_shown_through_a_proxy(self):
        server = self.serve(base_url="https://stats.example", trusted_proxies="127.0.0.1")
        asked = lambda **headers: server.request("GET", "/metrics", headers={name.replace("_", "-"): value for name, value in headers.items()})
        self.assertEqual(asked().status, 200)
        self.assertEqual(asked(Host=f"localhost:{server.port}").status, 200)
        for headers in ({"Host": "stats.example"}, {"Forwarded": "for=203.0.113.9"}, {"X_Real_IP": "203.0.113.9"},
                        {"X_Forwarded_For": "203.0.113.9"}, {"Via": "1.1 proxy"}):
            self.assertEqual(asked(**headers).status, 401, headers)
            self.assertEqual(asked(Authorization=f"Bearer {server.token}", **headers).status, 200, headers)

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
