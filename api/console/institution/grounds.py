"""Why a pair is recommended (依据), as its recipient may see it; and the profile of an enterprise."""

from collections.abc import Mapping
from typing import Any

from api.access.masking import HIDDEN
from api.access.profiles import PROFILE_FIELDS
from api.console.blocks import panel, tag
from api.console.criteria import criteria
from api.console.desk import Desk
from api.console.numbers import UNKNOWN
from api.console.waterfall import waterfall
from matcher.eligibility.results import State

Document = Mapping[str, Any]


def grounds(desk: Desk, match: Document) -> None:
    """Every condition with its clause, then the parts that add up to the 匹配度."""
    with panel(desk.text("inst.conditions")):
        criteria(desk, [_told(item) for item in match["eligibility"]["criteria"]], {})
    with panel(desk.text("inst.parts")):
        waterfall(desk, match["contributions"], match["score"])
        tag("p", "muted small", desk.text("inst.fit_means"))


def _told(item: Document) -> Document:
    """A value that is known and not open is said to be so; without this it would read as unknown."""
    hidden = item["value_text"] is None and item["state"] != State.UNKNOWN
    return {**item, "value_text": HIDDEN} if hidden else item


def fit(desk: Desk, score: float) -> None:
    """The 匹配度 as a large number."""
    with tag("div", "fit"):
        tag("div", "muted small", desk.text("match.fit"))
        tag("b", "", str(round(score)))


def profile(desk: Desk, said: Mapping[str, str], contact: Mapping[str, str]) -> None:
    """The profile, and what the enterprise lets this institution have beside it."""
    with tag("dl", "said"):
        for code in PROFILE_FIELDS:
            tag("dt", "", desk.text(f"inst.profile.{code}"))
            tag("dd", "", said.get(code) or UNKNOWN)
        for code, value in contact.items():
            tag("dt", "", desk.text(f"inst.contact.{code}"))
            tag("dd", "", value)
