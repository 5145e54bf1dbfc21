"""Lists as XLSX (名单工作簿): the list with columns to fill in, why each pair is on it, how to read and fill it in.

Every text is written as text: a name that begins with = is not a formula. Files hold the day of approval instead of the
moment of writing, so that the same list written twice is the same file, byte by byte.
"""

from collections.abc import Iterable
from contextlib import closing
from datetime import date
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import IO

from api.access.profiles import PROFILE_FIELDS
from api.clock import CHINA
from api.delivery.guide import guide_lines
from api.delivery.headings import FILLED, told_headings
from api.delivery.list_frames import (
    WIDEST_GROUNDS,
    WIDEST_LISTED,
    Around,
    column_styles,
    frame_of,
    grounds_headings,
)
from api.delivery.lists import CONTACT, Delivery, Item
from api.delivery.sheet_rows import Cell, SheetRows, put_together
from api.delivery.shown import Shown, grounds
from api.exchange.exporting import SYNTHETIC_LABEL
from matcher.eligibility.results import STATE_LABELS, State
from matcher.learning.outcomes import OUTCOME_LABELS, Event, OutcomeState, current
from matcher.offers import OfferKind

_LIST, _GROUNDS = 1, 2
"""The places of the sheets in the workbook."""


def write_list(
    target: Path | IO[bytes], delivery: Delivery, institution: str, items: Iterable[Item], shown: Shown
) -> int:
    """Write the list of one institution, or of all under the platform's name; give the number of its rows."""
    rest = iter(items)
    first = next(rest, None)
    parts = () if first is None else tuple(label for label, _, _ in grounds(first.row).parts)
    with closing(_ListRows(shown, parts)) as rows:
        for item in chain(() if first is None else (first,), rest):
            rows.add(item)
        around = rows.around(f"{delivery.campaign.name}　{institution}")
        guide = guide_lines(delivery, institution, around.rows, shown, rows.days)
        frame = frame_of(around, guide, f"{delivery.campaign.name}名单", delivery.moment)
        put_together(frame, rows.sheets if around.rows else {}, target)
        return around.rows


class _ListRows:
    """The rows of the list and of the sheet of grounds, and what must be known of all of them."""

    def __init__(self, shown: Shown, parts: tuple[str, ...]) -> None:
        self.days: set[date] = set()
        self._shown, self._parts = shown, parts
        self._told = told_headings(shown)
        listed, why = column_styles(self._told, grounds_headings(parts))
        self.sheets = {_LIST: SheetRows(listed, WIDEST_LISTED), _GROUNDS: SheetRows(why, WIDEST_GROUNDS)}
        self._kinds: list[tuple[OfferKind, int]] = []

    def close(self) -> None:
        """Let go of the rows."""
        for rows in self.sheets.values():
            rows.close()

    def add(self, item: Item) -> None:
        """Add one pair."""
        self.sheets[_LIST].add((*told_cells(item, self._shown), *filled_cells(item)))
        self.sheets[_GROUNDS].add(grounds_cells(item, self._parts))
        if item.history:
            self.days.add(item.history[0].at.astimezone(CHINA).date())
        kind = OfferKind(item.kind)
        if not self._kinds or self._kinds[-1][0] is not kind:
            self._kinds.append((kind, self.sheets[_LIST].count))

    def around(self, title: str) -> Around:
        """What stands around the rows."""
        listed, why = self.sheets[_LIST], self.sheets[_GROUNDS]
        headings = (self._told, grounds_headings(self._parts))
        return Around(title, *headings, listed.count, (listed.widths, why.widths), tuple(self._kinds))


def told_cells(item: Item, shown: Shown) -> tuple[Cell, ...]:
    """What the platform says of a pair, in the order of `told_headings`."""
    row, match = item.row, item.row.match
    seeker = match["seeker"]
    if shown.everything:
        who: tuple[Cell, ...] = (seeker["name"], row.seeker_id, item.provider)
    else:
        who = (seeker["name"], item.consent, *(item.contact.get(code) for code in (CONTACT if shown.named else ())))
    return (
        row.id,
        row.rank,
        match["offer"]["name"],
        *who,
        *(item.profile.get(code) for code in PROFILE_FIELDS),
        row.points / 100,
        STATE_LABELS[State(row.eligibility)],
        "、".join(unknown["label"] for unknown in match["unknowns"]),
        OUTCOME_LABELS[current(item.history).state] if item.history else "未推送",
        SYNTHETIC_LABEL if match["synthetic"] else "",
    )


def filled_cells(item: Item) -> tuple[Cell, ...]:
    """What is known of the result already, in the order of `FILLED`; nothing before the institution said anything."""
    last: Event | None = current(item.history) if item.history else None
    if last is None or last.state is OutcomeState.PUSHED:
        return (None,) * len(FILLED)
    amount = None if last.amount_wan is None else float(last.amount_wan)
    day = last.at.astimezone(CHINA).date()
    return OUTCOME_LABELS[last.state], last.reason or None, amount, _rate(last.rate_pct), day


def _rate(rate: Decimal | None) -> Cell:
    """A rate below 1 % with its sign, for a bare 0.8 would be refused when it comes back."""
    return None if rate is None else float(rate) if rate >= 1 else f"{rate:f}%"


def grounds_cells(item: Item, parts: tuple[str, ...]) -> tuple[Cell, ...]:
    """Why a pair is on the list, in the order of `grounds_headings`; a part of 0 points is left out."""
    found = grounds(item.row)
    points = {label: points for label, points, _ in found.parts}
    return (
        item.row.id,
        item.row.match["offer"]["name"],
        *(points.get(label) or None for label in parts),
        item.row.points / 100,
        "\n".join(f"{label}：{said}" for label, _, said in found.parts if said),
        "\n".join(found.conditions),
        "\n".join(found.gaps),
        "、".join(found.unknowns),
    )
