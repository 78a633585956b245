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
    selection: Selection, takes: Sequence[StoredTake], placements: Sequence[PlannedPlacement], saved: Path | None
) -> dict[str, object]:
    """The whole answer of foleycue generate; "placements" only where there are several stems."""
    entries = [_placement_entry(placement) for placement in placements]
    return {
        "range": range_entry(selection),
        "takes": [_take_entry(stored) for stored in takes],
        "placement": entries[0],
        **({"placements": entries} if len(entries) > 1 else {}),
        "saved": None if saved is None else path_text(saved),
    }


def _placement_entry(placement: PlannedPlacement) -> dict[str, object]:
    return {
        "track": placement.track,
        "timecode": placement.timecode,
        "start_frame": placement.start_frame,
        "frames": placement.frames,
    }


def table(takes: Sequence[StoredTake]) -> None:
    """Takes side by side: who made them, how well they met the cues, and what they may be used for."""
    rows = [("engine", "object", "seed", "cue error", "lift", "missed", "loudness", "licence of the weights")]
    for stored in takes:
        take = stored.take
        error = "-" if take.cue_error_ms is None else f"{take.cue_error_ms:.0f} ms"
        lift = "-" if take.cue_lift is None else f"{take.cue_lift:+.2f}"
        loudness = "-" if take.loudness_lufs is None else f"{take.loudness_lufs:.1f} LUFS"
        missed = f"{take.missed} of {len(take.cues)}"
        rows.append((take.engine, take.stem or "-", str(take.seed), error, lift, missed, loudness, take.licence or "-"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        say("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


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
        "channels": take.channels,
        "stem": take.stem,
        "cues": cue_entries(take.cues),
        "onsets": [round(onset / CUE_RATE, 6) for onset in take.onsets],
        "cue_error_ms": None if take.cue_error_ms is None else round(take.cue_error_ms, 3),
        "missed": take.missed,
        "cue_lift": take.cue_lift,
    }


def path_text(path: Path) -> str:
    """A path fit for JSON."""
    # JSON holds Unicode only; a name in another encoding is shown as well as it can be.
    return str(path).encode("utf-8", "replace").decode("utf-8")
