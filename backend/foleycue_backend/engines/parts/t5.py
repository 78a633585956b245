# SPDX-License-Identifier: GPL-3.0-or-later
"""A T5 encoder (Raffel et al., 2020) from the tensors of a published checkpoint alone."""

from __future__ import annotations

from typing import Any

from transformers.models.t5.configuration_t5 import T5Config
from transformers.models.t5.modeling_t5 import T5EncoderModel

from foleycue_backend.engines.checkpoints.state_dict import State, load_exactly
from foleycue_backend.engines.checkpoints.unet_shapes import count_of, shape_of

#: The same tensor under two names; a file may hold either or both.
_EMBEDDING, _SECOND_NAME = "shared.weight", "encoder.embed_tokens.weight"
_BLOCK = "encoder.block.0.layer"


def t5_config(state: State) -> dict[str, Any]:
    """Widths, depth and number of heads; what shapes do not tell is alike in all T5 models.

    Raises ShapeTrouble for tensors that are none of T5's.
    """
    vocabulary, width = shape_of(state, _EMBEDDING if _EMBEDDING in state else _SECOND_NAME)
    buckets, heads = shape_of(state, f"{_BLOCK}.0.SelfAttention.relative_attention_bias.weight")
    gated = f"{_BLOCK}.1.DenseReluDense.wi_0.weight" in state
    inner = shape_of(state, f"{_BLOCK}.1.DenseReluDense.{'wi_0' if gated else 'wi'}.weight")[0]
    return {
        "vocab_size": vocabulary,
        "d_model": width,
        "d_kv": shape_of(state, f"{_BLOCK}.0.SelfAttention.q.weight")[0] // heads,
        "d_ff": inner,
        "num_layers": count_of(state, r"encoder\.block\.(\d+)\."),
        "num_heads": heads,
        "relative_attention_num_buckets": buckets,
        "feed_forward_proj": "gated-gelu" if gated else "relu",
    }


def load(state: State) -> T5EncoderModel:
    """The encoder of a state dict, in eval mode; raises FoleyCueError (bad-input) naming the keys that do not fit."""
    own = {_EMBEDDING if key == _SECOND_NAME and _EMBEDDING not in state else key: v for key, v in state.items()}
    own.pop(_SECOND_NAME, None)
    encoder = T5EncoderModel(T5Config(**t5_config(own))).eval()
    load_exactly(encoder, own, "text encoder", optional=(_SECOND_NAME,))
    return encoder
