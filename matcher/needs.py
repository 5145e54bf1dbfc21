"""Needs and seekers (需求、需求方): who asks, for what, and what their own words were understood to say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from matcher.fields import PartyKind, Value
from matcher.offers import OfferKind


@dataclass(frozen=True, slots=True)
class Understood:
    """One statement read out of free text (已理解): the field, its value, and the words that said it."""

    field: str
    value: Value
    words: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What free text was understood to say, and the clauses of it in which nothing was recognised (未理解)."""

    understood: tuple[Understood, ...]
    not_understood: tuple[str, ...]
    kinds: tuple[OfferKind, ...] = ()

    @property
    def values(self) -> dict[str, Value]:
        """The understood values by field code; of two statements on one field the later one stands."""
        return {item.field: item.value for item in self.understood}


@dataclass(frozen=True, slots=True)
class Need:
    """What a seeker wants (需求). Amount in 万元; None is unstated."""

    text: str = ""
    kinds: frozenset[OfferKind] = frozenset()
    amount_wan: Decimal | None = None
    term_months: int | None = None


@dataclass(frozen=True, slots=True)
class Seeker:
    """Who is matched (需求方): known values by field code, and the text that is compared with offers.

    `id` is a party's id, or empty for a question asked without an account.
    """

    kind: PartyKind
    values: Mapping[str, Value]
    text: str
    need: Need = Need()
    id: str = ""
    name: str = ""
    synthetic: bool = False
    reading: Reading = field(default=Reading((), ()))
