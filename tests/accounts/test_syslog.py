"""The record of acts leaves the machine by syslog over TLS."""

import contextlib
import json
import re
import socket
import ssl
import threading

from harness.installation import Case
from harness.server import wait_for
from harness.webhook import Webhook
from support import certificate, own_certificate


class Syslog:
    """Reads RFC 5425: messages over TLS, each behind its length."""

    def __init__(self, pem, key):
        self.messages = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, args=(context,), daemon=True).start()

    def _serve(self, context):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            text = b""
            try:
                with context.wrap_socket(plain, server_side=True) as stream:
                    while piece := stream.recv(65536):
                        text += piece
            except ssl.SSLError:
                continue
            while text:
                length, _, rest = text.partition(b" ")
                self.messages.append(rest[:int(length)].decode())
                text = rest[int(length):]

    def end(self):
        self.listener.close()


class SyslogOverTls(Case):
    def test_promise_46_syslog_over_tls_gets_messages_of_rfc_5424(self):
        pem, key = certificate()
        server = self.serve()
        syslog = Syslog(pem, key)
        self.addCleanup(syslog.end)
        address = f"localhost:{syslog.port}"
        for name, value in (("SecurityCheckup.innerTargets", "127.0.0.1,::1"), ("ActivityLog.syslogAddress", address)):
            self.assertEqual(server.cli("setting", "set", name, value)[0], 0)
        wait_for(lambda: self.touch(server) and syslog.messages, 30, "the first message")
        server.call("SitesManager.addSite", siteName="a\nb", urls="https://b.example")
        wait_for(lambda: any("site.added" in message for message in syslog.messages), 30, "the message of the site")
        for message in syslog.messages:
            self.assertRegex(message, r"^<8[45]>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S+ makoto - [a-z_.]+ - \ufeff\{")
            self.assertNotRegex(message, r"[\r\n]")
            json.loads(message.partition("\ufeff")[2])

    def test_promise_46_a_place_whose_certificate_is_not_known_gets_nothing(self):
        known, strange = certificate(), own_certificate()
        self.assertNotEqual(known, strange)
        server = self.serve()
        syslog = Syslog(*strange)
        self.addCleanup(syslog.end)
        server.cli("setting", "set", "SecurityCheckup.innerTargets", "127.0.0.1,::1")
        server.cli("setting", "set", "ActivityLog.syslogAddress", f"localhost:{syslog.port}")
        wait_for(lambda: self.touch(server) and re.search("could not be sent on", server.log_text()), 30, "the refusal in the log")
        self.assertEqual(syslog.messages, [])

    def test_promise_46_a_place_that_does_not_answer_holds_up_neither_another_one_nor_a_stop(self):
        server, webhook = self.serve(), Webhook()
        self.addCleanup(webhook.end)
        # Who connects is let in by the system, and hears nothing.
        silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(silent.close)
        for name, value in (("SecurityCheckup.innerTargets", "127.0.0.1,::1"), ("ActivityLog.webhookUrl", webhook.url),
                            ("ActivityLog.syslogAddress", f"localhost:{silent.getsockname()[1]}")):
            self.assertEqual(server.cli("setting", "set", name, value)[0], 0)
        silent.settimeout(0.1)

        def spoken_to():
            self.touch(server)
            with contextlib.suppress(TimeoutError):
                return silent.accept()[0]

        connection = wait_for(spoken_to, 30, "syslog is spoken to")
        self.addCleanup(connection.close)
        server.call("SitesManager.addSite", siteName="b", urls="https://b.example")
        wait_for(lambda: any(line["kind"] == "site.added" for line in webhook.lines), 30, "the webhook has the line of the site")
        connection.setblocking(False)
        with self.assertRaises(BlockingIOError, msg="the server gave up on syslog before the webhook had the line"):
            while connection.recv(65536):
                pass
        status, took_s = server.stop()
        self.assertEqual(status, 0)
        self.assertLess(took_s, 10)

    @staticmethod
    def touch(server):
        """Leaves a line."""
        server.call("SitesManager.updateSite", idSite=1, siteName="shop")
        return True
