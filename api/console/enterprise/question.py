"""A question as it stands (提问): the words, what was corrected or taken out of them, and what the list shall hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from api.access.viewers import Viewer
from api.console.desk import Desk
from api.exchange.answers import match_answer_document
from api.exchange.documents import json_value, party_document, value_text
from api.requests import MatchRequest
from matcher.fields import Value
from matcher.offers import OfferKind

PAGE = 10
Document = Mapping[str, Any]


@dataclass(slots=True)
class Question:
    """What is asked; a page keeps one and asks again at each change.

    `facts` correct or add to what the words say; what is taken out of the words is taken out of `text`.
    Without `personal` the order uses nothing of who asks.
    """

    text: str = ""
    facts: dict[str, Value] = field(default_factory=dict)
    kinds: frozenset[OfferKind] = frozenset()
    limit: int = PAGE
    include_unmet: bool = False
    personal: bool = True

    def request(self, viewer: Viewer) -> MatchRequest:
        """The request to the matchmaker, on behalf of the viewer's party."""
        return MatchRequest(
            text=self.text,
            party_id=viewer.party_id,
            facts=self.facts,
            kinds=self.kinds,
            limit=self.limit,
            include_unmet=self.include_unmet,
            personal=self.personal,
        )

    def take_out(self, words: str, code: str) -> None:
        """Forget a statement: its words leave the text, its correction goes too."""
        self.text = self.text.replace(words, "", 1).replace("，，", "，").replace(",,", ",").strip("，,；; 。")
        self.facts.pop(code, None)


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that was understood: of which field, in which words of the question (none: it was filled in)."""

    field: str
    label: str
    text: str
    words: str


@dataclass(frozen=True, slots=True)
class Found:
    """An answer with what the cards need of the asker's own party."""

    answer: Document
    facts: Mapping[str, Mapping[str, Any]]
    values: Mapping[str, Value]


def find(desk: Desk, question: Question) -> Found:
    """Ask the matchmaker, as who sits at the desk now. Raises as `Matchmaker.match`."""
    viewer, services = desk.viewer, desk.services
    answer = services.matchmaker.match(viewer, question.request(viewer))
    facts: dict[str, Any] = {}
    if viewer.party_id is not None:
        facts = dict(party_document(services.store.parties.get(viewer, viewer.party_id))["facts"])
    today = answer.versions.evaluated_on.isoformat()
    said = {**answer.seeker.reading.values, **question.facts}
    for code, value in said.items():
        told = desk.text("ask.told")
        facts[code] = {
            "value": json_value(value),
            "text": value_text(code, value),
            "source": told,
            "observed_on": today,
        }
    return Found(match_answer_document(answer), facts, answer.seeker.values)


def chips(question: Question, answer: Document) -> tuple[Chip, ...]:
    """What was understood, corrected where it was corrected, then what was filled in."""
    from matcher.declarations.registry import REGISTRY

    shown = [
        Chip(item["field"], item["label"], _said(question, item), item["words"])
        for item in answer["understood"]["statements"]
    ]
    stated = {chip.field for chip in shown}
    added = [
        Chip(code, REGISTRY[code].label, value_text(code, value), "")
        for code, value in question.facts.items()
        if code not in stated
    ]
    return (*shown, *added)


def _said(question: Question, item: Document) -> str:
    code = str(item["field"])
    return value_text(code, question.facts[code]) if code in question.facts else str(item["text"])
