"""Writing one's own offer (发布与修改): what it is, for whom, on which terms and conditions."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from nicegui import ui

from api.clock import today
from api.console.blocks import bare, line, link, note, panel, primary, tag, title
from api.console.desk import Desk
from api.console.institution.condition_rows import ConditionRows
from api.console.institution.products import mine
from api.exchange.named_codes import codes_of, names_of
from api.exchange.own_offers import KINDS_OF, OfferDraft, draft_of, plain_number, written
from matcher.errors import InvalidValue, MatcherError
from matcher.fields import PARTY_KIND_LABELS, FieldType, PartyKind
from matcher.offers import OfferKind, Terms

_MONEY = frozenset({OfferKind.LOAN, OfferKind.GUARANTEE, OfferKind.INSURANCE, OfferKind.FUND})
"""Kinds whose terms are amounts of money."""
_RATED = frozenset({OfferKind.LOAN, OfferKind.GUARANTEE, OfferKind.INSURANCE})
_AUDIENCE = (PartyKind.ENTERPRISE, PartyKind.TEAM, PartyKind.CARRIER)


async def show_new(desk: Desk) -> None:
    """An empty form for what the role offers first."""
    title(desk, "page.own_offer_new", under=desk.text("inst.form_under"))
    kinds = KINDS_OF.get(desk.viewer.role, tuple(OfferKind))
    _Form(desk, f"own-{uuid4().hex[:12]}", OfferDraft(kinds[0], "", ""), kinds).show()


async def show_edit(desk: Desk) -> None:
    """The form with what stands."""
    offer = await desk.work(mine, desk, desk.path["offer"])
    title(desk, "page.own_offer_edit")
    link(offer.name, f"/own-offers/{offer.id}")
    kinds = KINDS_OF.get(desk.viewer.role, tuple(OfferKind))
    _Form(desk, offer.id, draft_of(offer), tuple(dict.fromkeys((offer.kind, *kinds)))).show()


class _Form:
    """A draft while it is written."""

    def __init__(self, desk: Desk, identifier: str, draft: OfferDraft, kinds: Sequence[OfferKind]) -> None:
        self._desk, self._id, self._draft, self._kinds = desk, identifier, draft, kinds
        self._entries: dict[str, Any] = {}
        self._conditions: ConditionRows | None = None
        self._money = tag("div")

    def show(self) -> None:
        """Build the form; terms of money stand there only for kinds that have them."""
        desk, draft = self._desk, self._draft
        with panel(desk.text("inst.what")):
            self._what()
        with panel(desk.text("inst.for_whom")):
            self._whom()
        with panel(desk.text("inst.terms")) as self._money:
            self._terms()
        with panel(desk.text("inst.rules")):
            if draft.conditions is None:
                note(desk.text("inst.conditions_kept"))
            else:
                self._conditions = ConditionRows(desk, draft.conditions)
        self._wrong = tag("div", "stack", role="alert")
        with line():
            primary(desk.text("inst.publish"), self._send)
            bare(desk.text("cancel"), ui.navigate.back)
        self._kind_changed()

    def _what(self) -> None:
        desk, draft = self._desk, self._draft
        options = {kind.value: desk.text(f"inst.kind.{kind.value}") for kind in self._kinds}
        kind = ui.select(options, value=draft.kind.value, label=desk.text("inst.kind"), on_change=self._kind_changed)
        self._entries["kind"] = kind.props("outlined dense options-dense")
        self._text("name", draft.name, "maxlength=200")
        summary = ui.textarea(desk.text("inst.summary"), value=draft.summary).props("outlined dense rows=2 autogrow")
        self._entries["summary"] = summary
        focus = ui.textarea(desk.text("inst.focus"), value=draft.focus).props("outlined dense rows=2 autogrow")
        focus.props(f'hint="{desk.text("inst.focus_hint")}"')
        self._entries["focus"] = focus

    def _whom(self) -> None:
        desk, draft = self._desk, self._draft
        options = {kind.value: PARTY_KIND_LABELS[kind] for kind in _AUDIENCE}
        chosen = [kind.value for kind in _AUDIENCE if kind in draft.audience]
        audience = ui.select(options, value=chosen, multiple=True, label=desk.text("inst.audience"))
        self._entries["audience"] = audience.props("outlined dense options-dense use-chips")
        self._text("regions", names_of(FieldType.REGION, draft.service_regions), hint="inst.regions_hint")
        self._text("industries", names_of(FieldType.INDUSTRY, draft.industry_focus), hint="inst.industries_hint")
        with tag("div", "columns"):
            for name, value in (("from", draft.effective_from), ("to", draft.effective_to)):
                self._text(name, "" if value is None else value.isoformat(), "type=date stack-label")

    def _terms(self) -> None:
        terms = self._draft.terms
        with tag("div", "columns"):
            for name in ("amount_min_wan", "amount_max_wan", "term_months_max", "rate_min_pct", "rate_max_pct"):
                value = getattr(terms, name)
                self._text(name, "" if value is None else str(value), "inputmode=decimal")

    def _text(self, name: str, value: str, props: str = "", *, hint: str = "") -> None:
        entry = ui.input(self._desk.text(f"inst.form.{name}"), value=value).props(f"outlined dense {props}")
        if hint:
            entry.props(f'hint="{self._desk.text(hint)}"')
        self._entries[name] = entry

    def _kind_changed(self) -> None:
        kind = OfferKind(self._entries["kind"].value)
        self._money.set_visibility(kind in _MONEY)
        for name in ("term_months_max", "rate_min_pct", "rate_max_pct"):
            if name in self._entries:
                self._entries[name].set_visibility(kind in _RATED)

    async def _send(self) -> None:
        desk = self._desk
        self._wrong.clear()
        try:
            draft = self._typed()
            offer = await desk.work(written, desk.services.store, desk.viewer, self._id, draft, today())
        except MatcherError as error:
            with self._wrong:
                note(str(error), "red")
            return
        desk.services.parties.catch_up()
        desk.go(f"/own-offers/{offer.id}")

    def _typed(self) -> OfferDraft:
        """What stands in the form. Raises `InvalidValue` for what cannot be read."""
        said = {name: entry.value for name, entry in self._entries.items()}
        return replace(
            self._draft,
            kind=OfferKind(said["kind"]),
            name=said["name"] or "",
            summary=said["summary"] or "",
            focus=said["focus"] or "",
            audience=frozenset(PartyKind(kind) for kind in said["audience"] or ()),
            service_regions=codes_of(FieldType.REGION, said["regions"] or ""),
            industry_focus=codes_of(FieldType.INDUSTRY, said["industries"] or ""),
            effective_from=_day(said["from"]),
            effective_to=_day(said["to"]),
            terms=self._terms_typed(said),
            conditions=None if self._conditions is None else self._conditions.typed(),
        )

    def _terms_typed(self, said: dict[str, Any]) -> Terms:
        def read(name: str) -> Decimal | None:
            return plain_number(str(said[name] or ""), self._desk.text(f"inst.form.{name}"))

        months = read("term_months_max")
        return replace(
            self._draft.terms,
            amount_min_wan=read("amount_min_wan"),
            amount_max_wan=read("amount_max_wan"),
            rate_min_pct=read("rate_min_pct"),
            rate_max_pct=read("rate_max_pct"),
            term_months_max=None if months is None else int(months),
        )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidValue(found=f"日期“{text}”", expected="如 2026-11-22", remedy="请改正") from None
