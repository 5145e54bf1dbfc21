"""Who is on no list, and how near each came (未列入名单): what an operator offers those who went away empty-handed."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.access.viewers import Viewer
from api.campaigns.questions import require_decided
from api.campaigns.running import Runner
from api.store.campaign_rows import Run
from matcher.offers import Offer


@dataclass(frozen=True, slots=True)
class Chance:
    """A seeker on no list with its nearest chance; `lacking` is in hundredths of a point, None: no exact meaning."""

    seeker_id: str
    seeker_name: str
    offer: Offer
    lacking: int | None


def left_out(runner: Runner, viewer: Viewer, run: Run, offset: int, limit: int) -> tuple[Sequence[Chance], int]:
    """Some of those left out, the nearest to a list first, and how many there are; those without candidates are not.

    Raises `WrongCampaignState` for a run that has no result.
    """
    outcome = runner.decided(require_decided(run), viewer)
    pairs = outcome.reasons.left_out()
    shown = pairs[offset : offset + limit]
    candidates, offers, lacking = (
        outcome.gathered.candidates,
        outcome.inputs.prepared.offers,
        outcome.assignment.lacking,
    )
    keys = outcome.gathered.keys[candidates.seeker[shown]].tolist()
    parties = runner.store.parties.get_many(viewer, keys)
    chances = [
        Chance(
            parties[key].id,
            parties[key].name,
            offers[int(candidates.offer[pair])],
            None if lacking is None else int(lacking[pair]),
        )
        for key, pair in zip(keys, shown.tolist(), strict=True)
        if key in parties
    ]
    return chances, len(pairs)
