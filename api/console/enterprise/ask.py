"""The asking box (提需求): one's own words in, offers out; what was understood can be corrected and answers again."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from nicegui import ui

from api.access.permissions import Permission
from api.access.viewers import Role
from api.console.blocks import bare, empty, line, muted, primary, quiet, span, tag, title
from api.console.desk import Desk
from api.console.enterprise.comparing import MOST, compare
from api.console.enterprise.costing import yearly_cost
from api.console.enterprise.posting import ask_post
from api.console.enterprise.question import PAGE, Chip, Found, Question, chips, find
from api.console.enterprise.reviewing import ask_review
from api.console.enterprise.sending import ask_consent
from api.console.field_inputs import field_input
from api.console.match_card import Card, key_of, match_card
from api.console.numbers import count
from api.console.pages import Page
from api.requests import MAX_TEXT
from matcher.fields import Value
from matcher.offers import OFFER_KIND_LABELS, OfferKind

EXAMPLES = ("ask.example.loan", "ask.example.carrier", "ask.example.subsidy")
MORE = 20
SHORT = 10
"""A provider's name up to so many characters stands on the button."""


async def show(desk: Desk) -> None:
    """Build the page; a question in the address is answered at once."""
    title(desk, "ask.title", under=desk.text("ask.under"))
    view = _Asking(desk, Question(text=desk.query.get("q", "")[:MAX_TEXT]))
    await view.ask()


class _Asking:
    """The page while somebody asks: the question, the answer beneath it, and what was chosen to be compared."""

    def __init__(self, desk: Desk, question: Question) -> None:
        self._desk = desk
        self._question = question
        self._opened: set[str] = set()
        self._compared: dict[str, Mapping[str, Any]] = {}
        self._found: Found | None = None
        self._box = self._ask_box()
        self._understood = tag("div", "stack")
        self._filters()
        self._bar = tag("div", "note line apart")
        self._bar.set_visibility(False)
        self._results = tag("div", "stack", aria_live="polite")

    def _ask_box(self) -> ui.textarea:
        desk = self._desk
        with tag("div", "panel"):
            box = ui.textarea(label=desk.text("ask.label"), placeholder=desk.text("ask.placeholder"))
            box.props(f"outlined autogrow stack-label maxlength={MAX_TEXT}").set_value(self._question.text)
            box.on("keydown.ctrl.enter", self._ask_anew)
            with line():
                primary(desk.text("ask.button"), self._ask_anew, "search")
                span(desk.text("ask.examples"), "muted small")
                for key in EXAMPLES:
                    bare(desk.text(f"{key}.name"), lambda key=key: self._example(key))
        return box

    async def _example(self, key: str) -> None:
        self._box.set_value(self._desk.text(key))
        await self._ask_anew()

    async def _ask_anew(self) -> None:
        question = self._question
        question.text, question.facts, question.limit = self._box.value or "", {}, PAGE
        self._opened.clear()
        self._compared.clear()
        await self.ask()

    def _filters(self) -> None:
        desk = self._desk
        with line():
            kinds = {kind.value: OFFER_KIND_LABELS[kind] for kind in OfferKind}
            chosen = ui.select(kinds, multiple=True, value=[], label=desk.text("ask.kinds"))
            chosen.props("dense outlined options-dense use-chips").style("min-width: 220px")
            unmet = ui.checkbox(desk.text("ask.unmet")).props("dense")
            personal = ui.checkbox(desk.text("ask.personal"), value=True).props("dense")

        async def changed() -> None:
            self._question.kinds = frozenset(OfferKind(kind) for kind in chosen.value)
            self._question.include_unmet = bool(unmet.value)
            self._question.personal = bool(personal.value)
            await self.ask()

        chosen.on_value_change(changed)
        unmet.on_value_change(changed)
        personal.on_value_change(changed)

    async def ask(self) -> None:
        """Answer the question as it stands, and show the answer; without words and without a party there is none."""
        if not self._question.text.strip() and not self._question.facts and self._desk.viewer.party_id is None:
            self._results.clear()
            return
        self._found = await self._desk.work(find, self._desk, self._question)
        self._show_understood(self._found)
        self._show_results(self._found)
        self._show_bar()

    def _show_understood(self, found: Found) -> None:
        desk, answer = self._desk, found.answer
        self._understood.clear()
        if not self._question.text and not self._question.facts:
            return
        with self._understood:
            shown = chips(self._question, answer)
            with tag("div", "chips"):
                span(desk.text("ask.understood"), "muted small")
                for chip in shown:
                    self._chip(chip)
                if not shown:
                    muted(desk.text("ask.nothing_understood"))
            rest = answer["understood"]["not_understood"]
            if rest:
                words = desk.text("list.comma").join(desk.text("quoted", text=words) for words in rest)
                tag("p", "muted small", desk.text("ask.not_understood", words=words))

    def _chip(self, chip: Chip) -> None:
        desk = self._desk
        with tag("span", "chip"):
            with tag("button", type="button", aria_label=desk.text("ask.change", name=chip.label, value=chip.text)):
                tag("b", "", f"{chip.label}：")
                span(f"{chip.text} ▾")
                with ui.menu().props("no-focus") as menu, tag("div", "panel popup"):
                    field_input(desk, chip.field, self._fill, value_text=chip.text, focus=True)
                menu.props["aria-label"] = chip.label
            remove = tag("button", "remove", "×", type="button", aria_label=desk.text("ask.remove", name=chip.label))
            remove.on("click", lambda: self._remove(chip))

    async def _fill(self, code: str, value: Value) -> None:
        self._question.facts[code] = value
        await self.ask()

    async def _remove(self, chip: Chip) -> None:
        self._question.take_out(chip.words, chip.field)
        self._box.set_value(self._question.text)
        await self.ask()

    def _show_results(self, found: Found) -> None:
        desk, answer = self._desk, found.answer
        matches = answer["matches"]
        self._results.clear()
        with self._results:
            if not matches:
                empty(desk.text("ask.none"))
                return
            key = "ask.count" if self._question.text else "ask.count_profile"
            key = key if self._question.personal else "ask.count_impersonal"
            with line("apart"):
                tag("h2", "finding", desk.text(key, n=count(len(matches)), all=count(answer["considered"])))
                if self._question.text and desk.may(Permission.NEED_POST):
                    quiet(desk.text("post.open"), lambda: ask_post(desk, self._question), "campaign")
            for match in matches:
                match_card(desk, match, self._card(found, match))
            if len(matches) == self._question.limit:
                with line():
                    quiet(desk.text("ask.more", n=MORE), self._more)

    def _card(self, found: Found, match: Mapping[str, Any]) -> Card:
        desk, offer = self._desk, match["offer_id"]
        others = [
            (desk.text("ask.review"), lambda: ask_review(desk, offer, match["offer"]["name"])),
            (
                desk.text("compare.out" if key_of(match) in self._compared else "compare.in"),
                lambda: self._compare(match),
            ),
        ]
        may_send = desk.may(Permission.CONSENT_GRANT)
        provider = match["offer"]["provider"]
        send = desk.text("consent.send", name=provider) if len(provider) <= SHORT else desk.text("consent.send_them")
        main = (send, lambda: ask_consent(desk, offer))
        return Card(
            facts=found.facts,
            cost=self._cost(match),
            fill=self._fill,
            quote=self._quoting(match),
            main=main if may_send else None,
            others=others,
            opened=self._opened,
        )

    def _cost(self, match: Mapping[str, Any], quoted: Decimal | None = None) -> str:
        if self._found is None:
            return ""
        at = date.fromisoformat(self._found.answer["versions"]["evaluated_on"])
        return yearly_cost(self._desk, match, self._found.values, at, quoted)

    def _quoting(self, match: Mapping[str, Any]) -> Callable[[Decimal], str] | None:
        return (lambda rate: self._cost(match, rate)) if match["offer"]["kind"] == OfferKind.LOAN else None

    async def _more(self) -> None:
        self._question.limit += MORE
        await self.ask()

    def _compare(self, match: Mapping[str, Any]) -> None:
        key = key_of(match)
        if self._compared.pop(key, None) is None:
            if len(self._compared) == MOST:
                self._desk.say("compare.full", n=MOST)
                return
            self._compared[key] = match
        if self._found is not None:
            self._show_results(self._found)
        self._show_bar()

    def _show_bar(self) -> None:
        desk, chosen = self._desk, list(self._compared.values())
        self._bar.clear()
        self._bar.set_visibility(bool(chosen))
        with self._bar:
            names = desk.text("list.comma").join(match["offer"]["name"] for match in chosen)
            span(desk.text("compare.chosen", n=len(chosen), names=names))
            with line():
                primary(desk.text("compare.open"), lambda: compare(desk, chosen, self._cost))
                bare(desk.text("compare.clear"), self._clear_compared)

    def _clear_compared(self) -> None:
        self._compared.clear()
        if self._found is not None:
            self._show_results(self._found)
        self._show_bar()


PAGES = (Page("/ask", "ask", show, Permission.MATCH_ASK, "manage_search", frozenset({Role.ENTERPRISE})),)
