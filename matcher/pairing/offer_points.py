"""Points for one seeker and a whole shelf of offers (批量打分), equal to `assembling` pair by pair."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.eligibility.rulebook import Standings
from matcher.needs import Seeker
from matcher.offers import OfferKind
from matcher.pairing.measures import STRUCTURED, StructuredMeasure
from matcher.pairing.offer_shelf import OfferShelf
from matcher.pairing.recall import Recalled
from matcher.pairing.scoring import Scoring

Fits = NDArray[np.float64]
_OF_THE_KIND = ("intent", "completeness")


@dataclass(frozen=True, slots=True)
class Points:
    """Scores in hundredths of a point (n,), and the part of each that speaks of this seeker (切题部分)."""

    totals: NDArray[np.int64]
    relevant: NDArray[np.int64]


def points_of(seeker: Seeker, offers: OfferShelf, recalled: Recalled, standings: Standings, scoring: Scoring) -> Points:
    """The scores of the n offers at the positions `recalled.keys`; the seeker's values are derived and dated.

    `standings` are those of all offers of the shelf. What is not known or not stated brings no points.
    """
    at = recalled.keys
    favoured = offers.preferences.standings(seeker.values)
    fits = {
        "semantic": scoring.semantic(recalled.semantic),
        "lexical": scoring.lexical(recalled.lexical),
        "preference": _share(favoured.met[at], favoured.sizes[at]),
        "completeness": _share(standings.decided[at], standings.sizes[at]),
    }
    parts = {name: scoring.hundredths(name, fit) for name, fit in fits.items()}
    parts |= {item.name: _structured(item, seeker, offers, scoring)[at] for item in STRUCTURED}
    parts["intent"] = _intent(seeker, scoring)[offers.admission.kinds[at]]
    totals = sum(parts.values(), start=np.zeros(len(at), dtype=np.int64))
    return Points(totals, totals - sum(parts[name] for name in _OF_THE_KIND))


def _share(count: NDArray[np.int64], of: NDArray[np.int64]) -> Fits:
    return count / np.maximum(of, 1)


def _structured(measure: StructuredMeasure, seeker: Seeker, offers: OfferShelf, scoring: Scoring) -> NDArray[np.int64]:
    """The points of a measure over known fields, taken once of offers that it cannot tell apart."""
    alike = offers.alike[measure.name]
    if not any(code in seeker.values for code in measure.reads):
        return np.zeros(len(alike.group_of), dtype=np.int64)
    taken = (measure.take(seeker.values, example) for example in alike.examples)
    fits = np.array([0.0 if fit is None else fit.value for fit in taken], dtype=np.float64)
    return scoring.hundredths(measure.name, fits)[alike.group_of]


def _intent(seeker: Seeker, scoring: Scoring) -> NDArray[np.int64]:
    """The points of each kind of offer, in the order of `OfferKind`."""
    asked = np.array([kind in seeker.need.kinds for kind in OfferKind], dtype=np.float64)
    return scoring.hundredths("intent", asked)
