# SPDX-License-Identifier: GPL-3.0-or-later
"""Distances between sets against independent formulas."""

import numpy as np
import pytest
import scipy.linalg

from foleycue_backend.evaluation.distances import (
    frechet_distance,
    inception_score,
    sigmoid_divergence,
    softmax_divergence,
)


def by_matrix_root(first, second):
    """The textbook formula with scipy's matrix root."""
    a, b = (np.cov(x, rowvar=False) for x in (first, second))
    apart = first.mean(0) - second.mean(0)
    return apart @ apart + np.trace(a + b - 2 * scipy.linalg.sqrtm(a @ b).real)


def gaussians(n, m, size, seed=0):
    rng = np.random.default_rng(seed)
    mixer = rng.standard_normal((size, size)) / np.sqrt(size)
    return rng.standard_normal((n, size)), rng.standard_normal((m, size)) @ mixer + 0.3


@pytest.mark.parametrize(("n", "m", "size"), [(200, 150, 12), (400, 13, 12), (13, 14, 12)])
def test_frechet_distance_is_the_textbook_formula(n, m, size):
    first, second = gaussians(n, m, size)
    assert frechet_distance(first, second) == pytest.approx(by_matrix_root(first, second), rel=1e-8)
    assert frechet_distance(first, second) == pytest.approx(frechet_distance(second, first), rel=1e-12)


def test_frechet_distance_with_fewer_sounds_than_features():
    first, second = gaussians(9, 7, 40)
    shift = 1e-7 * np.eye(40)
    a, b = (np.cov(x, rowvar=False) for x in (first, second))
    root = scipy.linalg.sqrtm((a + shift) @ (b + shift)).real
    apart = first.mean(0) - second.mean(0)
    assert frechet_distance(first, second) == pytest.approx(apart @ apart + np.trace(a + b - 2 * root), rel=1e-3)


def test_frechet_distance_of_known_gaussians():
    # Whitened samples have exactly the moments that are asked for.
    rng = np.random.default_rng(3)
    base = rng.standard_normal((500, 3))
    base -= base.mean(0)
    base = base @ np.linalg.inv(np.linalg.cholesky(np.cov(base, rowvar=False))).T
    wide = base * [2.0, 3.0, 0.5] + [1.0, 0.0, -2.0]
    # Between diagonal Gaussians: |mean|² + sum of squared differences of the deviations.
    assert frechet_distance(base, wide) == pytest.approx(5 + 1 + 4 + 0.25, rel=1e-9)
    assert frechet_distance(wide, wide) == pytest.approx(0, abs=1e-9)


def test_divergences_by_hand():
    made, true = np.log([[0.5, 0.25, 0.25]]), np.log([[0.25, 0.25, 0.5]])
    expected = sum(
        q * (np.log(q) - np.log(p + 1e-6)) for q, p in zip((0.25, 0.25, 0.5), (0.5, 0.25, 0.25), strict=True)
    )
    assert softmax_divergence(made, true) == pytest.approx([expected])
    made, true = np.log([[0.9 / 0.1, 0.2 / 0.8]]), np.zeros((1, 2))
    expected = 0.5 * (np.log(0.5) - np.log(0.9 + 1e-6)) + 0.5 * (np.log(0.5) - np.log(0.2 + 1e-6))
    assert sigmoid_divergence(made, true) == pytest.approx([expected])


def test_divergence_from_itself_is_nearly_nothing_and_hard_classes_do_not_fail():
    logits = np.random.default_rng(0).standard_normal((6, 20)).astype(np.float32)
    assert np.abs(softmax_divergence(logits, logits)).max() < 1e-4
    hard = np.where(np.eye(3) > 0, 1e4, -1e4)
    assert np.isfinite(softmax_divergence(hard, np.roll(hard, 1, 0))).all()


def test_inception_score_by_hand():
    logits = np.random.default_rng(5).standard_normal((23, 4))
    shuffled = logits[np.random.RandomState(2020).permutation(23)]
    scores = []
    for part in range(10):
        rows = np.exp(shuffled[part * 23 // 10 : (part + 1) * 23 // 10])
        rows /= rows.sum(1, keepdims=True)
        scores.append(np.exp(np.mean([np.sum(row * np.log(row / rows.mean(0))) for row in rows])))
    score = inception_score(logits)
    assert score.mean == pytest.approx(np.mean(scores))
    assert score.deviation == pytest.approx(np.std(scores))


def test_inception_score_of_one_sound_over_and_over_is_one():
    assert inception_score(np.tile([[3.0, 1.0, 0.0]], (20, 1))).mean == pytest.approx(1)
