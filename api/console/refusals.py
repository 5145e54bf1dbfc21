"""What was refused, told in place (未许可): what was found or is lacking, what was expected, what to do."""

from collections.abc import Awaitable, Callable

from nicegui.element import Element

from api.console.blocks import tag
from api.console.desk import Desk
from api.errors import NotSignedIn, ServiceError
from matcher.errors import DealRefused, MatcherError


async def told(desk: Desk, place: Element, act: Callable[[], Awaitable[None]]) -> bool:
    """Do something; where it is refused, say so at a place of the page. Whether it was done."""
    place.clear()
    try:
        await act()
    except NotSignedIn:
        raise
    except (ServiceError, MatcherError) as error:
        with place:
            refusal(desk, error)
        return False
    return True


def refusal(desk: Desk, error: ServiceError | MatcherError) -> None:
    """One error as a note: a gate that is shut names each thing that it still asks for."""
    lacking = error.missing if isinstance(error, DealRefused) else ()
    with tag("div", "note red", role="alert"):
        if len(lacking) > 1:
            tag("b", "", desk.text("refusal.lacking", n=len(lacking)))
            with tag("ul", "points"):
                for phrase in lacking:
                    tag("li", "", phrase)
        else:
            tag("b", "", error.found)
        with tag("dl", "said"):
            tag("dt", "", desk.text("refusal.expected"))
            tag("dd", "", error.expected)
            tag("dt", "", desk.text("refusal.remedy"))
            tag("dd", "", error.remedy)
