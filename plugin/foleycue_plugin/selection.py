# SPDX-License-Identifier: GPL-3.0-or-later
"""Marking a range of an opened timeline, by text or by frames."""

import hashlib
import re
from dataclasses import dataclass
from fractions import Fraction

import msgspec

from foleycue_plugin.project import Project
from foleycue_shared import timeline as timelines
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import MAX_RANGE_SECONDS, Scope
from foleycue_shared.timecode import may_drop, parse_timecode
from foleycue_shared.timing import FrameRange, rate_text

_FRAMES = re.compile(r"([0-9]{1,10})f")
_SECONDS = re.compile(r"([0-9]{1,10}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})s")


@dataclass(frozen=True, eq=False)
class Selection:
    """A marked range with everything that a request about it needs.

    document is the range's own OTIO timeline as JSON; timecode is the record timecode of its first frame;
    fingerprint names this range of this edit, whatever file it was read from.
    """

    project: Project
    range: FrameRange
    drop_frame: bool
    picture_pieces: tuple[timelines.Piece, ...]
    sound_pieces: tuple[timelines.Piece, ...]
    document: bytes
    scope: Scope
    timecode: str
    fingerprint: str


def mark(project: Project, in_text: str | None = None, out_text: str | None = None) -> Selection:
    """The range from IN up to, but without, OUT; None stands for the timeline's own end on that side.

    Without either it is the range that the editor itself has marked, where there is one.
    Positions are record timecodes ("01:00:02;00"), frames ("48f") or seconds ("2.5s") from the first frame. The way in
    which timecodes were written (drop frame or not) is kept for the answer. Raises BAD_RANGE with a sentence.
    """
    if in_text is None and out_text is None and project.marked is not None:
        return select_frames(project, project.marked.start, project.marked.end)
    start, in_drop = (0, None) if in_text is None else parse_position(in_text, project)
    end, out_drop = (project.frames, None) if out_text is None else parse_position(out_text, project)
    if None not in (in_drop, out_drop) and in_drop != out_drop:
        raise bad_range(
            f"{in_text} and {out_text} mix drop-frame and non-drop timecode, which name different moments: "
            "write both with ';' or both with ':' before the frames."
        )
    return select_frames(project, start, end, in_drop if in_drop is not None else out_drop)


def select_frames(project: Project, start: int, end: int, drop_frame: bool | None = None) -> Selection:
    """The range of the timeline's frames start … end - 1.

    drop_frame overrides the timeline's flag in the answer's timecode. Raises BAD_RANGE when the range is empty,
    reversed, out of bounds or shows nothing but gap, NO_PICTURE when the timeline has no picture at all, and LIMIT
    when it is longer than one job may be.
    """
    _check_bounds(project, start, end)
    marked = FrameRange(start, end - start, project.rate)
    if marked.seconds > MAX_RANGE_SECONDS:
        raise FoleyCueError(
            ErrorCode.LIMIT,
            f"The range lasts {float(marked.seconds):.0f} s; {MAX_RANGE_SECONDS} s are the most: mark a shorter one.",
        )
    pictures = tuple(timelines.picture_pieces(project.timeline, marked))
    _check_picture(project, marked, pictures)
    drop = project.drop_frame if drop_frame is None else drop_frame
    document = timelines.to_document(timelines.trim(project.timeline, marked))
    scope = Scope(
        rate=rate_text(project.rate),
        frames=marked.frames,
        start_frame=project.start_frame + start,
        drop_frame=drop,
    )
    return Selection(
        project=project,
        range=marked,
        drop_frame=drop,
        picture_pieces=pictures,
        sound_pieces=tuple(timelines.sound_pieces(project.timeline, marked)),
        document=document,
        scope=scope,
        timecode=project.timecode(start, drop),
        fingerprint=_fingerprint(document, scope),
    )


def parse_position(text: str, project: Project) -> tuple[int, bool | None]:
    """The frame that a text names, from the timeline's first frame, and the drop flag of a timecode (else None).

    Seconds become the nearest frame. The frame may lie outside the timeline. Raises BAD_RANGE for any other text.
    """
    text = text.strip()
    if found := _FRAMES.fullmatch(text):
        return int(found[1]), None
    if found := _SECONDS.fullmatch(text):
        return round(Fraction(found[1]) * project.rate), None
    if ":" not in text:
        raise bad_range(f"{text!r} is not a position: write a timecode (01:00:02:00), frames (48f) or seconds (2.5s).")
    try:
        frame, drop = parse_timecode(text, project.rate)
    except ValueError as error:
        raise bad_range(f"{error}.") from error
    # A timecode without a drop frame at rates that have none says nothing about the answer's form.
    return frame - project.start_frame, drop if may_drop(project.rate) else None


def bad_range(sentence: str) -> FoleyCueError:
    """A BAD_RANGE error with its sentence."""
    return FoleyCueError(ErrorCode.BAD_RANGE, sentence)


def _check_bounds(project: Project, start: int, end: int) -> None:
    if start == end:
        raise bad_range("The range is empty: OUT must come after IN, since OUT itself is not part of it.")
    if start > end:
        raise bad_range("The range is reversed: OUT lies before IN.")
    if start < 0 or end > project.frames:
        first, last = project.timecode(0), project.timecode(project.frames)
        raise bad_range(
            f"The range leaves the timeline, which runs from {first} to {last} ({project.frames} frames): "
            "mark a range inside it."
        )


def _check_picture(project: Project, marked: FrameRange, pictures: tuple[timelines.Piece, ...]) -> None:
    if any(piece.media is not None for piece in pictures):
        return
    whole = FrameRange(0, project.frames, project.rate)
    if not any(piece.media is not None for piece in timelines.picture_pieces(project.timeline, whole)):
        raise FoleyCueError(
            ErrorCode.NO_PICTURE, f"{project.source.name} shows no picture anywhere: choose a timeline with video."
        )
    raise bad_range(
        f"The range from {project.timecode(marked.start)} to {project.timecode(marked.end)} shows only gap: "
        "mark a range with picture."
    )


def _fingerprint(document: bytes, scope: Scope) -> str:
    return hashlib.sha256(msgspec.json.encode(scope) + b"\n" + document).hexdigest()
