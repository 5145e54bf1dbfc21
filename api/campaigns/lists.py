"""Lists (名单): the assigned pairs, each scored again by itself from the frozen inputs and put into words."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from api.access.viewers import Viewer
from api.campaigns.codes import new_code
from api.campaigns.running import Inputs, Outcome, rows_of
from api.exchange.documents import match_document, profile_document
from api.matchmaking import seeker_of
from api.store.campaign_rows import AssignmentRow, AssignmentStatus, Run
from api.store.store import Store
from matcher.campaigns.narrowing import frozen_values
from matcher.needs import Seeker
from matcher.offers import Offer, institution_of
from matcher.pairing.assembling import Nearness, assemble, explained
from matcher.pairing.matches import Match
from matcher.pairing.pipeline import dated
from matcher.pairing.recall import recall
from matcher.pairing.scoring import Scoring
from matcher.pairing.texts import wanted_text


def list_rows(
    run: Run, viewer: Viewer, outcome: Outcome, store: Store, chosen: NDArray[np.bool_]
) -> Iterator[AssignmentRow]:
    """The chosen pairs as rows of lists, one list at a time; left out are those whose seeker is gone from the store.

    `rank` is the place on the offer's list, from 1, by points and then by key.
    """
    for place, keys in _by_offer(outcome, chosen):
        offer = outcome.inputs.prepared.offers[place]
        made = matches_of(outcome.inputs, offer, keys, store, viewer)
        ordered = sorted(made, key=lambda item: (-item[1].score, item[0]))
        for rank, item in enumerate(ordered, 1):
            yield _row(run, viewer, offer, rank, *item)


def matches_of(
    inputs: Inputs, offer: Offer, keys: NDArray[np.int64], store: Store, viewer: Viewer
) -> list[tuple[int, Match]]:
    """Score and explain some frozen seekers for one offer, by key; those gone from the store are left out.

    What is compared is what was frozen; name and words are the store's.
    """
    rows = rows_of(inputs, keys)
    scoring = inputs.prepared.scoring()
    near = recall(inputs.segment.shelf, wanted_text(offer), rows)
    meaning, words = scoring.semantic(near.semantic), scoring.lexical(near.lexical)
    said = zip(keys.tolist(), meaning.tolist(), words.tolist(), strict=True)
    seekers = dict(frozen_seekers(inputs, keys, store, viewer))
    return [
        (key, _explained(seekers[key], offer, Nearness(semantic, lexical), scoring, inputs.at))
        for key, semantic, lexical in said
        if key in seekers
    ]


def frozen_seekers(
    inputs: Inputs, keys: NDArray[np.int64], store: Store, viewer: Viewer
) -> Iterator[tuple[int, Seeker]]:
    """Seekers by key with the values that were frozen; those gone from the store are left out."""
    parties = store.parties.get_many(viewer, keys.tolist())
    values = frozen_values(inputs.segment, rows_of(inputs, keys))
    for key, held in zip(keys.tolist(), values, strict=True):
        if key in parties:
            yield key, replace(seeker_of(parties[key]), values=held)


def _explained(seeker: Seeker, offer: Offer, nearness: Nearness, scoring: Scoring, at: date) -> Match:
    return explained(assemble(dated(seeker, at), offer, nearness, scoring), seeker.text, at)


def _by_offer(outcome: Outcome, chosen: NDArray[np.bool_]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    candidates = outcome.gathered.candidates
    offers, keys = candidates.offer[chosen], outcome.gathered.keys[candidates.seeker[chosen]]
    for place in np.unique(offers):
        yield int(place), np.sort(keys[offers == place])


def _row(run: Run, viewer: Viewer, offer: Offer, rank: int, key: int, match: Match) -> AssignmentRow:
    return AssignmentRow(
        id=new_code(),
        tenant=viewer.tenant,
        campaign_id=run.campaign_id,
        run_id=run.id,
        seeker_key=key,
        seeker_id=match.seeker_id,
        offer_id=offer.id,
        institution=institution_of(offer),
        rank=rank,
        points=round(match.score * 100),
        eligibility=match.eligibility.state.value,
        status=AssignmentStatus.ACTIVE,
        match=match_document(match) | {"profile": profile_document(match.values)},
    )


def counts_of(outcome: Outcome, listed: Collection[int]) -> dict[str, object]:
    """The numbers of a run: seekers, candidates, places and what became of them, floors that were not kept.

    `listed` holds the seeker's key of every row of the lists; `gone` counts chosen pairs that came on none.
    """
    offers = outcome.inputs.prepared.offers
    candidates, assignment = outcome.gathered.candidates, outcome.assignment
    worth, of_offers = assignment.place_worth, _listed(outcome)
    return {
        "seekers": len(outcome.inputs.rows),
        "with_candidates": len(np.unique(candidates.seeker)),
        "candidates": len(candidates),
        "assigned": len(listed),
        "seekers_assigned": len(set(listed)),
        "gone": int(assignment.chosen.sum()) - len(listed),
        "points": assignment.points,
        "bound": assignment.bound,
        "offers": [
            {
                "offer_id": offer.id,
                "quota": int(outcome.capacities.quotas[place]),
                **of_offers[place],
                "one_more_place_points": None if worth is None else int(worth[place]),
            }
            for place, offer in enumerate(offers)
        ],
        "shortfalls": [
            {
                "name": short.floor.name,
                "offer_id": None if short.floor.offer is None else offers[short.floor.offer].id,
                "least": short.floor.least,
                "reached": short.reached,
            }
            for short in assignment.shortfalls
        ],
    }


def _listed(outcome: Outcome) -> list[dict[str, object]]:
    """For each offer how many are on its list, their mean 匹配度 and the shares of micro and first-loan firms (%).

    Only what is known counts towards a share; a list without anybody has no mean and no shares.
    """
    candidates, chosen = outcome.gathered.candidates, outcome.assignment.chosen
    seeker, offer, points = (column[chosen] for column in (candidates.seeker, candidates.offer, candidates.points))
    rows = rows_of(outcome.inputs, outcome.gathered.keys[seeker])
    frame = outcome.inputs.segment.frame
    places = len(outcome.inputs.prepared.offers)
    used = np.bincount(offer, minlength=places)
    sums = np.bincount(offer, points, minlength=places) / 100
    groups = {
        name: np.bincount(offer, _is(frame, rows, field, value), minlength=places) * 100
        for name, (field, value) in _GROUPS.items()
    }
    return [
        {"used": int(count), "mean_match": _mean(sums[place], count)}
        | {name: _mean(found[place], count) for name, found in groups.items()}
        for place, count in enumerate(used)
    ]


_GROUPS: Mapping[str, tuple[str, object]] = {
    "micro_pct": ("size_class", "微型"),
    "first_loan_pct": ("has_ever_borrowed", False),
}
"""Groups whose share is shown: 微型企业 (工信部联企业〔2011〕300号), 首贷户 (never had a bank loan)."""


def _is(frame: pl.DataFrame, rows: NDArray[np.int64], field: str, value: object) -> NDArray[np.bool_]:
    if field not in frame.columns:
        return np.zeros(len(rows), dtype=np.bool_)
    return (frame[field][rows] == value).fill_null(value=False).to_numpy()


def _mean(total: float, count: int) -> object:
    return round(float(total) / int(count), 1) if count else None
