"""A security key in memory: makes passkeys and signs with them, on P-256, by hand."""

import base64
import hashlib
import json
import secrets

P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)
# Present, verified; and with data of a new credential.
USED, MADE = 0x05, 0x45


def text(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def add(one, other):
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        if (one[1] + other[1]) % P == 0:
            return None
        slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P)
    x = (slope * slope - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def times(number, point):
    found = None
    while number:
        if number & 1:
            found = add(found, point)
        point, number = add(point, point), number >> 1
    return found


def der(number):
    raw = number.to_bytes(33, "big").lstrip(b"\0")
    raw = b"\0" + raw if raw[0] & 0x80 else raw
    return b"\x02" + bytes([len(raw)]) + raw


class Key:
    """One passkey of one person."""

    def __init__(self, origin, party="localhost"):
        self.origin, self.party = origin, party
        self.secret = secrets.randbelow(N - 1) + 1
        self.id, self.user, self.count = secrets.token_bytes(32), b"", 0

    def _client(self, kind, challenge):
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _about(self, flags):
        self.count += 1
        return hashlib.sha256(self.party.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _answer(self, **response):
        return {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "clientExtensionResults": {},
                "response": {name: text(raw) for name, raw in response.items()}}

    def make(self, options):
        """The answer to the options for a new passkey."""
        options = options.get("publicKey", options)
        self.user = base64.urlsafe_b64decode(options["user"]["id"] + "==")
        x, y = (number.to_bytes(32, "big") for number in times(self.secret, G))
        public = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + x + b"\x22\x58\x20" + y
        about = self._about(MADE) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        attestation = (b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59" + len(about).to_bytes(2, "big") + about)
        return self._answer(clientDataJSON=self._client("webauthn.create", options["challenge"]), attestationObject=attestation)

    def use(self, options):
        """The answer to a challenge."""
        options = options.get("publicKey", options)
        client, about = self._client("webauthn.get", options["challenge"]), self._about(USED)
        digest = int.from_bytes(hashlib.sha256(about + hashlib.sha256(client).digest()).digest(), "big")
        once = secrets.randbelow(N - 1) + 1
        r = times(once, G)[0] % N
        s = pow(once, -1, N) * (digest + r * self.secret) % N
        body = der(r) + der(s)
        signature = b"\x30" + bytes([len(body)]) + body
        return self._answer(clientDataJSON=client, authenticatorData=about, signature=signature, userHandle=self.user)
