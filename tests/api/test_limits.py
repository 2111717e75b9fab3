"""Load and malice at the door: everything has a limit, and others are served meanwhile."""

import gzip
import json
import socket
import threading
import time
import urllib.parse

from harness.installation import Case
from harness.server import DAYS, read_answer, wait_for

MIB = 1024 * 1024
HALF_OPEN = 300
# Generous for a machine that does ten things at once; a blocked server takes for ever.
QUICK_S = 5


class Slow(Case):
    def promise_64_half_open_connections_keep_nobody_waiting_and_are_closed(self):
        server = self.serve()
        beginnings = [b"", b"G", b"GET / HTTP/1.1\r\nHost:", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n"]
        sockets = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(HALF_OPEN)]
        try:
            for number, half in enumerate(sockets):
                half.sendall(beginnings[number % len(beginnings)])
            wait_for(lambda: server.metrics()["makoto_connections"] > HALF_OPEN, 20, "all are open")
            began = time.monotonic()
            for _ in range(20):
                self.assertEqual(server.hit().status, 200)
            self.assertLess(time.monotonic() - began, 20 * QUICK_S)
            # Headers may take ten seconds; then the server ends it, with or without a word.
            wait_for(lambda: server.metrics()["makoto_connections"] < HALF_OPEN / 10, 30, "they are closed")
        finally:
            for half in sockets:
                half.close()

    def promise_64_a_body_that_trickles_is_given_up(self):
        server = self.serve()
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as trickle:
            trickle.sendall(b"POST /matomo.php HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nidsite=1")
            trickle.settimeout(1)
            answer, began = None, time.monotonic()
            while answer is None and time.monotonic() - began < 45:
                try:
                    trickle.sendall(b"&")
                    trickle.recv(1, socket.MSG_PEEK)
                    answer = read_answer(trickle)
                except TimeoutError:
                    continue
                except OSError:
                    break
            took_s = time.monotonic() - began
        self.assertEqual(answer.status, 408)
        self.assertTrue(20 < took_s < 45, took_s)
        self.assertEqual(server.metrics()["makoto_journal_head"], 0)

    def promise_64_there_is_room_again_when_connections_end(self):
        server = self.serve(connections_max=20)
        held = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(40)]
        # Those over the limit are closed at once.
        held[-1].settimeout(10)
        self.assertEqual(held[-1].recv(1), b"")
        for connection in held:
            connection.close()

        def answers():
            try:
                return server.request("GET", "/health", wait_s=5).status == 200
            except OSError:
                return False

        wait_for(answers, 15, "a place is free again")
        self.assertGreaterEqual(server.metrics()["makoto_connections_refused_total"], 20)


class Sizes(Case):
    def stream(self, server, head, chunk, chunks):
        """Sends pieces until the server answers; the answer and how much went out."""
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
            connection.sendall(head.replace(b"HOST", server.host.encode()))
            sent = 0
            try:
                for _ in range(chunks):
                    connection.sendall(chunk)
                    sent += len(chunk)
            except OSError:
                pass
            try:
                return read_answer(connection), sent
            except OSError:
                return None, sent

    def promise_65_a_body_is_refused_while_it_streams_whatever_its_header_says(self):
        server = self.serve()
        server.hit()
        before_kib = server.rss_kib()
        chunk = b"x" * 65536
        for path, limit in [(b"/matomo.php", MIB), (b"/index.php", 2 * MIB), (b"/api/v1/session", 2 * MIB)]:
            for length in (b"Content-Length: 10737418240", b"Transfer-Encoding: chunked"):
                piece = b"10000\r\n" + chunk + b"\r\n" if b"chunked" in length else chunk
                head = b"POST " + path + b" HTTP/1.1\r\nHost: HOST\r\n" + length + b"\r\n\r\n"
                answer, sent = self.stream(server, head, piece, 2 * limit // len(chunk) + 64)
                self.assertLess(sent, 64 * MIB)
                if answer:
                    self.assertEqual(answer.status, 413, path)
        self.assertLess(server.rss_kib() - before_kib, 64 * 1024)
        self.assertEqual(server.hit().status, 200)
        self.assertEqual(server.metrics()["makoto_journal_head"], 2)

    def promise_65_bodies_end_at_their_limits(self):
        server = self.serve()
        for path, limit in [("/matomo.php", MIB), ("/index.php", 2 * MIB)]:
            self.assertNotEqual(server.request("POST", path, b"x" * limit).status, 413, path)
            self.assertEqual(server.request("POST", path, b"x" * (limit + 1)).status, 413, path)

    def promise_65_a_bulk_with_a_token_may_be_larger(self):
        server = self.serve()
        hit = "?idsite=1&rec=1&url=https://shop.example/" + "p" * 1000
        hits = [hit] * (3 * MIB // len(hit))
        self.assertEqual(server.bulk(hits).status, 413)
        answer = server.bulk(hits, token=server.token)
        self.assertEqual((answer.status, answer.json()["tracked"]), (200, len(hits)))
        inside = json.dumps({"token_auth": server.token, "requests": hits})
        self.assertEqual(server.request("POST", "/matomo.php", inside).status, 200)
        huge = json.dumps({"requests": [hit] * (17 * MIB // len(hit))})
        answer = server.request("POST", "/matomo.php", huge, {"Authorization": f"Bearer {server.token}"})
        self.assertEqual(answer.status, 413)

    def promise_65_a_length_that_is_too_short_makes_no_second_request(self):
        server = self.serve()
        inner = b"GET /matomo.php?idsite=1&rec=1&url=https://shop.example/smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
        bad = [b"Content-Length: 5\r\nContent-Length: 6\r\n", b"Content-Length: 5, 6\r\n", b"Content-Length: -1\r\n",
               b"Content-Length: 5x\r\n", b"Content-Length: +5\r\n", b"Transfer-Encoding: xchunked\r\n",
               b"Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n", b"Content-Length: 99999999999999999999999\r\n"]
        for lines in bad:
            answer = server.raw(b"POST /matomo.php HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\nhello" + inner)
            self.assertTrue(answer is None or 400 <= answer.status <= 501, lines)
        self.assertEqual(server.metrics()["makoto_journal_head"], 0)

    def promise_65_addresses_and_headers_end_at_theirs(self):
        server = self.serve()
        self.assertEqual(server.request("GET", "/matomo.php?rec=0&x=" + "x" * (16 * 1024 - 30)).status, 400)
        self.assertEqual(server.request("GET", "/matomo.php?x=" + "x" * (16 * 1024)).status, 414)
        self.assertEqual(server.request("GET", "/", headers={"X-Long": "x" * (15 * 1024)}).status, 200)
        self.assertEqual(server.request("GET", "/", headers={"X-Long": "x" * (16 * 1024)}).status, 431)
        many = {f"X-{number}": "1" for number in range(120)}
        self.assertEqual(server.request("GET", "/", headers=many).status, 431)

    def promise_65_json_is_bounded_in_depth_and_names(self):
        server = self.serve()
        deep = {"idsite": 1, "rec": 1, "x": "1"}
        for _ in range(40):
            deep = [deep]
        self.assertEqual(server.bulk(deep).status, 400)
        names = {f"n{number}": "1" for number in range(20_000)}
        self.assertLess(server.bulk([{"idsite": 1, "rec": 1, **names}]).status, 500)
        form = "&".join(f"n{number}=1" for number in range(2_000))
        self.assertEqual(server.request("POST", "/matomo.php", "idsite=1&rec=1&" + form).status, 400)

    def promise_66_compressed_bodies_are_not_read(self):
        server = self.serve()
        hit = b"idsite=1&rec=1&url=https://shop.example/"
        bomb = gzip.compress(b"\0" * (256 * MIB), 9)
        self.assertLess(len(bomb), MIB)
        before_kib = server.rss_kib()
        for coding, body in [("gzip", gzip.compress(hit)), ("gzip", bomb), ("deflate", bomb), ("br", bomb), ("zstd", bomb),
                             ("gzip, gzip", gzip.compress(bomb)), ("GZIP", bomb), ("x-gzip", bomb)]:
            for path in ("/matomo.php", "/index.php", "/api/v1/session"):
                began = time.monotonic()
                answer = server.request("POST", path, body, {"Content-Encoding": coding})
                self.assertEqual(answer.status, 415, f"{coding} to {path}")
                self.assertLess(time.monotonic() - began, QUICK_S)
        self.assertLess(server.rss_kib() - before_kib, 32 * 1024)
        self.assertEqual(server.request("POST", "/matomo.php", bomb).status, 400)
        self.assertEqual(server.metrics()["makoto_journal_head"], 0)


class Bulks(Case):
    GOOD = "?idsite=1&rec=1&url=https://shop.example/good"

    def promise_67_the_number_of_requests_is_bounded_and_said(self):
        server = self.serve()
        for token, limit in [(None, 1000), ("wrong", 1000), (server.token, 10_000)]:
            over = server.bulk(["?idsite=1"] * (limit + 1), token=token)
            self.assertEqual(over.status, 413)
            self.assertIn(str(limit), over.json()["message"])
            at = server.bulk(["?idsite=1"] * limit, token=token)
            self.assertEqual((at.status, at.json()["tracked"]), (200, limit))

    def promise_67_bad_requests_are_counted_and_good_ones_kept(self):
        server = self.serve()
        mixed = [self.GOOD, "?idsite=99&rec=1", {"idsite": 1, "rec": 1, "url": "https://shop.example/good"}, 5, None, [],
                 "?idsite=1&rec=1&cid=short", "?idsite=1&rec=1&cip=203.0.113.9", {"idsite": 1}, self.GOOD]
        answer = server.bulk(mixed)
        self.assertEqual((answer.status, answer.json()), (200, {"status": "success", "tracked": 4, "invalid": 6}))
        answer = server.bulk(mixed, token=server.token)
        self.assertEqual(answer.json(), {"status": "success", "tracked": 5, "invalid": 5, "invalid_indices": [1, 3, 4, 5, 6]})
        self.assertEqual(server.bulk(mixed, send_image=0).status, 204)
        pages = server.report("Actions.getPageUrls", flat=1)
        self.assertEqual(sum(page["nb_hits"] for page in pages if "good" in page["label"]), 9)

    def promise_67_an_order_that_was_sent_before_is_named_by_its_place(self):
        server = self.serve()
        order = "?idsite=1&rec=1&idgoal=0&ec_id={}&revenue=5&cid=00000000000000aa"
        self.assertEqual(server.bulk([order.format("A")]).json()["tracked"], 1)
        mixed = ["?idsite=99", {"idsite": 1}, self.GOOD, order.format("B"), order.format("A"), "?idsite=98", order.format("B"),
                 order.format("C")]
        expected = {"status": "success", "tracked": 4, "invalid": 4, "invalid_indices": [0, 4, 5, 6]}
        self.assertEqual(server.bulk(mixed, token=server.token).json(), expected)
        again = server.bulk([self.GOOD, *map(order.format, "ABC"), self.GOOD], token=server.token).json()
        self.assertEqual(again, {"status": "success", "tracked": 2, "invalid": 3, "invalid_indices": [1, 2, 3]})

    def promise_67_a_large_bulk_is_counted_whole(self):
        server = self.serve()
        hits = [f"?idsite=1&rec=1&url=https://shop.example/p{n % 50}&cid={n:016x}" for n in range(5000)]
        answer = server.bulk(hits, token=server.token)
        self.assertEqual(answer.json()["tracked"], 5000)
        wait_for(lambda: server.report("VisitsSummary.get")["nb_actions"] == 5000, 60, "all are counted")


class Patterns(Case):
    AGENTS = ["", " ", "(" * 500, ")" * 500, "Mozilla/5.0 " + "(X" * 300, "a" * 8000, "Mozilla/" + "5." * 2000,
              "Opera/" + "9" * 4000, " " * 4000, "Android " * 500, "Windows NT " + "1;" * 1000, "\t" * 300, "/" * 3000,
              "Mozilla/5.0 (Linux; Android " + "." * 3000 + ")", "AppleWebKit/" + "537.36 " * 400, "%s%s%n%n", "${jndi:ldap://x}",
              "Mozilla/5.0 (compatible; " + "MSIE 9" * 600, "\xff\xfe" * 200, "é" * 300, "Build/" * 1000, "SM-" + "A" * 5000]

    def promise_68_no_user_agent_costs_much(self):
        server = self.serve()
        server.hit()
        slowest = 0.0
        for number, agent in enumerate(self.AGENTS * 3):
            query = urllib.parse.urlencode({"idsite": 1, "rec": 1, "cid": f"{number:016x}", "ua": agent.encode("latin-1")})
            began = time.monotonic()
            self.assertLess(server.request("GET", "/matomo.php?" + query).status, 500)
            sent = agent.encode("latin-1")
            if b"\t" not in sent and len(sent) < 15_000:
                head = b"GET /matomo.php?idsite=1&rec=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nUser-Agent: "
                self.assertLess(server.raw(head + sent + b"\r\n\r\n").status, 500)
            slowest = max(slowest, time.monotonic() - began)
        self.assertLess(slowest, QUICK_S)
        self.assertEqual(server.metrics()["makoto_panics_total"], 0)

    def promise_68_a_pattern_in_a_question_cannot_burn_the_processor(self):
        server = self.serve()
        server.hit(action_name="a" * 900 + "!", url="https://shop.example/" + "a" * 900)
        for pattern in ["(a+)+$", "(a|aa)+$", "(a*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(" * 1000, "[", "*", "\\", "a{1000000}",
                        "(?=a)", "(.*)*" * 50, "x" * 10_000, "a{1,1000}{1,1000}", "\\p{L}" * 1000, "(?P<a>a)(?P=a)"]:
            for method in ("Actions.getPageTitles", "Actions.getPageUrls"):
                began = time.monotonic()
                answer = server.ask(method, idSite=1, **DAYS, filter_pattern=pattern, flat=1)
                self.assertLess(answer.status, 500, pattern[:20])
                self.assertLess(time.monotonic() - began, QUICK_S, pattern[:20])

    def promise_69_reports_keep_the_top_and_sum_up_the_others(self):
        server = self.serve()
        pages = 1500
        hits = [f"?idsite=1&rec=1&url=https://shop.example/p{n}&action_name=t{n}&cid={n:016x}" for n in range(pages)]
        hits += [f"?idsite=1&rec=1&url=https://shop.example/top&action_name=top&cid=ff{n:014x}" for n in range(5)]
        self.assertEqual(server.bulk(hits, token=server.token).json()["tracked"], pages + 5)
        wait_for(lambda: server.report("VisitsSummary.get")["nb_actions"] == pages + 5, 60, "all are counted")
        for method in ("Actions.getPageUrls", "Actions.getPageTitles"):
            rows = server.report(method)
            self.assertLessEqual(len(rows), 501, method)
            self.assertEqual(sum(row["nb_hits"] for row in rows), pages + 5, method)
            self.assertEqual([row["label"].strip() for row in rows if "Others" in row["label"]], ["Others"], method)
            self.assertIn("top", rows[0]["label"])

    def promise_69_a_flood_of_new_addresses_counts_as_one_and_known_ones_count_as_themselves(self):
        server = self.serve(new_texts_max=100)
        page = "?idsite=1&rec=1&url=https://shop.example/{0}&action_name={0}&cid={1:016x}"
        known = [page.format(f"known{n}", n) for n in range(50)]
        self.assertEqual(server.bulk(known).json()["tracked"], 50)
        wait_for(lambda: server.report("VisitsSummary.get")["nb_actions"] == 50, 30, "the first are counted")
        flood = [page.format(f"flood{n}", 1000 + n) for n in range(900)]
        self.assertEqual(server.bulk(flood + known).json()["tracked"], 950)
        wait_for(lambda: server.report("VisitsSummary.get")["nb_actions"] == 1000, 30, "all are counted")
        for method in ("Actions.getPageUrls", "Actions.getPageTitles"):
            rows = {row["label"].strip(" /"): row["nb_hits"] for row in server.report(method)}
            self.assertEqual(len(rows), 101, method)
            self.assertEqual(sum(rows.values()), 1000, method)
            self.assertEqual({rows[f"known{n}"] for n in range(50)}, {2}, method)
            self.assertEqual(rows["Others"], 850, method)
        # 850 addresses and 850 titles; said once for each.
        self.assertEqual(server.metrics()["makoto_texts_folded_total"], 1700)
        self.assertEqual(server.log_text().count("new_texts_max"), 2)
        server.stop()
        server.start()
        self.assertEqual(server.bulk([page.format("flood-on", 5000), page.format("known1", 5001)]).json()["tracked"], 2)
        rows = {row["label"].strip(" /"): row["nb_hits"] for row in server.report("Actions.getPageUrls")}
        self.assertEqual((len(rows), rows["Others"], rows["known1"]), (101, 851, 3))
        self.assertEqual(server.log_text().count("new_texts_max"), 2)

    def promise_70_crafted_keys_cost_no_more_than_others(self):
        server = self.serve()
        # "Aa" and "BB" collide in the multiplicative hashes that such attacks are made for.
        collide = ["".join("Aa" if number >> bit & 1 else "BB" for bit in range(9)) for number in range(512)]
        random = [f"k{number * 7919:017x}" for number in range(512)]

        def cost(names):
            body = json.dumps({"requests": [{"idsite": 1, "rec": 0, **{name: "1" for name in names}}] * 20})
            times = []
            for _ in range(7):
                began = time.monotonic()
                self.assertEqual(server.request("POST", "/matomo.php", body).status, 200)
                times.append(time.monotonic() - began)
            return min(times)

        cost(random)
        self.assertLess(cost(collide), 3 * cost(random) + 0.05)

    def promise_70_many_distinct_visitors_at_once_cost_what_they_should(self):
        server = self.serve()
        threads, statuses = [], []

        def send(first):
            hits = [f"?idsite=1&rec=1&url=https://shop.example/&uid=AaBB{n}" for n in range(first, first + 500)]
            statuses.append(server.bulk(hits).status)

        for first in range(0, 4000, 500):
            threads.append(threading.Thread(target=send, args=(first,)))
            threads[-1].start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(statuses, [200] * 8)
        wait_for(lambda: server.report("VisitsSummary.get")["nb_actions"] == 4000, 60, "all are counted")
