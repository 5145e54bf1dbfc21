"""Rules (规则): a pack read as text, two versions side by side, its cases run, its conditions tried on one party."""

from datetime import date
from pathlib import Path
from typing import Any

from nicegui import ui

from api.access.audit import Action
from api.access.permissions import Permission
from api.access.viewers import STAFF
from api.clock import today
from api.console.blocks import link, muted, note, panel, primary, tag, title
from api.console.criteria import criteria
from api.console.desk import Desk
from api.console.operator.offers import body
from api.console.operator.party_choice import party_choice
from api.console.pages import Page
from api.console.states import state
from api.exchange.documents import eligibility_document, party_document
from matcher.catalogue.cases import Outcome, offers_by_name, read_cases, run_case
from matcher.catalogue.versions import series_of
from matcher.derivation import at_date, derive
from matcher.eligibility.evaluation import evaluate
from matcher.offers import Offer

CASES = Path(__file__).parents[3] / "tests" / "rules"
"""The cases of the built-in packs, where they are kept in a checkout; none where they are not installed."""


async def show(desk: Desk) -> None:
    """Choose an offer; read it, lay another version beside it, run its cases, try it on a party."""
    title(desk, "page.rules", under=desk.text("op.rule.under"))
    offers = {offer.id: offer for offer in await desk.work(desk.services.store.offers.list, desk.viewer)}
    chosen = offers.get(desk.query.get("offer", ""))
    _choice(desk, offers, chosen)
    if chosen is None:
        return
    _try(desk, chosen)
    beside = offers.get(desk.query.get("beside", ""))
    with tag("div", "split" if beside else "stack"):
        for offer in filter(None, (chosen, beside)):
            with tag("div", "stack"):
                if beside:
                    tag("h2", "", f"{offer.name}（{offer.effective_from or '—'}）")
                body(desk, offer)
    with panel(desk.text("op.rule.cases")) as place:
        muted(desk.text("op.rule.cases_reading"))
    _cases(desk, place, await desk.work(_outcomes, offers, chosen))


def _choice(desk: Desk, offers: dict[str, Offer], chosen: Offer | None) -> None:
    named = {key: f"{offer.name} · {offer.provider}" for key, offer in offers.items() if offer.criteria is not None}
    if chosen is not None:
        named.setdefault(chosen.id, chosen.name)
    party = f"&party={desk.query['party']}" if desk.query.get("party") else ""
    with panel():
        pick = ui.select(named, value=chosen.id if chosen else None, label=desk.text("op.rule.offer"), with_input=True)
        pick.props("dense outlined options-dense").style("max-width: 640px")
        pick.on_value_change(lambda event: desk.go(f"/rules?offer={event.value}{party}") if event.value else None)
        if chosen is not None:
            others = {
                key: f"{offer.name}（{offer.effective_from or '—'}）"
                for key, offer in offers.items()
                if key != chosen.id and series_of(offer) == series_of(chosen)
            }
            if others:
                with tag("div", "line"):
                    tag("span", "muted", desk.text("op.rule.beside_with"))
                    for key, name in others.items():
                        link(name, f"/rules?offer={chosen.id}&beside={key}{party}")


def _try(desk: Desk, offer: Offer) -> None:
    with panel(desk.text("op.rule.try")):
        with tag("div", "line"):
            party = party_choice(desk, desk.text("op.why.party"))
            day = ui.input(desk.text("op.rule.at"), value=today().isoformat()).props("dense outlined")
            primary(desk.text("op.rule.try_button"), lambda: tried(party.value, day.value), "rule")
        place = tag("div", "stack", role="status")

    async def tried(chosen: str | None, at: str) -> None:
        place.clear()
        with place:
            if not chosen:
                note(desk.text("op.rule.choose_party"), "amber")
                return
            try:
                when = date.fromisoformat(at)
            except ValueError:
                note(desk.text("op.rule.bad_day"), "amber")
                return
            facts, document = await desk.work(_evaluated, desk, offer, chosen, when)
            with tag("div", "line"):
                state(desk.words, document["state"])
                link(facts["name"], f"/parties/{chosen}")
            criteria(desk, document["criteria"], facts["facts"])

    if desk.query.get("party"):
        ui.timer(0.1, lambda: tried(desk.query["party"], day.value), once=True)


def _evaluated(desk: Desk, offer: Offer, chosen: str, at: date) -> tuple[dict[str, Any], dict[str, Any]]:
    party = desk.services.store.parties.get(desk.viewer, chosen)
    desk.services.audit.seen(desk.viewer, Action.PARTY_OPENED, subjects=[party.id], detail={"offer": offer.id})
    found = evaluate(offer.criteria, at_date(derive(party.values), at))
    return party_document(party), eligibility_document(found)


def _outcomes(offers: dict[str, Offer], chosen: Offer) -> list[Outcome]:
    """The cases of an offer or of its series, run."""
    find = offers_by_name(offers)
    wanted = {chosen.id, series_of(chosen)}
    found: list[Outcome] = []
    for path in sorted(CASES.glob("*.yaml")):
        content = path.read_bytes()
        if any(name.encode() in content for name in wanted):
            cases = read_cases(path.name, content, find)
            found += [run_case(case) for case in cases if case.offer.id == chosen.id]
    return found


def _cases(desk: Desk, place: Any, outcomes: list[Outcome]) -> None:
    place.clear()
    failed = [item for item in outcomes if item.faults]
    with place:
        tag("h2", "", desk.text("op.rule.cases"))
        if not outcomes:
            muted(desk.text("op.rule.no_cases"))
            return
        said = desk.text("op.rule.cases_found", n=len(outcomes), failed=len(failed))
        note(said, "red" if failed else "")
        shut = ui.expansion(desk.text("op.rule.see_cases"), value=bool(failed)).classes("wide")
        with shut, tag("table", "rows"):
            with tag("thead"), tag("tr"):
                for key in ("case", "at", "expected", "result"):
                    tag("th", "", desk.text(f"op.rule.{key}"), scope="col")
            with tag("tbody"):
                for item in outcomes:
                    _case(desk, item)


def _case(desk: Desk, item: Outcome) -> None:
    case = item.case
    with tag("tr"):
        with tag("td", data_label=desk.text("op.rule.case")):
            tag("div", "", case.name)
            tag("div", "muted small", f"{case.file}:{case.line or ''}")
        tag("td", "", case.at.isoformat(), data_label=desk.text("op.rule.at"))
        with tag("td", data_label=desk.text("op.rule.expected")):
            state(desk.words, case.state)
        said = "；".join(item.faults) or desk.text("op.rule.passed")
        tag("td", "", said, data_label=desk.text("op.rule.result"))


PAGES = (Page("/rules", "rules", show, Permission.OFFER_READ, "rule", STAFF),)
