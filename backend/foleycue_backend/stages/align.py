# SPDX-License-Identifier: GPL-3.0-or-later
"""Alignment: onsets found in the sound are brought onto their cues, and what error is left is measured.

The sound is read through a delay that is constant around each event and changes only where it is quietest between
two events, by a crossfade. Nothing is stretched, the length stays, and what cannot be moved is reported.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from foleycue_backend.stages.onsets import onset_samples, to_cue_rate
from foleycue_backend.stages.raw_audio import BLOCK, Audio, RawAudio
from foleycue_shared.cues import Cue, match_cues
from foleycue_shared.timing import CUE_RATE

#: An onset further from every cue than this belongs to none.
TOLERANCE = 0.120

_WORTH_MOVING = 0.001
_FADE, _LEAST_FADE = 0.012, 0.002
#: Time after an onset that belongs to its attack, and before the next one that must stay whole.
_ATTACK, _GUARD = 0.025, 0.004


@dataclass(frozen=True)
class Alignment:
    """The aligned sound and what was measured on it: onsets in samples at CUE_RATE, error in ms."""

    audio: RawAudio
    onsets: tuple[int, ...]
    cue_error_ms: float | None
    missed: int


@dataclass(frozen=True)
class Turn:
    """Where the delay changes: at sample `at`, over fade samples, from then on the sound comes `delay` later."""

    at: int
    fade: int
    delay: int


def align(audio: RawAudio, cues: Sequence[Cue], workplace: Path, on_step: Callable[[], None]) -> Alignment:
    """Bring the onsets of a sound onto its cues; a moved sound is a new file in workplace.

    on_step is called between the passes and may raise to stop.
    """
    wanted = [round(cue.sample * audio.sample_rate / CUE_RATE) for cue in cues]
    onsets = onset_samples(audio)
    before = _measured(audio, wanted, onsets)
    turns = plan_turns(audio, onsets, _moves(audio, wanted, onsets))
    if not turns:
        return before
    on_step()
    moved = RawAudio(workplace / f"{audio.path.stem}-aligned.f32", audio.sample_rate)
    moved.extend(_through_delay(audio, turns, on_step))
    on_step()
    after = _measured(moved, wanted, onset_samples(moved))
    return after if _better(after, before) else before


def plan_turns(audio: RawAudio, onsets: Sequence[int], moves: dict[int, int]) -> list[Turn]:
    """Where the delay must change so that onset k comes moves[k] samples later (unmatched ones: 0).

    An unmatched onset that follows closer than an attack's length is part of the event before it.
    """
    rate = audio.sample_rate
    events: list[tuple[int, int]] = []
    for k, onset in enumerate(onsets):
        if k not in moves and events and onset - events[-1][0] < 0.1 * rate:
            continue
        events.append((onset, moves.get(k, 0)))
    # At its end the sound is itself again, so that no tail breaks off.
    events.append((audio.samples + round(_GUARD * rate), 0))
    turns: list[Turn] = []
    last_end, delay = 0, 0
    for onset, move in events:
        if move != delay:
            # In the result's time: after the last attack, before this one, wherever either delay puts them.
            low = last_end + max(delay, move)
            high = onset + min(delay, move) - round(_GUARD * rate)
            fade = max(round(_LEAST_FADE * rate), min(round(_FADE * rate), (high - low) // 2))
            turns.append(Turn(_quietest(audio, low, high - fade, fade, delay), fade, move))
            delay = move
        last_end = onset + round(_ATTACK * rate)
    return turns


def _through_delay(audio: RawAudio, turns: Sequence[Turn], on_step: Callable[[], None]) -> Iterator[Audio]:
    """The whole sound, read through a delay that changes at the turns."""
    position, delay = 0, 0
    for turn in turns:
        start = min(max(turn.at, position), audio.samples)
        yield from _straight(audio, position, start, delay, on_step)
        stop = min(start + turn.fade, audio.samples)
        if stop > start:
            ramp = ((np.arange(stop - start) + 0.5) / (stop - start)).astype(np.float32)
            old = audio.read(start - delay, stop - delay)
            yield (old + ramp * (audio.read(start - turn.delay, stop - turn.delay) - old)).astype(np.float32)
        position, delay = stop, turn.delay
    yield from _straight(audio, position, audio.samples, delay, on_step)


def _straight(audio: RawAudio, start: int, stop: int, delay: int, on_step: Callable[[], None]) -> Iterator[Audio]:
    for low in range(start, stop, BLOCK):
        on_step()
        high = min(low + BLOCK, stop)
        yield audio.read(low - delay, high - delay)


def _quietest(audio: RawAudio, low: int, high: int, fade: int, delay: int) -> int:
    """The start of the quietest stretch of fade samples in low … high; the latest of equals."""
    if high <= low:
        return max(0, (low + high) // 2)
    # A long pause needs no search from its beginning: sounds decay, so its end is the quiet part.
    low = max(low, high - audio.sample_rate)
    power = audio.read(low - delay, high + max(1, fade) - delay).astype(np.float64) ** 2
    total = np.concatenate([[0.0], np.cumsum(power)])
    energy = total[max(1, fade) :] - total[: -max(1, fade)]
    return low + len(energy) - 1 - int(np.argmin(energy[::-1]))


def _moves(audio: RawAudio, wanted: Sequence[int], onsets: Sequence[int]) -> dict[int, int]:
    """How many samples later each matched onset should come; small errors stay as they are."""
    least = _WORTH_MOVING * audio.sample_rate
    pairs = match_cues(wanted, onsets, round(TOLERANCE * audio.sample_rate))
    return {j: (wanted[i] - onsets[j] if abs(wanted[i] - onsets[j]) > least else 0) for i, j in pairs}


def _measured(audio: RawAudio, wanted: Sequence[int], onsets: Sequence[int]) -> Alignment:
    pairs = match_cues(wanted, onsets, round(TOLERANCE * audio.sample_rate))
    residuals = [abs(wanted[i] - onsets[j]) for i, j in pairs]
    return Alignment(
        audio,
        tuple(to_cue_rate(k, audio.sample_rate) for k in onsets),
        1000 * float(np.mean(residuals)) / audio.sample_rate if residuals else None,
        len(wanted) - len(pairs),
    )


def _better(after: Alignment, before: Alignment) -> bool:
    if after.missed != before.missed:
        return after.missed < before.missed
    return (after.cue_error_ms or 0.0) < (before.cue_error_ms or 0.0)
