# SPDX-License-Identifier: GPL-3.0-or-later
"""The range's own small timeline, which travels in the request: the contract between host and backend."""

import json
from collections.abc import Iterable

import opentimelineio as otio

from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timeline.pieces import Piece, picture_pieces, sound_pieces
from foleycue_shared.timeline.times import otio_rate, start_frame
from foleycue_shared.timing import FrameRange, exact_rate


def trim(timeline: otio.schema.Timeline, span: FrameRange) -> otio.schema.Timeline:
    """The range alone, flattened: one video track of what is seen, and one audio track a layer of sound.

    global_start_time becomes the range's own record time. OTIO's trimming does not know retimes and leaves the origin
    as it was, hence this one. Media are referenced from time 0 of their files; paths should be absolute.
    """
    rate = otio_rate(timeline)
    small = otio.schema.Timeline(
        timeline.name, global_start_time=otio.opentime.RationalTime(start_frame(timeline) + span.start, rate)
    )
    small.tracks.append(_track("V1", otio.schema.TrackKind.Video, picture_pieces(timeline, span), rate))
    if any(track.find_clips() for track in timeline.audio_tracks()):
        for number, layer in enumerate(_layers(sound_pieces(timeline, span)), 1):
            small.tracks.append(_track(f"A{number}", otio.schema.TrackKind.Audio, layer, rate))
    return small


def to_document(timeline: otio.schema.Timeline) -> bytes:
    """A timeline as OTIO JSON."""
    return timeline.to_json_string(indent=-1).encode()


def from_document(document: bytes) -> otio.schema.Timeline:
    """A timeline from OTIO JSON. Raises NOT_A_TIMELINE."""
    try:
        timeline = parse_json(document)
    except ValueError as error:
        raise FoleyCueError(ErrorCode.NOT_A_TIMELINE, "The request holds no readable timeline.", str(error)) from error
    if not isinstance(timeline, otio.schema.Timeline):
        raise FoleyCueError(ErrorCode.NOT_A_TIMELINE, "The request holds no timeline.")
    return timeline


def parse_json(content: bytes) -> object:
    """Whatever OTIO object a JSON text holds. Raises ValueError for any other content."""
    try:
        text = content.decode("utf-8-sig")
        # OTIO's parser recurses without a limit and takes the process with it; Python's has one.
        json.loads(text)
        return otio.core.deserialize_json_from_string(text)
    except Exception as error:
        # Schemas may be plug-ins: whatever they raise means that the text could not be read.
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _layers(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Pieces that may overlap, spread over as few layers as keep them apart."""
    layers: list[list[Piece]] = []
    for piece in pieces:
        free = next((layer for layer in layers if layer[-1].start + layer[-1].frames <= piece.start), None)
        if free is None:
            layers.append(free := [])
        free.append(piece)
    return layers


def _track(name: str, kind: str, pieces: Iterable[Piece], rate: float) -> otio.schema.Track:
    track = otio.schema.Track(name, kind=kind)
    position = 0
    for piece in pieces:
        if piece.start > position:
            track.append(_gap(piece.start - position, rate))
        track.append(_clip(piece, rate) if piece.name else _gap(piece.frames, rate))
        position = piece.start + piece.frames
    return track


def _gap(frames: int, rate: float) -> otio.schema.Gap:
    return otio.schema.Gap(duration=otio.opentime.RationalTime(frames, rate))


def _clip(piece: Piece, rate: float) -> otio.schema.Clip:
    reference = (
        otio.schema.ExternalReference(otio.url_utils.url_from_filepath(piece.media))
        if piece.media
        else otio.schema.MissingReference()
    )
    source = otio.opentime.TimeRange(_source_start(piece, rate), otio.opentime.RationalTime(piece.frames, rate))
    effects = [] if piece.speed == 1 else [otio.schema.LinearTimeWarp(time_scalar=float(piece.speed))]
    return otio.schema.Clip(piece.name, reference, source, effects=effects)


def _source_start(piece: Piece, rate: float) -> otio.opentime.RationalTime:
    """Where a piece's source range starts, exactly: whole units of a rate that is the seconds' denominator.

    Backwards, the range lies before the first frame shown, which is its last.
    """
    start = piece.media_start + min(piece.speed, 0) * (piece.frames - 1) / exact_rate(rate)
    exact = start.limit_denominator(1_000_000_000)
    return otio.opentime.RationalTime(exact.numerator, exact.denominator)
