# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole weights of the embedded model, tiny and untrained, and a sound library for them to learn."""

import wave
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from foleycue_backend.engines.mini.classes import NAMES
from foleycue_backend.engines.mini.codec import PatchCodec
from foleycue_backend.engines.mini.cues import ROWS
from foleycue_backend.engines.mini.denoiser import MiniDenoiser
from foleycue_backend.engines.mini.mel import log_mel
from foleycue_backend.engines.mini.text import StaticText
from foleycue_backend.training.mini.export import export
from foleycue_backend.training.mini.phrases import train_phrases

RATE = 44_100
WIDTH = 16


def strikes(times, seconds, seed=0, rate=RATE):
    """Decaying noise bursts, every second one half as loud, (samples,) float32."""
    rng = np.random.default_rng(seed)
    burst = rng.standard_normal(rate // 10) * np.exp(-np.arange(rate // 10) / (rate / 80)) * 0.2
    out = np.zeros(round(seconds * rate) + len(burst), np.float32)
    for number, time in enumerate(times):
        at = round(time * rate)
        out[at : at + len(burst)] += burst * (0.5 if number % 2 else 1.0)
    return out[: round(seconds * rate)]


def write_wav(path: Path, samples, rate=RATE, channels=2):
    """A 16-bit WAV file with the same sound in all channels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setparams((channels, 2, rate, 0, "NONE", ""))
        whole = (np.clip(samples, -1, 1) * 32767).astype("<i2")
        out.writeframes(np.repeat(whole, channels).tobytes())
    return path


def tiny_text():
    """A text table of random words."""
    rng = np.random.default_rng(0)
    phrases = [(phrase, label) for label, name in enumerate(NAMES) for phrase in train_phrases(name)]
    words = sorted({word for phrase, _ in phrases for word in phrase.lower().split()} | {"robot", "servo"})
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(["[UNK]", *words])}, "[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()  # pyright: ignore[reportAttributeAccessIssue] - a setter without a stub
    return StaticText(
        {
            "table": rng.integers(-99, 99, (len(words) + 1, WIDTH)).astype(np.int8),
            "scale": np.ones(len(words) + 1, np.float16),
            "phrases": np.zeros((len(phrases), WIDTH), np.float16),
            "phrase_class": np.array([label for _, label in phrases], np.uint8),
            "centroids": rng.standard_normal((len(NAMES), WIDTH)).astype(np.float16) * np.float16(0.01),
            "head": np.zeros((WIDTH, len(NAMES)), np.float16),
            "bias": np.zeros(len(NAMES), np.float16),
        },
        tokenizer,
    )


def tiny_mini(folder: Path) -> Path:
    """Save weights of every part of the embedded model; `folder` is what `MiniPipeline` loads."""
    torch.manual_seed(0)
    text = tiny_text()
    codec = PatchCodec(channels=WIDTH)
    sounds = [strikes([0.1 * k], 1.0, seed=k, rate=48_000) for k in range(8)]
    codec.fit(torch.stack([log_mel(torch.from_numpy(sound), 100) for sound in sounds]))
    return export(MiniDenoiser(WIDTH, text.dim, ROWS, 2 * WIDTH, (1, 2), 5), codec, text, folder)


def sound_library(folder: Path, sounds=18) -> Path:
    """Stereo WAV files at 44.1 kHz: single strikes named by their files, hammering and a hum with a text beside."""
    for k in range(sounds):
        write_wav(folder / f"Robot-servo_{k:02d}.wav", strikes([0.05], 0.4, k))
    for k in range(2):
        path = write_wav(folder / "long" / f"take{k}.wav", strikes(np.arange(0.3, 6, 0.7), 6.5, 90 + k))
        path.with_suffix(".txt").write_text("hammering on a door\n", encoding="utf-8")
    hum = np.random.default_rng(3).standard_normal(4 * RATE) * np.linspace(0.02, 0.2, 4 * RATE)
    write_wav(folder / "hum.wav", hum, channels=1).with_suffix(".txt").write_text("turbine hum", encoding="utf-8")
    return folder
