"""Trials of sign-in: an attack from thousands of addresses, and what answers and their times tell of who exists."""

import itertools
import json
import multiprocessing
import os
import random
import socket
import statistics
import threading
import time

from harness.installation import PASSWORD, installation
from harness.server import AGENT
from harness.wrk import PAUSE_MS, half, wrk

ATTACK_S = 60
ADDRESSES = 10_000
ATTACKERS = 8
PEOPLE = 100
RESETS = 500
CROWD = 1000
# Three hashes of 46 MiB at once, the store's own memory and the program's.
CROWD_MIB_MAX = 1024
HIT_WAIT_RATIO_MAX = 1.2
# Hits are timed with the crowd and without it in turn, so that what else the machine does slows both.
CROWD_TURNS = 7
QUIET_S = 8
# How long the top rate is looked for.
RATE_S = 3
HIT_PAUSE_S = 0.005
# By then all of a crowd have asked, and all but those who wait for a hash are answered.
RUSH_S = 1
GUESS = "wrong horse battery staple"


def post(connection, path, form, address, **headers):
    """Status, body and how long it took, as from this address."""
    sent = {"Content-Type": "application/json", "X-Forwarded-For": address, **headers}
    began = time.monotonic()
    connection.request("POST", path, json.dumps(form), sent)
    response = connection.getresponse()
    body = response.read()
    return response.status, body, time.monotonic() - began, response.headers


def address(n):
    """Each of a network of its own."""
    return f"{11 + n // 65536 % 200}.{n // 256 % 256}.{n % 256}.7"


def serve():
    # The addresses are told by a proxy that the server trusts.
    return installation().server(trusted_proxies="127.0.0.1/32")


def attack(figure, hold):
    """Thousands of addresses guess one password, and its owner signs in all the while."""
    with serve() as server:
        own = server.connect()
        form = {"login": "view", "password": PASSWORD}
        headers = post(own, "/api/v1/session", form, "192.0.2.1")[3]
        device = next(value for value in headers.get_all("Set-Cookie") if "device" in value).split(";")[0]
        statuses, numbers, halt, lock = {}, itertools.count(), threading.Event(), threading.Lock()

        def guess():
            connection = server.connect()
            while not halt.is_set():
                guessed = {"login": "view", "password": GUESS}
                status = post(connection, "/api/v1/session", guessed, address(next(numbers) % ADDRESSES))[0]
                with lock:
                    statuses[status] = statuses.get(status, 0) + 1
            connection.close()

        threads = [threading.Thread(target=guess, daemon=True) for _ in range(ATTACKERS)]
        for thread in threads:
            thread.start()
        end, times = time.monotonic() + ATTACK_S, []
        while time.monotonic() < end:
            status, body, took_s, _ = post(own, "/api/v1/session", form, "192.0.2.1", Cookie=device)
            hold(status == 200, f"the owner was answered {status}: {body}")
            times.append(took_s)
            time.sleep(0.5)
        halt.set()
        for thread in threads:
            thread.join(60)
        # What the hour would bring: the delay is at its longest by now.
        in_an_hour = statuses.get(401, 0) + (3600 - ATTACK_S) / 60
        late = sorted(times)[int(len(times) * 0.95)]
        figure(14, f"guesses of one password from {ADDRESSES} addresses", f"{sum(statuses.values())} sent in {ATTACK_S} s, "
               f"{statuses.get(401, 0)} looked at, at most {in_an_hour:.0f} in an hour")
        figure(14, "its owner signs in from a known device meanwhile", f"{len(times)} times, p95 {late * 1000:.0f} ms")
        hold(set(statuses) <= {401, 429}, f"strange answers: {statuses}")
        hold(in_an_hour <= 100, f"{in_an_hour:.0f} guesses in an hour")
        hold(late < 2, f"the owner waits {late:.2f} s")


def difference(figure, hold, what, times):
    known, unknown = (statistics.median(times[name]) for name in ("known", "unknown"))
    apart = abs(known - unknown) / max(known, unknown)
    figure("10, 15", what, f"{known * 1000:.1f} and {unknown * 1000:.1f} ms median, {apart:.1%} apart")
    hold(apart < 0.05, f"the medians are {apart:.1%} apart")


def secrecy(figure, hold):
    """Known and unknown users get the same answers in the same time."""
    with serve() as server:
        for n in range(PEOPLE):
            words = ("--login", f"known{n}", "--email", f"known{n}@people.example", "--password-stdin")
            status, said = server.cli("user", "create", *words, stdin=PASSWORD)
            hold(status == 0, said)
        connection, answers, times, numbers = server.connect(), set(), {"known": [], "unknown": []}, itertools.count()
        for n in range(PEOPLE * 2):
            # In no fixed order, since each answer is slowed by what the one before it left to do.
            for name in random.sample(("known", "unknown"), 2):
                form = {"login": f"{name}{n % PEOPLE}", "password": GUESS}
                status, body, took_s, _ = post(connection, "/api/v1/session", form, address(next(numbers)))
                answers.add((status, body))
                times[name].append(took_s)
        hold(len(answers) == 1, f"answers differ: {answers}")
        difference(figure, hold, f"refused sign-ins of known and unknown users, {PEOPLE * 2} each", times)
        answers, times = set(), {"known": [], "unknown": []}
        for n in range(RESETS):
            for name in random.sample(("known", "unknown"), 2):
                form = {"login": f"{name}{n % PEOPLE}"}
                status, body, took_s, _ = post(connection, "/api/v1/password-reset", form, address(next(numbers)))
                answers.add((status, body))
                times[name].append(took_s)
                # The work that the answer did not wait for must not slow the next one down.
                time.sleep(0.01)
        hold(answers == {(204, b"")}, f"answers differ: {answers}")
        difference(figure, hold, f"links asked for by known and unknown users, {RESETS} each", times)
        connection.close()


def gather(server, heard):
    """As many people as make a crowd sign in at once: when, what they were told, and the most memory that it took."""
    # What the crowd itself takes of the machine is not the server's cost, so all is ready before it comes, and behind hits.
    os.nice(19)
    requests, told, most_kib = [], {}, 0
    for n in range(CROWD):
        form = json.dumps({"login": f"stranger{n}", "password": GUESS})
        requests.append(f"POST /api/v1/session HTTP/1.1\r\nHost: {server.host}\r\nContent-Type: application/json\r\n"
                        f"X-Forwarded-For: {address(n)}\r\nContent-Length: {len(form)}\r\n\r\n{form}".encode())
    began = time.monotonic()
    people = [socket.create_connection(("127.0.0.1", server.port), 60) for _ in requests]
    for connection, request in zip(people, requests):
        connection.sendall(request)
    for n, connection in enumerate(people):
        status = int(connection.recv(4096)[9:12])
        told[status] = told.get(status, 0) + 1
        if n % 20 == 0:
            most_kib = max(most_kib, server.rss_kib())
        connection.close()
    heard.put((began, told, most_kib))


def send_hits(server, name, halt, heard):
    """Sends one hit after the other until told to stop: when each was sent, and how long its answer took."""
    # On a small machine it would wait for a core behind the server's own threads, and take that for the server's time.
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError as fault:
        print(f"({fault}: hits may wait for a core before they are sent, and that counts as the server's time)", flush=True)
    times, refused, chance = [], [], random.Random(name)
    with socket.create_connection(("127.0.0.1", server.port), 60) as connection:
        for n in itertools.count():
            if halt.is_set():
                break
            hit = (f"GET /matomo.php?idsite=1&rec=1&send_image=0&url=https://shop.example/{name}/{n}&cid={chance.getrandbits(64):016x}"
                   f" HTTP/1.1\r\nHost: {server.host}\r\nUser-Agent: {AGENT}\r\n\r\n").encode()
            began = time.monotonic()
            connection.sendall(hit)
            answer = connection.recv(4096)
            times.append((began, time.monotonic() - began))
            if not answer.startswith(b"HTTP/1.1 204"):
                refused.append(answer)
            time.sleep(HIT_PAUSE_S)
    heard.put((times, refused[:3]))


def timed(hold, server, name, meanwhile):
    """Hits sent by a process of its own, and what became of what was done meanwhile."""
    fork = multiprocessing.get_context("fork")
    halt, heard = fork.Event(), fork.Queue()
    sender = fork.Process(target=send_hits, args=(server, name, halt, heard))
    sender.start()
    came_of_it = meanwhile(fork)
    halt.set()
    times, refused = heard.get(timeout=60)
    sender.join(60)
    hold(not refused, f"hits were refused: {refused}")
    return times, came_of_it


def p99_ms(times):
    """What the slowest hundredth of the hits waits at least, in milliseconds."""
    return sorted(took_s for _, took_s in times)[int(len(times) * 0.99)] * 1000


def comes(fork, server):
    """A crowd comes; gives what is called to wait for its end, and then tells what came of it."""
    heard = fork.Queue()
    people = fork.Process(target=gather, args=(server, heard))
    people.start()

    def end():
        came_of_it = heard.get(timeout=120)
        people.join(60)
        return came_of_it

    return end


def loaded(server, turn):
    """The p99 of hits at half of the top rate with a crowd and without, in ms, and what came of the crowd."""
    connections, p99s_ms, came_of_it = half(server, wrk(server, 0, 1, seconds=RATE_S).rate), {}, None
    for name in random.sample(("alone", "beside"), 2):
        server.wait_counted()
        end = comes(multiprocessing.get_context("fork"), server) if name == "beside" else None
        p99s_ms[name] = wrk(server, PAUSE_MS, 20 + turn, connections=connections, seconds=QUIET_S).p99_ms
        came_of_it = end() if end else came_of_it
    return p99s_ms["alone"], p99s_ms["beside"], came_of_it


def unloaded(hold, server):
    """The p99 of hits that come one after the other with a crowd and without, in ms, that of its first second, and what came
    of the crowd."""
    p99s_ms, rush, came_of_it = {}, [], None
    for name in random.sample(("alone", "beside"), 2):
        if name == "alone":
            times = timed(hold, server, name, lambda _: time.sleep(QUIET_S))[0]
        else:
            times, came_of_it = timed(hold, server, name, lambda fork: comes(fork, server)())
            # Hits from before the crowd came are not beside it.
            times = [(sent, took_s) for sent, took_s in times if sent + took_s >= came_of_it[0]]
            rush = [(sent, took_s) for sent, took_s in times if sent < came_of_it[0] + RUSH_S]
        p99s_ms[name] = p99_ms(times)
    return p99s_ms["alone"], p99s_ms["beside"], rush, came_of_it


def crowd(figure, hold):
    """A thousand sign-ins at once: memory stays bounded, and hits go on being taken as fast where they come at half of the
    rate that the server takes, and where they come one by one."""
    loads, singles, rush, all_told, most_kib = [], [], [], {}, 0
    for turn in range(CROWD_TURNS):
        # Of one server's first refusals each has a line in the record, of later ones many share one.
        with serve() as server:
            *load, (_, told_loaded, kib_loaded) = loaded(server, turn)
        with serve() as server:
            *single, first, (_, told, kib) = unloaded(hold, server)
        loads.append(load)
        singles.append(single)
        rush += first
        most_kib = max(most_kib, kib_loaded, kib)
        for answers in (told_loaded, told):
            hold(set(answers) <= {401, 429} and 401 in answers, f"strange answers: {answers}")
            for status, count in answers.items():
                all_told[status] = all_told.get(status, 0) + count

    def compared(turns):
        alone, beside = (statistics.median(ms) for ms in zip(*turns))
        (alone_min, alone_max), (least, most) = ((min(ms), max(ms)) for ms in zip(*turns))
        said = (f"{beside:.1f} ms with them ({least:.1f} to {most:.1f}), {alone:.1f} ms without ({alone_min:.1f} to "
                f"{alone_max:.1f}): {beside / alone - 1:+.0%}")
        return said, alone, beside

    said, alone_ms, beside_ms = compared(loads)
    figure(3, f"{CROWD} sign-ins at once, {CROWD_TURNS} times, beside half of the top rate",
           f"{all_told}, {most_kib / 1024:.0f} MiB at most; a hit's p99 is {said}")
    single_said, single_alone_ms, single_ms = compared(singles)
    figure(3, f"{CROWD} sign-ins at once, {CROWD_TURNS} times, beside hits one by one",
           f"a hit's p99 is {single_said}; {p99_ms(rush):.1f} ms in the first {RUSH_S} s of all crowds")
    hold(most_kib < CROWD_MIB_MAX * 1024, f"{most_kib / 1024:.0f} MiB")
    hold(beside_ms < alone_ms * HIT_WAIT_RATIO_MAX, f"hits wait {beside_ms / alone_ms:.2f} times as long")
    hold(single_ms < single_alone_ms * HIT_WAIT_RATIO_MAX, f"single hits wait {single_ms / single_alone_ms:.2f} times as long")
