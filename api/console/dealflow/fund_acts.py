"""What may be entered of a fund (基金账): what is subscribed and paid in, custody, an extension, the manager's fee."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from api.access.audit import Action
from api.clock import today
from api.console.dealflow.acts import said_of, spoken
from api.console.desk import Desk
from api.console.forms import Entry, Kind, Values, ask
from api.console.writing import written
from api.deals.desk import FundSeen
from api.store.deal_rows import kind_of
from matcher.dealflow.events import Contribution, Correction, Custody, Extension, Fee, FundBody, Tranche

Document = Mapping[str, Any]
KINDS = ("tranche", "contribution", "custody", "fee", "extension")


class FundActs:
    """The dialogs of one fund; each enters an event and opens the fund again."""

    def __init__(self, desk: Desk, seen: FundSeen) -> None:
        self._desk, self._seen = desk, seen

    def enter(self, kind: str) -> None:
        """One kind of entry, by name."""
        {
            "tranche": self._tranche,
            "contribution": self._contribution,
            "custody": self._custody,
            "fee": self._fee,
            "extension": self._extension,
        }[kind]()

    def correct(self, event: Document) -> None:
        """Let an entry count no more."""
        number, text = int(event["number"]), self._desk.text
        heading = text("deal.correct", n=number, kind=text(f"deal.kind.{event['kind']}"))
        self._ask(heading, (), lambda _: Correction(number), under=text("deal.correct_under"))

    def _tranche(self) -> None:
        entries = (self._day(), self._money("subscribed", "fund.subscribed"), self._money("paid", "fund.paid"))
        self._open("tranche", entries, lambda x: Tranche(x["on"], x["subscribed"], x["paid"]))

    def _contribution(self) -> None:
        entries = (self._day(), self._money("amount", "fund.paid_in"))
        self._open("contribution", entries, lambda x: Contribution(x["on"], x["amount"]))

    def _custody(self) -> None:
        bank = Entry("bank", self._desk.text("fund.bank"), needed=True)
        self._open("custody", (self._day(), bank), lambda x: Custody(x["on"], x["bank"]))

    def _extension(self) -> None:
        until = Entry("until", self._desk.text("fund.until"), Kind.DAY, needed=True)
        self._open("extension", (until,), lambda x: Extension(x["until"]))

    def _fee(self) -> None:
        last = today().year
        years = {str(year): str(year) for year in range(last, last - 10, -1)}
        year = Entry("year", self._desk.text("fund.year"), Kind.CHOICE, str(last - 1), years)
        entries = (self._day(), year, self._money("amount", "fund.fee"))
        self._open("fee", entries, lambda x: Fee(x["on"], int(x["year"]), x["amount"]))

    def _day(self) -> Entry:
        return Entry("on", self._desk.text("fund.on"), Kind.DAY, today(), needed=True)

    def _money(self, key: str, label: str) -> Entry:
        return Entry(key, self._desk.text(label), Kind.NUMBER, unit=self._desk.text("deal.wan"), needed=True)

    def _open(self, kind: str, entries: Iterable[Entry], body: Callable[[Values], FundBody]) -> None:
        self._ask(self._desk.text(f"deal.kind.{kind}"), entries, body)

    def _ask(
        self, heading: str, entries: Iterable[Entry], body: Callable[[Values], FundBody], *, under: str = ""
    ) -> None:
        desk, fund, pipeline = self._desk, self._seen.record.id, self._seen.pipeline
        roles = pipeline.fund.paid_by if pipeline.fund else frozenset()

        async def send(values: Values) -> None:
            event, said, viewer = body(values), said_of(values), desk.viewer
            detail = {"kind": kind_of(event)}
            await written(
                desk,
                lambda: desk.services.deals.enter(viewer, fund, said, event),
                Action.FUND_ENTERED,
                subjects=[fund],
                detail=detail,
            )
            desk.go(f"/funds/{fund}")

        asked = [*entries, *spoken(desk, pipeline, roles)]
        ask(desk, heading, asked, send, submit=desk.text("deal.enter"), under=under)
