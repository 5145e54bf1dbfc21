"""Lists from the receiving side: one's own only, masked by today's consent, with what is due and what may be said."""

import json
from datetime import date
from decimal import Decimal

import pytest

from api.access.auditing import Audit
from api.access.consenting import Consents
from api.access.consents import Purpose, Scope
from api.access.viewers import Role, Viewer
from api.delivery.inbox import Inbox, Said
from api.errors import Forbidden, UnknownAssignment
from api.exchange.received import received_document
from api.routes.received_answers import ReceivedAnswer, ReceivedWholeAnswer
from api.store.outcome_rows import ReportState
from api.store.store import Store
from matcher.learning.outcomes import OutcomeState
from tests.api.delivery.worlds import BANKS, LATER, VIEWER, a_campaign, delivered
from tests.api.worlds import party as stored

BANK = Viewer(role=Role.INSTITUTION, party_id=BANKS[0], name="客户经理")
OTHER = Viewer(role=Role.INSTITUTION, party_id=BANKS[1])


def inbox(store: Store) -> Inbox:
    return Inbox(store, Audit(store.audit, now=lambda: LATER), now=lambda: LATER)


def granted(store: Store, party: str) -> str:
    store.parties.upsert_many(VIEWER, [stored(party, "示例企业0")])
    consents = Consents(store, Audit(store.audit, now=lambda: LATER), now=lambda: LATER)
    enterprise = Viewer(role=Role.ENTERPRISE, party_id=party)
    consents._name_of = lambda *_: BANKS[0]  # type: ignore[method-assign]  # the bank is no stored party here
    return consents.grant(enterprise, BANKS[0], Purpose.FINANCING, [Scope.IDENTITY], date(2027, 1, 1)).id


def test_one_s_own_pairs_and_no_others(store: Store) -> None:
    delivered(store, 6)
    found = inbox(store).all(BANK)
    assert len(found) == 3
    assert {item.row.row.institution for item in found} == {BANKS[0]}
    theirs = inbox(store).all(OTHER)[0].row.row.id
    with pytest.raises(UnknownAssignment):
        inbox(store).one(BANK, theirs)
    with pytest.raises(Forbidden):
        inbox(store).all(Viewer(role=Role.ENTERPRISE, party_id="uscc-0"))


def test_what_is_approved_only_is_not_out_yet(store: Store) -> None:
    a_campaign(store, 6)
    assert inbox(store).all(BANK) == ()


def test_no_name_without_consent_and_none_after_it_was_withdrawn(store: Store) -> None:
    delivered(store, 6)
    consent = granted(store, "uscc-0")
    documents = [received_document(item, whole=True) for item in inbox(store).all(BANK)]
    for document in documents:
        ReceivedWholeAnswer.model_validate(document)
    assert [document["name"] for document in documents if document["consent"] == "已授权"] == ["示例企业0"]
    hidden = json.dumps([item for item in documents if item["consent"] != "已授权"], ensure_ascii=False)
    assert "示例企业" not in hidden
    assert "uscc-" not in hidden
    enterprise = Viewer(role=Role.ENTERPRISE, party_id="uscc-0")
    Consents(store, Audit(store.audit, now=lambda: LATER), now=lambda: LATER).withdraw(enterprise, consent)
    after = [received_document(item) for item in inbox(store).all(BANK)]
    assert sorted(item["consent"] for item in after) == ["已撤回授权", "未授权", "未授权"]
    assert "示例企业" not in json.dumps(after, ensure_ascii=False)


def test_opening_is_noted_once_and_results_follow_each_other(store: Store) -> None:
    delivered(store, 6)
    box = inbox(store)
    pair = box.all(BANK)[0]
    assert [item.due for item in pair.due] == [OutcomeState.ACCEPTED, OutcomeState.CONTACTED]
    for _ in range(2):
        seen = box.see(BANK, pair.row.row.id)
        assert [event.state for event in seen.history] == [OutcomeState.PUSHED, OutcomeState.VIEWED]
    assert [result.state for result in box.say(BANK, [seen], Said(OutcomeState.ACCEPTED))] == [ReportState.ADDED]
    said = Said(OutcomeState.APPROVED, amount_wan=Decimal(300), rate_pct=Decimal("3.9"), day=date(2026, 11, 27))
    assert [result.state for result in box.say(BANK, [seen], said)] == [ReportState.ADDED]
    after = box.one(BANK, pair.row.row.id)
    assert (after.state, after.due) == (OutcomeState.APPROVED, ())
    assert after.history[-1].amount_wan == Decimal(300)
    assert after.history[-1].by == "客户经理"
    without_reason = box.say(BANK, box.all(BANK)[1:2], Said(OutcomeState.REFUSED))
    assert [result.state for result in without_reason] == [ReportState.REFUSED]
    ReceivedAnswer.model_validate(received_document(after))


def test_reading_is_noted_with_whom_it_showed(store: Store) -> None:
    delivered(store, 6)
    inbox(store).all(BANK)
    row = Audit(store.audit, now=lambda: LATER).read(Viewer(role=Role.AUDITOR))[0]
    assert (row.entry.action, row.entry.party_id) == ("list.seen", BANKS[0])
    assert set(row.entry.subjects) == {"uscc-0", "uscc-2", "uscc-4"}
