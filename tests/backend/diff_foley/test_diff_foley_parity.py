# SPDX-License-Identifier: GPL-3.0-or-later
"""Diff-Foley against plain formulas on published keys, at sizes that no published file has, and the small goldens."""

from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from fakes import golden_diff_foley as make
from fakes.naive_diff_foley import Layout
from foleycue_backend.parity.__main__ import main

REFERENCE = Path(__file__).parents[4] / "shared" / "golden"
#: Those without networks of full size, which take minutes.
QUICK = ("cond_encoder", "dpm_cfg_8", "inverse_mel", "solver_analytic", "unet_small", "vae_small", "classifier_small")
QUICK = (*QUICK, "wav2spec", "window_plan")


def verdicts(folder, capsys):
    status = main([str(folder)])
    told = {line.split("  ")[0]: line for line in capsys.readouterr().out.splitlines()}
    return status, told


def test_networks_and_plans(tmp_path, capsys):
    make.unet(tmp_path, "unet_a", 1)
    make.unet(tmp_path, "unet_b", 2, Layout(64, (1, 1, 2), 2, (False, True, True), 10, 2))
    make.classifier(tmp_path, "classifier", 3)
    make.feature_encoders(tmp_path, "encoders", 4)
    make.autoencoder(tmp_path, "autoencoder", 5)
    make.align_acc(tmp_path, "align_acc", 6)
    make.audio_encoder(tmp_path, "audio", 10)
    make.window_plan(tmp_path, "plan")
    status, told = verdicts(tmp_path, capsys)
    assert status == 0, told
    assert len(told) == 8
    assert {line.split("  ")[3] for line in told.values()} == {"1e-05"}


def test_loops_of_both_solvers_with_and_without_the_classifier(tmp_path, capsys):
    make.loop(tmp_path, "dpm_5", 7, "dpm", 5)
    make.loop(tmp_path, "dpm_16", 8, "dpm", 16)
    make.loop(tmp_path, "ddim_6", 9, "ddim", 6)
    status, told = verdicts(tmp_path, capsys)
    assert status == 0, told
    assert all(float(line.split("  ")[2]) < 5e-6 for line in told.values())


def test_spectrogram_by_librosa_and_numpy(tmp_path, capsys):
    pytest.importorskip("librosa")
    make.spectrogram(tmp_path, "spectrogram", 11)
    assert verdicts(tmp_path, capsys)[0] == 0


@pytest.mark.parametrize("tensor", ["mid.output_blocks.2", "out.eps_rounded_t"])
def test_a_perturbed_result_fails_by_name(tmp_path, capsys, tensor):
    make.unet(tmp_path, "unet_a", 1)
    path = tmp_path / "unet_a.safetensors"
    tensors = load_file(path)
    tensors[tensor] += 3e-5 * tensors[tensor].abs().max()
    save_file(tensors, path)
    status, told = verdicts(tmp_path, capsys)
    assert status == 1 and told["unet_a"].split("  ")[1] == tensor


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference's golden files are not beside the clone")
def test_small_goldens_of_the_reference(tmp_path, capsys):
    for name in QUICK:
        for path in REFERENCE.glob(f"diff_foley_{name}.*"):
            (tmp_path / path.name).symlink_to(path)
    status, told = verdicts(tmp_path, capsys)
    assert status == 0, told
    assert set(told) == {f"diff_foley_{name}" for name in QUICK}
