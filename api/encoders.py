"""The encoder that the settings choose (编码器), and the tokenizer that finds words for the lexical side."""

from collections.abc import Iterator
from contextlib import contextmanager

from tokenizers import Tokenizer

from api.settings import Settings
from embeddings.encoder import load_encoder, shipped_model
from embeddings.static import StaticEncoder, load_static
from matcher.pairing.ports import TextEncoder


@contextmanager
def open_encoder(settings: Settings) -> Iterator[TextEncoder]:
    """The shipped model, or another one whose vectors are cached in Redis. `InvalidEncoder`."""
    if settings.encoder is None:
        yield load_encoder()
        return
    from api.cache import CachedEncoder, open_cache  # the redis client, which the shipped model does not need

    with open_cache(settings) as cache:
        yield CachedEncoder(load_encoder(settings.encoder), cache)


def words_of(encoder: TextEncoder) -> Tokenizer:
    """The shipped model's words, whatever encoder is chosen: what is lexical does not depend on it."""
    shipped = encoder if isinstance(encoder, StaticEncoder) else load_static(shipped_model())
    return shipped.tokenizer
