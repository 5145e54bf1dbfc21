"""An index read out row by row, and the same rows worked out from SQL alone: the two must be equal."""

from typing import Any

import numpy as np

from api.access.viewers import SYSTEM, Viewer
from api.bootstrap import Services
from api.party_index import PartyIndex
from matcher.derivation import derive
from matcher.eligibility.columns import Row, column_frame
from matcher.pairing.texts import party_text

Rows = dict[int, tuple[dict[str, Any], bytes]]
"""By key: the known columns, and the vector's bytes."""


def indexed(index: PartyIndex, viewer: Viewer) -> Rows:
    """Every row that a query of this viewer would see."""
    found: Rows = {}
    with index.open(viewer) as segments:
        for segment in segments:
            alive = np.ones(len(segment.frame), dtype=bool) if segment.gone is None else ~segment.gone
            vectors = segment.shelf.dense.rows()  # type: ignore[attr-defined]
            assert (
                len(vectors) == len(segment.frame) == len(segment.shelf.lexical.similarities("诊断", _every(segment)))
            )
            for place in np.flatnonzero(alive).tolist():
                row = known(segment.frame.row(place, named=True))
                assert row["key"] not in found, "a party stands in two segments"
                found[row["key"]] = row, vectors[place].tobytes()
    return found


def stored(services: Services, viewer: Viewer) -> Rows:
    """The rows as they follow from SQL, one at a time."""
    found: Rows = {}
    for batch in services.store.parties.iterate(SYSTEM):
        for key, party in batch:
            if party.tenant != viewer.tenant:
                continue
            values = derive(party.values)
            row = column_frame([Row(key, party.tenant, party.kind, values)]).row(0, named=True)
            vector = services.encoder.encode([party_text(party.kind, values)])[0]
            found[key] = known(row), vector.tobytes()
    return found


def known(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _every(segment: Any) -> np.ndarray:
    return np.arange(len(segment.frame))
