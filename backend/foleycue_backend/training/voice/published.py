# SPDX-License-Identifier: GPL-3.0-or-later
"""The weights of the speech detector in the package (stages/speech.npz), taken from the published ones of Silero VAD.

They lie in the package `silero-vad` (MIT) as a TorchScript file, `silero_vad/data/silero_vad.jit`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from foleycue_backend.stages.speech import WEIGHTS

#: Our names of layers by theirs; the part for telephone sound (8 kHz) is left out.
_LAYERS = {
    **{f"_model.encoder.{number}.reparam_conv": f"conv{number}" for number in range(4)},
    "_model.decoder.decoder.2": "out",
}


def convert(published: Path, target: Path = WEIGHTS) -> None:
    """Write the weights of the 16 kHz model at half precision. Raises KeyError for a file of another layout."""
    state = {name: value.detach().numpy() for name, value in torch.jit.load(published, "cpu").named_parameters()}
    out: dict[str, Any] = {}
    for theirs, ours in _LAYERS.items():
        out[f"{ours}.weight"], out[f"{ours}.bias"] = state[f"{theirs}.weight"], state[f"{theirs}.bias"]
    out["out.weight"], out["out.bias"] = out["out.weight"].reshape(-1), out["out.bias"].reshape(())
    cell = "_model.decoder.rnn"
    out["input.weight"], out["hidden.weight"] = state[f"{cell}.weight_ih"], state[f"{cell}.weight_hh"]
    out["input.bias"] = state[f"{cell}.bias_ih"] + state[f"{cell}.bias_hh"]
    np.savez(target, **{name: value.astype(np.float16) for name, value in out.items()})
