"""Development zones (开发区、高新区、新区) as overlays on regions.

They are no units of GB/T 2260, yet offers are bound to them (融医贷: 苏州高新区). The list holds the zones that the
project's sources name, the national ones (国家级高新区、经开区、新区) and the areas that the region table counts apart.
A zone whose name is only a kind (高新区) is not guessed from the district: 江宁区高新区 is not 南京高新区.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from matcher.errors import UnknownPlace
from matcher.taxonomy.regions import Region, find_region, is_under

_HIGH_TECH = re.compile(
    r"(?:国家级?)?(?:高新技术(?:产业)?(?:开发|园|产业园)区?|高新开发区|高新园区|高技术产业开发区)区?"
)
_ECONOMIC = re.compile(r"(?:国家级?)?经济(?:技术)?开发区")
_NATIONAL = re.compile(r"国家级?(?=高新区|经开区)")
_STREET = re.compile(r"[东南西北中]?[一二三四五六七八九十]?(?:路|街|大道|大街|镇|大厦|广场)")
_LONGEST = 20


@dataclass(frozen=True, slots=True)
class Zone:
    """A development zone (开发区), of the kind 高新区, 经开区, 新区 or 园区.

    `name` is the one Chinese name that the field `zone` of a party holds; `region` is the GB/T 2260 code of the unit
    that the zone lies in.
    """

    code: str
    name: str
    aliases: tuple[str, ...]
    region: str
    kind: str


def zone(code: str) -> Zone:
    """Give the zone of a code ("320500-1"); `UnknownPlace` where the list has none."""
    found = _zones().get(code)
    if found is None:
        raise UnknownPlace(
            found=f"开发区代码 {code!r}", expected="开发区清单中的代码", remedy="请核对代码，或按名称查找"
        )
    return found


def all_zones() -> tuple[Zone, ...]:
    """Give every zone, in the order of their codes."""
    return tuple(_zones().values())


def find_zone(text: str) -> Zone | None:
    """Find the zone that a text names, in full or in short (苏州国家高新技术产业开发区, 苏州市高新区); of two none.

    A street named after a zone (中关村大街, 光谷大道) is not the zone, nor is a zone of the same name elsewhere
    (呼和浩特市金桥开发区 is not 上海金桥).
    """
    plain = _plain(text)
    whole: list[tuple[int, int, Zone]] = []
    for start, end, named in _mentions(plain):
        overlaps = bool(whole) and start < whole[-1][1]
        if overlaps and end - start > whole[-1][1] - whole[-1][0]:
            whole.pop()
        elif overlaps:
            continue
        whole.append((start, end, named))
    place = find_region(text) if whole else None
    found = {item.code: item for start, end, item in whole if _lies_in(plain[start:end], item, place)}
    return next(iter(found.values())) if len(found) == 1 else None


def _lies_in(name: str, named: Zone, place: Region | None) -> bool:
    """Say whether a zone can be where the text is; a name with its own city (苏州工业园区) needs no other."""
    if place is None:
        return True
    near = is_under(named.region, (place.code,)) or is_under(place.code, (named.region,))
    return near or find_region(name) is not None


def _mentions(plain: str) -> Iterator[tuple[int, int, Zone]]:
    """Yield start, end and zone of every name that stands in a text; the longest name at a place first."""
    names, heads = _names(), _heads()
    for start in range(len(plain) - 1):
        if plain[start : start + 2] not in heads:
            continue
        for end in range(min(len(plain), start + _LONGEST), start + 1, -1):
            named = names.get(plain[start:end])
            if named and (plain[end - 1] == "区" or not _STREET.match(plain, end)):
                yield start, end, named
                break


def _plain(text: str) -> str:
    """Write the kinds of zone in one way: 高新技术产业开发区 as 高新区, 经济技术开发区 as 经开区."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    plain = _ECONOMIC.sub("经开区", _HIGH_TECH.sub("高新区", plain))
    return _NATIONAL.sub("", plain)


@cache
def _zones() -> dict[str, Zone]:
    lines = (resources.files("matcher.taxonomy") / "zones.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return {
        code: Zone(code, name, tuple(aliases.split("、")) if aliases else (), region, kind)
        for code, name, kind, region, aliases in rows
    }


@cache
def _names() -> dict[str, Zone]:
    """Zones by each of their names, written plainly; 苏州高新区 also as 苏州市高新区."""
    names: dict[str, Zone] = {}
    for item in _zones().values():
        for name in (item.name, *item.aliases):
            plain = _plain(name)
            base = plain.removesuffix(item.kind)
            names[plain] = item
            names.setdefault(f"{base}市{item.kind}" if base != plain else plain, item)
    return names


@cache
def _heads() -> frozenset[str]:
    return frozenset(name[:2] for name in _names())
