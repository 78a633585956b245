# SPDX-License-Identifier: GPL-3.0-or-later
"""Media references of a timeline: where their files lie, and which part of its own time a file covers."""

import copy
import os
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote, urlsplit

import opentimelineio as otio

from foleycue_plugin.media import MediaInfo, probe
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timeline.times import seconds, usable_available_range

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


def resolved(timeline: otio.schema.Timeline, base: Path) -> otio.schema.Timeline:
    """A copy whose active references are absolute paths with a usable available range.

    Clips that an editor draws itself (colour, bars, titles) become gaps: there is no file to look at. Raises
    MEDIA_OFFLINE or MEDIA_UNREADABLE only where a clip's length is known from its file alone.
    """
    timeline = copy.deepcopy(timeline)
    for clip in list(timeline.find_clips()):
        reference = clip.media_reference
        if isinstance(reference, otio.schema.GeneratorReference):
            _replace_by_gap(clip)
        elif isinstance(reference, otio.schema.ExternalReference):
            path = media_file(reference.target_url, base)
            reference.target_url = "" if path is None else str(path)
            if usable_available_range(clip) is None:
                _fill_available_range(clip, reference, path)
        elif isinstance(reference, otio.schema.ImageSequenceReference):
            raise FoleyCueError(
                ErrorCode.MEDIA_UNREADABLE,
                f"The clip {clip.name} is an image sequence, which FoleyCue does not read: replace it by a movie file.",
            )
        elif clip.source_range is None:
            raise _offline(clip, "has no media")
    return timeline


def fill_available_ranges(timeline: otio.schema.Timeline, base: Path) -> None:
    """Give every active reference whose file is at hand an available range, where it has no usable one."""
    for clip in timeline.find_clips():
        reference = clip.media_reference
        if isinstance(reference, otio.schema.ExternalReference) and usable_available_range(clip) is None:
            _fill_available_range(clip, reference, media_file(reference.target_url, base))


def media_file(url: str, base: Path) -> Path | None:
    """The absolute path that a target URL means, relative ones counted from base; None for anything but a file.

    Percent-encoded and plain paths are told apart by which of the two exists, since editors write both.
    """
    if not url or "\0" in url:
        return None
    if url.lower().startswith("file:"):
        candidates = _from_file_url(url)
    elif _DRIVE.match(url) or not _SCHEME.match(url):
        candidates = [url, unquote(url)]
    else:
        return None
    paths = [_absolute(candidate, base) for candidate in candidates]
    return next((path for path in paths if _exists(path)), paths[0])


def is_relative(url: str) -> bool:
    """Whether a target URL depends on the folder of its timeline."""
    if not url or _DRIVE.match(url) or url.startswith(("/", "\\")):
        return False
    if url.lower().startswith("file:"):
        return not urlsplit(url).netloc and not urlsplit(url).path.startswith("/")
    return not _SCHEME.match(url)


def external_references(timeline: otio.schema.Timeline) -> Iterator[otio.schema.ExternalReference]:
    """Every file reference of every clip, the alternative ones included."""
    for clip in timeline.find_clips():
        for reference in clip.media_references().values():
            if isinstance(reference, otio.schema.ExternalReference):
                yield reference


def media_paths(timeline: otio.schema.Timeline) -> list[Path]:
    """The files that a resolved timeline shows or sounds, each once."""
    active = (clip.media_reference for clip in timeline.find_clips())
    urls = (reference.target_url for reference in active if isinstance(reference, otio.schema.ExternalReference))
    return [Path(url) for url in dict.fromkeys(urls) if url]


def _from_file_url(url: str) -> list[str]:
    parts = urlsplit(url)
    plain = url[len("file:") :].removeprefix("//")
    if parts.netloc in ("", "localhost"):
        path = parts.path
    elif _DRIVE.match(parts.netloc + "/"):
        path = parts.netloc + parts.path
    elif os.name == "nt":
        path = f"//{parts.netloc}{parts.path}"
    else:
        # Sloppy writers put a relative path where the host name belongs.
        path = parts.netloc + parts.path
    if _DRIVE.match(path[1:]):
        path = path[1:]
    return [unquote(path), path, plain]


def _absolute(text: str, base: Path) -> Path:
    # On other systems a Windows path is kept as it stands: the message about it must show what the timeline says.
    return Path(text) if _DRIVE.match(text) else Path(os.path.normpath(base / text))


def _exists(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _fill_available_range(clip: otio.schema.Clip, reference: otio.schema.ExternalReference, path: Path | None) -> None:
    try:
        if path is None or not _exists(path):
            raise _offline(clip, f"needs {path or reference.name or 'a file'}, which is missing")
        reference.available_range = _own_range(clip, path)
    except FoleyCueError:
        # A clip that says itself how long it is may lie outside the marked range, where it does no harm.
        if clip.source_range is None:
            raise


def _own_range(clip: otio.schema.Clip, path: Path) -> otio.opentime.TimeRange:
    info = probe(path)
    if info.rate is None:
        return _sound_range(clip, info)
    rate = float(info.rate)
    start = 0
    if clip.source_range is not None and info.start_frame:
        wanted = seconds(clip.source_range.start_time)
        # Some editors count from the file's first frame, others from its timecode; the first fits whenever it can.
        if not 0 <= wanted < info.frames / info.rate:
            start = info.start_frame
    return otio.opentime.TimeRange(
        otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(info.frames, rate)
    )


def _sound_range(clip: otio.schema.Clip, info: MediaInfo) -> otio.opentime.TimeRange:
    heard = info.sound_seconds or Fraction(0)
    start = otio.opentime.RationalTime(0, 48_000)
    if clip.source_range is not None and info.time_reference:
        wanted = seconds(clip.source_range.start_time)
        if abs(wanted - info.time_reference) * 48_000 <= 1:
            # The timeline counts its start in frames, the file in samples: less than one apart is the same.
            start = clip.source_range.start_time
        elif not 0 <= wanted < heard:
            start = otio.opentime.RationalTime(float(info.time_reference * 48_000), 48_000)
    return otio.opentime.TimeRange(start, otio.opentime.RationalTime(float(heard * 48_000), 48_000))


def _replace_by_gap(clip: otio.schema.Clip) -> None:
    parent = clip.parent()
    if parent is None or (clip.source_range is None and usable_available_range(clip) is None):
        return
    gap = otio.schema.Gap(source_range=clip.trimmed_range(), name=clip.name)
    parent[parent.index(clip)] = gap


def _offline(clip: otio.schema.Clip, reason: str) -> FoleyCueError:
    return FoleyCueError(
        ErrorCode.MEDIA_OFFLINE,
        f"The clip {clip.name or 'without a name'} {reason}: relink it in the editor.",
    )
