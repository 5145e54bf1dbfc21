"""Parties (主体): organisations and what is known of them, each fact with its source and the day it was seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from matcher.fields import PartyKind, Value

Values = Mapping[str, Value]
"""Known values by field code. A field that is not known is absent."""


class Fact(NamedTuple):
    """One known value (事实): where it came from and the day it was observed.

    A tuple: a party has a score of them, and a frozen dataclass takes six times as long to make.
    """

    value: Value
    source: str
    observed_on: date


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation (主体): enterprise, team, carrier, institution or operator.

    `facts` hold only what is known; `synthetic` marks invented demonstration data and is shown wherever the party is.
    """

    id: str
    kind: PartyKind
    name: str
    facts: Mapping[str, Fact]
    tenant: str
    source: str
    observed_on: date
    synthetic: bool = False

    @property
    def values(self) -> dict[str, Value]:
        """The known values by field code."""
        return {code: fact.value for code, fact in self.facts.items()}
