# SPDX-License-Identifier: GPL-3.0-or-later
"""Training of VTA-SAM's added parts: rendered scenes, the adapter's attention, the command from base to model."""

from pathlib import Path

import numpy as np
import pytest
import torch

from foleycue_backend.engines.vta_sam.adapter import Moments, ObjectAdapter
from foleycue_backend.engines.vta_sam.studio import ADAPTER
from foleycue_backend.models.manifest import read_manifest
from foleycue_backend.training.__main__ import main
from foleycue_backend.training.vta_sam import scenes, small
from foleycue_backend.training.vta_sam.build import load_base, render
from foleycue_backend.training.vta_sam.task import ObjectTask

CODEC = Path(__file__).parents[2] / "data" / "sta_v2a_small"
SIZES = small.SmallSizes((8, 16))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vta_sam")
    small.write_small(folder / "base", CODEC, SIZES)
    small.write_text_tower(folder / "text", scenes.OBJECTS)
    return folder


def test_a_scene_shows_and_sounds_its_objects_when_they_are_there():
    shown = next(scene for number in range(9) if (scene := scenes.scene(number, 1)).since[1] > 0)
    assert shown == scenes.scene([scenes.scene(n, 1) for n in range(9)].index(shown), 1)
    wave, drawn = scenes.sound(shown), scenes.pictures(shown)
    assert wave.shape == (scenes.SAMPLES,)
    assert len(drawn) == scenes.PICTURES
    high = np.abs(np.diff(wave))
    change = round(shown.since[1] * scenes.RATE)
    assert high[change + 1_000 :].mean() > 3 * high[: change - 1_000].mean()
    found = scenes.detector(shown).find(drawn, scenes.OBJECTS, lambda done: None)
    first = int(np.ceil(shown.since[1] * 2))
    assert np.flatnonzero(found.probability[:, 1])[0] == first


def test_an_object_token_is_heard_the_less_the_further_off_it_was_seen():
    apart = Moments(torch.tensor([0.0, 2.0, 4.0]), 4.0, frames=8, bands=2).apart(16)
    assert apart.shape == (16, 3)
    # Rows of two bands: the first is at 0.25 s, nearest to the first picture.
    assert apart[0].tolist() == pytest.approx([0, 1.5, 3.5])
    assert torch.equal(apart[0], apart[1])
    assert apart[8].tolist() == pytest.approx([2.0, 0, 1.5])
    coarse = Moments(torch.tensor([0.0, 2.0, 4.0]), 4.0, frames=8, bands=2).apart(4)
    assert coarse.shape == (4, 3)


@torch.no_grad()
def test_the_adapter_gives_the_unet_back_as_it_was(folders):
    base = load_base(folders / "base", folders / "text")
    adapter = ObjectAdapter.of(base.unet, 2)
    shown = render(base, 1, 0)
    states = torch.randn(1, 2 * scenes.PICTURES, base.unet.config["cross_attention_dim"])
    moments = Moments(torch.arange(scenes.PICTURES) / 2, scenes.SECONDS, 128, 16)

    def predict():
        return base.unet(shown.mean, torch.tensor(500), states, return_dict=False)[0]

    before = predict()
    keys = set(base.unet.state_dict())
    with adapter.listening(base.unet, moments):
        assert not torch.equal(predict(), before)
    assert torch.equal(predict(), before)
    assert set(base.unet.state_dict()) == keys
    for name, value in adapter.named_parameters():
        if name.endswith(("slope", "lift")):
            value.fill_(-100.0 if name.endswith("slope") else 0.0)
    with adapter.listening(base.unet, moments):
        # Without nearness and with new weights nothing is left but the stock attention.
        torch.testing.assert_close(predict(), before, rtol=1e-4, atol=1e-5)
        with pytest.raises(ValueError, match="tokens, but the moments of 20"):
            base.unet(shown.mean, torch.tensor(500), states[:, :7], return_dict=False)


def test_only_the_added_parts_learn_unless_everything_shall(folders):
    base = load_base(folders / "base", folders / "text")
    sets = render(base, 1, 0), render(base, 1, 1)
    adapter = ObjectAdapter.of(base.unet, 2)
    frozen = ObjectTask(base.unet, base.projection, adapter, sets)
    assert all(name.startswith("adapter.") for name in frozen.trained())
    loss = frozen(frozen.batch(2, torch.Generator().manual_seed(0)))
    loss.backward()
    assert all(value.grad is not None for value in frozen.trained().values())
    everything = ObjectTask(base.unet, base.projection, adapter, sets, everything=True)
    assert any(name.startswith("unet.") for name in everything.trained())


def test_the_command_leaves_a_model_that_can_be_imported(folders, tmp_path, capsys):
    given = ["--base", str(folders / "base"), "--text-tower", str(folders / "text"), "--out", str(tmp_path / "out")]
    sizes = ["--scenes", "2", "--held-out", "2", "--steps", "3", "--batch", "2", "--rank", "2", "--cpu", "--everything"]
    assert main(["vta-sam", *given, *sizes]) == 0
    printed = capsys.readouterr().out
    assert "held-out loss" in printed
    assert "foleycue models import vta-sam" in printed
    manifest = read_manifest(tmp_path / "out" / "model")
    assert manifest is not None and manifest.model == "vta-sam"
    adapter = ObjectAdapter.from_pretrained(tmp_path / "out" / "model" / ADAPTER)
    assert adapter.fits(load_base(folders / "base", folders / "text").unet)
    assert (tmp_path / "out" / "unet" / "config.json").is_file()


def test_a_base_that_is_none_is_refused_in_a_sentence(folders, tmp_path, capsys):
    status = main(["vta-sam", "--base", str(tmp_path), "--text-tower", str(folders / "text"), "--out", str(tmp_path)])
    assert status == 2
    assert "do not hold a VTA-LDM" in capsys.readouterr().err
