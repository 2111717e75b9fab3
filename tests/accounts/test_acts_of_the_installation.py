"""Acts on sites, on what is public, on privacy and on the installation itself, each performed and looked up."""

import json
import os
import pathlib
import re
import shutil
import tempfile
import time
import urllib.parse

from acts import Acts, performs
from harness.installation import PASSWORD, installation
from harness.server import Server, scratch, wait_for

REASON = "for the annual report"
DAY_S = 24 * 60 * 60


class SiteActs(Acts):
    @performs("site.added -", "site.changed -", "site.deleted superusers")
    def test_promise_44_sites(self):
        self.serve()
        site = self.call("SitesManager.addSite", siteName="new", urls="https://new.example")["value"]
        self.call("SitesManager.updateSite", idSite=site, siteName="newer")
        self.call("SitesManager.deleteSite", idSite=site)

    @performs("goal.added -", "goal.changed -", "goal.deleted -", "dimension.added -", "dimension.changed -",
              "segment.added -", "segment.changed -", "segment.deleted -", "annotation.added -", "annotation.changed -",
              "annotation.deleted -", "annotation.deleted_all -", "dashboard.added -", "dashboard.changed -",
              "dashboard.deleted -")
    def test_promise_44_own_things(self):
        self.serve()
        call = lambda method, **params: self.call(method, **{"idSite": 1, **params})  # noqa: E731
        number = lambda answer: answer["value"] if isinstance(answer, dict) else answer  # noqa: E731
        goal = {"name": "paid", "matchAttribute": "url", "pattern": "/paid", "patternType": "contains"}
        goal["idGoal"] = number(call("Goals.addGoal", **goal))
        call("Goals.updateGoal", **goal)
        call("Goals.deleteGoal", idGoal=goal["idGoal"])
        dimension = number(call("CustomDimensions.configureNewCustomDimension", name="plan", scope="visit", active=1))
        call("CustomDimensions.configureExistingCustomDimension", idDimension=dimension, name="tariff", active=1)
        segment = {"name": "foxes", "definition": "browserCode==FF"}
        segment["idSegment"] = number(call("SegmentEditor.add", **segment))
        call("SegmentEditor.update", **segment)
        call("SegmentEditor.delete", idSegment=segment["idSegment"])
        note = call("Annotations.add", date="2026-01-05", note="a sale")
        ids = re.findall(r'"idNote": ?"?(\d+)', json.dumps(note)) or re.findall(r'"id[nN]ote": ?"?(\d+)', json.dumps(note))
        for act, more in (("save", {"note": "a great sale"}), ("delete", {})):
            call(f"Annotations.{act}", idNote=ids[0], **more)
        call("Annotations.add", date="2026-01-06", note="an end")
        call("Annotations.deleteAll")
        board = number(call("Dashboard.createNewDashboardForUser", login="root", dashboardName="mine"))
        call("Dashboard.saveLayout", idDashboard=board, layout="[[]]")
        call("Dashboard.removeDashboard", idDashboard=board)


class PublicActs(Acts):
    def post(self, method, token=None, **params):
        sent = {"Authorization": f"Bearer {token or self.server.token}"}
        answer = self.server.post_json(f"/api/v1/methods/PublicReports.{method}",
                                       {"passwordConfirmation": PASSWORD, **params}, sent)
        self.assertEqual(answer.status, 200, (method, answer.body))
        return answer.json()

    def preview(self, ids, **draft):
        asked = {f"idGrants[{place}]": number for place, number in enumerate(ids)} | draft
        path = f"/api/v1/methods/PublicReports.preview?{urllib.parse.urlencode(asked)}"
        return self.server.request("GET", path, headers={"Authorization": f"Bearer {self.server.token}"}).json()

    def request(self, **draft):
        return self.post("request", idSites=[1], reason=REASON, **{"what": "site", **draft})["idGrants"]

    def activate(self, ids):
        shown = self.preview(ids)
        return self.post("activate", idGrants=ids, scopeHash=shown["hash"], confirm=shown["confirm"])

    def publish(self, **draft):
        ids = self.request(**draft)
        self.activate(ids)
        return ids

    def serve_public(self, second=False):
        self.serve(stopped=True)
        if second:
            status, said = self.server.cli("user", "create", "--login", "second", "--email", "second@people.example",
                                           "--superuser", "--password-stdin", stdin=PASSWORD)
            self.assertEqual(status, 0, said)
        self.server.start()
        wait_for(lambda: self.server.call("CoreAdminHome.getMailState")["waiting"] == 0 and self.mail.mails, 60, "mail works")
        self.post("setSwitch", state="on")

    @performs("public.switched watchers", "public.requested watchers", "public.activated watchers", "public.narrowed watchers",
              "public.widened watchers", "public.renewed watchers", "public.rotated watchers", "public.paused watchers",
              "public.paused_all watchers", "public.resumed watchers", "public.revoked watchers", "public.reminder_set -",
              "public.attempt_refused watchers", "public.imported watchers")
    def test_promise_44_what_is_public(self):
        self.serve_public()
        both = ["Actions.getPageUrls", "VisitsSummary.get"]
        ids = self.publish(what="reports", reports=both)
        self.post("narrow", idGrant=ids[0], what="reports", reports=both[1:])
        shown = self.preview(ids, what="reports", reports=",".join(both))
        self.post("widen", idGrant=ids[0], what="reports", reports=both, scopeHash=shown["hash"])
        self.post("renew", idGrants=ids, expiresInDays=200, scopeHash=self.preview(ids)["hash"])
        linked = self.publish(channel="link")
        self.post("rotate", idGrant=linked[0])
        for act in ("pause", "pauseAll"):
            self.post(act, idGrants=ids)
            self.post("resume", idGrants=ids, scopeHash=self.preview(ids)["hash"])
        self.post("revoke", idGrants=ids)
        self.post("setReminder", every="weekly")
        refused = self.server.post_json("/api/v1/methods/PublicReports.setSwitch", {"state": "off"},
                                        {"Authorization": f"Bearer {self.server.token}"})
        self.assertEqual(refused.status, 403)
        self.assertEqual(self.server.cli("public", "import", "--sites", "1")[0], 0)

    @performs("public.approval_asked watchers", "public.approved watchers", "public.lapsed watchers")
    def test_promise_44_what_two_people_make_public(self):
        self.serve_public(second=True)
        status, token = self.server.cli("token", "create", "--login", "second", "--description", "suite")
        self.assertEqual(status, 0, token)
        ids = self.publish()
        self.post("approve", token=token, idGrants=ids, scopeHash=self.preview(ids)["hash"])
        late = self.publish()
        self.again("nothing", f"UPDATE public_grant SET approve_until_s = {int(time.time()) - 5} WHERE id = {late[0]}")

    @performs("public.scheduled watchers", "public.expired watchers", "public.reminded -")
    def test_promise_44_what_becomes_public_and_ends_by_itself(self):
        self.serve_public()
        ids = self.publish()
        self.again("public-reminder", "UPDATE public_grant SET requested_s = requested_s - 864000, activated_s = activated_s - 864000")
        wait_for(lambda: self.lines("public.reminded"), 30, "superusers are reminded")
        self.call("CorePluginsAdmin.setSystemSettings", settingValues=json.dumps({"PublicReports.coolOffMinutes": "5"}))
        self.publish()
        self.again("nothing", f"UPDATE public_grant SET expires_s = {int(time.time()) - 5} WHERE id = {ids[0]}")

    @performs("public.restored watchers", "backup.restored superusers", "backup.made -")
    def test_promise_44_backups(self):
        self.serve_public()
        self.publish()
        target = scratch("backup")
        self.assertEqual(self.server.cli("backup", str(target))[0], 0)
        token = self.server.token
        made = self.lines("backup.made")
        self.server.stop()
        self.server = Server(data_dir=scratch("restored"))
        self.server.token = token
        self.addCleanup(self.server.end)
        status, said = self.server.cli("restore", str(target))
        self.assertEqual(status, 0, said)
        # The line of the backup is written after the copy was made, so it is not in it.
        self.assertTrue(made)
        self.server.start()
        self.assertEqual(self.server.cli("backup", str(scratch("again")))[0], 0)


class PrivacyActs(Acts):
    @performs("privacy.exported -", "privacy.erasure_asked -", "privacy.erased -", "privacy.purge_asked -", "privacy.purged -",
              "privacy.mask_asked superusers", "privacy.masked -", "privacy.enforced superusers", "privacy.released superusers",
              "privacy.proved -")
    def test_promise_44_privacy(self):
        server = self.serve()
        hit = {"idsite": 1, "rec": 1, "url": "https://shop.example/", "uid": "ada"}
        self.assertEqual(server.bulk([hit, {**hit, "uid": "bob"}], token=self.token("root")).status, 200)
        days = {"period": "range", "date": "2020-01-01,2099-01-01"}
        wait_for(lambda: server.call("VisitsSummary.getVisits", idSite=1, **days)["value"] == 2, 30, "both are counted")
        visits = json.dumps([{"idsite": 1, "idvisit": 1}])
        self.call("PrivacyManager.exportDataSubjects", visits=visits)
        self.call("PrivacyManager.deleteDataSubjects", visits=visits)
        self.call("PrivacyManager.anonymizeSomeRawData", idSites=1, date="2020-01-01,2099-01-01", anonymizeIp=1)
        self.call("PrivacyManager.setSettings", settingValues=json.dumps(
            {"PrivacyManager.deleteLogsEnable": "1", "PrivacyManager.deleteLogsOlderThan": "1"}))
        self.call("PrivacyManager.executeDataPurge", idSites=1)
        wait_for(lambda: self.lines("privacy.purged") and self.lines("privacy.masked"), 90, "the work is done")
        self.call("PrivacyManager.makeComplianceDocument", complianceType="no_consent")
        for enforce in (1, 0):
            self.call("PrivacyManager.setComplianceStatus", complianceType="no_consent", enforce=enforce)


class InstallationActs(Acts):
    @performs("server.started -", "server.stopped -", "audit.read -", "audit.exported superusers", "audit.checkpoint -",
              "audit.verified -", "mail.tested -", "recovery.drilled superusers")
    def test_promise_44_the_server_and_the_record(self):
        server = self.serve()
        server.stop()
        server.start()
        server.call("ActivityLog.getEntries")
        self.call("ActivityLog.export")
        self.assertEqual(server.cli("audit", "verify")[0], 0)
        self.call("CoreAdminHome.sendTestMail", address="root@people.example")
        self.assertEqual(server.cli("recovery-drill")[0], 0)

    @performs("audit.tampered superusers", "audit.pruned -")
    def test_promise_44_a_record_that_was_changed(self):
        self.serve()
        # The first lines are old enough to go; what was changed in a later one stays to be found.
        self.again("record-pruning", f"UPDATE activity SET at_ms = at_ms - {500 * DAY_S * 1000} WHERE id < 4",
                   "UPDATE activity SET who = 'somebody' WHERE id = 6")
        self.assertNotEqual(self.server.cli("audit", "verify")[0], 0)

    @performs("doctor.found_faults superusers")
    def test_promise_44_a_store_with_faults(self):
        self.serve()
        self.rows("PRAGMA foreign_keys = OFF")
        self.rows("INSERT INTO role (login, site_id, role) VALUES ('view', 999, 'view')")
        self.server.cli("doctor")

    @performs("mail.failed -")
    def test_promise_44_a_mail_that_nobody_takes(self):
        self.serve()
        self.mail.answers = ["550 no such mailbox"]
        self.call("CoreAdminHome.sendTestMail", address="nobody@people.example")

    @performs("setup.done -")
    def test_promise_44_the_set_up(self):
        self.serve()
        self.server.stop()
        self.server, self.first, self.first_mail = Server(), 0, 0
        self.addCleanup(self.server.end)
        self.server.start()
        link = wait_for(lambda: re.findall(r"/setup#token=([A-Za-z0-9]+)", self.server.printed()), 10, "the set-up link")[-1]
        form = {"token": link, "login": "first", "email": "first@people.example", "password": "nine lamps along the quay"}
        answer = self.server.post_json("/api/v1/setup", form)
        self.assertIn(answer.status, (200, 201, 204), answer.body)
        self.server.stop()

    @performs("failures.looked_at -", "failures.deleted -", "failures.reported -")
    def test_promise_44_tracking_failures(self):
        server = self.serve()
        fail = lambda: server.hit(idsite=77)  # noqa: E731
        fail()
        wait_for(lambda: server.call("CoreAdminHome.getTrackingFailures"), 20, "the failure is kept")
        self.again("tracking-failures-mail")
        wait_for(lambda: self.lines("failures.reported"), 30, "superusers are told")
        server.call("Diagnostics.noteFailuresSeen")
        server.call("CoreAdminHome.deleteAllTrackingFailures")

    @performs("checkup.scored -", "checkup.flipped -", "checkup.fixed superusers", "checkup.undone superusers",
              "risk.accepted superusers", "risk.withdrawn superusers", "files.protected -", "checkup.reported -",
              "checkup.fell superusers", "backup.drilled -")
    def test_promise_44_the_check_up(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="makoto-backup-"))
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        server = self.serve(backup_folder=folder)
        self.call("SecurityCheckup.run")
        os.chmod(server.data_dir, 0o755)
        os.chmod(server.data_dir / "meta.db", 0o644)
        self.call("SecurityCheckup.run")
        made = self.call("SecurityCheckup.fix", idCheck="C37")
        self.call("SecurityCheckup.undoFix", idFix=made["idFix"])
        self.call("SecurityCheckup.acceptRisk", idCheck="C25", reason="behind a private network")
        self.call("SecurityCheckup.withdrawRisk", idCheck="C25")
        self.call("SecurityCheckup.fix", idCheck="C31")
        old = int(time.time()) - 40 * DAY_S
        self.again("checkup-mail", f"UPDATE checkup_score SET at_s = {old}, score = 90",
                   "UPDATE checkup_state SET state = 'pass' WHERE state = 'fail'")
        self.call("SecurityCheckup.run")


__all__ = ["installation"]
