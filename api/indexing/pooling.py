"""Parts of a snapshot made by several processes, one a processor (并行分片)."""

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread

from api.encoders import open_encoder
from api.indexing.parts import Part, open_part, write_part
from api.settings import Settings
from api.store.feed import Feed, Span
from api.store.store import open_store
from matcher.pairing.ports import TextEncoder


@dataclass(slots=True)
class _Bench:
    """What one process of the pool works with, opened once."""

    feed: Feed
    encoder: TextEncoder


_bench: list[_Bench] = []


@dataclass(frozen=True, slots=True)
class PooledParts:
    """Makes parts in `processes` processes of the same settings; each opens the store and the encoder for itself."""

    settings: Settings
    processes: int

    def __call__(self, spans: Sequence[Span], folder: Path) -> list[Part]:
        """One part a span, in their order, mapped from `folder`. What a process raises goes through."""
        folders = [folder / str(number) for number in range(len(spans))]
        given = (self.settings.model_dump_json(),)
        workers = max(1, min(self.processes, len(spans)))
        with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_begin, initargs=given) as pool:
            for _ in pool.map(_make, folders, spans):
                pass
        return [open_part(each) for each in folders]


def _begin(settings: str) -> None:
    Thread(target=_end_with_parent, name="parent", daemon=True).start()
    read = Settings.model_validate_json(settings)
    store = open_store(read.store_url, tenant=read.tenant, seals=read.seals)
    _bench.append(_Bench(store.feed, open_encoder(read).__enter__()))  # both live as long as the process


def _make(folder: Path, span: Span) -> None:
    bench = _bench[0]
    write_part(folder, bench.feed, span, bench.encoder)


def _end_with_parent() -> None:
    """A pool whose owner was killed would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
