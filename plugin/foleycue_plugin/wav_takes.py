# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes that left the store: a broadcast WAV of ours still says what it was made from."""

import hashlib
from pathlib import Path

from foleycue_plugin.selection import Selection
from foleycue_plugin.takes import StoredTake
from foleycue_shared.broadcast_wav import WavHeader, read_wav_header
from foleycue_shared.cues import Cue, parse_cue_sheet
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Take
from foleycue_shared.timing import CUE_RATE


def take_from_wav(path: Path, selection: Selection) -> StoredTake:
    """The take behind a WAV file. Raises BAD_INPUT when it is none of ours, or not of this range's length."""
    header = _header(path)
    expected = selection.range.samples(header.sample_rate)
    if header.samples != expected:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"{path.name} has {header.samples} samples, but the range has {expected}: mark the range it was made for.",
        )
    said = header.provenance
    seed = said.get("seed", "0")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    take = Take(
        take_id=digest[:32],
        job_id="",
        index=0,
        seed=int(seed) if seed.isascii() and seed.isdigit() else 0,
        engine=said.get("engine", ""),
        prompt=said.get("prompt", ""),
        negative=said.get("negative", ""),
        path=str(path),
        sha256=digest,
        sample_rate=header.sample_rate,
        samples=header.samples,
        cues=_cues(header, selection),
        onsets=(),
        cue_error_ms=None,
        licence=said.get("weights_licence", ""),
        created=header.created,
        stem=said.get("stem", ""),
        channels=header.channels,
    )
    return StoredTake(path=path, take=take)


def _header(path: Path) -> WavHeader:
    try:
        return read_wav_header(path)
    except (OSError, FoleyCueError) as error:
        reason = getattr(error, "strerror", None) or getattr(error, "message", None) or str(error)
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, f"{path} cannot be read as a take ({reason}): give a WAV that FoleyCue made."
        ) from error


def _cues(header: WavHeader, selection: Selection) -> tuple[Cue, ...]:
    try:
        return parse_cue_sheet(header.provenance.get("cues", "[]"), selection.range.samples(CUE_RATE))
    except FoleyCueError:
        return ()
