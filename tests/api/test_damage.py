"""Stores that were lost, mixed up or damaged: said at the start, by the doctor and by /health, and never covered up."""

import shutil
import sqlite3

from harness.installation import Case, installation
from harness.server import Server, scratch, wait_for

SOUND = (0, "everything is sound")
PAGE_BYTES = 4096


def visit(server, count, first=0):
    for number in range(first, first + count):
        assert server.hit(cid=f"{number:016x}").status == 200
    server.wait_counted()


def alter(path, sql):
    with sqlite3.connect(path) as store:
        store.executescript(sql)
    store.close()


def garble(path):
    """Makes the heads of the pages in the second half of a SQLite file senseless."""
    data = bytearray(path.read_bytes())
    for page in range(len(data) // PAGE_BYTES // 2, len(data) // PAGE_BYTES):
        data[page * PAGE_BYTES:page * PAGE_BYTES + 8] = b"\xff" * 8
    path.write_bytes(data)


class Damage(Case):
    def refused(self, server, *words):
        """The server does not start, and says why; so does the doctor."""
        with self.assertRaises(AssertionError):
            server.start()
        log = server.log_end()
        status, said = server.cli("doctor")
        self.assertEqual(status, 1, said)
        for word in words:
            self.assertIn(word, log)
            self.assertIn(word, said)

    def test_an_analytics_file_that_is_older_or_gone_is_refused(self):
        server = self.serve()
        analytics = server.data_dir / "analytics"
        visit(server, 2)
        server.stop()
        older = scratch("older")
        shutil.copytree(analytics, older)
        server.start()
        visit(server, 3, first=2)
        server.stop()
        # With this start the fold forgets what the file has.
        server.start()
        server.stop()
        newest = scratch("newest")
        shutil.copytree(analytics, newest)
        for put in (lambda: shutil.copytree(older, analytics), lambda: None):
            shutil.rmtree(analytics)
            put()
            self.refused(server, "analytics store lacks changes", "restore a backup")
        shutil.rmtree(analytics)
        shutil.copytree(newest, analytics)
        self.assertEqual(server.cli("doctor"), SOUND)
        server.start()
        self.assertEqual(server.report("VisitsSummary.get")["nb_visits"], 5)
        self.assertEqual(server.cli("doctor"), SOUND)

    def test_an_analytics_file_that_the_fold_can_fill_again_is_no_fault(self):
        server = self.serve()
        visit(server, 2)
        server.kill()
        server.start()
        self.assertEqual(server.cli("doctor"), SOUND)
        self.assertEqual(server.report("VisitsSummary.get")["nb_visits"], 2)
        empty = self.serve_empty()
        self.assertEqual(empty.cli("doctor"), SOUND)
        empty.stop()
        self.assertEqual(empty.cli("doctor"), SOUND)
        empty.start()

    def test_a_fold_that_is_gone_is_not_begun_anew_behind_the_analytics(self):
        server = self.serve()
        visit(server, 2)
        server.stop()
        (server.data_dir / "fold.db").unlink()
        self.refused(server, "different backups")

    def test_no_installation_begins_over_the_data_of_another(self):
        server = self.serve()
        visit(server, 2)
        server.stop()
        meta = server.data_dir / "meta.db"
        for damage in (meta.unlink, lambda: meta.write_bytes(b""), lambda: sqlite3.connect(meta).execute("PRAGMA user_version = 1")):
            damage()
            self.refused(server, "meta.db is missing or empty")
            status, said = server.cli("user", "create", "--login", "eve", "--email", "eve@people.example", "--password-stdin",
                                      stdin="a lantern for each heron")
            self.assertEqual((status, "meta.db is missing or empty" in said), (1, True), said)

    def test_a_restore_that_was_cut_short_is_not_taken_for_an_installation(self):
        server = self.serve()
        visit(server, 1)
        backup = scratch("backup")
        self.assertEqual(server.cli("backup", str(backup))[0], 0)
        cut = Server()
        self.addCleanup(cut.end)
        shutil.copytree(backup, cut.data_dir, ignore=shutil.ignore_patterns("meta.db*", "manifest.json"))
        (cut.data_dir / "restoring").mkdir()
        self.refused(cut, "cut short", "restore again")

    def test_a_fold_with_damaged_pages_is_found_running_and_stopped(self):
        server = self.serve()
        hits = [{"idsite": 1, "rec": 1, "url": f"https://shop.example/{n}", "cid": f"{n:016x}"} for n in range(900)]
        self.assertEqual(server.bulk(hits, token=server.token).status, 200)
        server.wait_counted()
        server.stop()
        fold = server.data_dir / "fold.db"
        whole = fold.read_bytes()
        garble(fold)
        status, said = server.cli("doctor")
        self.assertEqual(status, 1, said)
        self.assertIn("the fold's file", said)
        fold.write_bytes(whole)
        server.start()
        self.assertEqual(server.cli("doctor"), SOUND)
        garble(fold)
        status, said = server.cli("doctor")
        self.assertEqual(status, 1, said)
        self.assertIn("the fold's file", said)

    def test_a_journal_that_is_damaged_is_found_while_the_server_runs(self):
        server = self.serve()
        visit(server, 1)
        self.assertEqual(server.cli("doctor"), SOUND)
        alter(server.data_dir / "journal.db", "UPDATE trimmed SET checksum = checksum + 1")
        status, said = server.cli("doctor")
        self.assertEqual(status, 1, said)
        self.assertIn("journal.db is damaged (", said)
        self.assertNotIn("1844674407", said)

    def test_an_empty_journal_is_sound_where_nothing_in_it_was_needed(self):
        server = self.serve()
        visit(server, 2)
        server.stop()
        for end in ("", "-wal", "-shm"):
            (server.data_dir / f"journal.db{end}").unlink(missing_ok=True)
        (server.data_dir / "journal.db").touch()
        self.assertEqual(server.cli("doctor"), SOUND)
        server.start()
        visit(server, 1, first=2)
        self.assertEqual(server.report("VisitsSummary.get")["nb_visits"], 3)

    def test_health_tells_of_hits_that_cannot_be_counted(self):
        server = self.serve()
        visit(server, 1)
        health = lambda: server.request("GET", "/health")
        self.assertEqual(health().json(), {"status": "ok", "hits_waiting": 0})
        fold = server.data_dir / "fold.db"
        alter(fold, "ALTER TABLE visitor RENAME TO gone")
        self.assertEqual(server.hit(cid="00000000000000aa").status, 200)
        wait_for(lambda: health().json()["status"] == "degraded", 20, "it is told")
        self.assertEqual((health().status, health().json()["hits_waiting"]), (200, 1))
        status, said = server.cli("doctor")
        self.assertEqual(status, 1, said)
        self.assertIn("hits are not counted now", said)
        self.assertEqual(server.hit(cid="00000000000000bb").status, 200)
        alter(fold, "ALTER TABLE gone RENAME TO visitor")
        wait_for(lambda: health().json() == {"status": "ok", "hits_waiting": 0}, 20, "it is over")
        self.assertEqual(server.report("VisitsSummary.get")["nb_visits"], 3)
        self.assertEqual(server.cli("doctor"), SOUND)

    def test_a_store_of_a_newer_program_is_named_as_that(self):
        server = installation().server()
        self.addCleanup(server.end)
        alter(server.data_dir / "meta.db", "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)"
              " VALUES (999, 'later', 1, x'00', 0)")
        status, said = server.cli("doctor")
        self.assertEqual(status, 1)
        self.assertIn("of a newer makoto", said)
        self.assertNotIn("previously applied", said)

    def test_what_the_database_says_is_told_where_there_is_no_log(self):
        server = self.serve()
        visit(server, 1)
        server.stop()
        file = next((server.data_dir / "analytics").glob("*.duckdb"))
        file.write_bytes(b"\xff" * 40_000)
        with self.assertRaises(AssertionError):
            server.start()
        self.assertRegex(server.log_end(), r"database's own words: \S+")


class Record(Case):
    def test_a_record_whose_end_was_cut_off_is_neither_passed_nor_sealed(self):
        for sql in ("DELETE FROM activity; DELETE FROM audit_head;",
                    "DELETE FROM activity WHERE id >= 10; DELETE FROM audit_head WHERE line >= 10;",
                    "DELETE FROM activity WHERE id = (SELECT max(id) FROM activity)"):
            with self.subTest(sql):
                server = installation().server()
                self.addCleanup(server.end)
                self.assertEqual(server.cli("audit", "verify")[0], 0)
                meta = server.data_dir / "meta.db"
                # Behind the last head, so that no signature covers it.
                self.assertEqual(server.cli("setting", "set", "PrivacyManager.ipAnonymizerEnabled", "1")[0], 0)
                alter(meta, sql)
                heads = sqlite3.connect(meta).execute("SELECT count(*) FROM audit_head").fetchone()
                status, said = server.cli("audit", "verify")
                self.assertEqual(status, 1, said)
                self.assertIn("the end of the record was cut off", said)
                self.assertEqual(server.cli("audit", "verify")[0], 1)
                self.assertEqual(sqlite3.connect(meta).execute("SELECT count(*) FROM audit_head").fetchone(), heads)
