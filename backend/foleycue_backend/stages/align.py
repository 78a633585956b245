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
#: Energy ratio from which a change of delay would be heard as an event of its own.
_LOUDER = 4.0
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
    """Where the delay changes: the old reading fades out from `at` on, the new one fades in from `resume` on.

    Usually both are one crossfade of `fade` samples; where events must move apart further than there is sound between
    them, silence fills the rest. From then on the sound comes `delay` samples later.
    """

    at: int
    resume: int
    fade: int
    delay: int


def align(audio: RawAudio, cues: Sequence[Cue], workplace: Path, on_step: Callable[[], None]) -> Alignment:
    """Bring the onsets of a sound onto its cues; a moved sound is a new file in workplace.

    on_step is called between the passes and may raise to stop.
    """
    wanted = [round(cue.sample * audio.sample_rate / CUE_RATE) for cue in cues]
    onsets = onset_samples(audio, wanted)
    before = _measured(audio, wanted, onsets)
    turns = plan_turns(audio, onsets, _moves(audio, wanted, onsets))
    if not turns:
        return before
    on_step()
    moved = RawAudio(workplace / f"{audio.path.stem}-aligned.f32", audio.sample_rate)
    moved.extend(_through_delay(audio, turns, on_step))
    on_step()
    after = _measured(moved, wanted, onset_samples(moved, wanted))
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
    turns: list[Turn] = []
    last_end, delay = 0, 0
    for onset, move in events:
        if move != delay:
            turns.append(_turn(audio, last_end, onset - round(_GUARD * rate), delay, move))
            delay = move
        last_end = onset + round(_ATTACK * rate)
    if delay < 0:
        # The sound ends early: its tail must not break off.
        fade = round(_FADE * rate)
        turns.append(Turn(max(0, audio.samples + delay - fade), audio.samples, fade, 0))
    return turns


def _turn(audio: RawAudio, last_end: int, next_start: int, delay: int, move: int) -> Turn:
    """The best place to go from one delay to another between two events, given in the sound's own time.

    Neither reading may hold the attack that belongs to the other: it would be heard twice.
    """
    least, fade = round(_LEAST_FADE * audio.sample_rate), round(_FADE * audio.sample_rate)
    low, high = last_end + max(delay, move), next_start + min(delay, move)
    if high - low >= 2 * least:
        fade = min(fade, (high - low) // 2)
        at = _quietest(audio, low, high - fade, fade, (delay, move))
        if move < delay or _energy(audio, at, fade, move) <= _LOUDER * _energy(audio, at, fade, delay):
            return Turn(at, at, fade, move)
    elif move < delay:
        at = max(0, high - least)
        return Turn(at, at, least, move)
    # What would be heard again is still loud: let the old sound run out, and the new one begin before its attack.
    at, last = max(0, next_start + delay - fade), next_start + move - fade
    first = min(last, max(at, last_end + move))
    return Turn(at, _quietest(audio, first, last, fade, (move,)), fade, move)


def _through_delay(audio: RawAudio, turns: Sequence[Turn], on_step: Callable[[], None]) -> Iterator[Audio]:
    """The whole sound, read through a delay that changes at the turns."""
    position, delay = 0, 0
    for turn in turns:
        start = min(max(turn.at, position), audio.samples)
        yield from _straight(audio, position, start, delay, on_step)
        end = max(turn.resume, start) + turn.fade
        stop = min(end, audio.samples)
        if stop > start:
            ramp = (np.arange(turn.fade, dtype=np.float32) + 0.5) / turn.fade
            gains = np.zeros((2, end - start), np.float32)
            gains[0, : turn.fade] = ramp[::-1]
            gains[1, gains.shape[1] - turn.fade :] = ramp
            old, new = (audio.read(start - d, stop - d) for d in (delay, turn.delay))
            yield (gains[0, : stop - start] * old + gains[1, : stop - start] * new).astype(np.float32)
        position, delay = stop, turn.delay
    yield from _straight(audio, position, audio.samples, delay, on_step)


def _straight(audio: RawAudio, start: int, stop: int, delay: int, on_step: Callable[[], None]) -> Iterator[Audio]:
    for low in range(start, stop, BLOCK):
        on_step()
        high = min(low + BLOCK, stop)
        yield audio.read(low - delay, high - delay)


def _quietest(audio: RawAudio, low: int, high: int, fade: int, delays: Sequence[int]) -> int:
    """The start of the quietest stretch of fade samples in low … high through these delays; the latest of equals."""
    # A long pause needs no search from its beginning: sounds decay, so its end is the quiet part.
    low = min(high, max(low, high - audio.sample_rate))
    power = sum(audio.read(low - delay, high + fade - delay).astype(np.float64) ** 2 for delay in delays)
    total = np.concatenate([[0.0], np.cumsum(power)])
    energy = total[fade:] - total[:-fade]
    return low + len(energy) - 1 - int(np.argmin(energy[::-1]))


def _energy(audio: RawAudio, start: int, length: int, delay: int) -> float:
    sound = audio.read(start - delay, start + length - delay)
    return float(np.dot(sound, sound)) + 1e-12


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
