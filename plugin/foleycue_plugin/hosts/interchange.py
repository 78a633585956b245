# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing older exchange formats (Final Cut 7 XML, AAF), whose adapters want everything said outright."""

import re
from pathlib import Path
from typing import Any

import opentimelineio as otio

from foleycue_plugin.project import Project
from foleycue_plugin.references import fill_available_ranges
from foleycue_shared.timecode import format_timecode

ADAPTERS = {".xml": "fcp_xml", ".aaf": "AAF"}


def write_interchange(timeline: otio.schema.Timeline, target: Path, project: Project) -> None:
    """Write a timeline through the adapter of target's extension; the timeline is made explicit in place.

    Whatever the adapter raises comes through.
    """
    suffix = target.suffix.lower()
    _make_explicit(timeline, project)
    options: dict[str, Any] = {"use_empty_mob_ids": True} if suffix == ".aaf" else {}
    otio.adapters.write_to_file(timeline, str(target), adapter_name=ADAPTERS[suffix], **options)
    if suffix == ".xml" and project.drop_frame:
        _mark_drop_frame(target, project)


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


def _mark_drop_frame(target: Path, project: Project) -> None:
    """The adapter writes every sequence as NDF, with a label that is wrong for its right frame number."""
    text = target.read_text(encoding="utf-8")
    label = format_timecode(project.start_frame, project.rate, drop_frame=True)
    frame = re.compile(rf"<frame>{project.start_frame}(\.0)?</frame>")

    def mend(found: re.Match[str]) -> str:
        block = found[0]
        if frame.search(block):
            block = re.sub(r"<string>[^<]*</string>", f"<string>{label}</string>", block)
            block = block.replace("<displayformat>NDF</displayformat>", "<displayformat>DF</displayformat>")
        return block

    target.write_text(re.sub(r"<timecode>.*?</timecode>", mend, text, flags=re.DOTALL), encoding="utf-8")
