"""Runs the tests of a folder, several classes side by side, and closes with one line that counts them."""

import io
import multiprocessing
import sys
import unittest
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import NamedTuple

# Tests wait more than they compute: for the disk, for mails, for what the server does each second.
AT_ONCE = 3


class Counts(NamedTuple):
    run: int
    passed: int
    skipped: int
    # Classes in which something failed, be it before their first test.
    broken: int


class Result(unittest.TextTestResult):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1

    def getDescription(self, test):
        # What prepares a class has no method's name, and says its own.
        name = getattr(test, "_testMethodName", None)
        return f"{type(test).__module__}.{name}" if name else str(test)


def _classes(tests):
    """The tests of each class, those of the largest classes first."""
    classes, rest = {}, [tests]
    while rest:
        one = rest.pop(0)
        if isinstance(one, unittest.TestSuite):
            rest = [*one, *rest]
        else:
            classes.setdefault(type(one), []).append(one)
    return sorted(classes.values(), key=len, reverse=True)


# Set before the workers begin, which are copies of this process: tests cannot be sent to them.
_work = []


def _run(number):
    said = io.StringIO()
    result = unittest.TextTestRunner(stream=said, verbosity=2, resultclass=Result).run(unittest.TestSuite(_work[number]))
    return said.getvalue(), Counts(result.testsRun, result.passed, len(result.skipped), int(not result.wasSuccessful()))


def main(folder, names, at_once=AT_ONCE):
    """Runs every test, or those whose names hold one of the words."""
    loader = unittest.TestLoader()
    # Tests that hold a promise carry its number in their name.
    loader.testMethodPrefix = ("test", "promise")
    if names:
        loader.testNamePatterns = [f"*{name}*" for name in names]
    _work.extend(_classes(loader.discover(folder, top_level_dir=folder)))
    total = Counts(0, 0, 0, 0)
    with ProcessPoolExecutor(at_once, multiprocessing.get_context("fork")) as workers:
        for done in as_completed([workers.submit(_run, number) for number in range(len(_work))]):
            said, counts = done.result()
            print(said, end="", flush=True)
            total = Counts(*map(sum, zip(total, counts)))
    # A test with several faults is one that failed.
    failed = total.run - total.passed - total.skipped
    if total.skipped:
        print(f"{total.skipped} skipped")
    print(f"{total.passed} passed, {failed} failed")
    return 0 if total.passed and not total.broken else 1
