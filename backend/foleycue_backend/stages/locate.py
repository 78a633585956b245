# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an object is seen in a range: found by words or by a point, then followed to either side along its shot."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from foleycue_backend.grounding.objects import objects_of
from foleycue_backend.grounding.presence import smoothed
from foleycue_backend.stages.pictures import Pictures
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Locate, LocatedObject, PicturePoint, RegionKey
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import FrameRange

if TYPE_CHECKING:  # whoever finds has torch in memory; this stage has not
    from foleycue_backend.grounding.finder import Finder
    from foleycue_backend.grounding.masks import Outline

#: Pictures a second that are looked at: on a processor each costs seconds.
RATE = 2
#: Keeps the keys of an object below what a request may hold, and the pictures within half a gigabyte.
MAX_SECONDS = 300
#: Where an object is as probable as this, it is there: the published threshold of Grounding DINO's boxes.
FOUND = 0.25
#: Pictures are made no wider: detector and tracker bring them to sizes of their own.
_WIDTH = 640
#: What an object without a name is called.
_NAMELESS = "object"

Image = NDArray[np.uint8]
Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class _Shot:
    """Pictures of one shot, and the frames of the range at which they are seen."""

    images: list[Image]
    frames: list[int]


def locate(
    request: Locate, pieces: Sequence[Piece], span: FrameRange, finder: Finder, report: Report
) -> tuple[LocatedObject, ...]:
    """The objects that words name, or the one at a point (in its shot only); the surest first, none where none is.

    Raises BAD_INPUT for a request that names nothing or a point outside, LIMIT for a range that is too long.
    """
    names = objects_of(request.words)
    if request.point is None and not names:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, "Nothing to look for was named: give words, or a point in the picture."
        )
    if request.point is not None and request.point.frame >= span.frames:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"The point lies at frame {request.point.frame}, outside the range.")
    if span.seconds > MAX_SECONDS:
        raise FoleyCueError(
            ErrorCode.LIMIT, f"Objects are looked for in {MAX_SECONDS} s at most: mark a shorter range."
        )
    shots = list(_shots(pieces, span, report))
    if request.point is not None:
        return _at_point(request.point, (names or (_NAMELESS,))[0], shots, finder, report)
    return _by_words(names, shots, finder, report)


def _shots(pieces: Sequence[Piece], span: FrameRange, report: Report) -> Iterator[_Shot]:
    """Each shot's pictures from its first one on, RATE a second; gaps have none."""
    total = span.frames
    for piece in pieces:
        if piece.media is None:
            continue
        own = FrameRange(0, piece.frames, span.rate)
        pictures = Pictures(
            [msgspec.structs.replace(piece, start=0)],
            own,
            lambda seconds, start=piece.start: report("decode", min(total, start + int(seconds * span.rate)), total),
        )
        images = [_image(frame) for frame in pictures.decoded(RATE) if frame is not None]
        times = [math.floor(Fraction(number, RATE) * span.rate) for number in range(len(images))]
        yield _Shot(images, [piece.start + min(frame, piece.frames - 1) for frame in times])


def _image(frame: VideoFrame) -> Image:
    width = min(_WIDTH, frame.width)
    height = max(1, round(frame.height * width / frame.width))
    picture = VideoReformatter().reformat(frame, width, height, "rgb24", interpolation="AREA")
    return picture.to_ndarray().astype(np.uint8, copy=False)


def _at_point(
    point: PicturePoint, label: str, shots: Sequence[_Shot], finder: Finder, report: Report
) -> tuple[LocatedObject, ...]:
    """What lies under a point: the picture that is nearest to it in its shot is asked."""
    shot = next((shot for shot in reversed(shots) if shot.frames[0] <= point.frame), None)
    if shot is None:
        return ()
    start = min(range(len(shot.frames)), key=lambda number: abs(shot.frames[number] - point.frame))
    total = len(shot.images)
    outlines = finder.track(shot.images, start, (point.x, point.y), lambda done: report("analyse", done, total))
    regions = _regions(outlines, shot.frames)
    score = max((outline.score for outline in outlines if outline is not None), default=0.0)
    return (LocatedObject(label=label, score=round(score, 4), regions=regions),) if regions else ()


def _by_words(
    names: Sequence[str], shots: Sequence[_Shot], finder: Finder, report: Report
) -> tuple[LocatedObject, ...]:
    images = [image for shot in shots for image in shot.images]
    total = len(images) * (1 + len(names))
    sightings = finder.find(images, names, lambda done: report("analyse", done, total))
    bounds = np.cumsum([0, *(len(shot.images) for shot in shots)]).tolist()
    spans = list(pairwise(bounds))
    presence = smoothed(sightings.probability, spans)
    found = []
    for column, name in enumerate(names):
        regions: list[RegionKey] = []
        for shot, (low, high) in zip(shots, spans, strict=True):
            done = len(images) * (1 + column) + low
            report("analyse", done, total)
            seen = presence[low:high, column]
            regions += _followed(shot, seen, sightings.boxes[low:high, column], finder, done, total, report)
        if regions:
            score = round(float(presence[:, column].max()), 4)
            found.append(LocatedObject(label=name, score=min(1.0, score), regions=tuple(regions)))
    return tuple(sorted(found, key=lambda one: -one.score))


def _followed(
    shot: _Shot,
    presence: NDArray[np.float32],
    boxes: NDArray[np.float32],
    finder: Finder,
    before: int,
    total: int,
    report: Report,
) -> tuple[RegionKey, ...]:
    """An object along a shot, followed from the picture in which it is seen best; the detector's own boxes where the
    tracker does not know it anywhere."""
    # A picture that smoothing filled has no box of its own.
    seen = np.where(np.isnan(boxes[:, 0]), 0, presence)
    start = int(seen.argmax())
    if seen[start] < FOUND:
        return ()
    outlines = finder.track(
        shot.images, start, boxes[start].tolist(), lambda done: report("analyse", before + done, total)
    )
    regions = _regions(outlines, shot.frames)
    if regions:
        return regions
    there = np.flatnonzero(seen >= FOUND).tolist()
    return tuple(_key(shot.frames[number], boxes[number].tolist()) for number in there)


def _regions(outlines: Sequence[Outline | None], frames: Sequence[int]) -> tuple[RegionKey, ...]:
    return tuple(_key(frame, one.box) for frame, one in zip(frames, outlines, strict=True) if one is not None)


def _key(frame: int, box: Sequence[float]) -> RegionKey:
    """Edges inside the picture, with as many digits as a large picture has pixels."""
    left, top, right, bottom = (min(1.0, max(0.0, round(edge, 4))) for edge in box)
    return RegionKey(frame=frame, x=left, y=top, width=round(right - left, 4), height=round(bottom - top, 4))
