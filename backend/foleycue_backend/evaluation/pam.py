# SPDX-License-Identifier: GPL-3.0-or-later
"""PAM: how clean a sound is, asked of Microsoft's CLAP 2023 with two opposite sentences.

Deshmukh et al., PAM: Prompting Audio-Language Models for Audio Quality Assessment, Interspeech 2024; Elizalde et al.,
Natural Language Supervision for General-Purpose Audio Representations, ICASSP 2024. Both halves are stock classes.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import GPT2Config, GPT2Model

from foleycue_backend.evaluation.band_limited import resample_band_limited
from foleycue_backend.evaluation.htsat import Htsat, below
from foleycue_backend.evaluation.sounds import read_channels

SAMPLE_RATE = 44_100
HOP = 320
#: A sound is heard in chunks of ten seconds; the last one is repeated until it is full and weighs as much.
CHUNK = 10 * SAMPLE_RATE

#: GPT-2 tokens of "the sound is clear and clean. <|endoftext|>" and
#: "the sound is noisy and with artifacts. <|endoftext|>".
CLEAN = (1169, 2128, 318, 1598, 290, 3424, 13, 220, 50256)
NOISY = (1169, 2128, 318, 31210, 290, 351, 20316, 13, 220, 50256)

_HEAD_SIZE = 64


class Pam:
    """The score from a file such as CLAP_weights_2023.pth."""

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        """Raises KeyError or RuntimeError where names or shapes are others."""
        self._ear = Htsat.from_published(below(state, "audio_encoder.base.htsat."), HOP)
        self._audio_projection = _Projection.from_published(below(state, "audio_encoder.projection."))
        text = _gpt2(below(state, "caption_encoder.base."))
        projection = _Projection.from_published(below(state, "caption_encoder.projection."))
        with torch.inference_mode():
            sentences = [projection(text(torch.tensor([ids])).last_hidden_state[:, -1]) for ids in (CLEAN, NOISY)]
            self._sentences = nn.functional.normalize(torch.cat(sentences), dim=-1) * state["logit_scale"].exp()

    @torch.inference_mode()
    def score(self, path: Path) -> float | None:
        """The mean chance of the clean sentence over a file's chunks, 0 … 1; None for a file without samples.

        Channels follow each other in time, as in the authors' code.
        """
        channels = [
            resample_band_limited(torch.from_numpy(sound.wave), sound.rate, SAMPLE_RATE)
            for sound in read_channels(path)
            if len(sound.wave)
        ]
        wave = torch.cat([torch.zeros(0), *channels])
        chances = [self._clean(torch.from_numpy(chunk)[None]) for chunk in chunks(wave.numpy())]
        return float(np.mean(chances)) if chances else None

    def _clean(self, sound: Tensor) -> float:
        embedding = nn.functional.normalize(self._audio_projection(self._ear(sound)), dim=-1)
        return float((embedding @ self._sentences.T).softmax(-1)[0, 0])


def chunks(wave: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """A sound (samples,) at 44.1 kHz in pieces of CHUNK samples, the last one repeated until it is full."""
    pieces = [wave[start : start + CHUNK] for start in range(0, len(wave), CHUNK)]
    return [np.resize(piece, CHUNK) for piece in pieces]


class _Projection(nn.Module):
    """Two linear layers around GELU with a shortcut, then a norm."""

    def __init__(self, width: int, size: int) -> None:
        super().__init__()
        self.linear1 = nn.Linear(width, size, bias=False)
        self.linear2 = nn.Linear(size, size, bias=False)
        self.layer_norm = nn.LayerNorm(size)

    @classmethod
    def from_published(cls, state: Mapping[str, Tensor]) -> "_Projection":
        size, width = state["linear1.weight"].shape
        projection = cls(width, size)
        projection.load_state_dict(state)
        return projection.eval()

    def forward(self, x: Tensor) -> Tensor:
        first = self.linear1(x)
        return self.layer_norm(first + self.linear2(nn.functional.gelu(first)))


def _gpt2(state: dict[str, Tensor]) -> GPT2Model:
    """The stock text decoder with widths from the shapes; heads are 64 wide. Causal masks of older files go."""
    state = {name: tensor for name, tensor in state.items() if not name.endswith((".attn.bias", ".attn.masked_bias"))}
    words = state["wte.weight"]
    config = GPT2Config(
        vocab_size=words.shape[0],
        n_positions=state["wpe.weight"].shape[0],
        n_embd=words.shape[1],
        n_layer=len({name.split(".")[1] for name in state if name.startswith("h.")}),
        n_head=max(1, words.shape[1] // _HEAD_SIZE),
    )
    decoder = GPT2Model(config)
    decoder.load_state_dict(state)
    return decoder.eval()
