# SPDX-License-Identifier: GPL-3.0-or-later
"""The analysis cache: by content, bounded, and never in the way."""

import os
from fractions import Fraction

import numpy as np
import pytest

from foleycue_backend.stages.cache import AnalysisCache, content_key
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import FrameRange

SPAN = FrameRange(0, 10, Fraction(25))


def test_arrays_come_back(tmp_path):
    cache = AnalysisCache(tmp_path / "c")
    assert cache.get("a") is None
    cache.put("a", {"x": np.arange(5, dtype=np.int32), "y": np.ones((2, 3), np.float32)})
    found = cache.get("a")
    assert found is not None
    assert found["x"].tolist() == [0, 1, 2, 3, 4]
    assert found["y"].dtype == np.float32


def test_keys_follow_content(tmp_path):
    path = tmp_path / "m.mp4"
    path.write_bytes(b"one")
    piece = Piece(start=0, frames=10, media=str(path), name="a")
    key = content_key("motion", [piece], SPAN)
    assert key == content_key("motion", [Piece(start=0, frames=10, media=str(path), name="renamed")], SPAN)
    others = [
        content_key("guide", [piece], SPAN),
        content_key("motion", [piece], FrameRange(0, 10, Fraction(24))),
        content_key("motion", [Piece(start=0, frames=10, media=str(path), name="a", speed=Fraction(2))], SPAN),
        content_key("motion", [Piece(start=0, frames=10, media=str(path), media_start=Fraction(1, 3))], SPAN),
    ]
    os.utime(path, ns=(1, 1))
    others.append(content_key("motion", [piece], SPAN))
    path.write_bytes(b"other")
    os.utime(path, ns=(1, 1))
    others.append(content_key("motion", [piece], SPAN))
    assert len({key, *others}) == 7


def test_the_least_recently_used_go_first(tmp_path):
    cache = AnalysisCache(tmp_path, largest=10_000)
    for number in range(4):
        cache.put(f"k{number}", {"x": np.zeros(500, np.float64)})
        os.utime(tmp_path / f"k{number}.npz", ns=(number + 1, number + 1))
    assert cache.get("k1") is None
    assert cache.get("k2") is not None
    cache.put("k4", {"x": np.zeros(500, np.float64)})
    assert {p.stem for p in tmp_path.iterdir()} == {"k2", "k4"}


@pytest.mark.parametrize("content", [b"", b"junk", b"PK\x03\x04broken"])
def test_a_broken_entry_is_made_again(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    assert AnalysisCache(tmp_path).get("a") is None
    assert not (tmp_path / "a.npz").exists()


def test_a_cache_that_cannot_be_written_costs_nothing(tmp_path):
    (tmp_path / "c").write_text("no folder")
    cache = AnalysisCache(tmp_path / "c" / "d")
    cache.put("a", {"x": np.zeros(1)})
    assert cache.get("a") is None
