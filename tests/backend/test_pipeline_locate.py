# SPDX-License-Identifier: GPL-3.0-or-later
"""Locate in the pipeline: a rendered film, a detector that was told what is there, a tracker led by brightness."""

from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest

from backend.stages.media_files import write_video
from foleycue_backend.grounding.masks import Outline
from foleycue_backend.grounding.scripted import ScriptedDetector
from foleycue_backend.pipeline import Pipeline
from foleycue_backend.stages.locate import RATE
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Locate, PicturePoint, Scope
from foleycue_shared.timeline import to_document

FRAMES, HEIGHT, WIDTH, SIDE = 50, 72, 128, 24


class Report:
    """Keeps what the job says."""

    def __init__(self) -> None:
        self.phases: list[str] = []
        self.found: list = []

    def progress(self, phase, step=0, steps=0, take=0):
        assert step <= steps
        if phase not in self.phases:
            self.phases.append(phase)

    def analysed(self, event, curve):
        raise AssertionError("Locate predicts no cues")

    def take(self, take):
        raise AssertionError("Locate makes no takes")

    def located(self, event):
        self.found.append(event)


class Finder:
    """A scripted detector, and a tracker that takes what is brighter than half for the object."""

    def __init__(self, script):
        self.detector = ScriptedDetector(script, RATE)
        self.asked: list = []
        self.blind = False

    def find(self, frames, objects, on_frame):
        return self.detector.find(frames, objects, on_frame)

    def track(self, frames, start, prompt, on_frame):
        self.asked.append((len(frames), start, tuple(prompt)))
        on_frame(len(frames))
        return [None if self.blind else _bright(frame) for frame in frames]


def _bright(frame):
    rows, columns = np.nonzero(frame.mean(2) > 128)
    if not len(rows):
        return None
    height, width = frame.shape[:2]
    left, right = float(columns.min() / width), float((columns.max() + 1) / width)
    top, bottom = float(rows.min() / height), float((rows.max() + 1) / height)
    return Outline((left, top, right, bottom), (0.5, 0.5), len(rows) / frame[..., 0].size, 0.9)


def _square(frame):
    """A bright square that moves two pixels a frame to the right, from the first second on."""
    image = np.full((HEIGHT, WIDTH), 16, np.uint8)
    if frame >= 25:
        image[20 : 20 + SIDE, 2 * (frame - 25) : 2 * (frame - 25) + SIDE] = 235
    return image


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "film.mov"
    return write_video(path, _square, FRAMES, Fraction(25), options={"crf": "10"})


@pytest.fixture
def locate(film, tmp_path, monkeypatch):
    """Runs a request with a finder; two shots of the same film with a gap between."""
    track = otio.schema.Track("V1")
    length = otio.opentime.RationalTime(FRAMES, 25)
    whole = otio.opentime.TimeRange(otio.opentime.RationalTime(0, 25), length)
    for number in range(2):
        media = otio.schema.ExternalReference(str(film), whole)
        track.append(otio.schema.Clip(f"shot {number}", media, whole))
        track.append(otio.schema.Gap(duration=otio.opentime.RationalTime(10, 25)))
    timeline = otio.schema.Timeline("t")
    timeline.tracks.append(track)

    def run(finder, **fields):
        monkeypatch.setattr("foleycue_backend.grounding.finder.installed_grounding", lambda: finder)
        request = Locate(job_id="job", scope=Scope(rate="25/1", frames=2 * FRAMES + 10), **fields)
        report = Report()
        Pipeline(tmp_path / "cache", tmp_path / "outbox").run(request, to_document(timeline), report)
        assert report.phases == ["decode", "analyse"]
        (event,) = report.found
        return event.objects

    return run


BOX = (0.0, 0.28, 0.2, 0.61)
#: Pictures come two a second from each shot's first one on: four of the first shot, then those of the second.
SCRIPT = {"car": [(1.0, 0.8, BOX), (2.0, 0.0, BOX), (3.0, 0.6, BOX)], "man": [(0.0, 0.1, BOX)]}


def test_what_words_name_is_followed_in_each_shot_that_shows_it(locate):
    finder = Finder(SCRIPT)
    (car,) = locate(finder, words="a car beside a man")
    assert (car.label, car.score) == ("car", 0.8)
    assert finder.asked == [(4, 2, pytest.approx(BOX)), (4, 2, pytest.approx(BOX))]
    # The last second of the first shot, and of the second, which starts at frame 60.
    assert [key.frame for key in car.regions] == [25, 37, 85, 97]
    for key in car.regions[:2]:
        assert key.x == pytest.approx(2 * (key.frame - 25) / WIDTH, abs=0.03)
        assert key.width == pytest.approx(SIDE / WIDTH, abs=0.03)
        assert key.height == pytest.approx(SIDE / HEIGHT, abs=0.05)


def test_a_click_asks_the_nearest_picture_of_its_own_shot(locate):
    finder = Finder({})
    (found,) = locate(finder, point=PicturePoint(frame=95, x=0.4, y=0.5), words="the bell")
    assert finder.asked == [(4, 3, (0.4, 0.5))]
    assert found.label == "bell"
    assert [key.frame for key in found.regions] == [85, 97]


def test_where_the_tracker_sees_nothing_the_detectors_boxes_serve(locate):
    finder = Finder({"man": [(0.0, 0.7, BOX), (0.9, 0.0, BOX)]})
    finder.blind = True
    (man,) = locate(finder, words="man")
    assert [key.frame for key in man.regions] == [0, 12]
    assert (man.regions[0].x, man.regions[0].y, man.regions[0].width) == (0.0, 0.28, 0.2)


def test_nothing_found_is_an_answer(locate):
    assert locate(Finder({}), words="whale") == ()
    finder = Finder({})
    finder.blind = True
    assert locate(finder, point=PicturePoint(frame=0, x=0.1, y=0.1)) == ()


def test_a_request_that_names_nothing_or_lies_outside_is_refused(locate):
    with pytest.raises(FoleyCueError, match="give words, or a point"):
        locate(Finder({}), words=" ")
    with pytest.raises(FoleyCueError, match="frame 500, outside the range") as caught:
        locate(Finder({}), point=PicturePoint(frame=500, x=0.1, y=0.1))
    assert caught.value.code is ErrorCode.BAD_INPUT
