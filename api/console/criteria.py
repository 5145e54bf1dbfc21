"""Every criterion of a match (逐条核验): state, the firm's value with date and source, requirement, clause, gap."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.console.blocks import muted, span, tag
from api.console.desk import Desk
from api.console.field_inputs import Filled, field_input
from api.console.states import state
from matcher.declarations.registry import REGISTRY
from matcher.eligibility.results import State

Criterion = Mapping[str, Any]
Facts = Mapping[str, Mapping[str, Any]]
"""A party's facts as documents: `text`, `source` and `observed_on` by field code."""


def criteria(desk: Desk, found: Sequence[Criterion], facts: Facts, fill: Filled | None = None) -> None:
    """Show the criteria, the deciding ones first; with `fill` an unknown one has its input right there."""
    if not found:
        muted(desk.text("check.none"))
        return
    decisive = [item for item in found if item["decisive"]]
    beside = [item for item in found if not item["decisive"]]
    with tag("table", "criteria"):
        with tag("thead"), tag("tr"):
            for key in ("state", "requirement", "value", "clause"):
                tag("th", "", desk.text(f"check.{key}"), scope="col")
        with tag("tbody"):
            for item in decisive:
                _row(desk, item, facts, fill)
            for item in beside:
                _row(desk, item, facts, None)


def _row(desk: Desk, item: Criterion, facts: Facts, fill: Filled | None) -> None:
    with tag("tr", "" if item["decisive"] else "beside"):
        with tag("td"):
            state(desk.words, item["state"])
            if not item["decisive"]:
                tag("div", "small", desk.text("check.beside"))
        with tag("td"):
            tag("div", "", str(item["label"] or item["field_label"]))
            tag("div", "muted small", f"{item['field_label']} {item['required_text']}")
            if item["group"]:
                tag("div", "muted small", desk.text("check.group", name=item["group"]))
        with tag("td"):
            _value(desk, item, facts, fill)
        with tag("td"):
            _clause(desk, item)


def _value(desk: Desk, item: Criterion, facts: Facts, fill: Filled | None) -> None:
    if item["value_text"] is not None:
        tag("div", "", str(item["value_text"]))
        fact = facts.get(item["field"])
        if fact:
            said = desk.text("check.source", source=fact["source"], day=fact["observed_on"])
            tag("div", "muted small", said)
        elif item["field"] in REGISTRY and REGISTRY[item["field"]].derived_from:
            tag("div", "muted small", desk.text("check.derived"))
    elif fill is not None and item["state"] == State.UNKNOWN and item["field"] in REGISTRY:
        field_input(desk, item["field"], fill)
    else:
        span(desk.text("unknown"), "muted")
    if item["gap"]:
        tag("div", "small", desk.text("check.gap", gap=item["gap"]))


def _clause(desk: Desk, item: Criterion) -> None:
    clause = item["clause"]
    tag("div", "quote", f"“{clause['quote']}”")
    tag("div", "muted small", f"《{clause['document']}》{clause['article']}")
    if item["assumption"]:
        tag("div", "muted small", desk.text("check.assumption", text=item["assumption"]))
