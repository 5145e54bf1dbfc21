"""Where a party is (所在地区), out of stated places and an address: the more exact one wins, the stated one checks."""

from collections.abc import Iterable
from dataclasses import dataclass

from api.exchange.problems import RowProblem
from matcher.taxonomy.regions import Region, find_region, full_name, is_under, region
from matcher.taxonomy.zones import find_zone


@dataclass(frozen=True, slots=True)
class PlaceText:
    """What a column says of the place. An address may fail to name one; a stated place may not."""

    header: str
    text: str
    is_address: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A region's code and a zone's Chinese name, as far as they are known, and what did not agree."""

    region: str | None = None
    zone: str | None = None
    problems: tuple[RowProblem, ...] = ()


def resolve_place(texts: Iterable[PlaceText], zone_text: str = "", name: str = "") -> Place:
    """Read the texts in turn, widest first: each must lie within, or hold, what the earlier ones said.

    One that contradicts is reported and left aside: a firm may be registered in one province and work in another. An
    address without a city ("宝山区月罗路310号") is read within the place that begins the party's registered name, which
    is reported too.
    """
    current: Region | None = None
    problems: list[RowProblem] = []
    address: PlaceText | None = None
    for item in texts:
        address = item if item.is_address else address
        found = _find(item.text, current)
        if found is None:
            problems += [] if item.is_address else [_not_found(item)]
        elif current is None or is_under(found.code, (current.code,)):
            current = found
        elif not is_under(current.code, (found.code,)):
            problems.append(_conflict(item, found, current))
    zone, current = _zone(zone_text or (address.text if address else ""), current)
    if current is None and address is not None:
        current = _within_named(address.text, name)
        problems.append(_not_found(address) if current is None else _by_name(address, current))
    return Place(current.code if current else None, zone or zone_text or None, tuple(problems))


def _find(text: str, current: Region | None) -> Region | None:
    """Find the region of a text, on its own or within what is known already (湖北省, then 武昌区)."""
    within = _within(text, current) if current else None
    return within or find_region(text)


def _within(text: str, outer: Region) -> Region | None:
    found = find_region(f"{full_name(outer.code)}{text}")
    return found if found and found.code != outer.code and is_under(found.code, (outer.code,)) else None


def _within_named(text: str, name: str) -> Region | None:
    outer = find_region(name) if name else None
    return _within(text, outer) if outer else None


def _zone(text: str, current: Region | None) -> tuple[str | None, Region | None]:
    """Give a zone's name and the region made more exact by it; a zone elsewhere than the region is not meant."""
    zone = find_zone(text) if text else None
    if zone is None:
        return None, current
    home = region(zone.region)
    if current is None or is_under(home.code, (current.code,)):
        return zone.name, home
    return (zone.name, current) if is_under(current.code, (home.code,)) else (None, current)


def _not_found(item: PlaceText) -> RowProblem:
    message = f"“{_short(item.text)}”中认不出省、市、县，或同名的地方不止一个；请写明省和市，如 浙江省杭州市余杭区"
    return RowProblem(item.header, item.text, "region_unknown", message)


def _by_name(item: PlaceText, found: Region) -> RowProblem:
    message = f"“{_short(item.text)}”没有写明省、市，按名称所冠的地名取{full_name(found.code)}；请核对"
    return RowProblem(item.header, item.text, "region_by_name", message)


def _conflict(item: PlaceText, found: Region, current: Region) -> RowProblem:
    message = (
        f"“{_short(item.text)}”在{full_name(found.code)}，与前面写的{full_name(current.code)}不一致，取后者；请核对"
    )
    return RowProblem(item.header, item.text, "region_conflict", message)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
