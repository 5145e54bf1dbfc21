"""What an institution says of pairs on its lists (办理与反馈): accept, refuse with a reason, results with figures."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from nicegui import ui

from api.clock import today
from api.console.blocks import bare, dialog, line, note, primary, quiet, tag
from api.console.desk import Desk
from api.delivery.filled import MOST_PCT, MOST_WAN
from api.delivery.inbox import Received, Said
from api.store.outcome_rows import ReportState
from matcher.errors import InvalidValue
from matcher.learning.outcomes import OutcomeState

Done = Callable[[int], Awaitable[None] | None]
"""What is done once so many were noted."""
REASONS = ("industry", "small", "material", "risk", "unreachable", "elsewhere")
"""Reasons that are offered to be chosen; any other may be typed."""
MONEY = frozenset({OutcomeState.APPROVED, OutcomeState.FUNDED, OutcomeState.INVESTED})
"""States that say an amount, and a rate where there is one."""
OFFERED = (
    OutcomeState.ACCEPTED,
    OutcomeState.CONTACTED,
    OutcomeState.APPROVED,
    OutcomeState.FUNDED,
    OutcomeState.MOVED_IN,
    OutcomeState.INVESTED,
    OutcomeState.REFUSED,
)
"""What an institution is offered to say; that it viewed is noted when it opens a pair."""


def choices(pair: Received) -> tuple[OutcomeState, ...]:
    """What may be said of a pair next, the nearest first."""
    return tuple(state for state in OFFERED if state in pair.next)


def ask(desk: Desk, pairs: Sequence[Received], state: OutcomeState, done: Done) -> None:
    """Ask for what a state needs to say, then note it of all the pairs; what needs nothing is noted at once."""
    form = _Form(desk, pairs, state, done)
    if state in (OutcomeState.ACCEPTED, OutcomeState.CONTACTED) and len(pairs) == 1:
        ui.timer(0, form.send, once=True)
    else:
        form.show()


class _Form:
    """What a state needs: a reason for a refusal; amount, rate and day for a result."""

    def __init__(self, desk: Desk, pairs: Sequence[Received], state: OutcomeState, done: Done) -> None:
        self._desk, self._pairs, self._state, self._done = desk, pairs, state, done
        self._entries: dict[str, ui.input | ui.textarea] = {}
        self._dialog: ui.dialog | None = None

    def show(self) -> None:
        """Open the dialog."""
        desk, label = self._desk, self._desk.text(f"inst.do.{self._state.value}")
        with dialog(label) as self._dialog:
            if len(self._pairs) > 1:
                note(desk.text("inst.of_many", n=len(self._pairs), act=label))
            if self._state is OutcomeState.REFUSED:
                self._ask_reason()
            elif self._state in MONEY:
                self._ask_money()
            with line():
                primary(label, self.send)
                bare(desk.text("cancel"), self._dialog.close)
        self._dialog.open()

    def _ask_reason(self) -> None:
        desk = self._desk
        typed = ui.textarea(desk.text("inst.reason")).props("outlined dense autofocus maxlength=500 rows=2")
        self._entries["reason"] = typed
        with tag("div", "chips"):
            for key in REASONS:
                text = desk.text(f"inst.reason.{key}")
                quiet(text, lambda text=text: typed.set_value(text))

    def _ask_money(self) -> None:
        desk = self._desk
        names = ("amount", "day") if self._state is OutcomeState.INVESTED else ("amount", "rate", "day")
        with tag("div", "columns"):
            for name in names:
                kind = "type=date" if name == "day" else "inputmode=decimal"
                value = today().isoformat() if name == "day" else ""
                entry = ui.input(desk.text(f"inst.{name}"), value=value).props(f"outlined dense {kind}")
                self._entries[name] = entry

    async def send(self) -> None:
        """Note it; what is refused is told with its reason, the rest is kept."""
        desk, said = self._desk, self.said()
        results = await desk.work(desk.services.inbox.say, desk.viewer, self._pairs, said)
        refused = [result.error for result in results if result.state is ReportState.REFUSED and result.error]
        added = sum(result.state is ReportState.ADDED for result in results)
        for error in refused[:3]:
            desk.complain(error)
        if refused and not added:
            return
        if self._dialog is not None:
            self._dialog.close()
        desk.say("inst.noted", n=added, act=desk.text(f"inst.state.{self._state.value}"))
        again = self._done(added)
        if again is not None:
            await again

    def said(self) -> Said:
        """What was typed. Raises `InvalidValue` for what is no number or day."""
        desk = self._desk
        amount = _number(self._typed("amount"), desk.text("inst.amount"), MOST_WAN)
        rate = _number(self._typed("rate"), desk.text("inst.rate"), MOST_PCT)
        day = _day(self._typed("day"))
        return Said(self._state, self._typed("reason"), amount, rate, None if day == today() else day)

    def _typed(self, name: str) -> str:
        entry = self._entries.get(name)
        return "" if entry is None else str(entry.value or "")


def _number(text: str, label: str, most: Decimal) -> Decimal | None:
    plain = text.replace(",", "").replace("，", "").strip()
    if not plain:
        return None
    try:
        number = Decimal(plain)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or not 0 <= number <= most:
        raise InvalidValue(found=f"{label}“{text}”", expected=f"0 到 {most:,} 的数字", remedy="请改正后再提交")
    return number


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidValue(found=f"日期“{text}”", expected="如 2026-11-22", remedy="请改正后再提交") from None
