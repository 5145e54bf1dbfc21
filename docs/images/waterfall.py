"""Draw `waterfall.png`: the score of the first answer to the README's question as the sum of its parts (匹配度构成).

Run from the repository, `python docs/images/waterfall.py`, whenever the README's first answer changes. The picture says
in its own metadata what it shows, and `tests/test_docs.py` holds that to what the command prints.
"""

import logging
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt

from api.bootstrap import build_services
from api.initialising import initialise
from api.logs import configure
from api.requests import MatchRequest
from api.settings import AccessMode, LogFormat, Settings
from matcher.offers import OfferKind
from matcher.pairing.matches import Match

HERE = Path(__file__).parent
BLUE = "#1F5FBF"
FONTS = ["Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "DejaVu Sans"]


def question() -> str:
    """What the README asks first."""
    readme = (HERE.parents[1] / "README.md").read_text(encoding="utf-8")
    return re.findall(r'rongtong match --text "([^"]+)"', readme)[0]


def best() -> Match:
    """The first answer of a new installation."""
    with TemporaryDirectory() as folder:
        settings = Settings.load(data=Path(folder), access=AccessMode.OPEN)
        with build_services(settings) as services:
            initialise(services, demo=True)
            asked = MatchRequest(text=question(), kinds=frozenset({OfferKind.LOAN}), limit=1)
            return services.matchmaker.match(services.viewer, asked).matches[0]


def draw(match: Match, path: Path) -> None:
    """Write the picture of a match."""
    plt.rcParams.update({"font.sans-serif": FONTS, "axes.spines.top": False, "axes.spines.right": False})
    parts = [part for part in match.contributions if part.points]
    figure, axes = plt.subplots(figsize=(7, 3))
    left = 0.0
    for row, part in enumerate(parts):
        axes.barh(row, part.points, left=left, color=BLUE)
        axes.text(left + part.points + 0.5, row, f"{part.points:+.1f}", va="center")
        left += part.points
    axes.set_yticks(range(len(parts)), [part.label for part in parts])
    axes.invert_yaxis()
    axes.set_xlabel("匹配度")
    shown = f"{match.offer.name}：{match.score:.1f}"
    axes.set_title(f"{shown} 分从何而来")
    figure.savefig(path, dpi=144, bbox_inches="tight", metadata={"Title": shown})


if __name__ == "__main__":
    configure(LogFormat.CONSOLE, logging.ERROR)
    draw(best(), HERE / "waterfall.png")
