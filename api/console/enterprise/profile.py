"""The enterprise's own profile (我的资料): what is known, with source and date, and what to fill in next."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from api.access.permissions import Permission
from api.access.viewers import Role, Viewer
from api.clock import today
from api.console.blocks import Act, bare, dialog, line, muted, note, panel, quiet, span, tag, title
from api.console.desk import Desk
from api.console.field_inputs import Filled, field_input
from api.console.numbers import count
from api.console.pages import Page
from api.console.states import state
from api.exchange.documents import Document, tags_document, value_text
from api.exchange.unlocking import SeekerGaps, seeker_gaps
from matcher.declarations.registry import REGISTRY
from matcher.declarations.tags import WITHHELD
from matcher.eligibility.results import State
from matcher.fields import Field, Value
from matcher.parties import Fact, Party

MOST_UNLOCKS = 6
Forget = Callable[[str], Awaitable[None]]
"""Takes the field of a code out of the profile."""
OWN = "自填"  # the source that the registry and imports name so
IDENTITY = frozenset({"name", "credit_code"})
"""What an enterprise cannot correct by itself: the platform does, by the register."""
STATES = (State.MET, State.UNKNOWN, State.UNMET, State.MANUAL_REVIEW)


async def show(desk: Desk) -> None:
    """Build the page of the viewer's own party."""
    title(desk, "page.profile")
    if desk.viewer.party_id is None:
        muted(desk.text("profile.no_party"))
        return
    await _Profile(desk).show()


class _Profile:
    """The page; filling a field writes it and shows everything anew."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._body = tag("div", "stack")

    async def show(self) -> None:
        """Read the party, work out what it lacks, and show both."""
        party, gaps = await self._desk.work(_read, self._desk)
        self._body.clear()
        with self._body:
            self._head(party)
            self._gaps(gaps)
            self._tags(party)
            self._facts(party)

    def _head(self, party: Party) -> None:
        known = len(party.facts)
        all_fields = len(REGISTRY.of_kind(party.kind))
        with tag("div", "line"):
            tag("h2", "", party.name)
            if party.synthetic:
                tag("span", "tag", self._desk.text("synthetic"))
            span(self._desk.text("profile.known", n=count(known), all=count(all_fields)), "muted")

    def _gaps(self, gaps: SeekerGaps) -> None:
        desk = self._desk
        with tag("div", "four"):
            for which in STATES:
                with tag("div", "tile"):
                    state(desk.words, which)
                    tag("div", "big", count(gaps.states[which], desk.text("unit.items")))
        if not gaps.unlocks:
            note(desk.text("profile.nothing_to_unlock"))
            return
        with panel(desk.text("profile.unlock", n=count(len(_decided(gaps))))):
            muted(desk.text("profile.unlock_under"))
            for item in gaps.unlocks[:MOST_UNLOCKS]:
                with tag("div", "unlock"):
                    with tag("div", "grow"):
                        tag("div", "", item.label)
                        said = {"n": count(len(item.decides)), "met": count(len(item.could_meet))}
                        tag("div", "muted small", desk.text("profile.unlocks", **said))
                    field_input(desk, item.field, self._write)

    def _facts(self, party: Party) -> None:
        desk = self._desk
        shown = party.facts.keys() - {WITHHELD}
        fields = [field for field in REGISTRY.of_kind(party.kind) if field.code in shown]
        for group, members in groupby(sorted(fields, key=lambda field: field.group), key=lambda field: field.group):
            with panel(group), tag("table", "rows known"), tag("tbody"):
                for field in members:
                    _fact(desk, field, party.facts, self._write, self._forget)

    def _tags(self, party: Party) -> None:
        """What the system inferred (推断标签), from what, and how to say otherwise."""
        desk, told = self._desk, tags_document(party, today())
        if not told["tags"] and not told["deleted"]:
            return
        with panel(desk.text("profile.tags", n=count(len(told["tags"])))):
            muted(desk.text("profile.tags_under"))
            with tag("table", "rows known"), tag("tbody"):
                for item in told["tags"]:
                    self._tag(item)
            for item in told["deleted"]:
                with line():
                    span(desk.text("profile.tag_deleted", name=item["label"]), "muted")
                    _named(desk, "profile.tag_restore", item["label"], self._tagging("restore", item))

    def _tag(self, item: Document) -> None:
        """One tag: what it says, from what, and the ways to say otherwise."""
        desk = self._desk
        with tag("tr"):
            tag("th", "", item["label"], scope="row")
            tag("td", "", item["text"])
            names = desk.text("list.comma").join(item["derived_from"])
            tag("td", "muted small", desk.text("profile.tag_of", names=names) if names else "")
            with tag("td"), line():
                _correct(desk, REGISTRY[item["field"]], self._write, None)
                if item["deletable"]:
                    _named(desk, "profile.tag_delete", item["label"], self._tagging("delete", item))

    def _tagging(self, how: str, item: Document) -> Act:
        """What deletes a tag, or takes that back; the next question honours it."""

        async def change() -> None:
            desk = self._desk
            await desk.work(_tagged, desk, how, item["field"])
            desk.say("profile.tag_deleted" if how == "delete" else "profile.tag_restored", name=item["label"])
            await self.show()

        return change

    async def _forget(self, code: str) -> None:
        await self._desk.work(_forget, self._desk, code)
        self._desk.say("profile.forgotten", name=REGISTRY[code].label)
        await self.show()

    async def _write(self, code: str, value: Value) -> None:
        await self._desk.work(_write, self._desk, code, value)
        self._desk.say("profile.saved", name=REGISTRY[code].label)
        await self.show()


def _fact(desk: Desk, field: Field, facts: Mapping[str, Fact], write: Filled, forget: Forget) -> None:
    fact = facts[field.code]
    with tag("tr"):
        tag("th", "", field.label, scope="row")
        tag("td", "", value_text(field.code, fact.value))
        said = desk.text("check.source", source=fact.source, day=fact.observed_on.isoformat())
        tag("td", "muted small", said)
        with tag("td"):
            if field.code not in IDENTITY:
                _correct(desk, field, write, forget)


def _correct(desk: Desk, field: Field, write: Filled, forget: Forget | None) -> None:
    name = desk.text("profile.change_field", name=field.label)
    bare(desk.text("profile.change"), lambda: _change(desk, field, write, forget)).props["aria-label"] = name


def _named(desk: Desk, key: str, name: str, act: Act) -> None:
    """A button whose name says of what; what is seen is the short word."""
    bare(desk.text(key), act).props["aria-label"] = f"{desk.text(key)} {name}"


def _change(desk: Desk, field: Field, write: Filled, forget: Forget | None) -> None:
    with dialog(desk.text("profile.change_field", name=field.label)) as shown:

        async def written(code: str, value: Value) -> None:
            shown.close()
            await write(code, value)

        async def forgotten() -> None:
            shown.close()
            if forget is not None:
                await forget(field.code)

        field_input(desk, field.code, written, focus=True)
        with line():
            if forget is not None:
                quiet(desk.text("profile.forget"), forgotten, "delete_outline")
            bare(desk.text("cancel"), shown.close)
    shown.open()


def _decided(gaps: SeekerGaps) -> frozenset[str]:
    """The offers that filling in what is shown would decide, one field at a time."""
    shown: Sequence[tuple[str, ...]] = [item.decides for item in gaps.unlocks[:MOST_UNLOCKS]]
    return frozenset(offer for decides in shown for offer in decides)


def _read(desk: Desk) -> tuple[Party, SeekerGaps]:
    viewer, store = desk.viewer, desk.services.store
    party = _own(desk, viewer)
    return party, seeker_gaps(party.kind, party.values, store.offers.list(viewer), today())


def _own(desk: Desk, viewer: Viewer) -> Party:
    return desk.services.store.parties.get(viewer, viewer.party_id or "")


def _tagged(desk: Desk, how: str, field: str) -> None:
    viewer, tags = desk.viewer, desk.services.tags
    change = tags.delete if how == "delete" else tags.restore
    change(viewer, viewer.party_id or "", field)
    desk.services.parties.catch_up()


def _forget(desk: Desk, code: str) -> None:
    """Take one field out of the viewer's own party: from then on it is unknown."""
    viewer, services = desk.viewer, desk.services
    party = _own(desk, viewer)
    kept = {name: fact for name, fact in party.facts.items() if name != code}
    services.store.parties.upsert_many(viewer, [replace(party, facts=kept)], merge=False)
    services.parties.catch_up()


def _write(desk: Desk, code: str, value: Value) -> None:
    """Write one field of the viewer's own party, as told by itself today; the next question sees it."""
    viewer, services = desk.viewer, desk.services
    party, day = _own(desk, viewer), today()
    told = Party(
        party.id, party.kind, party.name, {code: Fact(value, OWN, day)}, party.tenant, OWN, day, party.synthetic
    )
    services.store.parties.upsert_many(viewer, [told])
    services.parties.catch_up()


PAGES = (Page("/profile", "profile", show, Permission.PARTY_WRITE, "badge", frozenset({Role.ENTERPRISE})),)
