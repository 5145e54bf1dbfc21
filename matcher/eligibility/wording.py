"""Findings as an officer writes them (核验意见): the value, what is asked, by which document, and how far off."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from matcher.declarations.computed import SCORE
from matcher.declarations.registry import REGISTRY
from matcher.eligibility.comparison import compare
from matcher.eligibility.criteria import Clause
from matcher.eligibility.gaps import distance_of, requirement, show
from matcher.eligibility.results import NOT_APPLICABLE_VALUE, STATE_LABELS, Eligibility, Finding, State
from matcher.eligibility.waiting import finding_cured_on
from matcher.fields import FieldType, Value
from matcher.parties import Fact, Values

_NUMBER = re.compile(r"（([^（）]*〔\d{4}〕[^（）]*号)）")
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from (数据来源) and the day on which it was seen."""

    source: str
    observed_on: date


Origins = Mapping[str, Origin]
"""Origins by field code; of a value without one nothing is said."""


def origins_of(facts: Mapping[str, Fact]) -> dict[str, Origin]:
    """Give the origin of each of a party's facts; what is derived from facts is as old as the oldest of them."""
    found = {code: Origin(fact.source, fact.observed_on) for code, fact in facts.items()}
    derived: dict[str, Origin] = {}
    for field in REGISTRY:
        inputs = [code for code in field.derived_from if code in facts]
        if inputs and field.code not in found:
            labels = "、".join(REGISTRY[code].label for code in inputs)
            derived[field.code] = Origin(f"推算自{labels}", min(facts[code].observed_on for code in inputs))
    return found | derived


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the findings: the seeker's dated values, the day, and where the values come from."""

    values: Values
    at: date | None
    origins: Origins


def sentence(eligibility: Eligibility, state: State, context: Context) -> str:
    """Give the findings of one state as a sentence, empty where there are none; an alternative is named once."""
    said = _SAID[state](eligibility.of_state(state), context)
    return f"{STATE_LABELS[state]}：{said}。" if said else ""


def citation(clause: Clause) -> str:
    """How a clause is cited: the document's number where it has one, else its title, and the article."""
    found = _NUMBER.search(clause.document)
    return f"{found.group(1) if found else clause.document}{clause.article}"


def _met(findings: tuple[Finding, ...], context: Context) -> str:
    return "；".join(dict.fromkeys(_met_one(item, context) for item in findings))


def _met_one(finding: Finding, context: Context) -> str:
    notes = []
    if finding.value is not None and not isinstance(finding.value, bool):
        notes.append(show(REGISTRY[finding.leaf.field], finding.value))
    ends = context.values.get(REGISTRY[finding.leaf.field].valid_to or "")
    if finding.value is True and isinstance(ends, date):
        notes.append(f"证书有效期至{ends.isoformat()}")
    notes += _origin(finding, context)
    return f"{finding.leaf.label}（{'，'.join(notes)}）" if notes else finding.leaf.label


def _unmet(findings: tuple[Finding, ...], context: Context) -> str:
    said = []
    for group, members in _by_group(findings):
        if group and len(members) > 1:
            lacking = _named(item.leaf.label for item in members)
            said.append(f"“{group}”不满足（{citation(members[0].leaf.clause)}），未满足的有：{lacking}")
        else:
            said += [_unmet_one(item, context) for item in members]
    return "；".join(said)


def _unmet_one(finding: Finding, context: Context) -> str:
    leaf, value = finding.leaf, finding.value
    cited = f"（{citation(leaf.clause)}）"
    if leaf.field == SCORE or value is None:
        return f"{finding.gap or leaf.label}{cited}"
    notes = "".join(f"（{note}）" for note in _origin(finding, context))
    tail = "".join(f"，{item}" for item in (_distance(finding), _cure(finding, context)) if item)
    return f"{_value(finding, context)}{notes}，{_asked(finding)}{cited}{tail}"


def _value(finding: Finding, context: Context) -> str:
    field, value = REGISTRY[finding.leaf.field], finding.value
    ends = context.values.get(field.valid_to or "")
    if value is False and isinstance(ends, date) and context.at is not None and ends < context.at:
        return f"{field.label}证书已于 {ends.isoformat()} 到期"
    if value is False and field.valid_to:
        return f"{field.label}尚未取得"
    shown = "" if value is None else show(field, value)
    return f"{field.label}为“{shown}”" if field.type is FieldType.FLAG else f"{field.label} {shown}"


def _asked(finding: Finding) -> str:
    leaf = finding.leaf
    if _is_excluded(finding):
        return f"不得存在“{leaf.label}”"
    if REGISTRY[leaf.field].type is FieldType.FLAG:
        return f"要求“{leaf.label}”"
    return f"要求{requirement(leaf)}"


def _distance(finding: Finding) -> str:
    return "" if finding.value is None or _is_excluded(finding) else distance_of(finding.leaf, finding.value)


def _cure(finding: Finding, context: Context) -> str:
    day = None if context.at is None else finding_cured_on(finding, context.values, context.at)
    return f"{day.isoformat()} 起自动满足" if day else ""


def _is_excluded(finding: Finding) -> bool:
    """Whether a finding is unmet because its condition holds: it stands under an exclusion (不得存在)."""
    return compare(finding.leaf, finding.value) is State.MET


def _unknown(findings: tuple[Finding, ...], context: Context) -> str:
    said = []
    for group, members in _by_group(findings):
        labels = dict.fromkeys(_to_fill(item, context.values) for item in members)
        said.append(f"{group}（{_named(labels)}）" if group and len(labels) > 1 else "、".join(labels))
    return "、".join(dict.fromkeys(said))


def _to_fill(finding: Finding, values: Values) -> str:
    field = REGISTRY[finding.leaf.field]
    known: Value | None = values.get(field.code)
    return field.label if known is None else f"{field.label}（现只知 {show(field, known)}）"


def _by_hand(findings: tuple[Finding, ...], _: Context) -> str:
    return "；".join(dict.fromkeys(f"{item.leaf.label}（{citation(item.leaf.clause)}）" for item in findings))


def _not_applicable(findings: tuple[Finding, ...], _: Context) -> str:
    return "；".join(
        dict.fromkeys(f"{REGISTRY[item.leaf.field].label}{NOT_APPLICABLE_VALUE}于本主体" for item in findings)
    )


def _by_group(findings: Iterable[Finding]) -> list[tuple[str, list[Finding]]]:
    """Findings under the label of their alternative, in order; those that stand alone each by itself."""
    groups: list[tuple[str, list[Finding]]] = []
    for item in findings:
        found = next((members for group, members in groups if group == item.group and group), None)
        if found is None:
            groups.append((item.group, [item]))
        else:
            found.append(item)
    return groups


def _named(labels: Iterable[str]) -> str:
    every = list(dict.fromkeys(labels))
    more = f"等 {len(every)} 项" if len(every) > _MOST_NAMED else ""
    return f"{'、'.join(every[:_MOST_NAMED])}{more}"


def _origin(finding: Finding, context: Context) -> list[str]:
    origin = context.origins.get(finding.leaf.field)
    return [] if origin is None else [f"{origin.source}，{origin.observed_on.isoformat()}"]


_SAID = {
    State.MET: _met,
    State.UNMET: _unmet,
    State.UNKNOWN: _unknown,
    State.MANUAL_REVIEW: _by_hand,
    State.NOT_APPLICABLE: _not_applicable,
}
