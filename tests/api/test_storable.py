"""What the store writes as JSON it reads back the same, whatever is in it."""

import json

from hypothesis import given
from hypothesis import strategies as st

from api.store.storable import as_json, from_json

_TEXTS = st.text(st.characters(exclude_categories=("Cs",)))
_PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS
DOCUMENTS = st.recursive(_PLAIN, lambda inner: st.lists(inner) | st.dictionaries(_TEXTS, inner), max_leaves=10)


@given(DOCUMENTS)
def test_what_is_written_is_read_back(document: object) -> None:
    written = as_json(document)
    assert from_json(written) == from_json(written.encode()) == json.loads(written) == document


def test_whole_numbers_past_64_bits_keep_their_digits() -> None:
    for number in (2**63, 2**64, 10**30, -(10**30)):
        assert from_json(as_json({"n": number})) == {"n": number}
