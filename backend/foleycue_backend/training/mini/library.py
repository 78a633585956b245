# SPDX-License-Identifier: GPL-3.0-or-later
"""A user's own sound library: which files there are, what is heard in them, and when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np

from foleycue_backend.engines.mini.classes import class_is_event
from foleycue_backend.engines.mini.strength import RANGE_DB
from foleycue_backend.engines.mini.text import StaticText
from foleycue_backend.stages.raw_audio import Audio, resample
from foleycue_backend.training.common.clip_list import TRAIN, VALIDATION, checked, find_list, rows, there
from foleycue_backend.training.common.pace import Log
from foleycue_backend.training.mini.judge import attack_times
from foleycue_backend.training.mini.synthesis import SAMPLE_RATE
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.media.sound import SoundReader

SOUNDS = (".aif", ".aiff", ".caf", ".flac", ".m4a", ".mp3", ".ogg", ".opus", ".wav", ".wave")
#: Seconds of a file that are listened to.
LONGEST = 120
#: A caption this close to a trained class says by itself whether it is an event or a bed.
SURE = 0.7
#: Silence before a file: what begins with it is an onset, too.
_BEFORE = 0.25
_BLOCK = SAMPLE_RATE // 5


@dataclass(frozen=True, slots=True)
class Entry:
    """A file and what is heard in it."""

    path: Path
    caption: str
    split: str = TRAIN


@dataclass(frozen=True, slots=True)
class Heard:
    """What was found out about a file: (seconds, strength) `cues` of an event, or the `line` of a bed; one is None."""

    path: str
    size: int
    caption: str
    split: str
    seconds: float
    cues: list[tuple[float, float]] | None
    line: list[tuple[float, float]] | None

    @property
    def single(self) -> bool:
        """One event with its tail, which can be struck anew at any cue."""
        return self.cues is not None and len(self.cues) == 1 and self.seconds - self.cues[0][0] < 2.5


def entries(folder: Path) -> Iterator[Entry | str]:
    """The files of a folder with their captions, or a sentence about one that cannot be used.

    The rows of clips.jsonl or clips.csv; without such a list every sound file below the folder, its caption in a text
    file of the same name beside it, or else its own name. Raises BAD_INPUT if a list is no list.
    """
    listed = find_list(folder)
    if listed is None:
        found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SOUNDS and path.name[0] != ".")
        yield from (_beside(path) for path in found)
        return
    for place, row in rows(listed):
        try:
            fields = checked(row, place, ("caption",))
            if "audio" not in fields and "video" not in fields:
                raise FoleyCueError(ErrorCode.BAD_INPUT, f"{place} needs audio or video as text.")
            path = there(folder / fields.get("audio", fields.get("video", "")), place)
            yield Entry(path, fields["caption"].strip(), fields["split"])
        except FoleyCueError as error:
            yield error.message


def _beside(path: Path) -> Entry | str:
    note = path.with_suffix(".txt")
    if not note.is_file():
        return Entry(path, caption_of(path.stem))
    try:
        caption = " ".join(note.read_text(encoding="utf-8-sig").split())
    except (OSError, UnicodeDecodeError):
        return f"{note} cannot be read as UTF-8 text."
    return Entry(path, caption) if caption else f"{note} is empty: write what is heard, or take the file away."


def caption_of(name: str) -> str:
    """Words of a file name: "Door_Wood-SLAM 03" is "door wood slam"; numbers are takes, not sounds."""
    words = "".join(c if c.isalpha() else " " for c in name).split()
    return " ".join(words).lower() or name


def with_split(found: list[Entry]) -> list[Entry]:
    """The entries; when none is for validation and there are twenty, each twentieth is kept for it."""
    if any(entry.split == VALIDATION for entry in found):
        return found
    return [replace(entry, split=VALIDATION) if i % 20 == 19 else entry for i, entry in enumerate(found)]


def read(path: Path) -> Audio:
    """The first two minutes of a file at 48 kHz, mono, peak 0.8, without trailing silence.

    Raises MEDIA_UNREADABLE, naming the file, if it is no sound or silent.
    """
    reader = SoundReader(str(path))
    if not reader.sample_rate:
        raise FoleyCueError(ErrorCode.MEDIA_UNREADABLE, f"{path} has no sound.")
    # What is asked for beyond the end is silence, and goes at once.
    x = _without_end(np.concatenate([np.zeros(0, np.float32), *reader.blocks(Fraction(0), Fraction(LONGEST))]), 0.0)
    x = np.concatenate([np.zeros(0, np.float32), *resample(iter([x]), reader.sample_rate, SAMPLE_RATE)])
    if not np.isfinite(x).all():
        raise FoleyCueError(ErrorCode.MEDIA_UNREADABLE, f"{path} holds values that are no numbers.")
    peak = float(np.abs(x).max(initial=0))
    if peak < 1e-4:
        raise FoleyCueError(ErrorCode.MEDIA_UNREADABLE, f"{path} is silent.")
    return np.asarray(_without_end(x, 3e-4 * peak) * (0.8 / peak), np.float32)


def _without_end(x: Audio, floor: float) -> Audio:
    """`x` up to its last sample above `floor`."""
    loud = np.flatnonzero(~(np.abs(x) <= floor))
    return x[: int(loud[-1]) + 1] if len(loud) else x[:0]


def hear(entry: Entry, text: StaticText) -> Heard:
    """Listen to a file. Raises MEDIA_UNREADABLE, naming the file."""
    x = read(entry.path)
    cues = find_cues(x)
    known = [name for name, likeness in text.nearest(entry.caption, 1) if likeness >= SURE]
    steady = not cues or (_filled(x) > 0.9 and len(cues) < 0.5 * len(x) / SAMPLE_RATE)
    is_event = bool(cues) and (class_is_event(known[0]) if known else not steady)
    length = len(x) / SAMPLE_RATE
    line = None if is_event else intensity(x)
    return Heard(*_key(entry), length, cues if is_event else None, line)


def find_cues(x: Audio) -> list[tuple[float, float]]:
    """Salient onsets (seconds, strength): the loudest is 1, and 24 dB less is 0, as in the mixtures of the bank."""
    padded = np.concatenate([np.zeros(round(_BEFORE * SAMPLE_RATE), np.float32), x])
    times = np.maximum(attack_times(padded, SAMPLE_RATE) - _BEFORE, 0.0).tolist()
    peaks = [float(np.abs(x[(a := int(t * SAMPLE_RATE)) : a + 3000]).max(initial=1e-9)) for t in times]
    top = max(peaks, default=1.0)
    return [(t, _strength(peak / top)) for t, peak in zip(times, peaks, strict=True)]


def intensity(x: Audio) -> list[tuple[float, float]]:
    """Intensity line of a steady sound, a point each 0.2 s; its loud parts (95th percentile) are 1."""
    blocks = np.array([np.sqrt(np.mean(part**2)) for part in _parts(x)])
    top = float(np.percentile(blocks, 95)) + 1e-9
    return [((i + 0.5) * _BLOCK / SAMPLE_RATE, _strength(float(level) / top)) for i, level in enumerate(blocks)]


def _strength(ratio: float) -> float:
    return round(float(np.clip(1 + 20 * np.log10(max(ratio, 1e-6)) / RANGE_DB, 0.0, 1.0)), 3)


def _parts(x: Audio) -> list[Audio]:
    return [x[at : at + _BLOCK] for at in range(0, max(1, len(x) - _BLOCK // 2), _BLOCK)]


def _filled(x: Audio) -> float:
    """Share of the time in which a sound is not more than 20 dB under its loud parts; 0 within the first second."""
    return float(np.mean([level > 1 - 20 / RANGE_DB for _, level in intensity(x)])) if len(x) > 5 * _BLOCK else 0.0


def survey(folder: Path, text: StaticText, kept: Path, log: Log) -> list[Heard]:
    """Everything usable of a library, heard once and kept in the file `kept`; files that cannot be used are named.

    Raises BAD_INPUT if nothing is left.
    """
    old = {(h.path, h.size, h.caption, h.split): h for h in load(kept)} if kept.is_file() else {}
    good: list[Entry] = []
    bad: list[str] = []
    for entry in entries(folder):
        (bad if isinstance(entry, str) else good).append(entry)  # pyright: ignore[reportArgumentType]
    heard: list[Heard] = []
    for number, entry in enumerate(with_split(good), 1):
        try:
            heard.append(old.get(_key(entry)) or hear(entry, text))
        except FoleyCueError as error:
            bad.append(error.message)
        if number % 100 == 0 or number == len(good):
            log(f"listened to {number} of {len(good)} files")
    for sentence in bad:
        log(f"skipped: {sentence}")
    if bad:
        log(f"{len(bad)} of {len(bad) + len(heard)} files are skipped")
    if not any(h.split == TRAIN for h in heard):
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{folder} holds no sound to train on: give a folder of sound files.")
    part = kept.with_suffix(".part")
    part.write_bytes(b"".join(msgspec.json.encode(h) + b"\n" for h in heard))
    part.replace(kept)
    return heard


def load(kept: Path) -> list[Heard]:
    """What `survey` kept."""
    return [msgspec.json.decode(line, type=Heard) for line in kept.read_bytes().splitlines()]


def fingerprint(heard: list[Heard]) -> str:
    """Names a library: its files, captions and cues."""
    return hashlib.sha256(msgspec.json.encode(heard)).hexdigest()[:16]


def _key(entry: Entry) -> tuple[str, int, str, str]:
    return str(entry.path.resolve()), entry.path.stat().st_size, entry.caption, entry.split
