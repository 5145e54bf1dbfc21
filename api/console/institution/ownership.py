"""What is one's own (本单位的资源): the offers of the viewer's party."""

from api.access.viewers import Viewer
from api.clock import today
from api.store.store import Store
from matcher.offers import Offer, in_force, institution_of


def own_offers(store: Store, viewer: Viewer, *, in_force_only: bool = False) -> tuple[Offer, ...]:
    """The offers of the viewer's party, in the order in which they came; only those in force today if asked."""
    if viewer.party_id is None:
        return ()
    day = today()
    return tuple(
        offer
        for offer in store.offers.list(viewer)
        if institution_of(offer) == viewer.party_id
        and offer.tenant in {"", viewer.tenant}
        and (not in_force_only or in_force(offer, day))
    )
