"""Mails from the act that promises them to the mail server that takes them."""

import json
import os
import sqlite3
import time

from harness.installation import PASSWORD, Case
from harness.server import wait_for
from support import MailServer

ROOT = "root@people.example"


class MailCase(Case):
    def mail_server(self, *options, **named):
        mails = MailServer(*options, **named).start()
        self.addCleanup(mails.stop)
        return mails

    def serve_with(self, mails, **options):
        """A server whose mail goes there, and has gone so far: the installation itself was worth some."""
        server = self.serve(**options)
        mails.connect(server)
        if mails.controller:
            self.drain(server)
        return server

    def drain(self, server):
        wait_for(lambda: self.state(server)["waiting"] == 0, 90, "an empty outbox")

    def database(self, server):
        database = sqlite3.connect(server.data_dir / "meta.db", timeout=10)
        self.addCleanup(database.close)
        return database

    def rows(self, server, sql, *values):
        return self.database(server).execute(sql, values).fetchall()

    def change(self, server, sql, *values):
        database = self.database(server)
        database.execute(sql, values)
        database.commit()

    def delete_site(self, server, number=2):
        """An act that superusers are told of."""
        server.call("SitesManager.deleteSite", idSite=number, passwordConfirmation=PASSWORD)

    def state(self, server):
        return server.call("CoreAdminHome.getMailState")

    def ask(self, server, method, **params):
        """The status of a call of our own API with fresh proof."""
        headers = {"Authorization": f"Bearer {server.token}"}
        params = {"passwordConfirmation": PASSWORD, **params}
        return server.post_json(f"/api/v1/methods/{method}", params, headers).status

    def set(self, server, values, status=200):
        answer = self.ask(server, "CorePluginsAdmin.setSystemSettings", settingValues=json.dumps(values))
        self.assertEqual(answer, status)


class Delivery(MailCase):
    def test_promise_16_superusers_are_told_within_a_minute(self):
        mails = self.mail_server()
        server = self.serve_with(mails)
        began = time.monotonic()
        self.delete_site(server)
        mail = mails.wait_one(ROOT, "A site was deleted")
        self.assertLess(time.monotonic() - began, 60)
        self.assertIn("root", mail.text)
        self.assertIn("UTC", mail.text)
        self.assertIn("127.0.0.1", mail.text)
        self.assertEqual(mail.link("/admin/"), f"{server.url}/admin/diagnostic/activity-log")
        self.assertEqual(mail.message["Auto-Submitted"], "auto-generated")
        self.assertEqual(mail.sender, "makoto@stats.example")

    def test_mail_leaves_by_starttls_and_by_tls_with_a_password(self):
        for encryption in ("starttls", "tls"):
            with self.subTest(encryption):
                mails = self.mail_server(encryption, auth=("makoto", "lantern smoke"))
                server = self.serve_with(mails)
                self.delete_site(server)
                mails.wait_one(ROOT, "A site was deleted")
                server.stop()

    def test_a_mail_server_that_nobody_vouches_for_gets_nothing(self):
        mails = self.mail_server("tls")
        trusted = os.environ.pop("SSL_CERT_FILE")
        try:
            server = self.serve()
        finally:
            os.environ["SSL_CERT_FILE"] = trusted
        mails.connect(server)
        tested = server.call("CoreAdminHome.sendTestMail", address=ROOT, passwordConfirmation=PASSWORD)
        self.assertEqual(tested["state"], "waiting")
        self.assertIn("certificate", tested["fault"].lower())
        self.assertEqual(mails.mails, [])

    def test_a_mail_waits_for_its_mail_server_and_comes_once(self):
        mails = MailServer()
        self.addCleanup(mails.stop)
        server = self.serve_with(mails)
        self.delete_site(server)
        wait_for(lambda: self.state(server)["lastFault"], 60, "a vain try")
        mails.start()
        self.change(server, "UPDATE mail SET next_try_s = 0 WHERE state = 'waiting'")
        mails.wait(ROOT, "A site was deleted")
        mails.stays(ROOT, 1, "A site was deleted")
        self.assertEqual(self.state(server)["waiting"], 0)

    def test_a_busy_mail_server_is_asked_again(self):
        mails = self.mail_server()
        server = self.serve_with(mails)
        mails.wait(ROOT, "security setting")
        mails.answers = ["451 Later, please"]
        self.delete_site(server)
        mails.wait(ROOT, "A site was deleted")
        self.assertEqual(mails.refusals, ["451 Later, please"])

    def test_an_address_that_is_refused_for_good_fails_and_is_seen(self):
        mails = self.mail_server()
        server = self.serve_with(mails)
        mails.wait(ROOT, "security setting")
        mails.answers = ["550 No such person"]
        self.delete_site(server)
        wait_for(lambda: self.state(server)["failed"], 60, "a failure")
        state = self.state(server)
        self.assertTrue(state["alarm"])
        self.assertIn("No such person", state["lastFault"])
        kinds = [kind for (kind,) in self.rows(server, "SELECT kind FROM activity")]
        self.assertEqual(kinds.count("mail.failed"), 1)
        time.sleep(1.1)  # successes of the same second do not count
        server.call("CoreAdminHome.sendTestMail", address=ROOT, passwordConfirmation=PASSWORD)
        wait_for(lambda: not self.state(server)["alarm"] or None, 60, "the end of the alarm")

    def test_promise_16_the_same_news_comes_once_an_hour_and_other_news_each_time(self):
        mails = self.mail_server()
        server = self.serve_with(mails)
        for _ in range(2):
            server.call("SitesManager.addSite", siteName="short-lived", urls="https://short.example")
        held = self.state(server)["held"]
        for _ in range(3):
            server.call("Login.unblockBruteForceIPs")
        mails.wait(ROOT, "All blocked addresses were unblocked")
        mails.stays(ROOT, 1, "All blocked addresses were unblocked")
        self.assertEqual(self.state(server)["held"] - held, 2)
        for number in (3, 4):
            self.delete_site(server, number)
        mails.wait(ROOT, "A site was deleted", count=2)

    def test_nothing_is_lost_between_the_act_and_the_mail(self):
        mails = MailServer()
        self.addCleanup(mails.stop)
        server = self.serve_with(mails)
        self.delete_site(server)
        server.kill()
        mails.start()
        self.change(server, "UPDATE mail SET next_try_s = 0 WHERE state = 'waiting'")
        server.start()
        mails.wait(ROOT, "A site was deleted")
        mails.stays(ROOT, 1, "A site was deleted")

    def test_a_second_copy_after_a_kill_has_the_number_of_the_first(self):
        mails = self.mail_server()
        server = self.serve_with(mails)
        mails.pause_s = 20
        self.delete_site(server)
        mails.wait(ROOT, "A site was deleted")
        server.kill()
        mails.pause_s = 0
        self.change(server, "UPDATE mail SET next_try_s = 0 WHERE state = 'waiting'")
        server.start()
        first, second = mails.wait(ROOT, "A site was deleted", count=2)
        self.assertEqual(first.id, second.id)
        self.assertRegex(first.id, r"^<[0-9a-f]{32}@127\.0\.0\.1>$")

    def test_sent_mails_leave_no_content_behind(self):
        mails = self.mail_server()
        server = self.serve_with(mails)
        self.delete_site(server)
        mails.wait(ROOT, "A site was deleted")
        self.drain(server)
        kept = self.rows(server, "SELECT count(*) FROM mail WHERE sealed IS NOT NULL OR route IS NOT NULL")
        self.assertEqual(kept, [(0,)])

    def test_mails_speak_the_reader_s_language(self):
        mails = self.mail_server()
        server = self.serve_with(mails)
        server.stop()
        self.change(server, "UPDATE user SET language = 'de' WHERE login = 'root'")
        server.start()
        self.delete_site(server)
        mail = mails.wait_one(ROOT, "Eine Website wurde gelöscht")
        self.assertIn("Uhr (UTC)", mail.text)
        self.assertIn('lang="de"', mail.html)

    def test_an_unset_mail_server_is_an_alarm_and_no_loss(self):
        server = self.serve()
        self.delete_site(server)
        state = self.state(server)
        self.assertEqual((state["configured"], state["alarm"]), (False, True))
        self.assertGreaterEqual(state["waiting"], 1)
        self.assertEqual(self.ask(server, "CoreAdminHome.sendTestMail", address=ROOT), 400)
        mails = self.mail_server().connect(server)
        mails.wait(ROOT, "A site was deleted")

    def test_the_numbers_for_operators_count_mails(self):
        mails = self.mail_server()
        server = self.serve_with(mails)
        self.delete_site(server)
        mails.wait(ROOT, "A site was deleted")
        wait_for(lambda: server.metrics()["makoto_mails_waiting"] == 0 or None, 30, "an empty outbox")
        self.assertGreaterEqual(server.metrics()["makoto_mails_sent_total"], 2)


class Settings(MailCase):
    def find(self, server, key):
        groups = server.call("CorePluginsAdmin.getSystemSettings")
        return next(setting for group in groups for setting in group["settings"] if setting["key"] == key)

    def test_the_test_button_says_what_came_of_it(self):
        mails = self.mail_server()
        server = self.serve_with(mails)
        done = server.call("CoreAdminHome.sendTestMail", address="ada@people.example", passwordConfirmation=PASSWORD)
        self.assertEqual((done["state"], done["fault"]), ("sent", ""))
        self.assertIn("Mail works", mails.wait_one("ada@people.example").subject)
        for wrong in ("ada", "ada@people.example\nBcc: all@people.example", ""):
            self.assertEqual(self.ask(server, "CoreAdminHome.sendTestMail", address=wrong), 400, wrong)

    def test_settings_are_shown_in_groups_and_changed_together(self):
        server = self.serve()
        self.assertEqual(self.find(server, "CoreAdminHome.mailPort")["origin"], "default")
        self.set(server, {"CoreAdminHome.mailPort": 2525, "CoreAdminHome.mailFromName": "Stats"})
        port = self.find(server, "CoreAdminHome.mailPort")
        self.assertEqual((port["value"], port["default"], port["origin"]), ("2525", "587", "stored"))
        self.set(server, {"CoreAdminHome.mailPort": None})
        self.assertEqual(self.find(server, "CoreAdminHome.mailPort")["origin"], "default")
        self.set(server, {"CoreAdminHome.mailFromName": "Other", "CoreAdminHome.mailPort": 0}, 400)
        self.assertEqual(self.find(server, "CoreAdminHome.mailFromName")["value"], "Stats")
        self.set(server, {"CoreAdminHome.nothing": 1}, 404)

    def test_promise_9_settings_ask_for_proof_from_tokens_too(self):
        server = self.serve()
        for method, params in (("CorePluginsAdmin.setSystemSettings", {"settingValues": '{"CoreAdminHome.mailPort": 25}'}),
                               ("CoreAdminHome.sendTestMail", {"address": ROOT})):
            self.assertEqual(self.ask(server, method, **params, passwordConfirmation=""), 403)
            self.assertEqual(self.ask(server, method, **params, passwordConfirmation="not the password at all"), 400)
        self.assertEqual(self.find(server, "CoreAdminHome.mailPort")["value"], "587")

    def test_the_password_of_the_mail_server_is_nowhere_in_plain_sight(self):
        server = self.serve()
        secret = "kingfisher over slate"
        status, said = server.cli("setting", "set", "CoreAdminHome.mailPassword", secret)
        # Scripts may; who does it is told of the better way.
        self.assertTrue(status == 0 and "--value-stdin" in said and secret not in said, said)
        self.set(server, {"CoreAdminHome.mailPassword": secret})
        self.assertEqual(self.find(server, "CoreAdminHome.mailPassword")["value"], "•••")
        self.set(server, {"CoreAdminHome.mailPassword": "•••", "CoreAdminHome.mailPort": 2525})
        server.stop()
        for file in server.data_dir.glob("meta.db*"):
            self.assertNotIn(secret.encode(), file.read_bytes())
        server.start()
        self.assertEqual(self.find(server, "CoreAdminHome.mailPassword")["value"], "•••")

    def test_without_encryption_mail_stays_on_this_machine(self):
        server = self.serve()
        values = {"CoreAdminHome.mailHost": "mail.people.example", "CoreAdminHome.mailEncryption": "none"}
        self.set(server, values, 400)
        kinds = [kind for (kind,) in self.rows(server, "SELECT kind FROM activity")]
        self.assertIn("setting.refused", kinds)
        self.set(server, {**values, "CoreAdminHome.mailHost": "localhost"})

    def test_promise_44_a_changed_mail_server_is_told_of_by_the_old_one(self):
        mails = self.mail_server()
        server = self.serve_with(mails)
        mails.wait(ROOT, "security setting")
        elsewhere = self.mail_server()
        self.set(server, {"CoreAdminHome.mailPort": elsewhere.port})
        told = lambda server: [mail for mail in server.to(ROOT) if str(elsewhere.port) in mail.text]
        wait_for(lambda: told(mails), 60, "the news by the mail server from before")
        self.assertEqual(told(elsewhere), [])
        self.set(server, {"CoreAdminHome.mailHost": ""})
        elsewhere.wait(ROOT, "security setting")


class Timetable(MailCase):
    def test_promise_18_jobs_catch_up_once_after_a_standstill(self):
        server = self.serve()

        def task():
            tasks = server.call("CoreAdminHome.getScheduledTasks")
            return next(task for task in tasks if task["name"] == "old-mails")

        first = wait_for(lambda: task() if task()["lastRun"] else None, 30, "the first run")
        self.assertGreater(first["nextRun"], first["lastRun"])
        server.stop()
        self.change(server, "UPDATE job SET period = period - 40, last_run_s = 1")
        for _ in range(2):
            server.start()
            again = wait_for(lambda: task() if task()["lastRun"] > 1 else None, 30, "the run after the standstill")
            server.stop()
        last = self.rows(server, "SELECT last_run_s FROM job WHERE name = 'old-mails'")
        self.assertEqual(last, [(again["lastRun"],)])
