"""The match card (匹配卡): what fits how well, why, what is still missing, what it costs; opened, every criterion."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from nicegui import ui

from api.console.blocks import Act, bare, line, primary, quiet, span, tag
from api.console.criteria import Facts, criteria
from api.console.desk import Desk
from api.console.field_inputs import Filled
from api.console.numbers import amount, count, percent, points
from api.console.states import state
from api.console.waterfall import waterfall
from matcher.eligibility.results import State

Match = Mapping[str, Any]
"""A match as `api.exchange.documents.match_document` gives it, masked where it must be."""
REASONS = 3
MOST_RATE = 100
SHOWN_STATES = (State.MET, State.UNKNOWN, State.UNMET, State.MANUAL_REVIEW)


@dataclass(frozen=True, slots=True)
class Card:
    """How a card is shown, and what one may do with it.

    `facts` give date and source of the seeker's values; `cost` is the yearly cost in words, empty where it does not
    apply, and `quote` gives it at a rate (% a year) that the lender quotes; `fill` takes a value for an unknown
    criterion. `main` is the button for what one comes to do; `others` stand beside it. `seeker` shows whom, not what,
    is matched: in lists of seekers for an offer. `opened` names the cards that stand open, by offer and seeker, and
    outlives an answer that is shown anew.
    """

    facts: Facts = field(default_factory=dict)
    cost: str = ""
    fill: Filled | None = None
    quote: Callable[[Decimal], str] | None = None
    main: tuple[str, Act] | None = None
    others: Sequence[tuple[str, Act]] = ()
    seeker: bool = False
    opened: set[str] = field(default_factory=set)


def match_card(desk: Desk, match: Match, card: Card) -> None:
    """Show one match."""
    with tag("article", "match"):
        _head(desk, match, card)
        with tag("dl", "said"):
            _line(desk, "match.why", _why(desk, match))
            _line(desk, "match.missing", missing(desk, match))
            if card.cost:
                _line(desk, "match.cost", card.cost)
        _foot(desk, match, card)


def key_of(match: Match) -> str:
    """What names a match among others."""
    return f"{match['offer_id']} {match['party_id']}"


def _head(desk: Desk, match: Match, card: Card) -> None:
    offer, seeker = match["offer"], match["seeker"]
    with tag("div", "head"):
        with tag("div", "stack tight"):
            tag("h2", "", seeker["name"] if card.seeker else _named(offer))
            with line():
                tag("span", "tag", offer["kind_label"])
                if (seeker if card.seeker else offer)["synthetic"]:
                    tag("span", "tag", desk.text("synthetic"))
                if offer["status"] == "draft":
                    tag("span", "tag", desk.text("match.draft"))
                span(terms(desk, offer["terms"]), "muted")
            _counts(desk, match)
        with tag("div", "fit"):
            tag("div", "muted small", desk.text("match.fit"))
            tag("b", "", str(round(match["score"])))


def _named(offer: Mapping[str, Any]) -> str:
    """An offer with who provides it, unless its name says so already."""
    name, provider = str(offer["name"]), str(offer["provider"])
    return name if provider in name else f"{name} · {provider}"


def terms(desk: Desk, stated: Mapping[str, Any]) -> str:
    """What an offer gives, as far as it is stated: at most so much, so long, at such a rate."""
    parts = []
    if stated["amount_max_wan"] is not None:
        parts.append(desk.text("terms.most", amount=amount(float(stated["amount_max_wan"]))))
    if stated["term_months_max"] is not None:
        parts.append(desk.text("terms.months", n=count(stated["term_months_max"])))
    if stated["rate_min_pct"] is not None:
        parts.append(desk.text("terms.rate", rate=percent(float(stated["rate_min_pct"]), places=2)))
    if stated["share_max_pct"] is not None:
        parts.append(desk.text("terms.share", share=percent(float(stated["share_max_pct"]))))
    parts += stated["guarantee_modes"]
    return " · ".join(parts)


def _counts(desk: Desk, match: Match) -> None:
    """The whole state, and how many deciding criteria are in each."""
    decisive = [item["state"] for item in match["eligibility"]["criteria"] if item["decisive"]]
    with line():
        for which in SHOWN_STATES:
            if decisive.count(which):
                state(desk.words, which, count(decisive.count(which)))
        if not decisive:
            state(desk.words, match["eligibility"]["state"])


def _why(desk: Desk, match: Match) -> str:
    """The largest contributions, in the words of the explanation; they are the same list as the waterfall's."""
    gains = sorted((item for item in match["contributions"] if item["points"] > 0), key=lambda item: -item["points"])
    said = [
        desk.text("match.reason", what=item["evidence"] or item["label"], points=points(item["points"]))
        if not item["evidence"]
        else desk.text("match.reason", what=f"{item['label']}：{item['evidence']}", points=points(item["points"]))
        for item in gains[:REASONS]
    ]
    more = desk.text("match.more_reasons", n=len(gains) - REASONS) if len(gains) > REASONS else ""
    return desk.text("list.semicolon").join([*said, more] if more else said) or desk.text("match.no_reason")


def missing(desk: Desk, match: Match) -> str:
    """What stands between the seeker and the offer, in words."""
    parts = [str(gap) for gap in match["gaps"]]
    if match["unknowns"]:
        names = desk.text("list.comma").join(desk.text("quoted", text=item["label"]) for item in match["unknowns"])
        parts.append(desk.text("match.fill", names=names))
    checks = [
        item for item in match["eligibility"]["criteria"] if item["decisive"] and item["state"] == "manual_review"
    ]
    if checks:
        names = desk.text("list.comma").join(str(item["label"] or item["field_label"]) for item in checks)
        parts.append(desk.text("match.check", names=names))
    return desk.text("list.semicolon").join(parts) or desk.text("match.nothing_missing")


def _line(desk: Desk, key: str, said: str) -> None:
    tag("dt", "", desk.text(key))
    tag("dd", "", said)


def _foot(desk: Desk, match: Match, card: Card) -> None:
    key = key_of(match)
    with line("apart"):
        with line():
            toggle = bare(desk.text("match.open"), lambda: None)
        with line():
            for label, act in card.others:
                quiet(label, act)
            if card.main is not None:
                primary(*card.main)
    inside = tag("div", "stack")

    def show(*, opened: bool) -> None:
        toggle.set_text(desk.text("match.close" if opened else "match.open"))
        toggle.props["aria-expanded"] = "true" if opened else "false"
        toggle.props["icon"] = "expand_less" if opened else "expand_more"
        inside.set_visibility(opened)
        if opened and not inside.default_slot.children:
            with inside:
                _inside(desk, match, card)

    def turn() -> None:
        card.opened.symmetric_difference_update({key})
        show(opened=key in card.opened)

    toggle.on_click(turn)
    show(opened=key in card.opened)


def _quoting(desk: Desk, quote: Callable[[Decimal], str]) -> None:
    """Take the rate that a lender quotes, and say the yearly cost at it."""
    with line():
        rate = ui.input(desk.text("match.quoted")).props("dense outlined inputmode=decimal").style("width: 200px")

        def work_out() -> None:
            value = _rate(str(rate.value))
            text = desk.text("match.quoted_wrong") if value is None else quote(value)
            said.set_text(text)  # type: ignore[attr-defined]

        rate.on("keydown.enter", work_out)
        quiet(desk.text("match.work_out"), work_out)
        said = span("")


def _rate(typed: str) -> Decimal | None:
    """A rate in % a year, up to 100; None for anything else."""
    try:
        rate = Decimal(typed.strip().rstrip("%％"))
    except InvalidOperation:
        return None
    return rate if rate.is_finite() and 0 <= rate <= MOST_RATE else None


def _inside(desk: Desk, match: Match, card: Card) -> None:
    offer = match["offer"]
    if offer["summary"]:
        tag("p", "muted", offer["summary"])
    if card.quote is not None:
        _quoting(desk, card.quote)
    tag("h3", "", desk.text("match.criteria", n=count(len(match["eligibility"]["criteria"]))))
    criteria(desk, match["eligibility"]["criteria"], card.facts, card.fill)
    tag("h3", "", desk.text("match.waterfall"))
    waterfall(desk, match["contributions"], match["score"])
