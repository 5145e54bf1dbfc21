"""Investments as documents (投资记录): what was told, by whom; a firm's id only for whom may know it."""

from api.access.masking import Masker
from api.exchange.decimals import plain
from api.exchange.documents import Document
from api.investments.desk import Listed
from api.store.investments import InvestmentRecord
from matcher.investments import Investment
from matcher.taxonomy import industries


def listed_document(listed: Listed, masker: Masker) -> Document:
    """A stretch of the records that stand, how many there are, and what the platform's own deals paid."""
    return {
        "count": listed.count,
        "investments": [record_document(item, masker) for item in listed.records],
        "paid": [investment_document(item, masker) for item in listed.paid],
    }


def history_document(history: tuple[InvestmentRecord, ...], masker: Masker) -> Document:
    """What stands of one investment, and all that was told of it before, in order."""
    told = [record_document(item, masker) for item in history]
    return told[-1] | {"history": told}


def record_document(record: InvestmentRecord, masker: Masker) -> Document:
    """One record; `number` is its place among those of its id."""
    told = {"by": record.told.by, "at": record.told.at.isoformat(), "why": record.told.why}
    head = {"id": record.id, "number": record.number, "removed": record.removed, **told}
    return head | investment_document(record.investment, masker)


def investment_document(item: Investment, masker: Masker) -> Document:
    """What was told of an investment; null or empty is unknown, never zero. Money is text, in 万元."""
    known = industries.find_code(item.industry) if item.industry else None
    named = item.party_id is not None and masker.sight(item.party_id).named
    return {
        "investor": item.investor,
        "investor_id": item.investor_id,
        "offer_id": item.offer_id,
        "firm": item.firm,
        "party_id": item.party_id if named else None,
        "industry": item.industry or None,
        "industry_name": known.name if known else None,
        "business": item.business,
        "on": None if item.on is None else item.on.isoformat(),
        "round": item.round,
        "amount_wan": plain(item.amount_wan),
        "stake_pct": plain(item.stake_pct),
        "source": item.source,
        "deal_id": item.deal_id,
    }


def parties_of(listed: Listed) -> set[str]:
    """The firms of the platform that a list tells of."""
    made = (*(item.investment for item in listed.records), *listed.paid)
    return {item.party_id for item in made if item.party_id}
