"""The firms behind "该基金已投 6 家…" by name, for whom may know them (已投企业具名); the others read the number alone.

The platform's own people and the fund itself know whom it invested in; anybody else knows a firm that let them see its
name by a standing consent.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from api.access.masking import Masker
from api.access.permissions import Permission, Reach, reach_of
from api.access.seeing import masker_for
from api.access.viewers import Viewer
from api.store.store import Store
from matcher.offers import Holding, Offer, institution_of
from matcher.pairing.explaining import reasons
from matcher.pairing.matches import Contribution, Match
from matcher.pairing.measures import invested_words, portfolio_share
from matcher.taxonomy import industries

MOST_NAMED = 3
_TOLD_IN = ("portfolio", "joint")


def named(store: Store, viewer: Viewer, matches: Sequence[Match], *, today: date) -> list[Match]:
    """The matches, their evidence of portfolios with the names that the viewer may know."""
    held = [item for match in matches if _tells(match) for item in match.offer.portfolio if item.name]
    if not held:
        return list(matches)
    all_known = reach_of(viewer, Permission.INVESTMENT_READ) is Reach.TENANT
    parties = {item.party for item in held if item.party}
    masker = masker_for(store, viewer, viewer.party_id, parties, today, everything=all_known)
    return [_named(match, viewer, masker) if _tells(match) else match for match in matches]


def _tells(match: Match) -> bool:
    return any(item.name in _TOLD_IN and item.evidence for item in match.contributions)


def _named(match: Match, viewer: Viewer, masker: Masker) -> Match:
    code = match.values.get("industry")
    if not isinstance(code, str):
        return match
    _, shared, firms = portfolio_share(code, match.offer.portfolio)
    if not shared:
        return match
    held = [item for item in match.offer.portfolio if item.name and _is_under(item.industry, shared)]
    names = [item.name for item in held if _knows(item, match.offer, viewer, masker)]
    said = invested_words(shared, firms)
    listed = "、".join(names[:MOST_NAMED]) + ("等" if firms > len(names[:MOST_NAMED]) else "")
    inside = "；本企业已在其中" if any(item.party and item.party == match.seeker_id for item in held) else ""
    instead = f"{said}（{listed}）{inside}" if names else said + inside
    contributions = tuple(_with(item, said, instead) for item in match.contributions)
    return replace(match, contributions=contributions, reasons=reasons(contributions, match.eligibility))


def _is_under(code: str, shared: str) -> bool:
    return bool(code and shared) and industries.is_under(code, (shared,))


def _with(item: Contribution, said: str, instead: str) -> Contribution:
    return replace(item, evidence=item.evidence.replace(said, instead)) if item.name in _TOLD_IN else item


def _knows(item: Holding, offer: Offer, viewer: Viewer, masker: Masker) -> bool:
    if masker.everything:
        return True
    own = offer.tenant == viewer.tenant and viewer.party_id is not None and institution_of(offer) == viewer.party_id
    return own or bool(item.party and masker.sight(item.party).named)
