"""The pages of carriers measured (页面): for whoever runs the platform all of them, for a carrier its own."""

from api.access.permissions import Permission
from api.access.viewers import STAFF, Role
from api.console.carriers import listing, measures, scorecard
from api.console.pages import Page

PAGES = (
    Page("/carriers", "carriers", listing.show, Permission.CARRIER_READ, "radar", STAFF | {Role.CARRIER}),
    Page("/carriers/measures", "measures", measures.show, Permission.CARRIER_READ),
    Page("/carriers/{carrier}", "carrier", scorecard.show, Permission.CARRIER_READ),
)
