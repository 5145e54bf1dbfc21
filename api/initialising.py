"""A first start (初始化): the built-in catalogue, and on demand the synthetic world, into the store."""

from dataclasses import dataclass, replace

from api.access.demo import add_demo_accounts
from api.bootstrap import Services
from api.clock import now
from matcher.catalogue.loader import load_catalogue
from matcher.evaluation.demo_world import demo_world


@dataclass(frozen=True, slots=True)
class Initialised:
    """What a first start put into the data folder."""

    offers: int
    demo_parties: int


def initialise(services: Services, *, demo: bool) -> Initialised:
    """Put the built-in catalogue, and with `demo` the synthetic world, into the store; twice changes nothing."""
    viewer, store = services.viewer, services.store
    catalogue = load_catalogue()
    store.offers.replace_catalogue(catalogue.offers.values(), catalogue.version)
    world = demo_world() if demo else None
    if world is not None:
        store.parties.upsert_many(viewer, [replace(party, tenant=viewer.tenant) for party in world.parties])
        store.offers.upsert_many(viewer, [replace(offer, tenant=viewer.tenant) for offer in world.offers])
        add_demo_accounts(store.accounts, viewer.tenant, now)
    services.parties.refresh()
    return Initialised(len(catalogue.offers), len(world.parties) if world else 0)
