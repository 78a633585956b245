# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing the exchange formats that are not OTIO's own, which want everything said outright."""

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from foleycue_plugin.hosts.exchange.edl_write import write_edl
from foleycue_plugin.hosts.exchange.fcpxml_write import write_fcpxml
from foleycue_plugin.project import Project
from foleycue_plugin.references import fill_available_ranges
from foleycue_shared.timecode import format_timecode
from foleycue_shared.timeline.times import seconds

ADAPTERS = {".xml": "fcp_xml", ".aaf": "AAF"}
#: Formats of our own writers.
WRITERS: dict[str, Callable[[otio.schema.Timeline, Path, Project], None]] = {
    ".fcpxml": write_fcpxml,
    ".edl": write_edl,
}
_TIMECODE = re.compile(r"<timecode>.*?</timecode>", re.DOTALL)


def write_interchange(timeline: otio.schema.Timeline, target: Path, project: Project) -> None:
    """Write a timeline by the writer or adapter of target's extension; the timeline is made explicit in place.

    Whatever the adapter raises comes through, and ValueError of our own writers.
    """
    suffix = target.suffix.lower()
    _make_explicit(timeline, project)
    if suffix in WRITERS:
        WRITERS[suffix](timeline, target, project)
        return
    options: dict[str, Any] = {"use_empty_mob_ids": True} if suffix == ".aaf" else {}
    otio.adapters.write_to_file(timeline, str(target), adapter_name=ADAPTERS[suffix], **options)
    if suffix == ".xml" and project.drop_frame:
        _mark_drop_frame(target, project, timeline)


def _make_explicit(timeline: otio.schema.Timeline, project: Project) -> None:
    """Say what OTIO leaves implied: the source range of each item, and its media's length at the item's own rate."""
    fill_available_ranges(timeline, project.base)
    for item in timeline.find_children(descended_from_type=otio.core.Item):
        if item.source_range is None and not isinstance(item, otio.schema.Track):
            item.source_range = item.trimmed_range()
        if not isinstance(item, otio.schema.Clip) or (reference := item.media_reference) is None:
            continue
        available, rate = reference.available_range, item.trimmed_range().duration.rate
        if available is not None and available.duration.rate != rate:
            reference.available_range = otio.opentime.TimeRange(
                available.start_time.rescaled_to(rate).round(), available.duration.rescaled_to(rate).round()
            )


def _mark_drop_frame(target: Path, project: Project, timeline: otio.schema.Timeline) -> None:
    """The adapter writes every timecode as NDF, with a label that is wrong for its right frame number.

    Mended for the sequence and for sound, whose timecode counts as the project does; a movie keeps its own way.
    """
    starts = {project.start_frame, *_sound_starts(timeline, project.rate)}

    def mend(found: re.Match[str]) -> str:
        block = found[0]
        frame = re.search(r"<frame>(\d+)(?:\.0)?</frame>", block)
        if frame is None or int(frame[1]) not in starts:
            return block
        label = format_timecode(int(frame[1]), project.rate, drop_frame=True)
        block = re.sub(r"<string>[^<]*</string>", f"<string>{label}</string>", block)
        return block.replace("<displayformat>NDF</displayformat>", "<displayformat>DF</displayformat>")

    target.write_text(_TIMECODE.sub(mend, target.read_text(encoding="utf-8")), encoding="utf-8")


def _sound_starts(timeline: otio.schema.Timeline, rate: Fraction) -> set[int]:
    clips = (clip for track in timeline.audio_tracks() for clip in track.find_clips())
    ranges = (clip.media_reference.available_range for clip in clips if clip.media_reference is not None)
    return {round(seconds(found.start_time) * rate) for found in ranges if found is not None}
