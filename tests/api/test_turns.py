"""Writes give way to questions: they rest while one is in hand, not for long, and not at all otherwise."""

from threading import Event, Thread

import pytest

from api import turns
from api.turns import Turns, asked


def test_a_write_rests_until_the_last_question_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "REST_SECONDS", 60.0)
    mine, done, resting = Turns(), Event(), Event()

    def write() -> None:
        resting.set()
        mine.give_way()
        done.set()

    thread = Thread(target=write)
    with mine.asking():
        with mine.asking():
            thread.start()
            assert resting.wait(10)
        assert not done.wait(0.05), "one question is still in hand"
    assert done.wait(10)
    thread.join()


def test_a_write_goes_on_beside_questions_that_do_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "REST_SECONDS", 0.0)
    mine = Turns()
    with mine.asking():
        mine.give_way()
    with pytest.raises(ZeroDivisionError), mine.asking():
        1 / 0  # noqa: B018
    monkeypatch.setattr(turns, "REST_SECONDS", 60.0)
    mine.give_way()  # a question that failed is no longer in hand


def test_what_answers_counts_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Turns()
    monkeypatch.setattr(turns, "TURNS", mine)

    @asked
    def answer(left: int, *, right: int) -> tuple[int, int]:
        return left + right, mine._asked

    assert answer(1, right=2) == (3, 1)
    assert mine._asked == 0
