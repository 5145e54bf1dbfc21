"""No figure without words: what formulas, caps and quotes say is what the sources and the manual say."""

import re
import unicodedata
from pathlib import Path

import pytest

from matcher.catalogue.loader import load_catalogue
from matcher.policies.amounts import in_wan
from matcher.policies.benefit_files import built_in_benefits
from matcher.policies.benefits import BENEFICIARY_LABELS, Benefit
from matcher.policies.formulas import Constant, Formula, Tiers, branches, describe

REPOSITORY = Path(__file__).parents[3]
SEEDS = REPOSITORY.parent / "shared" / "seeds"
BENEFITS = built_in_benefits().benefits


def constants(formula: Formula):
    if isinstance(formula, Constant):
        yield formula.shown
    if isinstance(formula, Tiers):
        yield from ("5000万" if band.limit == 5000 else "2亿" for band in formula.bands if band.limit is not None)
    for part in branches(formula):
        yield from constants(part)


@pytest.mark.parametrize("benefit", BENEFITS, ids=lambda benefit: benefit.id)
def test_every_figure_stands_in_the_quote(benefit: Benefit):
    quote = benefit.clause.quote
    assert [figure for figure in constants(benefit.formula) if figure not in quote] == []
    if benefit.cap_yuan is not None:
        assert f"年度补助不超过{in_wan(benefit.cap_yuan)}万元" in quote
    if benefit.ceiling:
        assert re.search("不超过.*确定|不高于|最高", quote)


def test_a_boundary_that_the_text_leaves_open_is_assumed_aloud():
    (benefit,) = (item for item in BENEFITS if item.id == "benefit.suzhou-kedaitong-buchang")
    assert any("5000 万元归 40% 档、2 亿元归 40% 档" in note for note in benefit.assumptions)


def test_the_manual_lists_every_formula():
    manual = REPOSITORY.joinpath("docs", "benefits.md").read_text(encoding="utf-8")
    for item in BENEFITS:
        cap = "" if item.cap_yuan is None else f"{in_wan(item.cap_yuan)} 万元"
        row = [
            item.name,
            BENEFICIARY_LABELS[item.beneficiary],
            describe(item.formula),
            cap,
            "上限" if item.ceiling else "",
        ]
        assert f"| {' | '.join(row)} |" in manual, item.id


def comparable(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).replace("—", "-")


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the source texts are not beside this clone")
def test_quotes_are_those_of_the_sources():
    """Word for word up to width and spaces; the Zhejiang copy is in traditional characters and was checked apart."""
    seeds = comparable("".join(path.read_text(encoding="utf-8") for path in SEEDS.glob("00[0-3]_*.txt")))
    book, documents = built_in_benefits(), load_catalogue().documents
    clauses = {item.clause for item in book.benefits} | {scheme.clause for scheme in book.schemes.values()}
    clauses |= {rule.clause for scheme in book.schemes.values() for rule in scheme.exclusions if rule.clause}
    checked = [clause.quote for clause in clauses if clause.document != documents["zhejiang"].title]
    assert [quote for quote in checked if comparable(quote) not in seeds] == []
    assert len(checked) >= 15
