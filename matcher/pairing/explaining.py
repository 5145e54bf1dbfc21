"""Explanations (解释): Chinese sentences made from the contributions and findings that were used, and nothing else."""

import re
from collections.abc import Iterable
from datetime import date

from matcher.declarations.registry import REGISTRY
from matcher.eligibility.gaps import show
from matcher.eligibility.results import STATE_LABELS, Eligibility, Finding, State
from matcher.eligibility.wording import Context, Origins, sentence
from matcher.offers import Offer, OfferStatus
from matcher.pairing.matches import Contribution
from matcher.parties import Values

_SEPARATORS = re.compile(r"[\s、，,。；;：:（）()“”/·]+")
_MOST_WORDS = 4
_DRAFT = "提示：所依据的文件为征求意见稿，尚未生效"


def explanation(
    eligibility: Eligibility,
    offer: Offer | None = None,
    *,
    values: Values | None = None,
    at: date | None = None,
    origins: Origins | None = None,
) -> str:
    """Give the answer as an officer would write it: what is met, what is not and by how much, what is to be filled.

    "已满足：高新技术企业（证书有效期至2027-11-30）。未满足：研发费用占营收比 2.4%，要求不低于 3%
    （工信部企业〔2022〕63号），差 0.6 个百分点。待补充：近两年股权融资额。"

    `values` (dated) give the ends of certificates, with `at` the day on which time alone cures a gap; `origins` give
    each value's source and day. An offer that is a draft says so.
    """
    context = Context(values or {}, at, origins or {})
    sentences = [sentence(eligibility, state, context) for state in State]
    if not eligibility.findings:
        sentences = ["所依据的文件未列明对申请方的条件。"]
    if offer is not None and offer.status is OfferStatus.DRAFT:
        sentences.append(f"{_DRAFT}。")
    return "".join(sentences)


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
