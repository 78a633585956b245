# SPDX-License-Identifier: GPL-3.0-or-later
"""The speech detector: the published layout computed in NumPy, and what it hears."""

import numpy as np
import pytest
import torch
from scipy.special import expit
from torch import nn

from backend.stages.sounds import bursts
from foleycue_backend.stages import speech
from foleycue_backend.stages.voice import talk_near
from foleycue_backend.training.voice.published import convert
from foleycue_backend.training.voice.talk import talk

RATE = 16_000
State = tuple[torch.Tensor, torch.Tensor]


class Layer(nn.Module):
    def __init__(self, narrow: int, wide: int, stride: int):
        super().__init__()
        self.reparam_conv = nn.Conv1d(narrow, wide, 3, stride, 1)

    def forward(self, x: torch.Tensor):
        return torch.relu(self.reparam_conv(x))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTMCell(128, 128)
        self.decoder = nn.Sequential(nn.Dropout(0.1), nn.ReLU(), nn.Conv1d(128, 1, 1))

    def forward(self, x: torch.Tensor, state: State):
        hidden, cell = self.rnn(x, state)
        return self.decoder(hidden[..., None])[:, 0, 0], (hidden, cell)


class Part(nn.Module):
    def __init__(self):
        super().__init__()
        sizes = ((129, 128, 1), (128, 64, 2), (64, 64, 2), (64, 128, 1))
        self.encoder = nn.Sequential(*(Layer(*size) for size in sizes))
        self.decoder = Decoder()

    def forward(self, spectra: torch.Tensor, state: State):
        return self.decoder(self.encoder(spectra)[..., 0], state)


class Published(nn.Module):
    """The published layers under their published names."""

    def __init__(self):
        super().__init__()
        self._model = Part()

    def forward(self, spectra: torch.Tensor, state: State):
        return self._model(spectra, state)


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
def test_the_published_layout_is_computed_as_torch_does(tmp_path, monkeypatch):
    torch.manual_seed(0)
    model = Published().eval()
    for value in model.parameters():
        value.data = value.data.half().float()
    rest = torch.zeros(1, 128), torch.zeros(1, 128)
    torch.jit.save(torch.jit.trace(model, (torch.zeros(1, 129, 4), rest)), tmp_path / "published.jit")
    convert(tmp_path / "published.jit", tmp_path / "net.npz")
    with np.load(tmp_path / "net.npz") as stored:
        net = {name: stored[name].astype(np.float32) for name in stored.files}
    monkeypatch.setattr(speech, "speech_net", lambda: net)
    sound = np.random.default_rng(0).standard_normal(512 * 5).astype(np.float32)
    heard = torch.cat([torch.zeros(64), torch.from_numpy(sound)])
    state, wanted = rest, []
    with torch.inference_mode():
        for start in range(0, len(sound), 512):
            chunk = nn.functional.pad(heard[None, start : start + 576], (0, 64), "reflect")
            spectra = torch.stft(chunk, 256, 128, window=torch.hann_window(256), center=False, return_complex=True)
            logit, state = model(spectra.abs(), state)
            wanted.append(float(logit))
    # The input's two biases become one at half precision.
    assert speech.speech_logits([sound[:100], sound[100:]]) == pytest.approx(wanted, abs=1e-3)


def test_talk_is_speech_and_knocks_are_not():
    spoken = talk(np.random.default_rng(1), 4.0)
    knocks = bursts([0.5, 1.1, 1.9, 2.5, 3.2], 4.0, RATE, noise=1e-3)
    assert expit(speech.speech_logits([spoken])).mean() > 0.5
    assert expit(speech.speech_logits([knocks])).max() < 0.3
    assert len(speech.speech_logits([knocks[:513]])) == 2 and len(speech.speech_logits([])) == 0


def test_somebody_talks_around_an_onset_or_far_from_it():
    talking = np.full(160, -8.0, np.float32)
    talking[60:100] = 8.0
    talking[10] = 8.0
    near = talk_near(talking, np.array([10, 50, 80, 110, 150]) * speech.CHUNK)
    assert near == pytest.approx([0.125, 1, 1, 1, 0], abs=0.01)
