"""Traces of visitors in everything that an installation keeps, and calls that need fresh proof."""

import pathlib
import shutil
import sqlite3
import tempfile
import urllib.parse

import duckdb

from harness.server import wait_for

WORK_WAIT_S = 120

# What a visitor leaves: each must be found where nothing is masked, and nowhere where it is.
ADDRESS = "198.51.100.77"
USER = "canary-user-7731"
EMAIL = "canary.person@canary-mail.example"
CARD = "4111 1111 1111 1111"
SECRET = "canary-secret-value"
ORDER = "canary-order-90210"
VISITOR = "c0ffee0000c0ffee"
NEEDLES = {"address": ADDRESS, "user": USER, "email": EMAIL, "card": CARD, "secret": SECRET, "order": ORDER}


def hits(visitor=VISITOR, user=USER, address=ADDRESS, order=ORDER):
    """Hits that hold each needle somewhere; e-mail address and card stand in every text that there is."""
    who = {"idsite": 1, "rec": 1, "cip": address, "uid": user, "_id": visitor}
    text = f"write to {EMAIL} or {CARD}"
    page = f"https://shop.example/p?password={SECRET}&to={urllib.parse.quote(EMAIL)}"
    return [
        {**who, "url": page, "action_name": text, "urlref": f"https://ref.example/?q={EMAIL}&password={SECRET}"},
        {**who, "url": page, "e_c": text, "e_a": EMAIL, "e_n": text},
        {**who, "url": page, "search": text, "search_cat": EMAIL},
        {**who, "url": page, "c_n": text, "c_p": EMAIL, "c_t": page, "c_i": "click"},
        {**who, "url": page, "link": f"https://out.example/?password={SECRET}&m={EMAIL}"},
        {**who, "url": page, "idgoal": 0, "ec_id": order, "revenue": 5, "ec_items": f'[["{EMAIL}","{text}","",1,1]]'},
    ]


def _numbers_of(address):
    parts = [int(part) for part in address.split(".")]
    return str(sum(part << (8 * place) for place, part in enumerate(reversed(parts))))


def _decoded(path):
    """Every value of every column of a store, as text."""
    if path.suffix == ".duckdb":
        # A copy: whoever works on the file keeps others out of it.
        with tempfile.TemporaryDirectory() as folder, duckdb.connect(":memory:") as store:
            for file in (path, path.with_name(path.name + ".wal")):
                if file.exists():
                    shutil.copy2(file, folder)
            store.execute(f"ATTACH '{folder}/{path.name}' AS data")
            for (table,) in store.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'data'").fetchall():
                for row in store.execute(f'SELECT * FROM data.main."{table}"').fetchall():
                    yield from map(str, row)
        return
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
        for (table,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in store.execute(f'SELECT * FROM "{table}"'):
                yield from (value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in row)


def traces(*places, needles=None):
    """Which needles are found in these files and folders: their bytes, and the decoded columns of the stores."""
    needles = dict(needles or NEEDLES)
    encoded = {name: {text, urllib.parse.quote(text), urllib.parse.quote(urllib.parse.quote(text))} for name, text in needles.items()}
    if "address" in needles:
        encoded["address number"] = {_numbers_of(needles["address"])}
    found = {}
    for path in (file for place in places for file in _files(pathlib.Path(place))):
        texts = [path.read_bytes().decode("latin-1")]
        if path.suffix in (".duckdb", ".db"):
            texts.append("\n".join(_decoded(path)))
        for name, forms in encoded.items():
            # A number of ten digits says nothing within bytes; only a decoded column is compared with it.
            looked = texts[1:] if name == "address number" else texts
            if any(form in text for text in looked for form in forms):
                found.setdefault(name.split()[0], set()).add(path.name)
    return found


def _files(place):
    if place.is_file():
        return [place]
    return [file for file in sorted(place.rglob("*")) if file.is_file() and not file.is_socket()]


class Session:
    """A superuser who has just signed in, as a browser of the server's own pages."""

    def __init__(self, case, server):
        self.server, self.cookie = server, case.cookie(server)

    def ask(self, method, **params):
        form = urllib.parse.urlencode({"module": "API", "method": method, "format": "json", **params})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", **self.cookie}
        return self.server.request("POST", "/index.php", form, headers)

    def call(self, method, **params):
        answer = self.ask(method, **params)
        value = answer.json()
        if answer.status != 200 or isinstance(value, dict) and value.get("result") == "error":
            raise AssertionError(f"{method} answered {answer.status}: {value}")
        return value

    def finish(self, job):
        """Waits for work to end, and for the space of what went to be given back."""
        def done():
            rows = {row["id"]: row for row in self.call("PrivacyManager.getJobs")}
            return rows[job] if rows[job]["state"] in ("done", "failed") else None
        row = wait_for(done, WORK_WAIT_S, f"{job} ends")
        if row["state"] != "done":
            raise AssertionError(row["result"])
        return row


def settled(server):
    """Waits until what was taken out has left the files: the analytics store is written anew last of all."""
    folder = server.data_dir / "analytics"
    names = lambda: sorted(path.name for path in folder.glob("analytics.*.duckdb"))
    before = names()
    return wait_for(lambda: names() != before and len(names()) == 1, WORK_WAIT_S, "the store is written anew")


def set_up(server, **settings):
    for name, value in settings.items():
        status, said = server.cli("setting", "set", f"PrivacyManager.{name}", str(value))
        if status:
            raise AssertionError(said)


UNMASKED = {"ipAnonymizerEnabled": 0, "anonymizeUserId": 0, "anonymizeOrderId": 0, "maskEmails": 0,
            "maskCardNumbers": 0, "maskTokens": 0, "maskedQueryParameters": ""}
MASKED = {"anonymizeUserId": 1, "anonymizeOrderId": 1}
