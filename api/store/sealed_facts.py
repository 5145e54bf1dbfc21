"""Personal data in rows of parties (敏感字段): sealed before they are written, opened after they are read.

A row without personal data passes through untouched. Sealing is a function of key, place and value
(`api.access.sealing`), so that rows are compared, merged and fingerprinted as they are stored, without being opened.
"""

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from sqlalchemy import Connection, Text, cast, or_, select, update

from api.access.sealing import Seals, is_sealed, key_of
from api.store.database import Database
from api.store.marks import read_mark, write_mark
from api.store.party_rows import fingerprinted
from api.store.tables import parties
from api.store.upserting import Row, Stored
from matcher.declarations.registry import REGISTRY
from matcher.fields import Sensitivity

PERSONAL = frozenset(item.code for item in REGISTRY if item.sensitivity is Sensitivity.PERSONAL)
"""The fields that are sealed: 法定代表人、联系电话."""
DATA_KEY, ALL_SEALED = "data_key", "personal_sealed"
"""Marks: which key the store is sealed with; whether rows of before sealing have been sealed."""
_BATCH = 500
_log = structlog.get_logger(__name__)


def sealed_row(row: Row, tenant: str, seals: Seals) -> Row:
    """A row as `party_rows.row_of` lays it out, with its personal data sealed and its fingerprint taken anew."""
    facts = row["facts"]
    plain = [code for code in PERSONAL & facts.keys() if not is_sealed(facts[code][0])]
    if not plain:
        return row
    sealed = {code: [seals.seal(facts[code][0], tenant, row["id"], code), *facts[code][1:]] for code in plain}
    return fingerprinted({**row, "facts": {**facts, **sealed}})


def opened_row(row: Stored, seals: Seals) -> Stored:
    """A stored row with its personal data opened. Raises `DataKeyMissing`, `StoreDamaged`."""
    facts: Mapping[str, Any] = row["facts"]
    found = PERSONAL & facts.keys() if isinstance(facts, dict) else ()
    sealed = [code for code in found if is_sealed(facts[code][0])]
    if not sealed:
        return row
    tenant, party = row["tenant_id"], row["id"]
    plain = {code: [seals.open(facts[code][0], tenant, party, code), *facts[code][1:]] for code in sealed}
    return {**row, "facts": {**facts, **plain}}


def has_personal(row: Row) -> bool:
    """Whether a row holds anything that is sealed."""
    return not PERSONAL.isdisjoint(row["facts"])


def claim_key(connection: Connection, seals: Seals) -> None:
    """See in a writing transaction that the store is sealed with a key of ours; a store without one takes ours.

    Raises `DataKeyMissing`: a second machine with a key of its own must not write what the first cannot read.
    """
    if seals.expected is None:
        seals.expect(read_mark(connection, DATA_KEY))
        if seals.expected is None:
            write_mark(connection, DATA_KEY, seals.ring.current)
            seals.expect(seals.ring.current)


def seal_older_rows(database: Database, seals: Seals) -> int:
    """Seal, once, what stood in plain before there was sealing; gives how many rows. No key at hand: left for later."""
    with database.reading() as connection:
        if read_mark(connection, ALL_SEALED) is not None:
            return 0
    if not seals.at_hand:
        return 0
    found = _resealed(database, seals, lambda value: not is_sealed(value))
    with database.writing() as connection:
        write_mark(connection, ALL_SEALED, "1")
    if found:
        _log.info("personal_data_sealed", rows=found)
    return found


def rotate(database: Database, seals: Seals) -> int:
    """Seal everything anew with the current key; gives how many rows. Raises `DataKeyMissing`.

    May be stopped and run again: what is sealed with the current key already is left alone.
    """
    current = seals.ring.current
    done = _resealed(database, seals, lambda value: not is_sealed(value) or key_of(str(value)) != current)
    with database.writing() as connection:
        write_mark(connection, DATA_KEY, current)
    seals.expect(current)
    return done


def _resealed(database: Database, seals: Seals, stale: Callable[[object], bool]) -> int:
    """Walk the rows with personal data by key, a batch a transaction; no change is told: nothing derived changes."""
    text = cast(parties.c.facts, Text)
    holding = or_(*(text.contains(f'"{code}"', autoescape=True) for code in sorted(PERSONAL)))
    last = done = 0
    while True:
        with database.writing() as connection:
            query = select(parties).where(parties.c.key > last, holding).order_by(parties.c.key).limit(_BATCH)
            rows = connection.execute(query).mappings().all()
            fresh = [_anew(row, seals) for row in rows if any(stale(row["facts"][c][0]) for c in _held(row))]
            if fresh:
                claim_key(connection, seals)
            for key, values in fresh:
                connection.execute(update(parties).where(parties.c.key == key).values(**values))
        done += len(fresh)
        if len(rows) < _BATCH:
            return done
        last = rows[-1]["key"]


def _held(row: Stored) -> list[str]:
    return [code for code in PERSONAL if code in row["facts"]]


def _anew(row: Stored, seals: Seals) -> tuple[int, dict[str, Any]]:
    opened = opened_row(row, seals)
    sealed = sealed_row(dict(opened), row["tenant_id"], seals)
    return row["key"], {"facts": sealed["facts"], "digest": sealed["digest"]}
