"""Industry codes checked by the names beside them (行业代码核对).

The industry of listed companies is often coded by the securities regulator's older scheme, whose numbers mostly, but
not always, agree with GB/T 4754-2017: its 90 is 综合, the standard's 90 is 娱乐业.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from api.exchange.problems import RowProblem
from matcher.taxonomy.industries import Industry, ancestors, find_industry

_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class IndustryText:
    """A code as written, and the name that the same row gives it ("" where it gives none)."""

    header: str
    code: str
    name: str


def resolve_industry(texts: Iterable[IndustryText]) -> tuple[str | None, tuple[RowProblem, ...]]:
    """Give the finest code that is in GB/T 4754-2017 and agrees with its name, and what did not agree.

    A coarser code that names another section is reported; the finer one stands.
    """
    finest: Industry | None = None
    problems: list[RowProblem] = []
    for item in texts:
        found = find_industry(item.code) if item.code else None
        if item.code and found is None:
            problems.append(RowProblem(item.header, item.code, "invalid_industry", _unknown(item)))
        elif found is not None and not _agrees(found.name, item.name):
            problems.append(RowProblem(item.header, item.code, "industry_mismatch", _mismatch(item, found)))
        elif found is not None and finest is None:
            finest = found
        elif found is not None and finest is not None and found.code not in ancestors(finest.code):
            problems.append(RowProblem(item.header, item.code, "industry_conflict", _conflict(item, found, finest)))
    return finest.code if finest else None, tuple(problems)


@lru_cache(maxsize=4096)
def _agrees(official: str, given: str) -> bool:
    return not given or SequenceMatcher(None, official, given).ratio() >= _ALIKE


def _unknown(item: IndustryText) -> str:
    return f"“{item.code}”不是 GB/T 4754-2017 的行业代码；请按国民经济行业分类填写"


def _mismatch(item: IndustryText, found: Industry) -> str:
    return f"代码 {item.code} 在 GB/T 4754-2017 中是“{found.name}”，而同一行写的是“{item.name}”；未采用，请核对"


def _conflict(item: IndustryText, found: Industry, finest: Industry) -> str:
    return f"“{item.code}”（{found.name}）与更细的“{finest.code}”（{finest.name}）不属同一门类，取后者；请核对"
