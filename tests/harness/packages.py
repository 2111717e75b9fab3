"""Python packages that a suite needs beyond what the system has."""

import hashlib
import os
import pathlib
import subprocess
import sys


def hash_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def install(suite):
    """The pinned packages of a suite's requirements, in a folder of the cache, which is given."""
    cache = os.environ.get("makoto_cache") or os.environ.get("MAKOTO_CACHE") or pathlib.Path.home() / ".cache/makoto"
    folder = pathlib.Path(cache).resolve() / suite.name / hash_of(suite / "requirements.txt")
    if not (folder / ".complete").exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore",
               "--no-deps", "--only-binary", ":all:", "--require-hashes", "--upgrade", "--target", str(folder),
               "--requirement", str(suite / "requirements.txt")]
        subprocess.run(pip, check=True, timeout=300)
        (folder / ".complete").touch()
    return folder
