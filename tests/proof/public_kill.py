"""Kills a server while things become public and are taken back: what is public was told of, and what was told of is so."""

import json
import random
import socketserver
import sqlite3
import threading
import time

from harness.installation import PASSWORD, installation

REASON = "to be killed in the middle"
# From the moment a server is ready until it is killed, at most: so many seconds, or the time of so many acts where that
# is longer. So it is killed after several acts, or in half of one, on slow machines too.
LIFE_S, LIFE_ACTS = 1.5, 8


class Sink(socketserver.StreamRequestHandler):
    """Takes every mail and keeps none."""

    def handle(self):
        try:
            self.speak()
        except ConnectionError:
            # Its other end was killed.
            return

    def speak(self):
        self.wfile.write(b"220 sink\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go\r\n")
                for part in self.rfile:
                    if part == b".\r\n":
                        break
            if word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 OK\r\n")


class Busy(threading.Thread):
    """Makes reports public and takes them back, until the server is gone."""

    def __init__(self, server, seed):
        super().__init__(daemon=True)
        self.server, self.chance, self.done = server, random.Random(seed), 0

    def call(self, method, **params):
        answer = self.server.post_json(f"/api/v1/methods/PublicReports.{method}", {"passwordConfirmation": PASSWORD, **params},
                                       {"Authorization": f"Bearer {self.server.token}"})
        self.done += answer.status == 200
        return answer.json()

    def ask(self, query):
        answer = self.server.request("GET", f"/api/v1/methods/PublicReports.{query}",
                                     headers={"Authorization": f"Bearer {self.server.token}"})
        return answer.json()

    def run(self):
        try:
            while True:
                self.turn()
        except (OSError, ValueError, KeyError, TypeError, IndexError):
            # The server was killed in the middle of an answer.
            return

    def turn(self):
        grants = self.ask("getGrants")
        open_ = [grant for grant in grants if grant["state"] in ("pending", "active", "paused")]
        if len(open_) < 3:
            self.call("request", idSites=[1, 2], what="site", reason=REASON)
            return
        grant = self.chance.choice(open_)
        number = grant["idGrant"]
        act = {"pending": "activate", "active": self.chance.choice(["pause", "revoke", "pauseAll"]),
               "paused": self.chance.choice(["resume", "revoke"])}[grant["state"]]
        if act in ("activate", "resume"):
            shown = self.ask(f"preview?idGrants[0]={number}")
            self.call(act, idGrants=[number], scopeHash=shown["hash"], confirm=shown["confirm"])
        elif act == "pauseAll":
            self.call(act)
        else:
            self.call(act, idGrants=[number])


def examine(server, hold):
    """What is stored after a kill: how many grants are public, and how many lines tell of grants."""
    with sqlite3.connect(server.data_dir / "meta.db") as store:
        states = dict(store.execute("SELECT id, state FROM public_grant"))
        lines = store.execute("SELECT id, kind, detail FROM activity WHERE kind LIKE 'public.%' ORDER BY id").fetchall()
        keys = {key for (key,) in store.execute("SELECT once_key FROM mail WHERE state <> 'held'")}
        superusers = [login for (login,) in store.execute("SELECT login FROM user WHERE superuser = 1 AND state = 'active'")]
    told = {}
    for line, kind, detail in lines:
        for named in json.loads(detail).get("states", []):
            number, state = named.split(" ")
            told[int(number)] = state
        if kind not in ("public.reminded", "public.reminder_set", "public.attempt_refused"):
            for login in superusers:
                hold(f"{kind}:{line}:{login}" in keys, f"nobody promised {login} a mail of line {line}, {kind}")
    hold(told == states, f"the record says {told}, the store {states}")
    return sum(state == "active" for state in states.values()), len(lines)


def kills(figure, hold, rounds):
    """Each round a server is killed at a random moment; then the store is looked at without it."""
    sink = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Sink)
    sink.daemon_threads = True
    threading.Thread(target=sink.serve_forever, daemon=True).start()
    server, chance = installation().server(), random.Random(44)
    acts = public = lines = 0
    try:
        port = str(sink.server_address[1])
        mail = [(f"CoreAdminHome.mail{name}", value) for name, value in (("Host", "127.0.0.1"), ("Port", port), ("Encryption", "none"))]
        for name, value in [("SecurityCheckup.innerTargets", f"127.0.0.1:{port}"), *mail]:
            status, said = server.cli("setting", "set", name, value)
            hold(status == 0, said)
        server.start()
        end = time.monotonic() + 60
        while server.call("CoreAdminHome.getMailState")["waiting"] and time.monotonic() < end:
            time.sleep(0.1)
        began = time.monotonic()
        answer = server.post_json("/api/v1/methods/PublicReports.setSwitch", {"state": "on", "passwordConfirmation": PASSWORD},
                                  {"Authorization": f"Bearer {server.token}"})
        hold(answer.status == 200, answer.body)
        life_s = max(LIFE_S, LIFE_ACTS * (time.monotonic() - began))
        for number in range(rounds):
            busy = Busy(server, number)
            busy.start()
            time.sleep(chance.uniform(0, life_s))
            server.kill()
            busy.join(30)
            acts += busy.done
            active, lines = examine(server, hold)
            public += active > 0
            server.start()
        status, said = server.cli("doctor")
        hold(status == 0, said)
    finally:
        server.end()
        sink.shutdown()
    hold(acts > rounds / 4 and public, f"{acts} acts in {rounds} rounds, something public after {public}")
    figure("public", f"kill -9 in {rounds} random moments while reports become public and are taken back",
           f"{acts} acts, {lines} lines; something was public after {public} kills; each told of, and nothing told of that is not so")

