"""The database goes away in the middle of a request: an answer of 503 means that nothing was written, on every route.

Each request is cut at its commit, at its first writing statement, at its second, and so on until it is done uncut: by
then it was cut between what it writes and its row in the audit log.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from api.access.viewers import Role, Viewer
from api.clock import today
from api.routes.services import SESSION_COOKIE
from api.settings import AccessMode
from matcher.dealflow.duties import built_in_duties, occasions
from tests.api.access.planted import AT
from tests.api.hardening.worlds import World, world
from tests.matcher.dealflow.worlds import KUNSHAN

DAY = today().isoformat()
SAID = {"role": "manager", "why": "按流程办理", "by": "经办人", "evidence": ["材料-1"]}
FIRM = {"kind": "enterprise", "name": "新材料有限公司", "observed_on": DAY}
GRANT = {"recipient": "local-bank", "purpose": "financing"}
QUARTER = [*occasions(built_in_duties()["zone.quarterly"], today() - timedelta(days=200), today())][-1].period
RUN = "/v1/campaigns/{campaign}/runs/2"
CASES: tuple[tuple[Role, str, str, Any], ...] = (
    (Role.OPERATOR, "PUT", "/v1/parties/local-new", FIRM),
    (Role.OPERATOR, "POST", "/v1/parties/bulk", {"parties": [FIRM | {"id": "local-b"}], "delete": ["local-new"]}),
    (Role.OPERATOR, "DELETE", "/v1/parties/local-b", None),
    (Role.INSTITUTION, "PUT", "/v1/offers/local-own", {"kind": "loan", "name": "某贷", "summary": "信用贷款"}),
    (Role.INSTITUTION, "DELETE", "/v1/offers/local-own", None),
    (Role.ENTERPRISE, "POST", "/v1/consents", GRANT | {"scopes": ["identity"], "until": "2027-12-31"}),
    (Role.ENTERPRISE, "POST", "/v1/consents/{consents}/withdraw", None),
    (Role.ENTERPRISE, "POST", "/v1/consents/refusals", GRANT),
    (Role.ENTERPRISE, "POST", "/v1/reviews", {"subject": "local-loan", "reason": "请复核"}),
    (Role.OPERATOR, "POST", "/v1/reviews/{reviews}/answer", {"answer": "已复核"}),
    (Role.OPERATOR, "POST", "/v1/funds", {"pipeline": KUNSHAN, "name": "某基金"}),
    (
        Role.OPERATOR,
        "POST",
        "/v1/funds/{funds}/events",
        SAID | {"kind": "tranche", "on": DAY, "subscribed_wan": "5000", "paid_wan": "5000"},
    ),
    (Role.OPERATOR, "POST", "/v1/deals", SAID | {"pipeline": KUNSHAN, "name": "某项目", "party_id": "local-ent"}),
    (Role.OPERATOR, "POST", "/v1/deals/{deals}/events", SAID | {"kind": "move", "stage": "closed"}),
    (
        Role.CARRIER,
        "POST",
        "/v1/carriers/local-carrier/values",
        {"year": 2026, "indicator": "jobs", "value": "320", "evidence": ["表"]},
    ),
    (Role.OPERATOR, "POST", "/v1/duties/zone.quarterly/{quarter}/sent", {"how": "电子版"}),
    (Role.OPERATOR, "POST", RUN + "/approve", {"by": "金融科科长"}),
    (Role.OPERATOR, "POST", RUN + "/deliver", {"by": "金融科科长"}),
    (
        Role.OPERATOR,
        "POST",
        "/v1/campaigns/{campaign}/outcomes",
        {"outcomes": [{"assignment_id": "{row}", "state": "viewed", "by": "某行"}]},
    ),
    (Role.OPERATOR, "POST", "/v1/campaigns/{campaign}/runs", {"dry": True}),
    (Role.ENTERPRISE, "POST", "/v1/needs", {"text": "想贷款300万", "limit": 1}),
    (Role.INSTITUTION, "POST", "/v1/needs/{needs}/claims", {"institution": "local-bank", "offer_id": "local-loan"}),
    (Role.INSTITUTION, "POST", "/v1/needs/{needs}/release", {"institution": "local-bank", "reason": "额度用完"}),
    (Role.ENTERPRISE, "POST", "/v1/needs/{needs}/withdraw", None),
    (Role.ADMIN, "POST", "/v1/accounts", {"login": "someone", "role": "operator"}),
    (Role.ADMIN, "POST", "/v1/accounts/{accounts}/disable", None),
    (Role.ADMIN, "POST", "/v1/accounts/{accounts}/enable", None),
    (Role.ADMIN, "POST", "/v1/accounts/{accounts}/reset", None),
    (Role.ADMIN, "POST", "/v1/keys", {"permissions": ["party.read"], "account_id": "{accounts}"}),
    (Role.ADMIN, "POST", "/v1/keys/{keys}/rotate", None),
    (Role.ADMIN, "DELETE", "/v1/keys/{keys}", None),
    (Role.ADMIN, "PUT", "/v1/platforms/sharing", {"shares": "counts"}),
)


class Cut:
    """Has a database fail at a writing statement of a request, from 1, or at its commit, 0; and at all after it."""

    def __init__(self, engine: Engine) -> None:
        self.at: int | None = None
        self.seen = 0
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "commit", self._commit)

    @contextmanager
    def placed(self, at: int) -> Iterator[None]:
        self.at, self.seen = at, 0
        try:
            yield
        finally:
            self.at = None

    def _statement(self, *said: Any) -> None:
        if said[2].lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE"}:
            self.seen += 1
            self._fail(self.seen)

    def _commit(self, _connection: Any) -> None:
        self._fail(0)

    def _fail(self, reached: int) -> None:
        if self.at == reached or (self.at and self.seen > self.at):
            raise OperationalError("cut", None, sqlite3.OperationalError("disk I/O error"))


class Asking:
    """Asks as the account of a role; names of earlier answers stand in braces."""

    def __init__(self, here: World, client: TestClient) -> None:
        self.client = client
        self.services = here.services
        self.accounts = dict(here.platform.accounts)
        self.known = {"quarter": QUARTER} | self._run(here)

    def _run(self, here: World) -> dict[str, str]:
        """A run whose lists wait for their approval, beside the one that was approved."""
        viewer, store = Viewer(here.platform.tenant), here.services.store
        campaign = here.platform.ids["campaign_id"]
        run = store.campaigns.new_run(viewer, campaign, AT)
        store.campaigns.note(run, frozen={"at": DAY, "offers": "v1", "software": "0"})
        row = replace(store.campaigns.assignment(viewer, here.platform.ids["assignment"]), id="cut-row", run_id=run.id)
        store.campaigns.decide(run, {"assigned": 1}, [row], AT)
        return {"campaign": campaign, "row": row.id}

    def cookie(self, role: Role) -> dict[str, str]:
        """The header of a new session."""
        return {"Cookie": f"{SESSION_COOKIE}={self.services.access.begin(self.accounts[role], '').token}"}

    def ask(self, headers: dict[str, str], method: str, path: str, body: Any) -> Response:
        return self.client.request(method, self._told(path), json=self._told(body), headers=headers)

    def keep(self, path: str, answer: Response) -> None:
        made = answer.json().get("id") if answer.content else None
        self.known |= {path.split("/")[2]: made} if made else {}

    def _told(self, part: Any) -> Any:
        if isinstance(part, dict):
            return {name: self._told(value) for name, value in part.items()}
        if isinstance(part, list):
            return [self._told(value) for value in part]
        return part.format(**self.known) if isinstance(part, str) else part


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Asking, Cut]]:
    with (
        world(tmp_path_factory.mktemp("torn"), AccessMode.ACCOUNTS) as here,
        capture_logs(),  # an error laid out for a reader, 150 times, would take a minute
        TestClient(here.app, raise_server_exceptions=False) as client,
    ):
        yield Asking(here, client), Cut(here.services.store._database.engine)


@pytest.fixture
def committed(asking: tuple[Asking, Cut]) -> Iterator[Callable[[], int]]:
    """A number that is another one once anybody has changed the database file."""
    file = asking[0].services.settings.data / "rongtong.sqlite3"
    with closing(sqlite3.connect(file)) as beside:
        yield lambda: int(beside.execute("PRAGMA data_version").fetchone()[0])


@pytest.mark.parametrize(("role", "method", "path", "body"), CASES, ids=[f"{case[1]} {case[2]}" for case in CASES])
def test_what_was_answered_with_503_was_not_written(
    asking: tuple[Asking, Cut], committed: Callable[[], int], role: Role, method: str, path: str, body: Any
) -> None:
    ask, cut = asking
    for at in count():
        headers = ask.cookie(role)
        before = committed()
        with cut.placed(at):
            answer = ask.ask(headers, method, path, body)
        if answer.status_code != 503:
            break
        assert committed() == before, f"written before it was cut at {at}"
    assert answer.status_code < 300, answer.text
    assert at > 1, "the request wrote nothing"
    assert committed() != before
    ask.keep(path, answer)
