"""What came of the lists (成效): how far pairs came, how much money, why refused, promises kept; by offer and place."""

from collections.abc import Sequence

from api.console.blocks import address, definition, empty, note, panel, tag, tile, title
from api.console.charts import bars
from api.console.desk import Desk
from api.console.numbers import amount, count, percent, share
from api.delivery.inbox import DISTRICT, INDUSTRY, OFFER, Received
from matcher.learning.funnel import STEPS, Funnel, by_group, funnel
from matcher.learning.outcomes import OutcomeState

_GROUPS = (OFFER, INDUSTRY, DISTRICT)
_SHOWN = 12
"""So many groups are shown at most."""


async def show(desk: Desk) -> None:
    """The funnel of all that was received, its numbers, and the same told apart."""
    pairs = await desk.work(desk.services.inbox.all, desk.viewer)
    title(desk, "page.effect", under=desk.text("inst.effect_under"))
    if not pairs:
        empty(desk.text("inst.no_effect"), [(desk.text("page.received"), lambda: desk.go("/received"))])
        return
    if any(pair.row.row.match["synthetic"] for pair in pairs):
        note(desk.text("inst.invented"))
    found = funnel([pair.tracked for pair in pairs])
    _numbers(desk, found)
    with tag("div", "columns"):
        with panel():
            steps_chart(desk, found)
        with panel(desk.text("inst.promises")):
            _promises(desk, found)
        if found.refusal_reasons:
            with panel():
                _refusals(desk, found)
    _told_apart(desk, pairs)


def _numbers(desk: Desk, found: Funnel) -> None:
    text, pushed = desk.text, found.steps[OutcomeState.PUSHED]
    with tag("div", "tiles"):
        tile(text("inst.state.pushed"), count(pushed, text("inst.unit.firms")))
        tile(
            text("inst.succeeded"),
            count(found.succeeded, text("inst.unit.firms")),
            under=share(found.succeeded, pushed),
        )
        tile(text("inst.amount_sum"), amount(found.amount_wan), under=_known(desk, found))
        tile(text("inst.mean_rate"), percent(found.rate_pct, places=2))
        days = None if found.days_to_decide is None else float(found.days_to_decide)
        tile(text("inst.days_to_decide"), amount(days, text("inst.unit.days")))


def _known(desk: Desk, found: Funnel) -> str:
    return desk.text("inst.amounts_known", known=found.amounts_known, n=found.succeeded) if found.succeeded else ""


def steps_chart(desk: Desk, found: Funnel) -> None:
    """The steps as bars; the title says how many of how many came how far."""
    names = [(desk.text(f"inst.state.{step.value}"), float(found.steps[step])) for step in STEPS]
    names.append((desk.text("inst.succeeded"), float(found.succeeded)))
    pushed, taken = found.steps[OutcomeState.PUSHED], found.steps[OutcomeState.ACCEPTED]
    finding = desk.text("inst.finding.steps", pushed=pushed, taken=taken, done=found.succeeded)
    bars(desk, finding, names, axis=desk.text("inst.unit.firms"))


def _promises(desk: Desk, found: Funnel) -> None:
    with tag("dl", "said"):
        for state, (kept, judged) in found.promises_kept.items():
            said = desk.text("inst.kept_of", kept=kept, judged=judged, share=share(kept, judged))
            definition(desk.text(f"inst.state.{state.value}"), said if judged else desk.text("inst.not_judged"))
    tag("p", "muted small", desk.text("inst.promises_under"))


def _refusals(desk: Desk, found: Funnel) -> None:
    reasons = [(reason, float(number)) for reason, number in list(found.refusal_reasons.items())[:_SHOWN]]
    finding = desk.text("inst.finding.refusals", reason=reasons[0][0], n=int(reasons[0][1]), all=found.refused)
    bars(desk, finding, reasons, axis=desk.text("inst.unit.firms"))


def _told_apart(desk: Desk, pairs: Sequence[Received]) -> None:
    asked = desk.query.get("by", OFFER)
    group = asked if asked in _GROUPS else OFFER
    with panel(desk.text("inst.told_apart")):
        with tag("nav", "tabs", aria_label=desk.text("inst.told_apart")):
            for name in _GROUPS:
                current = "page" if name == group else None
                with tag("a", "tab", href=address(f"/effect?by={name}"), aria_current=current):
                    tag("span", "", desk.text(f"inst.by.{name}"))
        found = by_group([pair.tracked for pair in pairs], group)
        _group_table(desk, found)


def _group_table(desk: Desk, found: dict[str, Funnel]) -> None:
    text = desk.text
    heads = ("pushed", "accepted", "contacted", "approved", "succeeded", "refused")
    with tag("table", "rows"):
        with tag("thead"), tag("tr"):
            tag("th", "", text("inst.group"), scope="col")
            for head in heads:
                tag("th", "number", _head(desk, head), scope="col")
        with tag("tbody"):
            for value, item in list(found.items())[:_SHOWN]:
                numbers = [*(item.steps[step] for step in STEPS if step is not OutcomeState.VIEWED)]
                with tag("tr"):
                    tag("td", "", value or text("unknown"), data_label=text("inst.group"))
                    for head, number in zip(heads, (*numbers, item.succeeded, item.refused), strict=True):
                        tag("td", "number", count(number), data_label=_head(desk, head))
    if len(found) > _SHOWN:
        tag("p", "muted small", text("inst.more_groups", n=len(found) - _SHOWN))


def _head(desk: Desk, name: str) -> str:
    return desk.text("inst.succeeded" if name == "succeeded" else f"inst.state.{name}")
