import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from matcher.taxonomy.credit_codes import (
    ALPHABET,
    CreditCodeFault,
    check,
    check_character,
    normalise,
    organisation_check_character,
)

VALID = [
    "91350100M000100Y43",
    "91110108551385082Q",
    "91440300708461136T",
    "914403001922038216",
    "91320594780268314T",
    "913205830000001900",
]


@pytest.mark.parametrize("code", VALID)
def test_valid_codes(code):
    assert check(code) is None
    assert check(f" {code[:8].lower()}-{code[8:].lower()} ") is None
    assert normalise(f" {code.lower()}\n") == code


def test_remainder_zero_gives_zero():
    assert check_character("91320583000000190") == "0"


@pytest.mark.parametrize(
    ("code", "fault", "words"),
    [
        ("9135010", CreditCodeFault.LENGTH, "实为 7 位"),
        ("", CreditCodeFault.LENGTH, "实为 0 位"),
        ("91350100M000100Y4Z", CreditCodeFault.CHARACTER, "第 18 位“Z”"),
        ("9135010OM000100Y43", CreditCodeFault.CHARACTER, "第 8 位“O”"),
        ("91350100M000100Y44", CreditCodeFault.CHECK, "应为“3”"),
    ],
)
def test_what_is_wrong_is_named(code, fault, words):
    problem = check(code)

    assert problem is not None
    assert problem.fault is fault
    assert words in problem.message


def test_the_inner_check_is_found_where_the_outer_one_fits():
    body = "91320583" + "12345678" + "0"
    problem = check(body + check_character(body))

    assert organisation_check_character("12345678") == "8"
    assert problem is not None
    assert problem.fault is CreditCodeFault.ORGANISATION_CHECK
    assert "应为“8”" in problem.message


def test_departments_that_are_letters_are_allowed():
    body = "A1320583" + "12345678" + "8"

    assert check(body + check_character(body)) is None


digits = st.text("0123456789", min_size=8, max_size=8)


@settings(deadline=None)
@given(digits, st.text(ALPHABET, min_size=8, max_size=8))
def test_built_codes_are_valid_also_for_the_library_and_no_single_slip_is(office, organisation):
    inner = organisation_check_character(organisation)
    body = office + organisation + inner
    code = body + check_character(body)

    assert check(code) is None
    assert uscc.is_valid(code)
    slip = "1" if code[3] != "1" else "2"
    assert check(code[:3] + slip + code[4:]) is not None
