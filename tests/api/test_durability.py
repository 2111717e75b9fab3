"""What was acknowledged is kept and counted once: through kills, stops, full disks and backups."""

import random
import shutil
import socket
import subprocess
import time

from harness.installation import Case, installation
from harness.load import SOUND, Load, check_counts, counted
from harness.server import Server, may_mount, scratch, wait_for

KILL_ROUNDS = 5
ACKED_MIN = 40
# More than a server that is built for tests counts within the time that a stop has for it.
WAITING = 150_000


class Kills(Case):
    def promise_53_no_acknowledged_hit_is_lost_or_doubled_by_kill_9(self):
        server, chance = self.serve(), random.Random(53)
        acked, unknown = set(), set()
        for number in range(KILL_ROUNDS):
            with Load(server, f"kill{number}") as load:
                load.wait_for(ACKED_MIN)
                # Some rounds end while hits wait for the fold, some while it works.
                time.sleep(chance.uniform(0, 1.2))
                server.kill()
                load.end()
            acked |= load.acked
            unknown |= load.unknown
            self.assertEqual(load.refused, [])
            server.start()
        self.assertGreaterEqual(len(acked), KILL_ROUNDS * ACKED_MIN)
        self.assertEqual(check_counts(counted(server), acked, unknown), SOUND)
        self.assertEqual(server.cli("doctor"), (0, "everything is sound"))
        self.assertEqual(server.stop()[0], 0)
        self.assertEqual(server.cli("doctor"), (0, "everything is sound"))

    def promise_53_late_hits_in_bulk_survive_a_kill_at_once_after_the_answer(self):
        server = self.serve()
        hits = [{"idsite": 1, "rec": 1, "url": f"https://shop.example/{n}", "cid": f"{n:016x}"} for n in range(500)]
        self.assertEqual(server.bulk(hits, token=server.token).json()["tracked"], 500)
        server.kill()
        server.start()
        found = counted(server)
        self.assertEqual((len(found), set(found.values())), (500, {1}))

    def promise_53_what_is_decided_by_people_survives_too(self):
        server = self.serve()
        site = server.call("SitesManager.addSite", siteName="kept", urls="https://kept.example")["value"]
        server.kill()
        server.start()
        self.assertIn(site, server.call("SitesManager.getAllSitesId"))


class Stops(Case):
    def promise_60_a_graceful_stop_under_load_loses_nothing(self):
        server = self.serve()
        with Load(server, "stop") as load:
            load.wait_for(ACKED_MIN)
            status, took_s = server.stop()
            load.end()
        self.assertEqual(status, 0)
        self.assertLess(took_s, 10)
        self.assertFalse((server.data_dir / "control.sock").exists())
        server.start()
        self.assertEqual(check_counts(counted(server), load.acked, load.unknown), SOUND)

    def promise_60_what_waits_to_be_counted_does_not_hold_up_the_stop(self):
        server = self.serve()
        for first in range(0, WAITING, 1000):
            hits = [{"idsite": 1, "rec": 1, "url": f"https://shop.example/{n}", "cid": f"{n // 3:016x}"} for n in range(first, first + 1000)]
            self.assertEqual(server.bulk(hits, token=server.token).status, 200)
        status, took_s = server.stop()
        self.assertEqual(status, 0)
        self.assertLess(took_s, 10)
        server.start()
        server.wait_counted()
        self.assertEqual(server.report("VisitsSummary.get")["nb_actions"], WAITING)

    def promise_60_a_request_under_way_is_answered(self):
        server = self.serve()
        connection = server.connect()
        body = b"idsite=1&rec=1&url=https://shop.example/under-way"
        connection.putrequest("POST", "/matomo.php")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body[:10])
        wait_for(lambda: server.metrics()["makoto_connections"] >= 1, 10, "the request is under way")
        server.process.terminate()
        time.sleep(0.3)
        connection.send(body[10:])
        self.assertEqual(connection.getresponse().status, 200)
        self.assertEqual(server.process.wait(15), 0)
        server.start()
        self.assertEqual(list(counted(server)), ["/under-way"])

    def promise_60_one_who_never_finishes_does_not_hold_up_the_stop(self):
        server = self.serve()
        connection = server.connect()
        connection.putrequest("POST", "/matomo.php")
        connection.putheader("Content-Length", "1000")
        connection.endheaders(b"idsite=1")
        idle = server.connect()
        idle.request("GET", "/health")
        idle.getresponse().read()
        status, took_s = server.stop()
        self.assertEqual(status, 0)
        self.assertLess(took_s, 10)

    def promise_60_a_stop_at_any_moment_of_the_start_is_orderly(self):
        server = self.serve()
        for _ in range(10):
            self.assertEqual(server.stop()[0], 0)
            server.start()
        self.assertEqual(server.hit().status, 200)

    def promise_60_a_socket_that_is_handed_over_refuses_nobody_during_a_restart(self):
        with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
            server = self.serve(listener=listener)
            # A connection for each hit: those that come between two servers wait for the second one.
            with Load(server, "restart", threads=8, pause_s=0.002, keep_open=False) as load:
                for _ in range(3):
                    load.wait_for(len(load.acked) + ACKED_MIN)
                    self.assertEqual(server.stop()[0], 0)
                    time.sleep(0.2)
                    server.start()
                load.wait_for(len(load.acked) + ACKED_MIN)
                load.end()
            self.assertEqual((load.refused, load.unknown), ([], set()))
            self.assertEqual(check_counts(counted(server), load.acked, set()), SOUND)
            self.assertEqual(server.stop()[0], 0)

    def promise_60_the_second_server_is_refused_and_the_first_goes_on(self):
        server = self.serve()
        second = Server(data_dir=server.data_dir)
        self.addCleanup(second.end)
        with self.assertRaisesRegex(AssertionError, "in use"):
            second.start()
        self.assertEqual(server.hit().status, 200)

    def test_a_port_that_is_taken_is_said_and_nothing_is_opened(self):
        server = self.serve()
        other = Server()
        status, said = other.cli("serve", "--listen", server.host)
        self.assertEqual(status, 1)
        self.assertIn(server.host, said)
        self.assertFalse(other.data_dir.exists())


class FullDisk(Case):
    def calm(self, server):
        """Hits are put off, everything else is served."""
        refused = server.hit()
        self.assertEqual(refused.status, 503)
        self.assertTrue(1 <= int(refused.headers["retry-after"]) <= 30)
        self.assertEqual(server.bulk(["?idsite=1&rec=1"]).status, 503)
        self.assertEqual(self.sign_in(server).status, 200)
        self.assertEqual(server.request("GET", "/").status, 200)
        self.assertEqual(server.report("VisitsSummary.get")["nb_actions"], 3)

    def promise_56_below_the_reserve_hits_are_put_off_and_reports_answer(self):
        server = self.serve()
        for _ in range(3):
            self.assertEqual(server.hit().status, 200)
        server.stop()
        full = Server(data_dir=server.data_dir, reserve_mib=2**31)
        full.token = server.token
        self.addCleanup(full.end)
        full.start()
        self.calm(full)
        full.stop()
        server.start()
        self.assertEqual(server.hit().status, 200)

    def promise_56_a_full_disk_heals_by_itself_when_there_is_room(self):
        if not may_mount():
            self.skipTest("no file system of its own can be mounted here")
        mount = scratch("small")
        mount.mkdir()
        source = scratch()
        shutil.copytree(installation().data_dir, source, ignore=shutil.ignore_patterns("*.sock"))
        script = f'mount -t tmpfs -o size=160m tmpfs {mount} && cp -a {source} {mount}/data && exec "$@"'
        server = Server(data_dir=mount / "data", wrapper=["unshare", "--mount", "sh", "-c", script, "sh"], reserve_mib=48)
        server.token = installation().tokens["root"]
        self.addCleanup(server.end)
        server.start()
        for _ in range(3):
            self.assertEqual(server.hit().status, 200)
        self.assertEqual(server.report("VisitsSummary.get")["nb_actions"], 3)
        # Seen from outside, the small disk is below the process's own root.
        ballast = f"/proc/{server.process.pid}/root{mount}/ballast"
        for fill_mib in (120, 400):
            with self.subTest(fill_mib=fill_mib):
                subprocess.run(["dd", "if=/dev/zero", f"of={ballast}", "bs=1M", f"count={fill_mib}"], capture_output=True)
                wait_for(lambda: server.hit(cid="00000000000000aa").status == 503, 20, "hits are put off")
                before = server.report("VisitsSummary.get")["nb_actions"]
                if fill_mib < 160:
                    # The reserve is for this: what people do is still written.
                    self.assertEqual(self.sign_in(server).status, 200)
                subprocess.run(["rm", ballast], check=True)
                wait_for(lambda: server.hit(cid="00000000000000bb").status == 200, 10, "hits are taken again")
                after = wait_for(lambda: server.report("VisitsSummary.get")["nb_actions"], 10, "reports answer")
                self.assertEqual(self.sign_in(server).status, 200)
                self.assertGreater(after, before)
        # Every acknowledged hit, and none besides, however full it was.
        self.assertEqual(server.report("VisitsSummary.get")["nb_actions"], server.metrics()["makoto_hits_accepted_total"])
        self.assertEqual(server.stop()[0], 0)


class Backups(Case):
    def test_a_backup_under_load_holds_what_was_acknowledged_before(self):
        server = self.serve()
        backup, restored = scratch("backup"), scratch("restored")
        with Load(server, "backup") as load:
            load.wait_for(ACKED_MIN)
            before = set(load.acked)
            status, said = server.cli("backup", str(backup))
            self.assertEqual(status, 0, said)
            load.wait_for(len(load.acked) + 10)
            load.end()
        self.assertEqual(load.refused, [])
        self.assertEqual(check_counts(counted(server), load.acked, load.unknown), SOUND)
        copy = Server(data_dir=restored)
        copy.token = server.token
        self.addCleanup(copy.end)
        status, said = copy.cli("restore", str(backup))
        self.assertEqual(status, 0, said)
        self.assertEqual(copy.cli("doctor"), (0, "everything is sound"))
        copy.start()
        found = counted(copy)
        self.assertEqual(check_counts(found, before, load.acked | load.unknown), SOUND)
        self.assertEqual(copy.hit(url="https://shop.example/after").status, 200)
        self.assertEqual(counted(copy), found | {"/after": 1})
        self.assertEqual(self.sign_in(copy).status, 200)

    def test_a_backup_that_was_changed_or_cut_is_not_restored(self):
        server = self.serve()
        server.hit()
        backup = scratch("backup")
        self.assertEqual(server.cli("backup", str(backup))[0], 0)
        for path in sorted(path for path in backup.rglob("*") if path.is_file() and path.stat().st_size):
            if path.name == "lock" or path.name.endswith(("-wal", "-shm")):
                continue
            damaged = scratch("damaged")
            shutil.copytree(backup, damaged)
            victim = damaged / path.relative_to(backup)
            data = bytearray(victim.read_bytes())
            data[len(data) // 2] ^= 1
            victim.write_bytes(data)
            target = Server()
            status, said = target.cli("restore", str(damaged))
            self.assertNotEqual(status, 0, f"{path.name}: {said}")

    def test_a_backup_overwrites_nothing(self):
        server = self.serve()
        there = scratch("there")
        there.mkdir()
        self.assertNotEqual(server.cli("backup", str(there))[0], 0)
        backup = scratch("backup")
        self.assertEqual(server.cli("backup", str(backup))[0], 0)
        self.assertNotEqual(server.cli("backup", str(backup))[0], 0)
        other = Server(data_dir=server.data_dir)
        self.assertNotEqual(other.cli("restore", str(backup))[0], 0)
        self.assertEqual(server.hit().status, 200)
