"""Points for one seeker and a whole shelf of offers (批量打分), equal to `assembling` pair by pair."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.eligibility.rulebook import Standings
from matcher.needs import Seeker
from matcher.offers import OfferKind
from matcher.pairing.offer_shelf import OfferShelf
from matcher.pairing.recall import Recalled
from matcher.pairing.scoring import Scoring


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
    texts = scoring.hundredths("semantic", scoring.semantic(recalled.semantic))
    texts += scoring.hundredths("lexical", scoring.lexical(recalled.lexical))
    relevant = texts
    for name, alike in offers.alike.items():
        fits = alike.fitting.fits(seeker.values)
        if fits.any():
            relevant += scoring.hundredths(name, fits).take(alike.group_of.take(at))
    of_the_kind = _intent(seeker, scoring).take(offers.admission.kinds.take(at))
    sizes = np.maximum(standings.sizes.take(at), 1)
    of_the_kind += scoring.hundredths("completeness", standings.decided.take(at) / sizes)
    return Points(relevant + of_the_kind, relevant)


def _intent(seeker: Seeker, scoring: Scoring) -> NDArray[np.int64]:
    """The points of each kind of offer, in the order of `OfferKind`."""
    asked = np.array([kind in seeker.need.kinds for kind in OfferKind], dtype=np.float64)
    return scoring.hundredths("intent", asked)
