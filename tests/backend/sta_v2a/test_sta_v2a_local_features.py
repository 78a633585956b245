# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows and frame index against hand-computed examples of the published behaviour."""

import pytest
import torch
from torch.nn import functional as F

from foleycue_backend.engines.sta_v2a.local_features import LocalFeatures, window_means
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPredictor, token_of_frame

# (row, half width): first and last row of the window, for 40 rows.
WINDOWS = {
    (0, 1): (0, 0),
    (0, 2): (0, 1),
    (0, 4): (0, 3),
    (0, 8): (0, 7),
    (5, 1): (4, 5),
    (5, 2): (3, 6),
    (5, 4): (1, 8),
    (5, 8): (0, 12),
    (39, 1): (38, 39),
    (39, 2): (37, 39),
    (39, 4): (35, 39),
    (39, 8): (31, 39),
}


@pytest.mark.parametrize(("place", "expected"), WINDOWS.items())
def test_windows_are_cut_at_the_ends_and_divided_by_what_is_left(place, expected):
    row, half = place
    first, last = expected
    matrix = window_means(40, half)
    assert matrix[row].nonzero().flatten().tolist() == list(range(first, last + 1))
    assert torch.allclose(matrix[row, first], torch.tensor(1 / (last - first + 1)))
    assert torch.allclose(matrix.sum(1), torch.ones(40))


def test_tokens_are_the_row_and_its_means_from_narrow_to_wide():
    torch.manual_seed(0)
    model = LocalFeatures(input_size=6, sizes=(5, 5, 4, 3))
    features = torch.randn(2, 11, 6)
    tokens = model(features)
    plain = LocalFeatures(input_size=6, sizes=(5, 5, 4, 3), windows=False)
    plain.load_state_dict(model.state_dict())
    rows = plain(features)
    assert tokens.shape == (2, 11, 15) and rows.shape == (2, 11, 3)
    assert torch.equal(tokens[..., :3], rows)
    for part, half in enumerate((1, 2, 4, 8), 1):
        mean = rows[:, max(7 - half, 0) : min(7 + half, 11)].mean(1)
        assert torch.allclose(tokens[:, 7, 3 * part : 3 * part + 3], mean, atol=1e-6)


def test_gelu_is_the_exact_one():
    torch.manual_seed(1)
    model = LocalFeatures(input_size=4, sizes=(4, 4, 4, 4), windows=False)
    x = torch.randn(1, 3, 4)
    expected = model.fc4(F.gelu(model.fc3(F.gelu(model.fc2(F.gelu(model.fc1(x)))))))
    assert torch.equal(model(x), expected)


def test_frame_index_is_nearest_upsampling_and_six_copies():
    nearest = F.interpolate(torch.arange(40.0)[None, None], scale_factor=6.25, mode="nearest").long().flatten()
    assert torch.equal(token_of_frame(40, 256), torch.cat([nearest, nearest[-1:].repeat(6)]))
    runs = token_of_frame(40, 256).bincount().tolist()
    assert runs[:8] == [7, 6, 6, 6, 7, 6, 6, 6] and runs[-1] == 12


@pytest.mark.parametrize("width", [15, 3])
def test_predictor_sees_upsampled_tokens(width):
    torch.manual_seed(2)
    model = OnsetPredictor(width, 8)
    tokens = torch.randn(2, 40, width)
    prediction = model(tokens)
    upsampled = tokens[:, token_of_frame(40, 256)]
    hidden = F.silu(model.l1(upsampled))
    assert prediction.hidden.shape == (2, 256, 8) and prediction.logits.shape == (2, 256, 2)
    assert torch.allclose(prediction.hidden, hidden, atol=1e-6)
    assert torch.allclose(prediction.logits, model.l2(hidden), atol=1e-6)
    # The frames of one token are equal to the last bit: cue runs are found by that.
    assert torch.equal(prediction.logits[:, 0], prediction.logits[:, 6])
    assert torch.equal(model(tokens, 100).logits, prediction.logits[:, :100])
