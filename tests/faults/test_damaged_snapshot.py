"""A snapshot that is torn, cut short, foreign or not whole is refused and built anew; matches go on meanwhile."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.faults.checking import assert_index_is_sql, in_sql, settings_of, with_catalogue
from tests.faults.ledgers import Ledger, found
from tests.faults.victims import Victim, running

Damage = Callable[[Path], None]


def largest(folder: Path) -> Path:
    files = [file for file in folder.rglob("*") if file.is_file() and file.name != "manifest.json"]
    return max(files, key=lambda file: (file.stat().st_size, str(file)))


def torn(folder: Path) -> None:
    """One byte in the middle of a file is another."""
    file = largest(folder)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


def cut_short(folder: Path) -> None:
    file = largest(folder)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def missing_a_file(folder: Path) -> None:
    largest(folder).unlink()


def of_another_encoder(folder: Path) -> None:
    """As it is after the model was exchanged."""
    changed(folder, "fingerprint", "0" * 32)


def of_another_format(folder: Path) -> None:
    changed(folder, "format", 999)


def without_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("{", encoding="utf-8")


def changed(folder: Path, name: str, value: object) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert name in manifest
    (folder / "manifest.json").write_text(json.dumps(manifest | {name: value}), encoding="utf-8")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with parties and a snapshot in order, written by a server that was stopped."""
    data = with_catalogue(tmp_path_factory.mktemp("sound") / "data")
    with running(data) as victim:
        ledger = Ledger(Random(1))
        for _ in range(4):
            ledger.write(victim.client).raise_for_status()
    settings = settings_of(data)
    assert_index_is_sql(settings)
    return data


@pytest.mark.parametrize(
    "damage", [torn, cut_short, missing_a_file, of_another_encoder, of_another_format, without_manifest]
)
def test_it_is_refused_and_built_anew(damage: Damage, sound: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(sound, data)
    name = (data / "snapshot" / "current").read_text(encoding="utf-8").strip()
    damage(data / "snapshot" / name)
    victim = Victim(data)
    try:
        assert victim.answers("/healthz"), victim.said()
        answer = victim.client.post("/v1/matches", json={"text": "体外诊断企业融资", "limit": 3})
        assert (answer.status_code, len(answer.json()["matches"])) == (200, 3)
        assert victim.ready(), victim.said()
        assert found(victim.client) == in_sql(settings_of(data))
        assert "index.rebuild" in victim.log.read_text(encoding="utf-8")
        assert (data / "snapshot" / "current").read_text(encoding="utf-8").strip() != name
    finally:
        victim.kill()
    assert_index_is_sql(settings_of(data))
