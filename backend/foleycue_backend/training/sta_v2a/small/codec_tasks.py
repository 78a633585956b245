# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of the small mel autoencoder and the small vocoder, both without adversaries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from torch import Tensor
from torch.nn import functional as F
from transformers.models.speecht5.modeling_speecht5 import SpeechT5HifiGan

from foleycue_backend.engines.parts.log_mel import log_mel
from foleycue_backend.training.sta_v2a.small.bank import Clips
from foleycue_backend.training.sta_v2a.task import Batch, Task

#: Mel frames of a crop for each: a whole number of latent frames, and some tenths of a second.
VAE_CROP, VOCODER_CROP = 128, 48
HOP = 160
_KL_WEIGHT = 1e-4
_SPECTRA = (256, 512, 1024)


def _crops(source: Tensor, clips: Tensor, starts: Tensor, length: int) -> Tensor:
    return torch.stack([source[c, s : s + length] for c, s in zip(clips.tolist(), starts.tolist(), strict=True)])


class VaeTask(Task):
    """L1 of the mel picture and a little divergence, so that latents are smooth but sharp attacks survive."""

    def __init__(self, vae: AutoencoderKL, clips: Clips, held_out: Clips) -> None:
        super().__init__()
        self.vae, self.clips, self.others = vae, clips, held_out

    def batch(self, size: int, generator: torch.Generator) -> Batch:
        which = torch.randint(len(self.clips), (size,), generator=generator)
        # A multiple of four frames: latents of crops then lie where those of whole clips do.
        starts = 4 * torch.randint((self.clips.mels.shape[1] - VAE_CROP) // 4, (size,), generator=generator)
        noise = torch.randn(size, 8, VAE_CROP // 4, 16, generator=generator)
        return {"mel": _crops(self.clips.mels, which, starts, VAE_CROP), "noise": noise}

    def held_out(self) -> Iterator[Batch]:
        for index in range(min(8, len(self.others))):
            mel = self.others.mels[index : index + 1]
            yield {"mel": mel, "noise": torch.zeros(1, 8, mel.shape[1] // 4, 16)}

    def forward(self, batch: Batch) -> Tensor:
        mel = batch["mel"][:, None]
        posterior = self.vae.encode(mel, return_dict=False)[0]
        # diffusers annotates a type that no tensor has at run time.
        latents: Any = posterior.mean + posterior.std * batch["noise"]
        error = F.l1_loss(self.vae.decode(latents, return_dict=False)[0].float(), mel)
        divergence = posterior.kl().mean() / latents[0].numel()
        return error + _KL_WEIGHT * divergence


class VocoderTask(Task):
    """L1 of the log-mel and of log spectra at three resolutions: attacks must stay where they are."""

    def __init__(self, vocoder: SpeechT5HifiGan, clips: Clips, held_out: Clips) -> None:
        super().__init__()
        self.vocoder, self.clips, self.others = vocoder, clips, held_out

    def batch(self, size: int, generator: torch.Generator) -> Batch:
        which = torch.randint(len(self.clips), (size,), generator=generator)
        starts = []
        for clip in which.tolist():
            # Most crops hold an attack: most of a clip is silence and teaches nothing.
            times = self.clips.strikes[clip].times
            time = times[int(torch.randint(len(times), (), generator=generator))]
            early = int(torch.randint(4, VOCODER_CROP, (), generator=generator))
            starts.append(round(100 * time) - early)
        start = torch.tensor(starts).clamp(0, self.clips.mels.shape[1] - VOCODER_CROP)
        return {
            "mel": _crops(self.clips.mels, which, start, VOCODER_CROP),
            "wave": _crops(self.clips.waves, which, start * HOP, VOCODER_CROP * HOP),
        }

    def held_out(self) -> Iterator[Batch]:
        for index in range(min(8, len(self.others))):
            yield {"mel": self.others.mels[index : index + 1], "wave": self.others.waves[index : index + 1]}

    def forward(self, batch: Batch) -> Tensor:
        wave = batch["wave"]
        made = self.vocoder(batch["mel"]).float()[:, : wave.shape[1]]
        return F.l1_loss(log_mel(made), log_mel(wave)) + sum(_spectral_distance(made, wave, n) for n in _SPECTRA)


def _spectral_distance(made: Tensor, wave: Tensor, n_fft: int) -> Tensor:
    """Spectral convergence plus L1 of log magnitudes (Yamamoto et al., Parallel WaveGAN, 2020)."""
    window = torch.hann_window(n_fft, device=wave.device)
    a, b = (torch.stft(x, n_fft, n_fft // 4, window=window, return_complex=True).abs() for x in (made, wave))
    convergence = (a - b).norm() / b.norm().clamp_min(1e-5)
    return convergence + 0.5 * F.l1_loss((a + 1e-3).log(), (b + 1e-3).log())
