"""Whose address a visit gets: forwarded ones count only when a trusted proxy says so."""

from harness.installation import Case


class Addresses(Case):
    def unmasked(self, **options):
        server = self.serve(**options)
        status, said = server.cli("setting", "set", "PrivacyManager.ipAnonymizerEnabled", "0")
        self.assertEqual(status, 0, said)
        return server

    def seen(self, server, chains):
        """The address that each chain of forwarded addresses came out as."""
        for number, chain in enumerate(chains):
            lines = chain if isinstance(chain, tuple) else (chain,)
            head = "".join(f"X-Forwarded-For: {line}\r\n" for line in lines)
            path = f"/matomo.php?idsite=1&rec=1&url=https://shop.example/{number}&cid={number:016x}"
            answer = server.raw(
                f"GET {path} HTTP/1.1\r\nHost: {server.host}\r\n{head}Connection: close\r\n\r\n".encode("latin-1"))
            self.assertEqual(answer.status, 200, chain)
        visits = server.report("Live.getLastVisitsDetails")
        by_page = {visit["actionDetails"][0]["url"].rsplit("/", 1)[1]: visit["visitIp"] for visit in visits}
        return [by_page.get(str(number)) for number in range(len(chains))]

    def promise_36_without_trusted_proxies_nobody_is_believed(self):
        server = self.unmasked()
        chains = ["203.0.113.9", "203.0.113.9, 10.0.0.1", ("203.0.113.9", "198.51.100.7"), "garbage"]
        self.assertEqual(self.seen(server, chains), ["127.0.0.1"] * len(chains))

    def promise_36_the_chain_is_walked_from_the_right_through_trusted_proxies(self):
        server = self.unmasked(trusted_proxies="127.0.0.0/8,10.0.0.0/8")
        expected = {
            "203.0.113.9": "203.0.113.9",
            "198.51.100.7, 203.0.113.9": "203.0.113.9",
            "198.51.100.7, 203.0.113.9, 10.0.0.2": "203.0.113.9",
            "203.0.113.9, garbage, 10.0.0.2": "10.0.0.2",
            "garbage": "127.0.0.1",
            "": "127.0.0.1",
            "::ffff:203.0.113.9": "203.0.113.9",
            "203.0.113.9:4711": "203.0.113.9",
            "[2001:db8::1]:443": "2001:db8::1",
            "2001:db8::1%eth0": "2001:db8::1",
            ("198.51.100.7", "203.0.113.9"): "203.0.113.9",
            ("203.0.113.9", "10.0.0.3"): "203.0.113.9",
            "127.0.0.1, 10.0.0.2": "127.0.0.1",
            ", ".join(["198.51.100.7"] + ["10.0.0.2"] * 100): "10.0.0.2",
            "203.0.113.9\xff": "127.0.0.1",
        }
        self.assertEqual(self.seen(server, list(expected)), list(expected.values()))

    def test_other_headers_of_proxies_are_not_believed(self):
        server = self.unmasked(trusted_proxies="127.0.0.0/8")
        answer = server.hit(headers={"X-Real-Ip": "203.0.113.9", "Forwarded": "for=203.0.113.9",
                                     "Client-Ip": "203.0.113.9", "Cf-Connecting-Ip": "203.0.113.9"})
        self.assertEqual(answer.status, 200)
        self.assertEqual(server.report("Live.getLastVisitsDetails")[0]["visitIp"], "127.0.0.1")

    def test_addresses_are_masked_unless_somebody_decides_otherwise(self):
        server = self.serve(trusted_proxies="127.0.0.0/8")
        server.hit(headers={"X-Forwarded-For": "203.0.113.9"})
        self.assertEqual(server.report("Live.getLastVisitsDetails")[0]["visitIp"], "203.0.0.0")
        server.stop()
        for path in filter(lambda path: path.is_file(), server.data_dir.rglob("*")):
            data = path.read_bytes()
            self.assertNotIn(bytes([203, 0, 113, 9]), data, path.name)
            self.assertNotIn(b"203.0.113.9", data, path.name)

    def test_the_numbers_for_operators_are_kept_from_whoever_comes_through_a_proxy(self):
        server = self.serve()
        self.assertEqual(server.request("GET", "/metrics").status, 200)
        proxied = {"X-Forwarded-For": "203.0.113.9"}
        self.assertEqual(server.request("GET", "/metrics", headers=proxied).status, 401)
        for name, status in [("root", 200), ("admin", 401), ("root:admin", 401)]:
            headers = proxied | {"Authorization": f"Bearer {self.token(name)}"}
            self.assertEqual(server.request("GET", "/metrics", headers=headers).status, status, name)
