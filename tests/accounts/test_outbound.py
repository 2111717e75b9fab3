"""Addresses that somebody types never lead inside: not those of mail servers, of syslog, of webhooks or of services."""

import json
import socket
import threading

from harness.installation import PASSWORD, Case
from harness.server import wait_for

# Spellings of this machine; those that cannot reach it are tried one by one in the tests of the guard itself.
VECTORS = "localhost 0x7f.1 ::1 ::ffff:127.0.0.1".split()


class Canary:
    """Counts connections and datagrams on this machine, by either kind of address, and answers none."""

    def __init__(self, case):
        self.hits, self.sockets = [], []
        first = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        first.bind(("0.0.0.0", 0))
        self.port = first.getsockname()[1]
        self.sockets.append(first)
        for family, kind, host in ((socket.AF_INET, socket.SOCK_DGRAM, "0.0.0.0"), (socket.AF_INET6, socket.SOCK_STREAM, "::1"),
                                   (socket.AF_INET6, socket.SOCK_DGRAM, "::1")):
            try:
                other = socket.socket(family, kind)
                other.bind((host, self.port))
            except OSError:
                continue  # Not every machine has IPv6.
            self.sockets.append(other)
        for one in self.sockets:
            case.addCleanup(one.close)
            threading.Thread(target=self.listen, args=(one,), daemon=True).start()

    def listen(self, one):
        streams = one.type == socket.SOCK_STREAM
        if streams:
            one.listen(64)
        while True:
            try:
                if streams:
                    one.accept()[0].close()
                else:
                    one.recvfrom(2000)
            except OSError:
                return
            self.hits.append("tcp" if streams else "udp")


class Outbound(Case):
    def name(self, server, host, port, **more):
        """Names this address wherever one can be named."""
        bracketed = f"[{host}]" if ":" in host else host
        https, place = f"https://{bracketed}:{port}/", f"{bracketed}:{port}"
        values = {
            "CoreAdminHome.mailHost": host, "CoreAdminHome.mailPort": str(port), "CoreAdminHome.mailEncryption": "tls",
            "ActivityLog.syslogAddress": place, "ActivityLog.webhookUrl": https, "Login.breachRangeUrl": https,
            "Login.breachCheck": "1", "SecurityCheckup.releasesUrl": https, "SecurityCheckup.timeServer": place,
            "SecurityCheckup.nameServer": place, "CoreAdminHome.mailFromAddress": "makoto@people.example", **more,
        }
        server.call("CorePluginsAdmin.setSystemSettings", settingValues=json.dumps(values), passwordConfirmation=PASSWORD)

    def ask_all(self, server):
        """Makes it speak to all of them; what a test mail came to."""
        server.call("SecurityCheckup.run")
        # A new password is looked up; it is refused for another reason, and changes nothing.
        words = ("user", "create", "--login", "root", "--email", "other@people.example", "--password-stdin")
        self.assertNotEqual(server.cli(*words, stdin="nine lamps along the quay")[0], 0)
        return server.call("CoreAdminHome.sendTestMail", address="root@people.example", passwordConfirmation=PASSWORD)

    def test_promise_40_nothing_that_is_named_in_settings_reaches_a_canary_inside(self):
        server, canary = self.serve(), Canary(self)
        for host in VECTORS:
            with self.subTest(host):
                self.name(server, host, canary.port)
                sent = self.ask_all(server)
                self.assertNotEqual(sent["state"], "sent")
                self.assertEqual(canary.hits, [])
        self.assertIn("SecurityCheckup.innerTargets", sent["fault"])
        # Lines of the record were due to syslog and to the webhook the whole time.
        logged = lambda: server.log.read_text(errors="replace")
        wait_for(lambda: logged().count("could not be sent on") > 1, 240, "both places were tried")
        self.assertEqual(canary.hits, [])
        # Listed, the same address is spoken to by everything, so that the silence says something.
        self.name(server, "0x7f.1", canary.port, **{"SecurityCheckup.innerTargets": f"127.0.0.1:{canary.port}"})
        self.ask_all(server)
        wait_for(lambda: canary.hits.count("tcp") >= 5 and canary.hits.count("udp") >= 2, 60,
                 f"mail, syslog, webhook, breach service, releases, clock and names: {canary.hits}")
