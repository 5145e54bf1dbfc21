"""A campaign with lists, made in a bare store: no party, index or encoder is needed. All of it is made up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from api.access.viewers import Viewer
from api.campaigns.codes import new_code
from api.delivery.delivering import deliver
from api.delivery.lists import Lists, lists_of
from api.exchange.documents import match_document, profile_document
from api.store.campaign_rows import AssignmentRow, AssignmentStatus, Campaign, Run
from api.store.store import Store
from matcher.fields import Value
from matcher.offers import OfferKind
from matcher.parties import Values
from tests.api.campaigns.worlds import PLAN
from tests.api.exchange.matches import OFFER, a_match

VIEWER = Viewer(tenant="local")
PUSHED = datetime(2026, 11, 23, 2, tzinfo=UTC)
"""Monday, 10 o'clock in China."""
LATER = datetime(2026, 11, 27, 2, tzinfo=UTC)
PROFILES: tuple[dict[str, Value], ...] = (
    {"industry": "C2770", "region": "320583", "size_class": "微型", "life_stage": "初创期", "age_years": Decimal(3)},
    {"industry": "I6513", "region": "320505", "size_class": "小型"},
    {},
)
BANKS = ("示例银行", "虚构农商行")


def a_campaign(
    store: Store,
    rows: int = 6,
    *,
    banks: Sequence[str] = BANKS,
    kind: OfferKind = OfferKind.LOAN,
    names: str = "示例企业",
) -> tuple[Campaign, Run]:
    """An approved run with lists; nothing is pushed yet."""
    campaign = store.campaigns.create(VIEWER, "首贷扩面演示", PLAN, PUSHED)
    run = store.campaigns.new_run(VIEWER, campaign.id, PUSHED)
    store.campaigns.note(run, frozen={"at": "2026-11-22", "offers": "v1", "software": "0"})
    made = [a_row(campaign, run, number, banks[number % len(banks)], kind, names) for number in range(rows)]
    store.campaigns.decide(run, {"assigned": rows}, made, PUSHED)
    return campaign, store.campaigns.approve(VIEWER, campaign.id, run.number, "科长", PUSHED)


def a_row(campaign: Campaign, run: Run, number: int, bank: str, kind: OfferKind, names: str) -> AssignmentRow:
    """The pair of one made-up enterprise with the offer of a bank."""
    values: Values = PROFILES[number % len(PROFILES)]
    offer = replace(OFFER, id=f"{kind.value}.{bank}", provider=bank, kind=kind)
    match = replace(a_match(f"{names}{number}", synthetic=True), seeker_id=f"uscc-{number}", offer=offer)
    return AssignmentRow(
        id=new_code(),
        tenant=VIEWER.tenant,
        campaign_id=campaign.id,
        run_id=run.id,
        seeker_key=number + 1,
        seeker_id=match.seeker_id,
        offer_id=offer.id,
        institution=bank,
        rank=number // 2 + 1,
        points=round(match.score * 100),
        eligibility=match.eligibility.state.value,
        status=AssignmentStatus.ACTIVE,
        match=match_document(match) | {"profile": profile_document(values)},
    )


def delivered(store: Store, rows: int = 6, **given: object) -> tuple[Campaign, Run]:
    """A campaign whose lists were sent."""
    campaign, run = a_campaign(store, rows, **given)  # type: ignore[arg-type]
    return campaign, deliver(store, VIEWER, campaign.id, run.number, "科长", PUSHED)[0]


def lists(store: Store, campaign: Campaign) -> Lists:
    """The lists of its first run."""
    return lists_of(store, VIEWER, campaign.id, 1)


def store_path(folder: Path) -> str:
    """A SQLite database of its own."""
    return f"sqlite:///{folder / 'store.db'}"
