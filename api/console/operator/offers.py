"""Offers (资源库): all that a platform sees, each with its terms, conditions, clauses and versions."""

from api.access.permissions import Permission
from api.access.viewers import STAFF
from api.clock import today
from api.console.blocks import bare, definition, line, link, muted, note, panel, quiet, tag, title
from api.console.columns import Column, ColumnKind, Row
from api.console.desk import Desk
from api.console.institution.rules_text import rules
from api.console.numbers import amount, day
from api.console.operator.parties import named
from api.console.pages import Page
from api.console.tables import Table
from matcher.catalogue.versions import series_of
from matcher.eligibility.criteria import conditions
from matcher.offers import OFFER_KIND_LABELS, Offer, OfferKind, OfferStatus, in_force

STATUS_KEYS = {OfferStatus.DRAFT: "draft", OfferStatus.APPROVED: "approved", OfferStatus.SUPERSEDED: "superseded"}


async def show_all(desk: Desk) -> None:
    """Every offer, by kind."""
    title(desk, "page.offers", under=desk.text("op.offer.under"))
    offers = await desk.work(desk.services.store.offers.list, desk.viewer)
    chosen = desk.query.get("kind", "")
    with tag("nav", "chips", aria_label=desk.text("op.offer.kind")):
        for kind in (None, *OfferKind):
            number = sum(kind is None or offer.kind is kind for offer in offers)
            current = "page" if (kind.value if kind else "") == chosen else None
            label = f"{OFFER_KIND_LABELS[kind] if kind else desk.text('op.party.all')} {number}"
            href = f"/console/offers?kind={kind.value}" if kind else "/console/offers"
            tag("a", "tag blue" if current else "tag", label, href=href, aria_current=current)
    text = desk.text
    columns = (
        Column("name", text("op.lists.offer"), pinned=True, width=280),
        Column("kind", text("op.offer.kind"), width=130),
        Column("provider", text("op.lists.provider"), width=220),
        Column("status", text("op.campaign.state"), width=110),
        Column("most", text("op.offer.most"), ColumnKind.NUMBER, "万元", width=150),
        Column("conditions", text("op.offer.conditions"), ColumnKind.NUMBER, width=110),
        Column("places", text("op.offer.places"), width=200),
        Column("source", text("op.offer.source")),
    )
    rows = [_row(desk, offer) for offer in offers if not chosen or offer.kind.value == chosen]
    Table("offers", text("page.offers"), columns, lambda key: desk.go(f"/offers/{key}")).show(desk, rows)


def _row(desk: Desk, offer: Offer) -> Row:
    most = offer.terms.amount_max_wan
    return {
        "id": offer.id,
        "name": offer.name,
        "kind": OFFER_KIND_LABELS[offer.kind],
        "provider": offer.provider,
        "status": status(desk, offer),
        "most": None if most is None else float(most),
        "conditions": len(conditions(offer.criteria)),
        "places": "、".join(filter(None, (named("region", code) for code in offer.service_regions[:3]))),
        "source": offer.source or offer.clauses[0].document,
    }


def status(desk: Desk, offer: Offer) -> str:
    """Whether it counts today."""
    if offer.status is OfferStatus.APPROVED and not in_force(offer, today()):
        return desk.text("op.offer.over")
    return desk.text(f"op.offer.{STATUS_KEYS[offer.status]}")


async def show(desk: Desk) -> None:
    """One offer as text, its versions, and the way to try its conditions on somebody."""
    offers = await desk.work(desk.services.store.offers.list, desk.viewer)
    offer = await desk.work(desk.services.store.offers.get, desk.viewer, desk.path["offer"])
    with line("apart"):
        with line():
            tag("h1", "", offer.name)
            tag("span", "tag blue", OFFER_KIND_LABELS[offer.kind])
            tag("span", "tag", status(desk, offer))
        with line():
            quiet(desk.text("op.rule.try"), lambda: desk.go(f"/rules?offer={offer.id}"), "rule")
            bare(desk.text("op.offer.all"), lambda: desk.go("/offers"))
    muted(f"{offer.provider} · {offer.id}")
    body(desk, offer)
    _versions(desk, offer, [item for item in offers if series_of(item) == series_of(offer)])


def body(desk: Desk, offer: Offer) -> None:
    """Terms, conditions and clauses."""
    text, terms = desk.text, offer.terms
    with panel(text("op.offer.terms")):
        tag("p", "", offer.summary)
        with tag("dl", "said"):
            definition(text("op.offer.amount"), f"{amount(terms.amount_min_wan, '')} ～ {amount(terms.amount_max_wan)}")
            definition(text("op.offer.rate"), f"{amount(terms.rate_min_pct, '')} ～ {amount(terms.rate_max_pct, '%')}")
            months = "—" if terms.term_months_max is None else text("op.offer.months", n=terms.term_months_max)
            definition(text("op.offer.term"), months)
            definition(text("op.offer.places"), _places(desk, offer))
            definition(text("op.offer.force"), f"{day(offer.effective_from)} ～ {day(offer.effective_to)}")
            definition(text("op.offer.confidence"), text(f"op.offer.confidence_{offer.confidence.value}"))
    with panel(text("op.offer.rules")):
        rules(desk, offer.criteria)
        for assumption in offer.assumptions:
            note(text("op.offer.assumption", text=assumption), "amber")
    with panel(text("op.offer.clauses")):
        for clause in offer.clauses:
            tag("div", "", f"《{clause.document}》{clause.article}")
            if clause.quote:
                tag("div", "quote", clause.quote)


def _places(desk: Desk, offer: Offer) -> str:
    found = "、".join(filter(None, (named("region", code) for code in offer.service_regions)))
    return found or desk.text("op.offer.everywhere")


def _versions(desk: Desk, offer: Offer, versions: list[Offer]) -> None:
    if len(versions) < 2:
        return
    with panel(desk.text("op.offer.versions", n=len(versions))):
        for item in sorted(versions, key=lambda each: (each.effective_from is None, each.effective_from)):
            with line():
                link(item.name, f"/offers/{item.id}")
                tag("span", "tag", status(desk, item))
                tag("span", "muted", f"{day(item.effective_from)} ～ {day(item.effective_to)}")
                if item.id != offer.id:
                    link(desk.text("op.rule.beside"), f"/rules?offer={offer.id}&beside={item.id}")


PAGES = (
    Page("/offers", "offers", show_all, Permission.OFFER_READ, "inventory_2", STAFF),
    Page("/offers/{offer}", "offer", show, Permission.OFFER_READ),
)
