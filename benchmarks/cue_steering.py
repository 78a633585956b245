# SPDX-License-Identifier: GPL-3.0-or-later
"""Does STA-V2A obey edited cues, and leave the others alone? On the small trained model, on clips it never saw.

    python benchmarks/cue_steering.py [--model DIR] [--clips 40] [--frames 128] [--steps 25] [--solver dpm++]

Of each clip's own cues one is moved, one deleted and one added; both takes start from the same noise. The model's own
cues are known to a quarter of a second only (its pictures come four a second), so they are also held to that width.
Fixed seeds; means with 95 % bootstrap intervals over clips.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from common import interval
from numpy.typing import NDArray
from steering_clips import SMALL, Edit, Stage, edit, seconds_of
from torch import Tensor

from foleycue_backend.engines.sta_v2a.cue_rule import RULE
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPrediction
from foleycue_backend.engines.sta_v2a.steering import onset_margins, steer
from foleycue_backend.training.mini.judge import match, onset_f1

Times = NDArray[np.float64]
Figures = dict[str, list[float]]
_NEAR, _QUARTER = 0.05, 0.125
#: An onset found again within this has not moved; the detector's grid is 10 ms.
_STILL = 0.02


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=SMALL, help="pipeline folder")
    parser.add_argument("--clips", type=int, default=40, help="clips with an edit")
    parser.add_argument("--frames", type=int, default=128, help="latent frames of 40 ms a take, up to 256")
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--strength", type=float, default=1.0, help="of the cues that are moved and added")
    parser.add_argument("--solver", default="dpm++")
    parser.add_argument("--whole-rows", action="store_true", help="change whole rows instead: no steering, a control")
    options = parser.parse_args()
    torch.set_num_threads(1)
    # Some clips have too few cues for three edits.
    stage = Stage(options.model, options.clips * 2, options.frames, options.steps, options.solver)
    figures: dict[str, list[float]] = defaultdict(list)
    sheets: list[tuple[list[float], Times]] = []
    done = 0
    for clip in range(len(stage.clips)):
        prediction = stage.predict(clip)
        own = stage.own_cues(prediction)
        edited = edit(own, stage.seconds, np.random.default_rng([5, clip]), options.strength)
        if edited is None:
            continue
        control = steer(prediction, stage.pipe.onset_predictor.l2, edited.cues, RULE)
        if options.whole_rows:
            control = whole_rows(prediction, control)
        before = stage.onsets(stage.mel(clip, prediction.hidden, seed=1))
        after = stage.onsets(stage.mel(clip, control, seed=1))
        _score(figures, stage, clip, (seconds_of(own), edited), (before, after))
        sheets.append((seconds_of(edited.cues), after))
        done += 1
        if done == options.clips:
            break
    for (sheet, _), (_, onsets) in zip(sheets, sheets[1:] + sheets[:1], strict=True):
        figures["chance: edited sheet against another clip's take, F1 50 ms"].append(onset_f1(onsets, sheet, _NEAR))
    print(f"{options.model.name}: {done} clips of {stage.seconds:.2f} s, {options.steps} steps of {options.solver}")
    for name, values in figures.items():
        print(f"{name:72} {interval(values)}")
    unedited, edited_f1 = (np.mean(figures[name]) for name in (_OWN, _EDITED))
    print(f"edited / unedited at 50 ms: {edited_f1 / unedited:.2f} (aim: 0.8)")


def whole_rows(prediction: OnsetPrediction, control: Tensor) -> Tensor:
    """The edit without its economy: each row that steering changes becomes the clip's clearest onset or clearest none.

    Such a row is one that training has shown to the ControlNet, but it forgets what else was seen at its time.
    """
    margins, hidden = onset_margins(prediction.logits[0]), prediction.hidden[0]
    changed = (control != prediction.hidden)[0].any(-1)
    placed = changed & (margins <= RULE.threshold)
    rows = hidden.clone()
    rows[changed] = hidden[margins.argmin()]
    rows[placed] = hidden[margins.argmax()]
    return rows[None]


_OWN = "unedited: own cues against the take, F1 50 ms"
_EDITED = "edited: whole sheet against the take, F1 50 ms"


def _score(
    figures: dict[str, list[float]],
    stage: Stage,
    clip: int,
    sheets: tuple[list[float], Edit],
    takes: tuple[Times, Times],
) -> None:
    (own, edited), (before, after) = sheets, takes
    strikes = [time for time in stage.strikes(clip) if time > 0.1]
    figures["ceiling: strikes against the true sound, F1 50 ms"].append(onset_f1(stage.true_onsets(clip), strikes))
    figures["ceiling: the same through autoencoder and vocoder"].append(onset_f1(stage.coded_onsets(clip), strikes))
    figures["own cues against the strikes, F1 125 ms"].append(onset_f1(own, strikes, _QUARTER))
    figures["unedited: strikes against the take, F1 50 ms"].append(onset_f1(before, strikes, _NEAR))
    figures[_OWN].append(onset_f1(before, own, _NEAR))
    figures["unedited: own cues against the take, F1 125 ms"].append(onset_f1(before, own, _QUARTER))
    sheet = seconds_of(edited.cues)
    figures[_EDITED].append(onset_f1(after, sheet, _NEAR))
    figures["edited: whole sheet against the take, F1 125 ms"].append(onset_f1(after, sheet, _QUARTER))
    for width in (_NEAR, _QUARTER):
        name = f"edited: moved and added cues met within {1000 * width:.0f} ms"
        figures[name].append(len(match(after, edited.placed, width)) / len(edited.placed))
    name = "the same cues against the unedited take, within 50 ms (chance)"
    figures[name].append(len(match(before, edited.placed, _NEAR)) / len(edited.placed))
    for name, onsets in (("unedited", before), ("edited", after)):
        sounding = len(match(onsets, edited.deleted, _QUARTER)) / len(edited.deleted)
        figures[f"{name}: places of deleted and moved cues that sound, within 125 ms"].append(sounding)
    _score_untouched(figures, edited, before, after)


def _score_untouched(figures: Figures, edited: Edit, before: Times, after: Times) -> None:
    """Onsets of the unedited take near untouched cues, looked for in the edited one."""
    near = [time for time in before if min((abs(time - cue) for cue in edited.untouched), default=1) <= _QUARTER]
    if not near:
        return
    found = match(after, near, _QUARTER)
    figures["untouched: onsets still there"].append(len(found) / len(near))
    figures["untouched: onsets still there within 20 ms"].append(len(match(after, near, _STILL)) / len(near))
    if len(found):
        figures["untouched: median shift of those still there, ms"].append(1000 * float(np.median(np.abs(found))))


if __name__ == "__main__":
    main()
