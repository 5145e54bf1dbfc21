"""What may be done with a project (办理): a dialog an event, in the roles in charge; refusals in place."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nicegui import ui

from api.access.audit import Action
from api.clock import now, today
from api.console.blocks import muted, tag
from api.console.desk import Desk
from api.console.forms import Entry, Kind, Values, ask
from api.console.states import state
from api.console.writing import written
from api.deals.desk import DealSeen
from api.store.deal_rows import Said, kind_of
from matcher.dealflow.events import (
    Assessment,
    Choice,
    Correction,
    Count,
    DealBody,
    Exit,
    Filing,
    Move,
    Payment,
    Submission,
    Vote,
)
from matcher.dealflow.pipeline import Method, Named, Pipeline, Subject
from matcher.eligibility.results import State

Document = Mapping[str, Any]


def spoken(desk: Desk, pipeline: Pipeline, roles: Iterable[str], *, evidence: bool = True) -> list[Entry]:
    """Who says it, in which of the roles in charge, why and on which evidence: what every event has."""
    text = desk.text
    options = {role: pipeline.label_of(role) for role in sorted(roles)} or {
        key: named.label for key, named in pipeline.roles.items()
    }
    return [
        Entry("role", text("deal.role"), Kind.CHOICE, options=options),
        Entry("by", text("deal.entered_by"), value=desk.viewer.name, needed=True),
        Entry("why", text("deal.why"), needed=True),
        Entry("evidence", text("deal.evidence"), Kind.NAMES, needed=evidence),
    ]


def said_of(values: Values) -> Said:
    """Who says it, out of what was typed."""
    return Said(str(values["by"]), str(values["role"]), str(values["why"]), now(), values["evidence"])


class Acts:
    """The dialogs of one project; each enters an event and opens the project again."""

    def __init__(self, desk: Desk, seen: DealSeen) -> None:
        self._desk, self._seen, self._pipeline = desk, seen, seen.pipeline

    def move(self, stage: str) -> None:
        """Move it to another stage."""
        target = self._pipeline.stages[stage]
        heading = self._desk.text("deal.step", stage=target.label)
        self._ask(heading, target.by, lambda _: Move(stage), evidence=False)

    def file(self, document: str) -> None:
        """File a paper; one that is judged says how it came out."""
        kind, text = self._pipeline.documents[document], self._desk.text
        outcome = Entry(
            "passed", text("deal.outcome"), Kind.CHOICE, "yes", {"yes": text("deal.pass"), "no": text("deal.fail")}
        )
        self._ask(
            f"{text('deal.file')} {kind.label}",
            kind.by,
            lambda values: Filing(document, values["passed"] == "yes" if kind.judged else None),
            entries=[outcome] if kind.judged else [],
        )

    async def check(self, check: str) -> None:
        """Show what the platform's data say of each condition, and enter it; a person confirms what data cannot say."""
        desk, seen, on = self._desk, self._seen, today()
        deals, viewer, key = desk.services.deals, desk.viewer, seen.record.id
        tried = await desk.work(deals.tried, viewer, key, check, (), on)
        open_ = {item.label: item.label for item in tried.conditions if item.state is State.MANUAL_REVIEW}
        confirmed = Entry("confirmed", desk.text("deal.confirmed"), Kind.CHOICES, options=open_)
        named = self._pipeline.checks[check]

        async def send(values: Values) -> None:
            said, labels = said_of(values), values.get("confirmed", ())
            await self._written(lambda: deals.check(desk.viewer, key, check, labels, said, on), "check")

        entries = [*([confirmed] if open_ else []), *spoken(desk, self._pipeline, named.by, evidence=False)]
        ask(
            desk, named.label, entries, send, submit=desk.text("deal.enter"),
            above=lambda: conditions(desk, tried, seen.record.party_id),
        )  # fmt: skip

    def plan(self, subject: Subject) -> None:
        """Put a plan before the committee."""
        committee, terms = self._pipeline.committee, self._pipeline.fund
        if committee is None or terms is None:
            return
        text = self._desk.text
        methods = {item.value: text(f"deal.method.{item.value}") for item in Method}
        entries = [Entry("method", text("deal.method"), Kind.CHOICE, Method.MEETING.value, methods)]
        if subject is Subject.EXIT:
            grounds = {item.id: item.label for item in self._pipeline.triggers.values()}
            entries.insert(0, Entry("trigger", text("deal.trigger"), Kind.CHOICE, options=grounds))
        else:
            entries += [
                Entry("amount_wan", text("deal.amount"), Kind.NUMBER, unit=text("deal.wan"), needed=True),
                *self._shares("deal.share_after"),
                Entry("instrument", text("deal.instrument"), Kind.CHOICE, options=_labels(terms.instruments)),
                Entry("concerns", text("deal.concerns"), Kind.CHOICES, options=_labels(terms.prohibitions)),
            ]
        heading = text("deal.submit", subject=text(f"deal.subject.{subject.value}"))
        self._ask(heading, committee.counted_by, lambda values: _plan(subject, values), entries=entries, evidence=False)

    def vote(self, plan: int) -> None:
        """Note a seat's vote; who sits there is named, for one person has one seat."""
        committee, text = self._pipeline.committee, self._desk.text
        if committee is None:
            return
        choices = {choice.value: text(f"deal.choice.{choice.value}") for choice in Choice}
        entries = [Entry("choice", text("deal.vote"), Kind.CHOICE, Choice.YES.value, choices)]
        seats = [seat.id for seat in committee.seats]
        self._ask(
            text("deal.cast"), seats, lambda values: Vote(plan, Choice(values["choice"])), entries=entries,
            under=text("deal.cast_under"),
        )  # fmt: skip

    def count(self, plan: int) -> None:
        """Count the votes on a plan."""
        committee = self._pipeline.committee
        self._ask(self._desk.text("deal.count"), committee.counted_by if committee else (), lambda _: Count(plan))

    def pay(self) -> None:
        """The fund pays."""
        text, terms = self._desk.text, self._pipeline.fund
        wan = text("deal.wan")
        entries = [
            Entry("on", text("deal.paid_on"), Kind.DAY, today(), needed=True),
            Entry("amount_wan", text("deal.pay_amount"), Kind.NUMBER, unit=wan, needed=True),
            Entry("others_subscribed_wan", text("deal.others_subscribed"), Kind.NUMBER, unit=wan),
            Entry("others_paid_wan", text("deal.others_paid"), Kind.NUMBER, unit=wan),
            *self._shares("deal.share_now"),
        ]
        names = ("on", "amount_wan", "others_subscribed_wan", "others_paid_wan", "share_pct", "largest_other_pct")
        self._ask(
            text("deal.pay"), terms.paid_by if terms else (), lambda values: Payment(*(values[x] for x in names)),
            entries=entries, under=text("deal.pay_under"),
        )  # fmt: skip

    def exit(self) -> None:
        """Money comes back."""
        text, terms = self._desk.text, self._pipeline.fund
        wan = text("deal.wan")
        entries = [
            Entry("on", text("deal.returned_on"), Kind.DAY, today(), needed=True),
            Entry("proceeds_wan", text("deal.proceeds"), Kind.NUMBER, unit=wan, needed=True),
            Entry("cost_wan", text("deal.exit_cost"), Kind.NUMBER, unit=wan, needed=True),
        ]
        self._ask(
            text("deal.exit"), terms.paid_by if terms else (),
            lambda values: Exit(values["on"], values["proceeds_wan"], values["cost_wan"]), entries=entries,
        )  # fmt: skip

    def correct(self, event: Document) -> None:
        """Let an entry count no more; who entered it in which role corrects it."""
        text, number = self._desk.text, int(event["number"])
        heading = text("deal.correct", n=number, kind=text(f"deal.kind.{event['kind']}"))
        self._ask(heading, [event["role"]], lambda _: Correction(number), under=text("deal.correct_under"))

    def _shares(self, key: str) -> list[Entry]:
        text = self._desk.text
        return [
            Entry("share_pct", text(key), Kind.NUMBER, unit="%"),
            Entry("largest_other_pct", text("deal.largest_other"), Kind.NUMBER, unit="%"),
        ]

    def _ask(
        self,
        heading: str,
        roles: Iterable[str],
        body: Callable[[Values], DealBody],
        *,
        entries: Iterable[Entry] = (),
        evidence: bool = True,
        under: str = "",
    ) -> None:
        desk, key = self._desk, self._seen.record.id
        asked = [*entries, *spoken(desk, self._pipeline, roles, evidence=evidence)]

        async def send(values: Values) -> None:
            event, said, viewer = body(values), said_of(values), desk.viewer
            await self._written(lambda: desk.services.deals.append(viewer, key, said, event), kind_of(event))

        ask(desk, heading, asked, send, submit=desk.text("deal.enter"), under=under)

    async def _written(self, write: Callable[[], DealSeen], kind: str) -> None:
        desk, key = self._desk, self._seen.record.id
        await written(desk, write, Action.DEAL_ENTERED, subjects=[key], detail={"kind": kind})
        desk.go(f"/deals/{key}")


def conditions(desk: Desk, made: Assessment, party: str | None) -> None:
    """The conditions of a check with how each came out; where data lack, the way to the enterprise's data."""
    with tag("table", "rows"), tag("tbody"):
        for item in made.conditions:
            with tag("tr"):
                tag("td", "", item.label, data_label=desk.text("deal.condition"))
                with tag("td", data_label=desk.text("deal.result")):
                    state(desk.words, item.state, desk.text("deal.verified") if item.confirmed else "")
    if party is not None and any(item.state in (State.UNKNOWN, State.UNMET) for item in made.conditions):
        with tag("p", "muted small"):
            ui.link(desk.text("deal.fill_party"), f"/console/parties/{party}")
    elif not made.conditions:
        muted(desk.text("deal.no_conditions"))


def _labels(named: Iterable[Named]) -> dict[str, str]:
    return {item.id: item.label for item in named}


def _plan(subject: Subject, values: Values) -> Submission:
    method = Method(values["method"])
    if subject is Subject.EXIT:
        return Submission(subject, method, trigger=values["trigger"] or "")
    return Submission(
        subject,
        method,
        values["amount_wan"],
        values["share_pct"],
        values["largest_other_pct"],
        values["instrument"] or "",
        values["concerns"],
    )
