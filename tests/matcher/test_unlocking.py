"""Which field to fill next: what is said to be decided is decided by any value, and what could be met can be."""

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.derivation import at_date, derive
from matcher.eligibility.criteria import All, AnyOf, Criterion, Not, Operator
from matcher.eligibility.evaluation import evaluate
from matcher.eligibility.results import State
from matcher.eligibility.unlocking import Unlock, undecided, unlocking, unlocking_sets
from matcher.eligibility.waiting import cured_on, finding_cured_on
from matcher.fields import Value
from matcher.offers import Offer
from tests.matcher.test_changes import CRITERIA, GRID
from tests.matcher.worlds import AT, leaf, offer
from tests.thorough import examples

PATENTS = leaf("invention_patents", Operator.GE, 1)
STAFF = leaf("headcount", Operator.LE, 200)
LOCAL = leaf("region", Operator.UNDER, ("320505",))
GRADE = leaf("tax_credit_grade", Operator.IN, ("A", "B"))
INTENSE = leaf("rd_intensity_pct", Operator.GE, Decimal(3))
OLD = leaf("age_years", Operator.GE, Decimal(3))
SMALL = leaf("size_class", Operator.IN, ("微型", "小型"))
BY_HAND = leaf("name", Operator.MANUAL, None)


def offers(*criteria: Criterion | None) -> list[Offer]:
    return [offer(str(place), "", criterion) for place, criterion in enumerate(criteria)]


def state(criterion: Criterion | None, values: dict[str, Value]) -> State:
    return evaluate(criterion, at_date(derive(values), AT)).state


def alone(values: dict[str, Value], given_offers: list[Offer]) -> tuple[Unlock, ...]:
    return unlocking(values, undecided(values, given_offers, AT), AT)


def in_sets(values: dict[str, Value], given_offers: list[Offer]) -> tuple[Unlock, ...]:
    return unlocking_sets(values, undecided(values, given_offers, AT), AT)


def ranked(values: dict[str, Value], *criteria: Criterion | None) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return [(item.field, item.decides, item.could_meet) for item in alone(values, offers(*criteria))]


def test_the_field_that_decides_most_offers_comes_first():
    found = ranked({}, STAFF, All((STAFF, PATENTS)), GRADE, All((GRADE, GRADE)), GRADE, None)
    assert found == [
        ("tax_credit_grade", ("2", "3", "4"), ("2", "3", "4")),
        ("headcount", ("0",), ("0",)),
        ("invention_patents", (), ()),
    ]


def test_one_choice_may_suffice_without_deciding():
    assert ranked({}, AnyOf((STAFF, PATENTS), "任一")) == [
        ("headcount", (), ("0",)),
        ("invention_patents", (), ("0",)),
    ]


def test_what_a_person_decides_is_decided_but_not_met_by_data():
    assert ranked({}, All((STAFF, BY_HAND))) == [("headcount", ("0",), ())]


def test_nothing_is_asked_of_an_offer_that_is_decided():
    assert ranked({"headcount": 300}, All((STAFF, PATENTS)), None) == []


def test_a_derived_field_asks_for_the_input_that_lacks():
    assert [item.label for item in alone({"revenue_wan": Decimal(800)}, offers(INTENSE))] == ["上年研发费用"]
    assert [item.label for item in alone({}, offers(INTENSE))] == ["研发费用占营收比"]
    assert [item.label for item in alone({}, offers(OLD))] == ["成立日期"]
    known: dict[str, Value] = {"industry": "2770", "revenue_wan": Decimal(800)}
    assert [item.label for item in alone(known, offers(SMALL))] == ["从业人员"]


def test_a_coarse_place_is_asked_for_more_closely():
    (found,) = alone({"region": "320500"}, offers(LOCAL))
    assert (found.label, found.decides, found.could_meet) == ("所在地区（现只知 江苏省苏州市）", ("0",), ("0",))


def test_fields_that_are_filled_together():
    pair, threesome = All((STAFF, PATENTS)), All((STAFF, PATENTS, GRADE))
    sets = in_sets({}, offers(pair, threesome, threesome, LOCAL, pair))
    assert [(item.fields, item.decides) for item in sets] == [
        (("headcount", "invention_patents"), ("0", "4")),
        (("headcount", "invention_patents", "tax_credit_grade"), ("0", "1", "2", "4")),
    ]
    assert [item.concerns for item in sets] == [4, 4]


VALUES: dict[str, st.SearchStrategy[Value]] = {
    **{code: st.sampled_from(values) for code, values in GRID.items() if code != "high_tech_enterprise"},
    "high_tech_enterprise": st.booleans(),
    "rd_intensity_pct": st.sampled_from((Decimal(5), Decimal(15), Decimal(25))),
}
ANSWERS = st.fixed_dictionaries(VALUES)
PROFILES = st.fixed_dictionaries({}, optional=VALUES)


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(CRITERIA, min_size=1, max_size=4), PROFILES, ANSWERS)
def test_any_answer_decides_what_is_said_to_be_decided(criteria: list[Criterion], values, answers):
    given_offers = offers(*criteria)
    by_id = {item.id: item for item in given_offers}
    singles = alone(values, given_offers)
    for found in (*singles, *in_sets(values, given_offers)):
        filled = {**values, **{code: _answer(code, values, answers) for code in found.fields}}
        for identifier in found.decides:
            assert state(by_id[identifier].criteria, filled) is not State.UNKNOWN
    asked = {code for item in undecided(values, given_offers, AT) for code in item.asks}
    assert asked == {item.field for item in singles}


@settings(max_examples=examples(100), deadline=None)
@given(CRITERIA, PROFILES)
def test_whenever_some_answer_meets_an_offer_it_could_be_met(criterion: Criterion, values):
    for found in alone(values, offers(criterion)):
        tried = (value for value in GRID.get(found.field, ()) if _is_closer(found.field, values, value))
        some = any(state(criterion, {**values, found.field: value}) is State.MET for value in tried)
        assert bool(found.could_meet) >= some


def _answer(code: str, values: dict[str, Value], answers: dict[str, Value]) -> Value:
    """An answer to what was asked: of a coarse place one that lies within it."""
    return "320505" if code == "region" and values.get(code) == "320500" else answers[code]


def _is_closer(code: str, values: dict[str, Value], value: Value) -> bool:
    return code != "region" or code not in values or str(value).startswith(str(values[code])[:4])


FOUNDED = date(2024, 2, 29)
CERTIFIED: dict[str, Value] = {"high_tech_enterprise": True, "high_tech_enterprise_valid_to": date(2027, 6, 30)}


def test_the_day_on_which_time_alone_cures():
    assert cured_on(OLD, {"founded_on": FOUNDED}, AT) == date(2027, 3, 1)
    assert cured_on(OLD, {"founded_on": date(2024, 1, 31)}, AT) == date(2027, 1, 31)
    assert cured_on(OLD, {"founded_on": date(2020, 1, 31)}, AT) is None, "it is met already"
    assert cured_on(OLD, {"age_years": Decimal(2)}, AT) is None, "the day of founding is not known"
    older = leaf("age_years", Operator.GT, Decimal(3))
    assert cured_on(older, {"founded_on": date(2024, 1, 31)}, AT) == date(2027, 2, 1)
    assert cured_on(leaf("age_years", Operator.LE, Decimal(2)), {"founded_on": date(2020, 1, 31)}, AT) is None
    assert cured_on(leaf("high_tech_enterprise", Operator.EQ, False), CERTIFIED, AT) == date(2027, 7, 1)
    assert cured_on(leaf("high_tech_enterprise", Operator.EQ, True), CERTIFIED, AT) is None


@settings(max_examples=examples(60), deadline=None)
@given(st.dates(date(2020, 1, 1), AT), st.integers(0, 8), st.sampled_from((Operator.GE, Operator.GT)))
def test_it_is_the_first_such_day(founded: date, years: int, operator: Operator):
    condition = leaf("age_years", operator, Decimal(years))
    values: dict[str, Value] = {"founded_on": founded}
    day = cured_on(condition, values, AT)
    states = {
        moment: evaluate(condition, at_date(values, moment)).state
        for moment in (AT, *((day, date.fromordinal(day.toordinal() - 1)) if day else ()))
    }
    if day is None:
        assert states[AT] is State.MET
    else:
        assert states[day] is State.MET
        assert states[date.fromordinal(day.toordinal() - 1)] is State.UNMET


def test_an_exclusion_is_cured_when_its_condition_ends():
    excluded = Not(leaf("high_tech_enterprise", Operator.EQ, True), "未认定")
    (finding,) = evaluate(excluded, CERTIFIED).findings
    assert finding_cured_on(finding, CERTIFIED, AT) == date(2027, 7, 1)
    young = Not(leaf("age_years", Operator.LT, Decimal(3)), "不得新设")
    values = at_date({"founded_on": FOUNDED}, AT)
    (finding,) = evaluate(young, values).findings
    assert finding_cured_on(finding, values, AT) == date(2027, 3, 1)
