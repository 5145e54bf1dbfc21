"""The hall (抢单大厅): an enterprise posts a need, those that fit are told, the first so many take it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from api.access.permissions import Permission
from api.access.viewers import STAFF, Viewer
from api.claims.gate import Gate
from api.matchmaking import Matchmaker
from api.requests import MatchAnswer, MatchRequest
from api.store.needs import NeedRecord, NeedStore, NewNeed, Notice
from api.store.queries import speaks_for
from api.store.sealed_facts import PERSONAL
from api.store.store import Store
from matcher.campaigns.claiming import PostedNeed, claimed
from matcher.declarations.registry import REGISTRY
from matcher.eligibility.gaps import show
from matcher.errors import ClaimRefused, UnknownOffer
from matcher.fields import Value
from matcher.offers import OfferKind, institution_of
from matcher.parties import Party

MOST_TOLD = 200
"""So many offers at most are looked at for whom to tell of a need."""
LEAST_POINTS = 1_500
"""The least 匹配度, in hundredths of a point, at which an institution is told."""
SHOWN_FIELDS = ("industry", "region", "size_class", "age_years", "need_amount_wan", "need_term_months", "need_purpose")
"""What an institution sees of an enterprise before it takes the need; never name, code or contact."""
_GONE = "〔已隐去〕"
_IDENTIFYING = frozenset(
    {"name", "short_name", "credit_code", "registration_number", "stock_code", "address", "website"} | PERSONAL
)
"""Fields that say whose a need is."""
_TELLING = (
    re.compile(r"https?://[!-~]+|www\.[\w.-]+|[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+"),
    re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}|\+?[0-9][0-9 -]{5,18}[0-9]"),
    re.compile(
        r"[\u4e00-\u9fffA-Za-z0-9（）()·]{2,40}?(?:有限责任公司|股份有限公司|有限公司|集团公司|合作社|事务所|研究院)"
    ),
    re.compile(r"(?:联系人|法人|法定代表人|负责人|微信|电话|手机)[:：是为号\s]*[\u4e00-\u9fffA-Za-z0-9_-]{2,20}"),
)
"""What tells whose words are, in any text: addresses, codes and numbers, firms by their legal form, persons."""


@dataclass(frozen=True, slots=True)
class NeedRequest:
    """A need as it is posted: text, a stored party or both; `limit` takers until `closes`."""

    text: str
    limit: int
    closes: datetime
    party_id: str | None = None
    facts: Mapping[str, Value] = field(default_factory=dict)
    kinds: frozenset[OfferKind] = frozenset()
    at: date | None = None


@dataclass(frozen=True, slots=True)
class DraftedNeed:
    """A need that was matched and is to be posted, with the institutions to be told."""

    new: NewNeed
    notices: tuple[Notice, ...]


class Hall:
    """Posts needs and grants claims (限额抢单). The store decides; the gate spares it the crowd.

    A claim keeps out of the writers' turn (`api.routes.once`): most of a crowd is turned away by the gate or by a look
    at the store, and only who may have a place writes, in one short transaction. The same claim again takes no second
    place, so that whoever had no answer asks again.
    """

    def __init__(self, store: Store, matchmaker: Matchmaker, gate: Gate, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._matchmaker = matchmaker
        self._gate = gate
        self._now = now

    def post(self, viewer: Viewer, request: NeedRequest) -> tuple[NeedRecord, tuple[Notice, ...]]:
        """Post a need and note the institutions that it fits, each by its best offer. Raises as `drafted`."""
        return self.publish(viewer, self.drafted(viewer, request))

    def drafted(self, viewer: Viewer, request: NeedRequest) -> DraftedNeed:
        """Match a need that is to be posted, before the writers' turn is taken; nothing is written.

        Raises `InvalidNeed` and `UnknownParty` as a match does, and `InvalidNeed` for a limit or an end that cannot be.
        """
        party = request.party_id if viewer.role in STAFF else request.party_id or viewer.party_id
        answer = self._matchmaker.match(
            viewer, MatchRequest(request.text, party, request.facts, request.kinds, MOST_TOLD, request.at)
        )
        notices = told(answer)
        key = self._store.parties.key_of(viewer, party) if party else None
        posted = PostedNeed(request.limit, self._now(), request.closes)
        whose = self._store.parties.get(viewer, party, Permission.NEED_POST) if party else None
        new = NewNeed(untraceable(request.text, whose), shown_profile(answer), posted, key, party)
        return DraftedNeed(new, notices)

    def publish(self, viewer: Viewer, drafted: DraftedNeed) -> tuple[NeedRecord, tuple[Notice, ...]]:
        """Post a drafted need, and give it with whom it fits."""
        with self._store.together():
            record = self._needs.post(viewer, drafted.new, drafted.notices)
            return record, self._needs.notices(viewer, record.id)

    def get(self, viewer: Viewer, need: str) -> NeedRecord:
        """One need with its claims; raise `UnknownNeed`."""
        return self._needs.get(viewer, need)

    def notices(self, viewer: Viewer, need: str) -> tuple[Notice, ...]:
        """Whom a need fits; raise `UnknownNeed`."""
        return self._needs.notices(viewer, need)

    def open_to(self, viewer: Viewer, institution: str) -> tuple[tuple[NeedRecord, Notice], ...]:
        """What an institution may take now, the best fit first."""
        return self._needs.open_to(viewer, institution, self._now())

    def taken(self, viewer: Viewer, institution: str) -> tuple[NeedRecord, ...]:
        """What an institution has taken or waits for, the latest first."""
        return self._needs.taken(viewer, institution)

    def claim(self, viewer: Viewer, need: str, institution: str, offer_id: str, *, wait: bool = False) -> NeedRecord:
        """Claim a need for an institution by one of its offers.

        Raises `UnknownNeed`, `UnknownOffer` for an offer that is not the institution's, `ClaimRefused`.
        """
        if not speaks_for(viewer, institution, Permission.NEED_CLAIM):
            raise _not_theirs(offer_id)
        if not wait and not self._gate.lets_by(need, institution):
            raise ClaimRefused(
                found="名额已满，或其他机构正在接单",
                expected="仍有名额的需求",
                remedy="请稍候再试、排队等候或查看其他需求",
            )
        now, seen = self._now(), self._needs.get(viewer, need)
        try:
            after = claimed(seen.posted, seen.plain_claims, institution, now, wait=wait)  # most of a crowd ends here
        except ClaimRefused:
            self._gate.learn(seen)
            raise
        offer = self._store.offers.get(viewer, offer_id)
        if institution_of(offer) != institution:
            raise _not_theirs(offer_id)
        if after == seen.plain_claims:
            return seen
        record = self._needs.claim(viewer, need, (institution, offer_id), now, wait=wait)
        self._gate.learn(record)
        return record

    def release(self, viewer: Viewer, need: str, institution: str, reason: str) -> NeedRecord:
        """Give a claim back, with a reason. Raises `UnknownNeed`, `ClaimRefused`."""
        if not speaks_for(viewer, institution, Permission.NEED_CLAIM):
            institution = ""  # one that has no claim: the same answer as for any other
        record = self._needs.release(viewer, need, institution, self._now(), reason)
        self._gate.learn(record)
        return record

    def withdraw(self, viewer: Viewer, need: str) -> NeedRecord:
        """Take a need back; who took it keeps its claim. Raises `UnknownNeed`."""
        record = self._needs.withdraw(viewer, need, self._now())
        self._gate.learn(record)
        return record

    @property
    def _needs(self) -> NeedStore:
        return self._store.needs


def _not_theirs(offer_id: str) -> UnknownOffer:
    return UnknownOffer(found=f"资源 {offer_id} 不属于该机构", expected="本机构的资源", remedy="请核对资源编号")


def told(answer: MatchAnswer) -> tuple[Notice, ...]:
    """The institutions that fit well enough, each by its best offer."""
    best: dict[str, Notice] = {}
    for match in answer.matches:
        institution, points = institution_of(match.offer), round(match.score * 100)
        if points >= LEAST_POINTS and (institution not in best or points > best[institution].points):
            best[institution] = Notice(institution, match.offer.id, points)
    return tuple(sorted(best.values(), key=lambda notice: (-notice.points, notice.institution)))


def shown_profile(answer: MatchAnswer) -> dict[str, str]:
    """What is shown of the enterprise before its need is taken, by field, in words; what is not known is absent."""
    values = answer.seeker.values
    return {code: show(REGISTRY[code], values[code]) for code in SHOWN_FIELDS if code in values}


def untraceable(text: str, party: Party | None = None) -> str:
    """The words of a need without what says whose they are.

    Credit codes, telephone numbers, mail and web addresses, names of firms and of persons to contact; and, of a stored
    party, whatever its fields of identity and contact hold.
    """
    for known in _names_of(party):
        text = text.replace(known, _GONE)
    for pattern in _TELLING:
        text = pattern.sub(_GONE, text)
    return text


def _names_of(party: Party | None) -> list[str]:
    """What a party is called and reached by, the longest first."""
    if party is None:
        return []
    fields = (REGISTRY.fields.get(code) for code in party.facts)
    told = [item.code for item in fields if item is not None and item.code in _IDENTIFYING]
    names = {party.name, *(str(party.facts[code].value) for code in told)}
    return sorted((name for name in names if len(name) > 1), key=len, reverse=True)
