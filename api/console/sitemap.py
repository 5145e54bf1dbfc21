"""All pages of the console (页面表), in the order in which the navigation lists them."""

from api.console import home, long_work
from api.console.enterprise import ask
from api.console.operator import pages as operator
from api.console.pages import Page

PAGES: tuple[Page, ...] = (
    *home.PAGES,
    *operator.PAGES,
    *ask.PAGES,
    *long_work.PAGES,
)
