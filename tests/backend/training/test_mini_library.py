# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded model learns a user's own sounds: files, captions, cues, training, and the model in use."""

import dataclasses
import json
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from fakes.tiny_mini import sound_library, strikes, tiny_mini, tiny_text, write_wav
from foleycue_backend.engines.mini.classes import NAMES
from foleycue_backend.engines.mini.engine import engine_info, understand
from foleycue_backend.engines.mini.pipeline import MiniPipeline
from foleycue_backend.engines.mini.weights import SHIPPED, default_weights
from foleycue_backend.models import keeping
from foleycue_backend.models.catalogue import model
from foleycue_backend.models.importing import import_folder
from foleycue_backend.models.store import Store
from foleycue_backend.training.__main__ import main
from foleycue_backend.training.mini import judge
from foleycue_backend.training.mini.config import TrainConfig
from foleycue_backend.training.mini.fine_tune import FINE, fine_tune
from foleycue_backend.training.mini.library import Entry, caption_of, entries, hear, load, survey
from foleycue_backend.training.mini.library_clips import own_clips
from foleycue_backend.training.mini.trainer import Trainer
from foleycue_shared.errors import FoleyCueError
from foleycue_shared.places import HOME_VARIABLE, home

TINY = dataclasses.replace(
    FINE, steps=60, variants=1, shard_clips=8, first_shards=1, total_shards=1, clip_seconds=1.92, batch=8, crop=24,
    checkpoint_every=30, warmup=5, rate=2e-3, ema=0.9,
)  # fmt: skip


def quiet(line: str) -> None:
    del line


@pytest.fixture(scope="module")
def sounds(tmp_path_factory) -> Path:
    return sound_library(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    return tiny_mini(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory, sounds, base):
    """A finished run: its folder, and what it said."""
    out, lines = tmp_path_factory.mktemp("run"), list[str]()
    fine_tune(TINY, sounds, out, base, 0.5, lines.append)
    return out, lines


def test_captions_of_files(sounds):
    assert caption_of("Door_Wood-SLAM 03") == "door wood slam"
    assert caption_of("0042") == "0042"
    found = [entry for entry in entries(sounds) if isinstance(entry, Entry)]
    assert {entry.caption for entry in found} == {"robot servo", "hammering on a door", "turbine hum"}
    assert len(found) == 21


def test_a_list_goes_before_the_files(tmp_path, sounds):
    folder = shutil.copytree(sounds, tmp_path / "listed")
    rows = [
        {"audio": "hum.wav", "caption": "a ship"},
        {"audio": "none.wav", "caption": "nothing"},
        {"audio": "hum.wav"},
        {"video": "Robot-servo_00.wav", "caption": "a film's sound", "split": "validation"},
    ]
    (folder / "clips.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    first, second, third, fourth = entries(folder)
    assert isinstance(first, Entry) and first.caption == "a ship" and first.split == "train"
    assert isinstance(second, str) and "line 2 names" in second
    assert third == "clips.jsonl, line 3 needs caption as text."
    assert isinstance(fourth, Entry) and fourth.split == "validation"


def test_events_are_heard_with_their_strengths(tmp_path):
    times = np.array([0.0, 0.8, 1.5, 2.4])
    path = write_wav(tmp_path / "a.wav", strikes(times, 3.0))
    heard = hear(Entry(path, "robot servo"), tiny_text())
    assert heard.line is None and heard.cues is not None and not heard.single
    np.testing.assert_allclose([t for t, _ in heard.cues], times, atol=0.01)
    strengths = [s for _, s in heard.cues]
    assert strengths == pytest.approx([1.0, 0.75, 1.0, 0.75], abs=0.06)
    single = hear(Entry(write_wav(tmp_path / "b.wav", strikes([0.05], 0.4)), "robot servo"), tiny_text())
    assert single.single


def test_a_steady_sound_has_an_intensity_line(sounds):
    heard = hear(Entry(sounds / "hum.wav", "turbine hum"), tiny_text())
    assert heard.cues is None and heard.line is not None
    levels = [level for _, level in heard.line]
    assert levels[0] < 0.45 and levels[-1] == pytest.approx(1.0, abs=0.1)
    assert np.corrcoef(np.arange(len(levels)), levels)[0, 1] > 0.9


def test_bad_files_are_named_and_skipped(tmp_path, sounds):
    folder, lines = shutil.copytree(sounds, tmp_path / "mixed"), list[str]()
    (folder / "broken.wav").write_bytes(b"RIFF....")
    write_wav(folder / "silent.wav", np.zeros(4410))
    write_wav(folder / "mute.wav", strikes([0.1], 0.4)).with_suffix(".txt").write_text(" ", encoding="utf-8")
    heard = survey(folder, tiny_text(), tmp_path / "kept.jsonl", lines.append)
    assert len(heard) == 21 and load(tmp_path / "kept.jsonl") == heard
    skipped = [line for line in lines if line.startswith("skipped: ")]
    assert len(skipped) == 3
    for name in ("broken.wav", "silent.wav is silent", "mute.txt is empty"):
        assert sum(name in line for line in skipped) == 1
    assert "3 of 24 files are skipped" in lines


def test_a_folder_without_sound_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing to hear", encoding="utf-8")
    with pytest.raises(FoleyCueError, match="holds no sound to train on"):
        survey(tmp_path, tiny_text(), tmp_path / "kept.jsonl", quiet)


def test_clips_sound_at_their_cues(tmp_path, sounds):
    kept = tmp_path / "kept.jsonl"
    survey(sounds, tiny_text(), kept, quiet)
    cfg = TrainConfig(clip_seconds=2.0)
    first, second = own_clips(cfg, kept=kept), own_clips(cfg, kept=kept)
    scores = []
    for index in range(12):
        clip = first(index)
        assert clip.audio.dtype == np.float32 and len(clip.audio) == 96_000 and np.abs(clip.audio).max() <= 1.0
        assert clip.label >= len(NAMES) and (clip.cues is None) != (clip.line is None)
        if clip.cues and min(np.diff([0.0, *(t for t, _ in clip.cues)])) > 0.12:
            found = judge.salient_onsets(clip.audio, 48_000)
            scores.append(judge.onset_f1(found, [t for t, _ in clip.cues if t > 0.1]))
    assert len(scores) >= 3 and np.mean(scores) > 0.8
    np.testing.assert_array_equal(first(5).audio, second(5).audio)


def test_training_lowers_the_loss_on_sounds_it_never_heard(trained):
    _, lines = trained
    said = next(line for line in lines if line.startswith("loss on held-out sounds"))
    before, after = (float(word.strip(",")) for word in said.split() if word[0].isdigit())
    assert after < 0.95 * before
    assert any("left" in line for line in lines)


def test_a_resumed_run_equals_an_unbroken_one(tmp_path, monkeypatch, trained, sounds, base):
    out, lines = tmp_path / "again", list[str]()
    shutil.copytree(trained[0], out, ignore=shutil.ignore_patterns("checkpoint.pt", "model"))
    save = Trainer.save

    def save_and_stop(self):
        save(self)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Trainer, "save", save_and_stop)
        fine_tune(TINY, sounds, out, base, 0.5, quiet)
    assert not (out / "model").exists()
    fine_tune(TINY, sounds, out, base, 0.5, lines.append)
    assert "resumed at step 30" in lines
    whole, resumed = (torch.load(folder / "checkpoint.pt", weights_only=True) for folder in (trained[0], out))
    assert whole["step"] == resumed["step"] == 60
    for name, weights in whole["average"].items():
        torch.testing.assert_close(resumed["average"][name], weights, rtol=0, atol=0)


def test_other_sounds_need_another_folder(tmp_path, trained, sounds, base):
    more = shutil.copytree(sounds, tmp_path / "more")
    shutil.copy(more / "hum.wav", more / "another hum.wav")
    with pytest.raises(FoleyCueError, match="another library: give another folder"):
        fine_tune(TINY, more, trained[0], base, 0.5, quiet)


def test_the_model_takes_the_place_of_the_shipped_one(tmp_path, monkeypatch, trained):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    store, mini = Store(), model("mini")
    assert default_weights() == SHIPPED and not any(state.name == "mini" for state in keeping.list_models(store).models)
    bring = partial(import_folder, home(None), store, mini)
    with pytest.raises(FoleyCueError, match="no model of FoleyCue's making"):
        bring(trained[0] / "codec", lambda event: None)
    bring(trained[0] / "model", lambda event: None)
    assert default_weights() == store.path("mini")
    pipe = MiniPipeline.from_pretrained(default_weights())
    assert pipe.denoiser.config["width"] == 32
    assert {(sound.label, sound.kind) for sound in pipe.text.own} == {
        ("hammering on a door", "impact"), ("robot servo", "impact"), ("turbine hum", "bed")
    }  # fmt: skip
    own, likeness = pipe.text.nearest_own("robot servo")
    assert own.label == "robot servo" and likeness == pytest.approx(1.0, abs=1e-3)
    assert [state.name for state in keeping.list_models(store).models if state.installed] == ["mini"]
    assert [sound.label for sound in engine_info().sounds[-3:]] == ["hammering on a door", "robot servo", "turbine hum"]
    (heard,) = understand("robot servo").sounds
    assert heard.label == "robot servo" and understand("robot servo").known
    keeping.remove(store, "mini", lambda event: None)
    assert default_weights() == SHIPPED


def test_command_line_says_what_is_wrong(tmp_path, capsys):
    arguments = ["mini-library", "--data", str(tmp_path / "none"), "--out", str(tmp_path / "out"), "--base", "nowhere"]
    assert main([*arguments, "--cpu"]) == 2
    assert "nowhere holds no model_index.json" in capsys.readouterr().err
