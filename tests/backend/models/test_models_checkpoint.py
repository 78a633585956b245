# SPDX-License-Identifier: GPL-3.0-or-later
"""Published STA-V2A checkpoints of every kind: they become a pipeline with the same tensors, or say what is wrong."""

import contextlib
import json
import os
import pickle
import random
import shutil

import pytest
import torch
from torch import nn

from fakes import refusals
from fakes.published_sta_v2a import (
    SCALE_FACTOR,
    codec_weights,
    main_weights,
    save_weights,
    tango_vae_weights,
    write_published,
)
from foleycue_backend.engines.checkpoints import conversion
from foleycue_backend.engines.checkpoints.tensor_file import read_tensors
from foleycue_backend.engines.sta_v2a import checkpoint
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_shared.errors import FoleyCueError

PARTS = (
    "unet",
    "controlnet",
    "vae",
    "vocoder",
    "text_encoder",
    "video_encoder",
    "local_features",
    "onset_predictor",
    "attentive_pooling",
)


def convert(folder, tmp_path):
    target = tmp_path / "model"
    target.mkdir(exist_ok=True)
    checkpoint.convert(folder, target, tmp_path / "report.txt", lambda phase, step, steps: None)
    return StaV2aPipeline.from_pretrained(target)


def refusal(folder, tmp_path):
    return refusals.refusal(checkpoint.convert, folder, tmp_path)


def assert_same(made, pipeline):
    for name in PARTS:
        source, found = getattr(made, name), getattr(pipeline, name)
        if source is None:
            assert found is None
            continue
        wanted, have = source.state_dict(), found.state_dict()
        assert wanted.keys() == have.keys(), name
        assert all(torch.equal(wanted[key], have[key]) for key in wanted), name


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The usual checkpoint; tests that change it take a copy."""
    return write_published(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def copy(whole, tmp_path):
    shutil.copytree(whole.folder, tmp_path / "published")
    return tmp_path / "published"


@pytest.mark.parametrize(
    ("onset_input", "global_tokens", "frozen", "safetensors"),
    [(640, True, True, False), (128, False, False, True), (640, False, True, True), (128, True, False, False)],
)
def test_every_kind_becomes_the_same_tensors(tmp_path, onset_input, global_tokens, frozen, safetensors):
    made = write_published(
        tmp_path / "published",
        onset_input=onset_input,
        global_tokens=global_tokens,
        frozen=frozen,
        safetensors=safetensors,
        prefix="sound of ",
    )
    pipeline = convert(made.folder, tmp_path)
    assert_same(made, pipeline)
    assert pipeline.local_features.windows == (onset_input == 640)
    assert pipeline.vae.config["scaling_factor"] == SCALE_FACTOR
    assert pipeline.config["prefix"] == "sound of "


def test_the_converted_parts_compute_the_same(whole, tmp_path):
    pipeline = convert(whole.folder, tmp_path)
    torch.manual_seed(0)
    latents, states = torch.randn(1, 8, 16, 16), torch.randn(1, 5, 32)
    with torch.no_grad():
        for part in (whole, pipeline):
            part.features = part.video_encoder(torch.linspace(0, 1, 3 * 32 * 32 * 3).view(1, 3, 3, 32, 32))
            part.prediction = part.onset_predictor(part.local_features(part.features), 16)
            part.residuals = part.controlnet(
                latents, torch.tensor(7), states, controlnet_cond=part.prediction.hidden, return_dict=False
            )
            part.velocity = part.unet(
                latents,
                torch.tensor(7),
                states,
                down_block_additional_residuals=part.residuals[0],
                mid_block_additional_residual=part.residuals[1],
            ).sample
            part.wave = part.vocoder(part.vae.decode(latents).sample[:, 0])
    # Not bit for bit: weights mapped from a file lie at other addresses, and sums may run in another order.
    torch.testing.assert_close(whole.prediction.logits, pipeline.prediction.logits)
    torch.testing.assert_close(whole.velocity, pipeline.velocity)
    torch.testing.assert_close(whole.wave, pipeline.wave)
    prompt = "a dog barks"
    assert whole.tokenizer(prompt).input_ids == pipeline.tokenizer(prompt).input_ids


def test_a_flat_folder_will_do(whole, tmp_path):
    flat = tmp_path / "flat"
    flat.mkdir()
    for path in whole.folder.rglob("*"):
        if path.is_file():
            name = "unet_config.json" if path.parent.name == "unet" else path.name
            shutil.copy(path, flat / name)
    assert_same(whole, convert(flat, tmp_path))


def test_names_of_ones_own_will_do(whole, copy, tmp_path):
    (copy / whole.main).rename(copy / whole.main.with_name("best model.pt"))
    (copy / whole.codec).rename(copy / whole.codec.with_name("codec.bin"))
    (copy / whole.cavp).unlink()  # the main file has it
    assert_same(whole, convert(copy, tmp_path))


def test_the_best_of_several_checkpoints_is_taken(whole, copy, tmp_path):
    other = write_published(tmp_path / "other", seed=1)
    (copy / "saved/STA-V2A/epoch_9").mkdir()
    shutil.copy(other.folder / other.main, copy / "saved/STA-V2A/epoch_9" / other.main.name)
    assert_same(whole, convert(copy, tmp_path))


@pytest.mark.parametrize("scale", [True, False])
def test_tangos_codec_file_needs_its_scale_factor(whole, copy, tmp_path, scale):
    (copy / whole.codec).unlink()
    save_weights(copy / "pytorch_model_vae.bin", tango_vae_weights(whole))
    if scale:
        (copy / "vae_config.json").write_text(json.dumps({"scale_factor": SCALE_FACTOR}))
        assert_same(whole, convert(copy, tmp_path))
    else:
        assert "vae_config.json" in refusal(copy, tmp_path)


def test_legacy_files_and_wrapped_models_load(whole, copy, tmp_path):
    weights = {f"module.{key}": value for key, value in main_weights(whole).items()}
    torch.save(weights, copy / whole.main, _use_new_zipfile_serialization=False)
    assert_same(whole, convert(copy, tmp_path))


def test_what_a_trainer_leaves_beside_weights_does_no_harm(tmp_path):
    import numpy as np

    path = tmp_path / "trained.ckpt"
    torch.save({"state_dict": {"a.weight": torch.ones(2)}, "loss": np.float64(0.5)}, path)
    assert read_tensors(path)["a.weight"].tolist() == [1, 1]


def test_half_precision_becomes_float(whole, copy, tmp_path):
    weights = {k: v.half() if v.is_floating_point() else v for k, v in main_weights(whole).items()}
    save_weights(copy / whole.main, weights)
    assert convert(copy, tmp_path).unet.dtype == torch.float32


class Poison:
    """Makes a file when a careless reader opens it."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (str(self.path),))


@pytest.mark.parametrize(
    ("which", "form"), [("main", "zip"), ("main", "legacy"), ("main", "plain"), ("cavp", "zip"), ("codec", "zip")]
)
def test_a_poisoned_pickle_is_refused_and_runs_nothing(whole, copy, tmp_path, form, which):
    if which == "cavp":
        save_weights(copy / whole.main, main_weights(whole, frozen=False))
        torch.save(whole.unet.state_dict(), copy / whole.unet_config.with_name("diffusion_pytorch_model.bin"))
    path, mark = copy / getattr(whole, which), tmp_path / "poisoned"
    content = {**main_weights(whole, frozen=False), "extra": Poison(mark)}
    if form == "plain":
        path.write_bytes(pickle.dumps({"extra": Poison(mark)}, protocol=2))
    else:
        torch.save(content, path, _use_new_zipfile_serialization=form == "zip")
    words = refusal(copy, tmp_path)
    assert path.name in words
    assert "mkdir" in words
    assert "nothing" in words
    assert not mark.exists()


@pytest.mark.parametrize("form", ["zip", "legacy", "safetensors"])
def test_no_damage_makes_more_than_a_sentence(tmp_path, form):
    """Bytes changed, most of them where names and shapes stand: tensors or a refusal, and nothing else."""
    path = tmp_path / ("weights.safetensors" if form == "safetensors" else "weights.ckpt")
    weights = {f"layer.{number}.weight": torch.zeros(3, number + 1) for number in range(20)}
    if form == "safetensors":
        save_weights(path, weights)
    else:
        torch.save({"state_dict": weights}, path, _use_new_zipfile_serialization=form == "zip")
    whole = path.read_bytes()
    dice = random.Random(0)
    for _ in range(150):
        content = bytearray(whole)
        for _ in range(dice.choice([1, 3, 20])):
            content[dice.randrange(len(content))] = dice.randrange(256)
        path.write_bytes(content[: dice.choice([len(content), dice.randrange(len(content))])])
        with contextlib.suppress(FoleyCueError):
            read_tensors(path)


def test_missing_misshaped_and_extra_keys_are_all_told(whole, copy, tmp_path):
    weights = main_weights(whole)
    del weights["controlnet.controlnet_mid_block.weight"]
    del weights["pre_onset.l2.bias"]
    weights["unet.conv_out.bias"] = torch.zeros(9)
    weights["unet.class_embedding.weight"] = torch.zeros(3)
    weights["audio_tower.weight"] = torch.zeros(3)
    save_weights(copy / whole.main, weights)
    words = refusal(copy, tmp_path)
    assert "1 missing (controlnet_mid_block.weight)" in words
    assert "1 missing (l2.bias)" in words
    assert "conv_out.bias: [9], expected [8]" in words
    report = (tmp_path / "report.txt").read_text()
    for key in ("class_embedding.weight", "audio_tower.weight", "l2.bias", "controlnet_mid_block.weight"):
        assert key in report


def test_extra_keys_alone_are_told_and_left_out(whole, copy, tmp_path):
    weights = main_weights(whole)
    weights["unet.class_embedding.weight"] = torch.zeros(3)
    weights["audio_tower.weight"] = torch.zeros(3)
    save_weights(copy / whole.main, weights)
    assert_same(whole, convert(copy, tmp_path))
    report = (tmp_path / "model" / conversion.REPORT_NAME).read_text()
    assert "1 unexpected (class_embedding.weight)" in report
    assert "not part of the model: 1 keys (audio_tower.weight)" in report


@pytest.mark.parametrize(
    ("key", "part"),
    [
        ("pre_onset.l1.weight", "onset_predictor"),
        ("unet.conv_in.weight", "unet"),
        ("global_video_feature.conv.weight", "attentive_pooling"),
        ("extract_cavp.stage1_model.video_project_head.weight", "video_encoder"),
        ("text_encoder.shared.weight", "text_encoder"),
    ],
)
def test_any_missing_key_is_named(whole, copy, tmp_path, key, part):
    weights = main_weights(whole)
    for name in {key, key.replace("shared.", "encoder.embed_tokens.")}:
        del weights[name]
    save_weights(copy / whole.main, weights)
    sentence = refusal(copy, tmp_path)
    assert part in sentence
    assert key.split(".", 1)[1].removeprefix("stage1_model.") in sentence


@pytest.mark.parametrize(
    ("key", "shape"),
    [
        ("pre_onset.l1.weight", (7,)),
        ("pre_onset.l1.weight", (128, 300)),
        ("unet.down_blocks.1.resnets.0.conv1.weight", ()),
        ("unet.down_blocks.1.resnets.0.conv1.weight", (7, 7, 3, 3)),
    ],
)
def test_nonsense_shapes_are_a_sentence(whole, copy, tmp_path, key, shape):
    save_weights(copy / whole.main, main_weights(whole) | {key: torch.zeros(shape)})
    refusal(copy, tmp_path)


def test_every_single_part_is_missed_by_name(whole, copy, tmp_path):
    save_weights(copy / whole.main, main_weights(whole, frozen=False))
    unet_file = copy / whole.unet_config.with_name("diffusion_pytorch_model.bin")
    torch.save(whole.unet.state_dict(), unet_file)
    for path, words in (
        (copy / whole.codec, "sound codec"),
        (copy / whole.cavp, "cavp_epoch66.ckpt"),
        (copy / whole.text / "model.safetensors", "text encoder"),
        (copy / whole.text / "tokenizer.json", "tokenizer"),
        (copy / whole.text / "config.json", "google/flan-t5-large"),
        (unet_file, "UNet"),
        (copy / whole.unet_config, "unet/config.json"),
        (copy / whole.main, "pytorch_model_2.bin"),
    ):
        aside = tmp_path / "aside"
        path.rename(aside)
        assert words in refusal(copy, tmp_path)
        aside.rename(path)
    assert_same(whole, convert(copy, tmp_path))


def test_wrong_files_are_told_for_what_they_are(whole, copy, tmp_path):
    main = copy / whole.main
    for weights, words in (
        ({"unet.conv_in.weight": torch.zeros(1), "vid_fea_extractor.linear_layer.bias": torch.zeros(1)}, "VTA-LDM"),
        ({"unet.conv_in.weight": torch.zeros(1), "text_encoder.shared.weight": torch.zeros(1)}, "Tango"),
        (codec_weights(whole), "AudioLDM"),
        ({"mel_basis": torch.zeros(1)}, "spectrogram"),
        ({"backbone.weight": torch.zeros(1)}, "backbone"),
        ({"pre_onset.l1.weight": torch.zeros(1, 1)}, "controlnet."),
    ):
        save_weights(main, weights)
        assert words in refusal(copy, tmp_path)
    for content, words in (
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
        (b"<html>not found</html>", "damaged"),
        (b"", "damaged"),
        ((whole.folder / whole.main).read_bytes()[:100_000], "damaged"),
        (pickle.dumps([1, 2], protocol=2), "pytorch_model_2.bin"),
    ):
        main.write_bytes(content)
        assert words in refusal(copy, tmp_path)
    torch.save({"epoch": 3}, main)
    assert "no weights" in refusal(copy, tmp_path)
    main.unlink()
    main.with_suffix(".safetensors").write_bytes(b"\0" * 50)
    assert "damaged" in refusal(copy, tmp_path)


def test_files_that_do_not_belong_together_are_refused(whole, copy, tmp_path):
    config = copy / whole.unet_config
    stated = json.loads(config.read_text())
    for change, words in (
        ({"block_out_channels": [128, 256, 384, 640]}, "block_out_channels"),
        ({"attention_head_dim": None}, "attention_head_dim"),
        ({"cross_attention_dim": 1024}, "cross_attention_dim"),
    ):
        config.write_text(json.dumps(stated | change))
        assert words in refusal(copy, tmp_path)
    config.write_text(json.dumps(stated))
    wide = write_published(tmp_path / "wide", width=64, frozen=False)
    shutil.rmtree(copy / whole.text)
    shutil.copytree(wide.folder / wide.text, copy / whole.text)
    save_weights(copy / whole.main, {k: v for k, v in main_weights(whole).items() if not k.startswith("text_encoder.")})
    assert "the text encoder's width is 64" in refusal(copy, tmp_path)


def test_a_summary_of_another_kind_is_refused(whole, copy, tmp_path):
    (copy / whole.summary).write_text(json.dumps({"text_encoder_name": "openai/clip-vit-large-patch14"}))
    assert "only T5" in refusal(copy, tmp_path)
    (copy / whole.summary).write_text("{")
    assert "summary.jsonl" in refusal(copy, tmp_path)


def test_folders_that_are_none_are_refused(tmp_path):
    assert "no folder" in refusal(tmp_path / "nowhere", tmp_path)
    (tmp_path / "empty").mkdir()
    assert "no file of weights" in refusal(tmp_path / "empty", tmp_path)


def test_modules_stay_in_eval_mode_and_frozen(whole, tmp_path):
    pipeline = convert(whole.folder, tmp_path)
    for part in pipeline.components.values():
        if isinstance(part, nn.Module):
            assert not part.training
            assert not any(value.is_meta for value in [*part.parameters(), *part.buffers()])
