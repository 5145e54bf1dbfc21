"""Runs over the demo world: lists that keep the plan, the same again from what was frozen, nothing from a dry one."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from api.bootstrap import Services
from api.campaigns.codes import is_code, new_code
from api.campaigns.questions import why
from api.requests import ProspectRequest
from api.store.campaign_rows import AssignmentRow, Campaign, Run, RunState
from matcher.campaigns.whynot import Reason
from matcher.errors import InvalidCampaign
from tests.api.campaigns.worlds import PLAN, demo, drafted, ran


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with demo(tmp_path_factory.mktemp("campaigns")) as opened:
        yield opened


@pytest.fixture(scope="module")
def campaign(services: Services) -> Campaign:
    return drafted(services)


@pytest.fixture(scope="module")
def run(services: Services, campaign: Campaign) -> Run:
    return ran(services, campaign)


def lists(services: Services, run: Run) -> list[AssignmentRow]:
    return [row for batch in services.store.campaigns.assignments(run) for row in batch]


class Nobody:
    """Watches and says nothing."""

    def check(self) -> None:
        """Never stop."""

    def report(self, done: int, total: int | None, note: str = "") -> None:
        """Not told to anyone."""


def test_lists_keep_quotas_and_limits_and_show_what_was_scored(services: Services, run: Run) -> None:
    rows = lists(services, run)
    assert run.state is RunState.ASSIGNED
    assert len(rows) == run.counts["assigned"] > 20
    assert max(Counter(row.offer_id for row in rows).values()) <= 5
    assert max(Counter(row.seeker_key for row in rows).values()) <= 2
    assert min(row.points for row in rows) >= 2_000
    assert all(is_code(row.id) for row in rows)
    for row in rows:
        assert round(sum(part["points"] for part in row.match["contributions"]) * 100) == row.points
        assert row.match["eligibility"]["state"] == row.eligibility != "unmet"
    places = [row.rank for row in rows if row.offer_id == rows[0].offer_id]
    assert places == list(range(1, len(places) + 1))


def test_points_of_candidates_are_those_of_the_lists(services: Services, run: Run) -> None:
    outcome = services.campaigns.decided(run, services.viewer)
    candidates, chosen = outcome.gathered.candidates, outcome.assignment.chosen
    offers = outcome.inputs.prepared.offers
    said = {
        (int(outcome.gathered.keys[seeker]), offers[offer].id): int(points)
        for seeker, offer, points in zip(
            candidates.seeker[chosen], candidates.offer[chosen], candidates.points[chosen], strict=True
        )
    }
    assert said == {(row.seeker_key, row.offer_id): row.points for row in lists(services, run)}


def test_a_run_can_be_made_again_from_what_was_frozen(services: Services, run: Run) -> None:
    before = {(row.seeker_key, row.offer_id) for row in lists(services, run)}
    victim = lists(services, run)[0]
    party = services.store.parties.get(services.viewer, victim.seeker_id)
    services.store.parties.upsert_many(services.viewer, [replace(party, facts={})], merge=False)
    again = services.campaigns.outcome(run, services.viewer, Nobody())
    candidates, offers = again.gathered.candidates, again.inputs.prepared.offers
    pairs = {
        (int(again.gathered.keys[candidates.seeker[pair]]), offers[candidates.offer[pair]].id)
        for pair in again.assignment.chosen.nonzero()[0]
    }
    services.store.parties.upsert_many(services.viewer, [party], merge=False)
    assert pairs == before


def test_a_dry_run_counts_and_lists_nothing(services: Services, campaign: Campaign, run: Run) -> None:
    dry = ran(services, campaign, dry=True)
    assert dry.number == run.number + 1
    assert dry.counts["assigned"] == run.counts["assigned"]
    assert lists(services, dry) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("offers: {kinds: [loan]}", "offers: {ids: [loan.none]}", "loan.none"),
        ("quota: 5", "quota: 5\nquotas: {fund.none: 3}", "fund.none"),
        ("seekers: {kind: enterprise}", "seekers: {kind: institution}", "offers 的范围"),
        ("quota: 5", "quota: [", "YAML"),
    ],
)
def test_a_plan_that_cannot_be_run_says_why(services: Services, before: str, after: str, said: str) -> None:
    from api.campaigns.planning import plan_of, prepared
    from tests.api.worlds import DAY

    assert before in PLAN
    with pytest.raises(InvalidCampaign, match=said):
        prepared(plan_of(PLAN.replace(before, after)), services.store, services.viewer, DAY)


def test_a_lead_firm_is_not_on_the_lists_of_its_own_demands_and_is_told_so(services: Services) -> None:
    plan = PLAN.replace("kinds: [loan]", "kinds: [procurement]").replace("quota: 5", "quota: 500")
    run = ran(services, drafted(services, plan.replace("limit: 2", "limit: 20").replace("least_match: 20", "")))
    inputs = services.campaigns.inputs(run, services.viewer)
    own = {(key, offer) for offer, key in inputs.prepared.own.items()}
    listed = {(row.seeker_key, row.offer_id) for row in lists(services, run)}
    assert len(own) == len(inputs.prepared.offers)
    assert {key for key, _ in own} & {key for key, _ in listed}, "lead firms stand on the lists of others"
    assert not own & listed
    offer = inputs.prepared.offers[0]
    asked = why(services.campaigns, services.viewer, run, str(offer.provider_id), offer.id)
    assert asked.why_not is not None
    assert asked.why_not.reason is Reason.OWN
    prospects = services.matchmaker.prospects(services.viewer, ProspectRequest(offer.id, limit=100))
    assert offer.provider_id not in {match.seeker_id for match in prospects.matches}


def test_a_slip_in_an_id_is_noticed() -> None:
    code = new_code()
    assert is_code(code)
    assert not is_code(code[:-1] + ("0" if code[-1] != "0" else "1"))
    assert not is_code(code[1] + code[0] + code[2:]) or code[0] == code[1]
    assert not any(is_code(wrong) for wrong in ("", code[:-1], code + "0", "（" * 12))
