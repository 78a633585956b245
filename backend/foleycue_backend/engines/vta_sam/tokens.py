# SPDX-License-Identifier: GPL-3.0-or-later
"""From objects to keys and values of cross-attention: one vector a picture, beside the one of the picture itself."""

from __future__ import annotations

import torch
from torch import Tensor


def object_vectors(presence: Tensor, names: Tensor) -> Tensor:
    """The sum of the names' embeddings (objects, width), each by its probability in `presence` (pictures, objects).

    (pictures, width); not brought to unit length, so that nothing seen is no vector.
    """
    return presence.to(names) @ names


def interleaved(pictures: Tensor, objects: Tensor) -> Tensor:
    """v1, e1, v2, e2, … along the second axis from the end; both (…, pictures, width)."""
    return torch.stack([pictures, objects], -2).flatten(-3, -2)
