# SPDX-License-Identifier: GPL-3.0-or-later
"""Configurations of STA-V2A's own networks, read off the names and shapes of their tensors.

All functions raise `unet_shapes.ShapeTrouble` for a tensor without which a configuration cannot be known.
"""

from __future__ import annotations

from foleycue_backend.engines.checkpoints.state_dict import State
from foleycue_backend.engines.checkpoints.unet_shapes import Config, shape_of
from foleycue_backend.engines.sta_v2a.local_features import HALF_WIDTHS
from foleycue_shared.errors import ErrorCode, FoleyCueError


def local_features_config(state: State, onset_input: int) -> Config:
    """The configuration of the local features; the onset predictor's width says whether they have windows.

    Raises BAD_INPUT when that is neither one token nor five wide.
    """
    sizes = [shape_of(state, f"fc{number}.weight")[0] for number in (1, 2, 3, 4)]
    wide = sizes[-1] * (1 + len(HALF_WIDTHS))
    if onset_input not in (sizes[-1], wide):
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"The onset predictor takes {onset_input} numbers a token, but local features give {sizes[-1]} without "
            f"windows and {wide} with them: these weights do not belong together.",
        )
    return {"input_size": shape_of(state, "fc1.weight")[1], "sizes": sizes, "windows": onset_input == wide}


def onset_predictor_config(state: State) -> Config:
    """The configuration of the onset predictor."""
    hidden, inputs = shape_of(state, "l1.weight", (2,))
    return {"input_size": inputs, "hidden_size": hidden}


def attentive_pooling_config(state: State) -> Config:
    """The configuration of the global picture tokens."""
    size, inputs = shape_of(state, "fc.weight", (2,))
    return {"input_size": inputs, "size": size, "tokens": shape_of(state, "conv.weight")[0]}


def condition_channels(state: State) -> int:
    """Width of the ControlNet's condition."""
    return shape_of(state, "controlnet_cond_embedding.conv_out.weight")[1]
