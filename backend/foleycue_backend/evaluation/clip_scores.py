# SPDX-License-Identifier: GPL-3.0-or-later
"""Alignment figures of one clip, for generated sound and for anything else that names onset times."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from foleycue_backend.evaluation.alignment import AA_WINDOW, Times, aa_align, audio_onset_times, av_align
from foleycue_backend.evaluation.hit_lift import hit_lift
from foleycue_backend.evaluation.optical_flow import Flow
from foleycue_backend.evaluation.sounds import Sound
from foleycue_backend.stages.lift import event_score
from foleycue_backend.stages.mel_flux import SAMPLE_RATE
from foleycue_backend.stages.onsets import SALIENT, SOFT, detect
from foleycue_backend.stages.raw_audio import resample

#: Tolerances of the event scores in seconds, by the name that the figures carry.
TOLERANCES = {"50": 0.050, "100": 0.100}


@dataclass(frozen=True)
class OnsetLists:
    """Onset seconds of one sound by three detectors: the metrics' own, all events (10 ms grid), and salient ones."""

    published: Times
    events: Times
    salient: Times

    @classmethod
    def none(cls) -> "OnsetLists":
        """What a clip without sound has."""
        return cls(np.zeros(0), np.zeros(0), np.zeros(0))

    @classmethod
    def of(cls, sound: Sound) -> "OnsetLists":
        """Detect them in a sound."""
        heard = np.concatenate([np.zeros(0, np.float32), *resample(iter([sound.wave]), sound.rate, SAMPLE_RATE)])
        return cls(
            audio_onset_times(sound.wave, sound.rate),
            detect(lambda: [heard], SOFT).seconds,
            detect(lambda: [heard], SALIENT).seconds,
        )

    def until(self, length: float) -> "OnsetLists":
        """Those not after `length` seconds."""
        return OnsetLists(*(times[times <= length] for times in (self.published, self.events, self.salient)))


@dataclass(frozen=True)
class ClipTruth:
    """What a clip is measured against: onsets of its own sound, that sound's length in seconds, and its picture."""

    onsets: OnsetLists
    length: float
    flow: Flow | None = None


@dataclass(frozen=True)
class ClipScore:
    """Figures of one clip by name (None: not defined there), errors in seconds and onset counts by detector."""

    values: dict[str, float | None]
    errors: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    generated: dict[str, float] = field(default_factory=dict)
    truth: dict[str, int] = field(default_factory=dict)


def score_clip(onsets: OnsetLists, truth: ClipTruth) -> ClipScore:
    """All alignment figures of one clip.

    Events after the true sound's end count for nothing; the published metrics know no such rule.
    """
    values: dict[str, float | None] = {}
    if truth.flow is not None:
        peaks = truth.flow.peaks()
        values["av_align"] = av_align(onsets.published, peaks, truth.flow.rate)
        values["av_lift"] = hit_lift(onsets.published, peaks, 1 / truth.flow.rate, truth.length)
    values["aa_align"] = aa_align(onsets.published, truth.onsets.published)
    values["aa_lift"] = hit_lift(onsets.published, truth.onsets.published, AA_WINDOW, truth.length)
    heard = onsets.until(truth.length)
    score = ClipScore(values)
    _add_events(score, "", heard.events, truth.onsets.events, truth.length)
    _add_events(score, "salient_", heard.salient, truth.onsets.salient, truth.length)
    return score


def _add_events(score: ClipScore, prefix: str, generated: Times, truth: Times, length: float) -> None:
    for name, tolerance in TOLERANCES.items():
        result = event_score(generated, truth, tolerance, length)
        score.values[f"{prefix}f1_{name}"] = result.f1
        score.values[f"{prefix}lift_{name}"] = result.lift
        score.errors[f"{prefix}error_ms"] = result.errors  # of the widest tolerance, which comes last
    score.generated[f"{prefix}count_ratio"] = len(generated)
    score.truth[f"{prefix}count_ratio"] = len(truth)
