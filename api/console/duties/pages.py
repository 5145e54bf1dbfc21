"""The pages of duties to report (页面), for whoever runs the platform."""

from api.access.permissions import Permission
from api.access.viewers import STAFF
from api.console.duties import calendar
from api.console.pages import Page

PAGES = (Page("/duties", "duties", calendar.show, Permission.DUTY_READ, "event_note", STAFF),)
