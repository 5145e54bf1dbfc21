"""Scores of many rows at once (批量评分): points added up band by band, by the law of `scores`."""

from collections.abc import Sequence
from math import ceil

from matcher.eligibility.bits import Bits, Planes, added, both, capped, highest, reaching, unit
from matcher.eligibility.criteria import Group, Scored
from matcher.eligibility.masks import Levels, Masks, up_to
from matcher.eligibility.scores import hundredths, needed

Row = Sequence[Masks]
"""The states of one table's bands."""


class Scores(Levels):
    """The state of a score of n rows from its bands' states, a row of bands a table.

    Points are counted in the largest step of which all are multiples, so that most sums have few binary digits.
    """

    def __init__(self, criterion: Scored, bands: Sequence[Row], size: int) -> None:
        super().__init__([band for row in bands for band in row], size)
        self._criterion = criterion
        self._bands = bands
        given = (hundredths(band.points) for table in criterion.tables for band in table.bands)
        caps = (hundredths(group.most) for group in criterion.groups if group.most is not None)
        self._unit = unit([*given, *caps])

    def suffices(self, place: int) -> Bits | None:
        """Whether the whole and each first-level indicator reach what they must, at a level of certainty."""
        sums = self._sums(place)
        enough: list[Bits | None] = []
        whole = sums[""]
        for group in self._criterion.groups:
            points = self._within(group, sums[group.name])
            if group.least:
                enough.append(self._reaching(points, hundredths(group.least)))
            whole = added(whole, points)
        return both(self._reaching(whole, needed(self._criterion)), *enough)

    def _sums(self, place: int) -> dict[str, Planes]:
        """The points of each first-level indicator, "" for what is in none."""
        sums: dict[str, Planes] = {"": [], **{group.name: [] for group in self._criterion.groups}}
        for table, row in zip(self._criterion.tables, self._bands, strict=True):
            steps = [
                (hundredths(band.points) // self._unit, up_to(part, place, self._size))
                for band, part in zip(table.bands, row, strict=True)
            ]
            sums[table.group] = added(sums[table.group], highest(steps))
        return sums

    def _within(self, group: Group, points: Planes) -> Planes:
        return points if group.most is None else capped(points, hundredths(group.most) // self._unit, self._size)

    def _reaching(self, points: Planes, least: int) -> Bits | None:
        return reaching(points, ceil(least / self._unit), self._size)
