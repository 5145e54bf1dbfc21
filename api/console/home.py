"""The first address of the console (首页): leads to the first page of one's role, or says that there is none."""

from api.console.blocks import muted, title
from api.console.desk import Desk
from api.console.pages import Page


async def show(desk: Desk) -> None:
    """Say that the role has no pages; a role that has some is sent to the first of them before."""
    title(desk, "page.home")
    muted(desk.text("home.none"))


PAGES = (Page("/", "home", show),)
