"""Industries (国民经济行业): the tree of GB/T 4754-2017, from section (门类) to class (小类).

A code is written without its section letter ("27", "2770"); a section is its letter ("C"). "C27" and "C2770", as
certificates and statistics often write, are understood everywhere. Codes and names are those of the state standard.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise

from matcher.errors import UnknownIndustry

PROXIMITY_BY_DEPTH = (0.0, 0.3, 0.6, 0.8, 1.0)
"""Nearness of two industries by the depth of what they share: nothing, 门类, 大类, 中类, 小类. Chosen, not measured."""

_LEADING_CODE = re.compile(r"([A-T])?(\d{2,4})?(?![0-9A-Z])")
_NOISE = re.compile(r"[\s、,，()（）·和及与]")


@dataclass(frozen=True, slots=True)
class Industry:
    """One node of the classification; `parent` is a code, empty for a section (门类)."""

    code: str
    name: str
    parent: str


def industry(code: str) -> Industry:
    """Give the industry of a code ("C", "27", "C27", "2770"); `UnknownIndustry` where the standard has none."""
    found = find_code(code)
    if found is None:
        raise UnknownIndustry(
            found=f"行业代码 {code!r}",
            expected="GB/T 4754-2017 的门类字母或 2 至 4 位数字代码，如 C、27、2770",
            remedy="请改填国标行业代码，或填写行业的国标名称",
        )
    return found


def find_code(code: str) -> Industry | None:
    """Find the industry of a code, with or without its section letter; None where the letter does not fit."""
    letter, digits = (code[:1].upper(), code[1:]) if code[:1].isalpha() else ("", code)
    found = _tree().get(digits or letter)
    return found if found and letter in ("", _line(found)[-1]) else None


def find_industry(text: str) -> Industry | None:
    """Find the industry that a text names, by code ("C27", "2770", "C27医药制造业") or by its name in the standard.

    Spaces, punctuation, 和/及 and a missing final 业 are overlooked. A name that several nested codes share gives the
    most specific of them where they mean the same (房地产业: 70), else the broadest. A single digit is a 大类 whose
    zero a spreadsheet dropped (6: 06), for there is no other code of one digit. Anything else gives None.
    """
    cleaned = unicodedata.normalize("NFKC", text).strip().upper()
    if len(cleaned) == 1 and cleaned.isdecimal():
        return find_code(f"0{cleaned}")
    lead = _LEADING_CODE.match(cleaned)
    if lead is None or not lead.group():
        return _by_name(cleaned)
    found = find_code(lead.group())
    rest = _NOISE.sub("", cleaned[lead.end() :])
    certain = not rest or (lead.group(1) and lead.group(2))
    return found if found and (certain or _agrees(rest, found)) else None


@cache
def ancestors(code: str) -> tuple[str, ...]:
    """Give the codes from an industry up to its section: 2770 gives ("2770", "277", "27", "C")."""
    return _line(industry(code))


def section(code: str) -> str:
    """Give the section letter (门类) that an industry belongs to."""
    return ancestors(code)[-1]


def is_under(code: str, codes: Iterable[str]) -> bool:
    """Say whether an industry is one of `codes` or lies within one of them."""
    line = ancestors(code)
    return any(_plain(other) in line for other in codes)


@lru_cache(maxsize=1 << 16)
def proximity(a: str, b: str) -> float:
    """Give the nearness of two industries, 0 to 1: 1 for the same code, then by the deepest level that they share.

    Symmetric. Where one lies within the other (an offer for 医药制造业 and a maker of 生物药品) ask `is_under` first.
    """
    mine, theirs = ancestors(a)[::-1], ancestors(b)[::-1]
    if mine == theirs:
        return 1.0
    shared = sum(1 for left, right in zip(mine, theirs, strict=False) if left == right)
    return PROXIMITY_BY_DEPTH[shared]


def name_path(code: str) -> str:
    """Give the names from the section down: "制造业 > 医药制造业"."""
    return " > ".join(industry(step).name for step in reversed(ancestors(code)))


def descendants(code: str) -> tuple[str, ...]:
    """Give the codes of the finest level (小类) within an industry; a 小类 gives itself."""
    return _leaves_under()[industry(code).code]


def all_codes() -> tuple[str, ...]:
    """Give every code of the classification, from sections to the finest level."""
    return tuple(_tree())


def _plain(code: str) -> str:
    return code[1:] if len(code) > 1 and code[0].isalpha() else code.upper()


def _line(node: Industry) -> tuple[str, ...]:
    """Give the codes from a node up to its section."""
    return (node.code, *_line(_tree()[node.parent])) if node.parent else (node.code,)


def _agrees(words: str, found: Industry) -> bool:
    """Say whether what follows a bare code is its name: 39计算机 is a code, 36氪 and A股 are not."""
    name = _NOISE.sub("", found.name)
    return words in name or name in words


def _by_name(text: str) -> Industry | None:
    name = _NOISE.sub("", text)
    known = _names()
    codes = known.get(name) or known.get(f"{name}业") or known.get(name.removesuffix("业"))
    return _tree()[codes[0]] if codes else None


@cache
def _tree() -> dict[str, Industry]:
    lines = (resources.files("matcher.taxonomy") / "industries.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return {code: Industry(code, name, parent) for code, parent, name in rows}


@cache
def _leaves() -> tuple[str, ...]:
    parents = {node.parent for node in _tree().values()}
    return tuple(code for code in _tree() if code not in parents)


@cache
def _leaves_under() -> dict[str, tuple[str, ...]]:
    """The codes of the finest level within each code, in their order."""
    found: dict[str, list[str]] = defaultdict(list)
    for leaf in _leaves():
        for step in ancestors(leaf):
            found[step].append(leaf)
    return {code: tuple(leaves) for code, leaves in found.items()}


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Codes by normalised name, the one to be preferred first."""
    children: dict[str, list[str]] = defaultdict(list)
    names: dict[str, list[str]] = defaultdict(list)
    for node in _tree().values():
        children[node.parent].append(node.code)
        names[_NOISE.sub("", node.name)].append(node.code)
    return {name: _preferred(codes, children) for name, codes in names.items()}


def _preferred(codes: list[str], children: dict[str, list[str]]) -> tuple[str, ...]:
    broad_first = sorted(codes, key=lambda code: len(_line(_tree()[code])))
    same = all(children[upper] == [lower] for upper, lower in pairwise(broad_first))
    return tuple(reversed(broad_first)) if same else tuple(broad_first)
