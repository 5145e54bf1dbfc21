"""Chain positions (产业链位置): what a firm would be to a lead firm that opens one of the seven fields of cooperation.

The fields are those of 工信厅联企业函〔2019〕92号 一（二）. A position is told from industries alone, by GB/T 4754: a
firm within the industries that a demand asks for is upstream of it (上游配套); one of the same group (中类) as what the
lead firm itself makes could stand in for a part of that (同类替代); one that only shares a division (大类) with either
is beside it (互补). The text names neither positions nor what each is worth in which field: `WORTH` is an assumption.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from matcher.declarations.enterprise import COOPERATION_AREAS
from matcher.offers import Offer, OfferKind
from matcher.taxonomy import industries


class ChainPosition(StrEnum):
    """What a firm would be to a lead firm (产业链位置)."""

    UPSTREAM = "upstream"
    SUBSTITUTE = "substitute"
    COMPLEMENT = "complement"


POSITION_LABELS: Mapping[ChainPosition, str] = {
    ChainPosition.UPSTREAM: "上游配套",
    ChainPosition.SUBSTITUTE: "同类替代",
    ChainPosition.COMPLEMENT: "互补",
}
"""What a position is called."""

_POSITIONS = (ChainPosition.UPSTREAM, ChainPosition.SUBSTITUTE, ChainPosition.COMPLEMENT)
_WORTH: Mapping[str, tuple[float, float, float]] = {
    "": (1.0, 0.6, 0.5),
    "研发设计": (0.8, 0.6, 1.0),
    "检验检测": (1.0, 0.8, 0.6),
    "模型加工": (1.0, 0.6, 0.4),
    "中试生产": (1.0, 0.8, 0.6),
    "企业管理": (1.0, 0.6, 0.6),
    "物资采购": (1.0, 0.8, 0.4),
    "市场营销": (0.6, 0.4, 1.0),
}
WORTH: Mapping[str, Mapping[ChainPosition, float]] = {
    area: dict(zip(_POSITIONS, worth, strict=True)) for area, worth in _WORTH.items()
}
"""How well each position fits a field of cooperation, 0 to 1; under "" where the demand names none. Chosen."""

_SAID_OTHERWISE: tuple[tuple[str, str], ...] = (
    ("采购", "物资采购"),
    ("检测", "检验检测"),
    ("检验", "检验检测"),
    ("打样", "模型加工"),
    ("样件", "模型加工"),
    ("中试", "中试生产"),
    ("小批量试制", "中试生产"),
    ("研发", "研发设计"),
    ("渠道", "市场营销"),
    ("推广", "市场营销"),
    ("精益", "企业管理"),
    ("质量管理", "企业管理"),
)
"""Words by which a demand that names no field is told, the first that it holds."""
GROUP, DIVISION = 3, 2
"""Levels of GB/T 4754, counted from the section: 中类, 大类."""

Sought = tuple[str, tuple[str, ...], tuple[str, ...]]
"""What a demand says of chains: its field, the industries that it asks for, what the lead firm makes."""


def sought_of(offer: Offer) -> Sought | tuple[()]:
    """What a lead firm's demand says of chains; nothing for other offers, and where it names no industry."""
    if offer.kind is not OfferKind.PROCUREMENT or not (offer.industry_focus or offer.made):
        return ()
    return (area_of(offer), offer.industry_focus, offer.made)


def area_of(offer: Offer) -> str:
    """The field of cooperation that a demand is in, by its own words; empty where it names none."""
    for text in (offer.name, offer.summary, offer.focus):
        named = [(text.find(area), area) for area in COOPERATION_AREAS if area in text]
        if named:
            return min(named)[1]
    text = f"{offer.name}。{offer.summary}。{offer.focus}"
    return next((area for word, area in _SAID_OTHERWISE if word in text), "")


def position_of(code: str, sought: Sought) -> tuple[ChainPosition, str] | None:
    """The position of a firm of an industry, and the industry that it shares; None where it has none.

    Of a firm known by its division alone it cannot be told that it makes something else than is asked for.
    """
    asked, groups, divisions = _levels(sought)
    line = industries.ancestors(code)
    for upper in line:
        if upper in asked:
            return ChainPosition.UPSTREAM, upper
    if len(line) < GROUP:
        return None
    group, division = line[-GROUP], line[-DIVISION]
    if group in groups:
        return ChainPosition.SUBSTITUTE, group
    return (ChainPosition.COMPLEMENT, division) if division in divisions else None


@lru_cache(maxsize=4_096)
def _levels(sought: Sought) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """What is asked for, the groups of what the lead firm makes, and the divisions of both."""
    _, asked, made = sought
    wanted, own = [industries.ancestors(code) for code in asked], [industries.ancestors(code) for code in made]
    return (
        frozenset(line[0] for line in wanted),
        frozenset(line[-GROUP] for line in own if len(line) >= GROUP),
        frozenset(line[-DIVISION] for line in wanted + own if len(line) >= DIVISION),
    )


def chain_share(code: str, sought: Sought) -> float:
    """How well the position of a firm of an industry fits a demand, 0 to 1; 0 where it has none."""
    found = position_of(code, sought)
    return 0.0 if found is None else WORTH[sought[0]][found[0]]


def chain_words(code: str, sought: Sought) -> str:
    """Why a firm of an industry fits a demand by its position, in Chinese; empty where it has none."""
    found = position_of(code, sought)
    if found is None:
        return ""
    position, shared = found
    name = industries.industry(shared).name
    basis = {
        ChainPosition.UPSTREAM: f"行业属于所需的“{name}”",
        ChainPosition.SUBSTITUTE: f"与该龙头企业的产品同属“{name}”",
        ChainPosition.COMPLEMENT: f"与所需或该龙头企业的产品同属“{name}”大类",
    }
    return f"{sought[0] or '配套'}需求的{POSITION_LABELS[position]}：{basis[position]}（按行业推断）"
