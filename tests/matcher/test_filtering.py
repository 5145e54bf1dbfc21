"""Filters over many rows: wherever a slice begins and however rows are dealt out, each row gets its own answer."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from matcher.eligibility import filtering, stretches
from matcher.eligibility.bits import added, capped, counted, highest, numbers, packed, reaching, unpacked, window
from matcher.eligibility.buffers import column, map_columns, write_columns
from matcher.eligibility.codes import CODES
from matcher.eligibility.column_leaves import reached
from matcher.eligibility.criteria import All, Criterion, Operator
from matcher.eligibility.filtering import (
    assess,
    met_rows,
    state_codes,
)
from matcher.eligibility.postings import Postings
from matcher.eligibility.results import EXCLUDING, State
from matcher.eligibility.stretches import Store
from tests.matcher.test_columns import CRITERIA, LEAVES, PROFILES, laid_out
from tests.matcher.worlds import AT, leaf
from tests.thorough import examples

EXCLUDED = [CODES[state] for state in EXCLUDING]


def eligible_rows(frame: pl.DataFrame | Store, criterion: Criterion) -> NDArray[np.bool_]:
    return assess(frame, criterion, (), AT, only_eligible=True).eligible


@settings(max_examples=examples(100), deadline=None)
@given(CRITERIA, st.lists(LEAVES, max_size=2), st.lists(PROFILES, min_size=1, max_size=40), st.integers(0, 12))
def test_a_slice_is_judged_as_its_rows_are(criterion, preferences, profiles, start):
    frame = laid_out(profiles)
    whole, part = state_codes(frame, criterion, AT), frame.slice(start)
    assert state_codes(part, criterion, AT).tolist() == whole[start:].tolist()
    assert eligible_rows(part, criterion).tolist() == [code not in EXCLUDED for code in whole[start:]]
    assert met_rows(part, criterion, AT).tolist() == [code == CODES[State.MET] for code in whole[start:]]
    judged = assess(Store(part), criterion, preferences, AT)
    assert judged.eligible.tolist() == eligible_rows(part, criterion).tolist()
    assert (
        judged.favoured.tolist()
        == [sum(row) for row in zip(*(met_rows(part, item, AT).tolist() for item in preferences), strict=True)]
        or not preferences
    )


def test_many_stretches_answer_as_one(monkeypatch: pytest.MonkeyPatch):
    frame = laid_out([{"headcount": place % 7, "revenue_wan": Decimal(place)} for place in range(203)])
    rule = All((leaf("headcount", Operator.GE, 3), leaf("revenue_wan", Operator.LT, Decimal(150))))
    whole = state_codes(frame, rule, AT)
    monkeypatch.setattr(filtering, "STRETCH", 64)
    assert state_codes(frame, rule, AT).tolist() == whole.tolist()
    expected = [place for place in range(203) if place % 7 >= 3 and place < 150]
    assert np.flatnonzero(met_rows(frame, rule, AT)).tolist() == expected
    assert np.flatnonzero(eligible_rows(frame, rule)).tolist() == expected
    assert assess(Store(frame), rule, (), AT).decided.tolist() == [2] * 203


@settings(max_examples=examples(100), deadline=None)
@given(CRITERIA, st.lists(LEAVES, max_size=2), st.lists(PROFILES, min_size=1, max_size=40), st.floats(0, 100))
def test_rows_picked_out_answer_as_they_do_among_all(criterion, preferences, profiles, dearer):
    frame = laid_out(profiles)
    states = state_codes(frame, criterion, AT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filtering, "_DEARER", dearer)
        patch.setattr(filtering, "_FEW", dearer)
        patch.setattr(stretches, "_WORTH_SORTING", 0)
        frame = Store(frame)
        assert eligible_rows(frame, criterion).tolist() == [code not in EXCLUDED for code in states]
        assert met_rows(frame, criterion, AT).tolist() == [code == CODES[State.MET] for code in states]
        whole, part = (assess(frame, criterion, preferences, AT, only_eligible=only) for only in (False, True))
    rows = whole.eligible
    assert part.eligible.tolist() == rows.tolist()
    assert part.decided[rows].tolist() == whole.decided[rows].tolist()
    assert part.favoured[rows].tolist() == whole.favoured[rows].tolist()


@settings(max_examples=examples(100), deadline=None)
@given(
    st.lists(
        st.sampled_from((None, "320000", "320500", "320505", "310115", "110105", "370000")), min_size=1, max_size=40
    ),
    st.integers(0, 12),
    st.lists(st.sampled_from(("320505", "3205", "32", "31", "1101")), min_size=1, max_size=3),
    st.booleans(),
)
def test_postings_hold_the_rows_of_each_place(places, start, wanted, loosely):
    frame = laid_out([{"region": "370000"}, *({} if place is None else {"region": place} for place in places)])[start:]
    rule = leaf("region", Operator.UNDER, tuple(wanted))
    field, runs = reached(rule, loosely=loosely)
    postings = Postings.of(column(frame[field]))
    expected = np.flatnonzero(eligible_rows(frame, rule) if loosely else met_rows(frame, rule, AT)).tolist()
    held = postings.held(runs, unknown=loosely)
    assert sorted(held.positions().tolist()) == expected
    assert len(held) == len(expected)


def test_a_bound_that_no_number_of_the_column_reaches():
    frame = laid_out([{"headcount": 3}, {"headcount": 2**31 - 1}, {}])
    for bound in (10**12, -(10**12)):
        held = [bound < 0, bound < 0, False]
        assert met_rows(frame, leaf("headcount", Operator.GE, bound), AT).tolist() == held
        assert eligible_rows(frame, leaf("headcount", Operator.LT, bound)).tolist() == [not held[0]] * 2 + [True]
        assert not met_rows(frame, leaf("headcount", Operator.EQ, bound), AT).any()


def test_threads_do_not_mix_up_what_they_compare(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(filtering, "STRETCH", 1 << 10)
    frame = laid_out([{"headcount": place, "region": ("320505", "110105")[place % 2]} for place in range(9)])
    frame = pl.concat([frame] * 2_000)
    rule = All((leaf("headcount", Operator.GE, 4), leaf("region", Operator.UNDER, ("3205", "31"))))
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: np.flatnonzero(met_rows(frame, rule, AT)), range(12)))
    expected = np.flatnonzero(np.isin(np.arange(18_000) % 9, (4, 6, 8)))
    assert all(np.array_equal(positions, expected) for positions in found)


def test_no_rows_and_a_field_that_nobody_has():
    nobody = laid_out([])
    rule = leaf("headcount", Operator.GE, 3)
    assert len(state_codes(nobody, rule, AT)) == len(eligible_rows(nobody, rule)) == 0
    assert state_codes(laid_out([{}, {}]), rule, AT).tolist() == [CODES[State.UNKNOWN]] * 2
    assert len(assess(Store(nobody), rule, (rule,), AT).eligible) == 0


def test_columns_mapped_from_a_file_are_those_that_were_written(tmp_path: Path):
    profiles = [
        {"headcount": 3, "industry": "2770", "collateral": ("专利", "房产"), "has_overdue_loan": True, "zone": "张江"},
        {"revenue_wan": Decimal("2.5"), "region": "320505", "size_class": "微型"},
        {},
    ] * 5
    frame = laid_out(profiles)
    write_columns(frame, tmp_path / "columns.arrow")
    mapped = map_columns(tmp_path / "columns.arrow")
    assert mapped.equals(frame)
    assert mapped.schema == frame.schema
    for name in frame.columns:
        if frame.schema[name] != pl.String():
            assert column(mapped.slice(7)[name]).values.tolist() == column(frame.slice(7)[name]).values.tolist()
    (tmp_path / "torn.arrow").write_bytes((tmp_path / "columns.arrow").read_bytes()[:300])
    with pytest.raises((OSError, ValueError)):
        map_columns(tmp_path / "torn.arrow")


ROWS = st.integers(1, 70)
AMOUNTS = st.integers(0, 300)


def planes(amounts):
    return counted([packed(np.array([place < amount for amount in amounts])) for place in range(300)])


@settings(max_examples=60, deadline=None)
@given(st.data(), ROWS)
def test_sums_by_binary_digits_are_sums(data, size):
    one, other = (data.draw(st.lists(AMOUNTS, min_size=size, max_size=size)) for _ in range(2))
    small = [amount % 256 for amount in one]
    assert numbers(planes(small), size).tolist() == small
    whole = added(planes(one), planes(other))
    for least in (0, 1, 77, 300, 601):
        assert unpacked(reaching(whole, least, size), size).tolist() == [
            a + b >= least for a, b in zip(one, other, strict=True)
        ]
        assert numbers(capped(planes(one), min(least, 255), size), size).tolist() == [
            min(amount, least, 255) for amount in one
        ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.lists(st.booleans(), min_size=9, max_size=9)), max_size=5))
def test_the_highest_step_that_holds_counts(steps):
    found = numbers(highest([(number, packed(np.array(holds))) for number, holds in steps]), 9)
    assert found.tolist() == [max((number for number, holds in steps if holds[row]), default=0) for row in range(9)]


@given(st.lists(st.booleans(), min_size=1, max_size=90), st.data())
def test_a_window_begins_at_any_bit(flags, data):
    start = data.draw(st.integers(0, len(flags) - 1))
    found = window(packed(np.array(flags)), start, len(flags) - start)
    assert unpacked(found, len(flags) - start).tolist() == flags[start:]
