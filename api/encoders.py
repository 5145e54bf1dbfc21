"""The encoder that the settings choose (编码器), and the tokenizer that finds words for the lexical side."""

from collections.abc import Iterator
from contextlib import contextmanager

from tokenizers import Tokenizer

from api.cache import CachedEncoder, open_cache
from api.settings import Settings
from embeddings.encoder import load_encoder, shipped_model
from embeddings.static import weights_file
from matcher.pairing.ports import TextEncoder


@contextmanager
def open_encoder(settings: Settings) -> Iterator[TextEncoder]:
    """The shipped model, or another one whose vectors are cached in Redis. `InvalidEncoder`."""
    if settings.encoder is None:
        yield load_encoder()
        return
    with open_cache(settings) as cache:
        yield CachedEncoder(load_encoder(settings.encoder), cache)


def load_tokenizer() -> Tokenizer:
    """The shipped model's words, whatever encoder is chosen: what is lexical does not depend on it."""
    weights = weights_file(shipped_model())
    assert weights is not None, "the package was built without its model"  # noqa: S101
    tokenizer = Tokenizer.from_file(str(weights.parent / "tokenizer.json"))
    tokenizer.no_padding()
    return tokenizer
