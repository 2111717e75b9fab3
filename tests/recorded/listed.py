#!/usr/bin/env python3
"""Whether docs/differences.md names every method whose recorded answers differ, and none that equals them everywhere.

    listed.py FIGURES.json ...

The figures are what `replay.py --json` writes of all scenarios: by scenario and method how many answers are whole."""
import json
import pathlib
import re
import sys

DOCUMENT = pathlib.Path(__file__).parents[2] / "docs" / "differences.md"
HEADING = "## What else differs in recorded answers"
# Pages that are no method of the API are recorded under this name.
NAMES = {"module=Nope": "-"}


def named(document):
    """The methods in the first column of the table."""
    table = document.split(HEADING, 1)[1].split("\n## ", 1)[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    texts = [text for cell in cells for text in re.findall("`([^`]+)`", cell)]
    return {NAMES.get(text, text) for text in texts if text in NAMES or re.fullmatch(r"[A-Z]\w+\.\w+", text)}


def differing(figures):
    """The methods some of whose answers are not whole, and all methods."""
    rows = [(method, row) for scenario in figures for method, row in scenario["methods"].items()]
    return {method for method, (_, _, whole, calls) in rows if whole < calls}, {method for method, _ in rows}


def main(paths):
    if not paths:
        sys.exit("listed.py: name the files that replay.py --json wrote")
    scenarios = [scenario for path in paths for scenario in json.loads(pathlib.Path(path).read_text()).values()]
    differ, asked = differing(scenarios)
    known = named(DOCUMENT.read_text())
    faults = [f"{method} differs, and the document does not say why" for method in sorted(differ - known)]
    faults += [f"{method} is said to differ and does not" for method in sorted((known & asked) - differ)]
    print("\n".join(faults) or f"all {len(differ)} methods that differ are listed")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
