"""Hits as fast as many visitors send them, by wrk."""

import pathlib
import shutil
import subprocess
from typing import NamedTuple

CONNECTIONS = 64
# A pause per connection that wrk can keep; the number of connections makes the rate.
PAUSE_MS = 20
TRIAL_S = 2


class Run(NamedTuple):
    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    failed: int

    @property
    def rate(self):
        return self.requests / self.seconds


def need_wrk():
    """Ends the program with what to do where wrk is missing, before anything is measured."""
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing; install it with: apt-get install wrk")


def wrk(server, *args, connections=CONNECTIONS, seconds):
    """Sends hits for so long; `args` are those of hits.lua."""
    script = pathlib.Path(__file__).with_name("hits.lua")
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(script), server.url,
               "--", *map(str, args)]
    out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60).stdout
    line = next(line for line in out.splitlines() if line.startswith("RESULT "))
    requests, duration_us, p50_us, p99_us, failed = map(int, line.split()[1:])
    return Run(requests, duration_us / 1e6, p50_us / 1e3, p99_us / 1e3, failed)


def half(server, best):
    """How many connections that pause make half of this rate: their answers' own time counts, so a short run finds out."""
    connections = max(1, round(best / 2 * PAUSE_MS / 1000))
    trial = wrk(server, PAUSE_MS, 8, connections=connections, seconds=TRIAL_S)
    return max(1, round(connections * best / 2 / trial.rate))
