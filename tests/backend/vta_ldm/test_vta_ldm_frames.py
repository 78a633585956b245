# SPDX-License-Identifier: GPL-3.0-or-later
"""The published choice of frames, and their pixels."""

import numpy as np
import pytest
import torch

from foleycue_backend.engines.vta_ldm.frames import frame_indices, frame_requests, pixels


@pytest.mark.parametrize(
    ("rate", "count", "tokens", "first", "last"),
    [
        (25, 250, 20, [0, 12, 25, 37], 237),
        (25, 251, 21, [0, 12, 25, 37], 250),
        (23.976, 240, 21, [0, 11, 23, 34], 230),
        (29.97, 300, 21, [0, 14, 29, 43], 290),
        (60, 600, 20, [0, 30, 60, 90], 570),
        (14.96, 150, 22, [0, 7, 14, 21], 147),
        (1.5, 15, 30, [0, 0, 1, 1], 14),
        (25, 12, 1, [0], 0),
    ],
)
def test_the_published_table_of_frames(rate, count, tokens, first, last):
    found = frame_indices(count, rate)
    assert (len(found), found[: len(first)], found[-1]) == (tokens, first, last)
    assert frame_requests(count, rate)[: len(found)] == found


@pytest.mark.parametrize(("count", "rate"), [(100, 0.9), (0, 25)])
def test_a_film_without_a_frame_a_second_is_refused(count, rate):
    with pytest.raises(ValueError, match="one a second at least"):
        frame_indices(count, rate)


def test_the_middle_square_is_seen_un_normalised():
    frame = np.zeros((40, 81, 3), np.uint8)
    frame[:, 20:60] = (255, 51, 0)
    seen = pixels(frame, 40)  # nothing is scaled: columns (81 - 40) / 2 = 20.5, to even, onwards
    assert seen.shape == (3, 40, 40)
    assert torch.equal(seen[:, 5, 5], torch.tensor([1.0, 0.2, 0.0]))
    assert torch.equal((seen * 255).round().byte().permute(1, 2, 0), torch.from_numpy(frame[:, 20:60]))
    assert bool((seen[0] == 1).all())


@pytest.mark.parametrize("size", [(37, 101), (101, 37), (13, 20), (64, 64)])
def test_any_shape_becomes_the_asked_square(size):
    frame = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    assert pixels(frame, 32).shape == (3, 32, 32)
