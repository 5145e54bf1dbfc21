"""Regions (行政区划): the tree of GB/T 2260, from province to county, and the region that a text names.

Codes are six digits: 320000 a province, 320500 a city, 320583 a county. A municipality's districts stand directly
under it (市辖区 is not a place), as do counties run by their province. Development zones are no units of GB/T 2260:
see `matcher.taxonomy.zones`.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from matcher.errors import UnknownPlace
from matcher.taxonomy.region_names import MERGED, WORDLIKE, former_names, short_name


class RegionLevel(StrEnum):
    """Levels of GB/T 2260 (行政层级)."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


MUNICIPALITIES = frozenset({"110000", "120000", "310000", "500000"})
"""直辖市: places of the size of a city that rank as provinces."""

_LEVELS = tuple(RegionLevel)
_LONGEST_NAME = 15
_ENDINGS = ("省", "市", "区", "县", "州", "盟", "旗")


@dataclass(frozen=True, slots=True)
class Region:
    """One unit of GB/T 2260; `parent` is a code, empty for a province."""

    code: str
    name: str
    level: RegionLevel
    parent: str


def region(code: str) -> Region:
    """Give the region of a code of 6 digits (or 2 or 4); `UnknownPlace` where GB/T 2260 has none.

    The code of a municipality's 市辖区 (110100) gives the municipality.
    """
    found = _find_code(code)
    if found is None:
        raise UnknownPlace(
            found=f"行政区划代码 {code!r}",
            expected="GB/T 2260 的 6 位代码，如 320583（昆山市）",
            remedy="请核对代码，或填写省、市、县的名称",
        )
    return found


@cache
def ancestors(code: str) -> tuple[str, ...]:
    """Give the codes from a region up to its province: ("320583", "320500", "320000")."""
    return _line(region(code))


def is_under(code: str, codes: Iterable[str]) -> bool:
    """Say whether a region is one of `codes` or lies within one of them."""
    line = ancestors(code)
    return any(region(other).code in line for other in codes)


def proximity(a: str, b: str) -> float:
    """Give the nearness of two regions, 0 to 1: 1 the same code, 0.7 the same city, 0.4 the same province. Symmetric.

    A municipality counts as a city. The steps are chosen, not measured.
    """
    mine, theirs = ancestors(a), ancestors(b)
    if mine == theirs:
        return 1.0
    shared = next((code for code in mine if code in theirs), None)
    if shared is None:
        return 0.0
    return 0.4 if region(shared).level is RegionLevel.PROVINCE and shared not in MUNICIPALITIES else 0.7


@cache
def full_name(code: str) -> str:
    """Give the names from the province down: "江苏省苏州市昆山市"."""
    return "".join(region(step).name for step in reversed(ancestors(code)))


def find_region(text: str) -> Region | None:
    """Find the most specific region that a text names, or None: never one of two.

    Reads a code, a name ("苏州", "江苏昆山"), an address ("宁波鄞州区百丈路158号"), a firm's name ("长沙市…有限公司"),
    and in prose what is said of the place ("位于昆山", "苏州的企业"). A name that several places share (朝阳区) needs
    its city; a street (南京路) and a product (南京板鸭) name no place.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"\d{2}|\d{4}|\d{6}", plain):
        return _find_code(plain)
    plain = _PREFIX.sub("", plain)
    end, code = _walk(plain, 0)
    if code and _stands_as_place(plain, end, code):
        return region(code)
    return _in_prose(plain)


def read_region(text: str, start: int = 0) -> tuple[Region | None, int]:
    """Read the region names that stand one after the other from a position ("江苏昆山"), and where they end.

    Gives None and the position itself where no name begins there. What follows is for the caller to judge.
    """
    end, code = _walk(text, start)
    return (region(code), end) if code else (None, start)


_PREFIX = re.compile(
    r"^(?:\d{6}\s*)?(?:(?:注册|办公|经营|详细|通讯)?地址|住所|所在地|注册地)?[:：]?\s*(?:中国|中华人民共和国)?"
)
_BETWEEN = re.compile(r"(?:[\s·•\-—/\\,，、|>→()（）\[\]【】:：;；“”\"']|市辖区|(?:省|自治区)直辖县级行政区划){0,8}")
"""What may stand between a place and the one within it; bounded, so that a text of commas is read in linear time."""
_STREET = re.compile(
    r"[东南西北中新]?[一二三四五六七八九十]?(?:路|街|大道|大街|巷|弄|胡同|道\d|广场|大厦|公园|大学|学院|镇|乡|村|社区)"
)
_ADDRESS = re.compile(r"[路街号镇乡村园区厦楼室县市座栋幢]|大道|有限|股份|集团|[厂店]$")
_FOLLOWS = re.compile(
    r"的|市|省|地区|本地|当地|一家|这家|企业|公司|从事|做|注册|成立|创办|高新|经开|开发|科技|中小|小微|民营|国有|初创|"
    r"创业|[,，。;；、!！?？]"
)
_CUE = re.compile(
    r"(?P<strong>位于|坐落[于在]|注册[在于]|注册地[为是在]?|地处|落户于?|设[在于]|设立[于在]|来自|迁[到入]|总部[在于]|"
    r"总部位于|(?:地址|所在地)[为是]?[:：]?|[开办]在|我们在|[公我]司在|企业在|厂在)"
    r"|一家|我们是?|我是|是|我|[。,，;；!?？\n]"
)


def _in_prose(text: str) -> Region | None:
    """Find the one place that prose speaks of; places that do not lie within each other give None."""
    found: list[str] = []
    for cue in _CUE.finditer(text):
        end, code = _walk(text, cue.end())
        name = text[cue.end() : end].strip()
        follows = name.endswith(_ENDINGS) or _FOLLOWS.match(text, end)
        if code and (follows or (cue["strong"] and name not in WORDLIKE)):
            found.append(code)
    deepest = max(found, key=lambda code: len(ancestors(code)), default=None)
    if deepest is None or any(code not in ancestors(deepest) for code in found):
        return None
    return region(deepest)


def _stands_as_place(text: str, end: int, code: str) -> bool:
    """Say whether what begins a text is where something is: not the 南京 of 南京板鸭."""
    named, rest = text[:end], text[end:]
    if not rest.strip() or named.endswith(_ENDINGS):
        return True
    if named in WORDLIKE:
        return False
    several = region(code).parent != "" and named not in _names()
    return several or bool(_FOLLOWS.match(rest) or _ADDRESS.search(rest))


def _walk(text: str, start: int, within: str = "") -> tuple[int, str]:
    """Read region names one after the other, each within the one before; give where reading ended and the code."""
    between = _BETWEEN.match(text, start)
    at = between.end() if between else start
    best = (start, within)
    for end, codes in _named_at(text, at, within):
        for code in codes:
            reached = _walk(text, end, code)
            if reached[0] > best[0]:
                best = reached
    return best


def _named_at(text: str, at: int, within: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield where each name that begins here ends and what it names, longest first."""
    for length in range(min(_LONGEST_NAME, len(text) - at), 1, -1):
        name = text[at : at + length]
        codes = _meanings(name, within) if name in _names() else ()
        street = codes and region(codes[0]).name != name and _STREET.match(text, at + length)
        if codes and not street:
            yield at + length, codes


@cache
def _meanings(name: str, within: str) -> tuple[str, ...]:
    """Give what a name means within a region ("" anywhere): nothing where it may be two places."""
    codes = [code for code in _names()[name] if not within or within in ancestors(code)[1:]]
    exact = [code for code in codes if region(code).name == name]
    codes = exact or (codes if within else _standing_alone(name, codes))
    codes = [code for code in codes if not any(upper in codes for upper in ancestors(code)[1:])]
    return tuple(codes) if len(codes) == 1 else ()


def _standing_alone(name: str, codes: list[str]) -> list[str]:
    """Keep what a short form means without its province: a province, else a city, else the one county-level city."""
    if name == "朝阳":
        return []
    for level in (RegionLevel.PROVINCE, RegionLevel.CITY):
        high = [code for code in codes if region(code).level is level]
        if high:
            return high
    named_before = [code for code in codes if name in (*former_names(region(code).name), *MERGED)]
    cities = [code for code in codes if region(code).name.endswith("市") or region(code).name == "浦东新区"]
    return codes if named_before == codes or (len(codes) == 1 and cities) else []


def all_codes() -> tuple[str, ...]:
    """Give every code of GB/T 2260, from provinces to counties."""
    return tuple(_tree())


def _find_code(code: str) -> Region | None:
    padded = code.ljust(6, "0") if code.isdigit() else code
    whole = f"{padded[:2]}0000"
    return _tree().get(padded) or (_tree().get(whole) if whole in MUNICIPALITIES and padded[4:] == "00" else None)


def _line(node: Region) -> tuple[str, ...]:
    return (node.code, *_line(_tree()[node.parent])) if node.parent else (node.code,)


@cache
def _tree() -> dict[str, Region]:
    lines = (resources.files("matcher.taxonomy") / "regions.tsv").read_text(encoding="utf-8").splitlines()[1:]
    names = dict(line.split("\t") for line in lines)
    return {code: _node(code, names) for code in names}


def _node(code: str, names: dict[str, str]) -> Region:
    uppers = [upper for upper in (f"{code[:2]}0000", f"{code[:4]}00") if upper in names and upper != code]
    level = _LEVELS[0 if code.endswith("0000") else 1 if code.endswith("00") else 2]
    return Region(code, names[code], level, uppers[-1] if uppers else "")


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Codes by every name of a place: in full, in short, and as it was before."""
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for node in _tree().values():
        county = node.level is RegionLevel.COUNTY
        for name in (node.name, short_name(node.name, node.level), *(former_names(node.name) if county else ())):
            names[name][node.code] = None
    for name, code in MERGED.items():
        names[name][code] = None
    return {name: tuple(codes) for name, codes in names.items()}
