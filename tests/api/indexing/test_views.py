"""Views by hand: segments overwrite each other, join when they are many, and move to another snapshot unchanged."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.indexing.making import Maker
from api.indexing.views import MOST_SMALL, Segment, View
from api.store.steps import Step, StoredParty
from embeddings.lexical import LexicalIndex
from tests.fakes.search import WordEncoder
from tests.thorough import examples

MAKER = Maker(WordEncoder())
WORDS = LexicalIndex.of(["诊断", "物流"])


def stored(key: int, count: int) -> StoredParty:
    facts = {"headcount": [count, "测试", "2026-01-01"], "main_business": [f"业务{count}", "测试", "2026-01-01"]}
    return StoredParty(key, "local", "enterprise", json.dumps(facts))


def step(number: int, written: dict[int, int | None]) -> Step:
    """Keys written with a headcount, or deleted (None)."""
    parties = tuple(stored(key, count) for key, count in written.items() if count is not None)
    return Step(number, {"local": dict.fromkeys(written, number)}, parties, False)


def applied(view: View, number: int, written: dict[int, int | None]) -> View:
    return MAKER.changed(view, step(number, written), WORDS)


def read(view: View) -> dict[int, int]:
    found: dict[int, int] = {}
    for segment in view.platforms["local"].segments if "local" in view.platforms else ():
        assert segment.keys.tolist() == segment.frame["key"].to_list() == sorted(segment.keys.tolist())
        for place in range(len(segment)):
            if segment.gone is None or not segment.gone[place]:
                key, count = int(segment.keys[place]), segment.frame["headcount"][place]
                assert key not in found, "a key counts in two segments"
                assert segment.lexical.similarities(f"业务{count}", np.array([place]))[0] > 0.9
                query = MAKER.encoder.encode([f"业务{count}"])[0]
                assert segment.dense.similarities(query, np.array([place]))[0] > 0.99
                found[key] = count
    return found


def base_of(counts: dict[int, int]) -> Segment:
    ordered = sorted(counts)
    made = MAKER.segment([stored(key, counts[key]) for key in ordered], dict.fromkeys(ordered, 0), WORDS)
    return replace(made, sequences=None)


WRITES = st.lists(
    st.dictionaries(st.integers(1, 12), st.one_of(st.none(), st.integers(0, 99)), min_size=1, max_size=4), max_size=14
)


@settings(deadline=None, max_examples=examples(60))
@given(before=st.dictionaries(st.integers(1, 8), st.integers(0, 99), max_size=6), writes=WRITES, at=st.integers(0, 14))
def test_a_view_is_what_was_written_and_stays_so_over_any_snapshot(before, writes, at):
    """The model is a dictionary; the second snapshot holds what was written up to `at`."""
    truth, snapshot = dict(before), dict(before)
    view = View().over("first", 0, {"local": base_of(before)} if before else {})
    for number, written in enumerate(writes, 1):
        view = applied(view, number, written)
        truth = {key: count for key, count in {**truth, **written}.items() if count is not None}
        if number <= at:
            snapshot = truth
        assert read(view) == truth
        assert len(view.platforms["local"].small) <= MOST_SMALL
    held = view
    at = min(at, len(writes))
    moved = view.over("second", at, {"local": base_of(snapshot)} if snapshot else {})
    assert read(moved) == truth
    assert read(held) == truth, "a view that a query holds does not change"
    assert (moved.snapshot, moved.at, moved.sequence) == ("second", at, len(writes))
    assert moved.delta <= view.delta
    if at == len(writes):
        assert moved.delta == 0


def test_many_small_writes_make_few_segments_and_copy_a_row_few_times(monkeypatch: pytest.MonkeyPatch):
    copied = 0
    joined = LexicalIndex.joined

    def counting(sources, source, position):
        nonlocal copied
        copied += len(position)
        return joined(sources, source, position)

    monkeypatch.setattr(LexicalIndex, "joined", counting)
    view = View()
    for number in range(1, 201):
        view = applied(view, number, {number: number % 90})
    assert read(view) == {number: number % 90 for number in range(1, 201)}
    assert len(view.platforms["local"].segments) <= MOST_SMALL
    assert copied < 200 * 12


def test_a_platform_that_is_not_touched_is_not_copied():
    view = applied(View(), 1, {1: 10})
    other = MAKER.changed(
        view, Step(2, {"elsewhere": {2: 2}}, (replace(stored(2, 20), tenant="elsewhere"),), False), WORDS
    )
    assert other.platforms["local"] is view.platforms["local"]
    assert (other.alive, view.alive) == (2, 1)
