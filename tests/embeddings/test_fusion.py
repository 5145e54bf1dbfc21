"""Fusion: each part on its own scale, then the fitted share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embeddings.fusion import dense_share, fused

UNIT = st.floats(0, 1, width=32)


def test_by_value():
    dense, lexical = np.float32([0.9, 0.6, 0.3, 0.0]), np.float32([0.0, 0.1, 0.2, 0.3])
    wanted = 0.6 * dense / 0.6**0.5 + 0.4 * lexical / 0.2**0.5
    np.testing.assert_allclose(fused(dense, lexical, 0.6), wanted, rtol=1e-6)


def test_a_part_that_knows_nothing_does_not_speak():
    dense = np.float32([0.2, 0.8])
    assert np.argmax(fused(dense, np.zeros(2, dtype=np.float32), 0.5)) == 1
    assert np.argmax(fused(np.zeros(2, dtype=np.float32), dense, 0.5)) == 1


def test_nothing_gives_nothing():
    assert fused(np.empty(0, dtype=np.float32), np.empty(0, dtype=np.float32), 0.5).shape == (0,)


@given(arrays(np.float32, 6, elements=UNIT), arrays(np.float32, 6, elements=UNIT), st.floats(0.1, 0.9))
def test_better_in_both_is_not_worse(dense, lexical, share):
    scores = fused(dense, lexical, share)
    for first in range(6):
        for second in range(6):
            if dense[first] >= dense[second] and lexical[first] >= lexical[second]:
                assert scores[first] >= scores[second] - 1e-6


@pytest.mark.parametrize("factor", [0.25, 4.0])
def test_a_part_counts_by_the_root_of_its_best(factor):
    """Twice the similarities count as 1.4 times the share: between not at all and wholly."""
    dense, lexical = np.float32([0.9, 0.6, 0.3]), np.float32([0.1, 0.3, 0.2])
    nothing = np.zeros(3, dtype=np.float32)
    both, alone = fused(dense * np.float32(factor), lexical, 0.4), fused(dense, nothing, 0.4)
    np.testing.assert_allclose(both, factor**0.5 * alone + fused(nothing, lexical, 0.4), rtol=1e-5)


def test_long_texts_lean_on_overlap_and_labels_on_meaning():
    assert dense_share(0) == dense_share(1) == 0.75
    assert dense_share(4) == pytest.approx(0.739, abs=0.001)
    assert dense_share(130) == pytest.approx(0.461, abs=0.001)
    assert dense_share(1e6) == 0.4
