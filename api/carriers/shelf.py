"""The measures of a platform (评价办法): the built-in ones and its own files, each version kept, chosen by year."""

from dataclasses import dataclass
from datetime import datetime

from api.access.permissions import Permission, require
from api.access.viewers import Viewer
from api.errors import UnknownMeasures
from api.store.measures import MeasuresFile
from api.store.store import Store
from matcher.carriers.measures import Measures, built_in_content, built_in_measures, read_measures
from matcher.errors import InvalidCatalogue, InvalidValue

MOST_BYTES = 200_000
BUILT_IN_FILE = "measures.yaml"


@dataclass(frozen=True, slots=True)
class StatedMeasures:
    """Measures and the file that states them; the built-in ones were kept at no time and by nobody."""

    measures: Measures
    file: str
    content: str
    kept: datetime | None = None
    by: str = ""

    @property
    def own(self) -> bool:
        """Whether they are the platform's own."""
        return self.kept is not None


class MeasuresShelf:
    """Measures by version. Safe to call from several threads: what is read is kept, and never changes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[str, Measures] = {}

    def versions(self, viewer: Viewer) -> tuple[StatedMeasures, ...]:
        """Every version, the platform's own from the last to the first, then the built-in one."""
        own = (self._stated(kept) for kept in self._store.measures.versions(viewer))
        return (*own, StatedMeasures(built_in_measures(), BUILT_IN_FILE, built_in_content().decode()))

    def of(self, viewer: Viewer, version: str) -> StatedMeasures:
        """One version; raise `UnknownMeasures`."""
        for item in self.versions(viewer):
            if item.measures.version == version:
                return item
        raise UnknownMeasures(
            found=f"评价办法的版本 {version[:40]!a}", expected="GET /v1/measures 所列的版本", remedy="请核对版本"
        )

    def in_force(self, viewer: Viewer, year: int) -> Measures:
        """What a year is measured by: the last own version that is for it, the built-in one where there is none."""
        return next(item.measures for item in self.versions(viewer) if item.measures.since <= year)

    def tried(self, file: str, content: str) -> Measures:
        """What a file holds, nothing kept. Raises `InvalidValue`, `InvalidCatalogue` with the place of each fault."""
        if len(content.encode("utf-8", "surrogatepass")) > MOST_BYTES:
            raise InvalidValue(
                found=f"{file[:80]} 超过 {MOST_BYTES} 字节", expected="评价办法文件", remedy="请核对文件"
            )
        measures = read_measures(file, content.encode("utf-8", "surrogatepass"))
        if measures.id == built_in_measures().id:
            raise InvalidValue(
                found=f"编号 {measures.id} 是内置评价办法的", expected="本平台自己的编号", remedy="请换一个编号"
            )
        return measures

    def write(self, viewer: Viewer, file: str, content: str, at: datetime, by: str) -> StatedMeasures:
        """Keep a version as the last. Raises `Forbidden`, and `InvalidValue` naming each fault of the file."""
        require(viewer, Permission.MEASURES_WRITE)
        try:
            measures = self.tried(file, content)
        except InvalidCatalogue as fault:
            raise InvalidValue(
                found=f"评价办法文件有误：{fault}", expected="合规的评价办法文件", remedy="请逐条修改"
            ) from None
        self._store.measures.keep(viewer, MeasuresFile(measures.version, file, content, at, by))
        return StatedMeasures(measures, file, content, at, by)

    def _stated(self, kept: MeasuresFile) -> StatedMeasures:
        if kept.version not in self._read:
            self._read[kept.version] = read_measures(kept.file, kept.content.encode())
        return StatedMeasures(self._read[kept.version], kept.file, kept.content, kept.kept, kept.by)
