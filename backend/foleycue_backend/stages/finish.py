# SPDX-License-Identifier: GPL-3.0-or-later
"""Finish: rate, exact length, place in the room, loudness, edges, and a broadcast WAV in the outbox."""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np

from foleycue_backend.stages.align import Alignment
from foleycue_backend.stages.lift import event_score
from foleycue_backend.stages.loudness import LoudnessMeter
from foleycue_backend.stages.panning import Panning
from foleycue_backend.stages.raw_audio import Audio, RawAudio
from foleycue_backend.stages.sounds_like import sounds_like
from foleycue_shared.broadcast_wav import WavHeader, write_broadcast_wav
from foleycue_shared.cues import Cue, cue_entries
from foleycue_shared.errors import explain_os_error
from foleycue_shared.messages import EngineInfo, Generate, Take
from foleycue_shared.timing import CUE_RATE, FrameRange, frames_to_samples
from foleycue_shared.version import PRODUCT_VERSION

PEAK_DBFS = -1.0
#: A take this far below the target was meant to be quiet, or is only noise.
_LARGEST_GAIN_DB = 30.0
#: Seconds of the fades at the edges of a take.
FADE = 0.005
#: An onset this near to a cue meets it, in seconds; and how often the onsets are moved round for what chance reaches.
_LIFT_TOLERANCE, _MOST_SHIFTS = 0.05, 200
_NO_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


@dataclass(frozen=True)
class Origin:
    """All that made a take; cues None means that its timing was left to the engine. panning: None for one channel."""

    request: Generate
    span: FrameRange
    engine: EngineInfo
    cues: tuple[Cue, ...] | None
    index: int
    panning: Panning | None = None

    @property
    def channels(self) -> int:
        """One, or two where the sound has a place."""
        return 1 if self.panning is None else 2

    @property
    def cue_sheet(self) -> tuple[Cue, ...]:
        """The cues that the take should obey."""
        return self.cues or ()

    @property
    def seed(self) -> int:
        """The take's own seed."""
        return self.request.seeds[self.index]

    @property
    def take_id(self) -> str:
        """The take's name, which is also its file's."""
        return f"{self.request.job_id}-{self.index}"


def finish(alignment: Alignment, origin: Origin, outbox: Path) -> Take:
    """Write the take and say what it is. Raises DISK_FULL or OUTPUT_UNWRITABLE, and leaves nothing behind then."""
    path = outbox / f"{origin.take_id}.wav"
    part = path.with_suffix(".wav.part")
    created = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    samples = origin.span.samples(origin.request.sample_rate)
    try:
        outbox.mkdir(parents=True, exist_ok=True)
        sound = _at_rate(alignment.audio, origin.request.sample_rate, samples)
        gain, loudness = _level(sound, origin)
        write_broadcast_wav(part, _placed(_finished(sound, gain), origin), _header(origin, created))
        odd = sounds_like(sound)
        digest = _settle(part, path)
    except OSError as error:
        raise explain_os_error(error, path) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    request = origin.request
    return Take(
        take_id=origin.take_id,
        job_id=request.job_id,
        index=origin.index,
        seed=origin.seed,
        engine=origin.engine.id,
        prompt=request.prompt,
        negative=request.negative,
        path=str(path),
        sha256=digest,
        sample_rate=request.sample_rate,
        samples=samples,
        cues=origin.cue_sheet,
        onsets=alignment.onsets,
        cue_error_ms=alignment.cue_error_ms,
        missed=alignment.missed,
        cue_lift=_cue_lift(alignment, origin),
        loudness_lufs=loudness,
        licence=origin.engine.weights_licence,
        created=created,
        sounds_like=odd,
        stem=request.stem,
        channels=origin.channels,
    )


def _cue_lift(alignment: Alignment, origin: Origin) -> float | None:
    """How much better the sound's onsets lie on the cues than anywhere else; None without cues or in a short range."""
    if not origin.cue_sheet:
        return None
    cues = np.array([cue.sample for cue in origin.cue_sheet]) / CUE_RATE
    onsets = np.array(alignment.onsets) / CUE_RATE
    lift = event_score(onsets, cues, _LIFT_TOLERANCE, float(origin.span.seconds), _MOST_SHIFTS).lift
    return None if lift is None else round(lift, 4)


def _at_rate(audio: RawAudio, sample_rate: int, samples: int) -> RawAudio:
    """The sound at the project's rate and exactly as long as the range."""
    if audio.sample_rate == sample_rate and audio.samples == samples:
        return audio
    out = RawAudio(audio.path.with_name(f"{audio.path.stem}-{sample_rate}.f32"), sample_rate)
    out.extend(_exactly(audio.resampled(sample_rate), samples))
    return out


def _exactly(blocks: Iterator[Audio], samples: int) -> Iterator[Audio]:
    left = samples
    for block in blocks:
        yield block[:left]
        left -= min(left, len(block))
    if left:
        yield np.zeros(left, np.float32)


def _placed(blocks: Iterator[Audio], origin: Origin) -> Iterator[Audio]:
    """The blocks in the take's channels."""
    return blocks if origin.panning is None else origin.panning.panned(blocks, origin.request.sample_rate)


def _level(audio: RawAudio, origin: Origin) -> tuple[float, float | None]:
    """The gain toward the wanted loudness that keeps the peak below PEAK_DBFS, and the loudness that results."""
    meter = LoudnessMeter(audio.sample_rate, origin.channels)
    for block in _placed(audio.blocks(), origin):
        meter.add(block)
    loudness, target = meter.integrated(), origin.request.loudness
    wanted = 0.0 if target is None or loudness is None else min(target - loudness, _LARGEST_GAIN_DB)
    if meter.peak > 0:
        wanted = min(wanted, PEAK_DBFS - 20 * float(np.log10(meter.peak)))
    return 10 ** (wanted / 20), None if loudness is None else loudness + wanted


def _finished(audio: RawAudio, gain: float) -> Iterator[Audio]:
    """Blocks with gain, and short fades at both edges of the range, so that no cut clicks."""
    fade = max(1, min(round(FADE * audio.sample_rate), audio.samples // 2))
    position = 0
    for block in audio.blocks():
        index = np.arange(position, position + len(block))
        edge = np.minimum(index, audio.samples - 1 - index)
        yield block * (gain * np.minimum(1.0, edge / fade)).astype(np.float32)
        position += len(block)


def _header(origin: Origin, created: str) -> WavHeader:
    request, scope = origin.request, origin.request.scope
    rate = Fraction(scope.rate)
    provenance = {
        "ai_generated": "true",
        "product": f"FoleyCue {PRODUCT_VERSION}",
        "engine": origin.engine.id,
        "weights_licence": origin.engine.weights_licence,
        "prompt": request.prompt,
        "negative": request.negative,
        "seed": str(origin.seed),
        **({"stem": request.stem} if request.stem else {}),
        "cues": json.dumps(cue_entries(origin.cue_sheet)),
    }
    return WavHeader(
        sample_rate=request.sample_rate,
        time_reference=max(0, frames_to_samples(scope.start_frame, rate, request.sample_rate)),
        rate=rate,
        drop_frame=scope.drop_frame,
        description=f"AI generated by FoleyCue: {_NO_XML.sub(' ', request.prompt)}",
        created=created,
        channels=origin.channels,
        provenance={key: _NO_XML.sub(" ", value) for key, value in provenance.items()},
    )


def _settle(part: Path, path: Path) -> str:
    """Make a complete file durable, give it its name, and return its SHA-256."""
    digest = hashlib.sha256()
    with part.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
        os.fsync(file.fileno())
    part.replace(path)
    return digest.hexdigest()
