# SPDX-License-Identifier: GPL-3.0-or-later
"""Published FoleyCrafter checkpoints: they become one folder with the same tensors, or say what is wrong with them."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from fakes import refusals
from fakes.published_foleycrafter import (
    DETECTOR,
    SEMANTIC,
    TEMPORAL,
    VOCODER,
    flatten,
    temporal_file,
    wrapped,
    write_own,
    write_published,
)
from foleycue_backend.engines.foleycrafter import checkpoint
from foleycue_backend.engines.parts import vocoder

NETWORKS = ("unet", "vae", "controlnet", "onset_net", "text_encoder", "image_encoder")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return write_published(tmp_path_factory.mktemp("whole") / "published")


@pytest.fixture
def made(whole, tmp_path):
    """A copy that a test may spoil."""
    shutil.copytree(whole.folder, tmp_path / "copy")
    return type(whole)(**{**vars(whole), "folder": tmp_path / "copy"})


def convert(folder, tmp_path):
    target = tmp_path / "model"
    target.mkdir()
    found = checkpoint.convert(folder, target, tmp_path / "report.txt", lambda phase, step, steps: None)
    return target, found


def refusal(folder, tmp_path):
    return refusals.refusal(checkpoint.convert, folder, tmp_path)


def tensors(folder, name):
    (file,) = (folder / name).glob("*.safetensors")
    return load_file(file)


def assert_same(made, folder):
    for name in NETWORKS:
        wanted, have = getattr(made, name).state_dict(), tensors(folder, name)
        assert wanted.keys() == have.keys(), name
        assert all(torch.equal(wanted[key], have[key]) for key in wanted), name
    semantic = {f"{part}.{key}": value for part, values in made.semantic.items() for key, value in values.items()}
    have = tensors(folder, "semantic_adapter")
    assert semantic.keys() == have.keys()
    assert all(torch.equal(semantic[key], have[key]) for key in semantic)
    mel = torch.linspace(-11, 5, 256).repeat(1, 12, 1)
    saved = vocoder.SpeechT5HifiGan.from_pretrained(folder / "vocoder").eval()
    torch.testing.assert_close(vocoder.vocode(saved, mel), vocoder.vocode(made.vocoder, mel), rtol=1e-4, atol=1e-5)


def test_nested_as_published_or_flat_it_is_the_same_model(whole, tmp_path):
    target, found = convert(whole.folder, tmp_path)
    assert_same(whole, target)
    assert len(found.sources) == 8
    flatten(whole, tmp_path / "flat")
    (tmp_path / "other").mkdir()
    assert_same(whole, convert(tmp_path / "flat", tmp_path / "other")[0])


def test_the_installed_folder_has_the_networks_own_configurations(whole, tmp_path):
    target, _ = convert(whole.folder, tmp_path)
    assert json.loads((target / "unet/config.json").read_text())["attention_head_dim"] == 2
    assert json.loads((target / "vae/config.json").read_text())["scaling_factor"] == 0.18215
    scheduler = json.loads((target / "scheduler/scheduler_config.json").read_text())
    assert (scheduler["_class_name"], scheduler["prediction_type"]) == ("PNDMScheduler", "epsilon")
    assert {"tokenizer", "semantic_adapter"} <= json.loads((target / "model_index.json").read_text()).keys()
    assert not list(target.rglob("*.bin"))


def test_strangers_are_dropped_and_named(whole, tmp_path):
    target, found = convert(whole.folder, tmp_path)
    said = "\n".join(found.lines)
    assert "2 unexpected (time_conv_in.weight, motion.scale)" in said
    assert "temporal_adapter.ckpt holds more than weights, which is left out: epoch, global_step, optimizer." in said
    report = (target / "conversion.txt").read_text()
    assert "[controlnet: unexpected]\ntime_conv_in.weight\nmotion.scale\n" in report
    assert not {"time_conv_in.weight", "motion.scale"} & tensors(target, "controlnet").keys()


def test_older_spellings_of_the_text_encoder_serve(made, tmp_path):
    folder = made.base / "text_encoder"
    weights = {f"text_model.{key}": value for key, value in load_file(folder / "model.safetensors").items()}
    (folder / "model.safetensors").unlink()
    weights["text_model.embeddings.position_ids"] = torch.arange(77)[None]
    torch.save(weights, folder / "pytorch_model.bin")
    assert_same(made, convert(made.folder, tmp_path)[0])


def test_without_a_scheduler_file_the_schedule_is_that_of_stable_diffusion(made, tmp_path):
    shutil.rmtree(made.base / "scheduler")
    _, found = convert(made.folder, tmp_path)
    assert any("scheduler_config.json" in line for line in found.lines)


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("auffusion/unet/diffusion_pytorch_model.bin", "There is no UNet (unet/diffusion_pytorch_model.bin)"),
        ("auffusion/vae/diffusion_pytorch_model.bin", "There is no Stable Diffusion autoencoder (vae/"),
        ("auffusion/text_encoder/model.safetensors", "There is no CLIP text encoder (text_encoder/"),
        ("auffusion/tokenizer/merges.txt", "tokenizer is missing: add tokenizer/vocab.json and tokenizer/merges.txt"),
        ("models/image_encoder/model.safetensors", "There is no CLIP picture encoder (models/image_encoder/"),
        ("foleycrafter/temporal_adapter.ckpt", "There is no FoleyCrafter temporal adapter (temporal_adapter.ckpt)"),
        ("foleycrafter/timestamp_detector.pth.tar", "There is no FoleyCrafter timestamp detector"),
        ("foleycrafter/semantic/semantic_adapter.bin", "There is no FoleyCrafter semantic adapter"),
        ("foleycrafter/vocoder/vocoder.pt", "There is no HiFi-GAN vocoder (vocoder/vocoder.pt)"),
    ],
)
def test_what_is_missing_is_named(made, tmp_path, gone, said):
    (made.folder / gone).unlink()
    assert said in refusal(made.folder, tmp_path)


def test_without_its_configuration_the_heads_are_not_guessed(made, tmp_path):
    (made.base / "unet/config.json").unlink()
    assert "number of attention heads cannot be read" in refusal(made.folder, tmp_path)


@pytest.mark.parametrize("path", [TEMPORAL, DETECTOR, SEMANTIC, VOCODER])
def test_a_cut_file_is_named(made, tmp_path, path):
    file = made.own / path
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert refusal(made.folder, tmp_path).startswith(f"{file.name} is damaged")


def test_a_pointer_to_the_real_file_is_told(made, tmp_path):
    (made.own / TEMPORAL).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 4340000000\n")
    assert "is only a pointer to the real file" in refusal(made.folder, tmp_path)


def test_swapped_files_are_told_by_what_they_hold(made, tmp_path):
    shutil.copy(made.own / DETECTOR, made.own / TEMPORAL)
    said = refusal(made.folder, tmp_path)
    assert "There is no FoleyCrafter temporal adapter (temporal_adapter.ckpt)" in said
    assert "temporal_adapter.ckpt is a FoleyCrafter timestamp detector" in said


def test_a_key_too_few_refuses_with_all_keys_in_the_report(made, tmp_path):
    content = temporal_file(made)
    del content["state_dict"]["module.controlnet_mid_block.bias"]
    torch.save(content, made.own / TEMPORAL)
    assert "controlnet: 212 tensors from temporal_adapter.ckpt; 1 missing (controlnet_mid_block.bias)" in refusal(
        made.folder, tmp_path
    )
    assert "[controlnet: missing]\ncontrolnet_mid_block.bias" in (tmp_path / "report.txt").read_text()


def test_a_semantic_adapter_for_another_network_does_not_fit(made, tmp_path):
    made.semantic = {**made.semantic, "ip_adapter": dict(made.semantic["ip_adapter"])}
    looks = made.semantic["ip_adapter"]
    looks["1.to_k_ip.weight"] = torch.zeros(320, 24)
    looks["99.to_k_ip.weight"] = looks.pop("3.to_k_ip.weight")
    write_own(made)
    said = refusal(made.folder, tmp_path)
    assert "1 missing (ip_adapter.3.to_k_ip.weight)" in said
    assert "1 mis-shaped (ip_adapter.1.to_k_ip.weight: [320, 24], expected [32, 24])" in said
    assert "1 unexpected (ip_adapter.99.to_k_ip.weight)" in said


def test_parts_that_do_not_belong_together_are_told(made, tmp_path):
    folder = made.tower
    weights = load_file(folder / "model.safetensors")
    weights["visual_projection.weight"] = torch.zeros(12, 16)
    save_file(weights, folder / "model.safetensors")
    assert refusal(made.folder, tmp_path) == (
        "These files do not belong together: the picture embeddings' width is 12, the semantic adapter's input 20."
    )


def test_a_detector_without_its_wrapping_serves_too(made, tmp_path):
    plain = {key.removeprefix("module."): value for key, value in wrapped(made.onset_net).items()}
    torch.save({"state_dict": plain, "epoch": 1, "optimizer": {"state": {0: {}}}}, made.own / DETECTOR)
    assert_same(made, convert(made.folder, tmp_path)[0])
