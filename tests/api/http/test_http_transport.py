"""Over a real server and a raw socket: sizes, chunks, silence and broken requests, on both of uvicorn's parsers."""

import json
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.transport.connections import TimedProtocol
from tests.api.http.conftest import LIMITS, serving
from tests.fakes.services import fake_services

MIB = 1024 * 1024
Address = tuple[str, int]


class Answer:
    """One HTTP answer as it came over the wire."""

    def __init__(self, raw: bytes) -> None:
        head, _, self.body = raw.partition(b"\r\n\r\n")
        self.head = head.decode("latin-1")
        self.status = int(self.head.split(" ")[1]) if head else 0
        self.headers = dict(re.findall(r"^([\w-]+): (.*?)\r?$", self.head.lower(), flags=re.MULTILINE))

    @property
    def problem(self) -> dict[str, object]:
        assert self.headers["content-type"] == "application/problem+json"
        found: dict[str, object] = json.loads(self.body)
        assert found["status"] == self.status
        return found


def head(method: str, path: str, *headers: str, host: str = "test") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {host}", *headers, "", ""]).encode("latin-1")


def read_to_end(connection: socket.socket) -> bytes:
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


def ask(address: Address, request: bytes, *, wait: float = 15) -> Answer:
    """Send all, then read to the end, as a simple client does: it sees no answer if the server only hangs up."""
    with socket.create_connection(address, timeout=wait) as connection:
        connection.sendall(request)
        return Answer(read_to_end(connection))


def post(path: str, body: bytes, *headers: str) -> bytes:
    return head("POST", path, f"Content-Length: {len(body)}", "Connection: close", *headers) + body


JSON = "Content-Type: application/json"


def test_a_plain_request(address: Address) -> None:
    answer = ask(address, post("/v1/matches", '{"text": "体外诊断"}'.encode(), JSON))
    assert answer.status == 200
    assert json.loads(answer.body)["considered"] == 3
    assert "server" not in answer.headers


def pieces(size: int) -> Iterator[bytes]:
    piece = b"x" * 65536
    for _ in range(size // len(piece)):
        yield piece


def send_large(address: Address, request_head: bytes, body: Iterator[bytes]) -> Answer:
    """Write everything before reading anything."""
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(request_head)
        for piece in body:
            connection.sendall(piece)
        return Answer(read_to_end(connection))


@pytest.mark.parametrize("path", ["/v1/matches", "/v1/imports", "/nowhere"])
def test_200_megabytes_are_refused_and_the_client_sees_why(address: Address, path: str) -> None:
    size = 200 * MIB
    form = "Content-Type: multipart/form-data; boundary=b" if path == "/v1/imports" else JSON
    answer = send_large(address, head("POST", path, form, f"Content-Length: {size}"), pieces(size))
    assert answer.status == 413
    assert answer.problem["code"] == "payload_too_large"
    assert answer.headers["connection"] == "close"


def chunked(body: Iterator[bytes]) -> Iterator[bytes]:
    for piece in body:
        yield f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    yield b"0\r\n\r\n"


@pytest.mark.parametrize("path", ["/v1/matches", "/v1/imports"])
def test_an_endless_chunked_body_is_refused_by_count(address: Address, path: str) -> None:
    form = "Content-Type: multipart/form-data; boundary=b" if path == "/v1/imports" else JSON
    opening = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    body = chunked(iter([opening, *pieces(64 * MIB)]))
    answer = send_large(address, head("POST", path, form, "Transfer-Encoding: chunked"), body)
    assert answer.status == 413
    assert answer.problem["code"] == "payload_too_large"


def resident() -> int:
    """Bytes of memory that this process, server included, holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_large_body_is_never_held_in_memory(tmp_path: Path) -> None:
    size = 200 * MIB
    most = 0

    def watched(body: Iterator[bytes]) -> Iterator[bytes]:
        nonlocal most
        for piece in body:
            yield piece
            most = max(most, resident())

    with serving(fake_services(tmp_path / "data")) as address:
        before = resident()
        send_large(address, head("POST", "/v1/imports", f"Content-Length: {size}"), watched(pieces(size)))
        send_large(
            address, head("POST", "/v1/matches", JSON, "Transfer-Encoding: chunked"), chunked(watched(pieces(size)))
        )
    assert most - before < 50 * MIB


def test_a_body_at_the_limit_passes(address: Address) -> None:
    body = b'{"text": "' + b"a" * (LIMITS.size - 12) + b'"}'
    assert len(body) == LIMITS.size
    assert ask(address, post("/v1/matches", body, JSON)).problem["code"] == "invalid_request"
    assert ask(address, post("/v1/matches", body + b" ", JSON)).problem["code"] == "payload_too_large"


def test_a_client_that_asks_first_is_told_at_once(address: Address) -> None:
    request = head("POST", "/v1/imports", f"Content-Length: {200 * MIB}", "Expect: 100-continue")
    began = time.monotonic()
    answer = ask(address, request)
    assert answer.status == 413
    assert time.monotonic() - began < 2


def test_a_body_that_stops_coming_is_given_up(address: Address) -> None:
    began = time.monotonic()
    with socket.create_connection(address, timeout=15) as connection:
        connection.sendall(head("POST", "/v1/matches", JSON, "Content-Length: 100") + b'{"te')
        connection.settimeout(15)
        answer = Answer(connection.recv(65536))
    assert answer.problem["code"] == "request_timeout"
    assert LIMITS.idle - 0.1 < time.monotonic() - began < LIMITS.total - 0.2


def test_a_body_that_drips_is_given_up_in_the_end(address: Address) -> None:
    began = time.monotonic()
    with socket.create_connection(address, timeout=15) as connection:
        connection.sendall(head("POST", "/v1/matches", JSON, "Content-Length: 100000"))
        stop = threading.Event()

        def drip() -> None:
            while not stop.wait(0.1):
                try:
                    connection.sendall(b" ")
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        answer = Answer(connection.recv(65536))
        stop.set()
        dripping.join()
    assert answer.problem["code"] == "request_timeout"
    assert LIMITS.total - 0.2 < time.monotonic() - began < LIMITS.total + 2


def test_a_body_that_was_not_awaited_does_not_become_the_next_request(address: Address) -> None:
    hidden = post("/v1/readings", b'{"text": "a1"}', JSON)
    answer = ask(address, head("POST", "/nowhere", f"Content-Length: {len(hidden)}") + hidden)
    assert answer.status == 404
    assert answer.body.count(b"HTTP/1.1") == 0


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 50 + b"\r\n\r\n",
        head("POST", "/v1/matches", JSON, "Content-Length: ten") + b"{}",
        head("POST", "/v1/matches", JSON, "Content-Length: -5") + b"{}",
        head("POST", "/v1/matches", JSON, "Content-Length: 5", "Content-Length: 6") + b"{}    ",
        head("POST", "/v1/matches", JSON, "Transfer-Encoding: chunked") + b"zz\r\n{}\r\n0\r\n\r\n",
    ],
)
def test_what_is_no_http_gets_a_400_or_the_door(address: Address, request_bytes: bytes) -> None:
    assert ask(address, request_bytes).status in {0, 400}
    assert ask(address, head("GET", "/healthz", "Connection: close")).status == 200


@pytest.mark.parametrize(
    "path", ["/v1/parties/%FF%FE", "/v1/parties/%00", "/v1/parties/%0d%0aX:%201", "/%2e%2e/%2e%2e"]
)
def test_odd_addresses_are_refused(address: Address, path: str) -> None:
    answer = ask(address, head("GET", path, "Connection: close"))
    assert answer.status in {404, 422}
    assert answer.problem["code"] in {"not_found", "unknown_party", "invalid_request"}


@pytest.mark.parametrize("body", [b"\xff\xfe", b'{"text": "\xc3\x28"}', b'{"text": "\\ud800"}', b'{"limit": 1e400}'])
def test_bytes_that_are_no_text(address: Address, body: bytes) -> None:
    assert ask(address, post("/v1/matches", body, JSON)).problem["code"] == "invalid_json"


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Address]:
    monkeypatch.setattr(TimedProtocol, "header_seconds", 0.5)
    with serving(fake_services(tmp_path / "data")) as address:
        yield address


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: "])
def test_a_connection_that_never_asks_is_closed(impatient: Address, sent: bytes) -> None:
    began = time.monotonic()
    assert ask(impatient, sent).status == 0
    assert 0.4 < time.monotonic() - began < 3


def test_a_second_request_on_a_connection_has_its_own_time(impatient: Address) -> None:
    with socket.create_connection(impatient, timeout=15) as connection:
        for _ in range(4):
            connection.sendall(head("GET", "/healthz"))
            assert Answer(connection.recv(65536)).status == 200
            time.sleep(0.25)
        connection.sendall(b"GET /healthz HTTP/1.1\r\nX-Slow: ")
        assert read_to_end(connection) == b""
