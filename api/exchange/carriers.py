"""Measured carriers as documents (载体评价): marks by year, a radar's points, what changed, what lacks."""

from decimal import Decimal

from api.carriers.desk import Measured
from api.exchange.documents import Document
from api.store.carriers import EnteredValue
from matcher.carriers.scorecard import Change, DimensionMark, IndicatorMark, Scorecard


def measured_document(measured: Measured) -> Document:
    """A carrier's marks. Numbers are text; null is unknown, never zero."""
    party = measured.carrier
    return {
        "carrier": {"id": party.id, "name": party.name, "synthetic": party.synthetic},
        "kind": party.values.get("carrier_kind"),
        "measures": {"id": measured.measures.id, "name": measured.measures.name, "version": measured.measures.version},
        "years": [_year(card) for card in measured.scorecards],
        "radar": radar(measured),
        "changes": [{"year": year, "dimensions": [_change(x) for x in found]} for year, found in measured.changes],
        "entered": [_entered(item) for item in measured.entered],
    }


def radar(measured: Measured) -> Document:
    """The axes of a radar picture and each year's points on them, 0 to 100; null where nothing is known."""
    cards = measured.scorecards
    return {
        "axes": [item.dimension.name for item in cards[0].dimensions] if cards else [],
        "years": [{"year": card.year, "marks": [number(item.mark) for item in card.dimensions]} for card in cards],
    }


def _year(card: Scorecard) -> Document:
    return {
        "year": card.year,
        "mark": number(card.mark),
        "covered_pct": number(card.covered_pct),
        "least": number(card.least),
        "most": number(card.most),
        "dimensions": [_dimension(item) for item in card.dimensions],
        "missing": list(card.missing),
    }


def _dimension(item: DimensionMark) -> Document:
    return {
        "name": item.dimension.name,
        "weight": number(item.dimension.weight),
        "mark": number(item.mark),
        "covered_pct": number(item.covered_pct),
        "least": number(item.least),
        "most": number(item.most),
        "indicators": [_indicator(x) for x in item.indicators],
    }


def _indicator(item: IndicatorMark) -> Document:
    given, stated = item.given, item.indicator
    return {
        "id": stated.id,
        "label": stated.label,
        "unit": stated.unit,
        "weight": number(stated.weight),
        "full": number(stated.full),
        "computed": bool(stated.computed),
        "value": None if given is None else number(given.value),
        "mark": number(item.mark),
        "source": None if given is None else given.source,
        "on": None if given is None else given.on.isoformat(),
        "by": None if given is None else given.by,
        "evidence": None if given is None else given.evidence,
        "article": stated.basis.article,
        "assumption": stated.basis.assumption,
    }


def _change(item: Change) -> Document:
    return {"name": item.name, "before": number(item.before), "after": number(item.after), "by": number(item.by)}


def _entered(item: EnteredValue) -> Document:
    return {
        "year": item.year,
        "indicator": item.indicator,
        "value": number(item.value),
        "at": item.at.isoformat(),
        "by": item.by,
        "on": item.on.isoformat(),
        "evidence": list(item.evidence),
    }


def number(value: Decimal | None) -> str | None:
    """A number as plain decimal text."""
    return None if value is None else format(value.normalize() if value else Decimal(0), "f")
