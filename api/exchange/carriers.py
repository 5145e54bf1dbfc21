"""Measured carriers as documents (载体评价): marks by year, a radar's points, what changed, what lacks, measures."""

from api.carriers.desk import Measured
from api.carriers.shelf import StatedMeasures
from api.exchange.decimals import plain
from api.exchange.documents import Document
from api.store.carriers import EnteredFocus, EnteredValue
from matcher.carriers.facts import MOST_FOCUS
from matcher.carriers.measures import Dimension, Indicator
from matcher.carriers.scorecard import Change, DimensionMark, IndicatorMark, Scorecard
from matcher.dealflow.pipeline import Basis
from matcher.taxonomy import industries


def measured_document(measured: Measured) -> Document:
    """A carrier's marks. Numbers are text; null is unknown, never zero."""
    party = measured.carrier
    return {
        "carrier": {"id": party.id, "name": party.name, "synthetic": party.synthetic},
        "kind": party.values.get("carrier_kind"),
        "measures": {"id": measured.measures.id, "name": measured.measures.name, "version": measured.measures.version},
        "focus": focus_document(measured.focus),
        "years": [_year(measured, card) for card in measured.scorecards],
        "radar": radar(measured),
        "changes": [{"year": year, "dimensions": [_change(x) for x in found]} for year, found in measured.changes],
        "entered": [_entered(item) for item in measured.entered],
    }


def summary_document(measured: Measured) -> Document:
    """A carrier as a row of the list: its last year's mark with its bounds, what lacks, its focus."""
    party, card = measured.carrier, measured.scorecards[-1]
    return {
        "id": party.id,
        "name": party.name,
        "kind": party.values.get("carrier_kind"),
        "synthetic": party.synthetic,
        "year": card.year,
        "mark": plain(card.mark),
        "covered_pct": plain(card.covered_pct),
        "least": plain(card.least),
        "most": plain(card.most),
        "missing": len(card.missing),
        "focus": focus_document(measured.focus),
    }


def focus_document(focus: EnteredFocus | None) -> Document | None:
    """What a carrier focuses on; null where it has not told. `most` is how many industries there may be."""
    if focus is None:
        return None
    told = [
        {"industry": code, "name": industries.industry(code).name, "category": kind}
        for code, kind in focus.industries.items()
    ]
    return {"industries": told, "most": MOST_FOCUS, "at": focus.at.isoformat(), "by": focus.by}


def measures_summary(stated: StatedMeasures) -> Document:
    """A version of measures as a row of a list."""
    measures = stated.measures
    return {
        "id": measures.id,
        "name": measures.name,
        "province": measures.province,
        "version": measures.version,
        "since": measures.since,
        "own": stated.own,
        "file": stated.file,
        "kept": None if stated.kept is None else stated.kept.isoformat(),
        "by": stated.by,
    }


def measures_document(stated: StatedMeasures) -> Document:
    """A version of measures whole: dimensions with their indicators, and the file."""
    dimensions = [_stated_dimension(item) for item in stated.measures.dimensions]
    return measures_summary(stated) | {"dimensions": dimensions, "content": stated.content}


def radar(measured: Measured) -> Document:
    """The axes of a radar picture and each year's points on them, 0 to 100; null where nothing is known."""
    cards = measured.scorecards
    axes = list(dict.fromkeys(item.dimension.name for card in cards for item in card.dimensions))
    marks = [{item.dimension.name: plain(item.mark) for item in card.dimensions} for card in cards]
    years = [
        {"year": card.year, "marks": [of.get(axis) for axis in axes]} for card, of in zip(cards, marks, strict=True)
    ]
    return {"axes": axes, "years": years}


def _year(measured: Measured, card: Scorecard) -> Document:
    return {
        "year": card.year,
        "measures": card.version,
        "mark": plain(card.mark),
        "covered_pct": plain(card.covered_pct),
        "least": plain(card.least),
        "most": plain(card.most),
        "dimensions": [_dimension(measured, card.year, item) for item in card.dimensions],
        "missing": list(card.missing),
    }


def _dimension(measured: Measured, year: int, item: DimensionMark) -> Document:
    return {
        "name": item.dimension.name,
        "weight": plain(item.dimension.weight),
        "mark": plain(item.mark),
        "covered_pct": plain(item.covered_pct),
        "least": plain(item.least),
        "most": plain(item.most),
        "indicators": [_indicator(x) | {"target": _target(measured, year, x)} for x in item.indicators],
    }


def _target(measured: Measured, year: int, item: IndicatorMark) -> str | None:
    told = measured.target(year, item.indicator.id)
    return None if told is None else plain(told.value)


def _indicator(item: IndicatorMark) -> Document:
    given, stated = item.given, item.indicator
    return _stated_indicator(stated) | {
        "value": None if given is None else plain(given.value),
        "mark": plain(item.mark),
        "source": None if given is None else given.source,
        "on": None if given is None else given.on.isoformat(),
        "by": None if given is None else given.by,
        "evidence": None if given is None else given.evidence,
    }


def _stated_indicator(stated: Indicator) -> Document:
    return {
        "id": stated.id,
        "label": stated.label,
        "unit": stated.unit,
        "weight": plain(stated.weight),
        "zero": plain(stated.zero),
        "full": plain(stated.full),
        "computed": bool(stated.computed),
        "field": stated.field or None,
        **_basis(stated.basis),
    }


def _stated_dimension(item: Dimension) -> Document:
    return {
        "name": item.name,
        "weight": plain(item.weight),
        "kinds": sorted(item.kinds),
        "indicators": [_stated_indicator(x) for x in item.indicators],
        **_basis(item.basis),
    }


def _basis(basis: Basis) -> Document:
    return {"article": basis.article, "assumption": basis.assumption}


def _change(item: Change) -> Document:
    return {"name": item.name, "before": plain(item.before), "after": plain(item.after), "by": plain(item.by)}


def _entered(item: EnteredValue) -> Document:
    return {
        "kind": item.kind.value,
        "year": item.year,
        "indicator": item.indicator,
        "value": plain(item.value),
        "at": item.at.isoformat(),
        "by": item.by,
        "on": item.on.isoformat(),
        "evidence": list(item.evidence),
    }
