"""What a server under test is surrounded by: a proxy in front of it, mail, time, releases and a webhook."""

import http.client
import http.server
import json
import os
import socketserver
import ssl
import struct
import subprocess
import threading
import time

from harness.server import free_port, scratch

NTP_EPOCH_S = 2_208_988_800
# What belongs to one connection and is not passed on.
HOP = {"connection", "transfer-encoding", "keep-alive"}


class Running:
    """Something that serves in a thread until the test ends."""

    def __init__(self, case, server):
        self.server = server
        # Who asks may leave before the answer.
        server.handle_error = lambda *_: None
        threading.Thread(target=server.serve_forever, daemon=True).start()
        case.addCleanup(server.server_close)
        case.addCleanup(server.shutdown)

    @property
    def port(self):
        return self.server.server_address[1]


def certificate(days):
    """A certificate for localhost that servers trust which are started from now on."""
    folder = scratch("certificate")
    folder.mkdir()
    pem, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", str(days),
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", str(key), "-out", str(pem)],
        check=True, capture_output=True, timeout=60,
    )
    os.environ["SSL_CERT_FILE"] = str(pem)
    return pem, key


class Proxy(Running):
    """Stands in front of a server as a careless administrator may set it up. `spoil` names what it does wrong."""

    def __init__(self, case, days=None):
        self.target, self.spoil = None, set()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.pass_on(None)

            def do_POST(self):
                self.pass_on(self.rfile.read(int(self.headers.get("Content-Length", 0))))

            def pass_on(self, sent):
                if "opt-out" in outer.spoil and "optOut" in self.path:
                    self.send_error(404)
                    return
                headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
                if "host" in outer.spoil:
                    headers = {name: value for name, value in headers.items() if name.lower() != "host"}
                    headers["Host"] = f"127.0.0.1:{outer.target}"
                connection = http.client.HTTPConnection("127.0.0.1", outer.target, timeout=20)
                connection.request(self.command, self.path, sent, headers)
                answer = connection.getresponse()
                body = answer.read()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    dropped = "headers" in outer.spoil and name.lower() in ("content-security-policy", "x-frame-options")
                    if "cookies" in outer.spoil and name.lower() == "set-cookie":
                        value = value.replace("; Secure", "") + "; Max-Age=2592000"
                    if name.lower() not in HOP and name.lower() != "content-length" and not dropped:
                        self.send_header(name, value)
                if "cors" in outer.spoil:
                    self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                connection.close()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.scheme = "http"
        if days:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate(days))
            server.socket = context.wrap_socket(server.socket, server_side=True)
            self.scheme = "https"
        super().__init__(case, server)

    @property
    def url(self):
        return f"{self.scheme}://localhost:{self.port}" if self.scheme == "https" else f"http://127.0.0.1:{self.port}"


class Pages(Running):
    """Answers each path with a JSON value, and takes what is posted."""

    def __init__(self, case):
        self.values, self.posted = {}, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = json.dumps(outer.values.get(self.path, {})).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                outer.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        super().__init__(case, http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler))

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"


class Clock(Running):
    """A time server whose clock is `ahead_s` ahead of this machine's."""

    def __init__(self, case):
        self.ahead_s = 0.0
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                _, reply = self.request
                now = time.time() + outer.ahead_s + NTP_EPOCH_S
                packet = bytearray(48)
                packet[0], packet[1] = 0x24, 2
                packet[40:48] = struct.pack("!II", int(now), int(now % 1 * 2**32))
                reply.sendto(bytes(packet), self.client_address)

        super().__init__(case, socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler))


class Names(Running):
    """A name server with the texts of some names."""

    def __init__(self, case):
        self.texts, self.asked = {}, []
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                packet, reply = self.request
                at, labels = 12, []
                while packet[at]:
                    labels.append(packet[at + 1:at + 1 + packet[at]].decode())
                    at += 1 + packet[at]
                name, asked = ".".join(labels), packet[12:at + 5]
                outer.asked.append(name)
                texts = [text.encode() for text in outer.texts.get(name, [])]
                head = packet[:2] + struct.pack("!HHHHH", 0x8180 if texts else 0x8183, 1, len(texts), 0, 0)
                rows = [struct.pack("!HHHIH", 0xC00C, 16, 1, 60, len(text) + 1) + bytes([len(text)]) + text for text in texts]
                reply.sendto(head + asked + b"".join(rows), self.client_address)

        super().__init__(case, socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler))


class Mail(Running):
    """A mail server that takes everything and keeps what it was given."""

    def __init__(self, case):
        self.letters = []
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def say(self, text):
                self.wfile.write(f"{text}\r\n".encode())

            def handle(self):
                self.say("220 here")
                while line := self.rfile.readline():
                    word = line[:4].upper()
                    if word == b"EHLO":
                        self.wfile.write(b"250-here\r\n250 8BITMIME\r\n")
                    elif word == b"DATA":
                        self.say("354 go on")
                        lines = []
                        while (one := self.rfile.readline()) not in (b".\r\n", b""):
                            lines.append(one)
                        outer.letters.append(b"".join(lines).decode(errors="replace"))
                        self.say("250 taken")
                    elif word == b"QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 fine")

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        super().__init__(case, socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler))


def unused_port():
    return free_port()
