"""Development tasks of eight kinds, made from companies, classes, products and articles kept out of training."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from embeddings.training.data import TrainingData, sentences

_MOST_QUERIES = 1_000
_NUMBERING = re.compile(r"^[（(]?[一二三四五六七八九十\d]+[)）.、．]\s*")


@dataclass(frozen=True, slots=True)
class Task:
    """Queries, candidates, and for each query the positions of the candidates that are right."""

    name: str
    queries: tuple[str, ...]
    candidates: tuple[str, ...]
    relevant: tuple[frozenset[int], ...]


def development_tasks(data: TrainingData) -> tuple[Task, ...]:
    """Make all tasks from the side of `data` that it asks about; measures of a district are kept for the report."""
    return tuple(make(data) for make in _MAKERS)


def segments_to_company(data: TrainingData) -> Task:
    """Find a company's main business by its revenue segments."""
    codes = [code for code in _held_out(data, "company", data.segments) if code in data.businesses]
    return _task("segments", ((" ".join(data.segments[x]), data.businesses[x]) for x in codes))


def business_to_class(data: TrainingData) -> Task:
    """Find a company's industry, out of all level-3 industries, by what it says it does."""
    codes = [code for code in _held_out(data, "company", data.third_level) if code in data.businesses]
    return _task("industry", ((data.businesses[x], data.third_level[x]) for x in codes), data.third_level.values())


def description_to_class(data: TrainingData) -> Task:
    """Find a class, out of all of GB/T 4754-2011's smallest, by its definition and what it includes."""
    smallest = [item for item in data.classes if len(item.code) == 4]
    held = [item for item in smallest if data.asks_about("class", item.code[:3])]
    texts = [("；".join([item.definition, *item.includes])[:130].strip("；"), item.name) for item in held]
    return _task("class", ((text, name) for text, name in texts if text), (item.name for item in smallest))


def product_to_upstream(data: TrainingData) -> Task:
    """Find what a product is made from (上游材料), out of all materials of held-out products."""
    pairs = [pair for pair in data.relations["上游材料"] if data.asks_about("product", pair[0])]
    return _task("upstream", pairs)


def product_to_company(data: TrainingData) -> Task:
    """Find the companies that make a product, out of all held-out companies' main business."""
    codes = [code for code in _held_out(data, "company", data.products) if code in data.businesses]
    return _task("chain", ((product, data.businesses[x]) for x in codes for product in data.products[x][:3]))


def item_to_class(data: TrainingData) -> Task:
    """Find a class, out of all of the smallest, by one thing that it officially includes."""
    smallest = [item for item in data.classes if len(item.code) == 4]
    held = [item for item in smallest if data.asks_about("class", item.code[:3])]
    return _task("criterion", ((x, item.name) for item in held for x in item.includes), (x.name for x in smallest))


def heading_to_text(data: TrainingData) -> Task:
    """Find the text of a support measure or a policy paragraph by its heading or first sentence."""
    lines = [] if data.selecting else [sentences(_NUMBERING.sub("", line)) for line in data.measures]
    lines += [list(x[:5]) for x in data.articles if data.asks_about("article", x[0])]
    return _task("requirement", ((x[0], "".join(x[1:])) for x in lines if len(x) > 1 and len("".join(x[1:])) > 20))


def opening_to_description(data: TrainingData) -> Task:
    """Find the rest of a start-up's self-description by its first sentence."""
    texts = [sentences(text) for name, text in data.startups if data.asks_about("startup", name)]
    return _task("startup", ((x[0], "".join(x[1:])) for x in texts if len(x) > 1 and len("".join(x[1:])) > 20))


_MAKERS: tuple[Callable[[TrainingData], Task], ...] = (
    segments_to_company,
    business_to_class,
    description_to_class,
    product_to_upstream,
    product_to_company,
    item_to_class,
    heading_to_text,
    opening_to_description,
)


def _held_out(data: TrainingData, kind: str, identities: Iterable[str]) -> list[str]:
    return [identity for identity in identities if data.asks_about(kind, identity)]


def _task(name: str, pairs: Iterable[tuple[str, str]], candidates: Iterable[str] = ()) -> Task:
    """Join pairs into a task: a query has every candidate that it is paired with; at most 1,000 queries, drawn once."""
    kept = [(query, wanted) for query, wanted in pairs if query.strip() and wanted.strip() and query != wanted]
    texts = tuple(dict.fromkeys([*candidates, *(wanted for _, wanted in kept)]))
    position = {text: index for index, text in enumerate(texts)}
    found: dict[str, set[int]] = {}
    for query, wanted in kept:
        found.setdefault(query, set()).add(position[wanted])
    queries = _drawn(list(found))
    return Task(name, tuple(queries), texts, tuple(frozenset(found[query]) for query in queries))


def _drawn(queries: Sequence[str]) -> list[str]:
    if len(queries) <= _MOST_QUERIES:
        return list(queries)
    chosen = np.random.default_rng(11).choice(len(queries), _MOST_QUERIES, replace=False)
    return [queries[index] for index in sorted(chosen)]
