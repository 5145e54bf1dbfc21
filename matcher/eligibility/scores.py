"""Evaluating scores (评分条件): points as an interval, decided only where what is not known cannot change the answer.

Points are counted in whole hundredths. At a level of certainty a band counts where its condition is met or in an
undecided state up to that level: what is met, then what filling in could add, then what a person could give.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from matcher.declarations.computed import SCORE
from matcher.eligibility.criteria import Criterion, Group, Leaf, Operator, Scored
from matcher.eligibility.gaps import plain
from matcher.eligibility.results import UNDECIDED, Finding, Part, Score, State

LEVELS: tuple[State, ...] = (State.MET, *UNDECIDED)
"""What a band's condition may be for the band to count, one state more at each level."""

Evaluate = Callable[[Criterion], tuple[State, tuple[Finding, ...]]]
"""Gives the state and the findings of a band's condition."""
Bands = Sequence[Sequence[tuple[State, tuple[Finding, ...]]]]
"""For each table and each of its bands the state and the findings of the band's condition."""

_ZERO = Decimal(0)


def hundredths(points: Decimal) -> int:
    """Points as whole hundredths, in which they add up exactly."""
    return int(points * 100)


def needed(scored: Scored) -> int:
    """The hundredths of a point that suffice; one more than the threshold where it must be exceeded."""
    return hundredths(scored.least) + scored.above


def evaluate_scored(scored: Scored, evaluate: Evaluate) -> tuple[State, tuple[Finding, ...]]:
    """Give the state of a score, the finding on the whole, and where it is open those on what would decide it."""
    bands = [[evaluate(band.when) for band in table.bands] for table in scored.tables]
    counts = [_count(scored, bands, place) for place in range(len(LEVELS))]
    state = next((level for level, count in zip(LEVELS, counts, strict=True) if count.suffices(scored)), State.UNMET)
    score = _score(scored, counts[0], counts[-1])
    gap = gap_in_points(score, above=scored.above) if state is State.UNMET else ""
    value = {State.MET: score.whole.least, State.UNMET: score.whole.most}.get(state)
    whole = Finding(total_leaf(scored), state, value, gap, decisive=state is not State.UNKNOWN, score=score)
    return state, (whole, *_open(state, score, bands))


def total_leaf(scored: Scored) -> Leaf:
    """The condition on the whole score, as a single condition on 评价得分 (分)."""
    operator = Operator.GT if scored.above else Operator.GE
    return Leaf(SCORE, operator, scored.least, scored.label, scored.clause, scored.assumption)


def gap_in_points(score: Score, *, above: bool) -> str:
    """What an unmet score lacks in points (分), of the whole and of each first-level indicator, and what each gave."""
    lacking = [_lack(part, above=above and part is score.whole) for part in (score.whole, *score.groups)]
    tables = "；".join(f"{part.label} {_interval(part)}/{plain(part.full)}" for part in score.tables)
    return f"{'；'.join(filter(None, lacking))}（{tables}）"


def _lack(part: Part, *, above: bool) -> str:
    lack = part.needed - part.most
    if lack < 0 or (lack == 0 and not above):
        return ""
    required = f"要求{'高于' if above else '不低于'} {plain(part.needed)} 分"
    distance = f"差 {plain(lack)} 分" if lack else "恰在界限上（不含）"
    reading = f"{part.label}{'' if part.least == part.most else '最高'} {plain(part.most)} 分"
    return f"{reading}，{required}，{distance}"


@dataclass(frozen=True, slots=True)
class _Count:
    """Points at one level of certainty, in hundredths: of each table, of each first-level indicator, in all."""

    tables: tuple[int, ...]
    groups: tuple[int, ...]
    whole: int

    def suffices(self, scored: Scored) -> bool:
        floors = (hundredths(group.least or _ZERO) for group in scored.groups)
        return self.whole >= needed(scored) and all(
            points >= floor for points, floor in zip(self.groups, floors, strict=True)
        )


def _count(scored: Scored, bands: Bands, place: int) -> _Count:
    counted = LEVELS[: place + 1]
    tables = tuple(
        max(
            (hundredths(band.points) for band, (state, _) in zip(table.bands, row, strict=True) if state in counted),
            default=0,
        )
        for table, row in zip(scored.tables, bands, strict=True)
    )
    groups = tuple(_capped(group, _within(group, scored, tables)) for group in scored.groups)
    alone = sum(points for table, points in zip(scored.tables, tables, strict=True) if not table.group)
    return _Count(tables, groups, alone + sum(groups))


def _within(group: Group, scored: Scored, tables: Sequence[int]) -> int:
    return sum(points for table, points in zip(scored.tables, tables, strict=True) if table.group == group.name)


def _capped(group: Group, points: int) -> int:
    return points if group.most is None else min(points, hundredths(group.most))


def _score(scored: Scored, least: _Count, most: _Count) -> Score:
    full = _full(scored)
    tables = tuple(
        Part(table.label, _points(low), _points(high), table.most, group=table.group)
        for table, low, high in zip(scored.tables, least.tables, most.tables, strict=True)
    )
    groups = tuple(
        Part(group.name, _points(low), _points(high), _points(whole), group.least or _ZERO)
        for group, low, high, whole in zip(scored.groups, least.groups, most.groups, full.groups, strict=True)
    )
    whole = Part("评价得分", _points(least.whole), _points(most.whole), _points(full.whole), scored.least)
    return Score(whole, groups, tables)


def _full(scored: Scored) -> _Count:
    """The full marks (满分) of tables, first-level indicators and the whole."""
    return _count(scored, [[(State.MET, ())] * len(table.bands) for table in scored.tables], 0)


def _open(state: State, score: Score, bands: Bands) -> Iterator[Finding]:
    """What would decide an open score: of each table that is open every undecided condition, a field once."""
    seen: set[tuple[str, State]] = set()
    for part, row in zip(score.tables, bands, strict=True):
        if state in (State.MET, State.UNMET) or part.least == part.most:
            continue
        for finding in (item for _, findings in row for item in findings if item.state in UNDECIDED):
            key = (finding.leaf.field, finding.state)
            if key not in seen:
                seen.add(key)
                decisive = finding.decisive and finding.state is state and state is State.UNKNOWN
                yield replace(finding, decisive=decisive)


def _points(count: int) -> Decimal:
    return Decimal(count) / 100


def _interval(part: Part) -> str:
    return plain(part.most) if part.least == part.most else f"{plain(part.least)}～{plain(part.most)}"
