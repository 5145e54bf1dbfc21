"""An import before it is one: columns as guessed or chosen, a trial that writes nothing, problem rows as a workbook."""

from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from api.access.viewers import Viewer
from api.errors import ImportRefused, UnknownImport
from api.exchange.import_drafts import Drafts
from api.exchange.import_trials import SeenColumn, outlook, trial
from api.exchange.problem_books import problem_book
from matcher.fields import PartyKind
from matcher.parties import Party

FILE = """企业名称,注册资金(元),人手,老板爱好,省,市
甲公司,5000000,12,钓鱼,江苏省,苏州市
乙公司,3000000,很多,,江苏省,苏州市
,1,1,,,
甲公司,5000000,13,下棋,江苏省,苏州市
=1+1,1,1,,,
"""
DAY = date(2026, 11, 22)


class Stored:
    """A store that has one firm already."""

    def __init__(self) -> None:
        self.seen: list[Party] = []

    def would(self, _viewer: Viewer, parties: Sequence[Party], /) -> Mapping[str, str]:
        self.seen += parties
        return {party.id: "same" if party.name == "乙公司" else "new" for party in parties}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "名录.csv"
    path.write_text(FILE, "utf-8")
    return path


def test_each_column_has_its_field_and_three_samples(file: Path) -> None:
    columns = {item.header: item for item in outlook(file, PartyKind.ENTERPRISE, {}).columns}
    assert columns["企业名称"] == SeenColumn("企业名称", "name", ("甲公司", "乙公司", "=1+1"))
    assert columns["注册资金(元)"].field == "registered_capital_wan"
    assert (columns["老板爱好"].field, columns["老板爱好"].samples) == ("", ("钓鱼", "下棋"))
    assert columns["人手"].field == ""
    assert columns["省"].joint
    assert columns["市"].joint


def test_what_a_person_chose_goes_before_the_heading_and_its_unit_stays(file: Path) -> None:
    chosen = {"人手": "headcount", "注册资金(元)": "", "企业名称": "name"}
    columns = {item.header: item.field for item in outlook(file, PartyKind.ENTERPRISE, chosen).columns}
    assert (columns["人手"], columns["注册资金(元)"]) == ("headcount", "")
    stored = Stored()
    trial(stored, Viewer(), file, kind=PartyKind.ENTERPRISE, source="", observed_on=DAY, chosen={"人手": "headcount"})
    first = next(party for party in stored.seen if party.name == "甲公司")
    assert first.values["headcount"] == 13
    assert str(first.values["registered_capital_wan"]) == "500"


def test_a_file_without_a_name_is_read_once_its_column_is_chosen(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("谁,人数\n甲公司,3\n", "utf-8")
    with pytest.raises(ImportRefused):
        outlook(path, PartyKind.ENTERPRISE, {})
    assert outlook(path, PartyKind.ENTERPRISE, {"谁": "name"}).columns[0].field == "name"


def test_a_trial_accounts_for_every_row(file: Path, tmp_path: Path) -> None:
    rejects = tmp_path / "problems.csv"
    found = trial(
        Stored(),
        Viewer(),
        file,
        kind=PartyKind.ENTERPRISE,
        source="名录",
        observed_on=DAY,
        chosen={"人手": "headcount"},
        rejects=rejects,
    )
    assert (found.rows, found.new, found.same, found.merged, found.rejected, found.doubtful) == (5, 2, 1, 1, 1, 1)
    assert found.rows == found.new + found.changed + found.same + found.merged + found.rejected
    assert {result.line for result in found.examples} == {2, 3, 4}
    sheet = CalamineWorkbook.from_filelike(BytesIO(problem_book(rejects.read_bytes()))).get_sheet_by_index(0)
    rows = sheet.to_python()
    assert rows[0] == ["企业名称", "注册资金(元)", "人手", "老板爱好", "省", "市", "原因"]
    assert [row[0] for row in rows[1:]] == ["甲公司", "乙公司", ""]
    assert rows[3][-1] == "没有主体名称"


def test_a_cell_that_looks_like_a_formula_stays_text_and_as_it_was() -> None:
    content = "\ufeff行号,处理结果,问题列,原值,原因,企业名称\r\n6,未导入,,,坏,'=1+1\r\n7,未导入,,,坏,'引号\r\n".encode()
    rows = CalamineWorkbook.from_filelike(BytesIO(problem_book(content))).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]] == ["=1+1", "'引号"]


def test_a_file_waits_for_its_platform_alone(file: Path, tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "data")
    made = drafts.keep(Viewer(), file, "名录.csv", "0" * 64, PartyKind.ENTERPRISE)
    assert drafts.get(Viewer(), made.id) == made
    assert drafts.file(made).read_text("utf-8") == FILE
    for viewer, wanted in ((Viewer("elsewhere"), made.id), (Viewer(), "../" + made.id), (Viewer(), "0" * 32)):
        with pytest.raises(UnknownImport):
            drafts.get(viewer, wanted)
    drafts.forget(made)
    with pytest.raises(UnknownImport):
        drafts.get(Viewer(), made.id)
