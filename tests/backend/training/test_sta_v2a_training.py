# SPDX-License-Identifier: GPL-3.0-or-later
"""Both phases on two tiny films, from the command line to a model that loads and can be imported."""

import json
import math

import pytest
import torch

from fakes.clip_folder import clip_folder
from fakes.tiny_sta_v2a import tiny_pipeline
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.engines.sta_v2a.steering import SteeringRule, onset_margins, steer
from foleycue_backend.models.manifest import faults, read_manifest
from foleycue_backend.training.__main__ import main
from foleycue_backend.training.sta_v2a.control import ControlOptions, ControlTask, cues_of_labels
from foleycue_backend.training.sta_v2a.features import FeatureSet, write_features
from foleycue_backend.training.sta_v2a.pretext import PretextTask
from foleycue_backend.training.sta_v2a.runner import Plan, Runner

pytest.importorskip("accelerate")


def features(folder, clips=3, frames=256, width=32):
    """Random features of the right shapes."""
    gen = torch.Generator().manual_seed(0)
    files = [folder / f"{k}.safetensors" for k in range(clips)]
    for k, path in enumerate(files):
        labels = torch.zeros(frames, dtype=torch.int64)
        labels[[20 + 7 * k, 120]] = 1
        tensors = {
            "features": torch.nn.functional.normalize(torch.randn(40, 512, generator=gen), dim=-1),
            "labels": labels,
            "mean": torch.randn(8, frames, 16, generator=gen),
            "std": torch.full((8, frames, 16), 0.1),
            "states": torch.randn(2 + k, width, generator=gen),
        }
        write_features(tensors, path)
    return FeatureSet(files)


def parts(folder):
    return StaV2aPipeline.from_pretrained(folder, dtype=torch.float32)


def same(one, other):
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_both_phases_from_the_command_line(tmp_path, capsys):
    pytest.importorskip("librosa")
    base, out = tmp_path / "base", tmp_path / "out"
    tiny_pipeline().save_pretrained(base)
    common = ["--data", str(clip_folder(tmp_path / "data")), "--steps", "2", "--batch", "2", "--cpu"]
    assert main(["sta-v2a", "onsets", *common, "--out", str(out), "--base", str(base), "--rate", "0.01"]) == 0
    kept = sorted((out / "features").iterdir())
    assert len(kept) == 2
    told = capsys.readouterr().out
    assert "1 clips to train on, 1 to validate on" in told and "left 0.0 min" in told and "validation" in told
    before, pretext = parts(base), parts(out / "model")
    assert same(before.controlnet, pretext.controlnet) and not same(before.onset_predictor, pretext.onset_predictor)

    done = tmp_path / "done"
    options = ["--onsets", str(out / "model"), "--fresh", "--crop", "32", "--steered", "0.5", "--rate", "0.01"]
    assert main(["sta-v2a", "control", *common, "--out", str(done), "--base", str(base), *options]) == 0
    after = parts(done / "model")
    for name in ("unet", "text_encoder", "video_encoder", "vae", "vocoder"):
        assert same(getattr(before, name), getattr(after, name)), name
    assert same(pretext.onset_predictor, after.onset_predictor) and same(pretext.local_features, after.local_features)
    # A fresh ControlNet starts with silent taps; these have learnt.
    assert any(p.any() for p in after.controlnet.controlnet_mid_block.parameters())
    manifest = read_manifest(done / "model")
    assert manifest is not None and manifest.model == "sta-v2a" and not list(faults(done / "model", manifest))
    assert not any(str(tmp_path) in path.read_text() for path in (done / "model").rglob("*.json"))


def test_a_wrong_command_is_answered_in_one_sentence(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("FOLEYCUE_HOME", str(tmp_path / "home"))
    data = clip_folder(tmp_path / "data")
    assert main(["sta-v2a", "onsets", "--data", str(data), "--out", str(tmp_path), "--base", str(tmp_path)]) == 2
    assert "no pipeline folder" in capsys.readouterr().err
    args = ["sta-v2a", "control", "--data", str(data), "--out", str(tmp_path), "--crop", "300"]
    assert main(args) == 2
    assert "longer than a clip" in capsys.readouterr().err
    for wrong in (["--steered", "2"], ["--batch", "0"], ["--steps", "1", "--minutes", "1"]):
        with pytest.raises(SystemExit):
            main([*args[:-2], *wrong])


def test_librosa_missing_is_said(tmp_path, capsys, monkeypatch):
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "librosa" else found(name, *a))
    assert main(["sta-v2a", "onsets", "--data", str(tmp_path), "--out", str(tmp_path)]) == 2
    assert "librosa" in capsys.readouterr().err


def runner(folder, steps=4, **options):
    pipe, clips = tiny_pipeline(), features(folder)
    folder.joinpath("run").mkdir(exist_ok=True)
    task = ControlTask(pipe, clips, clips, ControlOptions(crop=16, **options))
    lines = []
    return Runner(task, Plan(steps=steps, batch=2, rate=1e-3, cpu=True), folder / "run", lines.append), lines


def test_a_resumed_run_equals_an_unbroken_one(tmp_path):
    whole, _ = runner(tmp_path, steered=0.5)
    for _ in range(2):
        whole.train_step()
    whole.save()
    expected = [whole.train_step() for _ in range(2)]
    again, lines = runner(tmp_path, steered=0.5)
    assert again.resume() and again.step == 2
    assert [again.train_step() for _ in range(2)] == expected
    again.run()
    assert lines[0] == "resumed at step 2" and "validation" in lines[-1]


def test_a_checkpoint_of_other_parts_is_refused(tmp_path):
    first, _ = runner(tmp_path)
    first.save()
    other, _ = runner(tmp_path, train_onsets=True)
    with pytest.raises(Exception, match="checkpoint of other networks"):
        other.resume()


def test_the_onset_loss_joins_when_the_predictor_learns(tmp_path):
    pipe, clips = tiny_pipeline(), features(tmp_path)
    batch = ControlTask(pipe, clips, clips).batch(2, torch.Generator().manual_seed(1))
    frozen = ControlTask(pipe, clips, clips)
    assert not any(name.startswith(("onset_predictor", "unet")) for name in frozen.trained())
    diffusion = float(frozen(batch).detach())
    joint = ControlTask(pipe, clips, clips, ControlOptions(train_onsets=True))
    assert any(name.startswith("onset_predictor") for name in joint.trained())
    assert float(joint(batch).detach()) > diffusion + 0.1


def test_steered_clips_are_shown_as_an_edited_sheet_is(tmp_path):
    pipe, clips = tiny_pipeline(), features(tmp_path)
    rule = SteeringRule(threshold=-2.4)
    task = ControlTask(pipe, clips, clips, ControlOptions(steered=1.0, rule=rule))
    batch = task.batch(2, torch.Generator().manual_seed(0))
    assert batch["steered"].all()
    prediction = pipe.predict_onsets(batch["features"])
    with torch.no_grad():
        control = task._control(prediction, batch)
    for k in range(2):
        cues = cues_of_labels(batch["labels"][k], batch["strengths"][k].tolist())
        row = type(prediction)(prediction.logits[k : k + 1], prediction.hidden[k : k + 1])
        assert torch.allclose(control[k], steer(row, pipe.onset_predictor.l2, cues, rule)[0], atol=1e-5)
        heard = onset_margins(pipe.onset_predictor.l2(control[k])) > rule.threshold
        assert all(heard[int(f)] for f in batch["labels"][k].nonzero().flatten())


def test_the_pretext_task_learns(tmp_path):
    pipe, clips = tiny_pipeline(), features(tmp_path)
    task = PretextTask(pipe.local_features, pipe.onset_predictor, clips, clips)
    one = Runner(task, Plan(steps=30, batch=3, rate=3e-3, warmup=1, cpu=True), tmp_path, print)
    losses = [one.train_step() for _ in range(30)]
    assert losses[-1] < 0.5 * losses[0] and math.isfinite(losses[-1])


def test_texts_are_padded_and_masked(tmp_path):
    batch = features(tmp_path).stack([0, 2], ("states", "labels"))
    assert batch["states"].shape == (2, 4, 32) and batch["mask"].tolist() == [[1, 1, 0, 0], [1, 1, 1, 1]]
    assert not batch["states"][0, 2:].any() and json.dumps(sorted(batch)) == '["labels", "mask", "states"]'
