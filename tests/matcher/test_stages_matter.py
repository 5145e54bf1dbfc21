"""Each stage of matching, broken once, is noticed by the known-answer tests: none of them is there for show."""

import inspect
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from matcher.eligibility.filtering import Assessment
from matcher.eligibility.results import Eligibility, State
from matcher.pairing import assembling, offer_shelf, pipeline, prospecting
from matcher.pairing.measures import Measure
from matcher.pairing.offer_points import Points
from matcher.pairing.ranking import Candidate, Place
from matcher.pairing.recall import Recalled
from tests.matcher import test_pipeline

CHECKS: tuple[Callable[[], None], ...] = tuple(
    check
    for name, check in vars(test_pipeline).items()
    if name.startswith("test_") and not inspect.signature(check).parameters and not hasattr(check, "hypothesis")
)
(PAIRS,) = (mark.args[1] for mark in test_pipeline.test_each_measure_moves_the_rank_its_own_way.pytestmark)


def _all_checks() -> None:
    for check in CHECKS:
        check()
    for pair in PAIRS:
        test_pipeline.test_each_measure_moves_the_rank_its_own_way(*pair)


def _recall_nothing(shelf, text, keys):
    none = np.zeros(len(keys), dtype=np.float32)
    return Recalled(keys, none, none)


def _as_they_came(seeker, offers, recalled, standings, wish, scoring):
    return [Candidate(row, offers.offers[key], False, 0) for row, key in enumerate(recalled.keys[: wish.limit])]


def _all_equal(seeker, offers, recalled, standings, scoring):
    return Points(np.zeros(len(recalled.keys), dtype=np.int64), np.full(len(recalled.keys), 999))


def _first_come(keys, totals, excluded, count):
    return np.arange(len(keys))[:count]


def _all_eligible(store, *_, **__):
    return Assessment(np.ones(len(store), dtype=np.bool_), *np.zeros((2, len(store)), dtype=np.uint8))


BROKEN = {
    "recall": (pipeline, "recall", _recall_nothing),
    "eligibility": (assembling, "evaluate", lambda criterion, values: Eligibility(State.MET)),
    "eligibility in columns": (prospecting, "assess", _all_eligible),
    "derivation and dates": (pipeline, "dated", lambda seeker, at: seeker),
    "measures": (assembling, "STRUCTURED", ()),
    "completeness": (assembling, "completeness", lambda conditions: Measure(1.0, "")),
    "scoring": (assembling, "total", lambda contributions: 1.0),
    "column scoring": (prospecting, "points", lambda store, recalled, *_: recalled.keys),
    "ranking of offers": (pipeline, "ranked", _as_they_came),
    "ranking of seekers": (prospecting, "ranked", _first_come),
    "scoring of a shelf": (pipeline, "points_of", _all_equal),
    "measures of a shelf": (offer_shelf, "STRUCTURED", ()),
    "diversity": (pipeline, "diversify", lambda ranked, limit, scoring: [Place(item) for item in ranked[:limit]]),
    "explaining": (pipeline, "explained", lambda match, text, at: match),
    "dates of force": (offer_shelf, "last_day", lambda offer: date.max),
}  # fmt: skip


def test_the_whole_world_answers_right():
    _all_checks()


@pytest.mark.parametrize("stage", BROKEN)
def test_a_broken_stage_is_noticed(stage, monkeypatch):
    module, name, wrong = BROKEN[stage]
    monkeypatch.setattr(module, name, wrong)
    with pytest.raises((AssertionError, StopIteration, IndexError, KeyError, ValueError)):
        _all_checks()
