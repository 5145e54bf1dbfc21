"""Every benefit, case by case: amounts worked out by hand from the clauses, each boundary on both sides."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from matcher.catalogue.files import read_file
from matcher.declarations.registry import REGISTRY
from matcher.fields import FieldType
from matcher.policies.benefit_files import built_in_benefits
from matcher.policies.claims import Claim, claim_of
from matcher.policies.loans import FIELDS, DayCount, Loan
from matcher.policies.quantities import NAMES, scope_of
from tests.matcher.policies.worlds import AT, loan, party

_FILE = Path(__file__).with_name("cases.yaml")
CASES: list[dict[str, Any]] = read_file(_FILE.name, _FILE.read_bytes())["cases"]  # type: ignore[assignment]


def typed(code: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if code == "day_count" and value is not None:
        return DayCount(value)
    numeric = NAMES[code].type in (FieldType.MONEY, FieldType.PERCENT, FieldType.NUMBER)
    return Decimal(value) if numeric and value is not None else value


def claimed(case: dict[str, Any]) -> Claim:
    changes = {code: typed(code, value) for code, value in case.get("loan", {}).items()}
    facts = {code: typed(code, value) for code, value in case.get("party", {}).items()}
    at: date = case.get("at", AT)
    benefit = next(item for item in built_in_benefits().benefits if item.id == f"benefit.{case['of']}")
    return claim_of(benefit, scope_of(party(case.get("in", "ningxia"), **facts), loan(**changes), at), at)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_a_benefit_gives_what_its_clause_says(case):
    claim = claimed(case)
    assert claim.state.value == case["state"], [(check.label, check.state.value) for check in claim.checks]
    assert claim.amount.value == (None if case["yuan"] is None else Decimal(case["yuan"]))
    assert {item.code for item in claim.lacking} == set(case.get("lacking", ()))
    if "at_most" in case:
        assert claim.amount.high == Decimal(case["at_most"])
    if "capped" in case:
        assert bool(claim.capped_by) is case["capped"]
    if "illustration" in case:
        assert claim.illustration == Decimal(case["illustration"])


def test_every_benefit_has_a_case_that_may_be_claimed_and_no_case_is_of_nothing():
    claimable = {f"benefit.{case['of']}" for case in CASES if case["state"] in ("met", "manual_review")}
    assert claimable == {item.id for item in built_in_benefits().benefits}
    assert len({case["name"] for case in CASES}) == len(CASES)


def test_the_fields_of_a_loan_are_declared_once_and_none_is_a_field_of_a_party():
    declared = {field.code for field in FIELDS}
    held = {field.name for field in fields(Loan)}
    assert declared <= held
    assert held - declared == {"other_fees_yuan", "fee_cycles", "no_other_fees", "name"}
    assert not [code for code in declared if code in REGISTRY]
