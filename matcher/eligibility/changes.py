"""The smallest set of changes that makes an offer's criteria met (最小补足方案), or why there is none.

A change fills what is not known, alters what is, or waits for a day. Fewest changes first, then the least of change:
a filled field counts 0, a flag 1, a number its relative difference, a wait its years, a choice the steps along its
list. Every plan is verified by evaluating the changed seeker.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from matcher.declarations.registry import REGISTRY
from matcher.derivation import at_date, derive
from matcher.eligibility.comparison import compare
from matcher.eligibility.criteria import All, Criterion, Leaf, Operator, conditions, leaves
from matcher.eligibility.fixed import MANUAL, why_fixed
from matcher.eligibility.gaps import exact, requirement, show
from matcher.eligibility.levers import inputs_of
from matcher.eligibility.movable import changed
from matcher.eligibility.results import NOT_APPLICABLE_VALUE, State
from matcher.eligibility.search import MOST_CHANGES, solve
from matcher.eligibility.waiting import turning_days
from matcher.fields import Field, FieldType, Value
from matcher.parties import Values

_DAYS_A_YEAR = 365

_AGE = ("founded_on", "age_years")

Assignment = Mapping[str, Value]
"""New values by field code."""


class ChangeKind(StrEnum):
    """What is to be done (补足方式)."""

    FILL = "fill"
    ALTER = "alter"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a plan (补足事项).

    `before` is None where nothing is known. `after` is a value that suffices: of a number the boundary itself, of a
    wait the day. `text` says it in Chinese. A `WAIT` names the field that time moves.
    """

    field: str
    kind: ChangeKind
    before: Value | None
    after: Value
    text: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A condition that no change can meet (无法补足): its label and the reason, in Chinese."""

    label: str
    reason: str


def smallest_changes(
    criterion: Criterion | None, values: Values, at: date, *, until: date | None = None
) -> tuple[Change, ...] | None:
    """Give the smallest set of changes that makes criteria met; () where they are, None where nothing can.

    `values` are the party's own, not derived, so that what follows from a change follows here too. A wait goes no
    further than `until` (an offer's last day). `obstacles` says why there is no plan.
    """
    best: tuple[tuple[int, Decimal], date, Assignment] | None = None
    for day in (at, *turning_days(_leaves(criterion), derive(values), at, until)):
        waited = day > at
        most = None if best is None else best[0][0] - waited
        found = None if most is not None and most < 0 else solve(criterion, values, day, most)
        if found is None:
            continue
        size = found.size + Decimal((day - at).days) / _DAYS_A_YEAR
        cost = (len(found.assignment) + waited, size)
        if best is None or cost < best[0]:
            best = cost, day, found.assignment
    return None if best is None else _told(criterion, values, at, best[1], best[2])


def apply_changes(values: Values, changes: Iterable[Change], at: date) -> tuple[dict[str, Value], date]:
    """Give the changed seeker's own values and the day on which to evaluate it: `at`, or the day that is awaited."""
    day, assignment = at, {}
    for change in changes:
        if change.kind is ChangeKind.WAIT and isinstance(change.after, date):
            day = change.after
        else:
            assignment[change.field] = change.after
    return changed(values, assignment, day), day


def obstacles(
    criterion: Criterion | None, values: Values, at: date, *, until: date | None = None
) -> tuple[Obstacle, ...]:
    """Say why `smallest_changes` is None: each condition that cannot be met alone, or that they cannot be met together.

    Of an alternative every choice's reason is given.
    """
    if smallest_changes(criterion, values, at, until=until) is not None:
        return ()
    alone = [part for part in conditions(criterion) if smallest_changes(part, values, at, until=until) is None]
    found = tuple(dict.fromkeys(_obstacle(part, values, at) for part in alone))
    return found or (Obstacle("各项条件", f"单独都有办法满足，但在 {MOST_CHANGES} 项改变以内没有找到同时满足的办法"),)


def without_manual(criterion: Criterion | None) -> Criterion | None:
    """Give what data can decide (数据可判断的条件): the criteria without those that only a person checks."""
    kept = tuple(part for part in conditions(criterion) if not _is_manual(part))
    return All(kept) if kept else None


def _is_manual(part: Criterion) -> bool:
    return isinstance(part, Leaf) and part.operator is Operator.MANUAL


def _leaves(criterion: Criterion | None) -> tuple[Leaf, ...]:
    return () if criterion is None else tuple(leaves(criterion))


def _obstacle(part: Criterion, values: Values, at: date) -> Obstacle:
    known = at_date(derive(values), at)
    reasons = dict.fromkeys(_reason(leaf, known) for leaf in leaves(part))
    label = part.label or "、".join(dict.fromkeys(leaf.label for leaf in leaves(part)))
    return Obstacle(label, "；".join(reason for reason in reasons if reason) or "没有能满足的取值")


def _reason(leaf: Leaf, known: Values) -> str:
    if leaf.operator is Operator.MANUAL:
        return MANUAL
    value = known.get(leaf.field)
    reason = why_fixed(leaf.field, value)
    if not reason or value is None:
        return ""
    if value == NOT_APPLICABLE_VALUE:
        return f"{REGISTRY[leaf.field].label}：{reason}"
    return f"{REGISTRY[leaf.field].label}为 {show(REGISTRY[leaf.field], value)}，{reason}"


def _told(
    criterion: Criterion | None, values: Values, at: date, day: date, assignment: Assignment
) -> tuple[Change, ...]:
    known = at_date(derive(values), day)
    every = _leaves(criterion)
    told = [_step(code, known.get(code), after, every) for code, after in assignment.items()]
    return (*([_wait(every, values, at, day)] if day > at else ()), *told)


def _wait(every: Iterable[Leaf], values: Values, at: date, day: date) -> Change:
    before, then = (at_date(derive(values), moment) for moment in (at, day))
    turned = [leaf for leaf in every if before.get(leaf.field) != then.get(leaf.field)]
    decisive = [leaf for leaf in turned if compare(leaf, before[leaf.field]) is not compare(leaf, then[leaf.field])]
    leaf = (decisive or turned)[0]
    text = f"等到 {day.isoformat()}，届时{_turned(leaf, then[leaf.field])}"
    return Change(leaf.field, ChangeKind.WAIT, before[leaf.field], day, text)


def _turned(leaf: Leaf, then: Value) -> str:
    field = REGISTRY[leaf.field]
    if field.type is FieldType.FLAG:
        return f"{field.label}证书到期"
    return f"{field.label}{'' if _holds(leaf, then) else '不再'}{requirement(leaf)}"


def _step(code: str, before: Value | None, after: Value, every: Iterable[Leaf]) -> Change:
    if before is None or _is_refined(code, before, every):
        return Change(code, ChangeKind.FILL, before, after, _filling(code, before, after, every))
    return Change(code, ChangeKind.ALTER, before, after, _altering(code, before, after))


def _is_refined(code: str, before: Value, every: Iterable[Leaf]) -> bool:
    return any(leaf.field == code and compare(leaf, before) is State.UNKNOWN for leaf in every)


def _filling(code: str, before: Value | None, after: Value, every: Iterable[Leaf]) -> str:
    field = REGISTRY[code]
    if field.type is FieldType.FLAG:
        return f"补充“{field.label}”，须为“{show(field, after)}”"
    asked = tuple(dict.fromkeys(requirement(leaf) for leaf in every if leaf.field == code and _holds(leaf, after)))
    wanted = f"，须{'，且'.join(asked)}" if asked else _so_that(field, after, every)
    return f"补充{field.label}{'（现只知 ' + show(field, before) + '）' if before is not None else ''}{wanted}"


def _so_that(field: Field, after: Value, every: Iterable[Leaf]) -> str:
    """What is to follow from a filled field that no condition compares itself."""
    moved = (leaf for leaf in every if field.code in inputs_of(leaf.field) or (field.code, leaf.field) == _AGE)
    asked = dict.fromkeys(f"{REGISTRY[leaf.field].label}{requirement(leaf)}" for leaf in moved)
    return f"，须使{'、'.join(asked)}（例如 {show(field, after)}）"


def _holds(leaf: Leaf, value: Value) -> bool:
    return leaf.operator is not Operator.MANUAL and compare(leaf, value) is State.MET


def _altering(code: str, before: Value, after: Value) -> str:
    field = REGISTRY[code]
    if field.type is FieldType.FLAG:
        if field.valid_to and after is True:
            return f"取得或续展{field.label}"
        return f"{field.label}由“{show(field, before)}”变为“{show(field, after)}”"
    if isinstance(before, tuple) and isinstance(after, tuple):
        return _reselected(code, before, after)
    if isinstance(before, int | Decimal) and isinstance(after, int | Decimal):
        unit = " 个百分点" if field.unit == "%" else f" {field.unit}" if field.unit else ""
        word, verb = ("增", "增加") if after > before else ("减", "减少")
        difference = exact(abs(Decimal(after) - Decimal(before)))
        return f"{field.label}由 {show(field, before)}{word}至 {show(field, after)}（{verb} {difference}{unit}）"
    return f"{field.label}由 {show(field, before)} 变为 {show(field, after)}"


def _reselected(code: str, before: tuple[str, ...], after: tuple[str, ...]) -> str:
    field = REGISTRY[code]
    added = tuple(item for item in after if item not in before)
    removed = tuple(item for item in before if item not in after)
    told = [f"增加 {show(field, added)}"] if added else []
    told += [f"去掉 {show(field, removed)}"] if removed else []
    return f"{field.label}{'，'.join(told)}"
