"""Runs the tests of a folder and closes with one line that counts them."""

import sys
import unittest


class Result(unittest.TextTestResult):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1

    def getDescription(self, test):
        return f"{type(test).__module__}.{test._testMethodName}"


def main(folder, names):
    """Runs every test, or those whose names hold one of the words."""
    loader = unittest.TestLoader()
    # Tests that hold a promise carry its number in their name.
    loader.testMethodPrefix = ("test", "promise")
    if names:
        loader.testNamePatterns = [f"*{name}*" for name in names]
    tests = loader.discover(folder, top_level_dir=folder)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Result).run(tests)
    # A test with several faults is one that failed.
    failed = result.testsRun - result.passed - len(result.skipped)
    if result.skipped:
        print(f"{len(result.skipped)} skipped")
    print(f"{result.passed} passed, {failed} failed")
    return 0 if result.wasSuccessful() and result.passed else 1
