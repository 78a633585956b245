# SPDX-License-Identifier: GPL-3.0-or-later
"""The parity command on goldens made here by plain formulas, whole and damaged."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from fakes import golden_files as make
from foleycue_backend.parity.__main__ import main


def lines(capsys):
    return {line.split("  ")[0]: line for line in capsys.readouterr().out.splitlines()}


@pytest.fixture
def folder(tmp_path):
    with torch.no_grad():
        make.local_features(tmp_path, "windows_x", seed=3, short=7)
        make.onset_predictor(tmp_path, "onsets_x", seed=4, inputs=30)
        make.attentive_pooling(tmp_path, "pooling_x", seed=5)
        make.aa_align(tmp_path, "align_x", seed=6)
        make.cavp(tmp_path, "cavp_x", seed=7)
        make.vae_vocoder(tmp_path, "sound_x", seed=8)
    return tmp_path


def change(folder, name, tensor, by=None):
    path = folder / f"{name}.safetensors"
    tensors = load_file(path)
    if by is None:
        del tensors[tensor]
    else:
        tensors[tensor] = by(tensors[tensor])
    save_file(tensors, path)


def test_all_of_a_folder_pass(folder, capsys):
    assert main([str(folder)]) == 0
    told = lines(capsys)
    assert list(told) == ["align_x", "cavp_x", "onsets_x", "pooling_x", "sound_x", "windows_x"]
    for line in told.values():
        _, worst, error, bound, verdict = line.split("  ")
        assert verdict == "ok" and float(error) <= float(bound) and worst


def test_mel_front_end_by_librosa_and_numpy(tmp_path, capsys):
    pytest.importorskip("librosa")
    make.mel_front_end(tmp_path, "mel_x", seed=9)
    assert main([str(tmp_path), "--tensors"]) == 0
    assert "    mid.mel_basis" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "tensor"),
    [
        ("windows_x", "out_T7.w3"),
        ("pooling_x", "mid_dropout.unary"),
        ("cavp_x", "out.features"),
        ("sound_x", "out.encode_std"),
    ],
)
def test_a_perturbed_tensor_fails_by_name(folder, capsys, name, tensor):
    change(folder, name, tensor, lambda value: value + 3e-5 * value.abs().max())
    assert main([str(folder)]) == 1
    told = lines(capsys)
    assert told[name].endswith("not ok") and f"  {tensor}  3.0" in told[name]
    assert sum(line.endswith("ok") and not line.endswith("not ok") for line in told.values()) == 5


def test_one_whole_number_off_fails(folder, capsys):
    change(
        folder,
        "sound_x",
        "out.wave_int16_as_int32",
        lambda value: value + (torch.arange(value.numel()) == 5).view_as(value),
    )
    assert main([str(folder)]) == 1
    assert "differs in 1 of" in lines(capsys)["sound_x"]


def test_a_result_that_nobody_computes_fails_by_name(folder, capsys):
    path = folder / "cavp_x.safetensors"
    save_file(load_file(path) | {"mid.unheard_of": torch.zeros(2)}, path)
    assert main([str(folder)]) == 1
    assert lines(capsys)["cavp_x"].endswith("not ok: not computed: mid.unheard_of")


def test_missing_files_and_tensors_are_said(folder, capsys):
    (folder / "cavp_x.safetensors").unlink()
    (folder / "onsets_x.json").unlink()
    change(folder, "windows_x", "out.w1")
    change(folder, "sound_x", "sd.first_stage_model.vocoder.conv_pre.bias")
    assert main([str(folder)]) == 1
    told = lines(capsys)
    assert told["cavp_x"].endswith("not ok: the tensor file cavp_x.safetensors is missing")
    assert "onsets_x.json that describes them is missing" in told["onsets_x"]
    assert told["windows_x"].endswith("not ok: windows_x.safetensors lacks the tensors out.w1")
    assert "do not fit the vocoder: 1 missing (conv_pre.bias)" in told["sound_x"]


def test_other_weights_than_the_recipe_says_fail(folder, capsys):
    path = folder / "pooling_x.json"
    facts = json.loads(path.read_text())
    path.write_text(json.dumps({**facts, "key_prefix": "seed6|global_video_feature."}))
    (folder / "odd_x.json").write_text(
        json.dumps({**facts, "weights": "recipe 'other-v2'", "file": "pooling_x.safetensors"})
    )
    assert main([str(folder)]) == 1
    told = lines(capsys)
    assert told["pooling_x"].endswith("not ok")
    assert "names no known recipe (crc-splitmix-v1)" in told["odd_x"]


def test_a_wrong_score_fails(folder, capsys):
    path = folder / "align_x.json"
    facts = json.loads(path.read_text())
    facts["synthetic"]["1"]["score"] += 1e-15
    path.write_text(json.dumps(facts))
    assert main([str(folder)]) == 1
    assert lines(capsys)["align_x"].split("  ")[1] == "synthetic.1"


def test_unknown_kinds_and_broken_files_fail(folder, capsys):
    make.write_golden(
        folder, "other_x", {"component": "something else"}, {"in.a": torch.ones(1), "out.b": torch.ones(1)}
    )
    (folder / "torn_x.json").write_text("{")
    (folder / "align_x.safetensors").write_bytes(b"nothing")
    assert main([str(folder)]) == 1
    told = lines(capsys)
    assert told["other_x"].endswith("not ok: no component for something else")
    assert "torn_x.json is no readable JSON" in told["torn_x"]


def test_a_folder_without_goldens_is_no_success(tmp_path, capsys):
    assert main([str(tmp_path)]) == 1
    assert "holds no golden files" in capsys.readouterr().err
    assert main([str(tmp_path / "nowhere")]) == 2
    assert "is no folder" in capsys.readouterr().err
