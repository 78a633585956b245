# SPDX-License-Identifier: GPL-3.0-or-later
"""A page on which a person can hear what the model makes: forty prompts, each with its spectrogram."""

from __future__ import annotations

import html
from pathlib import Path

from foleycue_backend.engines.mini.classes import CLASSES, class_is_event
from foleycue_backend.training.common.pace import Log
from foleycue_backend.training.mini.measure.makers import Maker
from foleycue_backend.training.mini.measure.orders import Line, Order, rise_and_fall
from foleycue_backend.training.mini.measure.pictures import spectrogram
from foleycue_backend.training.mini.measure.written import write_take
from foleycue_backend.training.mini.phrases import train_phrases
from foleycue_shared.broadcast_wav import read_wav

#: An even walk, then a soft and a hard one: the same for all, so that takes can be compared.
WALK: Line = [(0.5, 0.7), (1.1, 0.7), (1.7, 0.7), (2.6, 0.4), (3.4, 1.0)]
#: Prompts with a manner, with several sounds, and unknown ones; the class decides between cues and a line.
FREE = (
    ("footsteps_gravel", "footsteps on gravel and a dog barking far away"),
    ("footsteps_wood", "heavy footsteps on a wooden floor in a church"),
    ("knock", "knocking on a heavy door, distant"),
    ("glass_hit", "tiny glass clink, dry"),
    ("rain", "heavy rain and distant wind"),
    ("drum", "muffled drum in a large hall"),
    ("gunshot", "gunshot and its echo in a tunnel"),
    ("metal_hit", "a small bright metal clang"),
)
COUNT = 40

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>FoleyCue mini: {count} examples</title>
<style>
body {{ font: 15px/1.45 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }}
ol {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(27rem, 1fr)); gap: 1.2rem; padding-left: 2rem; }}
img {{ display: block; width: 100%; image-rendering: pixelated; }}
audio {{ width: 100%; height: 2rem; }}
small {{ color: #666; }}
</style></head><body>
<h1>FoleyCue mini: {count} examples</h1>
<p>{introduction}</p>
<ol>
{items}
</ol></body></html>
"""
_ITEM = (
    '<li><b>{prompt}</b> <small>{asked}</small><img src="{name}.png" alt="spectrogram"><audio controls '
    'preload="none" src="{name}.wav"></audio></li>'
)
_INTRODUCTION = (
    "Ticks over a spectrogram are the cues that were given, as high as they are strong: an even walk of three, a soft "
    "one, a hard one. Continuous sounds follow a line of intensity. Nothing was chosen: one seed, the first take."
)


def examples(seed: int = 40) -> list[Order]:
    """Free prompts, and the plainest phrase of as many classes as fit, spread over all groups."""
    known = [(c.name, train_phrases(c.name)[0]) for c in CLASSES]
    left = COUNT - len(FREE)
    spread = [known[k * len(known) // left] for k in range(left)]
    return [
        Order(name, prompt, WALK, None, seed)
        if class_is_event(name)
        else Order(name, prompt, None, rise_and_fall(seed), seed)
        for name, prompt in (*spread, *FREE)
    ]


def listening_page(model: Maker, folder: Path, log: Log) -> Path:
    """Write the page, its sounds and its pictures into `folder`; returns the page."""
    folder.mkdir(parents=True, exist_ok=True)
    items = []
    for number, order in enumerate(examples(), 1):
        path = write_take(model(order), order, folder, f"{number:02d}")
        name, audio = path.stem, read_wav(path)[0]
        spectrogram(audio, 450, 96, order.cues).save(folder / f"{name}.png")
        asked = "five cues" if order.cues else "intensity " + ", ".join(f"{v:g}" for _, v in order.line or [])
        items.append(_ITEM.format(prompt=html.escape(order.prompt), asked=asked, name=name))
        log(f"  {number} of {COUNT}: {order.prompt}")
    page = folder / "index.html"
    text = _PAGE.format(count=COUNT, introduction=_INTRODUCTION, items="\n".join(items))
    page.write_text(text, encoding="utf-8")
    return page
