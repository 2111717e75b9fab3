"""An installation with people and sites, made once for a suite and copied for each test."""

import functools
import shutil
import unittest

from .server import Server, scratch

PASSWORD = "sixteen lanterns over the river"
# Each holds their role on site 1 and nothing on site 2.
ROLES = ("none", "view", "write", "admin")


class Installation:
    def __init__(self):
        self.tokens = {}
        server = Server()
        self.data_dir = server.data_dir
        self._create(server, "root", "--superuser")
        for role in ROLES:
            self._create(server, role)
        for login in ("root", *ROLES):
            self.tokens[login] = self._token(server, login)
        for scope in ("admin", "write", "view"):
            self.tokens[f"root:{scope}"] = self._token(server, "root", "--scope", scope)
        self.tokens["admin:view"] = self._token(server, "admin", "--scope", "view")
        server.token = self.tokens["root"]
        with server:
            for name in ("shop", "other"):
                server.call("SitesManager.addSite", siteName=name, urls=f"https://{name}.example", timezone="UTC")
            for role in ROLES[1:]:
                server.call("UsersManager.setUserAccess", userLogin=role, access=role, idSites=1)
            server.stop()

    @staticmethod
    def _create(server, login, *more):
        words = ("user", "create", "--login", login, "--email", f"{login}@people.example", "--password-stdin", *more)
        status, said = server.cli(*words, stdin=PASSWORD)
        assert status == 0, said

    @staticmethod
    def _token(server, login, *more):
        status, said = server.cli("token", "create", "--login", login, "--description", "suite", *more)
        assert status == 0, said
        return said

    def server(self, **options):
        """A server, not yet started, on a copy of the installation."""
        data_dir = scratch()
        shutil.copytree(self.data_dir, data_dir, ignore=shutil.ignore_patterns("*.sock"))
        server = Server(data_dir=data_dir, **options)
        server.token = self.tokens["root"]
        return server


@functools.cache
def installation():
    return Installation()


def allow_given_passwords(server):
    """Lets superusers add users with a password, as scripts for Matomo do."""
    status, said = server.cli("setting", "set", "UsersManager.legacy_admin_password_set", "1")
    assert status == 0, said


class Case(unittest.TestCase):
    """A test that starts its own servers; none outlives it."""

    maxDiff = 4000

    def serve(self, **options):
        return self._kept(installation().server(**options))

    def serve_empty(self, **options):
        return self._kept(Server(**options))

    def _kept(self, server):
        self.addCleanup(server.end)
        return server.start()

    def token(self, name):
        return installation().tokens[name]

    def sign_in(self, server, login="root", password=PASSWORD, **headers):
        return server.post_json("/api/v1/session", {"login": login, "password": password}, headers)

    def cookie(self, server, login="root"):
        """A session as a browser sends it back."""
        answer = self.sign_in(server, login)
        self.assertEqual(answer.status, 200, answer.body)
        return {"Cookie": answer.headers["set-cookie"].split(";")[0]}
