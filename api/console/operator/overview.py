"""The first page of those who run a platform (总览): what there is, how far it came, where, and what waits."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from api.access.permissions import Permission
from api.access.viewers import STAFF, Viewer
from api.clock import today
from api.console.blocks import empty, line, link, muted, panel, primary, tag, tile, title
from api.console.charts import bars, funnel, lines
from api.console.desk import Desk
from api.console.numbers import count, share
from api.console.pages import Page
from api.delivery.tracking import followed, late
from api.store.campaign_rows import Campaign, CampaignState
from api.store.store import Store
from matcher.fields import PARTY_KIND_LABELS, PartyKind
from matcher.learning.funnel import STEPS
from matcher.learning.funnel import funnel as funnel_of
from matcher.learning.outcomes import OUTCOME_LABELS, OutcomeState
from matcher.taxonomy import industries, regions

_MOST_BARS = 10
_MOST_CAMPAIGNS = 20
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the page shows, read at once off the event loop."""

    parties: Mapping[PartyKind, int]
    offers: int
    campaigns: tuple[Campaign, ...]
    steps: Mapping[OutcomeState, int]
    late: int
    months: Mapping[str, Mapping[OutcomeState, int]]
    districts: tuple[tuple[str, int], ...]
    sections: tuple[tuple[str, int], ...]
    reviews: int


async def show(desk: Desk) -> None:
    """Numbers, funnel, districts, industries, trend; each chart's title says what it shows."""
    found = await desk.work(_numbers, desk)
    with line("apart"):
        title(desk, "page.overview")
        primary(desk.text("op.campaign.new"), lambda: desk.go("/campaigns/new"), "add")
    if not any(found.parties.values()):
        empty(desk.text("op.overview.none"), [(desk.text("op.overview.import"), lambda: desk.go("/imports"))])
        return
    _tiles(desk, found)
    _todo(desk, found)
    with tag("div", "columns two"):
        with panel():
            _funnel(desk, found)
        with panel():
            _trend(desk, found)
        with panel():
            _bars(desk, "op.overview.districts", found.districts)
        with panel():
            _bars(desk, "op.overview.sections", found.sections)


def _tiles(desk: Desk, found: Numbers) -> None:
    with tag("div", "tiles"):
        for kind in PartyKind:
            if found.parties[kind]:
                tile(PARTY_KIND_LABELS[kind], count(found.parties[kind], desk.text("op.unit.firms")))
        tile(desk.text("op.overview.offers"), count(found.offers, desk.text("op.unit.offers")))
        active = sum(campaign.state is CampaignState.ACTIVE for campaign in found.campaigns)
        under = desk.text("op.overview.active", n=active)
        tile(desk.text("page.campaigns"), count(len(found.campaigns), desk.text("op.unit.places")), under=under)


def _todo(desk: Desk, found: Numbers) -> None:
    """What waits for somebody."""
    drafts = [campaign for campaign in found.campaigns if campaign.state is CampaignState.DRAFT]
    waits: list[tuple[str, str]] = []
    if found.late:
        active = next((item.id for item in found.campaigns if item.state is CampaignState.ACTIVE), "")
        waits.append((desk.text("op.overview.late", n=count(found.late)), f"/campaigns/{active}?step=outcomes"))
    if found.reviews:
        waits.append((desk.text("op.overview.reviews", n=count(found.reviews)), "/review-queue"))
    waits += [(desk.text("op.overview.draft", name=item.name), f"/campaigns/{item.id}") for item in drafts[:3]]
    with panel(desk.text("op.overview.todo")):
        if not waits:
            muted(desk.text("op.overview.nothing"))
        for said, path in waits:
            link(said, path)


def _funnel(desk: Desk, found: Numbers) -> None:
    pushed, accepted = found.steps[OutcomeState.PUSHED], found.steps[OutcomeState.ACCEPTED]
    if not pushed:
        tag("h3", "", desk.text("op.overview.no_funnel"))
        muted(desk.text("op.overview.no_funnel_under"))
        return
    steps = [(OUTCOME_LABELS[step], found.steps[step]) for step in STEPS]
    said = desk.text("op.overview.funnel", pushed=count(pushed), share=share(accepted, pushed))
    funnel(desk, said, steps, axis=desk.text("op.unit.pairs"))


def _trend(desk: Desk, found: Numbers) -> None:
    """Pushed and accepted by month; of a single month a line would say nothing."""
    months = sorted(found.months)[-_MONTHS:]
    if len(months) < 2:  # a single point is no trend
        tag("h3", "", desk.text("op.overview.no_trend"))
        muted(desk.text("op.overview.no_trend_under"))
        return
    best = max(months, key=lambda month: found.months[month][OutcomeState.PUSHED])
    said = desk.text("op.overview.trend", month=best, n=count(found.months[best][OutcomeState.PUSHED]))
    shown = (OutcomeState.PUSHED, OutcomeState.ACCEPTED, OutcomeState.APPROVED)
    series = {OUTCOME_LABELS[state]: [float(found.months[month][state]) for month in months] for state in shown}
    lines(desk, said, months, series, axis=desk.text("op.unit.pairs"))


def _bars(desk: Desk, key: str, values: tuple[tuple[str, int], ...]) -> None:
    if values:
        finding = desk.text(key, first=values[0][0], n=count(values[0][1]))
        bars(desk, finding, values[:_MOST_BARS], axis=desk.text("op.unit.firms"))


def _numbers(desk: Desk) -> Numbers:
    store, viewer = desk.services.store, desk.viewer
    campaigns = store.campaigns.list(viewer)
    pairs = [pair for item in campaigns[:_MOST_CAMPAIGNS] for pair in followed(store, viewer, item.id)]
    whole = funnel_of(pair.tracked for pair in pairs)
    return Numbers(
        parties={kind: store.parties.count(viewer, kind) for kind in PartyKind},
        offers=len(store.offers.list(viewer)),
        campaigns=campaigns,
        steps=whole.steps,
        late=sum(1 for _ in late(pairs, today())),
        months=_by_month(pairs),
        districts=_grouped(store, viewer, "region", _district),
        sections=_grouped(store, viewer, "industry", _section),
        reviews=len(desk.services.reviews.list(viewer, waiting=True)) if desk.may(Permission.REVIEW_READ) else 0,
    )


def _by_month(pairs: Any) -> dict[str, Counter[OutcomeState]]:
    found: dict[str, Counter[OutcomeState]] = {}
    for pair in pairs:
        for event in pair.history:
            found.setdefault(event.at.strftime("%Y-%m"), Counter())[event.state] += 1
    return found


def _grouped(store: Store, viewer: Viewer, field: str, name: Callable[[str], str]) -> tuple[tuple[str, int], ...]:
    """How many parties under each name, the most first."""
    found: Counter[str] = Counter()
    for code, number in store.listing.codes(viewer, field).items():
        found[name(code)] += number
    return tuple(found.most_common())


def _district(code: str) -> str:
    try:
        return regions.full_name(code)
    except (KeyError, LookupError, ValueError):
        return code


def _section(code: str) -> str:
    try:
        return industries.industry(industries.section(code)).name
    except (KeyError, LookupError, ValueError):
        return code


PAGES = (Page("/overview", "overview", show, Permission.CAMPAIGN_READ, "dashboard", STAFF),)
