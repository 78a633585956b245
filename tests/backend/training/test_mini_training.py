# SPDX-License-Identifier: GPL-3.0-or-later
"""The bank, the mixtures, and a whole training in miniature."""

import dataclasses
from collections import Counter

import numpy as np
import pytest
import torch

from fakes.tiny_mini import tiny_mini, tiny_text
from foleycue_backend.engines.mini import CLASSES
from foleycue_backend.engines.mini.classes import NAMES
from foleycue_backend.engines.mini.cues import ROWS, control_rows
from foleycue_backend.engines.mini.pipeline import MiniPipeline
from foleycue_backend.engines.mini.traits import TRAITS
from foleycue_backend.training.__main__ import parser
from foleycue_backend.training.mini import judge
from foleycue_backend.training.mini.bank import BEDS, ONE_SHOTS, Bank, one_shot
from foleycue_backend.training.mini.beds import with_level
from foleycue_backend.training.mini.build import find_teacher, train_mini
from foleycue_backend.training.mini.config import TrainConfig
from foleycue_backend.training.mini.data import Pool
from foleycue_backend.training.mini.mixing import make_clip, strength_gain, turns
from foleycue_backend.training.mini.phrases import HELD_OUT, TRAIN, train_phrases
from foleycue_backend.training.mini.prompts import PromptBook
from foleycue_backend.training.mini.trainer import Trainer, draw_noise

TINY = TrainConfig(
    steps=3, variants=2, shard_clips=8, first_shards=1, total_shards=1, clip_seconds=0.96, codec_clips=12, width=32,
    dilations=(1,), batch=4, crop=16, checkpoint_every=2,
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(ONE_SHOTS))
def test_one_shots_start_at_once_and_end_in_silence(name):
    x = one_shot(name, 0, 1)
    np.testing.assert_array_equal(x, one_shot(name, 0, 1))
    assert not np.array_equal(x, one_shot(name, 1, 1))
    assert x.dtype == np.float32 and np.isfinite(x).all()
    assert 0.2 < np.abs(x).max() <= 1.0 and abs(x[-1]) < 1e-3
    if {c.name: c.kind for c in CLASSES}[name] == "impact":
        # The energy is there at the cue, not after it.
        assert np.abs(x[:480]).max() > 0.3 * np.abs(x).max()


@pytest.mark.parametrize("name", sorted(BEDS))
@pytest.mark.parametrize("level", [0.1, 1.0])
def test_beds_fill_their_time_as_loud_at_any_level(name, level):
    n = 96_000
    x = BEDS[name](np.random.default_rng(1), n, np.full(n, level, np.float32))
    assert x.shape == (n,) and x.dtype == np.float32 and np.isfinite(x).all() and np.abs(x).max() < 1.0
    blocks = np.sqrt(np.mean(x.reshape(20, -1) ** 2, axis=1))
    assert blocks.min() > 0.02 * blocks.max() > 0
    assert abs(x.mean()) < 0.01
    again = BEDS[name](np.random.default_rng(1), n, np.full(n, 0.5, np.float32))
    assert np.sqrt(np.mean(x**2)) == pytest.approx(np.sqrt(np.mean(again**2)), rel=0.3)


@pytest.mark.parametrize("name", sorted(set(BEDS) - {"room_tone"}))
def test_the_timbre_of_a_bed_follows_its_level(name):
    n = 96_000
    soft, hard = (BEDS[name](np.random.default_rng(2), n, np.full(n, v, np.float32)) for v in (0.15, 1.0))
    spectra = [np.abs(np.fft.rfft(x)).reshape(-1)[: n // 2].reshape(-1, 250).mean(1) for x in (soft, hard)]
    decibels = 20 * np.log10(spectra[1] / spectra[0])
    assert np.sqrt(np.mean(decibels**2)) > 1.0


def test_the_gain_of_a_level():
    ones = np.ones(5, np.float32)
    gain = with_level(ones, np.array([1.0, 0.5, 0.04, 0.02, 0.0], np.float32))
    assert gain[0] == 1.0 and gain[1] == pytest.approx(strength_gain(0.5)) and gain[4] == 0.0
    assert 0 < gain[3] < gain[2] < gain[1]


def test_mixtures_are_a_function_of_index_and_seed():
    a, b = (make_clip(5, 3, Bank(2, 3), 1.0) for _ in range(2))
    np.testing.assert_array_equal(a.audio, b.audio)
    assert (a.cues, a.line, a.traits) == (b.cues, b.line, b.traits) and np.abs(a.audio).max() <= 1.0


def test_judge_finds_the_cues_of_true_mixtures():
    scores = []
    sharp = ("knock", "wood_hit", "click", "clap", "drum")
    for index in range(220):
        order = turns()
        if NAMES[order[index % len(order)]] not in sharp:
            continue
        clip = make_clip(index, 11, Bank(2, 11), 4.0)
        wanted = [t for t, _ in clip.cues or () if 0.15 < t < 3.9]
        if len(wanted) >= 2 and min(np.diff([t for t, _ in clip.cues or ()])) > 0.25:
            found = [t for t in judge.salient_onsets(clip.audio, 48000) if t > 0.1]
            scores.append(judge.onset_f1(found, wanted))
    assert len(scores) >= 2 and np.mean(scores) > 0.8


def test_match_is_one_to_one():
    assert len(judge.match([1.0, 1.01], [1.0], 0.05)) == 1
    assert judge.onset_f1([], []) == 1.0
    assert judge.onset_f1([1.0], []) == 0.0
    assert judge.salient_onsets(np.zeros(4800, np.float32), 48000).size == 0


def test_strength_and_phrases():
    assert strength_gain(1.0) == 1.0 and strength_gain(0.5) == pytest.approx(10**-0.6)
    assert set(TRAIN) == set(HELD_OUT) == {c.name for c in CLASSES}
    for name, text in HELD_OUT.items():
        assert not set(text.split("|")) & set(train_phrases(name))


def test_training_runs_resumes_and_exports(tmp_path):
    tiny_text().save(tmp_path / "text")
    lines: list[str] = []
    train_mini(dataclasses.replace(TINY, steps=2), tmp_path, teacher=None, resume=False, log=lines.append)
    assert torch.load(tmp_path / "checkpoint.pt", weights_only=True)["step"] == 2
    folder = train_mini(TINY, tmp_path, teacher=None, resume=True, log=lines.append)
    assert "resumed at step 2" in lines
    assert torch.load(tmp_path / "checkpoint.pt", weights_only=True)["step"] == 3
    assert MiniPipeline.from_pretrained(folder).denoiser.config["dilations"] in ([1], (1,))
    with pytest.raises(ValueError, match="another seed"):
        train_mini(dataclasses.replace(TINY, seed=1), tmp_path, teacher=None, resume=True, log=lines.append)


def test_trained_weights_are_polished_with_more_of_some_classes(tmp_path):
    start = MiniPipeline.from_pretrained(tiny_mini(tmp_path / "base"))
    sizes = {name: start.denoiser.config[name] for name in ("channels", "width", "dilations", "kernel")}
    cfg = dataclasses.replace(TINY, strike_noise=1.0, more=(("bell", 3), ("rain", 1)), **sizes)
    folder = train_mini(cfg, tmp_path / "out", teacher=None, resume=False, log=lambda line: None, start=start)
    made = MiniPipeline.from_pretrained(folder)
    torch.testing.assert_close(made.codec.encode(torch.ones(96, 8)), start.codec.encode(torch.ones(96, 8)))
    before, after = (torch.cat([p.detach().flatten() for p in pipe.denoiser.parameters()]) for pipe in (start, made))
    assert 0 < float((after - before).abs().max()) < 0.1
    kept = train_mini(
        dataclasses.replace(cfg, keep=1.0),
        tmp_path / "kept",
        teacher=None,
        resume=False,
        log=lambda line: None,
        start=start,
    )
    again = MiniPipeline.from_pretrained(kept).denoiser
    for old, new in zip(start.denoiser.parameters(), again.parameters(), strict=True):
        torch.testing.assert_close(new, old, atol=1e-3, rtol=1e-3)
    with pytest.raises(ValueError, match="another more"):
        train_mini(dataclasses.replace(cfg, more=()), tmp_path / "out", teacher=None, resume=True, log=print)


def test_a_round_of_clips_holds_more_of_what_is_asked_for():
    usual, more = Counter(turns()), Counter(turns((("bell", 3), ("rain", 1))))
    assert {NAMES[i]: n for i, n in (more - usual).items()} == {"bell": 3, "rain": 1} and not usual - more
    parsed = parser().parse_args(["mini", "--out", "x", "--start", "y", "--more", "bell=3,rain=1"])
    assert parsed.more == (("bell", 3), ("rain", 1))
    for wrong in ("bells=3", "bell", "bell=-1", "bell=x"):
        with pytest.raises(SystemExit):
            parser().parse_args(["mini", "--out", "x", "--more", wrong])


def test_noise_is_shared_in_a_part_of_the_crops(tmp_path):
    crops = tiny_trainer(tmp_path, 1).pool.sample(200, 24, torch.Generator().manual_seed(1))
    crops = dataclasses.replace(crops, controls=control_rows([(0.0, 1.0), (0.48, 1.0)], None, 24).expand(200, -1, -1))
    for part, low, high in ((0.0, -0.05, 0.05), (0.5, 0.3, 0.5), (1.0, 0.75, 0.85)):
        noise = draw_noise(crops, part, torch.Generator().manual_seed(2))
        assert float(noise.std()) == pytest.approx(1.0, abs=0.02)
        assert low < float((noise[..., :12] * noise[..., 12:]).mean()) < high


def tiny_trainer(folder, steps):
    cfg = dataclasses.replace(TINY, steps=steps)
    gen = torch.Generator().manual_seed(0)
    shard = {
        "latents": torch.randn(8, 96, 24, generator=gen),
        "controls": torch.rand(8, ROWS, 24, generator=gen),
        "labels": torch.arange(8),
        "traits": torch.zeros(8, TRAITS),
    }
    return Trainer(cfg, Pool(folder, cfg, [shard]), PromptBook(tiny_text()), folder)


def test_a_resumed_run_equals_an_unbroken_one(tmp_path):
    whole = tiny_trainer(tmp_path, 4)
    for _ in range(2):
        whole.train_step()
    whole.save()
    expected = [whole.train_step() for _ in range(2)]
    again = tiny_trainer(tmp_path, 4)
    assert again.resume()
    assert [again.train_step() for _ in range(2)] == expected


def test_missing_teacher_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="--teacher"):
        find_teacher(None)
    assert find_teacher(tmp_path) == tmp_path


def test_command_line(tmp_path):
    args = parser().parse_args(["mini", "--out", str(tmp_path), "--steps", "4", "--seed", "2", "--resume"])
    assert (args.steps, args.seed, args.resume, args.device) == (4, 2, True, "cpu")
    with pytest.raises(SystemExit):
        parser().parse_args(["mini", "--out", "x", "--steps", "4", "--minutes", "1"])
