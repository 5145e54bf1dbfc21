"""The lists that were received (收到的名单): the pairs of all campaigns, to filter, answer, download and hand back."""

from collections.abc import Iterable, Mapping, Sequence

from nicegui import ui

from api.access.permissions import Permission
from api.console.blocks import address, empty, line, muted, note, quiet, tag, title
from api.console.columns import Column, ColumnKind, Row
from api.console.desk import Desk
from api.console.institution.answering import ask
from api.console.institution.handing_back import upload
from api.console.institution.shelves import Shelf, of_shelf
from api.console.numbers import count
from api.console.sheets import MEDIA
from api.console.tables import Table
from api.delivery.inbox import Received
from matcher.learning.outcomes import OutcomeState


async def show(desk: Desk) -> None:
    """The list of one shelf, by default all."""
    pairs = await desk.work(desk.services.inbox.all, desk.viewer)
    with line("apart"):
        title(desk, "page.received")
        with line():
            _files(desk, pairs)
    muted(desk.text("inst.received_under"))
    if not pairs:
        empty(desk.text("inst.nothing_received"), [(desk.text("inst.see_open_needs"), lambda: desk.go("/taking"))])
        return
    noted = desk.query.get("noted", "")
    if noted.isdecimal():
        note(desk.text("inst.noted_n", n=count(int(noted[:6]))))
    shelf = _asked(desk)
    _shelves(desk, pairs, shelf)
    _table(desk, of_shelf(shelf, pairs))


def _asked(desk: Desk) -> Shelf:
    said = desk.query.get("show", "")
    return Shelf(said) if said in set(Shelf) else Shelf.ALL


def _shelves(desk: Desk, pairs: Sequence[Received], chosen: Shelf) -> None:
    with tag("nav", "tabs", aria_label=desk.text("inst.shelves")):
        for shelf in Shelf:
            number = len(of_shelf(shelf, pairs))
            current = "page" if shelf is chosen else None
            with tag("a", "tab", href=address(f"/received?show={shelf.value}"), aria_current=current):
                tag("span", "", desk.text(f"inst.shelf.{shelf.value}"))
                tag("b", "", count(number))


def _table(desk: Desk, pairs: Sequence[Received]) -> None:
    columns = (
        Column("name", desk.text("inst.enterprise"), pinned=True, width=380),
        Column("score", desk.text("match.fit"), ColumnKind.NUMBER, width=100),
        Column("consent", desk.text("inst.consent"), width=120),
        Column("progress", desk.text("inst.progress"), width=100),
        Column("late", desk.text("inst.late_column"), width=150),
        Column("eligibility", desk.text("inst.eligibility"), width=120),
        Column("offer", desk.text("inst.offer"), width=200),
        Column("industry", desk.text("inst.profile.industry"), width=150),
        Column("region", desk.text("inst.profile.region"), width=170),
        Column("size_class", desk.text("inst.profile.size_class"), width=80),
        Column("life_stage", desk.text("inst.profile.life_stage"), width=90),
        Column("campaign", desk.text("inst.campaign"), width=190),
        Column("pushed", desk.text("inst.pushed"), ColumnKind.DAY, width=110),
    )
    rows = [_row(desk, pair) for pair in pairs]
    made = Table("received", desk.text("page.received"), columns, lambda key: desk.go(f"/received/{key}"))
    together = line("wide-only")
    grid = made.show(desk, rows)
    if desk.may(Permission.OUTCOME_WRITE) and pairs:
        with together:
            _together(desk, grid, {pair.row.row.id: pair for pair in pairs})


def _row(desk: Desk, pair: Received) -> Row:
    row, late = pair.item.row, pair.due[0] if pair.due else None
    text = desk.text
    return {
        "id": row.id,
        "name": row.match["seeker"]["name"],
        "score": round(row.points / 100, 1),
        "consent": text(f"inst.consent.{row.match['consent']['state']}"),
        "progress": text(f"inst.state.{pair.state.value}"),
        "late": text("inst.late_short", what=text(f"inst.due.{late.due.value}"), n=late.late_days) if late else "",
        "eligibility": text(f"state.{row.eligibility}"),
        "offer": row.match["offer"]["name"],
        "campaign": pair.row.campaign,
        "pushed": pair.history[0].at.isoformat(),
        **pair.item.profile,
    }


def _together(desk: Desk, grid: ui.aggrid, pairs: dict[str, Received]) -> None:
    """Let several pairs be ticked and answered together."""
    grid.options["rowSelection"] = {"mode": "multiRow", "headerCheckbox": True, "enableClickSelection": False}
    grid.options["selectionColumnDef"] = {"pinned": "left", "width": 48}

    async def answer(state: OutcomeState) -> None:
        ticked = [pairs[row["id"]] for row in await grid.get_selected_rows() if row["id"] in pairs]
        able = [pair for pair in ticked if state in pair.next]
        if able:
            ask(desk, able, state, lambda n: desk.go(f"/received?noted={n}"))
        else:
            desk.say("inst.tick_first")

    for state in (OutcomeState.ACCEPTED, OutcomeState.REFUSED):
        quiet(desk.text(f"inst.together.{state.value}"), lambda state=state: answer(state))


def _files(desk: Desk, pairs: Iterable[Received]) -> None:
    """The lists as workbooks, one a run, and the way back for one that was filled in."""
    runs = {(pair.row.row.campaign_id, pair.row.number): pair.row.campaign for pair in pairs}
    if desk.may(Permission.DELIVERY_EXPORT):
        _downloads(desk, runs)
    if desk.may(Permission.OUTCOME_WRITE):
        quiet(desk.text("inst.hand_back"), lambda: upload(desk), "upload")


def _downloads(desk: Desk, runs: Mapping[tuple[str, int], str]) -> None:
    """The one list at once; of several, a choice."""
    if len(runs) == 1:
        only = next(iter(runs))
        quiet(desk.text("inst.download"), lambda: _download(desk, *only), "download")
    elif runs:
        with quiet(desk.text("inst.download"), lambda: None, "download"), ui.menu().props("role=menu"):
            for run, name in runs.items():
                item = ui.menu_item(
                    desk.text("inst.list_of", name=name, n=run[1]), lambda run=run: _download(desk, *run)
                )
                item.props("role=menuitem")


async def _download(desk: Desk, campaign: str, number: int) -> None:
    name, content = await desk.work(desk.services.inbox.workbook, desk.viewer, campaign, number)
    ui.download.content(content, name, MEDIA)
