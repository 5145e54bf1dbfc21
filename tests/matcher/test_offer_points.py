"""A shelf of offers is scored, filtered and ordered at once as it would be offer by offer."""

from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.declarations.enterprise import COLLATERAL
from matcher.fields import PartyKind
from matcher.needs import Need
from matcher.offers import Holding, OfferKind, OfferStatus, Terms, in_force
from matcher.pairing.assembling import assemble
from matcher.pairing.offer_points import points_of
from matcher.pairing.pipeline import dated, nearness_of
from matcher.pairing.ranking import Candidate, best, diversify
from matcher.pairing.recall import Recalled
from matcher.pairing.scoring import Scoring
from tests.matcher.test_columns import CRITERIA, INDUSTRIES, LEAVES, PROFILES, REGIONS, TENTHS, subsets
from tests.matcher.worlds import AT, offer, offer_shelf, seeker
from tests.thorough import examples

SCORING = Scoring()
AMOUNTS = st.none() | TENTHS
TERMS = st.builds(
    Terms,
    amount_min_wan=AMOUNTS,
    amount_max_wan=AMOUNTS,
    guarantee_modes=st.sampled_from(((), ("信用",), ("抵押",))),
    secured_by=st.just(()) | subsets(COLLATERAL[:5]),
)
DAYS = st.none() | st.dates(date(2026, 11, 20), date(2026, 11, 24))
KINDS = st.sampled_from(list(OfferKind))
HOLDINGS = st.builds(Holding, st.sampled_from(("", *INDUSTRIES)), st.integers(1, 9))
OFFERS = st.builds(
    lambda number, criteria, **more: offer(f"资源{number}", "诊断", criteria, **more),
    st.integers(0, 9),
    st.none() | CRITERIA,
    kind=KINDS,
    terms=TERMS,
    preferences=st.lists(LEAVES, max_size=3).map(tuple),
    service_regions=st.just(()) | subsets(REGIONS),
    industry_focus=st.just(()) | subsets(INDUSTRIES),
    portfolio=st.lists(HOLDINGS, max_size=3).map(tuple),
    audience=st.frozensets(st.sampled_from(list(PartyKind)), min_size=1),
    status=st.sampled_from(OfferStatus),
    effective_from=DAYS,
    effective_to=DAYS,
    provider=st.sampled_from(("甲", "乙", "丙")),
    provider_id=st.sampled_from((None, "", "企业", "别家")),
)


@settings(max_examples=examples(200), deadline=None)
@given(
    st.lists(OFFERS, min_size=1, max_size=5),
    PROFILES,
    AMOUNTS,
    st.frozensets(KINDS, max_size=2),
    st.lists(st.floats(-1, 1, width=32), min_size=5, max_size=5),
)
def test_points_of_a_shelf_are_the_scores_of_its_pairs(offers, profile, wanted, kinds, similarities):
    values = profile if wanted is None else {**profile, "need_amount_wan": wanted}
    one = dated(replace(seeker("企业", "", **values), need=Need(kinds=kinds)), AT)
    shelf = offer_shelf(offers)
    near = np.array(similarities[: len(offers)], dtype=np.float32)
    recalled = Recalled(np.arange(len(offers)), near, np.abs(near))
    found = points_of(one, shelf, recalled, shelf.rules.standings(one.values), SCORING)
    pairs = zip(offers, nearness_of(recalled, list(range(len(offers))), SCORING), strict=True)
    for place, (target, nearness) in enumerate(pairs):
        match = assemble(one, target, nearness, SCORING)
        of_the_kind = sum(part.points for part in match.contributions if part.name in ("intent", "completeness"))
        assert found.totals[place] / 100 == match.score
        assert found.relevant[place] / 100 == pytest.approx(match.score - of_the_kind, abs=1e-9)


@settings(max_examples=examples(200), deadline=None)
@given(
    st.lists(OFFERS, max_size=8),
    st.sampled_from(list(PartyKind)),
    st.sampled_from(("", "企业")),
    st.frozensets(KINDS, max_size=3),
)
def test_open_offers_are_those_for_the_party_in_force_of_the_kinds_asked_for_and_not_its_own(offers, kind, own, kinds):
    found = offer_shelf(offers).admission.open_to(kind, own, kinds, AT)
    assert found.tolist() == [
        place
        for place, item in enumerate(offers)
        if kind in item.audience
        and in_force(item, AT)
        and (not kinds or item.kind in kinds)
        and not (own and item.provider_id == own)
    ]


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), max_size=12), st.integers(1, 14))
def test_the_best_are_those_of_a_full_sort(rows, count):
    scores = np.array([score for score, _ in rows], dtype=np.int64)
    excluded = np.array([flag for _, flag in rows], dtype=np.bool_)
    order = sorted(range(len(rows)), key=lambda row: (rows[row][1], -rows[row][0], row))
    assert best(scores, excluded, count).tolist() == order[:count]


@given(
    st.lists(
        st.tuples(st.integers(0, 1500), st.booleans(), st.sampled_from("甲乙"), st.sampled_from(list(OfferKind)[:2])),
        max_size=12,
    ),
    st.integers(1, 14),
)
def test_each_place_goes_to_the_best_of_those_left_after_what_stands_before_it(rows, limit):
    given_ = [
        Candidate(row, offer(f"{row:02}", "", provider=provider, kind=kind), excluded, score)
        for row, (score, excluded, provider, kind) in enumerate(rows)
    ]
    left, seen = list(given_), Counter[str]()

    def penalty(item: Candidate) -> int:
        repeats = 200 * seen[item.offer.provider] + 50 * seen[item.offer.kind]
        return min(repeats, 800, item.score)

    for place in diversify(given_, limit, SCORING):
        first = min(left, key=lambda item: (item.excluded, penalty(item) - item.score, item.offer.id))
        assert (place.candidate, place.penalty) == (first, penalty(first))
        left.remove(first)
        seen.update((first.offer.provider, first.offer.kind))
    assert len(left) == max(0, len(rows) - limit)
