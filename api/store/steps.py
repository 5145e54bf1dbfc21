"""Steps of the change feed (变更步): what was written or removed, with the parties as they stand."""

from collections.abc import Mapping
from dataclasses import dataclass

from matcher.parties import Values


@dataclass(frozen=True, slots=True)
class StoredParty:
    """A party as it is stored, unread: its key, platform, kind, and the JSON text of its facts (see `party_rows`)."""

    key: int
    tenant: str
    kind: str
    facts: str


@dataclass(frozen=True, slots=True)
class WrittenParty:
    """A party that this process has just written: its values as they were checked."""

    key: int
    tenant: str
    kind: str
    values: Values


@dataclass(frozen=True, slots=True)
class Step:
    """What the feed says after a sequence number.

    `touched` gives for each platform the keys that were written or removed, each with the number of its last change;
    `parties` are those of them that are there. `more`: the feed goes on, and rows may be newer than `sequence`.
    """

    sequence: int
    touched: Mapping[str, Mapping[int, int]]
    parties: tuple[StoredParty | WrittenParty, ...]
    more: bool
