"""Texts to counts of the tokenizer's words."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from scipy.sparse import csr_array
from tokenizers import Tokenizer


def word_counts(tokenizer: Tokenizer, texts: Sequence[str]) -> csr_array:
    """Give the (texts, words) float32 counts; the unknown word is left out."""
    found = [encoding.ids for encoding in tokenizer.encode_batch_fast(list(texts))]
    rows = np.repeat(np.arange(len(found)), [len(ids) for ids in found])
    words = np.fromiter(chain.from_iterable(found), dtype=np.int64, count=len(rows))
    known = words > 0
    data = np.ones(int(known.sum()), dtype=np.float32)
    return csr_array((data, (rows[known], words[known])), shape=(len(found), tokenizer.get_vocab_size()))
