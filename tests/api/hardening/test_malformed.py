"""Malformed bodies to every operation that takes one: refused or answered, never a fault of ours (0 times 5xx).

500 in `make test`; `RONGTONG_MALFORMED=10000` for the long form. A failure names its number: the draws are the same
each time.
"""

import gc
import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from fastapi.testclient import TestClient

from api.access.viewers import Role
from api.problems import MEDIA_TYPE
from api.settings import AccessMode
from tests.api.hardening.bodies import JSON, AllBodies, Spoiled, spoiled_form, spoiled_json
from tests.api.hardening.worlds import world

COUNT = int(os.environ.get("RONGTONG_MALFORMED", "500"))
FILE = ("企业.csv", "企业名称,统一社会信用代码,职工人数\n甲公司,,45\n".encode())
ROLES = (Role.OPERATOR, Role.OPERATOR, Role.ADMIN, Role.ENTERPRISE, Role.INSTITUTION)
READS_LITTLE = 1 << 20
"""No answer to a spoiled body is longer (bytes): what was sent is not sent back."""


@pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning")
def test_no_malformed_body_is_a_fault(tmp_path: Path) -> None:
    with (
        world(tmp_path, AccessMode.ACCOUNTS) as here,
        TestClient(here.app, raise_server_exceptions=False, follow_redirects=False) as client,
    ):
        bodies = AllBodies(here.app.openapi(), here.platform.ids, Random(0))
        operations = taking_bodies(here.app.openapi())
        cookies = [here.cookie(role) for role in ROLES]
        statuses, wrong = Counter[int](), []
        for number in range(COUNT):
            method, path, kind = operations[number % len(operations)]
            random = bodies.random = Random(number)
            asked = bodies.request(method, path)
            sent = spoiled(asked, kind, random)
            headers = sent.headers | random.choice(cookies)
            client.cookies.clear()
            answer = client.request(
                method.upper(), asked["url"], params=asked["params"], content=sent.content, headers=headers
            )
            statuses[answer.status_code] += 1
            refused_plainly = answer.status_code < 400 or answer.headers["content-type"] == MEDIA_TYPE
            if answer.status_code >= 500 or not refused_plainly or len(answer.content) > READS_LITTLE:
                wrong.append(
                    (number, method, path, sent.how, answer.status_code, sent.content[:300], answer.text[:200])
                )
        print(f"{COUNT} bodies to {len(operations)} operations: {sorted(statuses.items())}")
        assert not wrong, "\n".join(map(repr, wrong))
        assert {400, 415, 422} <= statuses.keys()
        gc.collect()  # a form that breaks off within its file leaves it to the collector (Starlette): here, not later


@pytest.mark.parametrize("seed", range(3))
def test_a_body_is_spoiled_in_its_place(seed: int) -> None:
    sent = spoiled_json({"a": [1, {"b": "c"}]}, Random(seed))
    assert sent.content != b'{"a": [1, {"b": "c"}]}' or sent.headers != {"Content-Type": JSON}


def taking_bodies(document: dict[str, object]) -> list[tuple[str, str, str]]:
    """Every operation with a body: method, path, content type."""
    return [
        (method, path, next(iter(operation["requestBody"]["content"])))
        for path, item in document["paths"].items()  # type: ignore[attr-defined]
        for method, operation in item.items()
        if "requestBody" in operation
    ]


def spoiled(asked: dict[str, object], kind: str, random: Random) -> Spoiled:
    if kind == JSON:
        return spoiled_json(asked["json"], random)
    return spoiled_form(dict(asked["data"]), FILE, random)  # type: ignore[call-overload]
