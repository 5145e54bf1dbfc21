"""All exports of a run as one ZIP (活动档案), made while it is sent: lists, letters, a manifest with checksums.

Two exports of the same run are the same bytes. Names are safe on Windows; the manifest stands last, for it holds the
SHA-256 of every other member.
"""

import zipfile
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from typing import IO, cast

import orjson

from api.delivery.file_names import FileNames
from api.delivery.letters import LetterWriter
from api.delivery.lists import Lists
from api.delivery.shown import EVERYTHING, Shown
from api.delivery.word import fixed
from api.delivery.workbooks import write_list

MANIFEST = "清单.json"
Member = tuple[str, bytes]


def bundle(lists: Lists) -> Iterator[bytes]:
    """Yield the archive in pieces, institutions' lists masked as far as consent goes now.

    Members are not compressed again: workbooks and letters are already.
    """
    pipe = _Pipe()
    entries = []
    with zipfile.ZipFile(cast(IO[bytes], pipe), "w", zipfile.ZIP_STORED) as archive:
        for name, content in _members(lists):
            entries.append({"name": name, "bytes": len(content), "sha256": sha256(content).hexdigest()})
            archive.writestr(fixed(name), content)
            yield pipe.taken()
        archive.writestr(fixed(MANIFEST), _manifest(lists, entries))
    yield pipe.taken()


def list_file(lists: Lists, institution: str) -> tuple[str, bytes]:
    """The list of one institution as far as consent goes now: its name as it is shown, and the workbook."""
    sent, written = lists.of(institution), BytesIO()
    write_list(written, lists.delivery, sent.provider, sent.items, Shown(named=sent.named))
    return sent.provider, written.getvalue()


def whole_list(lists: Lists) -> bytes:
    """The platform's own list of all pairs, with all that it holds."""
    written = BytesIO()
    write_list(written, lists.delivery, lists.delivery.platform, lists.all(), EVERYTHING)
    return written.getvalue()


def _members(lists: Lists) -> Iterator[Member]:
    yield "平台总名单（内部）.xlsx", whole_list(lists)
    names = FileNames()
    for institution in lists.institutions():
        shown_name, content = list_file(lists, institution)
        yield names.unique("机构名单", shown_name, ".xlsx"), content
    writer = LetterWriter(lists.delivery)
    for items in lists.by_seeker():
        yield names.unique("企业告知书", items[0].row.match["seeker"]["name"], ".docx"), writer.letter(items)


def _manifest(lists: Lists, entries: list[dict[str, object]]) -> bytes:
    run = lists.delivery.run
    document = {
        "campaign": {"id": run.campaign_id, "name": lists.delivery.campaign.name},
        "run": run.number,
        "frozen": dict(run.frozen),
        "approved": None if run.approved is None else run.approved.isoformat(),
        "files": entries,
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


class _Pipe:
    """A place that an archive is written to and taken from, piece by piece; it cannot be sought in."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        """Take a piece."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self) -> bytes:
        """What was written since."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
