# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes that could be mistaken for speech or music: false alarms on all classes of Foley, recall on speech and music.

    python benchmarks/sounds_like.py [--per-class 4] [--takes 24] [--speech FOLDER] [--music FOLDER] [--foley FOLDER]

Foley is held-out clips of the training's generator, speech its formant synthesiser with other seeds, music melodies
and chords of harmonic tones. Folders are searched deeply for recordings of any format; of each the first ten seconds
count, and those of --foley that are told are named.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
from common import interval
from guide_speech import decoded
from numpy.typing import NDArray

from foleycue_backend.engines.mini.classes import CLASSES
from foleycue_backend.stages.mel_flux import SAMPLE_RATE
from foleycue_backend.stages.raw_audio import RawAudio
from foleycue_backend.stages.sounds_like import sounds_like
from foleycue_backend.training.mini.bank import Bank
from foleycue_backend.training.mini.data import HELD_OUT_SEED
from foleycue_backend.training.mini.mixing import make_clip
from foleycue_backend.training.mini.synthesis import SAMPLE_RATE as FOLEY_RATE
from foleycue_backend.training.voice.talk import talk

Audio = NDArray[np.float32]
Named = Iterator[tuple[str, Audio, int]]
SECONDS = 10
SCALE = (0, 2, 4, 5, 7, 9, 11, 12, 14, 16)
CHORDS = ((0, 4, 7), (5, 9, 12), (7, 11, 14), (9, 12, 16))


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--per-class", type=int, default=4)
    parser.add_argument("--takes", type=int, default=24)
    for kind in ("speech", "music", "foley"):
        parser.add_argument(f"--{kind}", type=Path, help="a folder of recordings")
    options = parser.parse_args()
    count: int = options.takes
    report("foley, generated", foley(options.per_class), name=True)
    report("speech, synthesised", spoken(count))
    report("melodies", ((str(k), melody(k), SAMPLE_RATE) for k in range(count)))
    report("chords", ((str(k), chords(k), SAMPLE_RATE) for k in range(count)))
    for kind in ("speech", "music", "foley"):
        if folder := getattr(options, kind):
            report(f"{kind}, recorded", recorded(folder), name=kind == "foley")


def report(title: str, sounds: Iterable[tuple[str, Audio, int]], name: bool = False) -> None:
    """Print the shares told, with the names of those told, and the median time a sound."""
    speech, music, seconds, named = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for label, sound, rate in sounds:
            raw = RawAudio(Path(folder) / "sound.f32", rate)
            raw.append(sound)
            start = time.perf_counter()
            told = sounds_like(raw)
            seconds.append(time.perf_counter() - start)
            speech.append(float("speech" in told))
            music.append(float("music" in told))
            named += [f"{label}: {kind}" for kind in told]
    if seconds:
        shares = f"speech {interval(speech)}  music {interval(music)}"
        print(f"{title:20} {len(seconds):4} takes  {shares}  {np.median(seconds):.3f} s a take", flush=True)
    for line in named if name else ():
        print(f"    {line}")


def foley(per_class: int) -> Named:
    """At least so many clips of each class, from a bank and with seeds that nothing was tuned on."""
    bank = Bank(8, HELD_OUT_SEED)
    wanted = dict.fromkeys(range(len(CLASSES)), per_class)
    index = 0
    while any(wanted.values()):
        clip = make_clip(index, HELD_OUT_SEED, bank, SECONDS)
        if wanted[clip.label]:
            wanted[clip.label] -= 1
            yield CLASSES[clip.label].name, clip.audio, FOLEY_RATE
        index += 1


def spoken(count: int) -> Named:
    """Talk of as many speakers."""
    for number in range(count):
        yield str(number), talk(np.random.default_rng([HELD_OUT_SEED, number]), SECONDS), SAMPLE_RATE


def melody(number: int) -> Audio:
    """Notes of a major scale that mostly go by steps, on one instrument."""
    rng = np.random.default_rng([HELD_OUT_SEED, number])
    tone, root, degree, beat = _instrument(rng), rng.uniform(110, 330), 4, rng.uniform(0.2, 0.5)
    out = np.zeros(0)
    while len(out) < SECONDS * SAMPLE_RATE:
        degree = int(np.clip(degree + rng.integers(-2, 3), 0, len(SCALE) - 1))
        out = np.concatenate([out, tone(root * 2 ** (SCALE[degree] / 12), beat * float(rng.choice([1, 1, 2])))])
    return _peak(out)


def chords(number: int) -> Audio:
    """Triads of a major key, a second or two each."""
    rng = np.random.default_rng([HELD_OUT_SEED, 1, number])
    tone, root, beat = _instrument(rng), rng.uniform(110, 330), rng.uniform(0.8, 2)
    picks = rng.integers(0, len(CHORDS), round(SECONDS / beat) + 1)
    return _peak(np.concatenate([sum(tone(root * 2 ** (n / 12), beat) for n in CHORDS[pick]) for pick in picks]))


def _instrument(rng: np.random.Generator) -> Callable[[float, float], NDArray[np.float64]]:
    """A tone of (Hz, seconds): harmonics that fall off, plucked or blown, with or without vibrato."""
    tilt, decay = rng.uniform(0.6, 2.0), float(rng.choice([0.3, 2.0, 4.0]))
    vibrato = float(rng.choice([0.0, 0.0, 0.004]))

    def tone(pitch: float, seconds: float) -> NDArray[np.float64]:
        at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
        phase = 2 * np.pi * pitch * (at + vibrato * np.sin(2 * np.pi * 5.5 * at) / (2 * np.pi * 5.5))
        wave = np.sum([np.sin(k * phase) / k**tilt for k in range(1, 9) if k * pitch < SAMPLE_RATE / 2.5], axis=0)
        edge = np.minimum(1, np.minimum(at, seconds - at) / 0.01)
        return wave * edge * np.exp(-decay * at)

    return tone


def _peak(sound: NDArray[np.float64]) -> Audio:
    sound = sound[: SECONDS * SAMPLE_RATE]
    return (0.5 * sound / np.abs(sound).max()).astype(np.float32)


def recorded(folder: Path) -> Named:
    """The first seconds of each recording."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if blocks := list(decoded(path)):
            yield str(path.relative_to(folder)), np.concatenate(blocks)[: SECONDS * SAMPLE_RATE], SAMPLE_RATE


if __name__ == "__main__":
    main()
