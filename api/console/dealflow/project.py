"""One project (项目): where it stands, what may come next and what that lacks, papers, votes, money, its history."""

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from api.access.permissions import Permission
from api.clock import today
from api.console.blocks import bare, line, link, muted, note, panel, primary, quiet, span, tag, tile
from api.console.dealflow.acts import Acts, conditions
from api.console.desk import Desk
from api.console.numbers import amount, day, moment
from api.deals.desk import DealSeen
from api.exchange.deals import deal_document
from matcher.dealflow.checking import open_conditions
from matcher.dealflow.gates import missing
from matcher.dealflow.pipeline import Committee

Document = Mapping[str, Any]


async def show(desk: Desk) -> None:
    """The project that the address names. Raises `UnknownDeal`."""
    seen = await desk.work(desk.services.deals.get, desk.viewer, desk.path["deal"])
    document = deal_document(seen, today())
    _head(desk, document)
    _path(seen, document)
    _limits(desk, document["money"])
    page = _Project(desk, seen)
    with tag("div", "deskwise"):
        with tag("div", "stack"):
            with panel(desk.text("deal.next")):
                page.next(document["next"])
            if document["checks"]:
                with panel(desk.text("deal.checks")):
                    page.checks(document["checks"])
            if seen.pipeline.committee is not None:
                with panel(desk.text("deal.plans")):
                    page.plans(document["plans"])
            if seen.pipeline.fund is not None:
                with panel(desk.text("deal.payments")):
                    page.money()
            with panel(desk.text("deal.documents")):
                page.documents(document["documents"])
        with panel(desk.text("deal.history")):
            page.history(document["history"])


def _head(desk: Desk, document: Document) -> None:
    """Its name, where it stands since when, and by when its stage should be over."""
    ui.page_title(f"{document['name']} · {desk.text('product')}")
    link(desk.text("deal.back"), f"/deals?pipeline={document['pipeline']}")
    tag("h1", "", document["name"])
    since = desk.text("deal.since", day=day(document["since"]))
    muted(f"{document['pipeline_name']} · {document['stage_label']} · {since}")
    if document["days_left"] is not None:
        key = "deal.overdue" if document["days_left"] < 0 else "deal.deadline"
        said = desk.text(key, day=document["deadline"], n=abs(document["days_left"]))
        note(said, "amber" if document["days_left"] < 5 else "")


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
    """What stands on a project's page, each part with what may be done about it."""

    def __init__(self, desk: Desk, seen: DealSeen) -> None:
        self._desk, self._seen, self._acts = desk, seen, Acts(desk, seen)
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
                    button(desk.text("deal.move"), lambda: self._acts.move(step["stage"]))
            for gate in step["gates"]:
                _gate(gate)

    def plans(self, plans: Sequence[Document]) -> None:
        """Plans before the committee with the votes as they stand, and the way to a new one in its stage."""
        desk, committee = self._desk, self._seen.pipeline.committee
        for plan in reversed(plans):
            outcome = {True: "passed", False: "failed", None: "open"}[plan["passed"]]
            with line("apart"):
                money = "" if plan["amount_wan"] is None else f" · {amount(float(plan['amount_wan']))}"
                tag("b", "", desk.text(f"deal.subject.{plan['subject']}") + money)
                span(desk.text(f"deal.plan.{outcome}", yes=plan["yes"], needed=plan["needed"]), "tag")
            with tag("table", "rows"), tag("tbody"):
                for vote in plan["votes"]:
                    with tag("tr"):
                        tag("td", "", vote["label"], data_label=desk.text("deal.seat"))
                        tag("td", "", vote["by"], data_label=desk.text("deal.by"))
                        tag("td", "", desk.text(f"deal.choice.{vote['choice']}"), data_label=desk.text("deal.vote"))
            if self._able and plan["passed"] is None and not plan["lapsed"]:
                with line():
                    quiet(desk.text("deal.cast"), lambda plan=plan: self._acts.vote(plan["number"]), "how_to_vote")
                    quiet(desk.text("deal.count"), lambda plan=plan: self._acts.count(plan["number"]), "calculate")
        if committee is not None:
            self._submitting(committee)

    def _submitting(self, committee: Committee) -> None:
        """The button for a plan of each subject, in its stage alone; elsewhere where it is done is said."""
        desk, here = self._desk, self._seen.state.stage
        subjects = [subject for subject, stage in committee.stages.items() if stage == here]
        if self._able and not self._seen.state.open_ballots:
            with line():
                for subject in subjects:
                    said = desk.text("deal.submit", subject=desk.text(f"deal.subject.{subject.value}"))
                    quiet(said, lambda subject=subject: self._acts.plan(subject), "description")
        if not subjects:
            stages = self._seen.pipeline.stages
            labels = (stages[stage].label for stage in committee.stages.values())
            muted(desk.text("deal.plan_where", stages="、".join(labels)))

    def checks(self, checks: Sequence[Document]) -> None:
        """Each check with its last outcome, condition by condition."""
        desk, seen = self._desk, self._seen
        for item in checks:
            made = seen.state.checks.get(item["check"])
            with line("apart"):
                said = desk.text("deal.checked", day=day(item["on"])) if made else desk.text("deal.not_checked")
                _mark(f"{item['label']} · {said}", done=made is not None and not open_conditions(made[1]))
                if self._able and seen.record.party_id is not None:
                    label = desk.text("deal.check", label=item["label"])
                    quiet(label, lambda item=item: self._acts.check(item["check"]), "fact_check")
            if made is not None:
                conditions(desk, made[1], seen.record.party_id)
        if seen.record.party_id is None:
            muted(desk.text("deal.no_party"))

    def money(self) -> None:
        """What was paid and came back, what a payment still asks for, and the way to the next."""
        desk, seen, terms = self._desk, self._seen, self._seen.pipeline.fund
        if terms is None:
            return
        moves = [("payment", x.payment.on, x.payment.amount_wan) for x in seen.state.payments]
        moves += [("exit", x.on, x.proceeds_wan) for _, x in seen.state.exits]
        with tag("table", "rows"), tag("tbody"):
            for kind, on, figure in moves:
                with tag("tr"):
                    tag("td", "", desk.text(f"deal.kind.{kind}"), data_label=desk.text("deal.event"))
                    tag("td", "", day(on), data_label=desk.text("deal.on"))
                    tag("td", "number", amount(figure), data_label=desk.text("deal.wan"))
        for gate in terms.payment_gates:
            lacking = missing(seen.pipeline, gate, seen.state)
            _mark(desk.text("deal.pay_needs", label=gate.label), done=not lacking)
            for phrase in lacking:
                tag("div", "small", phrase)
        here, stages = seen.pipeline.stages[seen.state.stage], seen.pipeline.stages.values()
        for key, there, act, icon in (
            ("deal.pay", [x for x in stages if x.pays], self._acts.pay, "payments"),
            ("deal.exit", [x for x in stages if x.exits], self._acts.exit, "undo"),
        ):
            if here in there and self._able:
                with line():
                    quiet(desk.text(key), act, icon)
            elif here not in there:
                where = "、".join(stage.label for stage in there)
                muted(desk.text("deal.act_where", act=desk.text(key), stages=where))

    def documents(self, documents: Sequence[Document]) -> None:
        """Papers that the pipeline asks for: what is there, how it came out, what is not."""
        desk = self._desk
        with tag("table", "rows"), tag("tbody"):
            for item in documents:
                there, failed = item["number"] is not None, item["passed"] is False
                with tag("tr"):
                    tag("td", "", item["label"], data_label=desk.text("deal.document"))
                    with tag("td", data_label=desk.text("deal.stage")):
                        said = moment(item["at"]) if there else desk.text("deal.not_filed")
                        _mark(f"{said} · {desk.text('deal.fail')}" if failed else said, done=there and not failed)
                    with tag("td"):
                        if self._able:
                            label = f"{desk.text('deal.file')} {item['label']}"
                            act = bare(desk.text("deal.file"), lambda item=item: self._acts.file(item["document"]))
                            act.props["aria-label"] = label

    def history(self, history: Sequence[Document]) -> None:
        """Every event, the last on top; what counts and may be corrected has its button."""
        desk = self._desk
        with tag("ol", "timeline"):
            for event in reversed(history):
                with tag("li"):
                    with line():
                        tag("b", "", desk.text(f"deal.kind.{event['kind']}"))
                        span(moment(event["at"]), "muted small")
                        if event["corrected"]:
                            span(desk.text("deal.corrected"), "tag")
                        elif self._able and event["kind"] not in _LASTING:
                            label = desk.text("deal.correct_of", n=event["number"])
                            act = bare(desk.text("deal.kind.correction"), lambda event=event: self._acts.correct(event))
                            act.props["aria-label"] = label
                    tag("div", "small", f"{event['by']}（{event['role_label']}）")
                    if event["why"]:
                        tag("div", "small", event["why"])
                    if event["evidence"]:
                        tag("div", "muted small", desk.text("deal.evidence_is", text="；".join(event["evidence"])))


_LASTING = ("move", "correction")
"""Kinds of events that no correction touches: a move is undone by a move."""


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
