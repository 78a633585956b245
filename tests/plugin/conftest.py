# SPDX-License-Identifier: GPL-3.0-or-later
from fractions import Fraction

import pytest

from foleycue_shared.places import HOME_VARIABLE
from plugin.media_files import clip, gap, nested, span, write_movie, write_timeline

#: Rate, record frame of the timeline's first frame, its timecode, and whether it drops frames.
CLOCKS = {
    "23.976": (Fraction(24000, 1001), 86_400, "01:00:00:00", False),
    "25": (Fraction(25), 90_000, "01:00:00:00", False),
    "29.97 DF": (Fraction(30000, 1001), 107_892, "01:00:00;00", True),
    "29.97 NDF": (Fraction(30000, 1001), 108_000, "01:00:00:00", False),
    "50": (Fraction(50), 180_000, "01:00:00:00", False),
    "59.94 DF": (Fraction(60000, 1001), 215_784, "01:00:00;00", True),
}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of FoleyCue of its own."""
    path = tmp_path / "home"
    monkeypatch.setenv(HOME_VARIABLE, str(path))
    return path


@pytest.fixture(scope="session")
def movies(tmp_path_factory):
    """Movies by clock: 60 frames with sound and the clock's timecode."""
    folder = tmp_path_factory.mktemp("movies")
    return {
        name: write_movie(folder / f"m{number}.mov", rate, 60, timecode, sound=True)
        for number, (name, (rate, _, timecode, _)) in enumerate(CLOCKS.items())
    }


@pytest.fixture(scope="session")
def edits(tmp_path_factory, movies):
    """Timelines by clock: a shot of 20 frames, a gap of 10, a shot at double speed of 12, a nested one of 15."""
    folder = tmp_path_factory.mktemp("edits")
    made = {}
    for name, (rate, start, _, _) in CLOCKS.items():
        url = str(movies[name])
        made[name] = write_timeline(
            folder / f"{name.replace(' ', '')}.otio",
            rate,
            start,
            [
                clip("one", url, span(start + 5, 20, rate)),
                gap(10, rate),
                clip("two", url, span(start, 12, rate), speed=2.0),
                nested(clip("three", url, span(start + 40, 15, rate))),
            ],
            audio=[clip("sound", url, span(start, 57, rate))],
        )
    return made
