"""The answer (匹配): seeker and offer, a score that is the sum of named contributions, eligibility, reasons, gaps."""

from dataclasses import dataclass, field

from matcher.eligibility.results import Eligibility
from matcher.fields import PartyKind
from matcher.offers import Offer
from matcher.parties import Values


@dataclass(frozen=True, slots=True)
class Contribution:
    """One named part of the score (得分构成). `points` are on the 0-100 scale of 匹配度; `evidence` is Chinese."""

    name: str
    label: str
    points: float
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A seeker and an offer that may meet (匹配结果).

    `score` (匹配度, 0-100, never a credit score) is the sum of the contributions' points. `reasons` and `gaps` are
    Chinese sentences made from the contributions and findings that were used; `unknowns` are the field codes to fill.
    `explanation` is the eligibility as an officer would write it; `values` are the seeker's, derived and dated.
    """

    seeker_id: str
    seeker_name: str
    seeker_synthetic: bool
    offer: Offer
    score: float
    contributions: tuple[Contribution, ...]
    eligibility: Eligibility
    reasons: tuple[str, ...]
    gaps: tuple[str, ...]
    unknowns: tuple[str, ...]
    explanation: str = ""
    values: Values = field(default_factory=dict, repr=False)
    seeker_kind: PartyKind = PartyKind.ENTERPRISE
