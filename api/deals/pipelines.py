"""The pipelines of a platform (流程库): those built in and its own, each version as it was when something was begun."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from api.access.viewers import Viewer
from api.errors import UnknownPipeline
from api.store.pipelines import PipelineFile
from api.store.store import Store
from matcher.catalogue.loader import load_catalogue
from matcher.dealflow.pipeline import Pipeline
from matcher.dealflow.reading import read_pipeline
from matcher.errors import InvalidCatalogue, InvalidDeal
from matcher.offers import Offer

MOST_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Stated:
    """A pipeline and the file that states it."""

    pipeline: Pipeline
    file: str
    content: str
    own: bool


class PipelineShelf:
    """Pipelines by id and version. Safe to call from several threads: what is read is kept, and never changes."""

    def __init__(self, store: Store, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._read: dict[tuple[str, str, str], Pipeline] = {}

    def current(self, viewer: Viewer) -> dict[str, Stated]:
        """The pipelines that something may be begun under, by id: the latest version of each."""
        found = built_in_files()
        for kept in reversed(self._store.pipelines.versions(viewer)):
            if kept.id not in found or found[kept.id].own:
                found[kept.id] = Stated(self._pipeline(viewer, kept), kept.file, kept.content, own=True)
        return found

    def begun(self, viewer: Viewer, pipeline: str) -> Pipeline:
        """The pipeline that something is begun under now; its version is kept. Raises `UnknownPipeline`."""
        stated = self.current(viewer).get(pipeline)
        if stated is None:
            known = "、".join(self.current(viewer))
            raise UnknownPipeline(found=f"流程 {pipeline[:80]!a}", expected=known, remedy="请改为其中之一")
        if not stated.own:
            version = stated.pipeline.version
            kept = PipelineFile(pipeline, version, stated.file, stated.content, self._now())
            self._store.pipelines.keep(viewer, kept)
        return stated.pipeline

    def of(self, viewer: Viewer, pipeline: str, version: str | None) -> Pipeline:
        """The version that something was begun under; None is the built-in one. Raises `UnknownPipeline`."""
        built_in = built_in_files().get(pipeline)
        if built_in is not None and version in {None, built_in.pipeline.version}:
            return built_in.pipeline
        return self._pipeline(viewer, self._store.pipelines.get(viewer, pipeline, version or ""))

    def write(self, viewer: Viewer, file: str, content: str) -> Stated:
        """Keep a pipeline of the platform's own. Raises `InvalidDeal` naming each fault of the file."""
        try:
            pipeline = read_pipeline(file, content.encode(), self._offers(viewer))
        except InvalidCatalogue as fault:
            raise InvalidDeal(found=f"流程文件有误：{fault}", expected="合规的流程文件", remedy="请逐条修改") from None
        if pipeline.id in built_in_files():
            raise InvalidDeal(
                found=f"编号 {pipeline.id} 是内置流程的", expected="本平台自己的编号", remedy="请换一个编号"
            )
        kept = PipelineFile(pipeline.id, pipeline.version, file, content, self._now())
        self._store.pipelines.keep(viewer, kept)
        return Stated(pipeline, file, content, own=True)

    def _pipeline(self, viewer: Viewer, kept: PipelineFile) -> Pipeline:
        key = (viewer.tenant, kept.id, kept.version)
        if key not in self._read:
            self._read[key] = read_pipeline(kept.file, kept.content.encode(), self._offers(viewer))
        return self._read[key]

    def _offers(self, viewer: Viewer) -> Mapping[str, Offer]:
        return {offer.id: offer for offer in self._store.offers.list(viewer)}


def built_in_files() -> dict[str, Stated]:
    """The built-in pipelines by id, with their files."""
    if not _BUILT_IN:
        offers = load_catalogue().offers
        folder = files("matcher.dealflow").joinpath("pipelines")
        for item in sorted(folder.iterdir(), key=lambda found: found.name):
            if item.name.endswith(".yaml"):
                content = item.read_bytes()
                pipeline = read_pipeline(item.name, content, offers)
                _BUILT_IN[pipeline.id] = Stated(pipeline, item.name, content.decode(), own=False)
    return dict(_BUILT_IN)


_BUILT_IN: dict[str, Stated] = {}
