"""Claims under a limit: whatever comes in whatever order, never more takers than places, first come first served."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from matcher.campaigns.claiming import (
    Claim,
    ClaimState,
    NeedState,
    PostedNeed,
    checked_need,
    claimed,
    place_in_line,
    places_left,
    released,
    state_of,
)
from matcher.errors import ClaimRefused, InvalidNeed

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
BANKS = st.sampled_from("甲乙丙丁戊")


def need(limit: int = 2, **more: object) -> PostedNeed:
    return PostedNeed(limit, NOW, NOW + timedelta(days=1), **more)  # type: ignore[arg-type]


class Hall(RuleBasedStateMachine):
    """Institutions claim, wait, give back; time passes."""

    claims: tuple[Claim, ...] = ()
    now = NOW

    @initialize(limit=st.integers(1, 3))
    def post(self, limit: int) -> None:
        self.need = checked_need(need(limit))

    @rule(bank=BANKS, wait=st.booleans())
    def claim(self, bank: str, *, wait: bool) -> None:
        before = self.claims
        standing = {c.institution for c in before if c.state is not ClaimState.RELEASED}
        try:
            self.claims = claimed(self.need, before, bank, self.now, wait=wait)
        except ClaimRefused:
            full = places_left(self.need, before) == 0
            assert bank not in standing
            assert self.now >= self.need.closes or (full and not wait)
            return
        if bank in standing:
            assert self.claims == before

    @rule(bank=BANKS)
    def give_back(self, bank: str) -> None:
        waiting = [c.institution for c in self.claims if c.state is ClaimState.WAITING and c.institution != bank]
        taken = {c.institution for c in self.claims if c.state is ClaimState.TAKEN}
        try:
            self.claims = released(self.need, self.claims, bank, self.now)
        except ClaimRefused:
            return
        if bank in taken and waiting and self.now < self.need.closes:
            moved = {c.institution for c in self.claims if c.state is ClaimState.TAKEN} - taken
            assert moved == {waiting[0]}

    @rule(hours=st.integers(1, 9))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def never_more_takers_than_places_nor_two_claims_of_one(self) -> None:
        standing = [c.institution for c in self.claims if c.state is not ClaimState.RELEASED]
        taken = [c for c in self.claims if c.state is ClaimState.TAKEN]
        assert len(standing) == len(set(standing))
        assert not self.claims or len(taken) <= self.need.limit
        assert [c.number for c in self.claims] == list(range(1, len(self.claims) + 1))

    @invariant()
    def nobody_waits_while_a_place_is_free(self) -> None:
        if self.claims and self.now < self.need.closes and places_left(self.need, self.claims):
            assert all(c.state is not ClaimState.WAITING for c in self.claims)


Hall.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestHall = Hall.TestCase


def test_full_over_and_withdrawn_say_so() -> None:
    two = claimed(need(), claimed(need(), (), "甲", NOW), "乙", NOW)
    with pytest.raises(ClaimRefused, match="名额已满"):
        claimed(need(), two, "丙", NOW)
    queue = claimed(need(), claimed(need(), two, "丙", NOW, wait=True), "丁", NOW, wait=True)
    assert [place_in_line(queue, bank) for bank in "甲丙丁"] == [None, 1, 2]
    with pytest.raises(ClaimRefused, match="撤回"):
        claimed(need(withdrawn=True), (), "甲", NOW)
    with pytest.raises(ClaimRefused, match="时间"):
        claimed(need(), (), "甲", NOW + timedelta(days=2))
    assert state_of(need(), two, NOW) is NeedState.FULL
    assert state_of(need(), (), NOW + timedelta(days=2)) is NeedState.EXPIRED
    assert state_of(need(), (), NOW) is NeedState.OPEN


def test_after_the_end_nobody_moves_up() -> None:
    queue = claimed(need(1), claimed(need(1), (), "甲", NOW), "乙", NOW, wait=True)
    after = released(need(1), queue, "甲", NOW + timedelta(days=2))
    assert [c.state for c in after] == [ClaimState.RELEASED, ClaimState.WAITING]


@pytest.mark.parametrize("limit", [0, 21])
def test_a_limit_that_is_none_is_refused(limit: int) -> None:
    with pytest.raises(InvalidNeed):
        checked_need(need(limit))
