# SPDX-License-Identifier: GPL-3.0-or-later
"""Alignment over all clips: the generated sound with the chance rows beside it."""

from collections.abc import Mapping, Sequence

import numpy as np

from foleycue_backend.evaluation import chance
from foleycue_backend.evaluation.bootstrap import Figure, mean_figure, pooled_median_figure, ratio_figure
from foleycue_backend.evaluation.clip_files import ClipFiles
from foleycue_backend.evaluation.clip_scores import ClipScore, ClipTruth, OnsetLists, score_clip
from foleycue_backend.evaluation.optical_flow import measure_flow
from foleycue_backend.evaluation.report import GENERATED, Row, Steps, Watch
from foleycue_backend.evaluation.sounds import read_sound
from foleycue_backend.stages.cache import AnalysisCache

_AA = "onsets within 100 ms of a true onset; many to one, may exceed 1"
_AV = "onsets within one picture of an optical-flow peak; many to one"
_LIFT = "less its mean over circular shifts of the same onsets; 0 is chance"


def _event_rows(prefix: str, group: str, label: str) -> dict[str, tuple[str, str, str]]:
    rows = {}
    for tolerance in ("50", "100"):
        rows[f"{prefix}f1_{tolerance}"] = (group, f"{label} F1 ±{tolerance} ms", "onsets matched one to one")
        rows[f"{prefix}lift_{tolerance}"] = (group, f"{label} lift ±{tolerance} ms", f"that F1 {_LIFT}")
    rows[f"{prefix}error_ms"] = (group, f"{label} median error, ms", "pooled over onsets matched within 100 ms")
    rows[f"{prefix}count_ratio"] = (group, f"{label} onsets / true onsets", "ratio of sums")
    return rows


#: Key of a figure: its group, its label, and what it says.
FIGURES = {
    "av_align": ("av-align", "AV-Align", _AV),
    "av_lift": ("av-align", "AV-Align lift", f"AV-Align {_LIFT}"),
    "aa_align": ("aa-align", "AA-Align", _AA),
    "aa_lift": ("aa-align", "AA-Align lift", f"AA-Align {_LIFT}"),
    **_event_rows("", "events", "event"),
    **_event_rows("salient_", "salient", "salient"),
}


def alignment_rows(
    clips: Sequence[ClipFiles], groups: Sequence[str], watch: Watch, cache: AnalysisCache | None = None
) -> list[Row]:
    """All figures of the groups. A clip that the system skipped is scored as silence.

    Raises MEDIA_UNREADABLE naming a file that cannot be read.
    """
    keys = [key for key, (group, _, _) in FIGURES.items() if group in groups]
    if not keys:
        return []
    with_picture = "av-align" in groups
    pictures = sum(with_picture and clip.video is not None for clip in clips)
    steps = Steps(watch, "alignment", 2 * len(clips) + pictures + len(chance.ROWS))
    truths = {clip.name: _truth(clip, with_picture, steps, cache) for clip in clips}
    columns = {GENERATED: {clip.name: _generated(clip, truths[clip.name], steps) for clip in clips}}
    for row in chance.ROWS:
        steps.next(f"chance row {row}")
        found = {name: chance.score_chance(row, name, truths) for name in truths}
        columns[row] = {name: score for name, score in found.items() if score is not None}
    return [_row(key, columns) for key in keys]


def _truth(clip: ClipFiles, with_picture: bool, steps: Steps, cache: AnalysisCache | None) -> ClipTruth:
    steps.next(f"true sound of {clip.name}")
    sound = read_sound(clip.truth)
    onsets = OnsetLists.of(sound)
    if not with_picture or clip.video is None:
        return ClipTruth(onsets, sound.seconds)
    steps.next(f"optical flow of {clip.name}")
    return ClipTruth(onsets, sound.seconds, measure_flow(clip.video, cache))


def _generated(clip: ClipFiles, truth: ClipTruth, steps: Steps) -> ClipScore:
    steps.next(f"generated sound of {clip.name}")
    onsets = OnsetLists.of(read_sound(clip.generated)) if clip.generated else OnsetLists.none()
    return score_clip(onsets, truth)


def _row(key: str, columns: Mapping[str, Mapping[str, ClipScore]]) -> Row:
    _, label, meaning = FIGURES[key]
    figures = {column: _figure(key, list(scores.values())) for column, scores in columns.items() if scores}
    made = columns[GENERATED]
    note = "" if figures[GENERATED].n else "not computed: no pictures, give --videos"
    return Row(key, label, meaning, figures, {name: _clip_value(key, score) for name, score in made.items()}, note)


def _figure(key: str, scores: Sequence[ClipScore]) -> Figure:
    if key.endswith("count_ratio"):
        return ratio_figure([score.generated[key] for score in scores], [score.truth[key] for score in scores])
    if key.endswith("error_ms"):
        return pooled_median_figure([1000 * np.abs(score.errors[key]) for score in scores])
    return mean_figure([score.values.get(key) for score in scores])


def _clip_value(key: str, score: ClipScore) -> float | None:
    if key.endswith("count_ratio"):
        return score.generated[key] / score.truth[key] if score.truth[key] else None
    if key.endswith("error_ms"):
        return float(1000 * np.median(np.abs(score.errors[key]))) if len(score.errors[key]) else None
    return score.values.get(key)
