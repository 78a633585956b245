# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of tiny films with sound and captions, as the training takes it."""

import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

RATE = 16_000
STRIKES = (0.5, 1.2, 2.0)


def clicks(seconds, strikes=STRIKES):
    """Decaying noise bursts at these times, (samples,) float32 at RATE."""
    rng = np.random.default_rng(0)
    wave = np.zeros(round(seconds * RATE), np.float32)
    burst = (rng.standard_normal(1600) * np.exp(-np.arange(1600) / 200)).astype(np.float32)
    for time in strikes:
        at = round(time * RATE)
        wave[at : at + len(burst)] += burst[: len(wave) - at]
    return wave


def film(path: Path, seconds=2.5, rate=8, sound=True):
    """A film whose grey tells its time: picture k is 20 · k (of 255), with clicks."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("mpeg4", rate=rate)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = out.add_stream("pcm_s16le", rate=RATE, layout="mono") if sound else None
        for k in range(round(seconds * rate)):
            frame = VideoFrame.from_ndarray(np.full((48, 64, 3), min(255, 12 * k), np.uint8), "rgb24")
            frame.pts, frame.time_base = k, Fraction(1, rate)
            out.mux(video.encode(frame))
        out.mux(video.encode())
        if audio is not None:
            samples = (clicks(seconds) * 8000).astype(np.int16)[None]
            block = AudioFrame.from_ndarray(samples, "s16", "mono")
            block.sample_rate, block.pts = RATE, 0
            out.mux(audio.encode(block))
            out.mux(audio.encode())
    return path


def clip_folder(folder: Path, clips=2):
    """Films and their clips.jsonl, the last one for the validation."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for k in range(clips):
        film(folder / f"film {k}.mkv")
        split = "validation" if k == clips - 1 else "train"
        rows.append({"video": f"film {k}.mkv", "caption": "knock on wood", "split": split})
    (folder / "clips.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    return folder
