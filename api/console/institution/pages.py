"""The pages of institutions, carriers and lead firms (页面), in the order of their navigation."""

from api.access.permissions import Permission
from api.access.viewers import Role
from api.console.institution import consented, effect, offer_form, pair, products, received, taking, workdesk
from api.console.institution.worth import worth_meeting
from api.console.pages import Page

_INSTITUTION, _CARRIER, _LEAD = (frozenset({role}) for role in (Role.INSTITUTION, Role.CARRIER, Role.LEAD_FIRM))
_ALL = _INSTITUTION | _CARRIER | _LEAD

PAGES = (
    Page("/workdesk", "workdesk", workdesk.show, Permission.DELIVERY_READ, "dashboard", _ALL),
    Page("/received", "received", received.show, Permission.DELIVERY_READ, "inbox", _ALL),
    Page("/received/{pair}", "received_one", pair.show, Permission.DELIVERY_READ),
    Page("/taking", "taking", taking.show, Permission.NEED_CLAIM, "bolt", _ALL),
    Page("/clients", "clients", worth_meeting("clients"), Permission.PROSPECT_READ, "person_search", _INSTITUTION),
    Page("/tenants", "tenants", worth_meeting("tenants"), Permission.PROSPECT_READ, "person_search", _CARRIER),
    Page("/suppliers", "suppliers", worth_meeting("suppliers"), Permission.PROSPECT_READ, "person_search", _LEAD),
    Page("/products", "products", products.own_page("products"), Permission.OFFER_READ, "inventory_2", _INSTITUTION),
    Page("/spaces", "spaces", products.own_page("spaces"), Permission.OFFER_READ, "domain", _CARRIER),
    Page("/demands", "demands", products.own_page("demands"), Permission.OFFER_READ, "campaign", _LEAD),
    Page("/own-offers/new", "own_offer_new", offer_form.show_new, Permission.OFFER_WRITE),
    Page("/own-offers/{offer}", "own_offer", products.show_one, Permission.OFFER_READ),
    Page("/own-offers/{offer}/edit", "own_offer_edit", offer_form.show_edit, Permission.OFFER_WRITE),
    Page("/effect", "effect", effect.show, Permission.OUTCOME_READ, "insights", _ALL),
    Page("/consented", "consented", consented.show, Permission.CONSENT_READ, "lock_open", _ALL),
)
