"""The service behind the routes, in memory: small enough to be read, with one offer and one party known by heart."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from api.access.sealing import Seals, new_key
from api.access.seeing import Sights
from api.access.viewers import Viewer
from api.errors import KeyReused, UnknownImport, UnknownJob
from api.requests import MAX_TEXT, MatchAnswer, MatchRequest, ProspectAnswer, ProspectRequest, Versions
from api.searching import Found, SearchAnswer, SearchRequest
from api.settings import Settings
from api.store.idempotency import Asked, Kept
from api.store.imports import ImportRecord
from api.store.jobs import Job, JobState
from api.store.parties import BatchResult, PreparedBatch
from api.store.upserting import UpsertCounts
from matcher.eligibility.criteria import All, AnyOf, Clause, Leaf, Not, Operator
from matcher.eligibility.results import Eligibility, Finding, State
from matcher.errors import InvalidNeed, UnknownOffer, UnknownParty
from matcher.fields import PartyKind
from matcher.needs import Reading, Seeker, Understood
from matcher.offers import Offer, OfferKind, Terms
from matcher.pairing.matches import Contribution, Match
from matcher.parties import Fact, Party

DAY = date(2026, 11, 22)
CLAUSE = Clause("某基金管理办法", "第八条", "成立时间不超过5年")
AGE = Leaf("age_years", Operator.LE, Decimal(5), "成立不超过5年", CLAUSE)
STAFF = Leaf("headcount", Operator.LT, 200, "职工人数不超过200人", CLAUSE, assumption="按“少于”理解")
LISTED = Leaf("plans_listing", Operator.EQ, True, "已上市", CLAUSE)


def offer(identifier: str = "fund.example", kind: OfferKind = OfferKind.FUND) -> Offer:
    """An offer with a criterion of every shape."""
    return Offer(
        id=identifier,
        kind=kind,
        name="示例资源",
        provider="示例机构",
        summary="用于测试的资源。",
        focus="体外诊断",
        audience=frozenset({PartyKind.ENTERPRISE}),
        clauses=(CLAUSE,),
        criteria=All((AGE, AnyOf((STAFF,), "规模", 1), Not(LISTED, "未上市"))),
        preferences=(STAFF,),
        terms=Terms(amount_max_wan=Decimal("500.5")),
        observed_on=DAY,
    )


OFFERS = (
    offer(),
    offer("loan.example", OfferKind.LOAN),
    offer("loan.other", OfferKind.LOAN),
)
PARTY = Party(
    id="uscc-example",
    kind=PartyKind.ENTERPRISE,
    name="示例诊断有限公司",
    facts={
        "headcount": Fact(45, "自填", DAY),
        "revenue_wan": Fact(Decimal("293.52"), "财务报表", DAY),
        "founded_on": Fact(date(2018, 11, 22), "工商", DAY),
        "collateral": Fact(("专利",), "自填", DAY),
    },
    tenant="local",
    source="测试",
    observed_on=DAY,
)


MOMENT = datetime(2026, 11, 22, 8, tzinfo=UTC)
JOB = Job(
    id="job", tenant="local", kind="import", arguments={}, state=JobState.QUEUED, revision=1, done=0, total=None,
    note="", resumed_at=0, attempts=0, cancel_asked=False, request_id="", result=None, error=None, due=MOMENT,
    created=MOMENT, started=None, updated=MOMENT, finished=None,
)  # fmt: skip


class FakeParties:
    """Parties of one platform in a dictionary."""

    def __init__(self) -> None:
        self.rows = {PARTY.id: PARTY}

    def get(self, viewer: Viewer, party: str) -> Party:
        found = self.rows.get(party)
        if found is None or found.tenant != viewer.tenant:
            raise UnknownParty(found=f"主体编号 {party!r}", expected="已有的主体", remedy="请核对编号")
        return found

    def upsert_many(self, viewer: Viewer, written: Iterable[Party], *, merge: bool = True) -> UpsertCounts:
        counts = UpsertCounts()
        for party in written:
            stored = self.rows.get(party.id)
            merged = {**(stored.facts if merge and stored else {}), **party.facts}
            self.rows[party.id] = replace(party, facts=merged)
            counts += UpsertCounts(new=stored is None, changed=stored not in (None, party), same=stored == party)
        return counts

    def prepare(self, viewer: Viewer, written: Sequence[Party]) -> PreparedBatch:
        return PreparedBatch(tuple(({}, party) for party in written), {})

    def write_batch(
        self, viewer: Viewer, written: PreparedBatch, removed: Sequence[str] = (), *, merge: bool = True
    ) -> BatchResult:
        missing: dict[int, UnknownParty] = {}
        for place, party in enumerate(removed):
            try:
                self.delete(viewer, party)
            except UnknownParty as error:
                missing[place] = error
        counts = self.upsert_many(viewer, [party for _, party in written.rows], merge=merge)
        return BatchResult(counts, len(removed) - len(missing), {}, missing)

    def delete(self, viewer: Viewer, party: str) -> None:
        self.get(viewer, party)
        del self.rows[party]


class FakeOffers:
    """Offers in a tuple."""

    def list(self, viewer: Viewer, kind: OfferKind | None = None) -> tuple[Offer, ...]:
        return tuple(item for item in OFFERS if kind in {None, item.kind})

    def get(self, viewer: Viewer, identifier: str) -> Offer:
        for item in OFFERS:
            if item.id == identifier:
                return item
        raise UnknownOffer(found=f"资源编号 {identifier!r}", expected="可见的资源", remedy="请核对编号")


class FakeImports:
    """Imports in a dictionary."""

    def __init__(self) -> None:
        self.rows: dict[str, ImportRecord] = {}

    def start(self, viewer: Viewer, *, kind: PartyKind, file_name: str, sha256: str) -> ImportRecord:
        made = ImportRecord(
            f"import{len(self.rows)}", viewer.tenant, kind, file_name, sha256, datetime(2026, 11, 22, tzinfo=UTC)
        )
        self.rows[made.id] = made
        return made

    def finish(self, viewer: Viewer, batch: str, counts: dict[str, int]) -> ImportRecord:
        done = replace(self.get(viewer, batch), finished=datetime(2026, 11, 22, tzinfo=UTC), counts=counts)
        self.rows[batch] = done
        return done

    def get(self, viewer: Viewer, batch: str) -> ImportRecord:
        if batch not in self.rows:
            raise UnknownImport(found=f"导入批次 {batch!r}", expected="本平台的导入批次", remedy="请核对")
        return self.rows[batch]


class FakeIdempotency:
    """First answers in a dictionary."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[Asked, Kept]] = {}

    def find(self, viewer: Viewer, asked: Asked, kept_for: timedelta) -> Kept | None:
        before = self.rows.get(asked.key)
        if before and before[0] != asked:
            raise KeyReused(found="键已用过", expected="相同的请求", remedy="请换一个键")
        return before[1] if before else None

    def run(
        self, viewer: Viewer, asked: Asked, kept_for: timedelta, write: Callable[[], Kept], *, whole: bool = True
    ) -> tuple[Kept, bool]:
        if (kept := self.find(viewer, asked, kept_for)) is not None:
            return kept, True
        self.rows[asked.key] = (asked, write())
        return self.rows[asked.key][1], False

    def together(self, write: Callable[[], Any]) -> Any:
        return write()


class FakeJobs:
    """Jobs in a dictionary; each change of one is put there by the test."""

    def __init__(self) -> None:
        self.rows: dict[str, Job] = {}

    def submit(
        self, viewer: Viewer, kind: str, arguments: Mapping[str, Any], *, key: str | None, request_id: str
    ) -> Job:
        made = replace(JOB, id=f"job{len(self.rows)}", kind=kind, arguments=arguments, request_id=request_id)
        self.rows[made.id] = made
        return made

    def get(self, viewer: Viewer, job: str) -> Job:
        if job not in self.rows:
            raise UnknownJob(found=f"任务 {job!r}", expected="本平台的任务", remedy="请核对")
        return self.rows[job]

    def list(self, viewer: Viewer, *, state: JobState | None, limit: int) -> tuple[Job, ...]:
        return tuple(job for job in self.rows.values() if state in {None, job.state})[:limit]

    def cancel(self, viewer: Viewer, job: str) -> Job:
        self.rows[job] = replace(self.get(viewer, job), state=JobState.CANCELLED, finished=MOMENT, revision=2)
        return self.rows[job]

    def counts(self) -> dict[str, int]:
        return {state.value: sum(job.state == state for job in self.rows.values()) for state in JobState}

    def waiting_seconds(self) -> float | None:
        return 7.0 if self.rows else None


class FakeChanges:
    """A feed that never moves."""

    def latest(self) -> int:
        return 0


@dataclass
class FakeRevisions:
    """Writes parties as an import does, and remembers which import it was for."""

    parties: FakeParties
    imports: list[str | None] = field(default_factory=list)

    def write(
        self, viewer: Viewer, written: Sequence[Party], *, by: str, import_id: str | None = None, merge: bool = True
    ) -> UpsertCounts:
        self.imports.append(import_id)
        return self.parties.upsert_many(viewer, written, merge=merge)


@dataclass
class FakeStore:
    """The repositories."""

    parties: FakeParties = field(default_factory=FakeParties)
    offers: FakeOffers = field(default_factory=FakeOffers)
    imports: FakeImports = field(default_factory=FakeImports)
    jobs: FakeJobs = field(default_factory=FakeJobs)
    idempotency: FakeIdempotency = field(default_factory=FakeIdempotency)
    changes: FakeChanges = field(default_factory=FakeChanges)
    seals: Seals = field(default_factory=lambda: Seals(None, new_key()))

    def __post_init__(self) -> None:
        self.revisions = FakeRevisions(self.parties)


@dataclass
class FakeCampaigns:
    """What runs campaigns: no more of it than its store."""

    store: FakeStore


@dataclass
class FakeMatchmaker:
    """Answers every question with the same match and remembers what it was asked; `failure` makes it fail."""

    store: FakeStore
    asked: list[tuple[Viewer, MatchRequest | ProspectRequest]] = field(default_factory=list)
    failure: Exception | None = None

    def read(self, text: str, at: date | None = None) -> Reading:
        if len(text) > MAX_TEXT or not any(char.isalnum() for char in text):
            raise InvalidNeed(found="没有可读的文字", expected="至少一个汉字", remedy="请用文字说明需求")
        said = Understood("founded_on", date(2023, 11, 22), "成立3年")
        return Reading((said, Understood("invention_patents", 12, "12项发明专利")), ("今天天气好",), (OfferKind.LOAN,))

    def match(self, viewer: Viewer, request: MatchRequest) -> MatchAnswer:
        self.asked.append((viewer, request))
        if self.failure:
            raise self.failure
        if request.party_id:
            self.store.parties.get(viewer, request.party_id)
        reading = self.read(request.text) if request.text else Reading((), ())
        seeker = Seeker(PartyKind.ENTERPRISE, dict(request.facts), request.text, reading=reading)
        return MatchAnswer(seeker, (match_of(OFFERS[0]),), len(OFFERS), VERSIONS)

    def prospects(self, viewer: Viewer, request: ProspectRequest) -> ProspectAnswer:
        self.asked.append((viewer, request))
        found = self.store.offers.get(viewer, request.offer_id)
        return ProspectAnswer(found, (match_of(found),), 3, 2, VERSIONS)


@dataclass
class FakeSearching:
    """Finds the one party, whatever is looked for, and remembers what that was."""

    asked: list[tuple[Viewer, SearchRequest]] = field(default_factory=list)

    def search(self, viewer: Viewer, request: SearchRequest) -> SearchAnswer:
        self.asked.append((viewer, request))
        return SearchAnswer((Found(PARTY, 0.61234 if request.text else None),), 3, request.at or DAY)


VERSIONS = Versions("fingerprint", "catalogue-1", DAY)


def match_of(found: Offer) -> Match:
    """A match whose findings show every kind of value."""
    findings = (
        Finding(AGE, State.UNMET, Decimal("8.0"), gap="超出3年"),
        Finding(STAFF, State.MET, 45, group="规模"),
        Finding(LISTED, State.UNKNOWN, None),
    )
    return Match(
        seeker_id=PARTY.id,
        seeker_name=PARTY.name,
        seeker_synthetic=False,
        offer=found,
        score=61.5,
        contributions=(Contribution("semantic", "语义相关", 61.5, "体外诊断"),),
        eligibility=Eligibility(State.UNMET, findings),
        reasons=("主营业务相关",),
        gaps=("成立8年，超出3年",),
        unknowns=("headcount",),
    )


@dataclass(frozen=True)
class FakeView:
    """A view of three parties, one of them beside the snapshot."""

    alive: int = 3
    delta: int = 1
    sequence: int = 5


@dataclass
class FakeIndex:
    """An index that is ready when told so."""

    ready: bool = True

    @property
    def view(self) -> FakeView | None:
        return FakeView() if self.ready else None

    def refresh(self) -> int:
        self.ready = True
        return 1

    def start(self) -> None:
        self.ready = True

    def stop(self) -> None:
        pass

    def catch_up(self) -> None:
        pass


@dataclass
class FakeAudit:
    """What was noted, in order: action and subjects."""

    rows: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def note(self, viewer: Viewer, action: str, *, subjects: Iterable[str] = (), **_said: object) -> None:
        self.rows.append((str(action), tuple(subjects)))

    seen = note


@dataclass
class FakeServices:
    """All of it."""

    settings: Settings
    store: FakeStore
    matchmaker: FakeMatchmaker
    parties: FakeIndex = field(default_factory=FakeIndex)
    searching: FakeSearching = field(default_factory=FakeSearching)
    audit: FakeAudit = field(default_factory=FakeAudit)

    @property
    def campaigns(self) -> FakeCampaigns:
        return FakeCampaigns(self.store)

    @property
    def sights(self) -> Sights:
        return Sights(cast(Any, self.store), now=lambda: MOMENT)


def fake_services(data: Path, **settings: object) -> FakeServices:
    """A fresh fake over an empty data folder."""
    store = FakeStore()
    return FakeServices(Settings.load(data=data, **settings), store, FakeMatchmaker(store))
