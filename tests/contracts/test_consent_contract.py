"""Consent: given, refused and taken back at once and everywhere, every change kept with the words that were shown."""

import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.access.audit import Action
from api.access.auditing import Audit
from api.access.consenting import Consents
from api.access.consents import ConsentState, Purpose, Scope, Standing, opening
from api.access.viewers import Role, Viewer
from api.errors import Forbidden, InvalidConsent, UnknownConsent
from api.store.audit import AuditQuery
from api.store.store import Store
from matcher.errors import UnknownParty
from matcher.fields import PartyKind
from matcher.parties import Party

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
DAY = date(2026, 11, 22)
FIRM = Viewer(role=Role.ENTERPRISE, party_id="企业", account_id="a1", name="厂长")
BANK = Viewer(role=Role.INSTITUTION, party_id="银行")
OTHER = Viewer(role=Role.INSTITUTION, party_id="另一银行")
ALL = frozenset(Scope)


def party(key: str, kind: PartyKind = PartyKind.ENTERPRISE) -> Party:
    return Party(key, kind, f"{key}有限公司", {}, "local", "测试", DAY)


@pytest.fixture
def consents(store: Store) -> Consents:
    bank = [party(key, PartyKind.INSTITUTION) for key in ("银行", "另一银行")]
    store.parties.upsert_many(Viewer(), [party("企业"), party("别家"), *bank])
    return Consents(store, Audit(store.audit, now=lambda: NOW), now=lambda: NOW)


def test_a_consent_opens_to_one_recipient_for_one_purpose_until_its_day(consents: Consents) -> None:
    made = consents.grant(FIRM, "银行", Purpose.FINANCING, ALL, DAY)
    assert consents.open_to(BANK, ["企业", "别家"]) == {"企业": made}
    assert consents.open_to(BANK, ["企业"], purpose=Purpose.INVESTMENT) == {}
    assert consents.open_to(BANK, ["企业"], DAY + timedelta(days=1)) == {}
    assert consents.open_to(OTHER, ["企业"]) == {}
    assert made.asked.recipient_name == "银行有限公司"
    assert made.standing(DAY + timedelta(days=1)) is Standing.EXPIRED


def test_what_is_said_last_counts_and_all_of_it_is_kept(consents: Consents, store: Store) -> None:
    first = consents.grant(FIRM, "银行", Purpose.FINANCING, [Scope.IDENTITY], DAY)
    assert consents.withdraw(FIRM, first.id).state is ConsentState.WITHDRAWN
    assert consents.open_to(BANK, ["企业"]) == {}
    again = consents.withdraw(FIRM, first.id)
    assert again.number == 2
    assert consents.grant(FIRM, "银行", Purpose.FINANCING, ALL, DAY).id == first.id
    consents.refuse(FIRM, "银行", Purpose.FINANCING)
    assert consents.open_to(BANK, ["企业"]) == {}
    found, events = consents.one(FIRM, first.id)
    assert found.state is ConsentState.REFUSED
    assert [event.state.value for event in events] == ["granted", "withdrawn", "granted", "refused"]
    assert [event.number for event in events] == [1, 2, 3, 4]
    assert "银行有限公司" in events[0].text
    assert "2026-11-22" in events[0].text
    assert (events[0].by, events[0].role, events[0].wording) == ("厂长", "enterprise", "2026-11")
    noted = [row.entry.action for row in store.audit.read("local", AuditQuery())][::-1]
    assert noted == [
        Action.CONSENT_GRANTED, Action.CONSENT_WITHDRAWN, Action.CONSENT_GRANTED, Action.CONSENT_REFUSED
    ]  # fmt: skip


def test_everybody_sees_their_own_side_alone(consents: Consents) -> None:
    made = consents.grant(FIRM, "银行", Purpose.FINANCING, ALL, DAY)
    assert consents.of(FIRM) == consents.of(BANK) == consents.of(Viewer()) == (made,)
    assert consents.of(OTHER) == ()
    for stranger in (OTHER, Viewer(role=Role.ENTERPRISE, party_id="别家")):
        with pytest.raises(UnknownConsent):
            consents.one(stranger, made.id)
    with pytest.raises(UnknownConsent):
        consents.withdraw(Viewer(role=Role.ENTERPRISE, party_id="别家"), made.id)
    with pytest.raises(UnknownConsent):
        consents.one(Viewer("suzhou"), made.id)


@pytest.mark.parametrize("viewer", [BANK, Viewer(), Viewer(role=Role.ADMIN), Viewer(role=Role.AUDITOR)])
def test_nobody_says_yes_for_an_enterprise(consents: Consents, viewer: Viewer) -> None:
    with pytest.raises(Forbidden):
        consents.grant(viewer, "另一银行", Purpose.FINANCING, ALL, DAY)


@pytest.mark.parametrize(
    ("recipient", "scopes", "until"),
    [
        ("没有的机构", ALL, DAY),
        ("企业", ALL, DAY),
        ("银行", frozenset[Scope](), DAY),
        ("银行", {Scope.CONTACT}, DAY),
        ("银行", ALL, DAY - timedelta(days=1)),
        ("银行", ALL, DAY + timedelta(days=2000)),
    ],
)
def test_what_cannot_be_agreed_to_is_refused(
    consents: Consents, recipient: str, scopes: frozenset[Scope], until: date
) -> None:
    with pytest.raises(InvalidConsent):
        consents.grant(FIRM, recipient, Purpose.FINANCING, scopes, until)
    assert consents.of(FIRM) == ()


def test_a_party_that_is_not_there_agrees_to_nothing(consents: Consents) -> None:
    with pytest.raises(UnknownParty):
        consents.grant(Viewer(role=Role.ENTERPRISE, party_id="没有"), "银行", Purpose.FINANCING, ALL, DAY)


def test_a_refusal_that_was_never_a_consent_cannot_be_withdrawn(consents: Consents) -> None:
    refused = consents.refuse(FIRM, "银行", Purpose.FINANCING)
    with pytest.raises(InvalidConsent):
        consents.withdraw(FIRM, refused.id)


def test_several_purposes_are_joined_where_none_is_named(consents: Consents) -> None:
    consents.grant(FIRM, "银行", Purpose.FINANCING, [Scope.IDENTITY], DAY)
    consents.grant(FIRM, "银行", Purpose.INVESTMENT, [Scope.BUSINESS], DAY)
    assert consents.open_to(BANK, ["企业"])["企业"].asked.scopes == {Scope.IDENTITY, Scope.BUSINESS}
    only = consents.open_to(BANK, ["企业"], purpose=Purpose.INVESTMENT)["企业"]
    assert only.asked.scopes == {Scope.BUSINESS}
    assert opening((), DAY) == {}


def test_the_history_can_only_grow(consents: Consents, store: Store) -> None:
    consents.grant(FIRM, "银行", Purpose.FINANCING, ALL, DAY)
    for change in ("UPDATE consent_events SET text = ''", "DELETE FROM consent_events"):
        with pytest.raises(DBAPIError), store._database.engine.begin() as connection:
            connection.execute(text(change))


def test_a_withdrawal_holds_in_another_process_within_a_second(
    consents: Consents, store: Store, database_url: str
) -> None:
    made = Consents(store, Audit(store.audit, now=lambda: NOW), now=lambda: datetime.now(UTC))
    consent = made.grant(FIRM, "银行", Purpose.FINANCING, ALL, datetime.now(UTC).date() + timedelta(days=30))
    argv = [sys.executable, "-m", "tests.contracts.chained", "watch", database_url, "银行", "企业"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        assert watching.stdout.readline() == "open\n"
        made.withdraw(FIRM, consent.id)
        done = time.time()
        seen = float(watching.stdout.readline())
        assert watching.wait(timeout=60) == 0
    assert seen - done < 1.0
