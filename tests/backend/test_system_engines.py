# SPDX-License-Identifier: GPL-3.0-or-later
"""What every installed system does alike, on small checkpoints: lengths, takes in one pass, cancelling, wrong files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch

from fakes.published_tango import WIDTH, write_tango, write_vta_ldm
from fakes.refusals import refusal
from foleycue_backend.engines.base import Audio, Conditions
from foleycue_backend.engines.studio.installed import Studio
from foleycue_backend.engines.tango import checkpoint as tango
from foleycue_backend.engines.tango.studio import TangoStudio
from foleycue_backend.engines.vta_ldm import converter as vta_ldm
from foleycue_backend.engines.vta_ldm.studio import VtaLdmStudio
from foleycue_backend.models.converting import Converter

RATE = 16_000
# diffusers' multistep solvers make an array of a tensor in a way that numpy 2 frowns upon.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


class System(NamedTuple):
    """A system: who writes its small checkpoint, converts it and opens it, its main file, and what it sees."""

    write: Callable[[Path], object]
    convert: Converter
    open: Callable[[Path], Studio]
    main: str
    features: dict[str, np.ndarray]


SYSTEMS = {
    "tango": System(write_tango, tango.convert, TangoStudio, "pytorch_model_main.bin", {}),
    "vta-ldm": System(
        write_vta_ldm,
        vta_ldm.convert,
        VtaLdmStudio,
        "pytorch_model_2.bin",
        {"clip": np.random.default_rng(0).normal(size=(80, 20)).astype(np.float32)},
    ),
}


def nothing(phase: str, step: int, steps: int) -> None:
    """Hears of progress and does not mind."""


@pytest.fixture(scope="module", params=SYSTEMS)
def system(request: pytest.FixtureRequest) -> System:
    return SYSTEMS[request.param]


@pytest.fixture(scope="module")
def published(system: System, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    system.write(folder)
    return folder


@pytest.fixture(scope="module")
def studio(system: System, published: Path, tmp_path_factory: pytest.TempPathFactory) -> Studio:
    target = tmp_path_factory.mktemp("model")
    system.convert(published, target, target / "report.txt", nothing)
    return system.open(target)


@pytest.fixture
def take(system: System) -> Conditions:
    return Conditions(samples=2 * RATE, prompt="dog barks", seed=1, steps=2, features=system.features)


def sounds(studio: Studio, *takes: Conditions) -> list[Audio]:
    blocks: list[list[Audio]] = [[] for _ in takes]
    for number, block in studio.make(takes, nothing):
        blocks[number].append(block)
    return [np.concatenate(some) for some in blocks]


@pytest.mark.parametrize("samples", [1, 641, 163_841, 16_000 * 23 + 7])
def test_any_range_gets_its_exact_length(studio, take, samples):
    (sound,) = sounds(studio, replace(take, samples=samples))
    assert sound.shape == (samples,)
    assert np.isfinite(sound).all()


def test_takes_made_together_are_those_made_alone(studio, take):
    takes = [replace(take, seed=seed, samples=12 * RATE) for seed in (4, 2**53 - 1)]
    together = sounds(studio, *takes)
    apart = np.linalg.norm(together[0] - together[1])
    for one, sound in zip(takes, together, strict=True):
        assert np.linalg.norm(sounds(studio, one)[0] - sound) < 0.02 * apart


@pytest.mark.parametrize(("phase", "at"), [("diffuse", 3), ("vocode", 1)])
def test_every_step_may_cancel(studio, take, phase, at):
    class Cancelled(Exception):
        pass

    told = []

    def on_step(name: str, step: int, steps: int) -> None:
        told.append((name, step))
        if (name, step) == (phase, at):
            raise Cancelled

    with pytest.raises(Cancelled):
        list(studio.make([replace(take, samples=14 * RATE)], on_step))
    assert told[-1] == (phase, at)


def test_guidance_is_obeyed_and_the_faithful_setting_differs(studio, take, system):
    (usual,) = sounds(studio, take)
    name = "text" if system.main == "pytorch_model_main.bin" else "picture"
    (other,) = sounds(studio, replace(take, guidance=type(take.guidance)(**{name: 1.0})))
    (faithful,) = sounds(studio, replace(take, setting="faithful"))
    assert not np.allclose(usual, other, atol=1e-3)
    assert not np.allclose(usual, faithful, atol=1e-3)
    steps = faithful * 32768
    assert np.array_equal(steps, np.round(steps))


# -- files ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def copy(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "copy"))


def changed(system: System, folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    weights = torch.load(folder / system.main, weights_only=True)
    change(weights)
    torch.save(weights, folder / system.main)


def test_a_missing_key_is_named(system, copy, tmp_path):
    changed(system, copy, lambda weights: weights.pop("unet.conv_in.bias"))
    assert "unet: 440 tensors from" in (sentence := refusal(system.convert, copy, tmp_path))
    assert "1 missing (conv_in.bias)" in sentence
    assert "conv_in.bias" in (tmp_path / "report.txt").read_text()


def test_a_foreign_key_is_told_and_left_out(system, copy, tmp_path):
    changed(system, copy, lambda weights: weights.update(other=torch.zeros(1)))
    target = tmp_path / "target"
    target.mkdir()
    conversion = system.convert(copy, target, tmp_path / "report.txt", nothing)
    assert "not part of the model: 1 keys (other)" in conversion.lines
    assert {path.name for path in conversion.sources} >= {system.main}


def test_files_of_another_system_are_told_as_what_they_are(system, copy, tmp_path):
    (copy / system.main).unlink()
    sentence = refusal(system.convert, copy, tmp_path)
    assert system.main in sentence
    assert "is an AudioLDM sound codec" in sentence


def test_a_cut_file_and_widths_that_disagree_are_refused(system, copy, tmp_path):
    def widen(weights: dict[str, torch.Tensor]) -> None:
        for key, value in weights.items():
            if key.endswith(("attn2.to_k.weight", "attn2.to_v.weight")):
                weights[key] = torch.cat([value, value[:, :8]], 1)

    whole = (copy / system.main).read_bytes()
    (copy / system.main).write_bytes(whole[: len(whole) // 2])
    assert system.main in refusal(system.convert, copy, tmp_path)
    (copy / system.main).write_bytes(whole)
    (copy / "unet" / "config.json").write_text(
        (copy / "unet" / "config.json")
        .read_text()
        .replace(f'"cross_attention_dim": {WIDTH}', '"cross_attention_dim": 40')
    )
    changed(system, copy, widen)
    assert "These files do not belong together" in refusal(system.convert, copy, tmp_path)
