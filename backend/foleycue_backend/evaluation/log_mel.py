# SPDX-License-Identifier: GPL-3.0-or-later
"""The front end that published audio classifiers carry in their weight files.

Windowed Fourier kernels and mel filters are tensors of the file (the layout of torchlibrosa), so that window, bands
and edges are read, not decided here.
"""

from collections.abc import Mapping
from typing import cast

import torch
from torch import Tensor, nn

_POWER_FLOOR = 1e-10


class LogMel(nn.Module):
    """Base of networks that listen to log-mel pictures; log_mel gives (batch, 1, frames, bands) in dB.

    window and hop in samples, bands as the file has them. Until a file is loaded the mel filters are zero.
    """

    def __init__(self, window: int, hop: int, bands: int) -> None:
        super().__init__()
        self.spectrogram_extractor = nn.ModuleDict({"stft": _FourierKernels(window, hop)})
        self.logmel_extractor = _MelFilters(window // 2 + 1, bands)

    def log_mel(self, sound: Tensor) -> Tensor:
        """Sound (batch, samples) mirrored at both ends, frame k centred on sample k · hop."""
        power = self.spectrogram_extractor["stft"](sound)
        return 10 * torch.log10(self.logmel_extractor(power).clamp_min(_POWER_FLOOR))


def front_end_sizes(state: Mapping[str, Tensor]) -> tuple[int, int]:
    """Window in samples and number of bands of a published file. Raises KeyError where it holds no front end."""
    return state["spectrogram_extractor.stft.conv_real.weight"].shape[2], state["logmel_extractor.melW"].shape[1]


class _FourierKernels(nn.Module):
    """Power spectrum (batch, 1, frames, bins) by convolution with windowed cosines and sines."""

    def __init__(self, window: int, hop: int) -> None:
        super().__init__()
        bins = window // 2 + 1
        self.conv_real = nn.Conv1d(1, bins, window, hop, bias=False)
        self.conv_imag = nn.Conv1d(1, bins, window, hop, bias=False)
        turns = torch.outer(torch.arange(bins), torch.arange(window)).double() * (-2 * torch.pi / window)
        hann = torch.hann_window(window, dtype=torch.float64)
        with torch.no_grad():
            self.conv_real.weight.copy_((torch.cos(turns) * hann)[:, None])
            self.conv_imag.weight.copy_((torch.sin(turns) * hann)[:, None])

    def forward(self, sound: Tensor) -> Tensor:
        reach = cast(int, self.conv_real.kernel_size[0]) // 2
        padded = nn.functional.pad(sound[:, None], (reach, reach), mode="reflect")
        return (self.conv_real(padded) ** 2 + self.conv_imag(padded) ** 2).transpose(1, 2)[:, None]


class _MelFilters(nn.Module):
    """Bins to mel bands by the file's filters."""

    def __init__(self, bins: int, bands: int) -> None:
        super().__init__()
        self.melW = nn.Parameter(torch.zeros(bins, bands), requires_grad=False)

    def forward(self, power: Tensor) -> Tensor:
        return power @ self.melW
