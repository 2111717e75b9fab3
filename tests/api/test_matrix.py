"""docs/asvs.csv, docs/security.md and docs/controls.md name tests, commands and numbers: all of them must exist."""

import csv
import functools
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
MATRIX, PROMISES, CONTROLS = ROOT / "docs/asvs.csv", ROOT / "docs/security.md", ROOT / "docs/controls.md"
COLUMNS = ["id", "level", "chapter", "summary", "status", "test", "reason"]
STATUSES = {"met", "not_applicable", "open"}
# How many requirements of each level the chapters of ASVS 5.0.0 have, from chapter 1 on.
LEVEL_1 = [8, 4, 8, 2, 4, 13, 6, 4, 4, 5, 3, 3, 1, 2, 3, 0, 0]
LEVEL_2 = [19, 7, 11, 8, 5, 22, 12, 3, 3, 24, 11, 6, 12, 7, 10, 16, 7]
LEVEL_3 = [3, 2, 12, 6, 4, 12, 1, 6, 0, 7, 10, 3, 8, 4, 8, 1, 5]
SUMMARY_CHARS_MAX = 90
# Promises that the page speaks of.
NUMBERS = {*range(1, 29), *range(30, 33), *range(35, 39), 40, *range(43, 50), 51, 53, 56, 57, 60, 61, *range(64, 72)}
STATES = ("holds", "partly: ")
UNITS = {"": 1, "KiB": 1024, "MiB": 1024**2, "seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400,
         "characters": 1, "bytes": 1, "steps": 1}

RUST_TEST = re.compile(r"#\[(?:tokio::)?test\b[^\]]*\]\s*(?:#\[[^\]]*\]\s*)*(?:async\s+)?fn\s+(\w+)")
PYTHON_TEST = re.compile(r"^    def ((?:test|promise)\w+)\(self", re.MULTILINE)
TITLED_TEST = re.compile(r"\b(?:test|it)\((['\"])((?:(?!\1).)+)\1,")


def files(pattern, *folders):
    return [path for folder in folders for path in sorted((ROOT / folder).glob(pattern))
            if not {"node_modules", "target", "dist"} & set(path.parts)]


@functools.cache
def tests():
    """The names of all tests in the sources."""
    found = set()
    for path in files("**/*.rs", "crates", "lib", "xtask"):
        found.update(RUST_TEST.findall(path.read_text()))
    for path in files("*/test_*.py", "tests") + files("*.py", "tests/accounts"):
        found.update(PYTHON_TEST.findall(path.read_text()))
    titled = files("*.test.mjs", "tests/e2e") + files("**/*.test.ts*", "web/src") + files("tests/**/*.test.mjs", "tracker")
    for path in titled:
        found.update(title for _, title in TITLED_TEST.findall(path.read_text()))
    return found


def is_command(text):
    """Whether this is a trial of tests/proof/run, or a script of ours."""
    words = [word for word in text.split() if not re.fullmatch(r"[A-Z_]+=\S*", word)]
    if not words or not (ROOT / words[0]).is_file():
        return False
    if words[0] != "tests/proof/run":
        return True
    trials = (ROOT / words[0]).read_text()
    return all(f"\ndef {word}(" in trials for word in words[1:])


def requirements():
    with MATRIX.open(newline="") as file:
        return list(csv.DictReader(file))


def table(path, columns):
    """Rows of the tables of a page that have so many columns, without their heads."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")]
            for line in path.read_text().splitlines() if line.startswith("|")]
    heads = {number - 1 for number, row in enumerate(rows) if set("".join(row)) <= set("-: ")}
    return [row for number, row in enumerate(rows) if len(row) == columns and not {number, number - 1} & heads]


def value_of(expression):
    """A constant's number: sums of numbers as Rust writes them, durations in seconds."""
    text = re.sub(r"(?:std::time::)?Duration::from_secs\((.*)\)", r"\1", expression.strip()).replace("_", "")
    text = re.sub(r"(?<=\d)(?:[iu]\d+|usize|i64|u64)\b", "", text)
    if not re.fullmatch(r"[\d*+() <]+", text):
        raise AssertionError(f"{expression} is no number")
    total = 0
    for part in text.split("+"):
        shifted = part.split("<<")
        product = 1
        for factor in shifted[0].split("*"):
            product *= int(factor)
        total += product << int(shifted[1]) if len(shifted) > 1 else product
    return total


class Matrix(unittest.TestCase):
    def test_the_matrix_names_every_requirement_once(self):
        rows = requirements()
        self.assertEqual(list(rows[0]), COLUMNS)
        ids = [row["id"] for row in rows]
        self.assertEqual(len(ids), len(set(ids)))
        counts = {level: [0] * 17 for level in "123"}
        for row in rows:
            self.assertRegex(row["id"], r"^v5\.0\.0-\d+\.\d+\.\d+$")
            chapter = int(row["id"].split("-")[1].split(".")[0])
            self.assertTrue(row["chapter"].startswith(f"V{chapter} "), row["id"])
            counts[row["level"]][chapter - 1] += 1
        self.assertEqual(counts, {"1": LEVEL_1, "2": LEVEL_2, "3": LEVEL_3})
        self.assertEqual((sum(LEVEL_1), sum(LEVEL_2), sum(LEVEL_3)), (70, 183, 92))

    def test_every_requirement_is_proved_or_has_a_reason(self):
        for row in requirements():
            with self.subTest(row["id"]):
                self.assertIn(row["status"], STATUSES)
                self.assertTrue(0 < len(row["summary"]) <= SUMMARY_CHARS_MAX, row["summary"])
                if row["status"] == "met":
                    self.assertTrue(row["test"])
                else:
                    self.assertTrue(row["reason"])

    def test_level_1_is_met_nearly_all_of_level_2_and_half_of_level_3(self):
        settled = {level: 0 for level in "123"}
        for row in requirements():
            settled[row["level"]] += row["status"] != "open"
        self.assertEqual(settled["1"], sum(LEVEL_1))
        self.assertGreaterEqual(settled["2"], 0.95 * sum(LEVEL_2))
        self.assertGreaterEqual(settled["3"], 0.5 * sum(LEVEL_3))

    def test_every_named_test_of_the_matrix_exists(self):
        self.assertGreater(len(tests()), 400)
        for row in requirements():
            for name in filter(None, row["test"].split("; ")):
                with self.subTest(f"{row['id']}: {name}"):
                    self.assertTrue(name in tests(), f"{row['id']}: {name}")


class Promises(unittest.TestCase):
    """docs/security.md: number, promise, figure, proof, state."""

    def rows(self):
        return [row for row in table(PROMISES, 5) if row[0].isdigit()]

    def test_the_page_speaks_of_every_promise_once(self):
        numbers = [int(row[0]) for row in self.rows()]
        self.assertEqual(sorted(numbers), sorted(NUMBERS))

    def test_every_promise_is_proved_or_says_what_is_missing(self):
        for number, promise, figure, proof, state in table(PROMISES, 5):
            with self.subTest(number):
                self.assertTrue(promise and figure)
                self.assertTrue(state.startswith(STATES) or state.startswith("missing: "), state)
                names = re.findall(r"`([^`]+)`", proof)
                self.assertEqual(bool(names), not state.startswith("missing: "), proof)
                for name in names:
                    self.assertTrue(name in tests() or is_command(name), name)


class Controls(unittest.TestCase):
    """docs/controls.md: what ASVS wants to be written down, in sections whose heads name the requirements."""

    def test_documented_limits_are_those_of_the_sources(self):
        rows = table(CONTROLS, 4)
        self.assertGreater(len(rows), 30)
        for what, value, constant, path in rows:
            with self.subTest(constant):
                source = (ROOT / path.strip("`")).read_text()
                name = constant.strip("`")
                found = re.search(rf"\bconst {name}: [^=]+= ([^;]+);", source)
                self.assertIsNotNone(found, f"{path} has no {name}")
                number, _, unit = value.partition(" ")
                self.assertIn(unit, UNITS, what)
                self.assertEqual(value_of(found.group(1)), int(number.replace(",", "")) * UNITS[unit], name)

    def test_what_must_be_written_down_is(self):
        heads = re.findall(r"^## .*\((ASVS [\d., ]+)\)$", CONTROLS.read_text(), re.MULTILINE)
        described = {number for head in heads for number in re.findall(r"\d+\.\d+\.\d+", head)}
        sections = re.split(r"^## ", CONTROLS.read_text(), flags=re.MULTILINE)[1:]
        for section in sections:
            self.assertGreater(len(section.split()), 40, section.splitlines()[0])
        wanted = {row["id"].split("-")[1] for row in requirements()
                  if row["test"] and "test_what_must_be_written_down_is" in row["test"].split("; ")}
        self.assertEqual(wanted - described, set())
        self.assertEqual(described - {row["id"].split("-")[1] for row in requirements()}, set())
