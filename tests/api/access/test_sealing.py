"""Personal data at rest: sealed, bound to its place, opened by its key alone, compared without being opened."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text, update

from api.access.sealing import KEY_FILE, Seals, is_sealed, key_of, new_key
from api.access.viewers import Viewer
from api.errors import DataKeyMissing, InvalidSettings, StoreDamaged
from api.store.marks import write_mark
from api.store.party_rows import row_of
from api.store.sealed_facts import ALL_SEALED
from api.store.store import Store, open_store
from api.store.tables import parties
from matcher.eligibility.columns import column_schema
from matcher.fields import PartyKind
from matcher.parties import Fact, Party

DAY = date(2026, 11, 22)
PHONE, NAME = "13812345678", "欧阳某某"
VIEWER = Viewer()


def party(key: str = "甲", *, phone: str = PHONE, day: date = DAY) -> Party:
    facts = {
        "contact_phone": Fact(phone, "自填", day),
        "legal_representative": Fact(NAME, "工商", day),
        "main_business": Fact("体外诊断", "自填", day),
    }
    return Party(key, PartyKind.ENTERPRISE, f"企业{key}", facts, "local", "测试", day)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{tmp_path / 'store.db'}")) as opened:
        yield opened


@given(st.text(), st.lists(st.text(), min_size=1, max_size=4))
def test_what_is_sealed_for_a_place_opens_there_and_nowhere_else(plain: str, place: list[str]) -> None:
    plain = plain.encode("utf-8", "ignore").decode()
    seals = Seals(None, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    sealed = seals.seal(plain, *place)
    assert seals.open(sealed, *place) == plain
    assert seals.seal(plain, *place) == sealed
    for other in ([*place, ""], ["", *place], [f"{place[0]}x", *place[1:]]):
        with pytest.raises(StoreDamaged):
            seals.open(sealed, *other)


def test_another_key_and_an_altered_text_do_not_open() -> None:
    seals, other = Seals(None, new_key()), Seals(None, new_key())
    sealed = seals.seal(PHONE, "local", "甲", "contact_phone")
    with pytest.raises(DataKeyMissing, match=key_of(sealed)):
        other.open(sealed, "local", "甲", "contact_phone")
    turned = sealed[:-5] + ("A" if sealed[-5] != "A" else "B") + sealed[-4:]
    with pytest.raises(StoreDamaged):
        seals.open(turned, "local", "甲", "contact_phone")


def test_the_key_is_its_owners_alone_and_made_once(tmp_path: Path) -> None:
    file = tmp_path / KEY_FILE
    first, second = Seals(file), Seals(file)
    assert second.open(first.seal("甲", "处"), "处") == "甲"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


@pytest.mark.parametrize("wrong", ["", "short", "甲", "AAAA"])
def test_what_is_no_key_is_refused_without_being_shown(tmp_path: Path, wrong: str) -> None:
    (tmp_path / KEY_FILE).write_text(wrong, encoding="utf-8")
    with pytest.raises((InvalidSettings, UnicodeDecodeError)) as refused:
        _ = Seals(tmp_path / KEY_FILE).ring
    assert wrong == "" or wrong not in str(refused.value)


def test_no_personal_value_stands_on_disk_and_all_are_read_back(store: Store, tmp_path: Path) -> None:
    assert store.parties.upsert_many(VIEWER, [party()]).new == 1
    assert store.parties.get(VIEWER, "甲") == party()
    with store._database.reading() as connection:
        facts = connection.execute(text("SELECT facts FROM parties")).scalar_one()
    assert "体外诊断" in facts
    store.close()
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.name != KEY_FILE)
    assert PHONE.encode() not in written
    assert NAME.encode() not in written


def test_writing_twice_changes_nothing_and_another_value_is_a_change(store: Store) -> None:
    store.parties.upsert_many(VIEWER, [party()])
    assert store.parties.upsert_many(VIEWER, [party()]).same == 1
    assert store.parties.upsert_many(VIEWER, [party(phone="13900000000")]).changed == 1
    earlier = party(phone="10000000000", day=date(2020, 1, 1))
    assert store.parties.upsert_many(VIEWER, [earlier]).same == 1
    assert store.parties.get(VIEWER, "甲").values["contact_phone"] == "13900000000"


def plain_row(store: Store, one: Party) -> None:
    """A row as it stood before there was sealing."""
    row = row_of(one)
    with store._database.writing() as connection:
        values = {"facts": row["facts"], "digest": row["digest"]}
        connection.execute(update(parties).where(parties.c.id == one.id).values(**values))
        connection.execute(text("DELETE FROM marks WHERE name = :name"), {"name": ALL_SEALED})


def test_rows_of_before_are_sealed_at_the_next_start_and_tell_no_change(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with closing(open_store(url)) as store:
        store.parties.upsert_many(VIEWER, [party(), replace(party("乙"), facts={})])
        plain_row(store, party())
        latest = store.changes.latest()
    with closing(open_store(url)) as store:
        with store._database.reading() as connection:
            row = connection.execute(text("SELECT facts FROM parties ORDER BY key")).scalars().first()
        assert PHONE not in str(row)
        assert store.parties.get(VIEWER, "甲") == party()
        assert store.changes.latest() == latest
        assert store.parties.upsert_many(VIEWER, [party()]).same == 1


def test_a_new_key_seals_everything_anew_and_the_old_one_is_not_needed_for_it(store: Store, tmp_path: Path) -> None:
    store.parties.upsert_many(VIEWER, [party()])
    before = store.seals.ring.current
    assert store.seals.add_key() != before
    assert store.rotate_key() == 1
    assert store.rotate_key() == 0
    (tmp_path / KEY_FILE).write_text((tmp_path / KEY_FILE).read_text().split()[0])
    with closing(open_store(f"sqlite:///{tmp_path / 'store.db'}")) as again:
        assert again.parties.get(VIEWER, "甲") == party()
        assert again.parties.upsert_many(VIEWER, [party()]).same == 1


def test_a_store_that_was_sealed_elsewhere_says_which_key_it_lacks_and_makes_none(store: Store, tmp_path: Path) -> None:
    store.parties.upsert_many(VIEWER, [party()])
    (tmp_path / KEY_FILE).unlink()
    with closing(open_store(f"sqlite:///{tmp_path / 'store.db'}")) as again:
        with pytest.raises(DataKeyMissing, match=store.seals.ring.current):
            again.parties.get(VIEWER, "甲")
        with pytest.raises(DataKeyMissing):
            again.parties.upsert_many(VIEWER, [party("乙")])
        assert again.parties.upsert_many(VIEWER, [replace(party("丙"), facts={})]).new == 1
    assert not (tmp_path / KEY_FILE).exists()


def test_a_second_machine_with_a_key_of_its_own_may_not_write(store: Store, tmp_path: Path) -> None:
    other = open_store(f"sqlite:///{tmp_path / 'store.db'}", seals=Seals(tmp_path / "other" / KEY_FILE))
    with closing(other):
        store.parties.upsert_many(VIEWER, [party()])
        _ = other.seals.ring
        with pytest.raises(DataKeyMissing):
            other.parties.upsert_many(VIEWER, [party("乙")])


def test_the_index_holds_no_personal_column() -> None:
    assert not {"contact_phone", "legal_representative"} & set(column_schema())


def test_a_mark_alone_is_written_where_there_is_nothing_to_seal(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with closing(open_store(url)) as opened, opened._database.writing() as connection:
        write_mark(connection, "other", "1")
    assert not (tmp_path / KEY_FILE).exists()


def test_sealed_is_told_from_plain() -> None:
    assert is_sealed(Seals(None, new_key()).seal("甲", "处"))
    assert not is_sealed(PHONE)
