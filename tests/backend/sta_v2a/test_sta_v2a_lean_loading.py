# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights read one tensor after the other are those that from_pretrained reads."""

import pytest
import torch
from safetensors.torch import load_file, save_file

from fakes.tiny_sta_v2a import tiny_pipeline
from foleycue_backend.engines.studio.lean_loading import load_lean, read_tensors

PARTS = ("unet", "controlnet", "vae", "vocoder", "text_encoder", "video_encoder", "onset_predictor")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("pipe")
    tiny_pipeline(1).save_pretrained(place)
    return place


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_same_weights(folder, part, dtype):
    kind = type(getattr(tiny_pipeline(0), part))
    lean, stock = load_lean(kind, folder / part, dtype), kind.from_pretrained(folder / part, dtype=dtype)
    assert not lean.training
    ours, theirs = lean.state_dict(), stock.state_dict()
    assert ours.keys() == theirs.keys()
    for name, value in theirs.items():
        assert torch.equal(ours[name], value), name
        assert ours[name].dtype == value.dtype


def test_weights_of_another_network_are_refused(folder, tmp_path):
    kind = type(tiny_pipeline(0).onset_predictor)
    for name in ("config.json", "diffusion_pytorch_model.safetensors"):
        (tmp_path / name).write_bytes((folder / "onset_predictor" / name).read_bytes())
    file = tmp_path / "diffusion_pytorch_model.safetensors"
    state = load_file(file)
    save_file({**state, "l3.weight": torch.ones(2)}, file)
    with pytest.raises(ValueError, match=r"unexpected \['l3.weight'\]"):
        load_lean(kind, tmp_path, torch.float32)
    save_file({name: value for name, value in state.items() if name != "l1.bias"}, file)
    with pytest.raises(ValueError, match=r"missing \['l1.bias'\]"):
        load_lean(kind, tmp_path, torch.float32)


def test_a_file_that_is_cut_short_is_said(tmp_path):
    file = tmp_path / "x.safetensors"
    save_file({"a": torch.ones(100)}, file)
    file.write_bytes(file.read_bytes()[:-4])
    with pytest.raises(OSError, match="cut short"):
        list(read_tensors(file))
