# SPDX-License-Identifier: GPL-3.0-or-later
"""Timelines over OTIO: rates, pieces, the range's own document, placing a take."""

from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foleycue_shared import timeline as tl
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timing import FrameRange

RATES = [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(50), Fraction(60000, 1001)]
T, R = otio.opentime.RationalTime, otio.opentime.TimeRange


def clip(name, start, frames, rate=25.0, origin=0, length=100_000, speed=None, **more):
    reference = otio.schema.ExternalReference(f"/media/{name}.mov", R(T(origin, rate), T(length, rate)))
    effects = [] if speed is None else [otio.schema.LinearTimeWarp(time_scalar=speed)]
    return otio.schema.Clip(name, reference, R(T(start, rate), T(frames, rate)), effects=effects, **more)


def gap(frames, rate=25.0):
    return otio.schema.Gap(duration=T(frames, rate))


def track(*items, kind="Video", name=""):
    return otio.schema.Track(name, children=list(items), kind=kind)


def timeline(*tracks, origin=None, rate=25.0, metadata=None):
    made = otio.schema.Timeline(
        "edit", global_start_time=None if origin is None else T(origin, rate), metadata=metadata
    )
    made.tracks.extend(tracks)
    return made


def rows(pieces):
    return [(p.start, p.frames, p.name, p.media_start * 25, p.speed) for p in pieces]


def whole(edit):
    return tl.picture_pieces(edit, tl.whole_range(edit))


def test_shots_gaps_and_source_ranges():
    edit = timeline(track(clip("a", 10, 50, origin=0), gap(25), clip("b", 90_010, 50, origin=90_000)))
    assert rows(whole(edit)) == [(0, 50, "a", 10, 1), (50, 25, "", 0, 1), (75, 50, "b", 10, 1)]
    assert rows(tl.picture_pieces(edit, FrameRange(40, 45, Fraction(25)))) == [
        (0, 10, "a", 50, 1),
        (10, 25, "", 0, 1),
        (35, 10, "b", 10, 1),
    ]


def test_the_topmost_visible_track_wins():
    hidden = track(clip("off", 0, 100))
    hidden.enabled = False
    edit = timeline(track(clip("low", 0, 100)), track(gap(20), clip("high", 5, 30)), hidden)
    assert rows(whole(edit)) == [(0, 20, "low", 0, 1), (20, 30, "high", 5, 1), (50, 50, "low", 50, 1)]


def test_retimes_consume_their_scalar_of_media():
    edit = timeline(
        track(clip("fast", 100, 20, speed=2.0), clip("still", 7, 10, speed=0), clip("back", 40, 10, speed=-1))
    )
    assert rows(tl.picture_pieces(edit, FrameRange(5, 30, Fraction(25)))) == [
        (0, 15, "fast", 110, 2),
        (15, 10, "still", 7, 0),
        (25, 5, "back", 49, -1),
    ]


def test_a_nested_stack_is_seen_through_its_own_trim_and_retime():
    stack = otio.schema.Stack("nest", source_range=R(T(10, 25), T(20, 25)))
    stack.extend([track(clip("x", 0, 30), clip("y", 200, 70))])
    stack.effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
    edit = timeline(track(gap(5), stack))
    assert rows(whole(edit)) == [(0, 5, "", 0, 1), (5, 10, "x", 10, 2), (15, 10, "y", 200, 2)]


def test_a_transition_takes_no_time():
    items = [clip("a", 0, 50), otio.schema.Transition(in_offset=T(5, 25), out_offset=T(5, 25)), clip("b", 20, 50)]
    assert rows(whole(timeline(track(*items)))) == [(0, 50, "a", 0, 1), (50, 50, "b", 20, 1)]


def test_media_at_another_rate_than_the_timeline():
    edit = timeline(track(clip("ntsc", 30, 60, rate=30000 / 1001)), origin=0)
    (piece,) = tl.picture_pieces(edit, FrameRange(10, 25, Fraction(25)))
    assert piece.media_start == Fraction(1001, 1000) + Fraction(10, 25)


def test_a_clip_without_a_file_is_not_a_gap():
    offline = otio.schema.Clip("lost", otio.schema.MissingReference(), R(T(0, 25), T(10, 25)))
    (piece,) = whole(timeline(track(offline)))
    assert piece.media is None and piece.name == "lost"


def test_sound_comes_from_audio_tracks_else_from_the_pictures():
    pictures = track(clip("pic", 0, 50))
    edit = timeline(pictures)
    assert [p.name for p in tl.sound_pieces(edit, tl.whole_range(edit))] == ["pic"]
    edit.tracks.extend([track(gap(10), clip("boom", 3, 20), kind="Audio"), track(clip("lav", 0, 25), kind="Audio")])
    assert rows(tl.sound_pieces(edit, tl.whole_range(edit))) == [(0, 25, "lav", 0, 1), (10, 20, "boom", 3, 1)]


def test_an_empty_audio_track_does_not_silence_the_pictures():
    edit = timeline(track(clip("pic", 0, 50)), track(gap(10), kind="Audio"))
    assert [p.name for p in tl.sound_pieces(edit, tl.whole_range(edit))] == ["pic"]


@pytest.mark.parametrize("url", ["file:///a%20b/c.mov", "/a b/c.mov"])
def test_target_urls_become_paths(url):
    item = clip("a", 0, 10)
    item.media_reference.target_url = url
    assert whole(timeline(track(item)))[0].media == "/a b/c.mov"


def test_rate_zero_media_ranges_are_treated_as_missing():
    item = clip("kdenlive", 5, 10)
    item.media_reference.available_range = R(T(75, 0), T(75, 0))
    assert rows(whole(timeline(track(item)))) == [(0, 10, "kdenlive", 5, 1)]


def test_impossible_times_are_told():
    item = clip("odd", 0, 10)
    item.source_range = R(T(5, 0), T(10, 0))
    with pytest.raises(FoleyCueError, match="impossible rate") as caught:
        whole(timeline(track(item), origin=0))
    assert caught.value.code is ErrorCode.NOT_A_TIMELINE


def test_a_clip_that_says_nothing_of_its_length_is_told():
    bare = otio.schema.Clip("bare", otio.schema.ExternalReference("/media/a.mov"))
    with pytest.raises(FoleyCueError, match="neither which part"):
        whole(timeline(track(bare), origin=0))


def test_a_timeline_without_any_rate_is_told():
    with pytest.raises(FoleyCueError, match="no frame rate"):
        tl.timeline_rate(timeline(track()))


@pytest.mark.parametrize(
    ("origin", "metadata", "drops"),
    [
        (107_892, None, True),
        (108_000, None, False),
        (0, None, True),
        (0, {"fcp_xml": {"timecode": {"displayformat": "NDF"}}}, False),
    ],
)
def test_drop_frame_is_found_out(origin, metadata, drops):
    assert tl.drop_frame(timeline(track(), origin=origin, rate=30000 / 1001, metadata=metadata)) is drops


def test_there_is_no_drop_frame_at_25():
    assert not tl.drop_frame(timeline(track(), origin=0))


def test_the_origin_counts_in_the_timelines_frames():
    assert tl.start_frame(timeline(track(), origin=90_000)) == 90_000
    assert tl.start_frame(timeline(track(clip("a", 0, 1)))) == 0


@st.composite
def edits(draw):
    rate = draw(st.sampled_from(RATES))
    items = []
    for number in range(draw(st.integers(1, 5))):
        frames = draw(st.integers(1, 5_000_000))
        if draw(st.booleans()) or number == 0:
            speed = draw(st.sampled_from([None, 2.0, 0.5, -1.0, 0.0, 1.001]))
            items.append(clip(f"c{number}", draw(st.integers(0, 2_000_000)), frames, rate=float(rate), speed=speed))
        else:
            items.append(gap(frames, float(rate)))
    made = timeline(track(*items), origin=draw(st.integers(0, 24 * 3600 * 24)), rate=float(rate))
    length = tl.whole_range(made).frames
    start = draw(st.integers(0, length - 1))
    return made, FrameRange(start, draw(st.integers(1, length - start)), rate)


@settings(deadline=None)
@given(edits())
def test_pieces_cover_the_range_and_survive_their_own_document(case):
    edit, span = case
    pieces = tl.picture_pieces(edit, span)
    position = 0
    for piece in pieces:
        assert piece.start == position and piece.frames > 0
        position += piece.frames
    assert position == span.frames
    small = tl.from_document(tl.to_document(tl.trim(edit, span)))
    assert tl.timeline_rate(small) == span.rate
    assert tl.start_frame(small) == tl.start_frame(edit) + span.start
    assert tl.whole_range(small).frames == span.frames
    again = tl.picture_pieces(small, FrameRange(0, span.frames, span.rate))
    assert [p for p in again if p.media] == [p for p in pieces if p.media]


def test_the_document_keeps_overlapping_sound_apart():
    edit = timeline(
        track(clip("pic", 0, 50)), track(clip("a", 0, 30), kind="Audio"), track(clip("b", 0, 50), kind="Audio")
    )
    small = tl.from_document(tl.to_document(tl.trim(edit, FrameRange(10, 30, Fraction(25)))))
    assert rows(tl.sound_pieces(small, FrameRange(0, 30, Fraction(25)))) == [(0, 20, "a", 10, 1), (0, 30, "b", 10, 1)]


@pytest.mark.parametrize(
    "document",
    [b"", b"\xff", b"{}", b'{"OTIO_SCHEMA": "Clip.2"}', otio.schema.Clip().to_json_string().encode(), b"[" * 200_000],
)
def test_what_is_no_timeline_document_is_told(document):
    with pytest.raises(FoleyCueError) as caught:
        tl.from_document(document)
    assert caught.value.code is ErrorCode.NOT_A_TIMELINE


@settings(deadline=None)
@given(edits())
def test_a_take_is_placed_at_exactly_the_marked_frame(case):
    edit, span = case
    before = edit.to_json_string()
    takes = [tl.TakeMedia(url=f"file:///takes/{k}.wav", name=f"take {k}", metadata={"seed": k}) for k in (1, 2)]
    placed, name = tl.place_takes(edit, span, takes, "FoleyCue")
    assert edit.to_json_string() == before
    placed = tl.from_document(tl.to_document(placed))
    references = placed.audio_tracks()[-1].find_clips()[0].media_references()
    assert {r.target_url for r in references.values()} == {take.url for take in takes}
    assert tl.find_placed(placed, name) == span
    del placed.tracks[-1]
    assert placed.to_json_string() == before


def test_a_taken_track_name_gets_a_number():
    edit = timeline(track(clip("a", 0, 50)), track(kind="Audio", name="FoleyCue"))
    take = tl.TakeMedia(url="file:///t.wav", name="t")
    assert tl.place_takes(edit, FrameRange(0, 10, Fraction(25)), [take], "FoleyCue")[1] == "FoleyCue 2"


def test_a_placement_that_cannot_be_found_is_told():
    with pytest.raises(FoleyCueError) as caught:
        tl.find_placed(timeline(track(clip("a", 0, 50))), "FoleyCue")
    assert caught.value.code is ErrorCode.VERIFICATION
    halved = timeline(
        track(clip("a", 0, 50)), track(gap(10.5), clip("t", 0, 5), kind="Audio", name="FoleyCue"), origin=0
    )
    with pytest.raises(FoleyCueError, match="whole frame"):
        tl.find_placed(halved, "FoleyCue")
