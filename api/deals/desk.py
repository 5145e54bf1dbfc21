"""The desk of deal flow (项目办理): each event is decided under the pipeline that its deal or fund was begun under."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from api.access.viewers import Viewer
from api.deals.pipelines import PipelineShelf
from api.store.deal_rows import Said
from api.store.deals import DealRecord, FundRecord, NewDeal
from api.store.store import Store
from matcher.dealflow.checking import assessed
from matcher.dealflow.events import Assessment, DealBody, FundBody
from matcher.dealflow.funds import Book
from matcher.dealflow.pipeline import Pipeline, Subject
from matcher.dealflow.state import ZERO, DealState, state_of
from matcher.errors import InvalidDeal


@dataclass(frozen=True, slots=True)
class DealSeen:
    """A deal with the pipeline that decides it and where it stands."""

    record: DealRecord
    pipeline: Pipeline
    state: DealState


@dataclass(frozen=True, slots=True)
class FundSeen:
    """A fund with its pipeline, its book and its deals."""

    record: FundRecord
    pipeline: Pipeline
    book: Book
    deals: tuple[DealSeen, ...]

    @property
    def reserved_wan(self) -> Decimal:
        """What was decided to be invested and is not paid yet (已决未付，万元)."""
        return sum((_unpaid(deal) for deal in self.deals), ZERO)


def _unpaid(deal: DealSeen) -> Decimal:
    committee, ballot = deal.pipeline.committee, deal.state.current(Subject.INVESTMENT)
    if committee is None or ballot is None or not ballot.passed(committee):
        return ZERO
    ended = deal.pipeline.stages[deal.state.stage].final
    return ZERO if ended else max((ballot.plan.amount_wan or ZERO) - deal.state.paid_under(ballot.number), ZERO)


class DealDesk:
    """Opens and moves funds and deals of a platform. Any method may raise `UnknownDeal` and `StoreUnavailable`."""

    def __init__(self, store: Store, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self.pipelines = PipelineShelf(store, now=now)

    def open_fund(self, viewer: Viewer, pipeline: str, name: str, now: datetime) -> FundSeen:
        """Open a fund under a pipeline of its kind. Raises `UnknownPipeline`, `InvalidDeal`."""
        begun = self.pipelines.begun(viewer, pipeline)
        if begun.fund is None:
            raise InvalidDeal(
                found=f"流程“{begun.name}”不是基金的", expected="载明基金条款的流程", remedy="请换一个流程"
            )
        return self.fund(viewer, self._store.deals.open_fund(viewer, begun, name, now).id)

    def funds(self, viewer: Viewer) -> list[tuple[FundRecord, Pipeline]]:
        """The platform's funds, each with its pipeline."""
        found = self._store.deals.funds(viewer)
        return [(item, self.pipelines.of(viewer, item.pipeline, item.version)) for item in found]

    def fund(self, viewer: Viewer, fund: str) -> FundSeen:
        """One fund with its book and deals."""
        record = self._store.deals.fund(viewer, fund)
        pipeline = self.pipelines.of(viewer, record.pipeline, record.version)
        deals = tuple(self._seen(viewer, item) for item in self._store.deals.histories(viewer, fund))
        return FundSeen(record, pipeline, self._store.deals.book(viewer, fund), deals)

    def enter(self, viewer: Viewer, fund: str, said: Said, body: FundBody) -> FundSeen:
        """Add one event to a fund's history. Raises `InvalidDeal`, `DealRefused`."""
        record = self._store.deals.fund(viewer, fund)
        pipeline = self.pipelines.of(viewer, record.pipeline, record.version)
        self._store.deals.enter(viewer, fund, pipeline, said, body)
        return self.fund(viewer, fund)

    def open(self, viewer: Viewer, pipeline: str, new: NewDeal, said: Said) -> DealSeen:
        """Open a deal; a fund's go by its version. Raises `UnknownPipeline`, `UnknownParty`, `DealRefused`."""
        if new.party_id is not None:
            self._store.parties.get(viewer, new.party_id)
        if new.fund is None:
            begun = self.pipelines.begun(viewer, pipeline)
        else:
            fund = self._store.deals.fund(viewer, new.fund)
            begun = self.pipelines.of(viewer, fund.pipeline, fund.version)
            _require_own(begun, pipeline)
        return self._seen(viewer, self._store.deals.open(viewer, begun, new, said))

    def list(
        self, viewer: Viewer, pipeline: str | None, *, stage: str | None, fund: str | None, offset: int, limit: int
    ) -> list[tuple[DealRecord, Pipeline]]:
        """Deals without their histories, those longest in their stage first, each with its pipeline."""
        found = self._store.deals.list(viewer, pipeline, stage=stage, fund=fund, offset=offset, limit=limit)
        return [(item, self.pipelines.of(viewer, item.pipeline, item.version)) for item in found]

    def get(self, viewer: Viewer, deal: str) -> DealSeen:
        """One deal and where it stands."""
        return self._seen(viewer, self._store.deals.get(viewer, deal))

    def append(self, viewer: Viewer, deal: str, said: Said, body: DealBody) -> DealSeen:
        """Add one event to a deal's history. Raises `InvalidDeal`, `DealRefused`."""
        pipeline = self.get(viewer, deal).pipeline
        return self._seen(viewer, self._store.deals.append(viewer, deal, pipeline, said, body))

    def check(
        self, viewer: Viewer, deal: str, check: str, confirmed: Collection[str], said: Said, on: date
    ) -> DealSeen:
        """Check what the platform knows of a deal's party against conditions, as of a day, and enter what came out.

        `confirmed` are the labels of what a person verified. Raises `InvalidDeal`, `DealRefused`, `UnknownParty`.
        """
        return self.append(viewer, deal, said, self.tried(viewer, deal, check, confirmed, on))

    def tried(self, viewer: Viewer, deal: str, check: str, confirmed: Collection[str], on: date) -> Assessment:
        """What a check would come to, nothing entered; see `check`."""
        seen = self.get(viewer, deal)
        conditions = seen.pipeline.checks.get(check)
        if conditions is None:
            known = "、".join(f"{item.id}（{item.label}）" for item in seen.pipeline.checks.values())
            raise InvalidDeal(found=f"审查 {check[:80]!a}", expected=known or "本流程没有审查", remedy="请改为其中之一")
        if seen.record.party_id is None:
            raise InvalidDeal(found="项目没有关联主体", expected="已入库的主体", remedy="请在开立项目时写明主体编号")
        values = self._store.parties.get(viewer, seen.record.party_id).values
        return assessed(conditions, values, on, confirmed)

    def _seen(self, viewer: Viewer, record: DealRecord) -> DealSeen:
        pipeline = self.pipelines.of(viewer, record.pipeline, record.version)
        return DealSeen(record, pipeline, state_of(pipeline, record.history))


def _require_own(begun: Pipeline, pipeline: str) -> None:
    if pipeline != begun.id:
        raise InvalidDeal(found=f"流程 {pipeline[:80]!a}", expected=f"基金的流程 {begun.id}", remedy="请改用基金的流程")
