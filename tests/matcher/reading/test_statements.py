"""Statements are read as the table says, to the value; every recogniser is needed; any text is safe and quick."""

from collections.abc import Callable
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.declarations.registry import REGISTRY
from matcher.fields import PYTHON_TYPES, Value
from matcher.reading import statements
from matcher.reading.clauses import Recogniser
from matcher.reading.statements import RECOGNISERS, read_statements
from tests.matcher.reading.sentences import AT, KINDS, SENTENCES, WHOLE
from tests.thorough import examples

FRAGMENTS = [
    *SENTENCES,
    *KINDS,
    "，",
    "。",
    "、",
    "没有",
    "我们",
    "客户",
    "300万",
    "\x00",
    "\ud800",
    "😀",
    "1e400",
    "NaN",
]


@pytest.mark.parametrize(("text", "expected"), SENTENCES.items(), ids=list(SENTENCES))
def test_reads_exactly_what_is_said(text: str, expected: dict[str, Value]) -> None:
    assert read_statements(text, at=AT).values == expected


@pytest.mark.parametrize(("text", "expected"), KINDS.items(), ids=list(KINDS))
def test_kinds_are_what_is_asked_for(text: str, expected: frozenset[str]) -> None:
    assert {kind.value for kind in read_statements(text, at=AT).kinds} == expected


@pytest.mark.parametrize("lost", RECOGNISERS, ids=lambda recognise: recognise.__name__)
def test_no_recogniser_can_be_lost(lost: Recogniser, monkeypatch: pytest.MonkeyPatch) -> None:
    rest = tuple(recognise for recognise in RECOGNISERS if recognise is not lost)
    monkeypatch.setattr(statements, "RECOGNISERS", rest)
    assert any(read_statements(text, at=AT).values != expected for text, expected in SENTENCES.items())


@pytest.mark.parametrize("text", [text for text, expected in SENTENCES.items() if expected])
def test_shows_the_words_that_said_it(text: str) -> None:
    reading = read_statements(text, at=AT)
    words = [part for item in reading.understood for part in item.words.split("；")]
    assert words
    assert all(part and part in text for part in words)


def test_words_are_the_speakers_own_and_what_is_left_is_shown() -> None:
    reading = read_statements("你好！公司成立 3 年，研发团队２０人，竞争对手成立10年，天气不错。", at=AT)
    assert [(item.field, item.words) for item in reading.understood] == [
        ("age_years", "成立 3 年"),
        ("tech_staff", "研发团队２０人"),
    ]
    assert reading.not_understood == ("竞争对手成立10年", "天气不错")


def test_others_are_spoken_of_until_the_speaker_returns() -> None:
    reading = read_statements("竞争对手成立10年，员工300人。我们员工30人", at=AT)
    assert reading.values == {"headcount": 30}


def test_the_last_of_two_statements_stands_once() -> None:
    reading = read_statements("员工30人，更正一下，员工35人", at=AT)
    assert [(item.field, item.value) for item in reading.understood] == [("headcount", 35)]


@pytest.mark.parametrize("text", ["", "   ", "，。！？", "😀😀", "\x00", "\ud800\udfff", "\n\n"])
def test_a_text_that_says_nothing_reads_as_nothing(text: str) -> None:
    reading = read_statements(text, at=AT)
    assert (reading.understood, reading.not_understood, reading.kinds) == ((), (), ())


@pytest.mark.parametrize("noise", ["\x00", "\ud800", "😀"])
def test_noise_between_statements_changes_nothing(noise: str) -> None:
    for text, expected in WHOLE.items():
        assert read_statements(f"{noise}{text}{noise}", at=AT).values == expected


@given(st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=6)), max_size=12).map("".join))
@settings(max_examples=examples(150), deadline=None)
def test_any_text_is_read_into_declared_fields_of_the_right_type(text: str) -> None:
    reading = read_statements(text, at=AT)
    for item in reading.understood:
        field = REGISTRY[item.field]
        assert type(item.value) is PYTHON_TYPES[field.type]
        assert not field.choices or set([item.value] if isinstance(item.value, str) else item.value) <= set(
            field.choices
        )
        assert all(words in text for words in item.words.split("；"))
    assert len({item.field for item in reading.understood}) == len(reading.understood)
    assert read_statements(text, at=AT) == reading


_REAL = "，".join(WHOLE)


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "1,",
        "一",
        "成立",
        "是苏州",
        "是高企、",
        "贷款",
        "，我们",
        "有专利",
        "没有",
        "融资",
        "300-",
        "大概约",
        "的",
        " ",
        "\ud800",
    ],
)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    def seconds(size: int) -> float:
        text = (unit * size)[:size]
        start = process_time()
        read_statements(text, at=AT)
        return process_time() - start

    seconds(1_000)
    small, large = min(seconds(5_000) for _ in range(3)), seconds(20_000)
    assert large < 12 * small + 0.05


def test_two_hundred_characters_take_a_few_milliseconds() -> None:
    text = (_REAL * 2)[:200]
    assert _best(lambda: read_statements(text, at=AT)) < 0.01


def test_a_hundred_thousand_characters_take_seconds_at_most() -> None:
    text = (_REAL * 500)[:100_000]
    assert _best(lambda: read_statements(text, at=AT), times=1) < 5


def _best(work: Callable[[], object], times: int = 10) -> float:
    spans = []
    for _ in range(times):
        start = process_time()
        work()
        spans.append(process_time() - start)
    return min(spans)
