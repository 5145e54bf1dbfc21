"""Rules answer as the texts do: each case of the YAML files here, and every offer with conditions has its cases."""

from collections import Counter
from pathlib import Path

import pytest

from api.cli.main import app
from matcher.catalogue.cases import Case, offers_by_name, read_cases, run_case
from matcher.catalogue.files import read_plain
from matcher.catalogue.loader import load_catalogue
from matcher.eligibility.criteria import Operator, conditions, leaves
from matcher.eligibility.results import State
from matcher.errors import InvalidCatalogue

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.yaml"))
OFFERS = load_catalogue().offers
CASES = [case for file in FILES for case in read_cases(file.name, file.read_bytes(), offers_by_name(OFFERS))]
ENOUGH = 5


def ident(case: Case) -> str:
    return f"{case.file.removesuffix('.yaml')}-{case.offer.id}-{case.name}"


@pytest.mark.parametrize("case", CASES, ids=ident)
def test_a_case_comes_out_as_its_text_says(case: Case) -> None:
    assert run_case(case).faults == ()


# every offer with conditions has its cases


def too_simple() -> dict[str, str]:
    """Offers that need no cases of their own, each with the reason."""
    groups = read_plain("too_simple.yaml", (HERE / "exempt" / "too_simple.yaml").read_bytes())
    assert isinstance(groups, list)
    listed: dict[str, str] = {}
    for group in groups:
        assert isinstance(group, dict)
        assert set(group) == {"reason", "offers"}
        for offer in group["offers"]:
            assert offer not in listed, offer
            listed[offer] = group["reason"]
    return listed


def test_every_offer_with_conditions_has_enough_cases_or_a_reason() -> None:
    counts = Counter(case.offer.id for case in CASES)
    conditional = {key for key, offer in OFFERS.items() if offer.criteria is not None}
    short = {key: counts[key] for key in conditional - set(too_simple()) if counts[key] < ENOUGH}
    assert short == {}


def test_only_what_is_simple_goes_without_cases() -> None:
    for key, reason in too_simple().items():
        criteria = OFFERS[key].criteria
        assert len(reason) >= 8
        assert criteria is not None
        assert len(conditions(criteria)) <= 2
        thresholds = {
            leaf.value for leaf in leaves(criteria) if leaf.operator in (Operator.GT, Operator.LE, Operator.LT)
        }
        thresholds |= {leaf.value for leaf in leaves(criteria) if leaf.operator is Operator.GE} - {1}
        assert not thresholds, key


# how cases are read


GOOD = """
- name: 甲
  offer: fund.kunshan-angel
  at: 2022-06-01
  party: {headcount: 30, revenue_wan: "12.50", region: 昆山市, founded_on: 2020-01-01}
  state: unknown
- {name: 乙, like: 甲, without: [revenue_wan], party: {headcount: 200}, state: unmet, gap: 恰在界限上}
"""


def read(text: str) -> tuple[Case, ...]:
    return read_cases("x.yaml", text.encode(), offers_by_name(OFFERS))


def test_a_case_may_start_from_an_earlier_one() -> None:
    first, second = read(GOOD)
    assert (first.party["region"], str(first.party["revenue_wan"])) == ("320583", "12.50")
    assert second.party["headcount"] == 200
    assert "revenue_wan" not in second.party
    assert (second.offer, second.at, second.line) == (first.offer, first.at, 7)
    assert run_case(second).faults == ()


FAULTS = {
    "unknown offer": ("offer: fund.kunshan-angel", "offer: fund.none", 3, "'fund.none'"),
    "unknown field": ("headcount: 30", "headcuont: 30", 5, "是否想写 headcount"),
    "wrong type": ("headcount: 30", "headcount: 三十", 5, "从业人员“三十”"),
    "unknown place": ("昆山市", "火星基地", 5, "火星基地"),
    "computed field": ("headcount: 30", "evaluation_score: 30", 5, "由评分算出"),
    "unknown state": ("state: unknown", "state: maybe", 6, "'maybe'"),
    "unknown key": ("state: unknown", "status: unknown", 6, "'status'"),
    "no day": ("  at: 2022-06-01\n", "", 2, "缺少 at"),
    "no such case": ("like: 甲", "like: 丙", 7, "'丙'"),
    "nothing to leave out": ("without: [revenue_wan]", "without: [trademarks]", 7, "'trademarks'"),
    "same name": ("name: 乙", "name: 甲", 7, "重复"),
    "points": ("gap: 恰在界限上", "points: [1, 2, 3]", 7, "points"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_case_is_refused_with_file_and_line(name: str) -> None:
    old, new, line, words = FAULTS[name]
    assert old in GOOD
    with pytest.raises(InvalidCatalogue) as caught:
        read(GOOD.replace(old, new))
    assert caught.value.parts == ()  # the cases that start from a faulty one are not blamed too
    assert caught.value.where.startswith("x.yaml")
    assert caught.value.line == line
    assert words in str(caught.value)


def test_all_faults_of_a_file_are_told_at_once() -> None:
    with pytest.raises(InvalidCatalogue) as caught:
        read(GOOD.replace("昆山市", "火星基地") + "- {name: 丙, state: met}\n- {nmae: 丁}\n")
    assert [part.line for part in caught.value.parts] == [5, 8, 9]


@pytest.mark.parametrize("text", ["", "[]", "cases: []", "- 甲"])
def test_a_file_that_is_no_list_of_cases_is_refused(text: str) -> None:
    with pytest.raises(InvalidCatalogue, match=r"x\.yaml"):
        read(text)


WRONG = {
    "state": ("state: unknown", "state: met", "应为 已满足，实为 待补充"),
    "gap": ("gap: 恰在界限上", "gap: 差 3 人", "差距应含“差 3 人”"),
    "points": ("state: unknown", "state: unknown\n  points: 60", "得分应为 60 分，实为 没有评分条件"),
    "force": ("at: 2022-06-01", "at: 2021-11-14", "应在施行期内"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_case_that_does_not_hold_says_what_was_expected_and_found(name: str) -> None:
    old, new, words = WRONG[name]
    faults = [fault for case in read(GOOD.replace(old, new)) for fault in run_case(case).faults]
    assert any(words in fault for fault in faults), faults


def test_a_gap_may_name_the_field_that_is_missing() -> None:
    first = read(GOOD)[0]
    said = run_case(Case(first.name, first.offer, first.at, first.party, State.UNKNOWN, gap="科技人员占比"))
    assert said.faults == ()


# the command


def test_the_command_passes_and_fails(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    app(["offers", "test", str(tmp_path)], standalone_mode=False)
    assert "共 2 例：通过 2，不通过 0" in capfd.readouterr().out
    (tmp_path / "bad.yaml").write_text(GOOD.replace("gap: 恰在界限上", "gap: 差 3 人"), encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        app(["offers", "test", str(tmp_path)])
    said = "".join(capfd.readouterr().out.split())
    assert stopped.value.code == 1
    assert "bad.yaml:7乙（fund.kunshan-angel）：差距应含“差3人”" in said
    assert "共4例：通过3，不通过1" in said
