"""The encoder that the settings choose (编码器)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.settings import Settings
from embeddings.encoder import Encoder, load_encoder
from embeddings.static import StaticEncoder, is_static

_kept: dict[str | None, Encoder] = {}
"""Encoders that this process, or the one that it was forked from, loaded to be used again, by their source."""


@contextmanager
def open_encoder(settings: Settings) -> Iterator[Encoder]:
    """The shipped model or the one that is set; vectors of a slow one are cached in Redis. `InvalidEncoder`."""
    loaded = _kept.get(settings.encoder) or load_encoder(settings.encoder)
    if isinstance(loaded, StaticEncoder):  # faster than Redis
        yield loaded
        return
    from api.cache import CachedEncoder, open_cache  # the redis client, which a static model does not need

    with open_cache(settings) as cache:
        yield CachedEncoder(loaded, cache, prompts=loaded.prompts)


def keep_encoder(settings: Settings) -> None:
    """Load the encoder for the processes that are forked from this one, which share its memory. `InvalidEncoder`.

    A static one only: the libraries of all others start threads.
    """
    if settings.encoder is None or is_static(Path(settings.encoder)):
        _kept[settings.encoder] = load_encoder(settings.encoder)
