"""Generations on disk: which one serves, what is whole, what is swept; the vectors of offers, kept and gone on with."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from api.indexing import offer_vectors
from api.indexing.generations import MANIFEST, GenerationFolders, Manifest
from api.indexing.offer_vectors import OFFERS, OfferVectors, count_offers, digest_of, open_offers, prepare_offers
from api.settings import Settings
from embeddings.snapshot import write_snapshot
from tests.fakes.search import WordEncoder

FIRST = Manifest("a" * 32, None, 256, "", "")
SECOND = Manifest("b" * 32, "models/bge-small-zh", 512, "查询：", "")
TEXTS = [f"采购诊断试剂{number}" for number in range(10)]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(data=tmp_path)


@pytest.fixture
def folders(settings: Settings) -> GenerationFolders:
    return GenerationFolders(settings)


def with_snapshot(folders: GenerationFolders, manifest: Manifest) -> Path:
    folders.note(manifest)
    folder = folders.folder(manifest.fingerprint)
    write_snapshot(folder, fingerprint="f", sequence=1, write={"a.txt": lambda path: path.write_bytes(b"1")})
    return folder


def test_what_serves_is_what_the_link_names_once_it_has_a_snapshot(settings: Settings, folders: GenerationFolders):
    assert folders.serving() is None
    folders.note(FIRST)
    folders.settle(FIRST.fingerprint)
    assert folders.serving() is None, "there is nothing to be served yet"
    folders.settle(SECOND.fingerprint)
    with_snapshot(folders, FIRST)
    with_snapshot(folders, SECOND)
    assert folders.serving() == SECOND
    folders.settle(FIRST.fingerprint)
    assert folders.serving() == SECOND, "one that serves is not put aside"
    folders.point(FIRST.fingerprint)
    assert folders.serving() == FIRST
    assert not settings.snapshot_folder.readlink().is_absolute(), "the data folder may be moved"
    assert settings.snapshot_folder.resolve() == folders.folder(FIRST.fingerprint)


def test_a_generation_is_whole_with_parties_and_offers(folders: GenerationFolders):
    folder = with_snapshot(folders, SECOND)
    with_snapshot(folders, FIRST)
    assert folders.complete(SECOND.source) is None
    prepare_offers(folder, WordEncoder(), TEXTS)
    assert folders.complete(SECOND.source) == SECOND
    assert folders.complete("another") is None
    folders.sweep(SECOND.fingerprint)
    assert list(folders.all()) == [SECOND]
    folders.forget(SECOND.fingerprint)
    assert list(folders.all()) == []
    assert not folder.exists()


@pytest.mark.parametrize("written", ["", "{", "[]", '{"fingerprint": "a"}', "null"])
def test_a_manifest_that_says_nothing_is_none(folders: GenerationFolders, written: str):
    folder = with_snapshot(folders, FIRST)
    folders.point(FIRST.fingerprint)
    (folder / MANIFEST).write_text(written, encoding="utf-8")
    assert (list(folders.all()), folders.serving()) == ([], None)
    folders.note(FIRST)
    assert folders.serving() == FIRST


def test_a_manifest_in_a_folder_of_another_name_is_none(folders: GenerationFolders):
    with_snapshot(folders, FIRST).rename(folders.folder("c" * 32))
    assert list(folders.all()) == []


def test_a_snapshot_from_before_generations_is_taken_over(settings: Settings, folders: GenerationFolders):
    write = {"a.txt": lambda path: path.write_bytes(b"1")}
    made = write_snapshot(settings.snapshot_folder, fingerprint="f", sequence=7, write=write)
    with_snapshot(folders, replace(FIRST, dimension=1))
    folders.settle(FIRST.fingerprint)
    folders.note(FIRST)
    assert folders.serving() == FIRST
    assert (folders.folder(FIRST.fingerprint) / "current").read_text(encoding="utf-8") == made.folder.name


class Failing(WordEncoder):
    """Encodes so many texts, then fails; `seen` counts them."""

    def __init__(self, most: int = 1_000) -> None:
        self.most = most
        self.seen = 0

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.seen += len(texts)
        if self.seen > self.most:
            raise MemoryError
        return WordEncoder.encode(self, texts)


def test_offers_go_on_after_the_last_batch_and_nothing_is_encoded_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(offer_vectors, "BATCH", 3)
    with pytest.raises(MemoryError):
        prepare_offers(tmp_path, Failing(most=8), TEXTS)
    assert count_offers(tmp_path) == 6
    assert not (tmp_path / OFFERS).exists()
    encoder = Failing()
    assert prepare_offers(tmp_path, encoder, [*TEXTS, *TEXTS]) == encoder.seen == 4
    assert prepare_offers(tmp_path, encoder, TEXTS) == 0
    assert prepare_offers(tmp_path, encoder, [*TEXTS[5:], "新的"]) == 1
    assert count_offers(tmp_path) == 6
    assert {path.name for path in tmp_path.iterdir()} == {OFFERS}
    kept = open_offers(tmp_path)
    assert kept.places.keys() == {digest_of(text) for text in [*TEXTS[5:], "新的"]}
    seen = encoder.seen
    _, rows = kept.encoded([TEXTS[7], "另一", TEXTS[5], "另一"], encoder.encode)
    assert encoder.seen - seen == 1
    np.testing.assert_array_equal(rows, WordEncoder().encode([TEXTS[7], "另一", TEXTS[5], "另一"]))


def test_no_offers_are_a_whole_file_too(tmp_path: Path):
    assert prepare_offers(tmp_path, WordEncoder(), []) == 0
    assert (tmp_path / OFFERS).is_file()
    known, rows = open_offers(tmp_path).encoded([], WordEncoder().encode)
    assert (len(known.places), rows.shape) == (0, (0, 512))


@pytest.mark.parametrize("place", [0, 40, -1])
def test_damaged_vectors_are_made_again(tmp_path: Path, place: int):
    prepare_offers(tmp_path, WordEncoder(), TEXTS)
    content = bytearray((tmp_path / OFFERS).read_bytes())
    content[place] ^= 1
    (tmp_path / OFFERS).write_bytes(content)
    assert open_offers(tmp_path).places == {}
    assert prepare_offers(tmp_path, WordEncoder(), TEXTS) == len(TEXTS)


def test_what_was_encoded_for_one_shelf_serves_the_next():
    encoder = Failing()
    known, first = OfferVectors().encoded(TEXTS, encoder.encode)
    known, second = known.encoded([*reversed(TEXTS), "新的"], encoder.encode)
    assert encoder.seen == len(TEXTS) + 1
    np.testing.assert_array_equal(second[:-1], first[::-1])
    assert len(known.places) == len(TEXTS) + 1
