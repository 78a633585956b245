# SPDX-License-Identifier: GPL-3.0-or-later
"""Spectrograms as pictures: one of a take, and the sheet of every class by every kind of prompt."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image, ImageDraw

from foleycue_backend.engines.mini.classes import CLASSES, class_label
from foleycue_backend.engines.mini.mel import HOP, log_mel
from foleycue_backend.training.common.pace import Log
from foleycue_backend.training.mini.measure.makers import Maker
from foleycue_backend.training.mini.measure.orders import Line, order
from foleycue_backend.training.mini.phrases import held_out_phrases, train_phrases
from foleycue_backend.training.mini.synthesis import Audio

# Black, violet, red, yellow, white: dark is quiet, in print as on a screen.
_STOPS = (0.0, 0.3, 0.6, 0.85, 1.0)
_COLOURS = ((0, 0, 6), (72, 18, 110), (208, 66, 72), (252, 186, 62), (252, 252, 220))
_FULL, _RANGE = -2.0, 14.0
_INK, _FAINT = (235, 235, 235), (150, 150, 150)
_GAP, _HEAD, _LABEL = 4, 14, 16
_BLOCKS = 3


def spectrogram(audio: Audio, width: int, height: int, cues: Line | None = None) -> Image.Image:
    """Log-mel over time, low bands at the bottom, 60 dB from black to white; cues as ticks along the top."""
    mel = log_mel(torch.from_numpy(audio), len(audio) // HOP).numpy()[::-1]
    light = np.clip((mel - _FULL + _RANGE) / _RANGE, 0, 1)
    colours = [np.interp(light, _STOPS, [stop[k] for stop in _COLOURS]) for k in range(3)]
    picture = Image.fromarray(np.stack(colours, -1).astype(np.uint8)).resize((width, height))
    draw = ImageDraw.Draw(picture)
    for t, strength in cues or ():
        x = t * width / (len(audio) // HOP * 0.01)
        draw.line((x, 0, x, 2 + 5 * strength), fill=_INK)
    return picture


def _row(name: str, index: int, true: Maker, model: Maker) -> list[tuple[str, Audio, Line | None]]:
    """A class: the true mixture, a trained phrase and both held-out ones, all with the same cues."""
    prompts = [train_phrases(name)[0], *held_out_phrases(name)]
    orders = [order(name, prompt, 7_000 + index) for prompt in prompts]
    made = [(orders[0], true), *((o, model) for o in orders)]
    titles = ["true", *prompts]
    return [(title, make(o), o.cues) for title, (o, make) in zip(titles, made, strict=True)]


def sheet(true: Maker, model: Maker, log: Log, cell: tuple[int, int] = (150, 56)) -> Image.Image:
    """Every class in a row of four spectrograms: the true mixture, a trained phrase, two held-out paraphrases."""
    width, height = cell
    step = height + _HEAD + _GAP
    numbered, size = list(enumerate(CLASSES)), -(-len(CLASSES) // _BLOCKS)
    blocks = [numbered[at : at + size] for at in range(0, len(numbered), size)]
    block_width = 4 * (width + _GAP) + _LABEL
    page = Image.new("RGB", (block_width * _BLOCKS, max(len(b) for b in blocks) * step), (18, 18, 20))
    draw = ImageDraw.Draw(page)
    for column, block in enumerate(blocks):
        for row, (index, item) in enumerate(block):
            x, y = column * block_width, row * step
            for k, (title, audio, cues) in enumerate(_row(item.name, index, true, model)):
                left = x + k * (width + _GAP)
                page.paste(spectrogram(audio, width, height, cues), (left, y + _HEAD))
                text = class_label(item.name) if k == 0 else title
                draw.text((left, y + 1), _fitting(text, width), fill=_INK if k == 0 else _FAINT)
            log(f"  {item.label}")
    return page


def _fitting(text: str, width: int) -> str:
    """As much of a line as its cell holds in the default font."""
    most = width // 6
    return text if len(text) <= most else text[: most - 1] + "…"
