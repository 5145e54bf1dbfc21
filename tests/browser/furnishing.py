"""What a demonstration world does not hold by itself: lists that were sent, consents, needs that were posted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from api.access.consents import Scope, purpose_of
from api.access.viewers import Role, Viewer
from api.bootstrap import Services, build_services
from api.campaigns.codes import new_code
from api.claims.hall import NeedRequest
from api.clock import now
from api.delivery.delivering import deliver
from api.exchange.documents import match_document, profile_document
from api.requests import ProspectRequest
from api.settings import Settings
from api.store.campaign_rows import AssignmentRow, AssignmentStatus, Campaign, Run
from matcher.fields import PartyKind
from matcher.offers import institution_of
from matcher.pairing.matches import Match
from tests.api.campaigns.worlds import PLAN


@contextmanager
def inside(data: Path) -> Iterator[Services]:
    """The services over a data folder that a server runs on, as a command on it has them."""
    with build_services(Settings.load(data=data)) as services:
        yield services


def send_list(services: Services, name: str, offer: str, count: int, *, days_ago: int = 6) -> list[AssignmentRow]:
    """Send an offer's best seekers to whose offer it is, as a campaign does; more than there are come again."""
    answer = services.matchmaker.prospects(
        services.viewer, ProspectRequest(offer, min(count, 400), seekers=frozenset({PartyKind.ENTERPRISE}))
    )
    matches = [match for match in answer.matches if match.seeker_id != institution_of(answer.offer)]
    campaigns, viewer, at = services.store.campaigns, services.viewer, now() - timedelta(days=days_ago)
    campaign = campaigns.create(viewer, name, PLAN, at)
    run = campaigns.new_run(viewer, campaign.id, at)
    rows = [_row(campaign, run, place, matches[(place - 1) % len(matches)]) for place in range(1, count + 1)]
    campaigns.decide(run, {"assigned": count}, rows, at)
    campaigns.approve(viewer, campaign.id, run.number, "科长", at)
    deliver(services.store, viewer, campaign.id, run.number, "科长", at)
    return rows


def _row(campaign: Campaign, run: Run, place: int, match: Match) -> AssignmentRow:
    return AssignmentRow(
        id=new_code(),
        tenant=campaign.tenant,
        campaign_id=campaign.id,
        run_id=run.id,
        seeker_key=place,
        seeker_id=match.seeker_id,
        offer_id=match.offer.id,
        institution=institution_of(match.offer),
        rank=place,
        points=round(match.score * 100),
        eligibility=match.eligibility.state.value,
        status=AssignmentStatus.ACTIVE,
        match=match_document(match) | {"profile": profile_document(match.values)},
    )


def consent(services: Services, row: AssignmentRow, scopes: Sequence[Scope] = tuple(Scope)) -> str:
    """Let the institution of a list see the enterprise of one of its rows; gives the consent's id."""
    purpose = purpose_of(services.store.offers.get(services.viewer, row.offer_id).kind)
    given = services.consents.grant(_enterprise(row), row.institution, purpose, scopes, date(2028, 6, 30))
    return given.id


def take_back(services: Services, row: AssignmentRow, given: str) -> None:
    """Withdraw it."""
    services.consents.withdraw(_enterprise(row), given)


def _enterprise(row: AssignmentRow) -> Viewer:
    return Viewer(role=Role.ENTERPRISE, party_id=row.seeker_id, name="演示企业")


def post_need(services: Services, party: str, text: str, limit: int) -> str:
    """Post a need of an enterprise; gives its id."""
    viewer = replace(services.viewer, role=Role.ENTERPRISE, party_id=party)
    return services.hall.post(viewer, NeedRequest(text, limit, now() + timedelta(days=2), party))[0].id
