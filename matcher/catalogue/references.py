"""References of one offer to another (引用): 小巨人 asks what 专精特新 asks, in the version that is then in force."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from difflib import get_close_matches

from matcher.catalogue.entry import Entry
from matcher.catalogue.leaves import Period, Sources, read_clause
from matcher.eligibility.criteria import All, Criterion
from matcher.offers import Offer, OfferStatus

Read = Callable[[Entry, Sources, int], Criterion]

MAX_CHAIN = 4
"""No chain of offers that refer to each other is longer."""


def read_reference(entry: Entry, sources: Sources, read: Read) -> Criterion:
    """Read {offer: ID or series}: all that the other offer asks, each condition with that offer's clause.

    A series stands for the one version that is in force while the referring offer is. Raises `InvalidCatalogue` for an
    offer that is not there or asks nothing, several versions, a circle, or a chain past `MAX_CHAIN`.
    """
    entry.only("offer")
    entry.require("offer")
    target = _target(entry, entry.text("offer"), sources)
    criterion = target.criteria if isinstance(target, Offer) else _read_entry(entry, target, sources, read)
    if criterion is None:
        raise entry.fault(f"资源 {entry.text('offer')!r} 没有条件", "有 criteria 的资源", "删去这项引用", "offer")
    name = target.name if isinstance(target, Offer) else target.text("name")
    return All((criterion,), f"符合{name}的条件")


def stepped(entry: Entry, sources: Sources, name: str) -> Sources:
    """The sources one reference further; a name that is on the way already is a circle."""
    if name in sources.trail:
        circle = " → ".join((*sources.trail[sources.trail.index(name) :], name))
        raise entry.fault(f"引用成环：{circle}", "不循环的引用", "删去其中一处引用")
    return replace(sources, trail=(*sources.trail, name))


def overlap(one: Period, other: Period) -> bool:
    """Whether two periods, ends included and None being open, have a day in common."""
    (begin, end), (start, stop) = one, other
    return not (
        (end is not None and start is not None and end < start)
        or (stop is not None and begin is not None and stop < begin)
    )


def _target(entry: Entry, name: str, sources: Sources) -> Entry | Offer:
    exact = sources.offers.get(name) or sources.known.get(name)
    if exact is not None:
        return exact
    versions = dict(_versions(name, sources))
    if not versions:
        near = get_close_matches(name, (*sources.offers, *sources.known), n=1)
        remedy = f"是否想写 {near[0]}" if near else "改为已有资源的编号或系列"
        raise entry.fault(f"没有名为 {name!r} 的资源或系列", "资源编号或系列", remedy, "offer")
    meant = [key for key, (_, period) in versions.items() if overlap(period, sources.period)]
    if len(meant) != 1:
        found = f"系列 {name!r} 在本资源施行期间有 {len(meant)} 个版本"
        raise entry.fault(found, "恰好一个版本", f"写明编号：{'、'.join(meant or versions)}", "offer")
    return versions[meant[0]][0]


def _versions(series: str, sources: Sources) -> Iterator[tuple[str, tuple[Entry | Offer, Period]]]:
    """The versions of a series that are not drafts; what is being loaded stands before what is known."""
    for key, offer in sources.known.items():
        if offer.series == series and offer.status is not OfferStatus.DRAFT:
            yield key, (offer, (offer.effective_from, offer.effective_to))
    for key, entry in sources.offers.items():
        if entry.data.get("series") == series and entry.data.get("status") != OfferStatus.DRAFT.value:
            yield key, (entry, (_day(entry.data, "effective_from"), _day(entry.data, "effective_to")))


def _day(data: Mapping[str, object], key: str) -> date | None:
    value = data.get(key)
    return value if isinstance(value, date) else None


def _read_entry(entry: Entry, target: Entry, sources: Sources, read: Read) -> Criterion | None:
    further = stepped(entry, sources, str(target.data.get("id")))
    if sum(step in sources.offers for step in further.trail) > MAX_CHAIN:
        raise entry.fault("引用过长", f"不超过 {MAX_CHAIN} 层", "直接写出条件")
    clauses = target.children("clauses")
    if "criteria" not in target.data or not clauses:
        return None
    return read(target.child("criteria"), replace(further, first=read_clause(clauses[0], sources.titles)), 0)
