"""Plain definitions of what the indexes must answer: one comparison at a time, by position."""

import math
import re
import unicodedata
from collections import Counter

import numpy as np


class BruteVectors:
    """Every similarity one dot product in float64."""

    def __init__(self, rows):
        self.rows = np.asarray(rows, dtype=np.float64)

    def similarities(self, query, positions=None):
        return np.array([self.rows[x] @ np.asarray(query, dtype=np.float64) for x in self._wanted(positions)])

    def nearest(self, query, count, positions=None):
        scored = zip(self.similarities(query, positions), self._wanted(positions), strict=True)
        return sorted({(-score, place) for score, place in scored})[: max(count, 0)]

    def _wanted(self, positions):
        return range(len(self.rows)) if positions is None else [int(x) for x in positions]


class BruteOverlap:
    """TF-IDF cosine of characters and their pairs, rarity to the power 1.5, at most four of each, the heaviest kept."""

    def __init__(self, texts, kept=96):
        self.kept = kept
        self.documents = len(texts)
        self.seen = Counter(term for text in texts for term in set(self._terms(text)))
        self.texts = list(texts)

    def similarities(self, query):
        asked = _unit(self._weights(query))
        return [self._overlap(asked, self._weights(text)) for text in self.texts]

    def _overlap(self, asked, weights):
        heaviest = sorted(weights.items(), key=lambda pair: -pair[1])[: self.kept]
        return sum(weight * asked.get(term, 0.0) for term, weight in _unit(dict(heaviest)).items())

    def _weights(self, text):
        return {
            term: (1 + math.log(min(count, 4))) * (math.log((1 + self.documents) / (1 + self.seen[term])) + 1) ** 1.5
            for term, count in self._terms(text).items()
        }

    def _terms(self, text):
        kept = "".join(character for character in unicodedata.normalize("NFKC", text).lower() if character.isalnum())
        return Counter([*kept, *re.findall("(?=(..))", kept, re.DOTALL)])


def _unit(weights):
    length = math.sqrt(sum(weight**2 for weight in weights.values()))
    return {term: weight / length for term, weight in weights.items()}
