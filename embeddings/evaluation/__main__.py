"""`python -m embeddings.evaluation`: measure on the development tasks and write the table.

What `python -m embeddings.evaluation.comparison` wrote below it stays.
"""

import argparse
import logging
from pathlib import Path

from embeddings.encoder import load_encoder, shipped_model
from embeddings.evaluation.comparison import section_in, with_section
from embeddings.evaluation.report import graded_similarity, markdown, run
from embeddings.static import load_static

_LOG = logging.getLogger(__name__)


def main() -> None:
    """Read the arguments, measure, write the table above the section that is there."""
    parser = argparse.ArgumentParser(description="Measure encoders on the development tasks.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("docs/retrieval.md"))
    parser.add_argument("--encoder", action="append", default=[], help="path or hub name of another encoder")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    shipped = load_static(shipped_model())
    others = {name: load_encoder(name) for name in arguments.encoder}
    found = run(arguments.data, others, shipped=shipped, watch=lambda method, task: _LOG.info("%s: %s", task, method))
    graded = {name: graded_similarity(arguments.data, item) for name, item in {"shipped": shipped, **others}.items()}
    arguments.out.write_text(with_section(markdown(found, graded), section_in(arguments.out)), encoding="utf-8")


if __name__ == "__main__":
    main()
