"""Diversity (多样性): no provider and no kind fills the page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from matcher.eligibility.results import EXCLUDING
from matcher.pairing.matches import Contribution, Match
from matcher.pairing.scoring import LABELS, Scoring, total

WINDOW = 3
"""So many times more than are shown are looked at by `diversify`."""


def diversify(ranked: Sequence[Match], limit: int, scoring: Scoring) -> list[Match]:
    """Take the best `limit` one after another; later offers of a provider or a kind are moved back a little.

    The penalty is a named part of the score, so the order shown and the explanation cannot contradict each other.
    """
    pool = list(ranked[: limit * WINDOW])
    taken: list[Match] = []
    seen: Counter[str] = Counter()
    while pool and len(taken) < limit:
        best = min(range(len(pool)), key=lambda place: _order(pool[place], seen, scoring))
        chosen = pool.pop(best)
        taken.append(_penalised(chosen, seen, scoring))
        seen.update(_groups(chosen))
    return taken


def _groups(match: Match) -> tuple[str, str]:
    return match.offer.provider, match.offer.kind


def _order(match: Match, seen: Counter[str], scoring: Scoring) -> tuple[bool, float, str]:
    excluded = match.eligibility.state in EXCLUDING
    return excluded, -(match.score - _penalty(match, seen, scoring)), match.offer.id


def _penalty(match: Match, seen: Counter[str], scoring: Scoring) -> float:
    provider, kind = _groups(match)
    points = scoring.repeat_provider * seen[provider] + scoring.repeat_kind * seen[kind]
    return round(min(points, scoring.repeat_most, max(match.score, 0.0)), 2)


def _penalised(match: Match, seen: Counter[str], scoring: Scoring) -> Match:
    penalty = _penalty(match, seen, scoring)
    if penalty == 0:
        return match
    provider, kind = _groups(match)
    repeats = {"同一提供方": seen[provider], "同类资源": seen[kind]}
    evidence = f"前面已列出{'、'.join(f'{what} {times} 项' for what, times in repeats.items() if times)}"
    moved = Contribution("diversity", LABELS["diversity"], -penalty, evidence)
    contributions = (*match.contributions, moved)
    return replace(match, contributions=contributions, score=total(contributions))
