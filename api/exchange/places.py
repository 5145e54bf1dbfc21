"""Where a party is (所在地区), out of stated places and an address: the more exact one wins, the stated one checks."""

from collections.abc import Iterable
from dataclasses import dataclass

from api.exchange.problems import RowProblem
from matcher.taxonomy.regions import Region, find_region, full_name, is_under
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


def resolve_place(texts: Iterable[PlaceText], zone_text: str = "") -> Place:
    """Read the texts in turn, widest first: each must lie within, or hold, what the earlier ones said.

    One that contradicts is reported and left aside: a firm may be registered in one province and work in another.
    """
    current: Region | None = None
    problems: list[RowProblem] = []
    address = ""
    for item in texts:
        address = item.text if item.is_address else address
        found = _find(item.text, current)
        if found is None:
            problems += _not_found(item, current)
        elif current is None or is_under(found.code, (current.code,)):
            current = found
        elif not is_under(current.code, (found.code,)):
            problems.append(_conflict(item, found, current))
    zone, current = _zone(zone_text or address, current)
    return Place(current.code if current else None, zone or zone_text or None, tuple(problems))


def _find(text: str, current: Region | None) -> Region | None:
    """Find the region of a text, on its own or within what is known already (湖北省, then 武昌区)."""
    if not text:
        return None
    within = find_region(f"{full_name(current.code)}{text}") if current else None
    if current and within and within.code != current.code and is_under(within.code, (current.code,)):
        return within
    return find_region(text) or within


def _zone(text: str, current: Region | None) -> tuple[str | None, Region | None]:
    """Give a zone's name and the region made more exact by it; a zone elsewhere than the region is not meant."""
    zone = find_zone(text) if text else None
    if zone is None:
        return None, current
    home = find_region(zone.region)
    if home is None or current is None:
        return zone.name, home or current
    if is_under(home.code, (current.code,)):
        return zone.name, home
    return (zone.name, current) if is_under(current.code, (home.code,)) else (None, current)


def _not_found(item: PlaceText, current: Region | None) -> list[RowProblem]:
    if not item.text or (item.is_address and current is not None):
        return []
    message = f"“{_short(item.text)}”中认不出省、市、县，或同名的地方不止一个；请写明省和市，如 浙江省杭州市余杭区"
    return [RowProblem(item.header, item.text, "region_unknown", message)]


def _conflict(item: PlaceText, found: Region, current: Region) -> RowProblem:
    message = (
        f"“{_short(item.text)}”在{full_name(found.code)}，与前面写的{full_name(current.code)}不一致，取后者；请核对"
    )
    return RowProblem(item.header, item.text, "region_conflict", message)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
