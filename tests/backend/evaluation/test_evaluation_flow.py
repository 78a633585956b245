# SPDX-License-Identifier: GPL-3.0-or-later
"""Video peaks of AV-Align on rendered pictures and on curves drawn by hand."""

import numpy as np
import pytest

from backend.stages.media_files import write_video
from foleycue_backend.evaluation.optical_flow import Flow, measure_flow
from foleycue_backend.stages.cache import AnalysisCache
from foleycue_shared.errors import FoleyCueError

#: Pixels that the picture moves before each frame; frame 8 and 20 are jerks.
MOVES = [0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0]


def texture(k):
    """A smooth random pattern that slides by the moves."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:72, :96].astype(float)
    x = x + sum(MOVES[: k + 1])
    waves = sum(np.sin(rng.uniform(0.1, 0.5) * x + rng.uniform(-0.4, 0.4) * y + p) for p in rng.uniform(0, 6, 6))
    return np.clip(128 + 18 * waves, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    return write_video(tmp_path_factory.mktemp("flow") / "jerks.mp4", texture, len(MOVES), options={"crf": "10"})


def test_jerks_are_peaks_at_their_frames(video):
    flow = measure_flow(video)
    assert flow.rate == 25
    assert len(flow.magnitude) == len(MOVES)
    assert flow.magnitude[0] == flow.magnitude[1]
    assert flow.peaks().tolist() == [8 / 25, 20 / 25]
    assert flow.magnitude[8] == pytest.approx(4, rel=0.3)


def test_peaks_are_strict_and_above_the_floor():
    magnitude = np.array([5.0, 0.0, 1.0, 1.0, 0.0, 0.1, 0.0, 0.11, 0.0, 3.0, 2.0, 4.0])
    # A plateau is none, 0.1 is not above 0.1, the last value has no neighbour.
    assert (Flow(magnitude, 10.0).peaks() * 10).round().tolist() == [7, 9]
    assert Flow(np.zeros(0), 25.0).peaks().tolist() == []
    assert Flow(np.ones(2), 25.0).peaks().tolist() == []


def test_a_known_flow_is_kept_by_content(video, tmp_path, monkeypatch):
    cache = AnalysisCache(tmp_path)
    first = measure_flow(video, cache)
    monkeypatch.setattr("cv2.calcOpticalFlowFarneback", None)
    copy = tmp_path / "other name.mp4"
    copy.write_bytes(video.read_bytes())
    again = measure_flow(copy, cache)
    assert again.magnitude.tolist() == first.magnitude.tolist()
    assert again.rate == first.rate


def test_what_is_no_video_is_said_in_a_sentence(tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all")
    with pytest.raises(FoleyCueError, match="no video that can be read"):
        measure_flow(broken)
    with pytest.raises(FoleyCueError, match="offline"):
        measure_flow(tmp_path / "none.mp4")
