"""Investments (投资记录): who put money into whom, and the portfolio that they make of a fund (已投方向)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from matcher.offers import Holding
from matcher.parties import Values

MOST_WORDS = 200
"""So many characters of what a firm says of itself go into a portfolio: one long text must not outweigh ten firms."""
_SAID = ("products", "main_business", "industry_label")
"""The fields that tell what a firm does; what it needs is nobody's business here."""


@dataclass(frozen=True, slots=True)
class Investment:
    """One investment (投资记录). What is not known is None or empty, never zero.

    `investor` and `firm` are the names that were told; `investor_id` and `party_id` are parties of the platform and
    `offer_id` is the fund's offer, where they are known. `industry` is a GB/T 4754 code and `business` a description of
    the firm, for one that is not on the platform. `amount_wan` is in 万元, `stake_pct` in %. `deal_id` is the deal of
    this platform that paid it.
    """

    investor: str
    firm: str
    investor_id: str | None = None
    offer_id: str | None = None
    party_id: str | None = None
    industry: str = ""
    business: str = ""
    on: date | None = None
    round: str = ""
    amount_wan: Decimal | None = None
    stake_pct: Decimal | None = None
    source: str = ""
    deal_id: str | None = None


def portfolio_of(made: Iterable[Investment], known: Mapping[str, Values]) -> tuple[Holding, ...]:
    """A fund's portfolio out of its investments: each firm once, however many rounds it had, by name.

    `known` are the values of the firms that are on the platform, by id. They say what a firm does; what was told with
    the investment counts for the others.
    """
    told = tuple(made)
    linked = {plain_name(item.firm): item.party_id for item in told if item.party_id}
    firms: dict[str, list[Investment]] = {}
    for item in told:
        name = plain_name(item.firm)
        firms.setdefault(item.party_id or linked.get(name) or name, []).append(item)
    found = (_holding(rounds, known.get(key, {})) for key, rounds in firms.items())
    return tuple(sorted(found, key=lambda item: (item.name, item.industry, item.words, item.party)))


def plain_name(name: str) -> str:
    """A name in the form by which two spellings of it are the same: small letters, no spaces."""
    return "".join(name.casefold().split())


def _holding(told: Sequence[Investment], values: Values) -> Holding:
    industry = values.get("industry") or next((item.industry for item in told if item.industry), "")
    said = [str(values[code]) for code in _SAID if code in values]
    words = "。".join(dict.fromkeys(said)) or next((item.business for item in told if item.business), "")
    party = next((item.party_id for item in told if item.party_id), "")
    return Holding(str(industry), 1, (words or told[-1].firm)[:MOST_WORDS], told[-1].firm, party)
