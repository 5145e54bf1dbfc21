"""Chinese text to words: jieba's dictionary as a `tokenizers` Unigram model, the same cut at Rust speed.

jieba without its hidden Markov model takes the most probable path over its dictionary, each word counting
log(frequency / total). A Unigram model does the same, so a dictionary and its frequencies are all that is needed.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram

UNKNOWN = "[UNK]"
"""The token of what no dictionary word covers; consecutive unknown characters make one."""

_WORD_CHARACTERS = "\u3400-\u9fffa-z0-9+#"
_SINGLE_LATIN = re.compile(r"[a-z0-9+#]")
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


@cache
def jieba_frequencies() -> Mapping[str, int]:
    """Read jieba's dictionary (349,046 words of general Chinese), lower-cased, word to frequency."""
    frequencies: dict[str, int] = {}
    with files("jieba").joinpath("dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, frequency, *_ = line.split(" ")
            word = word.lower()
            frequencies[word] = max(int(frequency), frequencies.get(word, 0))
    return frequencies


def joining_frequency(word: str, frequencies: Mapping[str, int], total: int) -> int:
    """Give the smallest frequency with which `word` is cut whole instead of into the words it is made of.

    The rule of `jieba.suggest_freq`: one more than what its most probable cut would need.
    """
    best = [0.0] + [-math.inf] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(end):
            frequency = frequencies.get(word[start:end], 1 if end - start == 1 else 0)
            if frequency and (start, end) != (0, len(word)):
                best[end] = max(best[end], best[start] + math.log(frequency / total))
    return max(int(math.exp(best[-1]) * total) + 1, frequencies.get(word, 1))


def with_domain_words(frequencies: Mapping[str, int], words: Iterable[str]) -> dict[str, int]:
    """Give `frequencies` with each of `words` (lower-case) frequent enough to be cut whole."""
    total = sum(frequencies.values())
    extended = dict(frequencies)
    for word in words:
        extended[word] = joining_frequency(word, frequencies, total)
    return extended


def build_tokenizer(frequencies: Mapping[str, int], total: int | None = None) -> Tokenizer:
    """Build the Unigram tokenizer of a dictionary: lower-case word to frequency.

    `total` is the sum that probabilities are taken over (the frequencies' own when None). Single letters and digits
    are left out: a run of them that is no word becomes one unknown token, as jieba joins it. Text is NFKC-normalised
    and lower-cased; whatever is neither Han nor a letter, a digit, `+` or `#` only separates.
    """
    total = total or sum(frequencies.values())
    words = sorted(word for word in frequencies if frequencies[word] > 0 and not _SINGLE_LATIN.fullmatch(word))
    vocabulary = [(UNKNOWN, 0.0)] + [(word, math.log(frequencies[word] / total)) for word in words]
    tokenizer = Tokenizer(Unigram(vocabulary, unk_id=0, byte_fallback=False))
    tokenizer.normalizer = standard_normaliser()
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(f"[^{_WORD_CHARACTERS}]+"), "removed")
    return tokenizer


def standard_normaliser() -> normalizers.Normalizer:
    """Give the normaliser of our tokenizers: NFKC, then lower case."""
    return normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])


def normalised(text: str) -> str:
    """Give `text` as the tokenizer's own normaliser would (NFKC, lower case), lone surrogates replaced by spaces.

    Five times as fast, because most Chinese text needs no NFKC but for punctuation, which only separates anyway.
    Surrogates have no UTF-8 form, which every tokenizer needs.
    """
    if _uncommon().search(text):
        text = unicodedata.normalize("NFKC", _LONE_SURROGATES.sub(" ", text))
    return text.lower()


def encodable(text: str) -> str:
    """Give `text` with lone surrogates replaced by spaces and nothing else changed."""
    return _LONE_SURROGATES.sub(" ", text)


@cache
def _uncommon() -> re.Pattern[str]:
    """Match what NFKC turns into or joins with word characters (full-width letters, ①, ㎡, accents), and surrogates."""
    word = re.compile(f"[{_WORD_CHARACTERS}]")
    characters = [chr(point) for point in (*range(0x80, 0xD800), *range(0xE000, 0x10000))]
    changed = [(x, unicodedata.normalize("NFKC", x).lower()) for x in characters]
    found = "".join(character for character, form in changed if form != character.lower() and word.search(form))
    return re.compile(f"[\u0300-\u036f\ud800-\udfff{found}]|[\U00010000-\U0010ffff]")
