# SPDX-License-Identifier: GPL-3.0-or-later
"""Diff-Foley's parts: names and sizes of published files, guidance, time grids, windows."""

import pytest
import torch

from fakes.golden_diff_foley import LISTENER, SMALL, weights_of
from fakes.naive_diff_foley import classifier_shapes, unet_shapes
from foleycue_backend.engines.diff_foley import checkpoint, schedule, windows
from foleycue_backend.engines.diff_foley.classifier import AlignmentClassifier, AlignmentGradient
from foleycue_backend.engines.diff_foley.feature_encoder import FeatureEncoder
from foleycue_backend.engines.diff_foley.guidance import DoubleGuidance, conditioned
from foleycue_backend.engines.parts import ldm_unet
from foleycue_backend.engines.parts.sampling import sample
from foleycue_shared.errors import FoleyCueError

UNET = weights_of(unet_shapes(SMALL), 1)
JUDGE = weights_of(classifier_shapes(LISTENER), 2)


def in_file(prefix, weights):
    """As in a checkpoint, with a buffer of the schedule beside it."""
    return {prefix + key: value for key, value in weights.items()} | {"betas": torch.zeros(1000)}


@pytest.fixture(autouse=True)
def same_draws():
    torch.manual_seed(0)


@pytest.fixture(scope="module")
def judge():
    return checkpoint.load_classifier(in_file("model.", JUDGE), LISTENER.heads)


def test_names_come_back():
    for weights in (UNET, JUDGE):
        back = ldm_unet.to_published(ldm_unet.to_stock(weights))
        assert back.keys() == weights.keys()
        assert all(back[key] is value for key, value in weights.items())


def test_shapes_and_published_configuration_agree():
    net = checkpoint.load_unet(in_file("model.diffusion_model.", UNET), SMALL.heads)
    for name, value in ldm_unet.config_from_published(SMALL.facts()).items():
        assert net.config[name] == value, name


def test_damaged_files_are_told_by_name():
    whole = in_file("model.diffusion_model.", UNET)
    without = {key: value for key, value in whole.items() if not key.endswith("middle_block.1.proj_in.bias")}
    with pytest.raises(FoleyCueError, match=r"1 missing \(mid_block\.attentions\.0\.proj_in\.bias\)"):
        checkpoint.load_unet(without, 4)
    with pytest.raises(FoleyCueError, match=r"no UNet in this file: no key begins with model\.diffusion_model\."):
        checkpoint.load_unet({"first_stage_model.a": torch.zeros(1)})
    with pytest.raises(FoleyCueError, match=r"no key like input_blocks\.1\.0\."):
        checkpoint.load_unet({"model.diffusion_model.a": torch.zeros(1)})
    with pytest.raises(FoleyCueError, match=r"the key conv_in\.weight is missing"):
        checkpoint.load_unet({k: v for k, v in whole.items() if ".input_blocks.0." not in k}, 4)
    with pytest.raises(FoleyCueError, match=r"of its feature encoder, the key pos_emb\.weight is missing"):
        checkpoint.load_feature_encoder({"cond_stage_model.embedder.0.weight": torch.zeros(2, 3)})
    with pytest.raises(FoleyCueError, match="of its audio half of CAVP, the key"):
        checkpoint.load_audio_encoder({"spec_encoder.bn.weight": torch.zeros(128)})
    short = {key: value for key, value in JUDGE.items() if not key.startswith("classifier.")}
    with pytest.raises(FoleyCueError, match=r"2 missing \(classifier\.weight, classifier\.bias\)"):
        checkpoint.load_classifier(in_file("model.", short))


def test_classifier_and_feature_encoder_are_saved_and_come_back(judge, tmp_path):
    judge.save_pretrained(tmp_path / "judge")
    back = AlignmentClassifier.from_pretrained(tmp_path / "judge")
    x, time, context = torch.randn(2, 4, 8, 8), torch.tensor(500.5), torch.randn(2, 3, LISTENER.context)
    torch.testing.assert_close(back(x, time, context), judge(x, time, context))
    encoder = FeatureEncoder(6, 8, 4)
    encoder.save_pretrained(tmp_path / "encoder")
    features = torch.randn(1, 4, 6)
    torch.testing.assert_close(FeatureEncoder.from_pretrained(tmp_path / "encoder")(features), encoder(features))
    with pytest.raises(ValueError, match="5 rows, but positions for 4 only"):
        encoder(torch.randn(1, 5, 6))


def test_gradient_is_finite_where_the_probability_is_zero(judge):
    sure = AlignmentClassifier(**{k: v for k, v in judge.config.items() if not k.startswith("_")})
    sure.load_state_dict(judge.state_dict())
    torch.nn.init.constant_(sure.classifier.bias, -150)
    x, time, context = torch.randn(1, 4, 8, 8), torch.tensor(40.0), torch.randn(1, 3, LISTENER.context)
    assert sure(x, time, context).sigmoid() == 0
    found = AlignmentGradient(sure, context)(x, time)
    assert found.isfinite().all() and found.abs().max() > 0


def test_guidance_raises_what_the_classifier_thinks(judge):
    net = checkpoint.load_unet(in_file("model.diffusion_model.", UNET), SMALL.heads)
    noise, condition = torch.randn(2, 4, 8, 8), torch.randn(1, 5, SMALL.context)
    gradient = AlignmentGradient(judge, torch.randn(1, 7, LISTENER.context).repeat(2, 1, 1))
    plain = conditioned(net, condition, 2.0, 2)
    ends = {
        scale: sample(schedule.dpm_solver(), DoubleGuidance(plain, gradient, scale), noise, steps=4)
        for scale in (0.0, 40.0)
    }
    thought = {scale: judge(end, torch.tensor(0.0), gradient.context) for scale, end in ends.items()}
    assert (thought[40.0] > thought[0.0]).all()
    torch.testing.assert_close(ends[0.0], sample(schedule.dpm_solver(), plain, noise, steps=4))


def test_time_grids():
    solver = schedule.dpm_solver()
    solver.set_timesteps(25)
    torch.testing.assert_close(solver.timesteps[:2], torch.tensor([999.0, 959.04]))
    torch.testing.assert_close(solver.sigmas[-1], torch.tensor((1 / 0.99915 - 1) ** 0.5), atol=1e-5, rtol=0)
    solver = schedule.ddim()
    solver.set_timesteps(25)
    assert [int(time) for time in solver.timesteps[[0, -2, -1]]] == [961, 41, 1]
    with pytest.raises(ValueError, match="27 steps of DDIM begin at time 1000"):
        solver.set_timesteps(27)


def test_windows_and_their_delay():
    assert windows.windows(31) == []
    assert windows.windows(70) == [slice(0, 32), slice(32, 64)]
    assert windows.published_delay(2) / 16000 == pytest.approx(0.352)
    assert windows.WINDOW_SAMPLES == 8 * 16000
