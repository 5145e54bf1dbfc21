"""The same moment from two processes over HTTP, on one SQLite file: votes, counts and payments come to one result."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from decimal import Decimal
from http.client import HTTPConnection
from threading import Barrier
from typing import Any

import pytest

from api.bootstrap import Services
from api.clock import now, today
from api.store.deal_rows import Said
from api.store.deals import NewDeal
from matcher.dealflow.events import Custody, DealBody, Filing, Move, Tranche
from tests.api.worlds import services_in
from tests.faults.victims import running
from tests.matcher.dealflow.worlds import KUNSHAN, SEATS, Deal, a_plan

ROUNDS = 3
DAY = today()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, tuple[int, int]]]:
    folder = tmp_path_factory.mktemp("two")
    with services_in(folder) as services, ExitStack() as stack:
        yield services, (stack.enter_context(running(folder)).port, stack.enter_context(running(folder)).port)


def at_once(ports: tuple[int, int], deal: str, *bodies: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    """Tell of one event each over open connections, by turns to either process, all let go at the same moment."""
    gate = Barrier(len(bodies))

    def tell(place: int, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        connection = HTTPConnection("127.0.0.1", ports[place % 2], timeout=60)
        connection.connect()
        gate.wait(timeout=60)
        content = json.dumps({"why": "按流程办理", "evidence": ["材料-1"], **body})
        connection.request("POST", f"/v1/deals/{deal}/events", content, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        found = answer.status, json.loads(answer.read())
        connection.close()
        return found

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(tell, range(len(bodies)), bodies))


def told(services: Services, deal: str, role: str, body: DealBody) -> int:
    said = Said(f"{role} 经办", role, "按流程办理", now(), ("材料-1",))
    return len(services.deals.append(services.viewer, deal, said, body).record.history)


def a_deal(services: Services) -> tuple[str, int]:
    """A deal of a fund of its own, before the committee; and the number of its plan of 300万元."""
    viewer, begun = services.viewer, DAY.replace(month=1, day=1)
    fund = services.deals.open_fund(viewer, KUNSHAN, "测试基金", now()).record.id
    said = Said("经办", "manager", "按流程办理", now(), ("材料-1",))
    services.deals.enter(viewer, fund, said, Tranche(begun, Decimal(5000), Decimal(5000)))
    services.deals.enter(viewer, fund, said, Custody(begun, "某商业银行"))
    deal = services.deals.open(viewer, KUNSHAN, NewDeal("测试项目", fund), said).record.id
    for event in Deal().to("decision").history[1:]:
        told(services, deal, event.role, event.body)
    return deal, told(services, deal, "manager", a_plan(300))


def test_votes_and_counts_at_one_moment_come_to_one_result(world: tuple[Services, tuple[int, int]]) -> None:
    services, ports = world
    for _ in range(ROUNDS):
        deal, plan = a_deal(services)
        before = services.deals.get(services.viewer, deal).record.revision
        votes = [
            {"kind": "vote", "plan": plan, "choice": "yes", "role": seat, "by": f"{seat} 本人"}
            for seat in SEATS[:4]
            for _ in range(2)
        ]
        cast = at_once(ports, deal, *votes)
        counted = at_once(ports, deal, *[{"kind": "count", "plan": plan, "role": "manager"}] * 2)

        assert [status for status, _ in cast] == [200] * 8, "who comes second says the same again"
        assert sorted(status for status, _ in counted) == [200, 409]
        seen = services.deals.get(services.viewer, deal)
        assert seen.record.revision == before + 9
        ballot = seen.state.ballots[0]
        committee = seen.pipeline.committee
        assert committee is not None
        assert (ballot.yes(committee), ballot.passed(committee)) == (4, True)


def test_two_payments_at_one_moment_do_not_break_the_limit(world: tuple[Services, tuple[int, int]]) -> None:
    services, ports = world
    shares = {"share_pct": "10", "largest_other_pct": "60", "others_subscribed_wan": "900", "others_paid_wan": "900"}
    pay = {"kind": "payment", "role": "manager", "on": str(DAY), "amount_wan": "200", **shares}
    for _ in range(ROUNDS):
        deal, plan = a_deal(services)
        at_once(
            ports, deal, *({"kind": "vote", "plan": plan, "choice": "yes", "role": seat, "by": seat} for seat in SEATS)
        )
        at_once(ports, deal, {"kind": "count", "plan": plan, "role": "manager"})
        for body in (Filing("agreement"), Move("implementation")):
            told(services, deal, "manager", body)

        paid = at_once(ports, deal, pay, pay)

        assert sorted(status for status, _ in paid) == [200, 409], paid
        refused = next(body for status, body in paid if status == 409)
        assert refused["code"] == "deal_refused"
        seen = services.deals.get(services.viewer, deal)
        assert (seen.state.paid_wan, seen.record.history[-1].by) == (Decimal(200), "operator")
