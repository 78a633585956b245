# SPDX-License-Identifier: GPL-3.0-or-later
"""The file host: a timeline file in, a copy with a new audio track out."""

from collections.abc import Sequence
from pathlib import Path

import opentimelineio as otio

from foleycue_plugin.hosts import otio_save
from foleycue_plugin.hosts.otio_read import absolute, not_a_timeline, read_source
from foleycue_plugin.media import load_library
from foleycue_plugin.project import Placement, Project
from foleycue_plugin.references import resolved
from foleycue_plugin.selection import Selection
from foleycue_plugin.takes import StoredTake
from foleycue_shared import timeline as timelines
from foleycue_shared.errors import ErrorCode, FoleyCueError


class OtioFileHost:
    """Timelines from files that OpenTimelineIO reads, and media files as timelines of one clip."""

    name = "Timeline file"

    def open(self, source: Path) -> Project:
        """Read a timeline. Raises BAD_INPUT, NOT_A_TIMELINE, NO_PICTURE, MEDIA_OFFLINE or MEDIA_UNREADABLE."""
        source = absolute(source)
        load_library()  # whoever shows this timeline will decode it next, on threads of its own
        original, base = read_source(source)
        try:
            return _project(source, original, base)
        except (ValueError, OverflowError, RecursionError, otio.exceptions.OTIOError) as error:
            # Impossible numbers and endless nesting come out of the time arithmetic as these.
            raise not_a_timeline(source.name, f"{type(error).__name__}: {error}") from error

    def save_targets(self, project: Project, save: Path) -> list[Path]:
        """The copy, and a folder for media that lie inside a zipped source."""
        return otio_save.save_targets(project, save)

    def rehearse(self, selection: Selection, save: Path) -> None:
        """Write and read back a copy in formats that may lose something. Raises BAD_INPUT and output errors."""
        otio_save.rehearse(selection, save)

    def insert(
        self, selection: Selection, takes: Sequence[StoredTake], track: str, save: Path, force: bool
    ) -> Placement:
        """Save a copy of the timeline with the takes on a new audio track, read back and verified."""
        return otio_save.save_copy(selection, takes, track, absolute(save), force)


def _project(source: Path, original: otio.schema.Timeline, base: Path) -> Project:
    timeline = resolved(original, base)
    if not any(timeline.tracks):
        raise _empty(source)
    whole = timelines.whole_range(timeline)
    if whole.frames < 1:
        raise _empty(source)
    return Project(
        source=source,
        original=original,
        timeline=timeline,
        base=base,
        rate=whole.rate,
        drop_frame=timelines.drop_frame(timeline),
        frames=whole.frames,
        start_frame=timelines.start_frame(timeline),
    )


def _empty(source: Path) -> FoleyCueError:
    return FoleyCueError(ErrorCode.NOT_A_TIMELINE, f"{source.name} is an empty timeline: put a clip on it first.")
