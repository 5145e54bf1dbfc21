"""Versions of one offer (版本): which is in force on a day, and that no two are."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

from matcher.offers import Offer, OfferStatus, in_force


def series_of(offer: Offer) -> str:
    """What the versions of an offer have in common: its series, or its own id where it has only one version."""
    return offer.series or offer.id


def version_on(offers: Iterable[Offer], name: str, at: date) -> Offer | None:
    """The offer of a series that is in force on a day, or the offer with that very id; None where there is none.

    Drafts (征求意见稿) are never in force as a version; they are found by their id.
    """
    named = [offer for offer in offers if name in (series_of(offer), offer.id)]
    versions = [item for item in named if item.status is not OfferStatus.DRAFT and in_force(item, at)]
    return next(iter(versions), None) or next((item for item in named if item.id == name), None)


def clashes(offers: Iterable[Offer]) -> Iterator[tuple[Offer, Offer, date]]:
    """Yield each two versions that are in force on the same day, and the first such day."""
    by_series: defaultdict[str, list[Offer]] = defaultdict(list)
    for offer in offers:
        if offer.status is OfferStatus.APPROVED or (offer.status is OfferStatus.SUPERSEDED and offer.effective_to):
            by_series[series_of(offer)].append(offer)
    for versions in by_series.values():
        for earlier, later in pairwise(sorted(versions, key=_begin)):
            if earlier.effective_to is None or earlier.effective_to >= _begin(later):
                yield earlier, later, _begin(later)


def _begin(offer: Offer) -> date:
    return offer.effective_from or date.min
