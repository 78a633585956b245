# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing CMX 3600 edit decision lists: one picture track and up to four channels of sound, cuts only.

Timecodes with ";" drop frames, those with ":" do not; the FCM line says it once more for the record side. An EDL has no
rate, so that a comment carries it for our own reader.
"""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from foleycue_plugin.hosts.exchange.events import Event, Mark, events_by_track
from foleycue_plugin.project import Project
from foleycue_shared.timecode import format_timecode, may_drop
from foleycue_shared.timing import rate_text

#: The comment of ours that names the rate.
RATE_COMMENT = "* FOLEYCUE RATE:"
CHANNELS = ("A", "A2", "A3", "A4")
_DAY_HOURS = 24


def write_edl(timeline: otio.schema.Timeline, target: Path, project: Project) -> None:
    """Write a timeline of clips and gaps. Raises ValueError with a clause for anything else, or more tracks."""
    pictures = [track for track in events_by_track(timeline.video_tracks(), project) if track]
    sounds = [track for track in events_by_track(timeline.audio_tracks(), project) if track]
    if len(pictures) > 1:
        raise ValueError("it has more than one picture track")
    if len(sounds) > len(CHANNELS):
        raise ValueError(f"it has more than {len(CHANNELS)} sound tracks")
    mode = "DROP FRAME" if project.drop_frame else "NON-DROP FRAME"
    lines = [f"TITLE: {_plain(timeline.name or project.source.stem)[:70]}", f"FCM: {mode}", ""]
    for number, block in enumerate(_blocks(pictures, sounds, project), 1):
        # Some readers take no comment before the first event.
        rate = [f"{RATE_COMMENT} {rate_text(project.rate)}"] if number == 1 else []
        lines += [f"{number:03}  {block[0]}", *block[1:], *rate, ""]
    target.write_text("\n".join(lines), encoding="utf-8")


def _blocks(
    pictures: Sequence[Sequence[Event]], sounds: Sequence[Sequence[Event]], project: Project
) -> Iterator[list[str]]:
    """Each event's line (without its number) and comments, in record order, pictures first."""
    for track in pictures:
        position = 0
        for event in track:
            # Black says where the timeline starts, which nothing else in an EDL does.
            if event.record > position:
                yield [_black(position, event.record, project)]
            yield list(_block(event, "V", project))
            position = event.end
        if position < project.frames:
            yield [_black(position, project.frames, project)]
    for channel, track in zip(CHANNELS, sounds, strict=False):
        for event in track:
            yield list(_block(event, channel, project))


def _block(event: Event, channel: str, project: Project) -> Iterator[str]:
    if event.path is None:
        raise ValueError(f"{event.name} has no media file")
    source = (event.origin + event.source) * project.rate
    first = round(source)
    # A sound's own start lies within half a sample of a frame; anything further off would be moved.
    if abs(source - first) / project.rate > Fraction(1, 48_000):
        raise ValueError(f"{event.name} starts between two frames of its file")
    drop = project.drop_frame if event.media is None or event.media.rate is None else event.media.drop_frame
    source_in, source_out = (_label(frame, drop, project) for frame in (first, first + event.frames))
    record = f"{_record(event.record, project)} {_record(event.end, project)}"
    yield f"{'AX':<8} {channel:<5} C        {source_in} {source_out} {record}"
    yield f"* FROM CLIP NAME: {_plain(event.name)}"
    yield f"* FROM CLIP: {_plain(str(event.path))}"
    yield f"* SOURCE FILE: {_plain(event.path.name)}"
    for mark in event.marks:
        yield _locator(mark, event, project)


def _locator(mark: Mark, event: Event, project: Project) -> str:
    label = _label(project.start_frame + event.record + mark.frame, project.drop_frame, project)
    return f"* LOC: {label} RED     {_plain(' '.join(filter(None, (mark.name, mark.comment))))}"


def _black(start: int, end: int, project: Project) -> str:
    zero, length = (_label(frame, project.drop_frame, project) for frame in (0, end - start))
    return f"BL       V     C        {zero} {length} {_record(start, project)} {_record(end, project)}"


def _record(frame: int, project: Project) -> str:
    return _label(project.start_frame + frame, project.drop_frame, project)


def _label(frame: int, drop: bool, project: Project) -> str:
    label = format_timecode(frame, project.rate, drop and may_drop(project.rate))
    if frame < 0 or int(label[:2]) >= _DAY_HOURS:
        raise ValueError("it reaches beyond one day of timecode")
    return label


def _plain(text: str) -> str:
    """One line of text."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text).strip()
