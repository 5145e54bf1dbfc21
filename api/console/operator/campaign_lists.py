"""What a run assigned (分配): lists in numbers, every pair, why any other is not there, the last run beside."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from api.access.audit import Action
from api.campaigns.planning import plan_of
from api.campaigns.questions import comparison, last_before, why
from api.console.blocks import line, link, muted, note, panel, primary, quiet, tag
from api.console.columns import Column, ColumnKind, Row
from api.console.criteria import criteria
from api.console.desk import Desk
from api.console.numbers import amount, count
from api.console.operator.party_choice import party_choice
from api.console.tables import Table
from api.console.waterfall import waterfall
from api.errors import WrongCampaignState
from api.exchange.campaigns import comparison_document, why_document
from api.exchange.documents import match_document
from api.store.campaign_rows import AssignmentRow, AssignmentStatus, Run
from matcher.eligibility.results import STATE_LABELS, State
from matcher.errors import MatcherError

_MOST_PAIRS = 5_000


async def assignment(desk: Desk, run: Run) -> None:
    """The lists of a run."""
    pairs = [] if run.dry else await desk.work(_pairs, desk, run)
    _finding(desk, run)
    _offers(desk, run)
    if run.dry:
        note(desk.text("op.campaign.dry_text"), "amber")
        return
    _floors(desk, run)
    _pair_table(desk, pairs)
    _why_not(desk, run)
    with panel(desk.text("op.compare.title")) as place, line():
        quiet(desk.text("op.compare.show"), lambda: _compare(desk, run, place), "compare_arrows")


def _pairs(desk: Desk, run: Run) -> list[AssignmentRow]:
    rows, _ = desk.services.store.campaigns.page(run, None, 0, _MOST_PAIRS)
    desk.services.audit.note(
        desk.viewer,
        Action.LIST_SEEN,
        subjects=sorted({row.seeker_id for row in rows}),
        detail={"campaign": run.campaign_id, "run": run.number},
    )
    return [row for row in rows if row.status is AssignmentStatus.ACTIVE]


def _finding(desk: Desk, run: Run) -> None:
    """The sentence that an officer would repeat."""
    counts = run.counts
    used = sum(1 for item in counts["offers"] if item["used"])
    places = sum(item["quota"] for item in counts["offers"])
    said = desk.text(
        "op.lists.finding",
        firms=count(counts["seekers_assigned"]),
        pairs=count(counts["assigned"]),
        offers=count(used),
        free=count(places - counts["assigned"]),
    )
    with line("apart"):
        tag("p", "conclusion", said)
        if not run.dry:
            on = f"/campaigns/{run.campaign_id}?step=approval&run={run.number}"
            primary(desk.text("op.lists.on"), lambda: desk.go(on), "arrow_forward")


def _offers(desk: Desk, run: Run) -> None:
    text = desk.text
    columns = (
        Column("name", text("op.lists.offer"), pinned=True, width=280),
        Column("provider", text("op.lists.provider"), width=180),
        Column("used", text("op.lists.used"), ColumnKind.NUMBER, text("op.unit.firms"), width=150),
        Column("quota", text("op.lists.quota"), ColumnKind.NUMBER, text("op.unit.places"), width=140),
        Column("mean_match", text("op.lists.mean"), ColumnKind.NUMBER, width=130),
        Column("micro_pct", text("op.lists.micro"), ColumnKind.PERCENT, width=130),
        Column("first_loan_pct", text("op.lists.first_loan"), ColumnKind.PERCENT, width=130),
        Column("worth", text("op.lists.worth"), ColumnKind.NUMBER, text("op.unit.points"), width=170),
    )
    rows = _offer_rows(desk, run)
    height = f"{min(420, 60 + 37 * max(2, len(rows)))}px"
    tag("h2", "", text("op.lists.by_offer"))
    Table("campaign-offers", text("op.lists.by_offer"), columns, height=height).show(desk, rows)


def _offer_rows(desk: Desk, run: Run) -> list[Row]:
    known = {offer.id: offer for offer in desk.services.store.offers.list(desk.viewer)}
    rows: list[Row] = []
    for item in run.counts["offers"]:
        offer, worth = known.get(item["offer_id"]), item["one_more_place_points"]
        rows.append(
            {**item, "id": item["offer_id"]}
            | {"name": offer.name if offer else item["offer_id"], "provider": offer.provider if offer else None}
            | {"worth": None if worth is None else worth / 100}
        )
    return sorted(rows, key=lambda row: (-row["used"], row["name"]))


def _floors(desk: Desk, run: Run) -> None:
    """Whether the plan's floors are kept; one that is not says by how much."""
    short = run.counts["shortfalls"]
    for item in short:
        where = f"（{item['offer_id']}）" if item["offer_id"] else ""
        said = {"name": item["name"] + where, "least": item["least"], "reached": item["reached"]}
        note(desk.text("op.lists.shortfall", **said), "amber")
    kept = len(plan_of(run.plan).floors)
    if kept and not short:
        note(desk.text("op.lists.floors_kept", n=kept))


def _pair_table(desk: Desk, pairs: Sequence[AssignmentRow]) -> None:
    text = desk.text
    by_id = {row.id: row for row in pairs}
    columns = (
        Column("seeker", text("op.lists.seeker"), pinned=True, width=260),
        Column("offer", text("op.lists.offer"), width=240),
        Column("provider", text("op.lists.provider"), width=170),
        Column("rank", text("op.lists.rank"), ColumnKind.NUMBER, width=80),
        Column("match", text("op.match"), ColumnKind.NUMBER, width=100),
        Column("state", text("op.lists.state"), width=120),
        Column("industry", text("op.lists.industry"), width=160),
        Column("region", text("op.lists.region"), width=160),
        Column("size_class", text("op.lists.size"), width=90),
    )
    rows = [_pair_row(row) for row in pairs]
    tag("h2", "", text("op.lists.pairs"))
    table = Table("campaign-pairs", text("op.lists.pairs"), columns, lambda key: _open(desk, by_id[key]))
    table.show(desk, rows)


def _pair_row(row: AssignmentRow) -> Row:
    match, profile = row.match, row.match.get("profile", {})
    known = {code: profile[code]["text"] for code in ("industry", "region", "size_class") if code in profile}
    return known | {
        "id": row.id,
        "seeker": match["seeker"]["name"],
        "offer": match["offer"]["name"],
        "provider": match["offer"]["provider"],
        "rank": row.rank,
        "match": row.points / 100,
        "state": STATE_LABELS[State(row.eligibility)],
    }


def _open(desk: Desk, row: AssignmentRow) -> None:
    with ui.dialog() as dialog, panel():
        pair(desk, row.match)
        with line():
            link(desk.text("op.lists.open_party"), f"/parties/{row.seeker_id}")
            link(desk.text("op.lists.open_offer"), f"/offers/{row.offer_id}")
            quiet(desk.text("close"), dialog.close)
    dialog.open()


def pair(desk: Desk, match: Mapping[str, Any]) -> None:
    """A pair as it was judged: the sum's parts, then every condition with its clause."""
    with line("apart"):
        tag("h2", "", f"{match['seeker']['name']} · {match['offer']['name']}")
        tag("b", "", f"{desk.text('op.match')} {amount(match['score'], '')}")
    waterfall(desk, match["contributions"], match["score"])
    criteria(desk, match["eligibility"]["criteria"], {})


def _why_not(desk: Desk, run: Run) -> None:
    """Why a pair is not on the lists, for any that is typed in."""
    known = {offer.id: offer.name for offer in desk.services.store.offers.list(desk.viewer)}
    offers = {item["offer_id"]: known.get(item["offer_id"], item["offer_id"]) for item in run.counts["offers"]}
    with panel(desk.text("op.why.title")):
        muted(desk.text("op.why.under"))
        with line("top"):
            party = party_choice(desk, desk.text("op.why.party"))
            offer = ui.select(offers, label=desk.text("op.why.offer"), with_input=True)
            offer.props("dense outlined options-dense").style("min-width: 300px")
            primary(desk.text("op.why.ask"), lambda: answer(party.value, offer.value))
        place = tag("div", "stack", role="status")

    async def answer(seeker: str | None, chosen: str | None) -> None:
        place.clear()
        with place:
            if not seeker or not chosen:
                note(desk.text("op.why.both"), "amber")
                return
            try:
                found = await desk.work(why, desk.services.campaigns, desk.viewer, run, seeker, chosen)
            except MatcherError as error:
                note(str(error), "red")
                return
            _answered(desk, why_document(found, seeker, chosen))
            if found.match is not None:
                pair(desk, match_document(found.match))


def _answered(desk: Desk, found: Mapping[str, Any]) -> None:
    note(found["sentence"], "" if found["assigned"] else "amber")
    lacking, nearest = found["lacking"], found["nearest"]
    if lacking:
        tag("p", "", desk.text("op.why.lacking", n=amount(lacking, "")))
    if nearest is not None:
        gap = desk.text("op.why.lacking", n=amount(nearest["lacking"], "")) if nearest["lacking"] else ""
        tag("p", "", desk.text("op.why.nearest", name=nearest["offer"]["name"]) + gap)


async def _compare(desk: Desk, run: Run, place: Any) -> None:
    place.clear()
    with place:
        tag("h2", "", desk.text("op.compare.title"))
        try:
            before, found, departures = await desk.work(_compared, desk, run)
        except WrongCampaignState as error:
            muted(str(error))
            return
        document = comparison_document(found, departures, before, run.number)
        tag("p", "conclusion", document["sentence"])
        reasons = Counter(item["reason_label"] for item in document["left"])
        muted("；".join(f"{label} {n}" for label, n in reasons.most_common()))
        _compared_pairs(desk, document)


def _compared(desk: Desk, run: Run) -> tuple[int, Any, Any]:
    before = last_before(desk.services.campaigns, desk.viewer, run)
    return before.number, *comparison(desk.services.campaigns, desk.viewer, run, before)


def _compared_pairs(desk: Desk, document: Mapping[str, Any]) -> None:
    offers = {offer.id: offer.name for offer in desk.services.store.offers.list(desk.viewer)}
    came, left = desk.text("op.compare.came"), desk.text("op.compare.left")
    pairs = [(came, item) for item in document["came"]] + [(left, item) for item in document["left"]]
    rows = [
        {
            "id": f"{place}",
            "change": change,
            "seeker": item["seeker_id"],
            "offer": offers.get(item["offer_id"], item["offer_id"]),
            "reason": item.get("reason_label"),
        }
        for place, (change, item) in enumerate(pairs)
    ]
    columns = (
        Column("change", desk.text("op.compare.change"), width=90),
        Column("seeker", desk.text("op.lists.seeker"), width=200),
        Column("offer", desk.text("op.lists.offer")),
        Column("reason", desk.text("op.compare.reason")),
    )
    if rows:
        Table("campaign-compared", desk.text("op.compare.title"), columns, height="320px").show(desk, rows)
