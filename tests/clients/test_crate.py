"""The crate matomo-rs, version 0.1.1, in a program of its own whose packages are pinned by its lock file."""

import json
import os
import pathlib
import subprocess

from harness.installation import Case
from harness.server import AGENT

HERE = pathlib.Path(__file__).resolve().parent


class Crate(Case):
    @classmethod
    def setUpClass(cls):
        cache = pathlib.Path(os.environ.get("MAKOTO_CACHE") or pathlib.Path.home() / ".cache/makoto")
        target = cache.resolve() / "clients-rust"
        build = ["cargo", "build", "--locked", "--quiet", "--target-dir", str(target)]
        subprocess.run(build, cwd=HERE / "rust", check=True, timeout=600)
        cls.program = target / "debug/makoto-clients"

    def read(self, server, way):
        environment = {**os.environ, "MATOMO_URL": server.url, "MATOMO_TOKEN": server.token}
        done = subprocess.run([self.program, way], env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_reports_and_visits_are_read(self):
        server = self.serve()
        for visitor, paths in (("00000000000000aa", ("first", "second")), ("00000000000000bb", ("first",))):
            for path in paths:
                server.hit({"User-Agent": f"{AGENT} {visitor}"}, url=f"https://shop.example/{path}", action_name=path.title(),
                           cid=visitor)
        for way in ("token", "bearer"):
            with self.subTest(way):
                said = self.read(server, way)
                self.assertEqual((said["version"], said["visits"], said["actions"]), ("5.2.0", 2, 3))
                self.assertEqual(said["titles"], ["First", "Second"])
                self.assertEqual((said["referrer_types"], sorted(said["actions_by_visit"])), (1, [1, 2]))
