# SPDX-License-Identifier: GPL-3.0-or-later
"""Clean recordings as seasoning of the bank: a few real bells, drums, blocks of wood, from packages anyone may fetch.

`recordings.jsonl` names each one with its licence and author. They are optional: the files lie in a folder into
which the packages of the manifest were unpacked.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.signal import resample_poly

from foleycue_backend.evaluation.sounds import read_sound
from foleycue_backend.training.mini.synthesis import SAMPLE_RATE, Audio, finish, seconds

MANIFEST = Path(__file__).with_name("recordings.jsonl")
LONGEST = 2.0
# Each so many-th recording of a class is kept from training, for the judge.
HELD_OUT_EVERY = 5


@dataclass(frozen=True, slots=True)
class Recording:
    """A line of the manifest: a file below the folder, or the named sample of a SoundFont; licence and author."""

    label: str
    package: str
    path: str
    licence: str
    credit: str
    sample: str = ""


def manifest() -> list[Recording]:
    """Every recording that may be used, in a fixed order."""
    return [Recording(**json.loads(line)) for line in MANIFEST.read_text("utf-8").splitlines() if line]


def divided(*, held_out: bool) -> list[Recording]:
    """The recordings to train on, or each fifth of a class, which is held out."""
    kept: list[Recording] = []
    count: dict[str, int] = {}
    for item in manifest():
        index = count[item.label] = count.get(item.label, -1) + 1
        if (index % HELD_OUT_EVERY == HELD_OUT_EVERY - 1) == held_out:
            kept.append(item)
    return kept


def write_credits(folder: Path, enough: int) -> None:
    """Leave beside weights which recordings they were made with, whose they are and under what licence.

    Those are the ones to train on, of the classes that have `enough` of them.
    """
    used = divided(held_out=False)
    count = Counter(item.label for item in used)
    lines = [json.dumps(asdict(item)) + "\n" for item in used if count[item.label] >= enough]
    (folder / MANIFEST.name).write_text("".join(lines), encoding="utf-8")


@lru_cache(maxsize=2)
def _sample_headers(path: Path) -> tuple[int, dict[str, tuple[int, int, int]]]:
    """Where the samples of a SoundFont 2.01 file begin, and (start, end, rate) of each by name."""
    data = np.memmap(path, np.uint8, "r")
    riff = data[:12].tobytes()
    if riff[:4] != b"RIFF" or riff[8:] != b"sfbk":
        raise ValueError(f"{path.name} is no SoundFont file.")
    at, samples, names = 12, 0, {}
    while at + 8 <= len(data):
        kind, size = data[at : at + 4].tobytes(), int(data[at + 4 : at + 8].view("<u4")[0])
        if kind == b"LIST":
            at += 12
            continue
        if kind == b"smpl":
            samples = at + 8
        if kind == b"shdr":
            # The last record only marks the end of the list.
            for row in data[at + 8 : at + 8 + size].reshape(-1, 46)[:-1]:
                name = row[:20].tobytes().split(b"\0")[0].decode("latin-1").strip()
                start, end, _, _, rate = row[20:40].view("<u4").tolist()
                names[name] = (start, end, rate)
        at += 8 + size + size % 2
    return samples, names


def _read(folder: Path, item: Recording) -> tuple[npt.NDArray[np.floating[Any]], int]:
    path = folder / item.path
    if not item.sample:
        sound = read_sound(path)
        return sound.wave, sound.rate
    first, names = _sample_headers(path)
    start, end, rate = names[item.sample]
    raw = np.fromfile(path, "<i2", end - start, offset=first + 2 * start)
    return raw.astype(np.float32) / 32768, rate


def trim(x: npt.NDArray[np.floating[Any]], rate: int) -> Audio:
    """`x` at 48 kHz from its first strong attack, at most two seconds, faded out, with peak 0.8."""
    y = np.asarray(resample_poly(x, SAMPLE_RATE, rate) if rate != SAMPLE_RATE else x, np.float32)
    strong = np.flatnonzero(np.abs(y) > 0.2 * np.abs(y).max())
    # Half a millisecond earlier: the attack itself rises.
    y = y[max(0, int(strong[0]) - seconds(0.0005)) :][: seconds(LONGEST)]
    loud = np.flatnonzero(np.abs(y) > 1e-3 * np.abs(y).max())
    y = y[: int(loud[-1]) + 1].copy()
    m = min(len(y), seconds(0.1))
    y[-m:] *= np.cos(np.linspace(0, np.pi / 2, m, dtype=np.float32)) ** 2
    return finish(y, 0.8)


def recorded_one_shots(folder: Path, *, held_out: bool = False) -> dict[str, list[Audio]]:
    """One-shots of every class that has recordings, divided as `divided` says.

    Raises FileNotFoundError with one sentence if a file of the manifest is not below `folder`.
    """
    kept: dict[str, list[Audio]] = {}
    for item in divided(held_out=held_out):
        if not (folder / item.path).is_file():
            raise FileNotFoundError(f"{item.path} is not in {folder}: unpack the package {item.package} there.")
        kept.setdefault(item.label, []).append(trim(*_read(folder, item)))
    return kept
