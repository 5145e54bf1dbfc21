"""Two platforms with rows whose every word can be told again: what shows up where it must not is seen."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from api.access.accounts import Account
from api.access.viewers import STAFF, Role, Viewer
from api.bootstrap import Services
from api.store.campaign_rows import AssignmentRow, Campaign
from api.store.investments import Told
from api.store.needs import NewNeed, Notice
from api.store.tenants import Tenant, Tier
from matcher.campaigns.claiming import PostedNeed
from matcher.fields import PartyKind
from matcher.investments import Investment
from matcher.offers import Offer, OfferKind
from matcher.parties import Fact, Party
from tests.api.campaigns.worlds import PLAN
from tests.api.delivery.worlds import a_row

DAY = date(2026, 11, 1)
AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
FOREIGN_PARTIES = 23
"""So many enterprises stand on the foreign platform: a count that no answer elsewhere may hold."""
_CODES = {"local": "91320594MA1MYNBR15", "suzhou": "91320583MA1N8XKJ6B"}
_PHONES = {"local": "13911112222", "suzhou": "13933334444"}


@dataclass(frozen=True)
class Platform:
    """What was planted on a platform, by what a path or a body calls it, and the words that tell of it."""

    tenant: str
    ids: dict[str, str]
    marks: tuple[str, ...]
    accounts: dict[Role, Account]


def planted(services: Services, tenant: str) -> Platform:
    """Plant an enterprise with its neighbour, a bank, a carrier, a lead firm, and one of everything about them."""
    viewer, store = Viewer(tenant), services.store
    store.tenants.ensure(Tenant(tenant, f"{tenant}平台", Tier.LOCAL))
    store.parties.upsert_many(viewer, parties_of(tenant))
    store.offers.upsert_many(viewer, [offer_of(tenant, kind) for kind in OWNERS])
    campaign, row = listed(services, viewer)
    need = store.needs.post(
        viewer,
        NewNeed(
            f"{tenant}特征需求",
            {"industry": "制造业"},
            PostedNeed(3, AT, AT + timedelta(days=3650)),
            None,
            f"{tenant}-ent",
        ),
        [Notice(f"{tenant}-bank", f"{tenant}-loan", 9_000)],
    )
    job = store.jobs.submit(viewer, "import", {"file": f"{tenant}特征文件.csv"})
    store.jobs.cancel(viewer, job.id)
    batch = store.imports.start(viewer, kind=PartyKind.ENTERPRISE, file_name=f"{tenant}特征文件.csv", sha256="0" * 64)
    columns = store.import_templates.keep(viewer, f"{tenant}特征模板", PartyKind.ENTERPRISE, {"名称": "name"}, AT)
    made = Investment(f"{tenant}特征基金", f"{tenant}特征被投企业", investor_id=f"{tenant}-bank")
    invested = store.investments.put(viewer, made, Told(f"{tenant}特征科员", AT))
    ids = {
        "party_id": f"{tenant}-ent", "offer_id": f"{tenant}-loan", "campaign_id": campaign.id, "number": "1",
        "assignment_id": row.id, "assignment": row.id, "need_id": need.id, "job_id": job.id, "import_id": batch.id,
        "institution": f"{tenant}-bank", "seeker": f"{tenant}-ent", "offer": f"{tenant}-loan", "platform": tenant,
        "template_id": columns.id, "tag": "rd_intensity_pct",
        "investment_id": invested.id, "investor_id": f"{tenant}-bank",
        "recipient": f"{tenant}-bank", "recipient_id": f"{tenant}-bank", "subject": f"{tenant}-loan",
    }  # fmt: skip
    accounts = {role: account_of(services, tenant, role) for role in Role}
    made_ids = (campaign.id, row.id, need.id, job.id, batch.id, columns.id, invested.id)
    marks = (f"{tenant}特征", _CODES[tenant], _PHONES[tenant], *made_ids)
    return Platform(tenant, ids, marks, accounts)


OWNERS = {OfferKind.LOAN: "bank", OfferKind.INCUBATION: "carrier", OfferKind.PROCUREMENT: "lead"}
_PARTY_OF = {Role.ENTERPRISE: "ent", Role.INSTITUTION: "bank", Role.CARRIER: "carrier", Role.LEAD_FIRM: "lead"}


def parties_of(tenant: str) -> list[Party]:
    """The enterprises of a platform, the first with a code and a telephone, and those that offer something."""

    def one(name: str, kind: PartyKind, **values: object) -> Party:
        facts = {code: Fact(value, "自填", DAY) for code, value in values.items()}  # type: ignore[arg-type]
        return Party(f"{tenant}-{name}", kind, f"{tenant}特征{name}有限公司", facts, tenant, "测试", DAY)

    named = {
        "credit_code": _CODES[tenant],
        "contact_phone": _PHONES[tenant],
        "headcount": 45,
        "main_business": "体外诊断试剂",
    }
    count = FOREIGN_PARTIES if tenant == "suzhou" else 2
    enterprises = [one("ent", PartyKind.ENTERPRISE, **named)]
    enterprises += [one(f"e{number}", PartyKind.ENTERPRISE, headcount=number + 5) for number in range(count - 2)]
    return [
        *enterprises,
        one("lead", PartyKind.ENTERPRISE, headcount=900),
        one("bank", PartyKind.INSTITUTION),
        one("carrier", PartyKind.CARRIER),
    ]


def offer_of(tenant: str, kind: OfferKind) -> Offer:
    """An offer of each who offers something."""
    owner = OWNERS[kind]
    audience = frozenset({PartyKind.ENTERPRISE})
    return Offer(
        f"{tenant}-{kind.value}", kind, f"{tenant}特征资源", f"{tenant}特征{owner}", "测试。", "体外诊断", audience, (),
        provider_id=f"{tenant}-{owner}", tenant=tenant, observed_on=DAY,
    )  # fmt: skip


def listed(services: Services, viewer: Viewer) -> tuple[Campaign, AssignmentRow]:
    """An approved run that has the enterprise on the list of the bank."""
    store, tenant = services.store, viewer.tenant
    campaign = store.campaigns.create(viewer, f"{tenant}特征活动", PLAN, AT)
    run = store.campaigns.new_run(viewer, campaign.id, AT)
    store.campaigns.note(run, frozen={"at": "2026-11-22", "offers": "v1", "software": "0"})
    drawn = a_row(campaign, run, 0, f"{tenant}特征银行", OfferKind.LOAN, f"{tenant}特征企业")
    row = replace(drawn, tenant=tenant, seeker_id=f"{tenant}-ent", institution=f"{tenant}-bank")
    store.campaigns.decide(run, {"assigned": 1}, [row], AT)
    store.campaigns.approve(viewer, campaign.id, run.number, "科长", AT)
    return campaign, row


def account_of(services: Services, tenant: str, role: Role) -> Account:
    """An account of a role, for whom it acts."""
    party = None if role in STAFF or role is Role.AUDITOR else f"{tenant}-{_PARTY_OF[role]}"
    login = f"{tenant}-{role}".lower()
    account = Account(f"account-{login}", tenant, login, f"{tenant}特征账号", role, AT, party)
    services.store.accounts.add(account, None)
    return account
