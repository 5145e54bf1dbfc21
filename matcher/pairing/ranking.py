"""Ranking (排序): eligible before ineligible, higher score first, and no provider filling the page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from matcher.eligibility.results import EXCLUDING
from matcher.pairing.matches import Contribution, Match
from matcher.pairing.scoring import LABELS, Scoring, total

_WINDOW = 3


def rank(matches: Sequence[Match], *, include_unmet: bool) -> list[Match]:
    """Order matches: excluded ones last (hidden by default), then by score, then by id."""
    shown = [item for item in matches if include_unmet or item.eligibility.state not in EXCLUDING]
    return sorted(
        shown, key=lambda item: (item.eligibility.state in EXCLUDING, -item.score, item.offer.id, item.seeker_id)
    )


def diversify(ranked: Sequence[Match], limit: int, scoring: Scoring) -> list[Match]:
    """Take the best `limit` one after another, each provider's later offers moved back by a named contribution.

    The penalty is part of the score, so the order shown and the explanation cannot contradict each other.
    """
    pool = list(ranked[: limit * _WINDOW])
    taken: list[Match] = []
    providers: Counter[str] = Counter()
    while pool and len(taken) < limit:
        best = min(range(len(pool)), key=lambda place: _order(pool[place], providers, scoring))
        chosen = pool.pop(best)
        taken.append(_penalised(chosen, _penalty(chosen, providers, scoring)))
        providers[chosen.offer.provider] += 1
    return taken


def _order(match: Match, providers: Counter[str], scoring: Scoring) -> tuple[bool, float, str]:
    excluded = match.eligibility.state in EXCLUDING
    return excluded, -(match.score - _penalty(match, providers, scoring)), match.offer.id


def _penalty(match: Match, providers: Counter[str], scoring: Scoring) -> float:
    return min(scoring.repeat_penalty * providers[match.offer.provider], match.score)


def _penalised(match: Match, penalty: float) -> Match:
    if penalty == 0:
        return match
    moved = Contribution(
        "diversity", LABELS["diversity"], -round(penalty, 2), f"前面已列出{match.offer.provider}的资源"
    )
    contributions = (*match.contributions, moved)
    return replace(match, contributions=contributions, score=total(contributions))
