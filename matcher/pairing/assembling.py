"""One seeker and one offer become a match (成对): eligibility, measures, contributions, score."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from matcher.eligibility.comparison import compare
from matcher.eligibility.criteria import Leaf
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.results import State
from matcher.needs import Seeker
from matcher.offers import Offer
from matcher.pairing.explaining import explanation, gaps, reasons, shared_words, unknowns
from matcher.pairing.matches import Contribution, Match
from matcher.pairing.measures import STRUCTURED, Measure, intent_fit
from matcher.pairing.scoring import Scoring, contribution, total
from matcher.parties import Values

_DECIDED = frozenset({State.MET, State.UNMET})
_OF_TEXTS = frozenset({"semantic", "lexical"})


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near a seeker's and an offer's texts are, each 0 to 1 (文本相近程度)."""

    semantic: float
    lexical: float


def assemble(seeker: Seeker, offer: Offer, nearness: Nearness, scoring: Scoring) -> Match:
    """Score one pair. The seeker's values are derived and dated already; the explanation is added by `explained`."""
    eligibility = evaluate(offer.criteria, seeker.values)
    measures = _measures(seeker, offer, nearness, eligibility.conditions)
    contributions = tuple(contribution(name, measure, scoring) for name, measure in measures.items())
    return Match(
        seeker_id=seeker.id,
        seeker_name=seeker.name,
        seeker_synthetic=seeker.synthetic,
        offer=offer,
        score=total(contributions),
        contributions=contributions,
        eligibility=eligibility,
        reasons=(),
        gaps=(),
        unknowns=(),
        values=seeker.values,
        seeker_kind=seeker.kind,
    )


def explained(match: Match, text: str, at: date | None = None) -> Match:
    """Put a match into Chinese sentences; `text` is the seeker's, from which shared words are quoted, `at` the day."""
    words = shared_words(text, match.offer.focus)
    contributions = tuple(_with_words(item, words) for item in match.contributions)
    return replace(
        match,
        contributions=contributions,
        reasons=reasons(contributions, match.eligibility),
        gaps=gaps(match.eligibility, match.offer),
        unknowns=unknowns(match.eligibility),
        explanation=explanation(match.eligibility, match.offer, values=match.values, at=at),
    )


def preference_fit(preferences: Iterable[Leaf], values: Values) -> Measure | None:
    """The share of what the offer favours (重点支持) that the seeker is known to be; None where it favours nothing."""
    favoured = tuple(preferences)
    if not favoured:
        return None
    met = [leaf.label for leaf in favoured if compare(leaf, values.get(leaf.field)) is State.MET]
    return Measure(len(met) / len(favoured), "、".join(met))


def completeness(conditions: Sequence[State]) -> Measure | None:
    """The share of conditions that could be decided; None where the source states none."""
    if not conditions:
        return None
    decided = sum(state in _DECIDED for state in conditions)
    return Measure(decided / len(conditions), f"{len(conditions)} 项条件中 {decided} 项可判断")


def _measures(
    seeker: Seeker, offer: Offer, nearness: Nearness, conditions: Sequence[State]
) -> dict[str, Measure | None]:
    structured = {item.name: item.take(seeker.values, offer) for item in STRUCTURED}
    return {
        "semantic": Measure(nearness.semantic, ""),
        "lexical": Measure(nearness.lexical, ""),
        "intent": intent_fit(seeker.need.kinds, offer),
        "preference": preference_fit(offer.preferences, seeker.values),
        **structured,
        "completeness": completeness(conditions),
    }


def _with_words(item: Contribution, words: str) -> Contribution:
    if not words or item.name not in _OF_TEXTS or not item.points:
        return item
    return Contribution(item.name, item.label, item.points, f"双方都提到{words}")
