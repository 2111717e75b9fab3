"""Senders of hits that remember what was acknowledged."""

import http.client
import itertools
import random
import selectors
import socket
import threading
import time
import urllib.parse

from .server import AGENT


class Senders:
    """Threads that send until told to stop."""

    def __init__(self, threads):
        self.lock, self.halt = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self._send, args=(n,), daemon=True) for n in range(threads)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.end()

    def end(self, wait_s=60):
        """Sends nothing new; waits for the answers that are out."""
        self.halt.set()
        for thread in self.threads:
            thread.join(wait_s)

    def _send(self, thread):
        raise NotImplementedError


class Load(Senders):
    """Each hit has an address of its own and a visitor of its own, so that it can be found again; what got a 2xx is in
    `acked`, what got no answer at all in `unknown`."""

    def __init__(self, server, name, threads=4, pause_s=0.0, keep_open=True):
        """Without `keep_open` each hit has a connection of its own."""
        super().__init__(threads)
        self.server, self.name, self.pause_s, self.keep_open = server, name, pause_s, keep_open
        self.acked, self.unknown, self.refused = set(), set(), []
        self.latencies_s = []

    def wait_for(self, count, wait_s=60):
        """Until this many hits are acknowledged."""
        end = time.monotonic() + wait_s
        while len(self.acked) < count:
            if time.monotonic() > end:
                raise AssertionError(f"only {len(self.acked)} of {count} hits acknowledged: {self.refused[:3]}")
            time.sleep(0.005)

    def _send(self, thread):
        connection = self.server.connect(30)
        chance = random.Random(f"{self.name}/{thread}")
        for number in itertools.count():
            if self.halt.is_set():
                break
            path = f"/{self.name}/{thread}/{number}"
            fields = {"idsite": 1, "rec": 1, "url": f"https://shop.example{path}", "send_image": 0,
                      "cid": f"{chance.getrandbits(64):016x}"}
            began = time.monotonic()
            try:
                connection.request("GET", "/matomo.php?" + urllib.parse.urlencode(fields), headers={"User-Agent": AGENT})
                response = connection.getresponse()
                response.read()
                if not self.keep_open:
                    connection.close()
            except (OSError, http.client.HTTPException):
                with self.lock:
                    self.unknown.add(path)
                connection.close()
                if self.halt.wait(0.01):
                    break
                continue
            with self.lock:
                self.latencies_s.append(time.monotonic() - began)
                if response.status // 100 == 2:
                    self.acked.add(path)
                else:
                    self.refused.append((path, response.status))
            if self.pause_s and self.halt.wait(self.pause_s):
                break
        connection.close()


def counted(server, page_rows=2000):
    """How often each path was counted, from the visits log."""
    server.wait_counted()
    found = {}
    for offset in itertools.count(0, page_rows):
        visits = server.report("Live.getLastVisitsDetails", filter_limit=page_rows, filter_offset=offset)
        for visit in visits:
            for action in visit["actionDetails"]:
                path = urllib.parse.urlsplit(action["url"]).path
                found[path] = found.get(path, 0) + 1
        if len(visits) < page_rows:
            return found


def check_counts(found, acked, unknown):
    """What is wrong: acknowledged hits that are missing, hits counted twice, hits that nobody sent."""
    lost = sorted(acked - found.keys())
    twice = sorted(path for path, count in found.items() if count > 1)
    strange = sorted(found.keys() - acked - unknown)
    return {"lost": lost, "twice": twice, "strange": strange}


SOUND = {"lost": [], "twice": [], "strange": []}


class Steady:
    """Sends hits at a rate whatever becomes of them, each on a connection of its own: those that wait for a server do
    not keep back the next. `refused` counts connections that were turned away, `broken` those that ended unanswered."""

    def __init__(self, server, name, rate):
        self.server, self.name, self.rate = server, name, rate
        self.acked, self.statuses, self.latencies_s = set(), [], []
        self.sent = self.refused = self.broken = 0
        self.halt = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        """Stops sending, and waits for the answers that are out."""
        self.halt.set()
        self.thread.join(60)

    def _run(self):
        with selectors.DefaultSelector() as waiting:
            began = time.monotonic()
            while not self.halt.is_set() or waiting.get_map():
                due = 0 if self.halt.is_set() else int((time.monotonic() - began) * self.rate) - self.sent
                for _ in range(due):
                    self._open(waiting)
                for key, _ in waiting.select(0.001):
                    self._go_on(waiting, key.fileobj, *key.data)

    def _open(self, waiting):
        connection = socket.socket()
        connection.setblocking(False)
        connection.connect_ex(("127.0.0.1", self.server.port))
        path = f"/{self.name}/{self.sent}"
        waiting.register(connection, selectors.EVENT_WRITE, (path, time.monotonic()))
        self.sent += 1

    def _go_on(self, waiting, connection, path, began):
        try:
            if waiting.get_key(connection).events == selectors.EVENT_WRITE:
                query = f"idsite=1&rec=1&send_image=0&url=https://shop.example{path}&cid={random.getrandbits(64):016x}"
                connection.send(f"GET /matomo.php?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
                waiting.modify(connection, selectors.EVENT_READ, (path, began))
                return
            answer = connection.recv(4096)
        except ConnectionRefusedError:
            self.refused += 1
        except OSError:
            self.broken += 1
        else:
            self._note(path, began, answer)
        waiting.unregister(connection)
        connection.close()

    def _note(self, path, began, answer):
        if answer.startswith(b"HTTP/1.1 204"):
            self.acked.add(path)
            self.latencies_s.append(time.monotonic() - began)
        elif answer:
            self.statuses.append(answer[9:12].decode())
        else:
            self.broken += 1
