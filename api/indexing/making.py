"""Making segments of stored parties (成段): laid out, encoded, their terms counted, in the order of their keys."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from api.indexing.layout import laid_out
from api.indexing.views import Segment, View
from api.store.steps import Step, StoredParty, WrittenParty
from api.turns import TURNS
from embeddings.lexical import LexicalIndex
from embeddings.vectors import Vectors
from matcher.pairing.ports import TextEncoder

_SLICE = 256
"""Texts that are encoded between two rests: some 15 ms."""


@dataclass(frozen=True, slots=True)
class Maker:
    """What it takes to make a party findable."""

    encoder: TextEncoder

    def changed(self, view: View, step: Step, words: LexicalIndex) -> View:
        """The view after a step of the feed; new texts are weighed by how rare each term is in `words`."""
        ordered = sorted(step.parties, key=lambda party: (party.tenant, party.key))
        fresh = {
            tenant: self.segment(list(group), step.touched[tenant], words)
            for tenant, group in groupby(ordered, lambda party: party.tenant)
        }
        return view.changed(step.sequence, step.touched, fresh)

    def segment(
        self, parties: Sequence[StoredParty | WrittenParty], numbers: Mapping[int, int], words: LexicalIndex
    ) -> Segment:
        """One platform's parties, by rising key, as a segment; `numbers` tells for each key its last change."""
        TURNS.give_way()
        rows = laid_out(parties)
        sequences = np.array([numbers[key] for key in rows.keys.tolist()], dtype=np.int64)
        vectors = Vectors.of(np.concatenate(list(self._encoded(rows.texts))))
        TURNS.give_way()
        return Segment(rows.keys, rows.frame, vectors, LexicalIndex.of(rows.texts, like=words), sequences)

    def _encoded(self, texts: Sequence[str]) -> Iterator[NDArray[np.float32]]:
        for start in range(0, max(len(texts), 1), _SLICE):
            TURNS.give_way()
            yield self.encoder.encode(texts[start : start + _SLICE])
