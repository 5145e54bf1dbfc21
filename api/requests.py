"""What the matchmaker is asked and what it answers, for every door alike: HTTP, the command line, notebooks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from matcher.fields import PartyKind, Value
from matcher.needs import Seeker
from matcher.offers import Offer, OfferKind
from matcher.pairing.matches import Match

MAX_TEXT = 20_000
"""The longest question that is read, in characters; a longer one is refused."""
MAX_LIMIT = 10_000
"""The most results one answer holds."""


@dataclass(frozen=True, slots=True)
class MatchRequest:
    """Offers for a seeker: free text, a stored party, or both; `facts` correct or add to what either says.

    Without `personal` nothing of the seeker is used: offers come by day and name (个人信息保护法 24).
    """

    text: str = ""
    party_id: str | None = None
    facts: Mapping[str, Value] = field(default_factory=dict)
    kinds: frozenset[OfferKind] = frozenset()
    limit: int = 10
    at: date | None = None
    include_unmet: bool = False
    personal: bool = True


@dataclass(frozen=True, slots=True)
class ProspectRequest:
    """Ranked seekers for an offer (名单), only those of some kinds of party (none: all that the offer is for)."""

    offer_id: str
    limit: int = 100
    at: date | None = None
    include_unmet: bool = False
    seekers: frozenset[PartyKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Versions:
    """What an answer was made with: encoder fingerprint, catalogue version, the day of evaluation."""

    encoder: str
    catalogue: str
    evaluated_on: date


@dataclass(frozen=True, slots=True)
class MatchAnswer:
    """Ranked offers for one seeker, what was understood of the question, and how many offers were considered."""

    seeker: Seeker
    matches: tuple[Match, ...]
    considered: int
    versions: Versions


@dataclass(frozen=True, slots=True)
class ProspectAnswer:
    """Ranked seekers for one offer, how many were considered and how many were not `unmet`."""

    offer: Offer
    matches: tuple[Match, ...]
    considered: int
    eligible: int
    versions: Versions
