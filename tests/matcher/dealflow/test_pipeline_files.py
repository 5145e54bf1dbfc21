"""Pipeline files are read strictly: every fault is told with its line, and each part says what it rests on."""

import re
from pathlib import Path

import pytest
import yaml

from matcher.catalogue.loader import load_catalogue
from matcher.dealflow import reading
from matcher.dealflow.pipeline import Basis, Pipeline
from matcher.dealflow.reading import read_pipeline
from matcher.errors import InvalidCatalogue
from tests.matcher.dealflow.worlds import KUNSHAN, kunshan, pipelines

FOLDER = Path(reading.__file__).parent / "pipelines"
TEXT = (FOLDER / "kunshan-angel.yaml").read_text(encoding="utf-8")
OFFERS = load_catalogue().offers


def changed(old: str, new: str) -> bytes:
    assert old in TEXT, old
    return TEXT.replace(old, new, 1).encode()


FAULTS = [
    ("kind: fund", "kind: found", "admission"),
    ("offer: fund.kunshan-angel\ndoc", "offer: fund.kunshan-angle\ndoc", "是否想写 fund.kunshan-angel"),
    ("by: [applicant], article", "by: [aplicant], article", "是否想写 applicant"),
    ("next: [qualification, closed]", "next: [qualifikation, closed]", "是否想写 qualification"),
    ("{document: application, article", "{document: aplication, article", "是否想写 application"),
    ("{check: qualification, article", "{check: qualified, article", "qualification"),
    ("{vote: investment, article", "{vote: invest, article", "investment"),
    ("- {paid: true, assumption", "- {paid: false, assumption", "true"),
    ("{paid: true, assumption", "{paid: true, exited: true, assumption", "不止一个门槛"),
    ("passing: {votes: 4", "passing: {votes: 6", "1 到 5"),
    ("passing: {votes: 4", "passing: {votes: 0", "正整数"),
    ("counts: last", "counts: best", "first"),
    ("{investment: decision, exit: post}", "{exit: post}", "investment"),
    ("size: {wan: 30000", "size: {wan: -30000", "不小于 0"),
    ("size: {wan: 30000, ", "size: {", "缺少 wan"),
    ("consent: sasac_consent", "consent: consent", "sasac_consent"),
    ("phase: investment, months: 36", "phase: investing, months: 36", "investment"),
    ("fee_pct: 1, fee_base: subscribed", "fee_base: subscribed", "缺少 fee_pct"),
    ("    final: true\n    gates", "    gates", "final 与 next 不相符"),
    ("pays: true", "pays: yes", "true 或 false"),
    ("pays: true", "paid: true", "不认识的键"),
    ("- {id: local_review, label", "- {id: application, label", "重复"),
    ("id: seat_finance", "id: manager", "与角色重名"),
    ('operator: under, value: ["320583"]', 'operator: under, value: ["999999"]', "999999"),
    (", assumption: 原文未写未通过项目的去向，按终止登记、保留全部记录理解", "", "没有依据"),
    ("final: true, assumption: 原文未写未通", "final: true, quote: 原文未写未通", "有 quote 而无 article"),
    ("label: 申请企业, article", "label: 申请企业, label: 甲, article", "重复"),
]


@pytest.mark.parametrize(("old", "new", "said"), FAULTS)
def test_a_fault_is_told_with_its_line(old: str, new: str, said: str) -> None:
    with pytest.raises(InvalidCatalogue, match=re.escape(said)) as caught:
        read_pipeline("kunshan-angel.yaml", changed(old, new), OFFERS)
    first = min((part for part in (caught.value.parts or (caught.value,))), key=lambda part: part.line or 0)
    at = TEXT[: TEXT.index(old)].count("\n") + 1
    assert first.line is not None
    assert at - 4 <= first.line <= at + old.count("\n") + 1 or said in ("重复", "与角色重名")


def test_the_version_changes_with_any_byte() -> None:
    again = read_pipeline("kunshan-angel.yaml", TEXT.encode(), OFFERS)
    assert again.version == kunshan().version
    assert read_pipeline("kunshan-angel.yaml", TEXT.encode() + b"\n", OFFERS).version != again.version


def bases(pipeline: Pipeline) -> list[Basis]:
    named = (*pipeline.roles.values(), *pipeline.documents.values(), *pipeline.checks.values())
    found = [item.basis for item in (*named, *pipeline.stages.values(), *pipeline.triggers.values())]
    found += [gate.basis for stage in pipeline.stages.values() for gate in stage.gates]
    found += [stage.deadline.basis for stage in pipeline.stages.values() if stage.deadline]
    found += list(pipeline.committee.bases.values()) if pipeline.committee else []
    found += list(pipeline.fund.bases.values()) if pipeline.fund else []
    return found


@pytest.mark.parametrize("name", [KUNSHAN, "pipeline.generic-fund", "pipeline.carrier-admission"])
def test_every_part_has_its_words_or_its_assumption(name: str) -> None:
    pipeline = pipelines()[name]
    assert all((basis.article and basis.quote) or basis.assumption for basis in bases(pipeline))
    reached, waiting = {pipeline.first.id}, [pipeline.first.id]
    while waiting:
        for stage in pipeline.stages[waiting.pop()].next:
            if stage not in reached:
                reached.add(stage)
                waiting.append(stage)
    assert reached == set(pipeline.stages)


def test_templates_say_that_they_are_no_text() -> None:
    generic = yaml.safe_load((FOLDER / "generic-fund.yaml").read_text(encoding="utf-8"))
    assert "quote" not in str(generic)
    assert "非任何文件的规定" in pipelines()["pipeline.generic-fund"].document
