"""The encoder that the settings choose (编码器)."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.settings import Settings
from embeddings.encoder import Encoder, load_encoder


@contextmanager
def open_encoder(settings: Settings) -> Iterator[Encoder]:
    """The shipped model, or another one whose vectors are cached in Redis. `InvalidEncoder`."""
    if settings.encoder is None:
        yield load_encoder()
        return
    from api.cache import CachedEncoder, open_cache  # the redis client, which the shipped model does not need

    with open_cache(settings) as cache:
        loaded = load_encoder(settings.encoder)
        yield CachedEncoder(loaded, cache, prompts=loaded.prompts)
