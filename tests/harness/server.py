"""A server in a directory of its own, and HTTP as bluntly as a test needs it."""

import atexit
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
# A loaded machine may take long; a broken server must not take for ever.
READY_WAIT_S = 60
REQUEST_WAIT_S = 60
STOP_WAIT_S = 30
LOG_SHOWN_CHARS = 4_000
# Nobody is asked twice for a report of the day at midnight: both days count.
DAYS = {"period": "range", "date": "yesterday,today"}
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"

_scratch = pathlib.Path(tempfile.mkdtemp(prefix="makoto-suite-"))
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)


def scratch(name="data"):
    """A fresh path below the suite's own folder; nothing is there yet."""
    return pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-", dir=_scratch)) / name


def _copy_binary():
    """The binary as it is now: a build that goes on meanwhile does not change what is tested."""
    given = os.environ.get("SERVER_BIN") or os.environ.get("MAKOTO_BIN") or ROOT / "target/debug/makoto"
    path = pathlib.Path(given)
    if not path.is_absolute():
        path = ROOT / path
    if not path.exists():
        raise SystemExit(f"{path} does not exist; build it with: cargo build --package makoto-server")
    copy = _scratch / "makoto"
    shutil.copy2(path, copy)
    libraries = [str(path.parent), str(path.resolve().parent.parent / "duckdb"), str(ROOT / "target/duckdb")]
    return copy, libraries


BINARY, _LIBRARIES = _copy_binary()


def environment():
    """Without our own variables, which the server would take for its configuration."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MAKOTO_")}
    kept["LD_LIBRARY_PATH"] = ":".join(_LIBRARIES + [kept.get("LD_LIBRARY_PATH", "")]).rstrip(":")
    return kept


_ports = []


def free_port():
    """A port that nobody else is given while this process lives: a socket that only holds it lets a listener beside it."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    _ports.append(holder)
    return holder.getsockname()[1]


def may_mount():
    """Whether a file system of a known size can be made for one process."""
    probe = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"]
    try:
        return subprocess.run(probe, capture_output=True, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


class Answer(NamedTuple):
    status: int
    headers: dict
    body: bytes

    @property
    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)


class Server:
    """One makoto process; `config` are keys of its configuration."""

    def __init__(self, data_dir=None, base_url=None, wrapper=(), listener=None, **config):
        """A `listener` is handed over at every start, as a service manager does, and outlives the process."""
        self.data_dir = pathlib.Path(data_dir or scratch())
        self.port = listener.getsockname()[1] if listener else free_port()
        self.listener = listener
        self.base_url = base_url
        self.config = {"log": "warn", **config}
        self.wrapper = list(wrapper)
        self.process = None
        self.token = None
        self.log = _scratch / f"log-{self.port}"

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    @property
    def url(self):
        return f"http://{self.host}"

    def start(self):
        command = [str(BINARY), "serve", "--data-dir", str(self.data_dir), "--listen", self.host]
        if self.base_url:
            command += ["--base-url", self.base_url]
        env = environment() | {f"MAKOTO_{key.upper()}": str(value) for key, value in self.config.items()}
        with open(self.log, "ab") as log, open(f"{self.log}-out", "ab") as out:
            handed = [self.listener.fileno()] if self.listener else []
            if handed:
                # The first socket has number 3, and its taker's process number stands beside it.
                script = f'exec 3<&{handed[0]}; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@"'
                command = ["bash", "-c", script, "bash", *command]
            self.process = subprocess.Popen(self.wrapper + command, env=env, stdout=out, stderr=log, pass_fds=handed)
        began = time.monotonic()
        while not self._is_ready():
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}: {self.log_end()}")
            if time.monotonic() - began > READY_WAIT_S:
                self.kill()
                raise AssertionError(f"the server was not ready in {READY_WAIT_S} s: {self.log_end()}")
            time.sleep(0.02)
        self.ready_s = time.monotonic() - began
        return self

    def _is_ready(self):
        try:
            return self.request("GET", "/health", wait_s=2).status == 200
        except (OSError, http.client.HTTPException):
            return False

    def log_text(self):
        return self.log.read_text(errors="replace")

    def log_end(self):
        """As much of it as a message can show."""
        return self.log_text()[-LOG_SHOWN_CHARS:]

    def printed(self):
        return pathlib.Path(f"{self.log}-out").read_text()

    def stop(self):
        """Ends it as a service manager does; its status and how long it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(STOP_WAIT_S)
        return status, time.monotonic() - began

    def kill(self):
        self.process.kill()
        self.process.wait(STOP_WAIT_S)

    def end(self):
        """Whatever state it is in, it is gone afterwards."""
        if self.process and self.process.poll() is None:
            self.kill()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.end()

    def rss_kib(self):
        return self._memory_kib("VmRSS:")

    def most_kib(self):
        """The most memory that the process ever had."""
        return self._memory_kib("VmHWM:")

    def _memory_kib(self, name):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1])
        raise AssertionError("the system does not tell how much memory the server takes")

    def cli(self, *words, stdin=""):
        """Runs an operator's command: status and what it said."""
        done = subprocess.run(
            [str(BINARY), *words, "--data-dir", str(self.data_dir)],
            env=environment(), input=stdin, capture_output=True, text=True, timeout=120,
        )
        return done.returncode, (done.stdout + done.stderr).strip()

    def connect(self, wait_s=REQUEST_WAIT_S):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=wait_s)

    def request(self, method, path, body=None, headers=None, wait_s=REQUEST_WAIT_S):
        connection = self.connect(wait_s)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def post_json(self, path, value, headers=None):
        return self.request("POST", path, json.dumps(value), {"Content-Type": "application/json", **(headers or {})})

    def ask(self, method, token=None, headers=None, **params):
        """A call of Matomo's API by POST, with its status."""
        form = {"module": "API", "method": method, "format": "json", **params}
        sent = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        token = token or self.token
        if token:
            sent["Authorization"] = f"Bearer {token}"
        request = ("POST", "/index.php", urllib.parse.urlencode(form), sent)
        answer = self.request(*request)
        if "x-makoto-lag" in answer.headers:
            # On a busy machine the newest hits may be missing, which the answer says.
            self.wait_counted()
            answer = self.request(*request)
        return answer

    def call(self, method, **params):
        """The answer of a call that must succeed."""
        answer = self.ask(method, **params)
        if answer.status != 200:
            raise AssertionError(f"{method} answered {answer.status}: {answer.body[:300]}\n{self.log_end()}")
        value = answer.json()
        if isinstance(value, dict) and value.get("result") == "error":
            raise AssertionError(f"{method} answered: {value['message']}")
        return value

    def report(self, method, **params):
        return self.call(method, **{"idSite": 1, **DAYS, "filter_limit": -1, **params})

    def hit(self, headers=None, **params):
        fields = {"idsite": 1, "rec": 1, "url": "https://shop.example/", **params}
        sent = {"User-Agent": AGENT, **(headers or {})}
        return self.request("GET", "/matomo.php?" + urllib.parse.urlencode(fields), headers=sent)

    def wait_counted(self):
        """Waits until reports count what was acknowledged, however busy the machine is."""
        wait_for(lambda: self.request("GET", "/health").json()["hits_waiting"] == 0, 60, "everything is counted")

    def bulk(self, hits, token=None, **fields):
        body = {"requests": hits, **fields}
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.request("POST", "/matomo.php", json.dumps(body), headers)

    def raw(self, text, wait_s=REQUEST_WAIT_S):
        """Sends bytes as they are and reads until the server closes or the answer is whole."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait_s) as connection:
            connection.sendall(text)
            return read_answer(connection)

    def metrics(self):
        lines = self.request("GET", "/metrics").text.splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name: float(value) for name, value in pairs}


def read_answer(connection):
    """One answer off a socket; nothing when the server closed without a word."""
    response = http.client.HTTPResponse(connection)
    try:
        response.begin()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    except (http.client.BadStatusLine, ConnectionError):
        return None
    finally:
        response.close()


def wait_for(check, wait_s, what):
    """Asks until the answer is true, and gives it."""
    end = time.monotonic() + wait_s
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {wait_s} s: {what}")
        time.sleep(0.02)
