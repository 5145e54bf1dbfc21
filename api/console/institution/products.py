"""One's own offers (我的资源): an institution's products, a carrier's space and services, a lead firm's demands."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from nicegui import ui

from api.access.permissions import Permission
from api.access.viewers import Role
from api.clock import today
from api.console.blocks import address, definition, empty, line, link, note, panel, primary, quiet, span, tag, title
from api.console.desk import Desk
from api.console.institution.ownership import own_offers
from api.console.institution.rules_text import rules
from api.console.match_card import terms
from api.console.numbers import UNKNOWN, day
from api.console.pages import Show
from api.exchange.documents import offer_document, offer_summary
from api.exchange.own_offers import ended, written
from matcher.eligibility.criteria import conditions
from matcher.errors import UnknownOffer
from matcher.fields import PARTY_KIND_LABELS
from matcher.offers import Offer, in_force, institution_of
from matcher.taxonomy import industries, regions

WORTH: Mapping[Role, str] = {Role.CARRIER: "tenants", Role.LEAD_FIRM: "suppliers"}
"""The page of those worth meeting, by role; an institution's is `clients`."""


def own_page(name: str) -> Show:
    """The list under a name of its own: products, spaces or demands."""

    async def show(desk: Desk) -> None:
        offers = await desk.work(own_offers, desk.services.store, desk.viewer)
        may_write = desk.may(Permission.OFFER_WRITE)
        with line("apart"):
            title(desk, f"page.{name}", under=desk.text(f"inst.{name}_under"))
            if may_write and offers:
                primary(desk.text(f"inst.new.{name}"), lambda: desk.go("/own-offers/new"), "add")
        if not offers:
            first = [(desk.text(f"inst.new.{name}"), lambda: desk.go("/own-offers/new"))] if may_write else []
            empty(desk.text(f"inst.no_{name}"), first)
            return
        tag("p", "muted small", desk.text("table.count", n=len(offers)))
        with tag("div", "columns"):
            for offer in sorted(offers, key=lambda item: not in_force(item, today())):
                _card(desk, offer)

    return show


def _card(desk: Desk, offer: Offer) -> None:
    with tag("a", "role", href=address(f"/own-offers/{offer.id}")):
        tag("b", "", offer.name)
        with line():
            span(desk.text(f"inst.kind.{offer.kind.value}"), "tag")
            standing(desk, offer)
            if offer.synthetic:
                span(desk.text("synthetic"), "tag")
        tag("span", "small", offer.summary)
        said = terms(desk, offer_summary(offer)["terms"])
        count = desk.text("inst.n_conditions", n=len(conditions(offer.criteria)))
        tag("span", "muted small", " · ".join(part for part in (said, count) if part))


def standing(desk: Desk, offer: Offer) -> None:
    """Whether it takes part in matching today."""
    open_now = in_force(offer, today())
    with tag("span", "state state-met" if open_now else "state state-not_applicable"):
        ui.icon("play_circle" if open_now else "pause_circle").props("aria-hidden=true")
        tag("span", "", desk.text("inst.offer_open" if open_now else "inst.offer_closed"))


async def show_one(desk: Desk) -> None:
    """One offer with its rules read as text, its terms, and what one may do with it."""
    offer = await desk.work(mine, desk, desk.path["offer"])
    home = {Role.CARRIER: "/spaces", Role.LEAD_FIRM: "/demands"}.get(desk.viewer.role, "/products")
    ui.page_title(f"{offer.name} · {desk.text('product')}")
    link(desk.text("inst.back_to_offers"), home)
    with line("apart"):
        with tag("div", "stack tight"):
            tag("h1", "", offer.name)
            with line():
                span(desk.text(f"inst.kind.{offer.kind.value}"), "tag")
                standing(desk, offer)
                if offer.synthetic:
                    span(desk.text("synthetic"), "tag")
        _acts(desk, offer)
    tag("p", "", offer.summary)
    with tag("div", "columns"):
        with panel(desk.text("inst.terms")):
            _facts(desk, offer)
        with panel(desk.text("inst.rules")):
            rules(desk, offer.criteria)
    if offer.preferences:
        with panel(desk.text("inst.preferences")), tag("ul", "rules"):
            for leaf in offer.preferences:
                tag("li", "", leaf.label)
    if offer.assumptions:
        note(desk.text("inst.assumptions", text="；".join(offer.assumptions)))


def mine(desk: Desk, offer: str) -> Offer:
    """An offer of the viewer's own party; raise `UnknownOffer` for any other."""
    found = desk.services.store.offers.get(desk.viewer, offer)
    if institution_of(found) != desk.viewer.party_id:
        raise UnknownOffer(found=f"资源编号 {offer[:40]!a}", expected="本单位的资源", remedy="请从列表进入")
    return found


def _acts(desk: Desk, offer: Offer) -> None:
    worth = WORTH.get(desk.viewer.role, "clients")
    with line():
        if in_force(offer, today()):
            primary(desk.text(f"inst.see.{worth}"), lambda: desk.go(f"/{worth}?offer={offer.id}"))
        if not desk.may(Permission.OFFER_WRITE) or offer.tenant != desk.viewer.tenant:
            return
        quiet(desk.text("inst.edit"), lambda: desk.go(f"/own-offers/{offer.id}/edit"), "edit")

        async def close() -> None:
            await _set_last_day(desk, offer)

        quiet(desk.text("inst.close_offer" if in_force(offer, today()) else "inst.reopen_offer"), close)


async def _set_last_day(desk: Desk, offer: Offer) -> None:
    """Close from today on, or open again; either is undone by the other."""
    last = today() - timedelta(days=1) if in_force(offer, today()) else None
    await desk.work(written, desk.services.store, desk.viewer, offer.id, ended(offer, last), today())
    desk.services.parties.catch_up()
    desk.go(f"/own-offers/{offer.id}")


def _facts(desk: Desk, offer: Offer) -> None:
    document = offer_document(offer)
    comma = desk.text("list.comma")
    with tag("dl", "said"):
        definition(desk.text("inst.gives"), terms(desk, document["terms"]) or desk.text("inst.unstated"))
        definition(desk.text("inst.audience"), comma.join(PARTY_KIND_LABELS[kind] for kind in sorted(offer.audience)))
        definition(desk.text("inst.where"), _names(desk, [regions.full_name(code) for code in offer.service_regions]))
        named = [industries.industry(code).name for code in offer.industry_focus]
        definition(desk.text("inst.industries"), _names(desk, named))
        definition(desk.text("inst.from"), day(offer.effective_from))
        definition(desk.text("inst.to"), day(offer.effective_to) if offer.effective_to else desk.text("inst.no_end"))
        definition(desk.text("inst.focus"), offer.focus or UNKNOWN)


def _names(desk: Desk, names: Sequence[str]) -> str:
    return desk.text("list.semicolon").join(names) or desk.text("inst.anywhere")
