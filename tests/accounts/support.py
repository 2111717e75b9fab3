"""A mail server whose mails are read."""

import asyncio
import email
import email.policy
import functools
import html.parser
import json
import logging
import os
import re
import ssl
import subprocess
import threading
import time
import warnings

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from harness.installation import PASSWORD
from harness.server import free_port, scratch, wait_for

# It warns of what is meant here: passwords over connections that are safe in another way, or on this machine alone.
logging.getLogger("mail.log").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", module="aiosmtpd")

# Mails leave within a minute, as promised; a loaded machine is given half as much again.
MAIL_WAIT_S = 90


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if tag == "a" and name == "href"]


class Mail:
    """One mail as it was delivered."""

    def __init__(self, envelope):
        self.raw = envelope.original_content
        self.to = list(envelope.rcpt_tos)
        self.sender = envelope.mail_from
        self.message = email.message_from_bytes(self.raw, policy=email.policy.default)
        self.subject = str(self.message["Subject"])
        self.id = self.message["Message-ID"]
        self.text = self._part("plain")
        self.html = self._part("html")

    def _part(self, kind):
        part = self.message.get_body((kind,))
        return part.get_content() if part else ""

    @property
    def links(self):
        """Where its HTML leads, in order."""
        links = Links()
        links.feed(self.html)
        return links.found

    def link(self, part):
        """The one address in its text that holds these characters; the HTML must hold it too."""
        found = {url for url in re.findall(r"https?://\S+", self.text) if part in url}
        assert len(found) == 1, (part, self.text)
        url = found.pop()
        assert url in self.links, (url, self.links)
        return url

    def __repr__(self):
        return f"{self.to}: {self.subject}"


def own_certificate():
    """A certificate for this machine that signs itself, and its key. Nobody trusts it."""
    folder = scratch("certificate")
    folder.mkdir()
    pem, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", str(key), "-out", str(pem)],
        check=True, capture_output=True, timeout=60,
    )
    return pem, key


@functools.cache
def certificate():
    """The one that servers trust which are started from now on, as they trust what the system trusts."""
    pem, key = own_certificate()
    os.environ["SSL_CERT_FILE"] = str(pem)
    return pem, key


class MailServer:
    """Takes mails on this machine. `encryption` is none, starttls or tls; with `auth`, a pair, it asks who sends."""

    def __init__(self, encryption="none", auth=None):
        self.encryption, self.auth = encryption, auth
        self.port = free_port()
        self.mails, self.refusals, self.lock = [], [], threading.Lock()
        # Answers for the next mails instead of accepting them.
        self.answers = []
        # How long the answer to a mail takes that is kept already.
        self.pause_s = 0
        self.controller = None

    def start(self):
        options = {"hostname": "127.0.0.1", "port": self.port, "ident": "suite"}
        if self.encryption != "none":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate())
            if self.encryption == "starttls":
                options |= {"tls_context": context, "require_starttls": True}
            else:
                options["ssl_context"] = context
        if self.auth:
            # aiosmtpd takes only STARTTLS for a safe connection.
            options |= {"authenticator": self._check, "auth_required": True,
                        "auth_require_tls": self.encryption == "starttls"}
        self.controller = Controller(self, **options)
        self.controller.start()
        return self

    def stop(self):
        if self.controller:
            self.controller.stop()
            self.controller = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def _check(self, server, session, envelope, mechanism, data):
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.auth, handled=given == self.auth)

    async def handle_DATA(self, server, session, envelope):
        with self.lock:
            if self.answers:
                answer = self.answers.pop(0)
                self.refusals.append(answer)
                return answer
            self.mails.append(Mail(envelope))
        await asyncio.sleep(self.pause_s)
        return "250 OK"

    def settings(self):
        """What the server under test must be told to send here."""
        named = {"Host": "127.0.0.1", "Port": self.port, "Encryption": self.encryption, "FromAddress": "makoto@stats.example"}
        if self.auth:
            named |= {"Username": self.auth[0], "Password": self.auth[1]}
        mail = {f"CoreAdminHome.mail{name}": str(value) for name, value in named.items()}
        return {"SecurityCheckup.innerTargets": "127.0.0.1,::1", **mail}

    def connect(self, server):
        """Has a server, running or not, send its mails here. To trust the certificate, it must be started after."""
        if server.process and server.process.poll() is None:
            server.call("CorePluginsAdmin.setSystemSettings", settingValues=json.dumps(self.settings()),
                        passwordConfirmation=PASSWORD)
            return self
        for name, value in self.settings().items():
            status, said = server.cli("setting", "set", name, value)
            assert status == 0, said
        return self

    def to(self, address):
        with self.lock:
            return [mail for mail in self.mails if address in mail.to]

    def wait(self, address, subject="", count=1, wait_s=MAIL_WAIT_S):
        """The mails to an address whose subject holds these words, once there are this many."""
        def found():
            mails = [mail for mail in self.to(address) if subject.lower() in mail.subject.lower()]
            return mails if len(mails) >= count else None
        return wait_for(found, wait_s, f"{count} mails to {address} with {subject!r}; there are {self.mails}")

    def wait_one(self, address, subject=""):
        return self.wait(address, subject)[-1]

    def stays(self, address, count, subject="", quiet_s=3):
        """Checks that no further mails come for a while."""
        time.sleep(quiet_s)
        mails = [mail for mail in self.to(address) if subject.lower() in mail.subject.lower()]
        assert len(mails) == count, mails
