"""What the platform's own funds paid (投资实施) as investments: nobody types them a second time."""

from functools import lru_cache
from importlib.resources import files

from api.access.viewers import Viewer
from api.errors import UnknownPipeline
from api.store.deals import Held
from api.store.store import Store
from matcher.catalogue.files import read_file
from matcher.dealflow.state import ZERO
from matcher.investments import Investment

SOURCE = "本平台项目"
"""Where such an investment is said to come from."""


def paid_investments(store: Store, viewer: Viewer) -> tuple[Investment, ...]:
    """One investment a deal that a fund of the platform has paid into: since when, how much in all, the last share."""
    return tuple(_investment(store, viewer, held) for held in store.deals.holdings(viewer))


def _investment(store: Store, viewer: Viewer, held: Held) -> Investment:
    paid = sorted(held.payments, key=lambda payment: payment.on)
    return Investment(
        investor=held.fund_name,
        firm=held.name,
        offer_id=_offer(store, viewer, held),
        party_id=held.party_id,
        on=paid[0].on,
        amount_wan=sum((payment.amount_wan for payment in paid), ZERO),
        stake_pct=next((payment.share_pct for payment in reversed(paid) if payment.share_pct is not None), None),
        source=SOURCE,
        deal_id=held.deal,
    )


def _offer(store: Store, viewer: Viewer, held: Held) -> str | None:
    """The offer that the fund's pipeline is of, where it names one."""
    try:
        kept = store.pipelines.get(viewer, held.pipeline, held.version or "")
    except UnknownPipeline:
        return _built_in().get(held.pipeline)
    return _named(kept.file, kept.content)


@lru_cache(maxsize=64)
def _named(file: str, content: str) -> str | None:
    offer = read_file(file, content.encode()).get("offer")
    return str(offer) if offer else None


@lru_cache(maxsize=1)
def _built_in() -> dict[str, str | None]:
    """The offers of the built-in pipelines, for a fund that was opened before versions were kept."""
    folder = files("matcher.dealflow").joinpath("pipelines")
    texts = [(item.name, item.read_text(encoding="utf-8")) for item in folder.iterdir() if item.name.endswith(".yaml")]
    return {str(read_file(name, text.encode())["id"]): _named(name, text) for name, text in texts}
