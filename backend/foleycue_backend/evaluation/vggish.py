# SPDX-License-Identifier: GPL-3.0-or-later
"""VGGish: the features behind FAD.

Hershey et al., CNN Architectures for Large-Scale Audio Classification, ICASSP 2017. Parameter names are those of the
published PyTorch file vggish-10086976.pth. As in the text-to-audio field's tool, the last activation, the PCA and the
quantisation are left out.
"""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from foleycue_backend.evaluation.cnn14 import prepare
from foleycue_backend.evaluation.sounds import Sound

SAMPLE_RATE = 16_000
WINDOW = 400
FFT = 512
HOP = 160
BANDS = 64
LOWEST, HIGHEST = 125.0, 7500.0
#: Frames of one example; examples follow each other without overlap.
EXAMPLE = 96

_LOG_OFFSET = 0.01
_WIDTHS = (64, 128, 256, 256, 512, 512)
#: Convolutions after which the picture is halved.
_POOLED = (0, 1, 3, 5)


class VGGish(nn.Module):
    """Log-mel examples (batch, 1, 96, 64) to features (batch, 128)."""

    def __init__(self, widths: tuple[int, ...] = _WIDTHS, hidden: int = 4096, size: int = 128) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for number, width in enumerate(widths):
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()]
            if number in _POOLED:
                layers.append(nn.MaxPool2d(2))
            before = width
        self.features = nn.Sequential(*layers)
        self.embeddings = nn.Sequential(
            nn.Linear(before * (EXAMPLE // 16) * (BANDS // 16), hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, size),
        )

    @classmethod
    def from_published(cls, state: Mapping[str, Tensor]) -> "VGGish":
        """The network of a published file, its widths read from the shapes.

        Raises KeyError or RuntimeError where the names or shapes are not those of a VGGish.
        """
        widths = [
            weight.shape[0] for name, weight in state.items() if name.startswith("features.") and weight.ndim == 4
        ]
        size, hidden = state["embeddings.4.weight"].shape
        net = cls(tuple(widths), hidden, size)
        net.load_state_dict(state)
        return net.eval()

    def forward(self, examples: Tensor) -> Tensor:
        # The file's first linear layer counts channels fastest.
        return self.embeddings(self.features(examples).permute(0, 2, 3, 1).flatten(1))


def log_mel_examples(wave: NDArray[np.floating]) -> Tensor:
    """A 16 kHz sound (samples,) as whole examples (n, 1, 96, 64) of 0.96 s; what is left at the end is dropped.

    Magnitudes of 25 ms periodic Hann windows every 10 ms, not centred; 64 triangles on the HTK mel scale, not
    normalised, without the constant part; log(mel + 0.01).
    """
    frames = 1 + (len(wave) - WINDOW) // HOP if len(wave) >= WINDOW else 0
    count = frames // EXAMPLE
    if not count:
        return torch.zeros(0, 1, EXAMPLE, BANDS)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(wave, np.float64), WINDOW)[::HOP][: count * EXAMPLE]
    mel = np.abs(np.fft.rfft(windows * hann, FFT)) @ mel_filters()
    return torch.from_numpy(np.log(mel + _LOG_OFFSET).reshape(count, 1, EXAMPLE, BANDS)).float()


def mel_filters() -> NDArray[np.float64]:
    """Filters (bins, bands): triangles of height 1 with straight sides on the mel scale."""
    bins = _mel(np.arange(FFT // 2 + 1) * SAMPLE_RATE / FFT)[:, None]
    edges = np.linspace(_mel(np.array(LOWEST)), _mel(np.array(HIGHEST)), BANDS + 2)
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    filters = np.maximum(0, np.minimum(rising, falling))
    filters[0] = 0
    return filters


@torch.inference_mode()
def extract(net: VGGish, sound: Sound) -> NDArray[np.float32]:
    """Features (examples, 128) of one sound, padded to two seconds, so of at least two examples."""
    examples = log_mel_examples(prepare(sound)[0].numpy())
    return torch.cat([net(example) for example in examples.split(16)]).numpy()


def _mel(hertz: NDArray[np.floating]) -> NDArray[np.float64]:
    return 1127.0 * np.log(1.0 + np.asarray(hertz, np.float64) / 700.0)
