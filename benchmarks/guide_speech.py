# SPDX-License-Identifier: GPL-3.0-or-later
"""Cues from a guide track in which people talk: false cues on speech alone, recall and F1 of impacts under speech.

    python benchmarks/guide_speech.py [--speech FOLDER] [--stretches 12] [--sensitivity 0.5]

Speech is the training's synthesiser with seeds of its own, or recordings in a folder (any format, searched deeply),
which no training has seen. Impacts are held-out renderings of the training's bank, their loudest peak so many dB over
the speech's RMS. Figures are means over stretches with 95 % intervals.
"""

import argparse
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from common import interval
from numpy.typing import NDArray
from scipy.signal import resample_poly

from foleycue_backend.engines.mini.classes import CLASSES
from foleycue_backend.stages.guide_cues import Guide, listen, predict
from foleycue_backend.stages.mel_flux import SAMPLE_RATE
from foleycue_backend.stages.raw_audio import RawAudio
from foleycue_backend.training.mini.bank import Bank
from foleycue_backend.training.mini.data import HELD_OUT_SEED
from foleycue_backend.training.mini.judge import match
from foleycue_backend.training.mini.synthesis import SAMPLE_RATE as BANK_RATE
from foleycue_backend.training.voice.talk import talk
from foleycue_shared.timing import FrameRange

Audio = NDArray[np.float32]
SECONDS = 15
SPAN = FrameRange(0, SECONDS * 25, Fraction(25))
#: Peak of the impacts over the speech's RMS, in dB; None for impacts alone.
LEVELS = (24, 18, 12, 6, 0, None)
IMPACTS = tuple(c.name for c in CLASSES if c.kind == "impact")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speech", type=Path, help="a folder of recordings of speech")
    parser.add_argument("--stretches", type=int, default=12)
    parser.add_argument("--sensitivity", type=float, nargs="+", default=[0.5])
    options = parser.parse_args()
    spoken = recorded(options.speech, options.stretches) if options.speech else synthetic(options.stretches)
    bank = Bank(12, HELD_OUT_SEED)
    struck = [impacts(number, bank) for number in range(len(spoken))]
    with tempfile.TemporaryDirectory() as folder:
        alone = [heard(Path(folder), sound) for sound in spoken]
        for s in options.sensitivity:
            false = [60 / SECONDS * len(predict(guide, SPAN, s).cues) for guide in alone]
            print(f"sensitivity {s:g}, speech alone: {interval(false)} false cues a minute", flush=True)
        for level in LEVELS:
            guides = [
                heard(Path(folder), mixed(voice, sound, level))
                for voice, (sound, _) in zip(spoken, struck, strict=True)
            ]
            for s in options.sensitivity:
                report(guides, [times for _, times in struck], level, s)


def report(guides: list[Guide], truth: list[list[float]], level: int | None, sensitivity: float) -> None:
    """Print recall, precision and F1 within 50 ms."""
    recalls, f1 = [], []
    for guide, times in zip(guides, truth, strict=True):
        cues = [cue.seconds for cue in predict(guide, SPAN, sensitivity).cues]
        hits = len(match(cues, times, 0.05))
        recalls.append(hits / len(times))
        f1.append(2 * hits / (len(times) + len(cues)))
    where = "impacts alone" if level is None else f"impacts {level:+d} dB over speech"
    print(f"sensitivity {sensitivity:g}, {where:28} recall {interval(recalls)}  F1 {interval(f1)}", flush=True)


def mixed(voice: Audio, struck: Audio, level: int | None) -> Audio:
    """Speech with impacts at a level, peak 0.9, over the noise of a quiet recorder."""
    gain = 1.0 if level is None else float(np.std(voice)) * 10 ** (level / 20)
    sound = struck * gain + (0 if level is None else voice)
    noise = np.random.default_rng(0).standard_normal(len(sound)) * 1e-4
    return (0.9 * sound / float(np.abs(sound).max()) + noise).astype(np.float32)


def heard(folder: Path, sound: Audio) -> Guide:
    """What the product's guide stage hears."""
    raw = RawAudio(folder / "guide.f32", SAMPLE_RATE)
    raw.append(sound)
    return listen(raw, lambda: None)


def impacts(number: int, bank: Bank) -> tuple[Audio, list[float]]:
    """Ten impacts of one class at least 0.4 s apart, peak 1, and their times."""
    rng = np.random.default_rng([HELD_OUT_SEED, number])
    times = 0.5 + np.sort(rng.uniform(0, SECONDS - 6, 10)) + 0.45 * np.arange(10)
    out = np.zeros(SECONDS * SAMPLE_RATE)
    for time in times:
        shot = resample_poly(bank.get(IMPACTS[number % len(IMPACTS)], int(rng.integers(12))), SAMPLE_RATE, BANK_RATE)
        at = round(time * SAMPLE_RATE)
        out[at : at + len(shot)] += shot[: len(out) - at] * rng.uniform(0.6, 1.0)
    return (out / np.abs(out).max()).astype(np.float32), times.tolist()


def synthetic(count: int) -> list[Audio]:
    """Stretches by the training's synthesiser, other seeds."""
    return [talk(np.random.default_rng([HELD_OUT_SEED, number]), SECONDS) for number in range(count)]


def recorded(folder: Path, count: int) -> list[Audio]:
    """Stretches made of the folder's recordings, in an order drawn by a fixed seed, all of the same loudness."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    order = iter(np.random.default_rng(0).permutation(len(paths)))
    stretches = []
    for _ in range(count):
        sound = np.zeros(0, np.float32)
        while len(sound) < SECONDS * SAMPLE_RATE:
            number = next(order, None)
            if number is None:
                return stretches
            piece = np.concatenate([*decoded(paths[number]), np.zeros(SAMPLE_RATE // 4, np.float32)])
            sound = np.concatenate([sound, 0.05 * piece / max(1e-6, float(np.std(piece)))])
        stretches.append(sound[: SECONDS * SAMPLE_RATE])
    return stretches


def decoded(path: Path) -> Iterator[Audio]:
    """Mono blocks at SAMPLE_RATE; nothing for what is no sound."""
    try:
        with av.open(str(path)) as container:
            converter = AudioResampler("flt", "mono", SAMPLE_RATE)
            for frame in container.decode(audio=0):
                assert isinstance(frame, AudioFrame)
                yield from (block.to_ndarray()[0] for block in converter.resample(frame))
    except (av.error.FFmpegError, IndexError):
        return


if __name__ == "__main__":
    main()
