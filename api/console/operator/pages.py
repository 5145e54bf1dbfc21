"""The pages of those who run a platform, in the order of their navigation."""

from api.console.operator import (
    audit,
    campaign,
    campaigns,
    hall,
    import_wizard,
    imports,
    offers,
    overview,
    parties,
    people,
    reviews,
    rules,
)
from api.console.pages import Page

PAGES: tuple[Page, ...] = (
    *overview.PAGES,
    *campaigns.PAGES,
    *campaign.PAGES,
    *parties.PAGES,
    *offers.PAGES,
    *rules.PAGES,
    *imports.PAGES,
    *import_wizard.PAGES,
    *hall.PAGES,
    *reviews.PAGES,
    *audit.PAGES,
    *people.PAGES,
)
