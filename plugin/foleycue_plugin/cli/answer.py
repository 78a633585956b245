# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers on stdout: the JSON objects of the contract, and the same in words."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from foleycue_plugin.project import PlannedPlacement
from foleycue_plugin.selection import Selection
from foleycue_plugin.takes import StoredTake
from foleycue_shared.cues import cue_entries
from foleycue_shared.messages import Analysed
from foleycue_shared.timing import CUE_RATE, rate_text


def print_json(answer: dict[str, object]) -> None:
    """Write exactly one JSON object and nothing else."""
    print(msgspec.json.encode(answer).decode(), flush=True)  # noqa: T201


def say(text: str = "") -> None:
    """Write one line for a person; names that the terminal cannot show are marked, not fatal."""
    import sys

    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), flush=True)  # noqa: T201


def range_entry(selection: Selection) -> dict[str, object]:
    """The marked range: start_frame counts from the timeline's first frame, timecode is the record timecode."""
    return {
        "start_frame": selection.range.start,
        "frames": selection.range.frames,
        "rate": rate_text(selection.range.rate),
        "timecode": selection.timecode,
    }


def generation(
    selection: Selection, takes: Sequence[StoredTake], placement: PlannedPlacement, saved: Path | None
) -> dict[str, object]:
    """The whole answer of foleycue generate."""
    return {
        "range": range_entry(selection),
        "takes": [_take_entry(stored) for stored in takes],
        "placement": {
            "track": placement.track,
            "timecode": placement.timecode,
            "start_frame": placement.start_frame,
            "frames": placement.frames,
        },
        "saved": None if saved is None else path_text(saved),
    }


def cues(selection: Selection, analysed: Analysed) -> dict[str, object]:
    """The whole answer of foleycue cues."""
    return {
        "range": range_entry(selection),
        "cues": cue_entries(analysed.cues),
        "confidence": round(analysed.confidence, 4),
    }


def _take_entry(stored: StoredTake) -> dict[str, object]:
    take = stored.take
    return {
        "audio": path_text(stored.path),
        "seed": take.seed,
        "engine": take.engine,
        "sample_rate": take.sample_rate,
        "samples": take.samples,
        "cues": cue_entries(take.cues),
        "onsets": [round(onset / CUE_RATE, 6) for onset in take.onsets],
        "cue_error_ms": None if take.cue_error_ms is None else round(take.cue_error_ms, 3),
        "missed": take.missed,
    }


def path_text(path: Path) -> str:
    """A path fit for JSON."""
    # JSON holds Unicode only; a name in another encoding is shown as well as it can be.
    return str(path).encode("utf-8", "replace").decode("utf-8")
