"""A party for a command (主体): by its id in the store, or a JSON file shaped as the HTTP interface takes it."""

from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from api.access.viewers import Viewer
from api.problems import Refusal
from api.schemas import PartyBody
from api.store.store import Store
from api.transport.strict_json import decode
from matcher.errors import InvalidNeed
from matcher.parties import Party

MOST_BYTES = 1024 * 1024
"""No party's file is larger than this."""


def party_named(word: str, store: Store, viewer: Viewer, today: date) -> Party:
    """The party of `--party`: a word that ends in .json is a file, everything else an id.

    Raises `UnknownParty`, and `InvalidNeed` for a file that is not a party.
    """
    if word.endswith(".json"):
        return party_of_file(Path(word), viewer.tenant, today)
    return store.parties.get(viewer, word)


def party_of_file(path: Path, tenant: str, today: date) -> Party:
    """Read a party from {"kind", "name", "facts": {field: value or {value, source, observed_on}}}; `InvalidNeed`."""
    try:
        document = decode(_content(path))
        body = PartyBody.model_validate(document)
        return body.party(body.id or path.stem, tenant, today)
    except ValidationError as error:
        places = "、".join(".".join(map(str, item["loc"])) or "整个文件" for item in error.errors()[:5])
        raise _wrong(path, f"{places} 不合规") from None
    except Refusal as refusal:
        problem = refusal.problem
        raise _wrong(path, "；".join(item.detail for item in problem.errors) or problem.detail) from None


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise _wrong(path, f"读不出（{error.strerror}）") from None
    if len(content) > MOST_BYTES:
        raise _wrong(path, "超过 1 MB")
    return content


def _wrong(path: Path, found: str) -> InvalidNeed:
    expected: Any = '{"kind": "enterprise", "name": "名称", "facts": {"headcount": 45}}'
    return InvalidNeed(
        found=f"{path.name}：{found}", expected=expected, remedy="请改正后重试（字段见 rongtong fields）"
    )
