# SPDX-License-Identifier: GPL-3.0-or-later
"""One evaluation: folders in, rows and what must be known to read them out."""

import importlib.metadata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from foleycue_backend.evaluation import chance
from foleycue_backend.evaluation.alignment import AA_WINDOW, ONSET_HOP, ONSET_RATE
from foleycue_backend.evaluation.alignment_rows import alignment_rows
from foleycue_backend.evaluation.bootstrap import DRAWS
from foleycue_backend.evaluation.clip_files import EvaluationSet, find_clips
from foleycue_backend.evaluation.metrics import LEARNED
from foleycue_backend.evaluation.optical_flow import FARNEBACK, LEAST_FLOW
from foleycue_backend.evaluation.report import Row, Watch, entries, markdown
from foleycue_backend.evaluation.set_rows import set_rows
from foleycue_backend.evaluation.weights import Weights
from foleycue_backend.stages.cache import AnalysisCache
from foleycue_backend.stages.lift import SHIFT_FROM, SHIFT_STEP
from foleycue_backend.stages.onsets import SALIENT, SOFT
from foleycue_shared.captions import read_captions
from foleycue_shared.version import PRODUCT_VERSION

#: Part of the JSON: raised when its form changes.
FORM = 1

_LIBRARIES = ("librosa", "numpy", "opencv-python-headless", "scipy", "soxr", "torch", "transformers")

#: What the figures were made with, for whoever must repeat them.
PARAMETERS: Mapping[str, object] = {
    "published onsets": f"librosa defaults at {ONSET_RATE} Hz, hop {ONSET_HOP}, no backtracking",
    "AA-Align window": f"{AA_WINDOW:g} s, strict",
    "AV-Align window": "one picture, strict",
    "optical flow": f"Farneback {FARNEBACK}, full size, mean magnitude, peaks above {LEAST_FLOW:g}",
    "event onsets": f"16 kHz, 10 ms, backtracked, peaks {SOFT:g} (all) or {SALIENT:g} (salient) above their mean",
    "lift": f"circular shifts from {SHIFT_FROM:g} s to that before the end, every {SHIFT_STEP:g} s",
    "bootstrap": f"{DRAWS} draws of clips, 2.5 and 97.5 percentiles",
    "both lists empty": "no figure for that clip, left out of the mean",
    "skipped clips": "alignment of silence, 0 in CLAP and PAM, left out of FD, FAD, KL and IS",
}


@dataclass(frozen=True)
class Report:
    """Rows and the facts around them."""

    rows: tuple[Row, ...]
    clips: EvaluationSet
    missing_weights: tuple[str, ...]

    def json(self) -> dict[str, object]:
        """Everything, fit for JSON."""
        return {
            "form": FORM,
            "foleycue": PRODUCT_VERSION,
            "libraries": _versions(),
            "parameters": dict(PARAMETERS),
            "chance_rows": dict(chance.ROWS),
            "clips": len(self.clips.clips),
            "skipped": self.clips.skipped,
            "without_truth": [path.name for path in self.clips.strangers],
            "missing_weights": list(self.missing_weights),
            "rows": entries(self.rows),
        }

    def markdown(self) -> str:
        """The table, with what was skipped or missing below it."""
        return markdown(self.rows, {**self.facts(), **self.system_facts()})

    def facts(self) -> dict[str, object]:
        """What holds for every system that these clips are made by."""
        versions = ", ".join(f"{name} {version}" for name, version in _versions().items())
        return {"clips": len(self.clips.clips), "made with": f"FoleyCue {PRODUCT_VERSION}, {versions}"}

    def system_facts(self) -> dict[str, object]:
        """What was peculiar about this system's files."""
        return {
            "skipped by the system (they count as silence)": self.clips.skipped,
            "generated without a true sound": [path.name for path in self.clips.strangers],
        }


def evaluate(
    folders: tuple[Path, Path, Path | None],
    groups: Sequence[str],
    weights_folder: Path,
    watch: Watch,
    captions: Path | None = None,
    cache: AnalysisCache | None = None,
) -> Report:
    """Score the folders (generated, truth, videos). Raises FoleyCueError with a sentence for what cannot be read."""
    clips = find_clips(*folders)
    texts = read_captions(captions) if captions is not None else {}
    rows = alignment_rows(clips.clips, groups, watch, cache)
    learned = [group for group in groups if group in LEARNED]
    missing: tuple[str, ...] = ()
    if learned:
        weights = Weights(weights_folder)
        missing = tuple(weights.missing())
        rows += set_rows(clips, learned, weights, texts, watch)
    return Report(tuple(rows), clips, missing)


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
