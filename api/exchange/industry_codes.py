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

    Where code and name disagree, a name that the standard knows stands and is reported. A coarser code that names
    another section is reported; the finer one stands.
    """
    finest: Industry | None = None
    problems: list[RowProblem] = []
    for item in texts:
        found, problem = _resolve(item)
        problems += [problem] if problem else []
        if found is not None and finest is not None and found.code not in ancestors(finest.code):
            problems.append(RowProblem(item.header, item.code, "industry_conflict", _conflict(item, found, finest)))
        finest = finest or found
    return finest.code if finest else None, tuple(problems)


def _resolve(item: IndustryText) -> tuple[Industry | None, RowProblem | None]:
    coded = _by_code(item.code)
    if coded is not None and (not item.name or _agrees(coded.name, item.name)):
        return coded, None
    named = find_industry(item.name) if item.name else None
    if named is not None:
        code, message = "industry_by_name", _by_name(item, named)
    elif coded is not None:
        code, message = "industry_mismatch", _mismatch(item, coded)
    elif item.code:
        code, message = "invalid_industry", f"“{item.code}”不是 GB/T 4754-2017 的行业代码；请按国民经济行业分类填写"
    else:
        return None, None
    return named, RowProblem(item.header, item.code, code, message)


def _by_code(code: str) -> Industry | None:
    """Find a code; a single figure can only have lost its leading zero to a spreadsheet (3 was 03)."""
    return find_industry(code.zfill(2) if code.isdecimal() else code) if code else None


@lru_cache(maxsize=4096)
def _agrees(official: str, given: str) -> bool:
    return SequenceMatcher(None, official, given).ratio() >= _ALIKE


def _by_name(item: IndustryText, named: Industry) -> str:
    return f"代码“{item.code}”与同一行的名称“{item.name}”在 GB/T 4754-2017 中不一致，按名称取 {named.code}；请核对"


def _mismatch(item: IndustryText, found: Industry) -> str:
    return f"代码 {item.code} 在 GB/T 4754-2017 中是“{found.name}”，而同一行写的是“{item.name}”；未采用，请核对"


def _conflict(item: IndustryText, found: Industry, finest: Industry) -> str:
    return f"“{item.code}”（{found.name}）与更细的“{finest.code}”（{finest.name}）不属同一门类，取后者；请核对"
