"""A field's checker gives for everything what `check_value` gives: the same value, or the same refusal."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.checkers import checker_of
from matcher.declarations.registry import REGISTRY
from matcher.errors import MatcherError
from matcher.fields import Field
from matcher.validation import check_value

CHECKERS = {field.code: checker_of(field) for field in REGISTRY}
_NUMBERS = st.one_of(
    st.integers(-(10**13), 10**13),
    st.decimals(-(10**13), 10**13, places=2).map(str),
    st.sampled_from(["1e3", " 7", "7.", "-0", "1" * 20, "0.1234567890123", "１２", "NaN", ""]),
)
_TEXTS = st.one_of(
    st.sampled_from(["320583", "苏州市", "C27", "2770", "小型", "A", "2014-03-12", "2014-02-30", "91000000DM00000052"]),
    st.sampled_from(["张江高科技园区", " 诊断试剂", "诊断试剂\u3000", "e\u0301", "诊断\n试剂", "诊断\0", "\ud800"]),
    st.text(max_size=40),
)
SENT = st.one_of(
    _NUMBERS, _TEXTS, st.booleans(), st.none(), st.floats(), st.decimals(), st.lists(_TEXTS, max_size=2), st.just({})
)


def outcome(check: object, *sent: object) -> tuple[object, ...]:
    try:
        value = check(*sent)  # type: ignore[operator]
    except MatcherError as error:
        return type(error), error.code, str(error)
    return type(value), value, str(value)


@given(field=st.sampled_from(list(REGISTRY)), sent=SENT)
def test_a_checker_says_what_check_value_says(field: Field, sent: object) -> None:
    said = outcome(check_value, field, sent)
    assert outcome(CHECKERS[field.code], sent) == said
    assert outcome(CHECKERS[field.code], sent) == said  # what is remembered too


@pytest.mark.parametrize(
    ("code", "sent", "value"),
    [
        ("headcount", 45, 45),
        ("revenue_wan", "293.520", Decimal("293.520")),
        ("region", "苏州市", "320500"),
        ("high_tech_enterprise", True, True),
        ("products", "诊断试剂、质控品（体外）", "诊断试剂、质控品（体外）"),
    ],
)
def test_what_is_plain_is_taken(code: str, sent: object, value: object) -> None:
    assert (CHECKERS[code](sent), str(CHECKERS[code](sent))) == (value, str(value))


@pytest.mark.parametrize(("code", "sent"), [("headcount", True), ("headcount", -1), ("rd_intensity_pct", "-3")])
def test_what_is_beyond_a_field_is_refused(code: str, sent: object) -> None:
    with pytest.raises(MatcherError):
        CHECKERS[code](sent)
