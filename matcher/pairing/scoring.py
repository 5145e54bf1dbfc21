"""The score (匹配度): named contributions on a 0-100 scale, each a weight times a measure between 0 and 1.

Points are counted in whole hundredths, so that one pair scores the same whether it is scored alone or in a column.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import floor
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from matcher.pairing.matches import Contribution
from matcher.pairing.measures import Measure

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "semantic": "业务方向相近",
        "lexical": "用词一致",
        "intent": "符合所求类型",
        "preference": "属重点支持对象",
        "industry": "行业契合",
        "portfolio": "与已投方向一致",
        "chain": "产业链位置契合",
        "joint": "可合作选投",
        "region": "在服务范围",
        "amount": "金额合适",
        "security": "担保方式契合",
        "completeness": "条件可判断",
        "diversity": "同类资源后移",
    }
)
"""Chinese name of every contribution."""

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "semantic": 30.0,
        "lexical": 8.0,
        "intent": 14.0,
        "preference": 10.0,
        "industry": 8.0,
        "portfolio": 8.0,
        "chain": 8.0,
        "joint": 8.0,
        "region": 8.0,
        "amount": 6.0,
        "security": 8.0,
        "completeness": 8.0,
    }
)
"""Most points that each contribution can bring; together 100, for of those in `EITHER` one counts at most."""
EITHER = ("portfolio", "chain", "joint", "security")
"""Contributions of which a seeker and an offer have one at most."""


_NO_POINTS: Mapping[str, Contribution] = {name: Contribution(name, label, 0.0) for name, label in LABELS.items()}


@dataclass(frozen=True, slots=True)
class Scoring:
    """How measures become points.

    `semantic_floor` and `semantic_ceiling` are the cosine similarities that count as nothing and as full;
    `lexical_ceiling` the overlap that counts as full. So that one bank or one kind does not fill the page, points are
    taken for each earlier result from the same provider and of the same kind, `repeat_most` at the most. An offer
    with under `relevant_least` hundredths of a point speaking of the seeker is left out past the first `shown_anyway`.
    """

    weights: Mapping[str, float] = field(default_factory=lambda: WEIGHTS)
    semantic_floor: float = 0.10
    semantic_ceiling: float = 0.70
    lexical_ceiling: float = 0.30
    repeat_provider: float = 2.0
    repeat_kind: float = 0.5
    repeat_most: float = 8.0
    relevant_least: int = 300
    shown_anyway: int = 3

    def semantic(self, cosine: NDArray[np.float32]) -> NDArray[np.float64]:
        """Cosine similarities (n,) as measures (n,) between 0 and 1."""
        span = self.semantic_ceiling - self.semantic_floor
        return np.clip((cosine.astype(np.float64) - self.semantic_floor) / span, 0.0, 1.0)

    def lexical(self, overlap: NDArray[np.float32]) -> NDArray[np.float64]:
        """Overlaps (n,) as measures (n,) between 0 and 1."""
        return np.clip(overlap.astype(np.float64) / self.lexical_ceiling, 0.0, 1.0)

    def hundredths(self, name: str, measures: NDArray[np.float64]) -> NDArray[np.int64]:
        """Measures (n,) of one kind as whole hundredths of a point (n,)."""
        return np.floor(measures * (self.weights[name] * 100) + 0.5).astype(np.int64)


def contribution(name: str, measure: Measure | None, scoring: Scoring) -> Contribution:
    """Turn a measure into points; what is not known or not stated brings none."""
    if measure is None:
        return _NO_POINTS[name]
    return Contribution(name, LABELS[name], hundredths(name, measure, scoring) / 100, measure.evidence)


def hundredths(name: str, measure: Measure, scoring: Scoring) -> int:
    """A measure as whole hundredths of a point: `Scoring.hundredths` for one pair, without arrays."""
    return floor(measure.value * (scoring.weights[name] * 100) + 0.5)


def total(contributions: tuple[Contribution, ...]) -> float:
    """The score: the sum of the contributions' points, 0-100, to two places."""
    return round(sum([item.points for item in contributions]), 2)
