"""Golden questions: the built-in catalogue answers what firms ask as an adviser who knows the texts would."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.bootstrap import Services, build_services
from api.initialising import initialise
from api.requests import MatchRequest
from api.settings import Settings
from matcher.catalogue.loader import load_catalogue
from matcher.eligibility.results import State
from matcher.offers import OfferKind
from matcher.pairing.matches import Match

_FILE = Path(__file__).with_name("golden_questions.yaml")
_GOLDEN: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
_AT: date = _GOLDEN["at"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question and what must and must not be answered."""

    ask: str
    why: str
    kind: str = ""
    top3: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    unmet: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def kinds(self) -> frozenset[OfferKind]:
        return frozenset({OfferKind(self.kind)}) if self.kind else frozenset()


def _question(entry: dict[str, Any]) -> Question:
    unmet = tuple((offer, tuple(words)) for offer, words in entry.pop("unmet", {}).items())
    top3, absent = tuple(entry.pop("top3", ())), tuple(entry.pop("absent", ()))
    return Question(**entry, top3=top3, absent=absent, unmet=unmet)


QUESTIONS = [_question(dict(entry)) for entry in _GOLDEN["questions"]]


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with build_services(Settings(data=tmp_path_factory.mktemp("golden"), redis_url=None)) as opened:
        initialise(opened, demo=False)
        yield opened


def _ask(services: Services, question: Question, *, limit: int, include_unmet: bool = False) -> list[Match]:
    request = MatchRequest(text=question.ask, kinds=question.kinds, limit=limit, at=_AT, include_unmet=include_unmet)
    return list(services.matchmaker.match(services.viewer, request).matches)


def test_there_are_enough_questions_and_every_offer_named_exists() -> None:
    offers = load_catalogue().offers
    named = {offer for item in QUESTIONS for offer in (*item.top3, *item.absent, *dict(item.unmet))}
    assert len(QUESTIONS) >= 45
    assert named <= set(offers)
    assert all(item.top3 or item.unmet for item in QUESTIONS)
    assert len({item.ask for item in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda item: item.ask[:24])
def test_the_right_offers_come_first_and_the_wrong_ones_do_not_come(services: Services, question: Question) -> None:
    ids = [match.offer.id for match in _ask(services, question, limit=10)]
    missing = [offer for offer in question.top3 if offer not in ids[:3]]
    unwanted = [offer for offer in question.absent if offer in ids]
    assert (missing, unwanted) == ([], []), f"{question.why}; 前十名：{ids}"


@pytest.mark.parametrize("question", [item for item in QUESTIONS if item.unmet], ids=lambda item: item.ask[:24])
def test_what_is_unmet_says_which_condition_and_by_how_much(services: Services, question: Question) -> None:
    matches = {match.offer.id: match for match in _ask(services, question, limit=500, include_unmet=True)}
    for offer, words in question.unmet:
        assert matches[offer].eligibility.state is State.UNMET
        gaps = [gap for gap in matches[offer].gaps if all(word in gap for word in words)]
        assert gaps, f"{question.why}; {matches[offer].gaps}"
