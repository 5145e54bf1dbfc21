"""Sources of training pairs: two texts that belong together, from the training side of the split.

Each source is a function of the data and a random generator; it is drawn anew every epoch, so that lists and
descriptions are split in two differently each time.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from random import Random

from embeddings.training.data import IndustryClass, TrainingData, sentences

Pairs = list[tuple[str, str]]
Source = Callable[[TrainingData, Random], Pairs]


def training_companies(data: TrainingData, codes: Iterable[str]) -> list[str]:
    """Give the companies of `codes` that are not held out."""
    return [code for code in codes if data.trains_on("company", code)]


def training_classes(data: TrainingData) -> list[IndustryClass]:
    """Give the classes of GB/T 4754-2011 whose group (three digits) is not held out."""
    return [item for item in data.classes if data.trains_on("class", item.code[:3])]


def class_items(data: TrainingData, random: Random) -> Pairs:
    """Pair a class with some of what it officially includes; sometimes the items on both sides."""
    pairs: Pairs = []
    for item in training_classes(data):
        texts = [*item.includes, *([item.definition] if item.definition else [])]
        for text in texts:
            short = random.choice(re.split("[：、；]", text)) if random.random() < 0.5 else text
            pairs.append((item.name, _shortened(short, random)))
        if len(item.includes) > 3:
            first, second = _halves(item.includes, random)
            pairs.append((_listed(first, random), _listed([item.name, *second], random)))
    return pairs


def class_descriptions(data: TrainingData, random: Random) -> Pairs:
    """Pair the name of a class of GB/T 4754-2017 with its description."""
    known = {item.name for item in training_classes(data)}
    held_out = {item.name for item in data.classes} - known
    rows = [row for row in data.descriptions if row[1] not in held_out]
    kept = [row for row in rows if row[1] in known or data.trains_on("class", row[0][:3])]
    return [(name, _shortened(text, random)) for _, name, text in kept]


def segment_business(data: TrainingData, random: Random) -> Pairs:
    """Pair some of a company's revenue segments with its main business."""
    codes = training_companies(data, data.segments)
    return [(_sampled(data.segments[x], random), data.businesses[x]) for x in codes if x in data.businesses]


def product_business(data: TrainingData, random: Random) -> Pairs:
    """Pair one or a few products of a company with its main business."""
    codes = [code for code in training_companies(data, data.products) if code in data.businesses]
    few = [(_listed(_some(data.products[x], random, 4), random), data.businesses[x]) for x in codes]
    return few + [(random.choice(data.products[x]), data.businesses[x]) for x in codes]


def product_halves(data: TrainingData, random: Random) -> Pairs:
    """Pair one part of a company's products with the rest, or with its segments."""
    pairs: Pairs = []
    for code in training_companies(data, data.products):
        products = data.products[code][:20]
        if len(products) > 1:
            first, second = _halves(products, random)
            pairs.append((_listed(first, random), _listed(second, random)))
        if code in data.segments:
            pairs.append((_sampled(products, random), _sampled(data.segments[code], random)))
    return pairs


def industry_labels(data: TrainingData, random: Random) -> Pairs:
    """Pair what a company does with the name of its industry."""
    pairs: Pairs = []
    for code in training_companies(data, data.businesses):
        labels = [*data.industries.get(code, ()), *([data.third_level[code]] * 2 if code in data.third_level else [])]
        if labels:
            pairs.append((data.businesses[code], random.choice(labels)))
    for code in training_companies(data, data.third_level):
        if code in data.products:
            pairs.append((_sampled(data.products[code], random), data.third_level[code]))
    return pairs


def concept_business(data: TrainingData, random: Random) -> Pairs:
    """Pair a concept tag with the main business of a company that carries it."""
    codes = [code for code in training_companies(data, data.concepts) if code in data.businesses]
    return [(random.choice(data.concepts[x]), data.businesses[x]) for x in codes]


def product_kinds(data: TrainingData, random: Random) -> Pairs:
    """Pair a product with a kind of it (产品小类)."""
    return _relation(data, "产品小类", random, 8_000)


def product_upstream(data: TrainingData, random: Random) -> Pairs:
    """Pair a product with what it is made from (上游材料), and a material with what is made from it (下游产品)."""
    return _relation(data, "上游材料", random, 20_000) + _relation(data, "下游产品", random, 200)


def description_halves(data: TrainingData, random: Random) -> Pairs:
    """Pair some sentences of a start-up's self-description with the others."""
    kept = [text for name, text in data.startups if data.trains_on("startup", name)]
    return _sentence_halves(kept, random)


def clause_and_rest(data: TrainingData, random: Random) -> Pairs:
    """Pair one clause of a longer text (self-description, business, article, class, investor) with its other clauses.

    What a text's parts say of one another, over all kinds of text: MRR over the selection tasks gains .010 by it.
    """
    pairs: Pairs = []
    for text in _long_texts(data):
        clauses = [clause for clause in re.split("[，,；;。]", text) if len(clause) > 3]
        if len(clauses) > 2:
            clause = clauses.pop(random.randrange(len(clauses)))
            pairs.append((clause, "，".join(clauses)))
    return pairs


def piece_and_whole(data: TrainingData, random: Random) -> Pairs:
    """Pair a piece of a longer text, cut anywhere, with the whole text or with what is left of it.

    Teaches that shared characters count, whatever words the cut leaves: the selection tasks of classes, of policy
    paragraphs and of products gain most.
    """
    pairs: Pairs = []
    for text in _long_texts(data):
        length = random.randint(4, min(20, max(5, len(text) // 3)))
        start = random.randrange(len(text) - length)
        whole = text if random.random() < 0.5 else f"{text[:start]} {text[start + length :]}"
        pairs.append((text[start : start + length], whole))
    return pairs


def investor_halves(data: TrainingData, random: Random) -> Pairs:
    """Pair some sentences of what an investor writes with the others."""
    return _sentence_halves(data.investors, random)


def policy_halves(data: TrainingData, random: Random) -> Pairs:
    """Pair a sentence of a policy paragraph with the rest of it (inverse cloze)."""
    pairs: Pairs = []
    for lines in data.articles:
        if len(lines) > 1 and data.trains_on("article", lines[0]):
            for start in range(0, len(lines), 4):
                chunk = list(lines[start : start + 5])
                if len(chunk) > 1:
                    title = chunk.pop(0 if random.random() < 0.5 else random.randrange(len(chunk)))
                    pairs.append((title, "".join(chunk)))
    return pairs


def paraphrases(data: TrainingData, random: Random) -> Pairs:
    """Pairs of questions that mean the same, and pairs graded 4 or 5 of 5."""
    graded = [(first, second) for first, second, grade in data.graded("train") if grade >= 4]
    return random.sample(data.paraphrases, min(6_000, len(data.paraphrases))) + graded


SOURCES: tuple[tuple[Source, float], ...] = (
    (class_items, 1.0),
    (class_descriptions, 0.3),
    (segment_business, 1.0),
    (product_business, 1.5),
    (product_halves, 1.0),
    (industry_labels, 1.0),
    (concept_business, 0.3),
    (product_kinds, 1.0),
    (product_upstream, 1.5),
    (description_halves, 1.5),
    (clause_and_rest, 2.0),
    (piece_and_whole, 1.5),
    (investor_halves, 0.2),
    (policy_halves, 1.0),
    (paraphrases, 0.6),
)
"""Each source with its share of the batches."""

CUTTING: tuple[Source, ...] = (clause_and_rest, piece_and_whole)
"""Sources that cut texts of the others anew: words are not counted in them, for a cut makes words that are none."""


def _relation(data: TrainingData, kind: str, random: Random, count: int) -> Pairs:
    kept = [pair for pair in data.relations.get(kind, ()) if data.trains_on("product", pair[0])]
    return random.sample(kept, min(count, len(kept)))


def _long_texts(data: TrainingData) -> list[str]:
    texts = [text for name, text in data.startups if data.trains_on("startup", name)]
    texts += [data.businesses[code] for code in training_companies(data, data.businesses)]
    articles = [lines for lines in data.articles if data.trains_on("article", lines[0])]
    texts += ["".join(lines[at : at + 4]) for lines in articles for at in range(0, len(lines), 4)]
    texts += ["；".join([item.definition, *item.includes]) for item in training_classes(data)]
    return [text for text in [*texts, *data.investors] if len(text) > 25]


def _sentence_halves(texts: Iterable[str], random: Random) -> Pairs:
    pairs: Pairs = []
    for text in texts:
        parts = sentences(text)
        if len(parts) < 2:
            parts = [part for part in re.split("[，,]", text) if part]
        if len(parts) > 1:
            first, second = _halves(parts, random)
            pairs.append(("".join(first), "".join(second)))
    return pairs


def _halves(items: Sequence[str], random: Random) -> tuple[list[str], list[str]]:
    order = random.sample(list(items), len(items))
    cut = random.randint(1, len(order) - 1)
    return order[:cut], order[cut:]


def _some(items: Sequence[str], random: Random, most: int) -> list[str]:
    return random.sample(list(items), random.randint(1, min(most, len(items))))


def _sampled(items: Sequence[str], random: Random) -> str:
    return _listed(_some(items, random, 8), random)


def _listed(items: Iterable[str], random: Random) -> str:
    return random.choice(("、", "，", " ", ",")).join(items)


def _shortened(text: str, random: Random) -> str:
    parts = re.split("(?<=[、；，])", text)
    return "".join(parts[: random.randint(1, len(parts))]) if len(parts) > 3 and random.random() < 0.5 else text
