"""All pages of the console (页面表), in the order in which the navigation lists them."""

from api.console import account, home, long_work
from api.console.carriers import pages as carriers
from api.console.dealflow import pages as dealflow
from api.console.duties import pages as duties
from api.console.enterprise import pages as enterprise
from api.console.institution import pages as institution
from api.console.operator import pages as operator
from api.console.pages import Page

PAGES: tuple[Page, ...] = (
    *home.PAGES,
    *enterprise.PAGES,
    *institution.PAGES,
    *operator.PAGES,
    *dealflow.PAGES,
    *carriers.PAGES,
    *duties.PAGES,
    *account.PAGES,
    *long_work.PAGES,
)
