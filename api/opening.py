"""Which generation a process begins with (启用): the one that serves on disk, or the one that is wanted."""

from contextlib import ExitStack

import structlog

from api.encoders import open_encoder
from api.generation import Generation
from api.indexing.generations import GenerationFolders, Manifest
from api.settings import Settings
from api.store.store import Store
from embeddings.errors import EmbeddingsError

_REPLACED = "同一来源的模型已被替换"
_log = structlog.get_logger("index")


class Opener:
    """Opens generations over one store; their encoders are closed with `encoders`."""

    def __init__(self, store: Store, encoders: ExitStack) -> None:
        self._store = store
        self._encoders = encoders

    def first(self, settings: Settings) -> Generation:
        """The generation to answer at once: as on disk, while the encoder that is wanted has none yet.

        Where the encoder on disk cannot be loaded any more the wanted one begins without a snapshot, and the service
        is not ready until that is built. Raises `InvalidEncoder` where the wanted one cannot be loaded either.
        """
        folders = GenerationFolders(settings)
        serving = folders.serving()
        if serving is not None and serving.source != settings.encoder and folders.complete(settings.encoder) is None:
            standing = self._standing(settings, serving)
            if standing is not None:
                return standing
        generation = self.open(settings)
        if serving is not None and serving.source == settings.encoder and serving.fingerprint != generation.fingerprint:
            _log.warning("index.encoder_lost", **_named(settings, serving), cause=_REPLACED)
            folders.point(generation.fingerprint)  # nobody can ask the old one any more
        folders.settle(generation.fingerprint)
        return generation

    def open(self, settings: Settings) -> Generation:
        """Load the encoder that settings name. `InvalidEncoder`."""
        encoder = self._encoders.enter_context(open_encoder(settings))
        GenerationFolders(settings).note(Manifest.of(encoder, settings.encoder))
        return Generation(settings, self._store, encoder)

    def _standing(self, settings: Settings, serving: Manifest) -> Generation | None:
        """The generation on disk; None, with the reason in the log, where its encoder is not to be had."""
        said = _named(settings, serving)
        with ExitStack() as mine:
            try:
                encoder = mine.enter_context(open_encoder(settings.model_copy(update={"encoder": serving.source})))
            except (EmbeddingsError, ImportError, OSError) as error:
                _log.warning("index.encoder_lost", **said, cause=str(error).splitlines()[0])
                return None
            if encoder.fingerprint != serving.fingerprint:
                _log.warning("index.encoder_lost", **said, cause=_REPLACED)
                return None
            self._encoders.push(mine.pop_all())
        _log.warning("index.encoder_stands", **said)
        return Generation(settings.model_copy(update={"encoder": serving.source}), self._store, encoder)


def _named(settings: Settings, serving: Manifest) -> dict[str, str]:
    return {"serving": serving.source or "shipped", "wanted": settings.encoder or "shipped"}
