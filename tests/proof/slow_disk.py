"""More than the disk or the processors take: what is put off, what is taken, and what memory that costs."""

import json
import os
import pathlib
import statistics
import subprocess
import time

from harness.installation import installation
from harness.load import Senders
from harness.server import AGENT, scratch, wait_for

SYNC_MS = 2_000
# Long addresses, so that the disk is what is short and not the processors.
LONG_BYTES = 2_000
BULK_HITS = 500
# Each waits for its own answer: enough to fill 64 MiB with bulks of a megabyte, and to come again when refused.
SENDERS = 120
RSS_MIB_MAX = 512
RETRY_AFTER_S = range(1, 31)
# How long a share of peak is measured, and how often.
SPELL_S, SPELLS = 8, 3


def shim():
    """The delay, compiled here."""
    library = scratch("shim").with_suffix(".so")
    source = pathlib.Path(__file__).with_name("slow_sync.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(source)], check=True)
    return library


class Bulks(Senders):
    """Each sends bulks one after another, and what came of them is counted."""

    def __init__(self, server, name, threads, hits, url_bytes=60, pause_s=0.0):
        super().__init__(threads)
        self.server, self.name, self.hits, self.url_bytes, self.pause_s = server, name, hits, url_bytes, pause_s
        self.taken = self.refused = self.broken = 0
        self.statuses, self.retries = set(), []

    def end(self, wait_s=180):
        super().end(wait_s)

    def body(self, number):
        # The same page and one visitor for each bulk: what is measured is the way to the disk.
        page = f"https://shop.example/{self.name}/".ljust(self.url_bytes, "x")
        return json.dumps({"requests": [f"?idsite=1&rec=1&url={page}&cid={number:016x}"] * self.hits})

    def _send(self, thread):
        connection, body = self.server.connect(180), self.body(thread)
        headers = {"Content-Type": "application/json", "User-Agent": AGENT, "Authorization": f"Bearer {self.server.token}"}
        while not self.halt.is_set():
            try:
                connection.request("POST", "/matomo.php", body, headers)
                answer = connection.getresponse()
                answer.read()
            except OSError:
                with self.lock:
                    self.broken += 1
                connection.close()
                continue
            with self.lock:
                if answer.status == 200:
                    self.taken += self.hits
                else:
                    self.refused += self.hits
                    self.statuses.add(answer.status)
                    self.retries.append(int(answer.headers["Retry-After"] or 0))
            if answer.status != 200 and self.halt.wait(self.pause_s):
                break
        connection.close()


def slowdisk(figure, hold, milliseconds, minutes):
    """Ten times what a disk takes that needs two seconds for each sync of the journal."""
    switch = scratch("switch")
    wrapper = ["env", f"LD_PRELOAD={shim()}", f"SLOW_SYNC={switch}"]
    server = installation().server(wrapper=wrapper).start()
    report_s, most_kib, start_kib = [], 0, server.rss_kib()
    try:
        switch.write_text(str(SYNC_MS))
        began = time.monotonic()
        hold(server.hit(send_image=0).status == 204, "a hit on a slow disk was not taken")
        hold(time.monotonic() - began >= SYNC_MS / 1000, "the disk is not slow: the program does not call fdatasync of the C library")
        began = time.monotonic()
        with Bulks(server, "slow", SENDERS, BULK_HITS, LONG_BYTES, pause_s=0.5) as load:
            while time.monotonic() - began < minutes * 60:
                asked = time.monotonic()
                hold(server.ask("VisitsSummary.get", idSite=1, period="day", date="today").status == 200, "a report failed")
                report_s.append(time.monotonic() - asked)
                most_kib = max(most_kib, server.rss_kib())
                time.sleep(0.5)
            slow_kib = most_kib
            taken, refused, took_s = load.taken, load.refused, time.monotonic() - began
            switch.unlink()
            healed = time.monotonic()
            load.end()
        hold(load.broken == 0, f"{load.broken} connections were cut")
        hold(load.statuses == {503}, f"put off with {load.statuses}")
        hold(set(load.retries) <= set(RETRY_AFTER_S) and len(set(load.retries)) > 3, f"Retry-After says {set(load.retries)}")
        times = (taken + refused) / max(taken, 1)
        hold(times >= 10, f"only {times:.1f} times what was taken was offered")
        wait_for(lambda: server.hit(send_image=0).status == 204, 10, "hits are taken again")
        healed_s = time.monotonic() - healed
        hits = load.taken + 2

        def all_counted():
            nonlocal most_kib
            most_kib = max(most_kib, server.rss_kib())
            return server.report("VisitsSummary.get")["nb_actions"] == hits

        wait_for(all_counted, 180, "everything acknowledged is counted")
        hold(server.cli("doctor") == (0, "everything is sound"), "the doctor found faults")
    finally:
        server.end()
    figure(57, f"{SYNC_MS / 1000:g} s for each sync, {times:.0f} times what it takes, {took_s / 60:.1f} minutes",
           f"{hits} acknowledged ({taken / took_s:.0f}/s) and counted, {refused} put off with 503, "
           f"Retry-After {min(load.retries)} to {max(load.retries)} s")
    figure(57, "a report's time meanwhile", milliseconds(report_s))
    figure(57, "taken again once the disk was fast", f"within {healed_s:.1f} s")
    figure(57, "memory", f"{start_kib / 1024:.0f} MiB at the start, {slow_kib / 1024:.0f} at most on the slow disk, "
                        f"{most_kib / 1024:.0f} with what was counted afterwards")
    hold(max(report_s) < 10, f"a report took {max(report_s):.1f} s")
    hold(most_kib / 1024 <= RSS_MIB_MAX, f"{most_kib / 1024:.0f} MiB were taken")


def goodput(figure, hold):
    """What is acknowledged while ten times as many send as keep the processors wholly busy."""
    server = installation().server().start()
    few = 4 * (os.cpu_count() or 1)
    rates, most_kib = {few: [], few * 10: []}, 0
    try:
        for spell in range(SPELLS):
            for senders, measured in rates.items():
                with Bulks(server, f"g{spell}x{senders}", senders, 1_000) as load:
                    time.sleep(1)
                    before, began = load.taken, time.monotonic()
                    time.sleep(SPELL_S)
                    measured.append((load.taken - before) / (time.monotonic() - began))
                    most_kib = max(most_kib, server.rss_kib())
                    load.end()
                hold(load.broken == 0 and load.statuses <= {503}, f"{load.broken} cut, put off with {load.statuses}")
    finally:
        server.end()
    peak, crowded = (statistics.median(measured) for measured in rates.values())
    figure(57, f"{few} senders of bulks, and {few * 10}", f"{peak:.0f} and {crowded:.0f} hits/s acknowledged: {crowded / peak:.0%}; "
                                                          f"{most_kib / 1024:.0f} MiB at most")
    hold(crowded >= 0.8 * peak, f"goodput fell to {crowded / peak:.0%}")
    hold(most_kib / 1024 <= RSS_MIB_MAX, f"{most_kib / 1024:.0f} MiB were taken")
