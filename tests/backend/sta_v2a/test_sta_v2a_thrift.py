# SPDX-License-Identifier: GPL-3.0-or-later
"""What the denoising loop leaves out for speed: guidance of late steps, and runs of the ControlNet."""

import pytest
import torch

from fakes.tiny_sta_v2a import tiny_pipeline
from foleycue_backend.engines.parts import schedule
from foleycue_backend.engines.sta_v2a.denoising import Thrift
from foleycue_backend.engines.sta_v2a.guidance import Scales

# diffusers' multistep solvers make an array of a tensor in a way that numpy 2 frowns upon.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def pipe():
    return tiny_pipeline(5)


def denoised(pipe, thrift, steps=4, scales=Scales()):  # noqa: B008
    """Latents, and the rows of each run of UNet and ControlNet."""
    rows = {"unet": [], "controlnet": []}
    hooks = [
        getattr(pipe, name).register_forward_pre_hook(lambda _, given, name=name: rows[name].append(len(given[0])))
        for name in rows
    ]
    features = torch.nn.functional.normalize(
        torch.randn(1, 40, 512, generator=torch.Generator().manual_seed(1)), dim=-1
    )
    noise = torch.randn(1, 8, 64, 16, generator=torch.Generator().manual_seed(2))
    control = pipe.predict_onsets(features, 64).hidden
    text = pipe.encode_prompt(["dog barks"])
    latents = pipe.denoise(features, text, control, noise, steps, scales, schedule.solver("dpm++"), thrift=thrift)
    for hook in hooks:
        hook.remove()
    return latents, rows


def test_late_steps_run_without_their_guidance(pipe):
    whole, rows = denoised(pipe, Thrift())
    assert rows == {"unet": [2] * 4, "controlnet": [2] * 4}
    half, rows = denoised(pipe, Thrift(guided_until=0.5))
    assert rows == {"unet": [2, 2, 1, 1], "controlnet": [2, 2, 1, 1]}
    assert not torch.equal(half, whole)
    never, rows = denoised(pipe, Thrift(guided_until=0.0))
    assert rows["unet"] == [1] * 4
    assert torch.equal(never, denoised(pipe, Thrift(), scales=Scales(text=1.0))[0])


def test_one_run_of_the_controlnet_serves_several_steps(pipe):
    whole, _ = denoised(pipe, Thrift())
    rare, rows = denoised(pipe, Thrift(control_every=2))
    assert rows == {"unet": [2] * 4, "controlnet": [2, 2]}
    assert not torch.equal(rare, whole)
    _, rows = denoised(pipe, Thrift(guided_until=0.25, control_every=2))
    assert rows == {"unet": [2, 1, 1, 1], "controlnet": [2, 1, 1]}
