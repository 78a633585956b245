# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures by learned extractors: FD, KL, IS, FAD, CLAP and PAM, as far as their weights are there."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foleycue_backend.evaluation import chance
from foleycue_backend.evaluation.bootstrap import Figure, mean_figure
from foleycue_backend.evaluation.clip_files import EvaluationSet
from foleycue_backend.evaluation.distances import (
    SPLITS,
    frechet_distance,
    inception_score,
    sigmoid_divergence,
    softmax_divergence,
)
from foleycue_backend.evaluation.report import GENERATED, Row, Steps, Watch
from foleycue_backend.evaluation.sounds import read_first_channel, read_sound
from foleycue_backend.evaluation.weights import MissingWeights, Weights

Features = dict[Path, NDArray[np.float32]]

_SET = "a figure of whole sets, so without an interval; lower is nearer; @halves is the truth against itself"
_LABELS = {
    "fd": ("FD (PANNs Cnn14)", f"Fréchet distance of 2048-wide features, {_SET}"),
    "fad": ("FAD (VGGish)", f"Fréchet distance of 128-wide features of 0.96 s, {_SET}"),
    "kl_softmax": ("KL (softmax)", "class distribution, true against generated; lower is nearer; @other: wrong clips"),
    "kl_sigmoid": ("KL (sigmoid)", "the same with a probability for each class, presence terms only"),
    "is": ("IS", f"inception score over {SPLITS} splits, a figure of the whole set, so without an interval"),
    "clap": ("CLAP score", "cosine of sound and caption; @other: captions of other clips, @truth: the true sound"),
    "pam": ("PAM", "chance of being called clean rather than noisy; @truth: the true sound"),
}


def set_rows(
    clips: EvaluationSet, groups: Sequence[str], weights: Weights, captions: Mapping[str, str], watch: Watch
) -> list[Row]:
    """All figures of the groups; a row without its weights says what belongs where, and nothing fails.

    Sets are all generated and all true files, as the field compares them. A clip that the system skipped counts 0 in
    CLAP and PAM and is left out of the rest, which knows no worst value. Raises MEDIA_UNREADABLE naming a file, and
    BAD_INPUT for a weight file of another kind.
    """
    rows: list[Row] = []
    if classes := [group for group in ("fd", "kl", "is") if group in groups]:
        keys = [key for key in ("fd", "kl_softmax", "kl_sigmoid", "is") if key.split("_")[0] in classes]
        rows += _or_missing(keys, lambda: _class_rows(clips, keys, weights, watch))
    if "fad" in groups:
        rows += _or_missing(["fad"], lambda: [_fad_row(clips, weights, watch)])
    if "clap" in groups:
        rows += _or_missing(["clap"], lambda: [_clap_row(clips, weights, captions, watch)])
    if "pam" in groups:
        rows += _or_missing(["pam"], lambda: [_pam_row(clips, weights, watch)])
    return rows


def _or_missing(keys: Sequence[str], make: Callable[[], list[Row]]) -> list[Row]:
    try:
        return make()
    except MissingWeights as missing:
        return [_row(key, note=f"not computed: {missing}") for key in keys]


def _class_rows(clips: EvaluationSet, keys: Sequence[str], weights: Weights, watch: Watch) -> list[Row]:
    net = weights.cnn14()
    from foleycue_backend.evaluation.cnn14 import extract

    features: Features = {}
    logits: Features = {}
    files = _generated(clips) + _true(clips)
    steps = Steps(watch, "classes", len(files))
    for path in files:
        steps.next(path.name)
        features[path], logits[path] = extract(net, read_first_channel(path))
    rows = {
        "fd": lambda: _frechet_row("fd", clips, features),
        "kl_softmax": lambda: _divergence_row("kl_softmax", clips, logits, softmax_divergence),
        "kl_sigmoid": lambda: _divergence_row("kl_sigmoid", clips, logits, sigmoid_divergence),
        "is": lambda: _inception_row(clips, logits),
    }
    return [rows[key]() for key in keys]


def _fad_row(clips: EvaluationSet, weights: Weights, watch: Watch) -> Row:
    net = weights.vggish()
    from foleycue_backend.evaluation.vggish import extract

    features: Features = {}
    files = _generated(clips) + _true(clips)
    steps = Steps(watch, "VGGish", len(files))
    for path in files:
        steps.next(path.name)
        features[path] = extract(net, read_first_channel(path))
    return _frechet_row("fad", clips, features)


def _frechet_row(key: str, clips: EvaluationSet, features: Features) -> Row:
    made, true = _generated(clips), _true(clips)
    if len(made) < 2 or len(true) < 2:
        return _row(key, note="not computed: it needs two sounds on each side")
    figures = {GENERATED: Figure(frechet_distance(_stack(features, made), _stack(features, true)), None, len(made))}
    if len(true) >= 4:
        order = np.random.default_rng(0).permutation(len(true))
        first, second = ([true[k] for k in order[start::2]] for start in (0, 1))
        halves = frechet_distance(_stack(features, first), _stack(features, second))
        figures["@halves"] = Figure(halves, None, len(true))
    return _row(key, figures)


def _divergence_row(
    key: str,
    clips: EvaluationSet,
    logits: Features,
    divergence: Callable[[NDArray[np.floating], NDArray[np.floating]], NDArray[np.float64]],
) -> Row:
    pairs = {clip.name: (clip.generated, clip.truth) for clip in clips.clips if clip.generated is not None}
    made = np.stack([logits[generated] for generated, _ in pairs.values()])
    true = np.stack([logits[truth] for _, truth in pairs.values()])
    values = divergence(made, true).tolist()
    figures = {GENERATED: mean_figure(values)}
    if len(pairs) > 1:
        wrong = [divergence(made, np.roll(true, shift, 0)) for shift in range(1, min(len(pairs), chance.DRAWS + 1))]
        figures["@other"] = mean_figure(np.mean(wrong, 0).tolist())
    return _row(key, figures, dict(zip(pairs, values, strict=True)))


def _inception_row(clips: EvaluationSet, logits: Features) -> Row:
    made, true = _generated(clips), _true(clips)
    if len(made) < SPLITS:
        return _row("is", note=f"not computed: it needs {SPLITS} sounds, there are {len(made)}")
    score = inception_score(np.stack([logits[path] for path in made]))
    figures = {GENERATED: Figure(score.mean, None, len(made))}
    if len(true) >= SPLITS:
        figures["@truth"] = Figure(inception_score(np.stack([logits[path] for path in true])).mean, None, len(true))
    return _row("is", figures, more=f"; its deviation over splits is {score.deviation:.3f}")


def _clap_row(clips: EvaluationSet, weights: Weights, captions: Mapping[str, str], watch: Watch) -> Row:
    named = [clip for clip in clips.clips if clip.name in captions]
    if not named:
        return _row("clap", note="not computed: no captions of these clips, give --captions")
    clap, source = weights.clap()
    texts = np.stack([clap.read(captions[clip.name]).numpy() for clip in named])
    own: list[float | None] = []
    other: list[float | None] = []
    true: list[float | None] = []
    steps = Steps(watch, "CLAP", len(named))
    for number, clip in enumerate(named):
        steps.next(clip.name)
        fits = texts @ clap.hear(read_sound(clip.generated)).numpy() if clip.generated else np.zeros(len(named))
        own.append(float(fits[number]))
        other.append(float(np.delete(fits, number).mean()) if len(named) > 1 else None)
        true.append(float(texts[number] @ clap.hear(read_sound(clip.truth)).numpy()))
    figures = {GENERATED: mean_figure(own), "@other": mean_figure(other), "@truth": mean_figure(true)}
    return _row("clap", figures, dict(zip((clip.name for clip in named), own, strict=True)), more=f"; {source}")


def _pam_row(clips: EvaluationSet, weights: Weights, watch: Watch) -> Row:
    pam = weights.pam()
    own: dict[str, float | None] = {}
    true: list[float | None] = []
    steps = Steps(watch, "PAM", len(clips.clips))
    for clip in clips.clips:
        steps.next(clip.name)
        own[clip.name] = pam.score(clip.generated) if clip.generated else 0.0
        true.append(pam.score(clip.truth))
    return _row("pam", {GENERATED: mean_figure(list(own.values())), "@truth": mean_figure(true)}, own)


def _generated(clips: EvaluationSet) -> list[Path]:
    return [clip.generated for clip in clips.clips if clip.generated is not None] + list(clips.strangers)


def _true(clips: EvaluationSet) -> list[Path]:
    return [clip.truth for clip in clips.clips]


def _stack(features: Features, paths: Sequence[Path]) -> NDArray[np.float32]:
    return np.concatenate([np.atleast_2d(features[path]) for path in paths])


def _row(
    key: str,
    figures: Mapping[str, Figure] | None = None,
    clips: Mapping[str, float | None] | None = None,
    note: str = "",
    more: str = "",
) -> Row:
    label, meaning = _LABELS[key]
    return Row(key, label, meaning + more, figures or {}, clips or {}, note)
