"""Scores of many rows at once (批量评分): points added up band by band, by the law of `scores`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.eligibility.criteria import Leaf, Operator, Scored, Table
from matcher.eligibility.masks import Flags, Masks, from_levels, up_to
from matcher.eligibility.scores import LEVELS, hundredths, needed

Points = NDArray[Any]
Row = Sequence[Masks]

_ORDERING = frozenset({Operator.GE, Operator.GT, Operator.LE, Operator.LT})


def scored_masks(criterion: Scored, bands: Sequence[Row], size: int) -> Masks:
    """The state of a score of n rows from its bands' states, a row of bands a table."""
    places = _places(bands)
    sums = [_Sums(criterion, size) for _ in places]
    for table, row in zip(criterion.tables, bands, strict=True):
        for total, points in zip(sums, _table(table, row, places, sums[0]), strict=True):
            total.add(table.group, points)
    reached = [total.suffices() for total in sums]
    last = [max(index for index, place in enumerate(places) if place <= level) for level in range(len(LEVELS))]
    return from_levels([reached[index] for index in last], size)


def _places(bands: Sequence[Row]) -> list[int]:
    """The levels of certainty that can differ: met and unknown, the others where any band is in them."""
    every = [band for row in bands for band in row]
    manual = [2] if any(band.manual is not None for band in every) else []
    return [0, 1, *manual, *([3] if any(band.not_applicable is not None for band in every) else [])]


class _Sums:
    """Points at one level of certainty, in hundredths: (n,) for each first-level indicator, "" for what is in none."""

    def __init__(self, criterion: Scored, size: int) -> None:
        full = sum(hundredths(table.most) for table in criterion.tables)
        self.dtype: type[np.signedinteger[Any]] = np.int16 if full < np.iinfo(np.int16).max else np.int64
        self._criterion = criterion
        self._groups: dict[str, Points] = {
            name: np.zeros(size, dtype=self.dtype) for name in ("", *(g.name for g in criterion.groups))
        }

    def add(self, group: str, points: Points) -> None:
        self._groups[group] += points

    def suffices(self) -> Flags:
        """Whether the whole and each first-level indicator reach what they must."""
        whole: Points = self._groups[""].copy()
        enough: Flags = np.ones(len(whole), dtype=np.bool_)
        for group in self._criterion.groups:
            points: Points = self._groups[group.name]
            if group.most is not None:
                points = np.minimum(points, min(hundredths(group.most), np.iinfo(self.dtype).max))
            if group.least:
                enough = np.logical_and(enough, points >= hundredths(group.least))
            whole += points
        return np.logical_and(enough, whole >= needed(self._criterion))


def _table(table: Table, row: Row, places: Sequence[int], sums: _Sums) -> list[Points]:
    """A table's points at each level. Of bands on one field that imply each other, unknown is one question."""
    if not _nested(table):
        own = _places([row])
        points = {place: _stacked(table, row, place, sums.dtype) for place in own}
        return [points[max(known for known in own if known <= place)] for place in places]
    met = _stacked(table, row, 0, sums.dtype, nested=True)
    open_yet = row[0].unknown.to_numpy().view(np.uint8)
    most = met + np.multiply(open_yet, hundredths(table.most), dtype=sums.dtype)
    return [met, *([most] * (len(places) - 1))]


def _nested(table: Table) -> bool:
    """Whether all bands ask one field with one ordering operator, a harder limit for more points."""
    asked = [(band.points, band.when) for band in table.bands]
    if not all(isinstance(when, Leaf) and when.operator in _ORDERING for _, when in asked):
        return False
    ordered = sorted(((points, when) for points, when in asked if isinstance(when, Leaf)), key=lambda item: item[0])
    if len({(when.field, when.operator) for _, when in ordered}) > 1:
        return False
    limits: list[Any] = [when.value for _, when in ordered]
    rising = ordered[0][1].operator in (Operator.GE, Operator.GT)
    return limits == sorted(limits, reverse=not rising)


def _stacked(table: Table, row: Row, place: int, dtype: Any, *, nested: bool = False) -> Points:
    """The most points of the bands that hold at a level: what each adds to the next lower one, where it holds."""
    points = np.zeros(row[0].size, dtype=dtype)
    addition = np.empty_like(points)
    order = sorted(range(len(row)), key=lambda index: table.bands[index].points, reverse=True)
    above: Flags | None = None
    for index, lower in zip(order, (*order[1:], None), strict=True):
        holds = up_to(row[index], place)
        above = holds if nested or above is None else above | holds
        step = hundredths(table.bands[index].points) - (0 if lower is None else hundredths(table.bands[lower].points))
        if step:
            points += np.multiply(above.view(np.uint8), step, out=addition, dtype=dtype)
    return points
