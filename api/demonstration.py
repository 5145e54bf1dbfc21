"""What stands on the desks of the demonstration (演示数据): a list that was sent, consents, needs, a project, a review.

All of it is simulated and called so; it is made by the same steps as real work, once, in a store without campaigns.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from api.access.consents import Purpose, Scope
from api.access.viewers import Role, Viewer
from api.bootstrap import Services
from api.campaigns.job import run_campaign
from api.campaigns.submitting import JOB, run_arguments
from api.claims.hall import NeedRequest
from api.clock import CHINA, now
from api.delivery.delivering import deliver
from api.delivery.inbox import Received, Said
from api.indexing.waking import Polling
from api.jobs.worker import Worker
from api.store import deal_rows
from api.store.campaign_rows import Run
from api.store.deals import NewDeal
from api.store.investments import Told
from matcher.dealflow.events import Filing, Tranche
from matcher.fields import PartyKind
from matcher.investments import Investment
from matcher.learning.outcomes import OutcomeState
from matcher.parties import Party
from matcher.taxonomy import industries

ENTERPRISE, FUND_MANAGER, CARRIER, LEAD = (
    "demo-ent-0001",
    "demo-fund-manager-0001",
    "demo-carrier-0001",
    "demo-lead-0001",
)
"""The parties that the demonstration's accounts act for."""
OFFERS = ("demo-fund-0001", "demo-incubation-0001", "demo-procurement-0001-1", "loan.kepu-yidai")
PIPELINE = "pipeline.kunshan-angel"
NAME, APPROVER = "秋季融资与供需对接（模拟）", "金融服务科科长"
SENT_DAYS_AGO = 8
HELD = 6
NEEDS = (
    ("demo-ent-0003", "想找天使轮投资500万，做体外诊断试剂，也想入驻苏州的孵化器", 2),
    (ENTERPRISE, "体外诊断试剂订单增加，想贷款300万周转，没有房产抵押", 3),
)
_PLAN = """
name: {name}
purpose: 演示用：把虚构的企业推荐给虚构的机构和目录中的一项贷款，名单、授权、反馈均为模拟
basis: {{document: 演示活动方案（虚构）, article: 第一条, quote: 组织融资与供需对接}}
starts: {starts}
ends: {ends}
approver: {approver}
seekers: {{kind: enterprise}}
offers: {{ids: [{offers}]}}
quota: 12
limit: 3
least_match: 20
"""


def furnish(services: Services) -> bool:
    """Fill the desks of a demonstration world; False where there is a campaign already, and then nothing is changed."""
    if services.store.campaigns.list(services.viewer):
        return False
    sent = now() - timedelta(days=SENT_DAYS_AGO)
    _invest(services, sent)
    _send_lists(services, sent)
    _consent(services)
    for viewer in (_of(Role.INSTITUTION, FUND_MANAGER), _of(Role.CARRIER, CARRIER), _of(Role.LEAD_FIRM, LEAD)):
        _answer(services, viewer, sent)
    for party, text, limit in NEEDS:
        closes = now() + timedelta(days=2)
        services.hall.post(_of(Role.ENTERPRISE, party), NeedRequest(text, limit, closes, party))
    _begin_project(services)
    services.reviews.ask(
        _of(Role.ENTERPRISE, ENTERPRISE), OFFERS[-1], "（模拟）我单位专利转让已办结，请人工复核科浦医贷的结果"
    )
    return True


def _of(role: Role, party: str) -> Viewer:
    return Viewer(role=role, party_id=party, name="演示（模拟）")


def _invest(services: Services, at: datetime) -> None:
    """The first fund has invested in some firms of its industries: its list says so beside each prospect."""
    store, viewer = services.store, services.viewer
    fund = store.offers.get(viewer, OFFERS[0])
    firms = (party for batch in store.parties.iterate(viewer, PartyKind.ENTERPRISE) for _, party in batch)
    held = [party for party in firms if party.id != ENTERPRISE and _is_of(party, fund.industry_focus)][:HELD]
    made = [
        Investment(fund.provider, party.name, fund.provider_id, fund.id, party.id, source="演示数据（模拟）")
        for party in held
    ]
    store.investments.put_many(viewer, made, Told("演示（模拟）", at, "模拟"))


def _is_of(party: Party, focus: tuple[str, ...]) -> bool:
    code = party.values.get("industry")
    return isinstance(code, str) and industries.is_under(code, focus)


def _send_lists(services: Services, sent: datetime) -> Run:
    """A campaign that was run, approved and sent; the run is made now, by the same code as any."""
    store, viewer, day = services.store, services.viewer, sent.astimezone(CHINA).date()
    words = {"name": NAME, "approver": APPROVER, "starts": day, "ends": day + timedelta(days=60)}
    campaign = store.campaigns.create(viewer, NAME, _PLAN.format(**words, offers=", ".join(OFFERS)), sent)
    with store.together():
        run = store.campaigns.new_run(viewer, campaign.id, sent)
        job = store.jobs.submit(viewer, JOB, run_arguments(run), key=run.id, request_id="")
        store.campaigns.note(run, job_id=job.id)
    handlers = {JOB: lambda context: run_campaign(context, services.campaigns)}
    Worker(store.leases, handlers, Polling()).run_one()
    store.campaigns.approve(viewer, campaign.id, run.number, APPROVER, sent)
    return deliver(store, viewer, campaign.id, run.number, APPROVER, sent)[0]


def _consent(services: Services) -> None:
    """Some on each list have agreed, one has taken it back; the others are still masked."""
    recipients = (
        (FUND_MANAGER, Purpose.INVESTMENT, Role.INSTITUTION),
        (CARRIER, Purpose.INCUBATION, Role.CARRIER),
        (LEAD, Purpose.COOPERATION, Role.LEAD_FIRM),
    )
    until = now().astimezone(CHINA).date() + timedelta(days=180)
    for recipient, purpose, role in recipients:
        seekers = [row.row.seeker_id for row in services.store.received.of(_of(role, recipient))]
        agreed = [seeker for seeker in seekers if seeker != ENTERPRISE][:4]
        for seeker in agreed:
            _agree(services, seeker, recipient, purpose, until)
        if agreed:
            given = _agree(services, agreed[-1], recipient, purpose, until)
            services.consents.withdraw(_of(Role.ENTERPRISE, agreed[-1]), given)
    _agree(services, ENTERPRISE, CARRIER, Purpose.INCUBATION, until)


def _agree(services: Services, seeker: str, recipient: str, purpose: Purpose, until: date) -> str:
    return services.consents.grant(_of(Role.ENTERPRISE, seeker), recipient, purpose, tuple(Scope), until).id


def _answer(services: Services, viewer: Viewer, sent: datetime) -> None:
    """What the recipient has said of its list so far: most rows wait, and some of them are late."""
    pairs = services.inbox.all(viewer)
    day = (sent + timedelta(days=1)).astimezone(CHINA).date()
    said: Sequence[tuple[int, Said]] = (
        (0, Said(OutcomeState.VIEWED, day=day)),
        (0, Said(OutcomeState.ACCEPTED, day=day)),
        (0, Said(OutcomeState.CONTACTED, day=day + timedelta(days=2))),
        (1, Said(OutcomeState.VIEWED, day=day)),
        (1, Said(OutcomeState.ACCEPTED, day=day)),
        (2, Said(OutcomeState.VIEWED, day=day)),
        (3, Said(OutcomeState.REFUSED, "规模不符合", day=day)),
    )
    known: dict[int, Received] = dict(enumerate(pairs))
    for place, what in said:
        if place in known:
            services.inbox.say(viewer, [known[place]], what)


def _begin_project(services: Services) -> None:
    """A fund with a first contribution, and a project of one of the firms in its first stage."""
    deals, viewer, at = services.deals, services.viewer, now()
    fund = deals.open_fund(viewer, PIPELINE, "演示天使基金（模拟）", at - timedelta(days=400))
    paid = deal_rows.Said("演示运营", "manager", "首期出资（模拟）", at - timedelta(days=390), ("出资凭证（模拟）",))
    deals.enter(viewer, fund.record.id, paid, Tranche(paid.at.astimezone(CHINA).date(), Decimal(5_000), Decimal(5_000)))
    opened = deal_rows.Said("演示运营", "applicant", "企业在线申请（模拟）", at - timedelta(days=12))
    new = NewDeal("启明诊断天使轮（模拟）", fund.record.id, None, ENTERPRISE)
    deal = deals.open(viewer, PIPELINE, new, opened)
    filed = replace(opened, why="企业提交（模拟）", at=at - timedelta(days=11), evidence=("申请表（模拟）",))
    deals.append(viewer, deal.record.id, filed, Filing("application"))
