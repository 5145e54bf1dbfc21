"""Up to three offers side by side (并排对比)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from api.console.blocks import bare, dialog, line, tag
from api.console.desk import Desk
from api.console.match_card import missing, terms
from api.console.numbers import UNKNOWN, amount, count, percent
from api.console.states import state

MOST = 3
Match = Mapping[str, Any]
Cost = Callable[[Match], str]


def compare(desk: Desk, matches: Sequence[Match], cost: Cost) -> None:
    """Open the comparison of some matches of one seeker."""
    with dialog(desk.text("compare.title"), classes="roomy") as shown:
        with tag("div", "scrolls"), tag("table", "rows compare"):
            _heads(matches)
            with tag("tbody"):
                _row(desk, "match.fit", matches, lambda match: str(round(match["score"])))
                _states(desk, matches)
                for key, said in _LINES:
                    _row(desk, key, matches, said)
                _row(desk, "match.cost", matches, lambda match: cost(match) or UNKNOWN)
                _row(desk, "compare.terms", matches, lambda match: terms(desk, match["offer"]["terms"]) or UNKNOWN)
                _row(desk, "match.missing", matches, lambda match: missing(desk, match))
                _row(desk, "compare.summary", matches, lambda match: match["offer"]["summary"] or UNKNOWN)
        with line():
            bare(desk.text("close"), shown.close)
    shown.open()


def _heads(matches: Sequence[Match]) -> None:
    with tag("thead"), tag("tr"):
        tag("td", "")
        for match in matches:
            with tag("th", scope="col"):
                tag("div", "", match["offer"]["name"])
                tag("div", "muted small", match["offer"]["provider"])


def _row(desk: Desk, key: str, matches: Sequence[Match], said: Callable[[Match], str]) -> None:
    with tag("tr"):
        tag("th", "", desk.text(key), scope="row")
        for match in matches:
            tag("td", "", said(match), data_label=match["offer"]["name"])


def _states(desk: Desk, matches: Sequence[Match]) -> None:
    with tag("tr"):
        tag("th", "", desk.text("check.state"), scope="row")
        for match in matches:
            with tag("td", data_label=match["offer"]["name"]):
                state(desk.words, match["eligibility"]["state"])


def _most(match: Match) -> str:
    most = match["offer"]["terms"]["amount_max_wan"]
    return UNKNOWN if most is None else amount(float(most))


def _months(match: Match) -> str:
    return count(match["offer"]["terms"]["term_months_max"])


def _rate(match: Match) -> str:
    rate = match["offer"]["terms"]["rate_min_pct"]
    return UNKNOWN if rate is None else percent(float(rate), places=2)


_LINES: tuple[tuple[str, Callable[[Match], str]], ...] = (
    ("compare.most", _most),
    ("compare.months", _months),
    ("compare.rate", _rate),
)
