"""A part of a task asks the same of fewer texts."""

from types import SimpleNamespace

import numpy as np

from embeddings.evaluation.comparison import part_of, section_in, table, texts_a_second, with_section
from embeddings.evaluation.tasks import Task

_TASK = Task(
    "letters",
    tuple(f"问{number}" for number in range(20)),
    tuple(f"答{number}" for number in range(30)),
    tuple(frozenset({number, number + 1}) for number in range(20)),
)


def _exact(queries, candidates):
    """Scores 1 where the numbers are the same."""
    return np.array([[float(x[1:] == y[1:]) for y in candidates] for x in queries], dtype=np.float32)


def test_what_is_right_stays_right_among_fewer_candidates():
    part = part_of(_TASK, queries=4, candidates=12)
    assert (len(part.queries), len(part.candidates)) == (4, 12)
    for query, right in zip(part.queries, part.relevant, strict=True):
        number = int(query[1:])
        assert {part.candidates[position] for position in right} == {f"答{number}", f"答{number + 1}"}


def test_all_that_is_right_is_kept_even_beyond_the_number_of_candidates():
    part = part_of(_TASK, queries=20, candidates=5)
    assert part.candidates == tuple(f"答{number}" for number in range(21))


def test_a_part_as_large_as_the_whole_is_the_whole_and_the_draw_is_the_same_each_time():
    assert part_of(_TASK, queries=100, candidates=100) == _TASK
    assert part_of(_TASK, queries=4, candidates=12) == part_of(_TASK, queries=4, candidates=12)
    assert part_of(_TASK, queries=4, candidates=12) != part_of(_TASK, queries=4, candidates=12, seed=1)


def test_the_table_has_each_task_and_the_mean():
    blind = Task("blind", ("问99",), ("答1", "答2", "答3"), (frozenset({0}),))
    rows = table((_TASK, blind), {"exact": _exact})
    assert rows[0] == "| MRR | letters | blind | mean |"
    assert rows[2] == "| exact | 1.000 | 0.500 | 0.750 |"  # all tied: the middle of three places


def test_speed_is_texts_by_the_best_round(monkeypatch):
    ticks = iter([0.0, 4.0, 10.0, 12.0, 20.0, 25.0])
    clock = SimpleNamespace(perf_counter=lambda: next(ticks))
    monkeypatch.setattr("embeddings.evaluation.comparison.time", clock)

    class Encoder:
        def encode(self, texts):
            return texts

    assert texts_a_second(Encoder(), ["一"] * 10) == 5.0


def test_a_section_takes_the_place_of_the_one_before_and_outlives_new_tables(tmp_path):
    document = tmp_path / "retrieval.md"
    assert section_in(document) == ""
    document.write_text(with_section("# Tables\n", ""), encoding="utf-8")
    assert section_in(document) == ""
    document.write_text(with_section("# Tables\n", "## Beside one\nrows\n"), encoding="utf-8")
    assert document.read_text(encoding="utf-8") == "# Tables\n\n## Beside one\nrows\n"
    kept = section_in(document)
    assert with_section("# New tables\n", kept) == "# New tables\n\n## Beside one\nrows\n"
    replaced = with_section(document.read_text(encoding="utf-8"), "## Beside two\n")
    assert replaced == "# Tables\n\n## Beside two\n"
