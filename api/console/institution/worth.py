"""Who is worth meeting now (值得见的对象): the best seekers of today for each of one's own offers, masked."""

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from api.access.audit import Action
from api.console.blocks import dialog, empty, line, muted, note, span, tag, title
from api.console.columns import Column, ColumnKind, Row
from api.console.desk import Desk
from api.console.institution.consent_mark import explained, mark
from api.console.institution.grounds import fit, grounds, profile
from api.console.institution.ownership import own_offers
from api.console.numbers import count
from api.console.pages import Show
from api.console.states import state
from api.console.tables import Table
from api.exchange.answers import prospect_answer_document
from api.requests import ProspectRequest
from matcher.offers import Offer

LISTED = 500
"""So many of an offer's best seekers are listed."""
Document = Mapping[str, Any]


def worth_meeting(name: str) -> Show:
    """The page under a name of its own: clients of an institution, tenants of a carrier, suppliers of a lead firm."""

    async def show(desk: Desk) -> None:
        title(desk, f"page.{name}", under=desk.text(f"inst.{name}_under"))
        offers = await desk.work(own_offers, desk.services.store, desk.viewer, in_force_only=True)
        if not offers:
            empty(desk.text("inst.no_offers"), [(desk.text("inst.new_offer"), lambda: desk.go("/own-offers/new"))])
            return
        await _Choice(desk, name, offers).show()

    return show


class _Choice:
    """One offer is chosen; its seekers stand beneath."""

    def __init__(self, desk: Desk, name: str, offers: Sequence[Offer]) -> None:
        self._desk, self._name = desk, name
        self._offers = {offer.id: offer for offer in offers}
        asked = desk.query.get("offer", "")
        self._chosen = asked if asked in self._offers else offers[0].id

    async def show(self) -> None:
        desk = self._desk
        names = {key: offer.name for key, offer in self._offers.items()}
        with line():
            chosen = ui.select(names, value=self._chosen, label=desk.text("inst.for_offer"))
            chosen.props("outlined dense options-dense").style("min-width: min(420px, 80vw)")
            chosen.on_value_change(lambda: desk.go(f"{self._path}?offer={chosen.value}"))
        document = await desk.work(prospects, desk, self._chosen)
        self._numbers(document)
        if not document["matches"]:
            empty(desk.text("inst.nobody_fits"))
            return
        matches = {match["party_id"]: match for match in document["matches"]}
        rows = [_row(desk, match) for match in matches.values()]
        table = Table(
            self._name, desk.text(f"page.{self._name}"), _columns(desk), lambda key: _open(desk, matches[key])
        )
        table.show(desk, rows)

    @property
    def _path(self) -> str:
        return f"/{self._name}"

    def _numbers(self, document: Document) -> None:
        desk, text = self._desk, self._desk.text
        shown, able = len(document["matches"]), document["eligible"]
        muted(text("inst.considered", considered=count(document["considered"]), able=count(able), shown=count(shown)))
        if desk.services.store.offers.get(desk.viewer, self._chosen).synthetic:
            note(text("inst.invented"))


def prospects(desk: Desk, offer: str) -> Document:
    """The best seekers of an offer as the viewer may see them; noted in the audit log as one look at so many."""
    services, viewer = desk.services, desk.viewer
    answer = services.matchmaker.prospects(viewer, ProspectRequest(offer, LISTED))
    seekers = [match.seeker_id for match in answer.matches]
    document = prospect_answer_document(answer, services.sights.masker(viewer, seekers))
    services.audit.seen(viewer, Action.PROSPECTS_SEEN, subjects=seekers, detail={"offer": offer})
    others = [match for match in document["matches"] if match["party_id"] != viewer.party_id]
    return {**document, "matches": others}


def _columns(desk: Desk) -> tuple[Column, ...]:
    text = desk.text
    return (
        Column("name", text("inst.enterprise"), pinned=True, width=380),
        Column("score", text("match.fit"), ColumnKind.NUMBER, width=100),
        Column("eligibility", text("inst.eligibility"), width=130),
        Column("missing", text("inst.missing"), width=180),
        Column("consent", text("inst.consent"), width=120),
        Column("industry", text("inst.profile.industry"), width=170),
        Column("region", text("inst.profile.region"), width=190),
        Column("size_class", text("inst.profile.size_class"), width=80),
        Column("life_stage", text("inst.profile.life_stage"), width=90),
        Column("age_years", text("inst.profile.age_years"), width=110),
    )


def _row(desk: Desk, match: Document) -> Row:
    return {
        "id": match["party_id"],
        "name": match["seeker"]["name"],
        "score": round(match["score"], 1),
        "eligibility": desk.text(f"state.{match['eligibility']['state']}"),
        "missing": desk.text("list.comma").join(item["label"] for item in match["unknowns"]),
        "consent": desk.text(f"inst.consent.{match['consent']['state']}"),
        **match["profile"],
    }


def _open(desk: Desk, match: Document) -> None:
    """One seeker with all its grounds, over the list."""
    with dialog(match["seeker"]["name"], classes="roomy") as opened:
        with tag("div", "head"):
            with line():
                mark(desk, match["consent"]["state"], match["consent"]["until"])
                state(desk.words, match["eligibility"]["state"])
            fit(desk, match["score"])
        explained(desk, match["consent"]["state"])
        profile(desk, match["profile"], {})
        for reason in match["reasons"][:6]:
            span(reason, "small")
        grounds(desk, match)
        ui.button(desk.text("close"), on_click=opened.close, color=None).props("flat dense no-caps").classes("quiet")
    opened.open()
