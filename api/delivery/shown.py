"""What an institution sees of an enterprise (脱敏): by default a profile and the judgement, neither name nor figures.

The conditions of an offer and whether they are met are shown, for the list is made by them; the values behind them are
not, unless the enterprise has agreed to show the field. Ids of enterprises are masked too: they hold credit codes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.exchange.documents import PROFILE_FIELDS
from api.store.campaign_rows import AssignmentRow
from matcher.declarations.registry import REGISTRY

HIDDEN = "授权后可见"
_EVIDENCE_OF = {"industry": ("industry",), "region": ("region",), "completeness": (), "preference": ()}
"""The fields that a contribution's evidence speaks of: none where it names conditions; any other may tell anything."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader may see: `everything` for the platform's own use, else the fields of the profile by code."""

    everything: bool = False
    fields: tuple[str, ...] = PROFILE_FIELDS

    def allows(self, *fields: str) -> bool:
        """Whether the values of all these fields may be seen."""
        return self.everything or all(field in self.fields for field in fields)

    @property
    def labels(self) -> tuple[str, ...]:
        """The Chinese labels of the profile's fields."""
        return tuple(REGISTRY[code].label for code in self.fields)


EVERYTHING = Shown(everything=True)
MASKED = Shown()


def profile(row: AssignmentRow, shown: Shown) -> dict[str, str]:
    """What is known of the fields that may be seen, in words: from the profile, else from the conditions' values."""
    known: Mapping[str, Mapping[str, Any]] = row.match.get("profile", {})
    judged = {item["field"]: item["value_text"] for item in row.match["eligibility"]["criteria"]}
    said = {code: known[code]["text"] if code in known else judged.get(code) for code in shown.fields}
    return {code: text for code, text in said.items() if text is not None}


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a pair is on a list, as a reader may see it: the parts of the score, conditions with clauses, gaps."""

    parts: tuple[tuple[str, float, str], ...]
    conditions: tuple[str, ...]
    gaps: tuple[str, ...]
    unknowns: tuple[str, ...]


def grounds(row: AssignmentRow, shown: Shown) -> Grounds:
    """What the match of a pair says, without what the reader may not see."""
    match = row.match
    criteria: Sequence[Mapping[str, Any]] = match["eligibility"]["criteria"]
    lacking = [item for item in criteria if item["gap"] and item["decisive"]] if match["gaps"] else []
    gaps = match["gaps"] if shown.everything else [_gap(item, shown) for item in lacking]
    return Grounds(
        parts=tuple((part["label"], part["points"], _evidence(part, shown)) for part in match["contributions"]),
        conditions=tuple(_condition(item, shown) for item in criteria),
        gaps=tuple(gaps),
        unknowns=tuple(item["label"] for item in match["unknowns"]),
    )


def _evidence(part: Mapping[str, Any], shown: Shown) -> str:
    fields = _EVIDENCE_OF.get(part["name"])
    if shown.everything or (fields is not None and shown.allows(*fields)):
        return str(part["evidence"])
    return HIDDEN if part["evidence"] else ""


def _condition(item: Mapping[str, Any], shown: Shown) -> str:
    """ "已满足：在苏州市（江苏省苏州市）〔《某办法》第八条：“……”〕"."""
    value = item["value_text"] if shown.allows(item["field"]) else None
    clause = item["clause"]
    source = f"《{clause['document']}》{clause['article']}" + (f"：“{clause['quote']}”" if clause["quote"] else "")
    return f"{item['state_label']}：{item['label']}" + (f"（{value}）" if value else "") + f"〔{source}〕"


def _gap(item: Mapping[str, Any], shown: Shown) -> str:
    return str(item["gap"]) if shown.allows(item["field"]) else f"{item['label']}（差距{HIDDEN}）"
