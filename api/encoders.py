"""The encoder that the settings choose (编码器)."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.settings import Settings
from embeddings.encoder import Encoder, load_encoder
from embeddings.static import StaticEncoder


@contextmanager
def open_encoder(settings: Settings) -> Iterator[Encoder]:
    """The shipped model or the one that is set; vectors of a slow one are cached in Redis. `InvalidEncoder`."""
    loaded = load_encoder(settings.encoder)
    if isinstance(loaded, StaticEncoder):  # faster than Redis
        yield loaded
        return
    from api.cache import CachedEncoder, open_cache  # the redis client, which a static model does not need

    with open_cache(settings) as cache:
        yield CachedEncoder(loaded, cache, prompts=loaded.prompts)
