"""The enterprise's pages, in the order of its navigation (企业的页面)."""

from api.console.enterprise import algorithm, ask, consents, following, profile
from api.console.pages import Page

PAGES: tuple[Page, ...] = (
    *ask.PAGES,
    *profile.PAGES,
    *following.PAGES,
    *consents.PAGES,
    *algorithm.PAGES,
)
