"""The conditions of an offer read as text (条件与条款): a numbered list, each with the clause that it comes from."""

from api.console.blocks import muted, span, tag
from api.console.desk import Desk
from matcher.eligibility.criteria import All, AnyOf, Clause, Criterion, Leaf, Not, Scored, conditions
from matcher.eligibility.gaps import plain, requirement


def rules(desk: Desk, criteria: Criterion | None) -> None:
    """All conditions of an offer; the outermost must hold together."""
    found = conditions(criteria)
    if not found:
        muted(desk.text("inst.no_conditions"))
        return
    muted(desk.text("inst.all_must_hold", n=len(found)))
    with tag("ol", "rules"):
        for item in found:
            with tag("li"):
                _one(desk, item)


def _one(desk: Desk, item: Criterion) -> None:
    match item:
        case Leaf():
            tag("div", "", item.label)
            if requirement(item) not in item.label:
                tag("div", "muted small", requirement(item))
            _clause(item.clause)
            if item.assumption:
                tag("div", "muted small", desk.text("inst.assumptions", text=item.assumption))
        case All(children=children, label=label):
            _several(desk, label or desk.text("inst.all_of"), children)
        case AnyOf(children=children, label=label, least=least):
            said = desk.text("inst.any_of", n=least)
            _several(desk, f"{label}：{said}" if label else said, children)
        case Not(child=child, label=label):
            _several(desk, label or desk.text("inst.none_of"), (child,))
        case Scored():
            _score(desk, item)


def _several(desk: Desk, heading: str, children: tuple[Criterion, ...]) -> None:
    tag("div", "", heading)
    with tag("ul", "rules"):
        for child in children:
            with tag("li"):
                _one(desk, child)


def _score(desk: Desk, scored: Scored) -> None:
    key = "inst.score_above" if scored.above else "inst.score_least"
    tag("div", "", f"{scored.label}：" + desk.text(key, n=plain(scored.least)))
    _clause(scored.clause)
    with tag("ul", "rules"):
        for table in scored.tables:
            with tag("li"):
                span(table.label)
                span(" " + desk.text("inst.score_most", n=plain(table.most)), "muted small")


def _clause(clause: Clause) -> None:
    if clause.quote:
        tag("div", "quote", f"“{clause.quote}”")
    tag("div", "muted small", f"《{clause.document}》{clause.article}")
