"""Benefits and schemes (惠企政策条目): what a text grants, to whom, by which formula, caps and exclusions."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from matcher.eligibility.criteria import Clause, Criterion
from matcher.offers import Offer
from matcher.policies.formulas import Formula


class Beneficiary(StrEnum):
    """Who gets the money (受益人)."""

    ENTERPRISE = "enterprise"
    BANK = "bank"
    INSURER = "insurer"


BENEFICIARY_LABELS = {
    Beneficiary.ENTERPRISE: "企业",
    Beneficiary.BANK: "放贷银行",
    Beneficiary.INSURER: "承保机构",
}


class BenefitKind(StrEnum):
    """What is paid for (补助事项)."""

    INTEREST = "interest"
    GUARANTEE_FEE = "guarantee_fee"
    VALUATION_FEE = "valuation_fee"
    PREMIUM = "premium"
    INSURED_SUM = "insured_sum"
    LOSS = "loss"
    REWARD = "reward"
    BOOTH_FEE = "booth_fee"


KIND_LABELS = {
    BenefitKind.INTEREST: "利息补助",
    BenefitKind.GUARANTEE_FEE: "担保费补助",
    BenefitKind.VALUATION_FEE: "评估费补助",
    BenefitKind.PREMIUM: "保险费补助",
    BenefitKind.INSURED_SUM: "承保补助",
    BenefitKind.LOSS: "风险补偿",
    BenefitKind.REWARD: "奖励",
    BenefitKind.BOOTH_FEE: "展位费补助",
}


@dataclass(frozen=True, slots=True)
class Benefit:
    """One benefit (一项补助、奖励或补偿).

    `offer` is the catalogue's entry with the conditions on the party; `settled` are conditions of that entry, by their
    label, that a loan's own facts decide. `requires` are further conditions on loan and party. The amount is `formula`,
    a maximum where `ceiling` says so, at most `cap_yuan` a year and at most the expense `spent` (an inference: what is
    subsidised is what was paid). `illustrate` replaces one amount by another to show what the formula would give.
    """

    id: str
    scheme: str
    kind: BenefitKind
    name: str
    beneficiary: Beneficiary
    offer: Offer
    clause: Clause
    formula: Formula
    settled: Mapping[str, Criterion]
    requires: Criterion | None = None
    cap_yuan: Decimal | None = None
    spent: str = ""
    ceiling: bool = False
    illustrate: tuple[str, str] | None = None
    notes: tuple[str, ...] = ()

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What was assumed for this benefit, then for the offer that it stands on."""
        return (*self.notes, *self.offer.assumptions)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Two kinds of benefit that one loan never gets together (不得同享); `when` limits it, None is always.

    `clause` is None where the text does not say it and `label` states the inference.
    """

    kinds: tuple[BenefitKind, BenefitKind]
    label: str
    clause: Clause | None = None
    when: Criterion | None = None


@dataclass(frozen=True, slots=True)
class Scheme:
    """Benefits under one text (办法): the most an enterprise gets a year in all, and what excludes what."""

    id: str
    name: str
    clause: Clause
    cap_yuan: Decimal | None = None
    exclusions: tuple[Exclusion, ...] = ()
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BenefitBook:
    """All schemes and benefits (惠企政策库), in the order of the files."""

    schemes: Mapping[str, Scheme]
    benefits: tuple[Benefit, ...]
