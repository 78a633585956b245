# SPDX-License-Identifier: GPL-3.0-or-later
"""The published Diff-Foley files become the engine's folder whole, or are refused in one sentence that says why."""

import shutil

import pytest
import torch
from torch import nn

from fakes import refusals
from fakes.published_diff_foley import classifier_weights, model_weights, save, write_published
from fakes.published_sta_v2a import save_weights
from foleycue_backend.engines.checkpoints.conversion import REPORT_NAME
from foleycue_backend.engines.diff_foley import converter
from foleycue_backend.engines.diff_foley.studio import _CLASSES
from foleycue_backend.engines.studio.lean_loading import load_lean


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The usual checkpoint; tests that change it take a copy."""
    return write_published(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def copy(whole, tmp_path):
    shutil.copytree(whole.folder, tmp_path / "published")
    return tmp_path / "published"


def convert(folder, tmp_path):
    target = tmp_path / "model"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    return converter.convert(folder, target, tmp_path / "report.txt", lambda phase, step, steps: None)


def refusal(folder, tmp_path):
    return refusals.refusal(converter.convert, folder, tmp_path)


def assert_same(made, tmp_path, names=tuple(_CLASSES)):
    for name in names:
        found: nn.Module = load_lean(_CLASSES[name], tmp_path / "model" / name, torch.float32)
        wanted, have = getattr(made, name).state_dict(), found.state_dict()
        assert wanted.keys() == have.keys(), name
        assert all(torch.equal(wanted[key], have[key]) for key in wanted), name


def test_every_network_comes_out_as_it_was(whole, tmp_path):
    conversion = convert(whole.folder, tmp_path)
    assert_same(whole, tmp_path)
    assert {path.name for path in conversion.sources} == {whole.model.name, whole.cavp.name, whole.classifier.name}
    assert sum("all fit" in line for line in conversion.lines) == len(_CLASSES)


def test_a_flat_folder_and_names_of_ones_own_will_do(whole, tmp_path):
    flat = tmp_path / "flat"
    flat.mkdir()
    save_weights(flat / "sound.safetensors", model_weights(whole))
    shutil.copy(whole.folder / whole.cavp, flat / "pictures.bin")
    shutil.copy(whole.folder / whole.classifier, flat / whole.classifier.name)
    convert(flat, tmp_path)
    assert_same(whole, tmp_path)


def test_what_lies_beside_the_networks_is_told_apart(whole, copy, tmp_path):
    extra = {
        "model_ema.decay": torch.tensor(0.9999),
        "model_ema.diffusion_modeltime_embed0weight": torch.zeros(2),
        "first_stage_model.loss.logvar": torch.zeros(()),
        "val_accuracy.total": torch.tensor(5),
        "text_model.weight": torch.zeros(3),
    }
    save(copy / whole.model, model_weights(whole) | extra)
    lines = convert(copy, tmp_path).lines
    assert_same(whole, tmp_path)
    for words in (
        "left out: 12 tensors of the noise schedule, which is known, in ldm_epoch240.ckpt",
        "left out: 2 tensors of an average of the weights (EMA), which the authors do not use, in ldm_epoch240.ckpt",
        "left out: 2 tensors of training losses and metrics, in ldm_epoch240.ckpt",
        "left out: 1 tensors of the latents' factor, which is known, in double_guidance_classifier.ckpt",
        "left out: 2 tensors of the picture encoder's half for sound",
        "not part of the model: 1 keys (text_model.weight)",
        "ldm_epoch240.ckpt also holds epoch, global_step: not read.",
    ):
        assert words in lines
    report = (tmp_path / "model" / REPORT_NAME).read_text()
    assert all(key in report for key in extra)


# -- the classifier ----------------------------------------------------------------------------------------------------

_WITHOUT_CLASSIFIER = tuple(name for name in _CLASSES if not name.startswith("alignment"))


def test_the_classifier_may_be_missing_and_the_evaluations_does_not_stand_in(whole, copy, tmp_path):
    (copy / whole.classifier).unlink()
    lines = convert(copy, tmp_path).lines
    assert_same(whole, tmp_path, _WITHOUT_CLASSIFIER)
    assert not (tmp_path / "model" / "alignment_classifier").exists()
    assert "eval_classifier.ckpt is the evaluation classifier, which is not used." in lines
    assert any("There is no double_guidance_classifier.ckpt" in line for line in lines)


def test_swapped_classifiers_are_told_by_their_contents(whole, copy, tmp_path):
    other = write_published(tmp_path / "other", seed=1)
    save(copy / whole.classifier, classifier_weights(other, evaluation=True))
    shutil.copy(whole.folder / whole.classifier, copy / whole.evaluation)
    assert convert(copy, tmp_path).sources[-1].name == whole.evaluation.name
    assert_same(whole, tmp_path)


def test_a_guidance_classifier_may_keep_an_autoencoder(whole, copy, tmp_path):
    save(copy / whole.classifier, classifier_weights(whole, evaluation=True))
    lines = convert(copy, tmp_path).lines
    assert_same(whole, tmp_path)
    assert any("holds an autoencoder too" in line for line in lines)
    autoencoder = len(whole.vae.state_dict())
    assert (
        f"left out: {autoencoder} tensors of an autoencoder, which the classifier does not need, in "
        "double_guidance_classifier.ckpt"
    ) in lines


# -- files that cannot serve -------------------------------------------------------------------------------------------


def test_swapped_files_are_told_by_their_contents(whole, copy, tmp_path):
    shutil.copy(whole.folder / whole.model, copy / whole.cavp)
    shutil.copy(whole.folder / whole.cavp, copy / whole.model)
    convert(copy, tmp_path)
    assert_same(whole, tmp_path)


def test_missing_misshaped_and_nonsense_keys_are_named(whole, copy, tmp_path):
    def without(key):
        return {name: value for name, value in model_weights(whole).items() if name != key}

    save(copy / whole.model, without("model.diffusion_model.out.2.bias"))
    assert "1 missing (conv_out.bias)" in refusal(copy, tmp_path)
    assert "conv_out.bias" in (tmp_path / "report.txt").read_text()
    save(copy / whole.model, without("cond_stage_model.pos_emb.weight"))
    assert "of its feature encoder, the key pos_emb.weight is missing" in refusal(copy, tmp_path)
    save(copy / whole.model, model_weights(whole) | {"model.diffusion_model.out.2.bias": torch.zeros(7)})
    assert "conv_out.bias: [7], expected [4]" in refusal(copy, tmp_path)
    parts = {key: value for key, value in model_weights(whole).items() if not key.startswith("first_stage_model.")}
    save(copy / whole.model, parts)
    assert "no autoencoder in ldm_epoch240.ckpt" in refusal(copy, tmp_path)


def test_other_peoples_files_are_told_for_what_they_are(whole, copy, tmp_path):
    for weights, words in (
        ({"cond_stage_model.transformer.a": torch.zeros(1)}, "ldm_epoch240.ckpt is a Stable Diffusion checkpoint"),
        ({"first_stage_model.quant_conv.weight": torch.zeros(1)}, "is an AudioLDM sound codec"),
        ({"backbone.weight": torch.zeros(1)}, "backbone"),
    ):
        save(copy / whole.model, weights)
        sentence = refusal(copy, tmp_path)
        assert "There is no Diff-Foley diffusion model (ldm_epoch240.ckpt)" in sentence
        assert words in sentence
    content = (whole.folder / whole.model).read_bytes()
    for name in (whole.model, whole.cavp, whole.classifier):
        shutil.copytree(whole.folder, copy, dirs_exist_ok=True)
        (copy / name).write_bytes(content[: len(content) // 2])
        assert f"{name.name} is damaged" in refusal(copy, tmp_path)
    (copy / whole.model).write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    assert "Git LFS" in refusal(copy, tmp_path)


def test_files_that_do_not_belong_together_are_refused(whole, copy, tmp_path):
    narrow = write_published(tmp_path / "narrow", features=64)
    for name, words in (
        (whole.cavp, "the picture features' width is 64, the feature encoder's input 32"),
        (whole.classifier, "the picture features' width is 32, the classifier's input 64"),
    ):
        shutil.copytree(whole.folder, copy, dirs_exist_ok=True)
        shutil.copy(narrow.folder / name, copy / name)
        assert words in refusal(copy, tmp_path)
    shutil.copytree(whole.folder, copy, dirs_exist_ok=True)
    save(copy / whole.classifier, classifier_weights(whole) | {"scale_factor": torch.tensor(0.92)})
    assert "its latents have the factor 0.92 instead of 0.18215" in refusal(copy, tmp_path)
    save(copy / whole.model, model_weights(whole) | {"alphas_cumprod": torch.linspace(1, 0, 1000)})
    assert "trained on another noise schedule" in refusal(copy, tmp_path)
    save(copy / whole.model, model_weights(whole) | {"cond_stage_model.pos_emb.weight": torch.zeros(20, 32)})
    (copy / whole.classifier).unlink()
    assert "positions for 20 pictures" in refusal(copy, tmp_path)


def test_a_folder_without_the_picture_encoder_says_which_file_is_wanted(whole, copy, tmp_path):
    (copy / whole.cavp).unlink()
    assert "cavp_epoch66.ckpt" in refusal(copy, tmp_path)
