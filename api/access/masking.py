"""Masking (脱敏): the one function through which every list, file and answer about somebody else's party goes.

A document is made anew from what may be shown, never copied with parts taken out: a part that this module does not know
is not shown. What offers say (their conditions and clauses) is theirs and stays; what a party is worth against them is
said as a state, and as a value only where the party's consent covers the group that the field belongs to.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from api.access.consents import STANDING_LABELS, Consent, Purpose, Scope, Standing, purpose_of, scope_of
from api.access.profiles import PROFILE_FIELDS, Profile, coarse, masked_name
from matcher.eligibility.results import STATE_LABELS, State
from matcher.fields import PartyKind
from matcher.offers import OfferKind

Document = dict[str, Any]
HIDDEN = "授权后可见"
_PUBLISHED = frozenset({PartyKind.CARRIER, PartyKind.INSTITUTION, PartyKind.OPERATOR})
"""Kinds that publish themselves as who offers something: their registered facts are no secret."""
_BUSINESS, _TEXT = ("need_amount_wan",), ("main_business", "need_text")
_EVIDENCE_OF: Mapping[str, tuple[str, ...]] = {
    "industry": ("industry",),
    "portfolio": ("industry",),
    "chain": ("industry",),
    "joint": ("carrier_kind", "incubated_firms", "incubation_fund_wan", "industry"),
    "region": ("region",),
    "completeness": (),
    "preference": (),
    "amount": _BUSINESS,
    "security": ("collateral",),
    "semantic": _TEXT,
    "lexical": _TEXT,
    "intent": ("need_text",),
}
"""The fields that a contribution's evidence speaks of; none where it names the offer's own conditions."""
_FINDING = (
    "field", "field_label", "operator", "required", "required_text", "label", "assumption", "clause", "state",
    "state_label", "group", "decisive",
)  # fmt: skip
"""The parts of a finding that are the offer's, or say only how it came out."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What may be seen of one party: everything, or the profile and the groups that a consent opens."""

    everything: bool = False
    scopes: frozenset[Scope] = frozenset()
    standing: Standing = Standing.NONE
    until: date | None = None

    @property
    def named(self) -> bool:
        """Whether the name, and the id that may hold a credit code, are open."""
        return self.everything or Scope.IDENTITY in self.scopes

    def shows(self, *fields: str) -> bool:
        """Whether the values of all these fields are open; those of the profile always are, as far as it goes."""
        return self.everything or all(scope_of(code) in self.scopes or code in PROFILE_FIELDS for code in fields)

    def exact(self, code: str) -> bool:
        """Whether a field's value is open to the last digit: of the profile, years are a range."""
        return self.everything or scope_of(code) in self.scopes or (code in PROFILE_FIELDS and code != "age_years")

    @property
    def mark(self) -> Document:
        """How the consent stands, as lists show it."""
        until = None if self.until is None else self.until.isoformat()
        return {"state": self.standing.value, "label": STANDING_LABELS[self.standing], "until": until}


OPEN = Sight(everything=True, standing=Standing.GRANTED)
"""The sight of one's own, and of the platform's own people."""
_SHUT = Sight()


def sight_of(said: Iterable[Consent], on: date, purpose: Purpose | None) -> Sight:
    """What consents open on a day for a purpose (any where none is named), and how the latest of them stands."""
    about = [consent for consent in said if purpose in (None, consent.asked.purpose)]
    if not about:
        return Sight()
    standing = [consent for consent in about if consent.standing(on) is Standing.GRANTED]
    if not standing:
        latest = max(about, key=lambda consent: consent.changed)
        return Sight(standing=latest.standing(on), until=latest.asked.until)
    scopes = frozenset[Scope]().union(*(consent.asked.scopes for consent in standing))
    return Sight(False, scopes, Standing.GRANTED, min(consent.asked.until for consent in standing))


@dataclass(frozen=True, slots=True)
class Masker:
    """Shows documents to one recipient: everything of their own, of others what each consent opens.

    `alias` gives the id that stands for a hidden party's own, the same for the same recipient every time.
    """

    everything: bool
    own: str | None
    on: date
    alias: Callable[[str], str]
    said: Mapping[str, Sequence[Consent]] = field(default_factory=dict)
    _known: dict[tuple[str, Purpose | None], Sight] = field(default_factory=dict, repr=False, compare=False)

    def sight(self, party: str, purpose: Purpose | None = None) -> Sight:
        """What may be seen of a party."""
        if self.everything or (self.own is not None and party == self.own):
            return OPEN
        said = self.said.get(party)
        if not said:
            return _SHUT
        found = self._known.get((party, purpose))
        if found is None:
            found = self._known[party, purpose] = sight_of(said, self.on, purpose)
        return found

    def seen(self, document: Document, number: int | None = None) -> Document:
        """A match, a party, a place on a list or a search result as it may be shown; `number` is its own on the list.

        A match and a party bring their profile under `profile` (`documents.profile_document`). A `ValueError` for any
        other document: what is not known is not shown.
        """
        match document:
            case {"match": _, "seeker_id": _}:
                return self._assignment(document, number)
            case {"eligibility": _, "party_id": _}:
                return self._match(document, number)
            case {"facts": _, "kind": _}:
                return self._party(document, number)
            case {"similarity": _, "kind": _}:
                return self._found(document, number)
        raise ValueError("a document that masking does not know")

    def headed(self, document: Document, number: int | None = None) -> Document:
        """What a row of a list shows of a match of somebody else's: the parts of `seen` without grounds and conditions.

        For lists of thousands, of which nobody reads the grounds.
        """
        return self._head(document, number, self._of_match(document))

    def _head(self, document: Document, number: int | None, sight: Sight) -> Document:
        party, profile = document["party_id"], document.get("profile") or {}
        seeker, kind = document["seeker"], _kind_of(document)
        name = seeker["name"] if sight.named else masked_name(kind, profile, number)
        told = party if sight.named else self.alias(party)
        return {
            "party_id": told,
            "offer_id": document["offer_id"],
            "seeker": {"id": told, "name": name, "kind": kind.value, "synthetic": seeker["synthetic"]},
            "offer": document["offer"],
            "score": document["score"],
            "synthetic": document["synthetic"],
            "profile": profile_of(profile, sight),
            "consent": sight.mark,
        }

    def id_of(self, party: str, purpose: Purpose | None = None) -> str:
        """The id by which a party is told of: its own where it is open, else an alias."""
        return party if self.sight(party, purpose).named else self.alias(party)

    def _of_match(self, document: Document) -> Sight:
        """What may be seen of the seeker of a match; a carrier that looks for a fund has published itself."""
        sight = self.sight(document["party_id"], purpose_of(OfferKind(document["offer"]["kind"])))
        return _published(sight, _kind_of(document))

    def _match(self, document: Document, number: int | None) -> Document:
        sight = self._of_match(document)
        if sight.everything:
            return _without_profile(document)
        head = self._head(document, number, sight)
        criteria = [_finding(item, sight, head["profile"]) for item in document["eligibility"]["criteria"]]
        parts = [_part(item, sight) for item in document["contributions"]]
        return head | {
            "contributions": parts,
            "eligibility": {
                "state": document["eligibility"]["state"],
                "label": document["eligibility"]["label"],
                "criteria": criteria,
            },
            "reasons": _reasons(parts, criteria),
            "gaps": _gaps(criteria),
            "unknowns": document["unknowns"],
            "explanation": _explanation(criteria),
        }

    def _assignment(self, document: Document, number: int | None) -> Document:
        kind = OfferKind(document["match"]["offer"]["kind"])
        sight = self.sight(document["seeker_id"], purpose_of(kind))
        profile = document["match"].get("profile") or {}
        if sight.everything:
            return document | {"match": _without_profile(document["match"])}
        match = self._match({**document["match"], "profile": profile}, number)
        kept = ("id", "offer_id", "institution", "rank", "score", "eligibility", "status")
        return {name: document[name] for name in kept} | {
            "seeker_id": match["party_id"],
            "profile": match["profile"],
            "match": match,
            "consent": sight.mark,
        }

    def _party(self, document: Document, number: int | None) -> Document:
        kind = PartyKind(document["kind"])
        sight, profile = _published(self.sight(document["id"]), kind), document.get("profile") or {}
        if sight.everything:
            return _without_profile(document)
        facts = document["facts"]
        return {
            "id": document["id"] if sight.named else self.alias(document["id"]),
            "kind": document["kind"],
            "name": document["name"] if sight.named else masked_name(kind, profile, number),
            "facts": {code: _fact(fact, sight) for code, fact in facts.items() if sight.exact(code)},
            "tenant": document["tenant"],
            "source": document["source"] if sight.named else "",
            "observed_on": document["observed_on"],
            "synthetic": document["synthetic"],
            "profile": profile_of(profile, sight),
            "consent": sight.mark,
        }

    def _found(self, document: Document, number: int | None) -> Document:
        kind = PartyKind(document["kind"])
        sight = _published(self.sight(document["id"]), kind)
        if sight.named:
            return document
        codes = {name: document[name] for name in ("region", "industry") if document[name]}
        profile = {name: {"value": item["code"], "text": item["name"]} for name, item in codes.items()}
        return {
            "id": self.alias(document["id"]),
            "name": masked_name(kind, profile, number),
            "kind": document["kind"],
            "region": document["region"],
            "industry": document["industry"],
            "similarity": document["similarity"],
            "synthetic": document["synthetic"],
        }


def profile_of(profile: Profile, sight: Sight) -> dict[str, str]:
    """The profile in words: exact where business data is open, else in ranges."""
    if sight.everything or Scope.BUSINESS in sight.scopes:
        return {code: str(profile[code]["text"]) for code in PROFILE_FIELDS if code in profile}
    return coarse(profile)


def _fact(fact: Document, sight: Sight) -> Document:
    """A fact; its source may be a file with a name in it."""
    return fact if sight.named else fact | {"source": ""}


def _kind_of(document: Document) -> PartyKind:
    """The kind of a match's seeker; matches of earlier runs do not tell it of an enterprise."""
    return PartyKind(document["seeker"].get("kind", PartyKind.ENTERPRISE))


def _without_profile(document: Document) -> Document:
    return {name: part for name, part in document.items() if name != "profile"}


def _published(sight: Sight, kind: PartyKind) -> Sight:
    if sight.everything or kind not in _PUBLISHED:
        return sight
    return Sight(False, sight.scopes | {Scope.IDENTITY}, sight.standing, sight.until)


def _finding(item: Document, sight: Sight, profile: Mapping[str, str]) -> Document:
    """A condition with how it came out; the value and the distance only where the field is open."""
    code, exact = item["field"], sight.exact(item["field"])
    text = item["value_text"] if exact else profile.get(code)
    return {name: item[name] for name in _FINDING} | {
        "value": item["value"] if exact else None,
        "value_text": text if item["value_text"] is not None else None,
        "gap": item["gap"] if exact or not item["gap"] else f"差距{HIDDEN}",
    }


def _part(item: Document, sight: Sight) -> Document:
    fields = _EVIDENCE_OF.get(item["name"])
    open_ = sight.everything or (fields is not None and sight.shows(*fields))
    evidence = item["evidence"] if open_ else HIDDEN if item["evidence"] else ""
    return {"name": item["name"], "label": item["label"], "points": item["points"], "evidence": evidence}


def _reasons(parts: Sequence[Document], criteria: Sequence[Document]) -> list[str]:
    """As `explaining.reasons`: what moved the score, then what is met, from what may be seen."""
    moved = sorted((item for item in parts if item["points"]), key=lambda item: -abs(item["points"]))
    scored = [
        f"{item['label']}（{item['points']:+g}）"
        if item["evidence"] in ("", HIDDEN)
        else f"{item['label']}：{item['evidence']}（{item['points']:+g}）"
        for item in moved
    ]
    return [*scored, *(f"{STATE_LABELS[State.MET]}：{_said(item)}" for item in _in_state(criteria, State.MET))]


def _gaps(criteria: Sequence[Document]) -> list[str]:
    said = []
    for state in (State.UNMET, State.MANUAL_REVIEW, State.NOT_APPLICABLE):
        for item in _in_state(criteria, state):
            hidden = not item["gap"] or item["gap"].endswith(HIDDEN)
            text = item["label"] if hidden or state is not State.UNMET else item["gap"]
            clause = item["clause"]
            said.append(f"{STATE_LABELS[state]}：{text}（{clause['document']}{clause['article']}）")
    return said


def _explanation(criteria: Sequence[Document]) -> str:
    if not criteria:
        return "所依据的文件未列明对申请方的条件。"
    groups = ((state, [_said(item) for item in _in_state(criteria, state)]) for state in State)
    return "".join(f"{STATE_LABELS[state]}：{'；'.join(dict.fromkeys(items))}。" for state, items in groups if items)


def _said(item: Document) -> str:
    value = item["value_text"]
    shown = value and not isinstance(item["value"], bool) and item["state"] != State.UNKNOWN.value
    return f"{item['label']}（{value}）" if shown else str(item["label"])


def _in_state(criteria: Sequence[Document], state: State) -> list[Document]:
    return [item for item in criteria if item["state"] == state.value and item["decisive"]]
