"""tantivy (the engine of Quickwit, kin to Lucene): BM25 over the same characters and pairs, filtered by fast fields."""

from importlib.metadata import version
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

from tests.benchmarks.filters import Filter
from tests.benchmarks.peers.port import LIMIT, InProcess, Question
from tests.benchmarks.prepared import World

_TOKENISER = "pairs"
_NUMBERS = ("region", "industry", "headcount", "founded")


class Tantivy(InProcess):
    """A question is the disjunction of its characters and pairs; the filter scores nothing."""

    settings = f"tantivy {version('tantivy')}, 1-2-grams, BM25, range queries over fast fields"

    def build(self, world: World, folder: Path) -> None:
        """Index every text."""
        index = tantivy.Index(_schema(), path=str(folder))
        _with_tokeniser(index)
        writer = index.writer(heap_size=512_000_000)
        frame = world.plain().with_row_index("number")
        for row, text in zip(frame.iter_rows(named=True), world.texts(), strict=True):
            document = tantivy.Document()
            document.add_text("text", text)
            for name in ("number", *_NUMBERS):
                if row[name] is not None:
                    document.add_integer(name, row[name])
            if row["capital"] is not None:
                document.add_float("capital", row["capital"])
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()

    def open(self, world: World, folder: Path) -> None:
        """Open the index."""
        self._index = tantivy.Index.open(str(folder))
        _with_tokeniser(self._index)
        self._searcher = self._index.searcher()
        self._analyser = _analyser()

    def search(self, question: Question, chosen: Filter) -> NDArray[np.int64]:
        """One disjunction under a filter; the numbers are read from a fast field."""
        schema = self._index.schema
        terms = sorted(set(self._analyser.analyze(question.text)))
        words = tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "text", term, "freq")) for term in terms]
        )
        conditions = [
            (tantivy.Occur.Must, tantivy.Query.const_score_query(item, 0.0)) for item in _ranges(schema, chosen)
        ]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Must, words), *conditions])
        hits = self._searcher.search(query, limit=LIMIT, count=False).hits
        found = self._searcher.fast_field_values("number", [address for _, address in hits])
        return np.array(found, dtype=np.int64)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name=_TOKENISER, index_option="freq")
    for name in ("number", *_NUMBERS):
        builder.add_integer_field(name, fast=True)
    builder.add_float_field("capital", fast=True)
    return builder.build()


def _analyser() -> tantivy.TextAnalyzer:
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(1, 2)).build()


def _with_tokeniser(index: tantivy.Index) -> None:
    index.register_tokenizer(_TOKENISER, _analyser())


def _ranges(schema: tantivy.Schema, chosen: Filter) -> list[tantivy.Query]:
    integer, most = tantivy.FieldType.Integer, (1 << 31)
    bounded = [
        tantivy.Query.range_query(schema, code, integer, low, high) for code, (low, high) in chosen.ranges().items()
    ]
    return [
        *bounded,
        tantivy.Query.range_query(schema, "founded", integer, chosen.founded, most),
        tantivy.Query.range_query(schema, "capital", tantivy.FieldType.Float, chosen.capital, 1e15),
    ]
