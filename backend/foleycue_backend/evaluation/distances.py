# SPDX-License-Identifier: GPL-3.0-or-later
"""Distances between sets of sounds, on features and class logits that somebody else extracted.

Fréchet distance: Heusel et al., NeurIPS 2017 (FID), and Kilgour et al., Interspeech 2019 (FAD). Inception score:
Salimans et al., NeurIPS 2016. Kullback-Leibler divergence of class predictions: Iashin and Rahtu, BMVC 2021. Details
(splits, seeds, offsets) follow audioldm_eval, by which text-to-audio systems are compared.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_softmax, softmax

Matrix = NDArray[np.floating]

SPLITS = 10
_SHUFFLE_SEED = 2020
_OFFSET = 1e-6


class InceptionScore(NamedTuple):
    """Mean and standard deviation over the splits."""

    mean: float
    deviation: float


def frechet_distance(first: Matrix, second: Matrix) -> float:
    """Fréchet distance of Gaussians fitted to two sets of features (n, size) and (m, size), n and m at least 2.

    |mean difference|² + tr(A + B - 2 (A B)^½) with sample covariances (n - 1). The trace of the root is the sum of the
    singular values of X Yᵀ for centred, scaled features X and Y: exact also where a covariance is singular, which it
    is for fewer sounds than features, and no offset is ever needed.
    """
    a, b = _centred(first), _centred(second)
    apart = np.asarray(first, np.float64).mean(0) - np.asarray(second, np.float64).mean(0)
    root = np.linalg.svd(a @ b.T, compute_uv=False).sum()
    return float(apart @ apart + (a**2).sum() + (b**2).sum() - 2 * root)


def softmax_divergence(generated: Matrix, truth: Matrix) -> NDArray[np.float64]:
    """Divergence of each generated sound's class distribution from the true one's; logits (n, classes) in pairs."""
    return _divergence(softmax(generated.astype(np.float64), 1), softmax(truth.astype(np.float64), 1))


def sigmoid_divergence(generated: Matrix, truth: Matrix) -> NDArray[np.float64]:
    """The same with an independent probability for each class, as sounds may belong to several.

    Only the terms of a class's presence are summed, as in the reference, so it may be below 0.
    """
    return _divergence(expit(generated.astype(np.float64)), expit(truth.astype(np.float64)))


def inception_score(logits: Matrix) -> InceptionScore:
    """Inception score of class logits (n, classes), n at least SPLITS: the mean over ten random parts."""
    shuffled = logits[np.random.RandomState(_SHUFFLE_SEED).permutation(len(logits))].astype(np.float64)
    scores = []
    for part in range(SPLITS):
        rows = shuffled[part * len(logits) // SPLITS : (part + 1) * len(logits) // SPLITS]
        chances, logs = softmax(rows, 1), log_softmax(rows, 1)
        scores.append(np.exp((chances * (logs - np.log(chances.mean(0)))).sum(1).mean()))
    return InceptionScore(float(np.mean(scores)), float(np.std(scores)))


def _divergence(generated: NDArray[np.float64], truth: NDArray[np.float64]) -> NDArray[np.float64]:
    likely = truth > 0
    logs = np.log(truth, out=np.zeros_like(truth), where=likely) - np.log(generated + _OFFSET)
    return np.where(likely, truth * logs, 0.0).sum(1)


def _centred(features: Matrix) -> NDArray[np.float64]:
    """A small matrix X with Xᵀ X the sample covariance: the features themselves, or their triangle if that is less."""
    rows = np.asarray(features, np.float64)
    rows = (rows - rows.mean(0)) / np.sqrt(len(rows) - 1)
    return np.asarray(np.linalg.qr(rows, mode="r")) if rows.shape[0] > rows.shape[1] else rows
