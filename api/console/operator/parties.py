"""The library of parties (主体库): find by name or by what they do, narrow, read every fact, correct, undo."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nicegui import ui

from api.access.audit import Action
from api.access.permissions import Permission
from api.access.viewers import STAFF, Viewer
from api.clock import today
from api.console.blocks import bare, definition, line, muted, note, panel, primary, quiet, tag, title
from api.console.columns import Column, ColumnKind, Row
from api.console.desk import Desk
from api.console.field_inputs import field_input
from api.console.numbers import count, moment
from api.console.pages import Page
from api.console.tables import Stretch, Table
from api.exchange.documents import value_text
from api.searching import SearchRequest
from api.store.listing import MOST_LISTED, ListedParty, PartyListing, PartyOrder
from api.store.revisions import Revision
from api.store.store import Store
from matcher.declarations.registry import REGISTRY
from matcher.fields import PARTY_KIND_LABELS, PartyKind, Value
from matcher.parties import Fact, Party

BY_HAND = "平台填写"
"""The source of a fact that somebody of the platform typed."""
_SEARCHED = 100


class LibraryRows:
    """The rows of the library, read as they are scrolled to."""

    def __init__(self, desk: Desk, wanted: PartyListing) -> None:
        self._desk = desk
        self._wanted = wanted

    def stretch(self, start: int, end: int, order: Sequence[tuple[str, bool]], filters: Mapping[str, Any]) -> Stretch:
        """Rows `start` to `end`, sorted and narrowed as the grid asks."""
        asked = replace(narrowed(self._desk, self._wanted, filters), start=start, limit=min(end - start, MOST_LISTED))
        if order and order[0][0] in set(PartyOrder):
            asked = replace(asked, order=PartyOrder(order[0][0]), descending=order[0][1])
        found, total = self._desk.services.store.listing.page(self._desk.viewer, asked)
        return Stretch([listed_row(item) for item in found], total)

    def all(self) -> Sequence[Row]:
        """Every row, for the export, which is noted."""
        store, viewer = self._desk.services.store, self._desk.viewer
        rows: list[ListedParty] = []
        while True:
            found, total = store.listing.page(viewer, replace(self._wanted, start=len(rows), limit=MOST_LISTED))
            rows += found
            if not found or len(rows) >= total:
                break
        subjects = [item.id for item in rows]
        self._desk.services.audit.note(viewer, Action.PARTIES_FOUND, subjects=subjects, detail={"export": True})
        return [listed_row(item) for item in rows]


def narrowed(desk: Desk, wanted: PartyListing, filters: Mapping[str, Any]) -> PartyListing:
    """What is wanted under the grid's filters: text of a name, a source, the name of a place or an industry."""
    typed = {field: str(model.get("filter") or "") for field, model in filters.items() if isinstance(model, dict)}
    wanted = replace(wanted, text=typed.get("name") or wanted.text, source=typed.get("source", ""))
    store, viewer = desk.services.store, desk.viewer
    for field in ("region", "industry"):
        if typed.get(field):
            held = store.listing.codes(viewer, field)
            among = frozenset(code for code in held if typed[field] in (named(field, code) or ""))
            wanted = replace(wanted, codes={**wanted.codes, field: among})
    kinds = [kind for kind in PartyKind if typed.get("kind") and typed["kind"] in PARTY_KIND_LABELS[kind]]
    return replace(wanted, kind=kinds[0]) if kinds else wanted


def listed_row(item: ListedParty) -> Row:
    """A party as a row."""
    return {
        "id": item.id,
        "name": item.name,
        "kind": PARTY_KIND_LABELS[item.kind],
        "region": named("region", item.region),
        "industry": named("industry", item.industry),
        "credit_code": item.credit_code,
        "source": item.source,
        "observed_on": item.observed_on.isoformat(),
        "updated": item.updated.isoformat(),
    }


def named(field: str, code: str | None) -> str | None:
    """The name of a place or an industry; its code where it has none any more."""
    if code is None:
        return None
    try:
        return value_text(field, code)
    except (KeyError, LookupError, ValueError):
        return code


def _columns(desk: Desk) -> tuple[Column, ...]:
    text = desk.text
    return (
        Column("name", text("op.party.name"), pinned=True, width=300),
        Column("kind", text("op.import.kind"), width=110),
        Column("region", text("op.lists.region"), width=190),
        Column("industry", text("op.lists.industry"), width=200),
        Column("credit_code", text("op.party.credit_code"), width=190),
        Column("source", text("op.import.source"), width=160),
        Column("observed_on", text("op.party.observed"), ColumnKind.DAY, width=120),
        Column("updated", text("op.campaign.updated"), ColumnKind.MOMENT, width=160),
    )


async def show_all(desk: Desk) -> None:
    """The library, or what the search box found."""
    text = desk.query.get("q", "").strip()
    chosen = desk.query.get("kind", "")
    kind = PartyKind(chosen) if chosen in set(PartyKind) else None
    with line("apart"):
        title(desk, "page.parties")
        with line():
            primary(desk.text("page.imports"), lambda: desk.go("/imports"), "upload_file")
    _kinds(desk, kind, text)
    wanted = PartyListing(text=text, kind=kind)
    _, total = await desk.work(desk.services.store.listing.page, desk.viewer, replace(wanted, limit=1))
    if text and not total:
        await _by_meaning(desk, text, kind)
        return
    table = Table("parties", desk.text("page.parties"), _columns(desk), lambda key: desk.go(f"/parties/{key}"))
    await table.show_long(desk, LibraryRows(desk, wanted), total)


def _kinds(desk: Desk, kind: PartyKind | None, text: str) -> None:
    with tag("nav", "chips", aria_label=desk.text("op.import.kind")):
        for item in (None, *PartyKind):
            query = "&".join(filter(None, (f"kind={item.value}" if item else "", f"q={text}" if text else "")))
            label = PARTY_KIND_LABELS[item] if item else desk.text("op.party.all")
            current = "page" if item is kind else None
            tag("a", "tag blue" if current else "tag", label, href=f"/console/parties?{query}", aria_current=current)


async def _by_meaning(desk: Desk, text: str, kind: PartyKind | None) -> None:
    """No name holds the words: those whose business comes nearest to them."""
    request = SearchRequest(text=text, kind=kind, limit=_SEARCHED)
    answer = await desk.work(desk.services.searching.search, desk.viewer, request)
    subjects = [item.party.id for item in answer.found]
    desk.services.audit.seen(desk.viewer, Action.PARTIES_FOUND, subjects=subjects)
    muted(desk.text("op.party.by_meaning", text=text))
    rows: list[Row] = [
        {
            "id": item.party.id,
            "name": item.party.name,
            "kind": PARTY_KIND_LABELS[item.party.kind],
            "region": named("region", _text(item.party, "region")),
            "industry": named("industry", _text(item.party, "industry")),
            "business": _text(item.party, "main_business"),
        }
        for item in answer.found
    ]
    columns = (*_columns(desk)[:4], Column("business", desk.text("op.party.business")))
    Table("parties-found", desk.text("page.parties"), columns, lambda key: desk.go(f"/parties/{key}")).show(desk, rows)


def _text(party: Party, code: str) -> str | None:
    value = party.values.get(code)
    return value if isinstance(value, str) else None


async def show(desk: Desk) -> None:
    """One party: its facts by group with source and day, a field to correct or add, its changes."""
    party, changes = await desk.work(_opened, desk)
    with line("apart"):
        with line():
            tag("h1", "", party.name)
            tag("span", "tag blue", PARTY_KIND_LABELS[party.kind])
            if party.synthetic:
                tag("span", "tag", desk.text("synthetic"))
        with line():
            if party.kind is not PartyKind.INSTITUTION:
                quiet(desk.text("op.party.try"), lambda: desk.go(f"/rules?party={party.id}"), "rule")
            if desk.may(Permission.PARTY_DELETE):
                bare(desk.text("op.party.delete"), lambda: _ask_delete(desk, party))
    muted(desk.text("op.party.under", id=party.id, source=party.source, day=party.observed_on))
    if desk.may(Permission.PARTY_WRITE):
        _edit(desk, party)
    for group, codes in _groups(party).items():
        with panel(group), tag("dl", "said"):
            for code in codes:
                fact = party.facts[code]
                said = f"{value_text(code, fact.value)}　"
                definition(
                    REGISTRY[code].label, said + desk.text("op.party.fact", source=fact.source, day=fact.observed_on)
                )
    _changes(desk, party, changes)


def _opened(desk: Desk) -> tuple[Party, tuple[Revision, ...]]:
    store, viewer = desk.services.store, desk.viewer
    party = store.parties.get(viewer, desk.path["party"])
    desk.services.audit.seen(viewer, Action.PARTY_OPENED, subjects=[party.id])
    return party, store.revisions.of(viewer, party.id)


def _groups(party: Party) -> dict[str, list[str]]:
    """The codes of known facts by group, in the order of the registry."""
    found: dict[str, list[str]] = {}
    for field in REGISTRY.of_kind(party.kind):
        if field.code in party.facts:
            found.setdefault(field.group, []).append(field.code)
    return found


def _edit(desk: Desk, party: Party) -> None:
    """Any field can be typed; it replaces what was known, with today's date and the platform as its source."""
    fields = {field.code: f"{field.label}（{field.group}）" for field in REGISTRY.of_kind(party.kind)}
    with panel(desk.text("op.party.edit")):
        muted(desk.text("op.party.edit_under"))
        chosen = ui.select(fields, label=desk.text("op.party.field"), with_input=True)
        chosen.props("dense outlined options-dense").style("max-width: 420px")
        place = tag("div", "stack")

    async def fill(code: str, value: Value) -> None:
        await desk.work(written, desk.services.store, desk.viewer, party.id, {code: value})
        desk.services.parties.catch_up()
        desk.go(f"/parties/{party.id}")

    def choose() -> None:
        place.clear()
        if chosen.value:
            with place:
                field_input(desk, chosen.value, fill, focus=True)

    chosen.on_value_change(choose)


def written(store: Store, viewer: Viewer, party: str, values: Mapping[str, Value]) -> None:
    """Write facts of a party by hand, so that it can be undone."""
    known, day = store.parties.get(viewer, party, Permission.PARTY_WRITE), today()
    facts = {code: Fact(value, BY_HAND, day) for code, value in values.items()}
    name = facts["name"].value if "name" in facts else known.name
    changed = replace(known, name=str(name), facts={**known.facts, **facts}, tenant=viewer.tenant)
    store.revisions.write(viewer, [changed], by=viewer.name or viewer.role.value, merge=False)


def _changes(desk: Desk, party: Party, changes: Sequence[Revision]) -> None:
    with panel(desk.text("op.party.history")):
        if not changes:
            muted(desk.text("op.party.no_history"))
        last = next((item.number for item in changes if item.undone is None), None)
        for item in changes:
            with line("apart"):
                tag("span", "", _said(desk, party, item))
                if item.number == last and item.undone is None and desk.may(Permission.PARTY_WRITE):
                    bare(desk.text("op.party.undo"), _undoing(desk, item))


def _said(desk: Desk, party: Party, item: Revision) -> str:
    how = desk.text("op.party.by_import" if item.import_id else "op.party.by_hand")
    what = desk.text("op.party.created") if item.before is None else desk.text("op.party.changed")
    labels = [] if item.before is None else _differing(item.before, party)
    fields = "：" + "、".join(labels[:6]) if labels else ""
    undone = f"（{desk.text('op.import.undone')}）" if item.undone else ""
    return f"{moment(item.at)} · {item.by or '—'} · {how} · {what}{fields}{undone}"


def _differing(before: Party, party: Party) -> list[str]:
    codes = before.facts.keys() | party.facts.keys()
    return sorted(REGISTRY[code].label for code in codes if before.values.get(code) != party.values.get(code))


def _undoing(desk: Desk, item: Revision) -> Callable[[], Any]:
    async def undo() -> None:
        done = await desk.work(desk.services.store.revisions.undo, desk.viewer, item.number)
        desk.services.parties.catch_up()
        if done.removed:
            desk.go("/parties")
        elif done.restored:
            desk.go(f"/parties/{item.party_id}")
        else:
            desk.say("op.party.undo_stale")

    return undo


def _ask_delete(desk: Desk, party: Party) -> None:
    with ui.dialog() as dialog, panel(desk.text("op.party.delete")):
        note(desk.text("op.party.delete_text", n=count(len(party.facts))), "amber")

        async def remove() -> None:
            await desk.work(_delete, desk, party.id)
            desk.go("/parties")

        with line():
            primary(desk.text("op.party.delete"), remove)
            bare(desk.text("cancel"), dialog.close)
    dialog.open()


_SEARCH = Permission.PARTY_SEARCH
PAGES = (
    Page("/parties", "parties", show_all, _SEARCH, "corporate_fare", STAFF),
    Page("/search", "parties", show_all, _SEARCH),
    Page("/parties/{party}", "party", show, _SEARCH),
)


def _delete(desk: Desk, party: str) -> None:
    with desk.services.store.together():
        desk.services.store.parties.delete(desk.viewer, party)
        desk.services.audit.note(desk.viewer, Action.PARTY_DELETED, subjects=[party])
    desk.services.parties.catch_up()
