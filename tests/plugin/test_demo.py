# SPDX-License-Identifier: GPL-3.0-or-later
import json
from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest

from foleycue_plugin import demo, media, usecases
from foleycue_plugin.demo import render, scenes, tracer


@pytest.fixture(scope="module")
def project():
    return usecases.open_source(demo.TIMELINE)


def test_the_demo_is_an_edit_as_editors_make_them(project):
    assert (project.rate, project.timecode(0)) == (Fraction(24000, 1001), "01:00:00:00")
    pieces = usecases.mark(project).picture_pieces
    assert len(pieces) == 2
    assert all(piece.media_start > 0 and piece.speed == 1 for piece in pieces)
    for clip, piece in zip(project.timeline.find_clips(), pieces, strict=True):
        info = media.probe(piece.media)
        available = clip.media_reference.available_range
        assert (info.start_frame, info.frames) == (available.start_time.value, available.duration.value)
        assert piece.media_start * project.rate + piece.frames < info.frames


def test_the_demo_is_small_and_made_by_its_code():
    folder = demo.TIMELINE.parent
    assert sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) < 600_000
    assert json.loads(demo.EVENTS.read_text())["events"] == render.events()
    made = otio.adapters.read_from_file(str(demo.TIMELINE))
    assert made.is_equivalent_to(render.timeline())


def test_things_meet_on_whole_frames():
    for contact in scenes.BOUNCES:
        below = [scenes._bounce(time)[0] for time in (contact - 0.5, contact, contact + scenes._DWELL + 0.5)]
        assert below[0] > 0.05
        assert below[1] == pytest.approx(0)
        assert below[2] > 0.05
    for contact in scenes.TAPS:
        before, at, after = (scenes._swing(contact + step)[0] for step in (-0.5, 0, 1))
        assert before > 0.03
        assert at == after == 0
    strengths = [event["strength"] for event in render.events()]
    assert all(0 < strength <= 1 for strength in strengths)


def test_the_pictures_in_the_files_are_those_of_the_code(monkeypatch):
    """One frame of each shot, drawn small and coarse, looks like the one in the committed file."""
    import av

    monkeypatch.setattr(render, "SIZE", (64, 36))
    monkeypatch.setattr(render, "SAMPLES", 2)
    for name, moment, contacts, *_ in render.SHOTS:
        drawn = render.frame(moment, contacts[1]).astype(float)
        with av.open(str(demo.TIMELINE.with_name(f"{name}.mp4"))) as container:
            frames = container.decode(video=0)
            shown = next(frame for number, frame in enumerate(frames) if number == contacts[1])
            small = shown.to_ndarray(format="rgb24", width=64, height=36).astype(float)
        assert np.abs(drawn - small).mean() < 14
        assert np.corrcoef(drawn.ravel(), small.ravel())[0, 1] > 0.95


def test_rays_meet_shapes_where_geometry_says():
    eye, way = tracer.vector(0, 0, -5), tracer.vector(0, 0, 1)[None]
    t, normal = tracer.ball(tracer.vector(0, 0, 0), 1, 1)(eye, way)
    assert t[0] == pytest.approx(4)
    assert normal[0] == pytest.approx([0, 0, -1])
    t, normal = tracer.box(tracer.vector(0, 0, 0), tracer.vector(1, 1, 2))(eye, way)
    assert (t[0], *normal[0]) == pytest.approx((3, 0, 0, -1))
    t, normal = tracer.cylinder(tracer.vector(0, 0, -1), tracer.vector(0, 0, 1), 0.5)(eye, way)
    assert (t[0], *normal[0]) == pytest.approx((4, 0, 0, -1))
    t, _ = tracer.cylinder(tracer.vector(0, -1, 0), tracer.vector(0, 1, 0), 0.5)(eye, way)
    assert t[0] == pytest.approx(4.5)
    assert tracer.ball(tracer.vector(0, 3, 0), 1, 1)(eye, way)[0][0] > 1e6
