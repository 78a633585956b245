# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of a data set, the media of a clip, and the onset labels."""

import json

import numpy as np
import pytest
import torch

from fakes.clip_folder import RATE, STRIKES, clicks, film
from foleycue_backend.training.sta_v2a.clip_media import SAMPLES, read_pictures, read_wave
from foleycue_backend.training.sta_v2a.dataset import read_dataset
from foleycue_backend.training.sta_v2a.labels import onset_labels
from foleycue_shared.errors import FoleyCueError


def listed(folder, text, name="clips.jsonl"):
    (folder / "a.mkv").touch()
    (folder / "b.wav").touch()
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_rows_of_both_formats_say_the_same(tmp_path):
    rows = [{"video": "a.mkv", "caption": "a knock, loud"}, {"video": "a.mkv", "audio": "b.wav", "caption": "rain"}]
    first = read_dataset(listed(tmp_path, "\n".join(map(json.dumps, rows)) + "\n\n"))
    (tmp_path / "clips.jsonl").unlink()
    table = listed(
        tmp_path, '\ufeffvideo,audio,caption,split\na.mkv,,"a knock, loud",\na.mkv,b.wav,rain,train\n', "clips.csv"
    )
    assert read_dataset(table) == first
    assert [clip.audio.name for clip in first.train] == ["a.mkv", "b.wav"] and not first.validation


def test_validation_is_what_is_marked_or_every_twentieth(tmp_path):
    rows = [{"video": "a.mkv", "caption": str(k)} for k in range(40)]
    folder = listed(tmp_path, "\n".join(map(json.dumps, rows)))
    assert [clip.caption for clip in read_dataset(folder).validation] == ["19", "39"]
    rows[3]["split"] = "validation"
    data = read_dataset(listed(tmp_path, "\n".join(map(json.dumps, rows))))
    assert [clip.caption for clip in data.validation] == ["3"] and len(data.train) == 39


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "lists no clip"),
        ("{", "line 1 is not JSON"),
        ("[]", "line 1 is no object"),
        ('{"video": "a.mkv"}', "line 1 needs caption"),
        ('{"video": 3, "caption": "x"}', "line 1 needs video as text"),
        ('{"video": "a.mkv", "caption": "x", "sound": "b.wav"}', "unknown field sound"),
        ('{"video": "a.mkv", "caption": "x", "split": "test"}', "has the split test"),
        ('{"video": "a.mkv", "caption": "x", "split": "validation"}', "leave some to train on"),
        ('{"video": "c.mkv", "caption": "x"}', "which is not there"),
    ],
)
def test_a_wrong_list_is_named_with_its_line(tmp_path, text, said):
    with pytest.raises(FoleyCueError, match=said):
        read_dataset(listed(tmp_path, text))


def test_a_folder_without_a_list_says_so(tmp_path):
    with pytest.raises(FoleyCueError, match=r"no clips\.jsonl and no clips\.csv"):
        read_dataset(tmp_path)


def test_pictures_are_those_on_screen_at_each_quarter_second(tmp_path):
    shown = read_pictures(film(tmp_path / "film.mkv"), size=32)
    # Eight pictures a second: every second one is seen, the film's end included.
    assert shown.shape == (10, 3, 32, 32)
    grey = shown.mean((1, 2, 3)) * 255
    assert torch.allclose(grey, torch.arange(10) * 24.0, atol=6)


def test_a_wave_is_levelled_and_filled_up(tmp_path):
    wave = read_wave(film(tmp_path / "film.mkv"))
    assert wave.shape == (SAMPLES,) and wave.dtype == np.float32
    assert np.abs(wave).max() == pytest.approx(0.5)
    assert not wave[round(2.6 * RATE) :].any()


def test_media_that_cannot_serve_are_named(tmp_path):
    mute = film(tmp_path / "mute.mkv", sound=False)
    with pytest.raises(FoleyCueError, match="has no sound"):
        read_wave(mute)
    (tmp_path / "text.mkv").write_text("no film")
    with pytest.raises(FoleyCueError, match="cannot be decoded"):
        read_pictures(tmp_path / "text.mkv")


def test_labels_mark_the_frame_of_each_onset():
    pytest.importorskip("librosa")
    labels = onset_labels(clicks(10.24), RATE)
    assert labels.shape == (256,) and set(labels.tolist()) == {0, 1}
    # The detector's grid is 23 ms, and it hears onsets up to two of its frames late.
    frames = labels.nonzero().flatten() / 25
    assert len(frames) == len(STRIKES)
    assert torch.allclose(frames, torch.tensor(STRIKES), atol=0.07)
    assert not onset_labels(np.zeros(RATE, np.float32), RATE).any()
