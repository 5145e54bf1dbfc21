"""What a list shows (名单内容): the columns, and the grounds of a pair as its document states them.

What a recipient may see of an enterprise is decided by `api.access.masking`, pair by pair; here the rest is read out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.access.profiles import PROFILE_FIELDS
from api.store.campaign_rows import AssignmentRow
from matcher.declarations.registry import REGISTRY


@dataclass(frozen=True, slots=True)
class Shown:
    """The columns of a list: the platform's own, or an institution's; `named` where any enterprise gave consent."""

    everything: bool = False
    named: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """The Chinese labels of the profile's fields."""
        return tuple(REGISTRY[code].label for code in PROFILE_FIELDS)


EVERYTHING = Shown(everything=True)
MASKED = Shown()


def profile(row: AssignmentRow) -> dict[str, str]:
    """What the row states of the profile, in words."""
    known: Mapping[str, Any] = row.match.get("profile") or {}
    said = {code: known[code] for code in PROFILE_FIELDS if code in known}
    return {code: part if isinstance(part, str) else part["text"] for code, part in said.items()}


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a pair is on a list: the parts of the score, conditions with clauses, gaps, what is not known."""

    parts: tuple[tuple[str, float, str], ...]
    conditions: tuple[str, ...]
    gaps: tuple[str, ...]
    unknowns: tuple[str, ...]


def grounds(row: AssignmentRow) -> Grounds:
    """What the match of a pair says."""
    match = row.match
    criteria: Sequence[Mapping[str, Any]] = match["eligibility"]["criteria"]
    return Grounds(
        parts=tuple((part["label"], part["points"], part["evidence"]) for part in match["contributions"]),
        conditions=tuple(_condition(item) for item in criteria),
        gaps=tuple(match["gaps"]),
        unknowns=tuple(item["label"] for item in match["unknowns"]),
    )


def _condition(item: Mapping[str, Any]) -> str:
    """ "已满足：在苏州市（江苏省苏州市）〔《某办法》第八条：“……”〕"."""
    value, clause = item["value_text"], item["clause"]
    source = f"《{clause['document']}》{clause['article']}" + (f"：“{clause['quote']}”" if clause["quote"] else "")
    return f"{item['state_label']}：{item['label']}" + (f"（{value}）" if value else "") + f"〔{source}〕"
