"""Tenants out of real rows: whom an introduction brought into a carrier, and what came to them there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from api.bootstrap import Services
from api.carriers.tenants import residents_of
from api.clock import now
from api.duties.drafting import draft_of
from api.store.outcome_rows import OutcomeReport
from matcher.dealflow.duties import built_in_duties, occasions
from matcher.dealflow.events import day_in_china
from matcher.learning.outcomes import Event, OutcomeState
from matcher.offers import OfferKind
from tests.api.campaigns.worlds import PLAN
from tests.api.delivery.worlds import a_row
from tests.api.worlds import party, services_in

AT = datetime(2026, 8, 12, 2, tzinfo=UTC)
"""In the third quarter."""
S = OutcomeState


def told(services: Services) -> None:
    """One firm moves into the carrier and gets a loan; another gets a loan alone."""
    store, viewer = services.store, services.viewer
    campaign = store.campaigns.create(viewer, "活动", PLAN, AT)
    run = store.campaigns.new_run(viewer, campaign.id, AT)
    store.campaigns.note(run, frozen={"at": "2026-07-01", "offers": "v1", "software": "0"})
    drawn = [
        replace(a_row(campaign, run, place, giver, kind, "企业"), seeker_id=seeker)
        for place, (giver, kind, seeker) in enumerate(
            [
                ("carrier-1", OfferKind.INCUBATION, "firm-1"),
                ("bank-1", OfferKind.LOAN, "firm-1"),
                ("bank-1", OfferKind.LOAN, "firm-2"),
            ]
        )
    ]
    store.campaigns.decide(run, {"assigned": 3}, drawn, AT)
    approved = store.campaigns.approve(viewer, campaign.id, run.number, "科长", AT)
    store.outcomes.push(viewer, approved, "科长", AT)
    for row, last, amount in zip(
        drawn, (S.MOVED_IN, S.FUNDED, S.FUNDED), (None, Decimal(300), Decimal(70)), strict=True
    ):
        rate = None if amount is None else Decimal("3.5")
        events = (
            Event(S.ACCEPTED, AT + timedelta(hours=1), "甲"),
            Event(S.APPROVED, AT + timedelta(hours=2), "甲", amount_wan=amount, rate_pct=rate),
            Event(last, AT + timedelta(hours=3), "甲", amount_wan=amount, rate_pct=rate),
        )
        results = store.outcomes.add(viewer, campaign.id, [OutcomeReport(row.id, event) for event in events], now())
        assert [item.error for item in results] == [None] * 3


def test_only_who_moved_in_counts_and_the_draft_tells_all(tmp_path: Path) -> None:
    with services_in(tmp_path) as services:
        services.store.parties.upsert_many(services.viewer, [party("firm-1", invention_patents=2)])
        told(services)
        found = residents_of(services.store, services.viewer, "carrier-1").of_year(AT.year)
        other = residents_of(services.store, services.viewer, "carrier-2")
        day = day_in_china(AT)
        quarters = occasions(built_in_duties()["zone.quarterly"], day, day + timedelta(days=100))
        draft = draft_of(services.store, services.deals, services.viewer, next(quarters))

    assert {name: str(value) for name, value in found.items()} == {
        "tenants": "1", "tenants_joined": "1", "tenants_with_invention_pct": "100.00", "partners": "1",
        "funded_tenants": "1", "funded_wan": "300", "invested_tenants": "0", "invested_wan": "0",
    }  # fmt: skip
    assert (other.tenants, other.of_year(AT.year)) == ((), {})
    assert draft.sections[2].lines == (
        "本期登记：已推送 3 项，已受理 3 项，已批准 3 项，已放款 2 项，已入驻 1 项。",
        "已放款金额 370 万元（2 项）。",
    )
