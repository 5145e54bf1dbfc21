"""The pages of those who run a platform, in the order of their navigation."""

from api.console.operator import campaign, campaigns
from api.console.pages import Page

PAGES: tuple[Page, ...] = (*campaigns.PAGES, *campaign.PAGES)
