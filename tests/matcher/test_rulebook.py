"""A rulebook gives each offer what its evaluation gives, whatever its criteria are made of."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.derivation import at_date, derive
from matcher.eligibility.codes import STATES
from matcher.eligibility.criteria import All, AnyOf, Criterion, Not, Operator
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.results import NOT_APPLICABLE_VALUE, State
from matcher.eligibility.rulebook import Rulebook
from matcher.parties import Values
from tests.matcher.test_columns import CRITERIA, DATES, LEAVES, PROFILES
from tests.matcher.worlds import leaf
from tests.thorough import examples

Said = tuple[State, int, int, int]


def by_book(book: Rulebook, values: Values) -> list[Said]:
    found = book.standings(values)
    return [
        (STATES[state], size, decided, met)
        for state, size, decided, met in zip(
            found.states.tolist(), found.sizes.tolist(), found.decided.tolist(), found.met.tolist(), strict=True
        )
    ]


def by_definition(criterion: Criterion | None, values: Values) -> Said:
    found = evaluate(criterion, values)
    decided = [state for state in found.conditions if state in (State.MET, State.UNMET)]
    return found.state, len(found.conditions), len(decided), decided.count(State.MET)


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.none() | CRITERIA, max_size=4), st.lists(PROFILES, min_size=1, max_size=3), DATES)
def test_a_rulebook_gives_each_offer_the_state_and_the_conditions_of_its_evaluation(criteria, profiles, at: date):
    book = Rulebook.of(criteria)
    for values in (at_date(derive(profile), at) for profile in profiles):
        assert by_book(book, values) == [by_definition(criterion, values) for criterion in criteria]


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(LEAVES, min_size=2, max_size=30), PROFILES, DATES)
def test_many_conditions_on_one_field_are_each_judged_as_if_alone(single, profile, at: date):
    values = at_date(derive(profile), at)
    assert by_book(Rulebook.of(single), values) == [by_definition(one, values) for one in single]


@pytest.mark.parametrize(
    ("field", "values", "codes"),
    [
        ("region", ("320505", "320500", "32", "330100", "110100"), ("320505", "3205", "320000", "330100", "110000")),
        ("industry", ("C27", "27", "2770", "C", "J", "6513"), ("C", "C27", "27", "2770", "J")),
    ],
)
def test_a_place_in_a_tree_is_met_coarse_or_elsewhere_however_it_is_written(field, values, codes):
    single = [leaf(field, Operator.UNDER, wanted) for wanted in (*((code,) for code in codes), codes)]
    book = Rulebook.of(single)
    for value in (*values, NOT_APPLICABLE_VALUE):
        assert by_book(book, {field: value}) == [by_definition(one, {field: value}) for one in single]


@pytest.mark.parametrize(
    "criterion",
    [All(()), AnyOf(()), AnyOf((), least=0), Not(All(())), Not(AnyOf(())), AnyOf((All(()), AnyOf(()))), None],
)
def test_what_asks_nothing_or_cannot_be_met_needs_no_value(criterion: Criterion | None):
    staffed = leaf("headcount", Operator.GE, 1)
    whole = [criterion, All((AnyOf((criterion,)), staffed)) if criterion else staffed]
    for values in ({}, {"headcount": 3}):
        assert by_book(Rulebook.of(whole), values) == [by_definition(one, values) for one in whole]


def test_a_book_of_no_offers_stands_nowhere():
    assert by_book(Rulebook.of([]), {"headcount": 3}) == []
