"""All campaigns of a platform (对接活动), and the way to a new one: an example, a few values, run."""

from typing import Any

from nicegui import ui

from api.access.permissions import Permission
from api.access.viewers import STAFF, Viewer
from api.campaigns.examples import Example, examples, with_values
from api.campaigns.planning import plan_of, prepared
from api.campaigns.submitting import preview, submit_run
from api.clock import now, today
from api.console.blocks import bare, definition, empty, line, muted, note, panel, primary, quiet, span, tag, tile, title
from api.console.columns import Column, ColumnKind, Row
from api.console.desk import Desk
from api.console.numbers import count
from api.console.pages import Page
from api.console.tables import Table
from api.exchange.campaigns import CAMPAIGN_LABELS
from api.exchange.found import said
from api.store.store import Store
from matcher.campaigns.plan import OBJECTIVE_LABELS, Plan
from matcher.errors import MatcherError
from matcher.fields import PARTY_KIND_LABELS
from matcher.offers import OFFER_KIND_LABELS

_MOST_OFFERS = 8


async def show_all(desk: Desk) -> None:
    """The campaigns, or what to begin with."""
    with line("apart"):
        title(desk, "page.campaigns")
        if desk.may(Permission.CAMPAIGN_WRITE):
            primary(desk.text("op.campaign.new"), lambda: desk.go("/campaigns/new"), "add")
    rows = await desk.work(_rows, desk.services.store, desk.viewer)
    if not rows:
        empty(desk.text("op.campaign.none"), [(desk.text("op.campaign.begin"), lambda: desk.go("/campaigns/new"))])
        return
    columns = (
        Column("name", desk.text("op.campaign.name"), pinned=True, width=300),
        Column("state", desk.text("op.campaign.state"), width=110),
        Column("runs", desk.text("op.campaign.runs"), ColumnKind.NUMBER, width=110),
        Column("assigned", desk.text("op.campaign.assigned"), ColumnKind.NUMBER, desk.text("op.unit.pairs"), width=150),
        Column("approved_by", desk.text("op.campaign.approved_by")),
        Column("updated", desk.text("op.campaign.updated"), ColumnKind.MOMENT, width=160),
    )
    Table("campaigns", desk.text("page.campaigns"), columns, lambda key: desk.go(f"/campaigns/{key}")).show(desk, rows)


def _rows(store: Store, viewer: Viewer) -> list[Row]:
    return [_row(store, viewer, campaign) for campaign in store.campaigns.list(viewer)]


def _row(store: Store, viewer: Viewer, campaign: Any) -> Row:
    runs = store.campaigns.runs(viewer, campaign.id)
    last = next((run for run in runs if run.counts), None)
    return {
        "id": campaign.id,
        "name": campaign.name,
        "state": CAMPAIGN_LABELS[campaign.state],
        "runs": len(runs),
        "assigned": None if last is None else last.counts.get("assigned"),
        "approved_by": next((run.approved_by for run in runs if run.approved_by), None),
        "updated": campaign.updated.isoformat(),
    }


async def show_new(desk: Desk) -> None:
    """First the choice of an example, then its values; another campaign's plan serves as well."""
    title(desk, "page.campaign_new", under=desk.text("op.campaign.new_under"))
    found = {item.id: item for item in await desk.work(examples, today())}
    copied = desk.query.get("copy", "")
    chosen = found.get(desk.query.get("from", ""))
    if copied:
        campaign = await desk.work(desk.services.store.campaigns.get, desk.viewer, copied)
        await editor(desk, campaign.plan)
    elif chosen is not None:
        await editor(desk, chosen.text)
    else:
        _choices(desk, found.values())


def _choices(desk: Desk, found: Any) -> None:
    with tag("div", "columns"):
        for item in found:
            _choice(desk, item)


def _choice(desk: Desk, item: Example) -> None:
    with tag("a", "role", href=f"/console/campaigns/new?from={item.id}"):
        tag("b", "", item.plan.name)
        tag("span", "small", item.plan.purpose)
        tag("span", "muted small", _scope(desk, item.plan))


def _scope(desk: Desk, plan: Plan) -> str:
    kinds = "、".join(OFFER_KIND_LABELS[kind] for kind in sorted(plan.offers.kinds))
    return desk.text(
        "op.campaign.scope", seekers=PARTY_KIND_LABELS[plan.seekers], offers=kinds or "—", quota=plan.quota
    )


async def editor(desk: Desk, text: str, campaign: str = "") -> None:
    """The values of a plan as a form, its whole text beneath; `campaign` is the one that is changed, else a new one."""
    form = _Form(desk, text, campaign)
    form.show()
    await form.check()


class _Form:
    """A plan while it is written: the form's values stand in the text, which alone counts."""

    def __init__(self, desk: Desk, text: str, campaign: str) -> None:
        self._desk = desk
        self._text = text
        self._campaign = campaign
        self._plan = plan_of(text)

    def show(self) -> None:
        """Build the form, the text and the place for what was found."""
        desk = self._desk
        with tag("div", "split"):
            with panel(desk.text("op.campaign.values")):
                self._values()
                with ui.expansion(desk.text("op.campaign.whole_text")).classes("wide"):
                    muted(desk.text("op.campaign.whole_text_under"))
                    self._area = ui.codemirror(self._text, language="YAML", line_wrapping=True, on_change=self._typed)
                    self._area.style("height: 380px").props["aria-label"] = desk.text("op.campaign.whole_text")
            with tag("div", "stack"):
                with panel(desk.text("op.campaign.found")):
                    self._found = tag("div", "stack", role="status")
                with line():
                    primary(desk.text("op.campaign.run_now"), self._run, "play_arrow")
                    quiet(desk.text("op.campaign.check"), self.check)
                    bare(desk.text("op.campaign.save"), self._save)

    def _values(self) -> None:
        plan = self._plan
        with tag("div", "fields"):
            self._entry("name", plan.name, wide=True)
            self._entry("purpose", plan.purpose, wide=True)
            self._entry("approver", plan.approver)
            self._entry("quota", str(plan.quota), kind="number")
            self._entry("starts", plan.starts.isoformat())
            self._entry("ends", plan.ends.isoformat())
            self._entry("limit", str(plan.limit), kind="number")
            self._entry("least_match", str(plan.least_points // 100), kind="number")

    def _entry(self, key: str, value: str, *, kind: str = "text", wide: bool = False) -> None:
        entry = ui.input(self._desk.text(f"op.plan.{key}"), value=value).props(f"dense outlined type={kind}")
        entry.classes("span" if wide else "")
        entry.on("blur", lambda: self._change(key, entry.value))
        entry.on("keydown.enter", lambda: self._change(key, entry.value))

    async def _change(self, key: str, value: str) -> None:
        try:
            self._text = with_values(self._text, {key: str(value).strip()})
        except ValueError:
            self._found.clear()
            with self._found:
                note(self._desk.text("op.plan.unreadable", label=self._desk.text(f"op.plan.{key}"), value=value), "red")
            return
        self._area.set_value(self._text)
        await self.check()

    def _typed(self, event: Any) -> None:
        self._text = event.value

    async def check(self) -> None:
        """Show what the plan comes to, or each fault in it."""
        desk, text = self._desk, self._text
        try:
            plan = plan_of(text)
            numbers = await desk.work(preview, desk.services.campaigns, plan, desk.viewer, today())
        except MatcherError as fault:
            self._found.clear()
            with self._found:
                note(str(fault), "red").classes("prewrap")
            return
        self._found.clear()
        with self._found:
            _numbers(desk, plan, numbers)

    async def _save(self) -> None:
        desk = self._desk
        key = await desk.work(kept, desk.services.campaigns.store, desk.viewer, self._text, self._campaign)
        desk.go(f"/campaigns/{key}")

    async def _run(self) -> None:
        desk = self._desk
        key = await desk.work(kept, desk.services.campaigns.store, desk.viewer, self._text, self._campaign)
        run = await desk.work(submit_run, desk.services.campaigns.store, desk.viewer, key, dry=False)
        desk.go(f"/campaigns/{key}?run={run.number}&step=candidates")


def kept(store: Store, viewer: Viewer, text: str, campaign: str) -> str:
    """Keep a plan as a new campaign or as that of one; gives the campaign's id. Raises `InvalidCampaign`."""
    plan = plan_of(text)
    prepared(plan, store, viewer, today())
    if campaign:
        return store.campaigns.replace(viewer, campaign, plan.name, text, now()).id
    return store.campaigns.create(viewer, plan.name, text, now()).id


def _numbers(desk: Desk, plan: Plan, found: dict[str, Any]) -> None:
    """What a plan comes to before anything runs."""
    with tag("div", "tiles"):
        tile(desk.text("op.campaign.seekers"), count(found["seekers"], desk.text("op.unit.firms")))
        tile(desk.text("op.campaign.offers"), count(len(found["offers"]), desk.text("op.unit.offers")))
        tile(desk.text("op.campaign.places"), count(found["places"], desk.text("op.unit.places")))
        tile(desk.text("op.campaign.expected"), count(found["expected_candidates"], desk.text("op.unit.pairs")))
    if not found["seekers"]:
        note(desk.text("op.campaign.nobody"), "amber")
    plan_facts(desk, plan)
    names = [f"{item['name']}（{item['quota']}）" for item in found["offers"]]
    shown = "、".join(names[:_MOST_OFFERS])
    more = desk.text("op.more", n=len(names) - _MOST_OFFERS) if len(names) > _MOST_OFFERS else ""
    span(desk.text("op.campaign.offers_are", names=shown) + more, "muted small")


def plan_facts(desk: Desk, plan: Plan) -> None:
    """What a plan says, as a list of terms."""
    clause = plan.basis
    quote = f"：“{clause.quote}”" if clause.quote else ""
    floors = "；".join(
        desk.text("op.plan.floor_each" if floor.each_offer else "op.plan.floor_all", name=floor.name, least=floor.least)
        for floor in plan.floors
    )
    filtered = PARTY_KIND_LABELS[plan.seekers] + (f"：{said(plan.filter)}" if plan.filter else "")
    with tag("dl", "said"):
        definition(desk.text("op.plan.filter"), filtered)
        definition(desk.text("op.plan.basis"), f"《{clause.document}》{clause.article}{quote}")
        definition(desk.text("op.plan.approver"), plan.approver)
        definition(desk.text("op.plan.objective"), OBJECTIVE_LABELS[plan.objective])
        definition(desk.text("op.plan.floors"), floors or desk.text("op.none"))


_READ = Permission.CAMPAIGN_READ
PAGES = (
    Page("/campaigns", "campaigns", show_all, _READ, "campaign", STAFF),
    Page("/campaigns/new", "campaign_new", show_new, Permission.CAMPAIGN_WRITE),
)
