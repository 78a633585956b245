# SPDX-License-Identifier: GPL-3.0-or-later
"""Timelines over OpenTimelineIO: what a range shows and sounds, its own small document, and where a take goes."""

from foleycue_shared.timeline.document import from_document, parse_json, to_document, trim
from foleycue_shared.timeline.pieces import Piece, picture_pieces, sound_pieces
from foleycue_shared.timeline.place import TakeMedia, find_placed, place_takes
from foleycue_shared.timeline.times import drop_frame, start_frame, timeline_rate, whole_range

__all__ = [
    "Piece",
    "TakeMedia",
    "drop_frame",
    "find_placed",
    "from_document",
    "parse_json",
    "picture_pieces",
    "place_takes",
    "sound_pieces",
    "start_frame",
    "timeline_rate",
    "to_document",
    "trim",
    "whole_range",
]
