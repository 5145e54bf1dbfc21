"""One project (项目): where it stands, what may come next and what that lacks, papers, votes, limits, its history."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from api.access.audit import Action
from api.access.permissions import Permission
from api.clock import now, today
from api.console.blocks import bare, dialog, line, link, muted, note, panel, primary, quiet, span, tag, tile
from api.console.desk import Desk
from api.console.numbers import amount, day, moment
from api.deals.desk import DealSeen
from api.exchange.deals import deal_document
from api.store.deal_rows import Said, kind_of
from matcher.dealflow.events import Choice, Count, DealBody, Filing, Move, Vote

Document = Mapping[str, Any]


async def show(desk: Desk) -> None:
    """The project that the address names. Raises `UnknownDeal`."""
    seen = await desk.work(desk.services.deals.get, desk.viewer, desk.path["deal"])
    document = deal_document(seen, today())
    ui.page_title(f"{document['name']} · {desk.text('product')}")
    link(desk.text("deal.back"), f"/deals?pipeline={document['pipeline']}")
    tag("h1", "", document["name"])
    since = desk.text("deal.since", day=day(document["since"]))
    muted(f"{document['pipeline_name']} · {document['stage_label']} · {since}")
    _path(seen, document)
    if document["days_left"] is not None:
        key = "deal.overdue" if document["days_left"] < 0 else "deal.deadline"
        said = desk.text(key, day=document["deadline"], n=abs(document["days_left"]))
        note(said, "amber" if document["days_left"] < 5 else "")
    _limits(desk, document["money"])
    page = _Project(desk, seen)
    with tag("div", "deskwise"):
        with tag("div", "stack"):
            with panel(desk.text("deal.next")):
                page.next(document["next"])
            if document["plans"]:
                with panel(desk.text("deal.plans")):
                    page.plans(document["plans"])
            with panel(desk.text("deal.documents")):
                page.documents(document["documents"])
        with panel(desk.text("deal.history")):
            _history(desk, document["history"])


def _path(seen: DealSeen, document: Document) -> None:
    """The stages in order, the one where it stands marked."""
    with tag("ol", "path"):
        for stage in seen.pipeline.stages.values():
            here = stage.id == document["stage"]
            passed = stage.id in seen.state.path and not here
            tag(
                "li", "here" if here else "passed" if passed else "", stage.label, aria_current="step" if here else None
            )


def _limits(desk: Desk, money: Document) -> None:
    with tag("div", "tiles"):
        for key in ("paid_wan", "project_max_wan", "left_wan", "cost_wan", "returned_wan"):
            said = money[key]
            label = f"{desk.text(f'deal.money.{key}')}（{desk.text('deal.wan')}）"
            tile(label, amount(None if said is None else float(said), ""))


class _Project:
    """What may be done with a project; each act is an event with who, when and why."""

    def __init__(self, desk: Desk, seen: DealSeen) -> None:
        self._desk, self._seen = desk, seen
        self._able = desk.may(Permission.DEAL_WRITE)

    def next(self, steps: Sequence[Document]) -> None:
        """Stages that may come next; a shut gate names what it still asks for, and its article."""
        desk = self._desk
        if not steps:
            muted(desk.text("deal.ended"))
        for step in steps:
            if not step["back"]:
                self._step(step)
        back = [step for step in steps if step["back"]]
        if back:
            with ui.expansion(desk.text("deal.back_steps", n=len(back))).classes("wide"), tag("div", "stack"):
                for step in back:
                    self._step(step)

    def _step(self, step: Document) -> None:
        """One stage: open or shut, what is lacking; the main button is for the way on, not for an end or a way back."""
        desk, ends = self._desk, self._seen.pipeline.stages[step["stage"]].final
        with tag("div", "step-card"):
            with line("apart"):
                with tag("span", "state state-met" if step["open"] else "state state-unknown"):
                    icon = "undo" if step["back"] else "lock_open" if step["open"] else "lock"
                    ui.icon(icon).props("aria-hidden=true")
                    key = "deal.step_back" if step["back"] else "deal.step"
                    tag("span", "", desk.text(key, stage=step["label"]))
                if self._able and step["open"]:
                    button = quiet if step["back"] or ends else primary
                    button(desk.text("deal.move"), lambda: self._ask(Move(step["stage"]), step["label"]))
            for gate in step["gates"]:
                _gate(gate)

    def plans(self, plans: Sequence[Document]) -> None:
        """Plans before the committee with the votes as they stand."""
        desk = self._desk
        for plan in reversed(plans):
            outcome = {True: "passed", False: "failed", None: "open"}[plan["passed"]]
            with line("apart"):
                money = amount(None if plan["amount_wan"] is None else float(plan["amount_wan"]))
                tag("b", "", desk.text(f"deal.subject.{plan['subject']}") + f" · {money}")
                span(desk.text(f"deal.plan.{outcome}", yes=plan["yes"], needed=plan["needed"]), "tag")
            with tag("table", "rows"), tag("tbody"):
                for vote in plan["votes"]:
                    with tag("tr"):
                        tag("td", "", vote["label"], data_label=desk.text("deal.seat"))
                        tag("td", "", vote["by"], data_label=desk.text("deal.by"))
                        tag("td", "", desk.text(f"deal.choice.{vote['choice']}"), data_label=desk.text("deal.vote"))
            if self._able and plan["passed"] is None and not plan["lapsed"]:
                with line():
                    quiet(desk.text("deal.cast"), lambda plan=plan: self._ask_vote(plan))
                    quiet(
                        desk.text("deal.count"),
                        lambda plan=plan: self._ask(Count(plan["number"]), desk.text("deal.count")),
                    )

    def documents(self, documents: Sequence[Document]) -> None:
        """Papers that the pipeline asks for: what is there, what is not."""
        desk = self._desk
        with tag("table", "rows"), tag("tbody"):
            for item in documents:
                there = item["number"] is not None
                with tag("tr"):
                    tag("td", "", item["label"], data_label=desk.text("deal.document"))
                    with tag("td", data_label=desk.text("deal.stage")):
                        _mark(moment(item["at"]) if there else desk.text("deal.not_filed"), done=there)
                    with tag("td"):
                        if self._able:
                            label = item["label"]
                            file = bare(
                                desk.text("deal.file"), lambda item=item: self._ask(self._filing(item), item["label"])
                            )
                            file.props["aria-label"] = f"{desk.text('deal.file')} {label}"

    def _filing(self, item: Document) -> Filing:
        judged = self._seen.pipeline.documents[item["document"]].judged
        return Filing(item["document"], True if judged else None)

    def _ask_vote(self, plan: Document) -> None:
        desk, committee = self._desk, self._seen.pipeline.committee
        if committee is None:
            return
        with dialog(desk.text("deal.cast")) as opened:
            seats = {seat.id: seat.label for seat in committee.seats}
            seat = ui.select(seats, value=next(iter(seats)), label=desk.text("deal.seat"))
            choices = {choice.value: desk.text(f"deal.choice.{choice.value}") for choice in Choice}
            choice = ui.select(choices, value=Choice.YES.value, label=desk.text("deal.vote"))
            evidence = ui.input(desk.text("deal.evidence")).props("maxlength=500")
            for entry in (seat, choice, evidence):
                entry.props("outlined dense options-dense")

            async def cast() -> None:
                body = Vote(plan["number"], Choice(choice.value))
                await self._enter(body, str(seat.value), desk.text("deal.cast"), _named(evidence.value))

            with line():
                primary(desk.text("deal.cast"), cast)
                bare(desk.text("cancel"), opened.close)
        opened.open()

    def _ask(self, body: DealBody, what: str) -> None:
        """Ask in which role, why, and on which evidence; then enter it."""
        desk = self._desk
        with dialog(what) as opened:
            roles = {key: named.label for key, named in self._seen.pipeline.roles.items()}
            role = ui.select(roles, value=next(iter(roles), None), label=desk.text("deal.role"))
            why = ui.input(desk.text("deal.why")).props("autofocus maxlength=500")
            evidence = ui.input(desk.text("deal.evidence")).props("maxlength=500")
            for entry in (role, why, evidence):
                entry.props("outlined dense options-dense")

            async def send() -> None:
                await self._enter(body, str(role.value), str(why.value or ""), _named(evidence.value))

            with line():
                primary(desk.text("deal.enter"), send)
                bare(desk.text("cancel"), opened.close)
        opened.open()

    async def _enter(self, body: DealBody, role: str, why: str, evidence: tuple[str, ...]) -> None:
        desk, viewer = self._desk, self._desk.viewer
        said = Said(viewer.name or viewer.role.value, role, why.strip(), now(), evidence)
        key = self._seen.record.id
        await desk.work(desk.services.deals.append, viewer, key, said, body)
        detail = {"kind": kind_of(body)}
        await desk.work(lambda: desk.services.audit.note(viewer, Action.DEAL_ENTERED, subjects=[key], detail=detail))
        desk.go(f"/deals/{key}")


def _named(typed: str | None) -> tuple[str, ...]:
    """The pieces of evidence that were typed, apart by semicolons of either width."""
    return tuple(part.strip() for part in re.split("[;\uff1b]", typed or "") if part.strip())


def _mark(text: str, *, done: bool) -> None:
    with tag("span", "state state-met" if done else "state state-unknown"):
        ui.icon("check_circle" if done else "radio_button_unchecked").props("aria-hidden=true")
        tag("span", "", text)


def _gate(gate: Document) -> None:
    done = not gate["missing"]
    with tag("div", "gate"):
        _mark(gate["label"], done=done)
        for lack in gate["missing"]:
            tag("div", "small", lack)
        if gate["basis"]["article"]:
            tag("div", "muted small", gate["basis"]["article"])


def _history(desk: Desk, history: Sequence[Document]) -> None:
    with tag("ol", "timeline"):
        for event in reversed(history):
            with tag("li"):
                with line():
                    tag("b", "", desk.text(f"deal.kind.{event['kind']}"))
                    span(moment(event["at"]), "muted small")
                tag("div", "small", f"{event['by']}（{event['role_label']}）")
                if event["why"]:
                    tag("div", "small", event["why"])
                if event["evidence"]:
                    tag("div", "muted small", desk.text("deal.evidence_is", text="；".join(event["evidence"])))
                if event["corrected"]:
                    span(desk.text("deal.corrected"), "tag")
