"""The pages of 投资+孵化 (页面), for whoever runs the platform."""

from api.access.permissions import Permission
from api.access.viewers import STAFF
from api.console.dealflow import funds, library, project
from api.console.pages import Page

PAGES = (
    Page("/deals", "deals", library.show, Permission.DEAL_READ, "view_kanban", STAFF),
    Page("/deals/{deal}", "deal", project.show, Permission.DEAL_READ),
    Page("/funds", "funds", funds.show_all, Permission.DEAL_READ, "account_balance", STAFF),
    Page("/funds/{fund}", "fund", funds.show_one, Permission.DEAL_READ),
)
