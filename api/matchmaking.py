"""The matchmaker: answers match and prospect requests from the store and the live indexes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from api.access.permissions import Permission
from api.access.viewers import Viewer
from api.generation import Generation
from api.investments.filling import filled
from api.requests import MAX_LIMIT, MAX_TEXT, MatchAnswer, MatchRequest, ProspectAnswer, ProspectRequest, Versions
from api.store.store import Store
from api.turns import asked
from matcher.errors import InvalidNeed
from matcher.fields import PartyKind
from matcher.needs import Need, Reading, Seeker
from matcher.offers import Offer
from matcher.pairing.impersonal import list_offers
from matcher.pairing.matches import Match
from matcher.pairing.pipeline import Wish, match_offers
from matcher.pairing.scoring import Scoring
from matcher.pairing.texts import party_text
from matcher.parties import Party
from matcher.reading.statements import read_statements


class Matchmaker:
    """Recommends offers to seekers and seekers to offers (匹配服务). Safe to call from several threads.

    `live` gives the generation that serves; an answer takes it once, and is made with it alone.
    """

    def __init__(
        self, store: Store, live: Callable[[], Generation], *, scoring: Scoring, today: Callable[[], date]
    ) -> None:
        self._store = store
        self._live = live
        self._scoring = scoring
        self._today = today

    def read(self, text: str, at: date | None = None) -> Reading:
        """What free text is understood to say; `InvalidNeed` when it cannot be read."""
        return read_statements(checked_text(text), at=at or self._today())

    @asked
    def match(self, viewer: Viewer, request: MatchRequest) -> MatchAnswer:
        """Rank offers for a party, a text, or both. `InvalidNeed`, `UnknownParty`, `UnknownField`."""
        at = request.at or self._today()
        wish = Wish(checked_limit(request.limit), at, request.kinds, request.include_unmet)
        seeker, live = self._seeker(viewer, request, at), self._live()
        offers = live.offers.current(viewer)
        if request.personal:
            matches, considered = match_offers(seeker, offers.shelf, wish, self._scoring)
            matches = self._named(viewer, matches)
        else:
            matches, considered = list_offers(seeker, offers.shelf, wish)
        return MatchAnswer(seeker, tuple(matches), considered, Versions(live.fingerprint, offers.version, at))

    @asked
    def prospects(self, viewer: Viewer, request: ProspectRequest) -> ProspectAnswer:
        """Rank seekers for an offer (名单). `InvalidNeed`, `UnknownOffer`."""
        at = request.at or self._today()
        wish = Wish(checked_limit(request.limit), at, include_unmet=request.include_unmet)
        offer = self._store.offers.offered(viewer, request.offer_id, Permission.PROSPECT_READ)
        (offer,) = filled(self._store, viewer, [offer])
        if request.seekers:
            offer = replace(offer, audience=offer.audience & request.seekers)
        from matcher.pairing.prospecting import SeekerShelf, match_seekers  # columns: polars

        live = self._live()
        with live.parties.open(viewer) as segments:
            seekers = SeekerShelf(segments, lambda keys: self._profiles(viewer, keys), self._provider(viewer, offer))
            matches, considered, eligible = match_seekers(offer, seekers, wish, self._scoring)
        version = self._store.offers.version()
        versions = Versions(live.fingerprint, version, at)
        return ProspectAnswer(offer, tuple(self._named(viewer, matches)), considered, eligible, versions)

    def _named(self, viewer: Viewer, matches: list[Match]) -> list[Match]:
        """The matches with the names of firms in portfolios that the viewer may know."""
        if not any(match.offer.portfolio for match in matches):
            return matches
        from api.investments.naming import named  # consents and masks

        return named(self._store, viewer, matches, today=self._today())

    def _provider(self, viewer: Viewer, offer: Offer) -> int | None:
        """The key under which an offer's provider stands on the viewer's platform, if it does."""
        keys = self._store.parties.keys_of(Viewer(viewer.tenant), {offer.provider_id or ""})
        return keys.get(offer.provider_id or "")

    def _profiles(self, viewer: Viewer, keys: Sequence[int]) -> Mapping[int, Seeker]:
        """Seekers as the platform knows them: all are ranked; what the viewer is shown of each is masked after."""
        platform = Viewer(viewer.tenant)
        return {key: seeker_of(party) for key, party in self._store.parties.get_many(platform, keys).items()}

    def _party(self, viewer: Viewer, party: str) -> Seeker:
        return seeker_of(self._store.parties.get(viewer, party, Permission.MATCH_ASK))

    def _seeker(self, viewer: Viewer, request: MatchRequest, at: date) -> Seeker:
        if request.personal and not request.text and request.party_id is None and not request.facts:
            raise InvalidNeed(
                found="没有文字，也没有主体", expected="一段需求文字或主体编号", remedy="请说明企业做什么、需要什么"
            )
        reading = self.read(request.text, at) if request.text else Reading((), ())
        known = self._party(viewer, request.party_id) if request.party_id else _ANONYMOUS
        values = {**known.values, **reading.values, **request.facts}
        text = "。".join(part for part in (request.text, party_text(known.kind, values)) if part)
        return replace(
            known, values=values, text=text, need=Need(request.text, frozenset(reading.kinds)), reading=reading
        )


_ANONYMOUS = Seeker(kind=PartyKind.ENTERPRISE, values={}, text="")


def seeker_of(party: Party) -> Seeker:
    """A stored party as a seeker, with the text that it is compared by."""
    values = party.values
    return Seeker(
        kind=party.kind,
        values=values,
        text=party_text(party.kind, values),
        id=party.id,
        name=party.name,
        synthetic=party.synthetic,
    )


def checked_limit(limit: int) -> int:
    """The number of results asked for; `InvalidNeed` below 1 or above the most."""
    if 1 <= limit <= MAX_LIMIT:
        return limit
    raise InvalidNeed(found=f"结果数 {limit}", expected=f"1 到 {MAX_LIMIT} 之间的整数", remedy="请改小或改大结果数")


def checked_text(text: str) -> str:
    """A question that can be read; `InvalidNeed` when it is too long, not valid text, or says nothing."""
    if len(text) > MAX_TEXT:
        raise InvalidNeed(found=f"{len(text)} 个字符", expected=f"不超过 {MAX_TEXT} 个字符", remedy="请缩短后再试")
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise InvalidNeed(
            found="文字中有空字符或残缺编码", expected="有效的 Unicode 文字", remedy="请删去无法显示的字符"
        )
    if not any(char.isalnum() for char in text):
        raise InvalidNeed(found="没有可读的文字", expected="至少一个汉字、字母或数字", remedy="请用文字说明需求")
    return text
