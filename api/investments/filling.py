"""Offers with what the platform's records add to them (资源补全): a fund's portfolio, what a lead firm makes, winners.

Offers as they are stored say what their givers say. What is recorded elsewhere is added when they are matched: by the
shelf of offers that a seeker is matched with, for a list of prospects, and for a campaign.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from api.access.viewers import Viewer
from api.exchange.identity import party_id
from api.store.store import Store
from matcher.eligibility.criteria import Clause, Leaf, Operator
from matcher.fields import PartyKind
from matcher.investments import Investment, plain_name, portfolio_of
from matcher.offers import Holding, Offer, OfferKind
from matcher.parties import Values

_FEW = 20
"""Up to so many funds, their investments alone are read; past that all of the platform's."""
WINNERS = Leaf(
    "maker_china_winner",
    Operator.EQ,
    value=True,
    label="“创客中国”优胜企业或团队，可与载体洽谈落地孵化",
    clause=Clause(
        "工信厅联企业函〔2019〕92号",
        "二（一）",
        "“创客中国”中小企业创新创业大赛总决赛建立参赛优胜企业或团队与创新创业特色载体洽谈机制，推动优质项目在实体开发区落地孵化",
    ),
    assumption="原文说的是特色载体；这里凡提供入驻的载体都按此优先",
)
"""Whom a carrier's offer favours beside what it says itself."""
_WINNERS_OF = frozenset({PartyKind.ENTERPRISE, PartyKind.TEAM})


def filled(store: Store, viewer: Viewer, offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """The offers, as the viewer's platform knows more of them. Raises `StoreUnavailable`.

    A portfolio that was told with an offer stands until the records hold as many firms.
    """
    platform = Viewer(viewer.tenant)
    held = _portfolios(store, platform, [offer for offer in offers if offer.kind is OfferKind.FUND])
    made = _made(store, platform, [offer for offer in offers if offer.kind is OfferKind.PROCUREMENT])
    return tuple(_filled(offer, held.get(offer.id, ()), made.get(offer.id, ())) for offer in offers)


def _filled(offer: Offer, held: tuple[Holding, ...], made: tuple[str, ...]) -> Offer:
    match offer.kind:
        case OfferKind.FUND if held and _firms(held) >= _firms(offer.portfolio):
            return replace(offer, portfolio=held)
        case OfferKind.PROCUREMENT if made:
            return replace(offer, made=made)
        case OfferKind.INCUBATION if offer.audience & _WINNERS_OF:
            return replace(offer, preferences=(*offer.preferences, WINNERS))
    return offer


def _firms(portfolio: Iterable[Holding]) -> int:
    return sum(item.firms for item in portfolio)


def _portfolios(store: Store, platform: Viewer, funds: Sequence[Offer]) -> dict[str, tuple[Holding, ...]]:
    """The recorded portfolio of each fund's offer by its id; funds of which nothing is recorded are left out."""
    made = _recorded(store, platform, funds) if funds else ()
    if not made:
        return {}
    shelf = _Shelf.of(made)
    by_fund = {offer.id: found for offer in funds if (found := shelf.of_fund(offer, platform))}
    known = _values(store, platform, {_key(item) for found in by_fund.values() for item in found})
    return {fund: portfolio_of((_linked(item, known) for item in found), known) for fund, found in by_fund.items()}


def _recorded(store: Store, platform: Viewer, funds: Sequence[Offer]) -> tuple[Investment, ...]:
    few = funds if len(funds) <= _FEW else ()
    ids = {key for offer in few for key in (offer.id, offer.provider_id) if key}
    told = store.investments.of_funds(platform, ids, {name for offer in few for name in (offer.name, offer.provider)})
    if not store.investments.any_paid(platform):
        return told
    from api.investments.paid import paid_investments  # deals and their pipelines

    return (*told, *paid_investments(store, platform))


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Investments by what tells whose they are: a fund's offer, its giver on this platform, or a name."""

    by_offer: Mapping[str, Sequence[Investment]]
    by_giver: Mapping[str, Sequence[Investment]]
    by_name: Mapping[str, Sequence[Investment]]

    @classmethod
    def of(cls, made: Iterable[Investment]) -> "_Shelf":
        """Sort investments by the best that they tell."""
        offers: dict[str, list[Investment]] = {}
        givers: dict[str, list[Investment]] = {}
        names: dict[str, list[Investment]] = {}
        for item in made:
            if item.offer_id is not None:
                offers.setdefault(item.offer_id, []).append(item)
            elif item.investor_id is not None:
                givers.setdefault(item.investor_id, []).append(item)
            else:
                names.setdefault(plain_name(item.investor), []).append(item)
        return cls(offers, givers, names)

    def of_fund(self, offer: Offer, platform: Viewer) -> list[Investment]:
        """Those of an offer's fund. A giver's id means a party on its own platform only."""
        giver = offer.provider_id if offer.provider_id and offer.tenant == platform.tenant else ""
        found = [*self.by_offer.get(offer.id, ()), *self.by_giver.get(giver, ())]
        for name in dict.fromkeys((plain_name(offer.name), plain_name(offer.provider))):
            found += self.by_name.get(name, ())
        return found


def _key(item: Investment) -> str:
    """The id under which an investment's firm may stand: the one that was told, else the one that its name makes."""
    return item.party_id or party_id(PartyKind.ENTERPRISE, item.firm, {})


def _linked(item: Investment, known: Mapping[str, Values]) -> Investment:
    key = _key(item)
    return replace(item, party_id=key) if item.party_id is None and key in known else item


def _made(store: Store, platform: Viewer, demands: Sequence[Offer]) -> dict[str, tuple[str, ...]]:
    """What the lead firm behind each demand makes, where it is a party of the platform whose industry is known."""
    own = [offer for offer in demands if offer.provider_id and offer.tenant == platform.tenant]
    known = _values(store, platform, {offer.provider_id for offer in own if offer.provider_id})
    codes = {offer.id: known.get(offer.provider_id or "", {}).get("industry") for offer in own}
    return {offer: (code,) for offer, code in codes.items() if isinstance(code, str)}


def _values(store: Store, platform: Viewer, ids: Iterable[str]) -> dict[str, Values]:
    """The values of some parties by id; those that are not there are left out."""
    wanted = set(ids)
    if not wanted:
        return {}
    keys = store.parties.keys_of(platform, wanted)
    return {party.id: party.values for party in store.parties.get_many(platform, list(keys.values())).values()}
