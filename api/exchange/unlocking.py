"""What a seeker lacks (差距与补充) as JSON-able documents, one shape for HTTP and the command line."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from api.exchange.documents import Document, eligibility_document, json_value, offer_summary
from matcher.derivation import at_date, derive
from matcher.eligibility.changes import Change, Obstacle, obstacles, smallest_changes, without_manual
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.results import Eligibility, Finding, State
from matcher.eligibility.unlocking import Unlock, states_of, undecided, unlocking, unlocking_sets
from matcher.eligibility.waiting import finding_cured_on
from matcher.eligibility.wording import Origins
from matcher.fields import PartyKind
from matcher.offers import Offer, in_force
from matcher.pairing.explaining import explanation
from matcher.parties import Values


@dataclass(frozen=True, slots=True)
class OfferGaps:
    """What a seeker lacks for one offer (单项差距).

    `plan` is the smallest set of changes with which the offer is met, None where there is none, `obstacles` why;
    `partial` is then the plan for what data can decide, if a person's check is all that stands in the way.
    """

    offer: Offer
    eligibility: Eligibility
    explanation: str
    cured_on: tuple[date | None, ...]
    plan: tuple[Change, ...] | None
    obstacles: tuple[Obstacle, ...]
    partial: tuple[Change, ...] | None


@dataclass(frozen=True, slots=True)
class SeekerGaps:
    """What a seeker should fill next (补充建议): over all offers that are open to it, how many are in which state."""

    states: Mapping[State, int]
    unlocks: tuple[Unlock, ...]
    sets: tuple[Unlock, ...]


def offer_gaps(offer: Offer, values: Values, at: date, origins: Origins) -> OfferGaps:
    """Work out what a seeker lacks for an offer; `values` are its own. A wait never goes past the offer's last day."""
    known = at_date(derive(values), at)
    eligibility = evaluate(offer.criteria, known)
    until = offer.effective_to
    plan = smallest_changes(offer.criteria, values, at, until=until)
    return OfferGaps(
        offer,
        eligibility,
        explanation(eligibility, offer, values=known, at=at, origins=origins),
        tuple(finding_cured_on(item, known, at) for item in eligibility.findings),
        plan,
        obstacles(offer.criteria, values, at, until=until) if plan is None else (),
        smallest_changes(without_manual(offer.criteria), values, at, until=until) if plan is None else None,
    )


def seeker_gaps(kind: PartyKind, values: Values, offers: Iterable[Offer], at: date) -> SeekerGaps:
    """Work out which fields a seeker should fill, over the offers for its kind that are in force on a day."""
    open_offers = [offer for offer in offers if kind in offer.audience and in_force(offer, at)]
    known = at_date(derive(values), at)
    found = states_of(known, open_offers)
    states = Counter(state for _, state in found)
    waiting = undecided(values, (offer for offer, state in found if state is State.UNKNOWN), at)
    return SeekerGaps(
        {state: states[state] for state in State},
        unlocking(values, waiting, at),
        unlocking_sets(values, waiting, at),
    )


def offer_gaps_document(gaps: OfferGaps) -> Document:
    """Give what is lacking for one offer: the eligibility with the day on which time cures a gap, and the plan."""
    eligibility = eligibility_document(gaps.eligibility)
    findings: list[tuple[Finding, date | None]] = list(zip(gaps.eligibility.findings, gaps.cured_on, strict=True))
    return {
        "offer": offer_summary(gaps.offer),
        "explanation": gaps.explanation,
        "eligibility": eligibility
        | {
            "criteria": [
                criterion | {"cured_on": None if day is None else day.isoformat()}
                for criterion, (_, day) in zip(eligibility["criteria"], findings, strict=True)
            ]
        },
        "plan": None if gaps.plan is None else _plan(gaps.plan),
        "obstacles": [{"label": item.label, "reason": item.reason} for item in gaps.obstacles],
        "partial_plan": None if gaps.partial is None else _plan(gaps.partial),
    }


def seeker_gaps_document(gaps: SeekerGaps) -> Document:
    """Give the ranking of fields to fill, alone and together, with the offers that each would decide."""
    return {
        "states": {state.value: count for state, count in gaps.states.items()},
        "unlocking": [_unlock(item) for item in gaps.unlocks],
        "together": [_unlock(item) for item in gaps.sets],
    }


def _plan(changes: Iterable[Change]) -> list[Document]:
    return [
        {
            "field": change.field,
            "kind": change.kind.value,
            "before": None if change.before is None else json_value(change.before),
            "after": json_value(change.after),
            "text": change.text,
        }
        for change in changes
    ]


def _unlock(item: Unlock) -> Document:
    return {
        "fields": list(item.fields),
        "labels": list(item.labels),
        "decides": list(item.decides),
        "could_meet": list(item.could_meet),
        "concerns": item.concerns,
    }
