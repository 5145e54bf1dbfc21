"""An identity provider for tests: its own keys, a real server on a loopback port, tokens as one likes them."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "rongtong"


class TestIssuer:
    """One issuer with one key. `codes` maps a code to the claims that its id token holds."""

    __test__ = False

    def __init__(self, key: RSAKey) -> None:
        self.key = key
        self.address = ""
        self.codes: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []

    def claims(self, **changed: Any) -> dict[str, Any]:
        """Claims of a good token, with some changed; None leaves one out."""
        now = int(time.time())
        good = {"iss": self.address, "aud": CLIENT, "sub": "u1", "iat": now, "nbf": now - 1, "exp": now + 300}
        return {name: value for name, value in (good | changed).items() if value is not None}

    def token(
        self, claims: Mapping[str, Any], header: Mapping[str, Any] | None = None, key: RSAKey | None = None
    ) -> str:
        """Sign claims with this issuer's key, or another."""
        signed = {"alg": "RS256", "kid": self.key.kid} | (header or {})
        return jwt.encode(signed, dict(claims), key or self.key, algorithms=["RS256", "RS512"])

    def answer(self, path: str) -> Mapping[str, Any] | None:
        """The documents of the issuer."""
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
            return {"issuer": self.address} | {name: self.address + end for name, end in ends.items()}
        return {"keys": [self.key.as_dict(private=False)]} if path == "/keys" else None


@contextmanager
def running(issuer: TestIssuer) -> Iterator[TestIssuer]:
    """Serve the issuer while within."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(issuer.answer(self.path))

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            claims = issuer.codes.pop(form["code"][0], None)
            issuer.asked.append(form.get("code_verifier", [""])[0])
            if claims is None:
                self._send({"error": "invalid_grant"}, 400)
            else:
                self._send({"token_type": "Bearer", "access_token": "x", "id_token": issuer.token(claims)})

        def _send(self, document: Mapping[str, Any] | None, status: int = 200) -> None:
            body = json.dumps(document).encode()
            self.send_response(404 if document is None else status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
