"""The demonstration world (演示世界): invented parties and offers, marked as such wherever they are shown.

No public list of carriers with their specialisms, of campaign responses or of loan outcomes exists here; whatever is
measured on this world says nothing about real ones. The same seed gives the same world, and asking for more
enterprises leaves the earlier ones as they are.
"""

from dataclasses import dataclass

from matcher.evaluation.demo_carriers import carrier
from matcher.evaluation.demo_enterprises import enterprise, team
from matcher.evaluation.demo_institutions import FUND_COUNT, SERVICE_COUNT, fund, service
from matcher.evaluation.demo_lead_firms import lead_firm
from matcher.evaluation.demo_personas import PERSONA_COUNT, persona
from matcher.offers import Offer
from matcher.parties import Party

_CARRIERS = 40
_LEAD_FIRMS = 30
_TEAMS = 12


@dataclass(frozen=True, slots=True)
class DemoWorld:
    """Invented parties and the offers of those among them that offer something."""

    parties: tuple[Party, ...]
    offers: tuple[Offer, ...]


def demo_world(seed: int = 20261122, enterprises: int = 400) -> DemoWorld:
    """Build the world: `enterprises` firms (the typical ones first), teams, carriers, lead firms, funds, services.

    All are synthetic; ids are stable, such as demo-ent-0001, demo-carrier-0001, demo-incubation-0001.
    """
    typical = [persona(number) for number in range(1, min(enterprises, PERSONA_COUNT) + 1)]
    drawn = [enterprise(seed, number) for number in range(PERSONA_COUNT + 1, enterprises + 1)]
    teams = [team(seed, number) for number in range(1, _TEAMS + 1)]
    offering = [
        *(carrier(seed, number) for number in range(1, _CARRIERS + 1)),
        *(fund(seed, number) for number in range(1, FUND_COUNT + 1)),
        *(service(seed, number) for number in range(1, SERVICE_COUNT + 1)),
    ]
    leading = [lead_firm(seed, number) for number in range(1, _LEAD_FIRMS + 1)]
    parties = (*typical, *drawn, *teams, *(owner for owner, _ in offering), *(owner for owner, _ in leading))
    offers = (*(offer for _, offer in offering), *(offer for _, demands in leading for offer in demands))
    return DemoWorld(parties, offers)
