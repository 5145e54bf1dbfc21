"""Letters, bundles and file names: Chinese, complete, the same when made twice."""

import json
import zipfile
from hashlib import sha256
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from api.delivery.bundles import MANIFEST, bundle, list_file, whole_list
from api.delivery.file_names import FileNames, safe_name
from api.delivery.letters import LetterWriter
from api.errors import UnknownAssignment
from api.store.store import Store
from tests.api.delivery.worlds import BANKS, a_campaign, lists


def text_of(content: bytes) -> str:
    document = Document(BytesIO(content))
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def test_a_letter_says_which_institutions_why_what_is_lacking_and_on_what_basis(store: Store) -> None:
    campaign, _ = a_campaign(store)
    of = lists(store, campaign)
    items = of.of_seeker("uscc-1")
    said = text_of(LetterWriter(of.delivery).letter(items))
    row = items[0].row
    for part in (
        "示例企业1：", BANKS[1], row.id, "61.25", row.match["reasons"][0], row.match["gaps"][0],
        row.match["unknowns"][0]["label"], "首贷扩面专项行动方案", "1 个工作日内受理", "演示数据（虚构）",
        "〔请填写联系人",
    ):  # fmt: skip
        assert part in said
    with pytest.raises(UnknownAssignment):
        of.of_seeker("none")


def test_letters_do_not_depend_on_those_before_them(store: Store) -> None:
    campaign, _ = a_campaign(store)
    of = lists(store, campaign)
    groups = list(of.by_seeker())
    assert len(groups) == 6
    one, other = LetterWriter(of.delivery), LetterWriter(of.delivery)
    forth = [one.letter(items) for items in groups]
    back = [other.letter(items) for items in reversed(groups)]
    assert forth == back[::-1]
    assert len(set(forth)) == 6


def test_names_that_xml_cannot_hold_are_written_without_what_it_cannot(store: Store) -> None:
    campaign, _ = a_campaign(store, names="甲\x0b&<b>\x01公司")
    of = lists(store, campaign)
    assert text_of(LetterWriter(of.delivery).letter(of.of_seeker("uscc-0"))).split("\n")[1] == "甲&<b>公司0："


def test_every_font_is_named_for_both_scripts_and_pages_have_head_and_foot(store: Store) -> None:
    campaign, _ = a_campaign(store)
    of = lists(store, campaign)
    document = Document(BytesIO(LetterWriter(of.delivery).letter(of.of_seeker("uscc-0"))))
    for name, face in (("Normal", "宋体"), ("Title", "黑体"), ("Heading 1", "黑体")):
        fonts = document.styles[name].element.rPr.rFonts
        assert {fonts.get(qn(script)) for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs")} == {face}
        assert fonts.get(qn("w:asciiTheme")) is None
    section = document.sections[0]
    assert section.header.paragraphs[0].text == "本级平台"
    assert "首贷扩面演示" in section.footer.paragraphs[0].text
    assert "PAGE" in section.footer.paragraphs[0]._p.xml


def test_a_bundle_holds_every_export_and_is_the_same_twice(store: Store) -> None:
    campaign, _ = a_campaign(store, names="同名")
    content = b"".join(bundle(lists(store, campaign)))
    assert content == b"".join(bundle(lists(store, campaign)))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members.pop(MANIFEST))
    assert {item["name"]: item["sha256"] for item in manifest["files"]} == {
        name: sha256(member).hexdigest() for name, member in members.items()
    }
    assert manifest["frozen"]["offers"] == "v1"
    assert len(members) == 1 + 2 + 6
    assert members["平台总名单（内部）.xlsx"] == whole_list(lists(store, campaign))
    assert members[f"机构名单/{BANKS[0]}.xlsx"] == list_file(lists(store, campaign), BANKS[0])[1]


@given(st.text())
def test_any_name_makes_a_file_name_that_windows_takes(text: str) -> None:
    name = safe_name(text)
    assert name
    assert name == safe_name(name)
    assert not set(name) & set('<>:"/\\|?*')
    assert name.isprintable()
    assert not name.endswith((".", " "))
    assert len(name) <= 61
    assert name.split(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}


@given(st.lists(st.sampled_from(["a", "A", "b", "a（2）", "CON"])))
def test_files_of_an_archive_have_names_of_their_own(texts: list[str]) -> None:
    names = FileNames()
    given_out = [names.unique("x", text, ".docx").casefold() for text in texts]
    assert len(set(given_out)) == len(texts)
