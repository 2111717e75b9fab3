"""Whether the tests of this suite, which all run before this one, left no check out."""

import os
import sys

from checkup_case import MENDED, SEEN, CheckupCase
from harness.server import may_mount


class Whole(CheckupCase):
    def test_every_check_was_seen_to_fail_to_pass_and_to_be_mended_by_its_fix(self):
        if sys.argv[1:]:
            self.skipTest("only the whole suite sees every check")
        checks = self.checks(self.serve())
        lacking = {}
        for id, check in checks.items():
            seen = SEEN.get(id, set())
            lacks = {"pass"} - seen
            # Some checks never fail, and warn at the worst.
            lacks |= set() if seen & {"fail", "warn"} else {"fail"}
            lacks |= {"mended"} if check["fix"]["kind"] == "deeds" and id not in MENDED else set()
            if lacks:
                lacking[id] = lacks
        # A process without rights, and a disk that is full, take a file system of their own.
        unseen = set() if os.getuid() == 0 and may_mount() else {"C38", "C40"}
        self.assertEqual({id: lacks for id, lacks in lacking.items() if id not in unseen}, {})
