"""Plain adapters that define what the indexes must answer: dictionaries and one comparison at a time."""

import math
import re
import unicodedata
from collections import Counter

import numpy as np


class BruteVectors:
    """Vectors in a dictionary; every similarity one dot product in float64."""

    def __init__(self):
        self.stored = {}

    def upsert(self, keys, vectors):
        for key, vector in zip(keys, vectors, strict=True):
            self.stored[int(key)] = np.asarray(vector, dtype=np.float64)

    def remove(self, keys):
        for key in keys:
            self.stored.pop(int(key), None)

    def similarities(self, query, keys):
        return [float(self.stored[int(key)] @ np.asarray(query, dtype=np.float64)) for key in keys]

    def nearest(self, query, count, keys=None):
        wanted = set(self.stored if keys is None else map(int, keys))
        scored = [(-float(self.stored[key] @ np.asarray(query, dtype=np.float64)), key) for key in wanted]
        return [(key, -score) for score, key in sorted(scored)[: max(count, 0)]]


class BruteOverlap:
    """TF-IDF cosine by words (a tenth) and by characters and their pairs (nine tenths), by definition."""

    def __init__(self, cut):
        self.cut = cut

    def build(self, keys, texts):
        self.documents = len(texts)
        self.seen = [Counter(), Counter()]
        self.stored = {}
        for text in texts:
            for found, terms in zip(self.seen, self._terms(text), strict=True):
                found.update(set(terms))
        for key, text in zip(keys, texts, strict=True):
            self.stored[int(key)] = text

    def upsert(self, keys, texts):
        self.stored.update({int(key): text for key, text in zip(keys, texts, strict=True)})

    def remove(self, keys):
        for key in keys:
            self.stored.pop(int(key), None)

    def similarities(self, query, keys):
        return [self._similarity(query, self.stored[int(key)]) for key in keys]

    def _terms(self, text):
        kept = "".join(character for character in unicodedata.normalize("NFKC", text).lower() if character.isalnum())
        return Counter(self.cut(text)), Counter([*kept, *re.findall("(?=(..))", kept, re.DOTALL)])

    def _similarity(self, first, second):
        parts = []
        for seen, left, right in zip(self.seen, self._terms(first), self._terms(second), strict=True):
            a, b = self._weights(left, seen), self._weights(right, seen)
            parts.append((sum(a[term] * b.get(term, 0.0) for term in a), bool(a), bool(b)))
        weights = (0.1, 0.9)
        totals = [sum(weight * part[side] for weight, part in zip(weights, parts, strict=True)) for side in (1, 2)]
        shares = [
            [weight * part[side] / (total or 1) for weight, part in zip(weights, parts, strict=True)]
            for side, total in zip((1, 2), totals, strict=True)
        ]
        return sum(part[0] * math.sqrt(one * two) for part, one, two in zip(parts, shares[0], shares[1], strict=True))

    def _weights(self, terms, seen):
        raw = {
            term: (1 + math.log(count)) * (math.log((1 + self.documents) / (1 + seen[term])) + 1)
            for term, count in terms.items()
        }
        length = math.sqrt(sum(weight**2 for weight in raw.values()))
        return {term: weight / length for term, weight in raw.items()}
