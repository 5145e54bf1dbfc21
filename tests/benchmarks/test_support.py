"""What the benchmarks stand on: a world that is the same every time, filters that all engines understand alike."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from api.store.party_rows import row_of
from matcher.eligibility.filtering import met_rows
from matcher.pairing.texts import party_text
from tests.benchmarks.engine import recalled
from tests.benchmarks.filters import Filter, filters
from tests.benchmarks.peers.ours import columns
from tests.benchmarks.prepared import plain_columns
from tests.benchmarks.report import table, write_section
from tests.benchmarks.world import AT, CHUNK, chunks, party


@pytest.fixture(scope="module")
def world() -> pl.DataFrame:
    return pl.concat(chunks(CHUNK))


def test_a_small_world_is_the_beginning_of_a_large_one(world: pl.DataFrame) -> None:
    assert pl.concat(chunks(300)).equals(world.head(300))
    assert world["number"].to_list() == list(range(CHUNK))
    assert not next(chunks(100, seed=1)).equals(world.head(100))


def test_a_row_is_a_party_that_the_store_takes_and_the_encoder_reads_alike(world: pl.DataFrame) -> None:
    for row in world.head(50).iter_rows(named=True):
        made = party(row, "local")
        assert made.synthetic
        assert party_text(made.kind, made.values) == row["text"]
        assert set(row_of(made)["facts"]) == {code for code, value in row.items() if value is not None} - {
            "number",
            "text",
        } | {"credit_code"}


def test_every_filter_passes_its_share_and_the_rule_says_the_same(world: pl.DataFrame) -> None:
    plain = plain_columns(world)
    for chosen in filters(plain):
        passing = np.flatnonzero(chosen.passing(plain))
        assert abs(len(passing) - chosen.share * CHUNK) <= 2
        assert Filter.read({**chosen.written(), "region": list(chosen.region)}) == chosen
        assert np.array_equal(np.flatnonzero(met_rows(columns(world), chosen.criterion(), AT)), passing)
        sql = pl.SQLContext(world=plain.with_row_index("place"), eager=True)
        assert sql.execute(f"SELECT place FROM world WHERE {chosen.sql()}")["place"].to_list() == passing.tolist()


def test_recall_counts_what_is_there_and_may_pass() -> None:
    vectors = np.eye(4, dtype=np.float32)
    query = np.array([0.9, 0.8, 0.8, 0.1], dtype=np.float32)
    passing, truth = np.array([True, True, True, False]), np.array([0, 1])

    def recall(*found: int) -> float:
        return recalled(np.array(found), truth, passing, vectors, query)

    assert recall(0, 1) == recall(2, 0) == 1.0  # 2 is as near as 1
    assert recall(0, 0) == recall(0, 3) == 0.5
    assert recall(3) == 0.0


def test_a_section_takes_the_place_of_its_older_self(tmp_path: Path) -> None:
    document = tmp_path / "benchmarks.md"
    for name, body in (("a", "first"), ("b", "second"), ("a", table(["x", "y"], [["1", "2"]]))):
        write_section(name, name.upper(), body, document)
    text = document.read_text(encoding="utf-8")
    assert "first" not in text
    assert text.count("<!-- a: begin -->") == text.count("<!-- b: end -->") == 1
    assert text.index("| 1 | 2 |") < text.index("second")
