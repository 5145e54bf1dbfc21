"""Explanations (解释): Chinese sentences made from the contributions and findings that were used, and nothing else."""

import re
from collections.abc import Iterable

from matcher.declarations.registry import REGISTRY
from matcher.eligibility.gaps import show
from matcher.eligibility.results import STATE_LABELS, Eligibility, Finding, State
from matcher.offers import Offer, OfferStatus
from matcher.pairing.matches import Contribution

_SEPARATORS = re.compile(r"[\s、，,。；;：:（）()“”/·]+")
_MOST_WORDS = 4
_DRAFT = "提示：所依据的文件为征求意见稿，尚未生效"


def reasons(contributions: Iterable[Contribution], eligibility: Eligibility) -> tuple[str, ...]:
    """Why they fit: every contribution that moved the score, largest first, then the conditions that are met."""
    moved = sorted((item for item in contributions if item.points), key=lambda item: -abs(item.points))
    scored = [
        f"{item.label}：{item.evidence}（{item.points:+g}）" if item.evidence else f"{item.label}（{item.points:+g}）"
        for item in moved
    ]
    met = [f"{STATE_LABELS[State.MET]}：{_with_value(item)}" for item in eligibility.of_state(State.MET)]
    return (*scored, *met)


def gaps(eligibility: Eligibility, offer: Offer) -> tuple[str, ...]:
    """What is in the way: each unmet condition with its distance and document, what a person must check, a draft."""
    unmet = (
        f"{STATE_LABELS[State.UNMET]}：{item.gap or item.leaf.label}{_document(item)}"
        for item in eligibility.of_state(State.UNMET)
    )
    others = (
        f"{STATE_LABELS[state]}：{item.leaf.label}{_document(item)}"
        for state in (State.MANUAL_REVIEW, State.NOT_APPLICABLE)
        for item in eligibility.of_state(state)
    )
    draft = (_DRAFT,) if offer.status is OfferStatus.DRAFT else ()
    return (*unmet, *others, *draft)


def unknowns(eligibility: Eligibility) -> tuple[str, ...]:
    """The codes of the fields to fill so that the offer can be decided, each once."""
    return tuple(dict.fromkeys(item.leaf.field for item in eligibility.of_state(State.UNKNOWN)))


def missing(eligibility: Eligibility) -> tuple[str, ...]:
    """What to fill, in Chinese: each unknown field's name, or the name of the alternative that it is part of."""
    findings = eligibility.of_state(State.UNKNOWN)
    return tuple(dict.fromkeys(item.group or REGISTRY[item.leaf.field].label for item in findings))


def shared_words(text: str, focus: str) -> str:
    """The words of an offer's focus that stand in a seeker's text, as evidence: "体外诊断、试剂"."""
    words = (word for word in _SEPARATORS.split(focus) if len(word) > 1)
    return "、".join([word for word in dict.fromkeys(words) if word in text][:_MOST_WORDS])


def _with_value(finding: Finding) -> str:
    if finding.value is None or isinstance(finding.value, bool):
        return finding.leaf.label
    return f"{finding.leaf.label}（{show(REGISTRY[finding.leaf.field], finding.value)}）"


def _document(finding: Finding) -> str:
    return f"（{finding.leaf.clause.document}{finding.leaf.clause.article}）"
