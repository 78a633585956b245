# SPDX-License-Identifier: GPL-3.0-or-later
"""Parity of whole networks and inferences: goldens made here, and the reference's own where present."""

import subprocess
import sys
from pathlib import Path

import pytest

from fakes import golden_inference as make
from foleycue_backend.parity.__main__ import main

REFERENCE = Path(__file__).parents[4] / "shared" / "golden"
NAMES = sorted(path.stem for path in REFERENCE.glob("sta_v2a_*.json")) if REFERENCE.is_dir() else []


def test_networks_inference_and_losses_with_weights_of_other_goldens(tmp_path, capsys):
    make.unet_controlnet(tmp_path, "nets_c", "seed9")
    make.cfg_denoise(tmp_path, "inference_c", "seed9", "nets_c")
    make.cfg_denoise(tmp_path, "inference_d", "seed9", "nets_c", steps=3, windows=False)
    make.training_loss(tmp_path, "loss_c", "seed9", "nets_c", "inference_c")
    status = main([str(tmp_path), "--tensors"])
    told = capsys.readouterr().out
    assert status == 0, told
    bounds = {line.split("  ")[0]: line.split("  ")[3] for line in told.splitlines() if not line.startswith(" ")}
    assert bounds == {"inference_c": "1e-04", "inference_d": "1e-04", "loss_c": "1e-05", "nets_c": "1e-05"}


def test_another_seed_of_the_networks_fails(tmp_path, capsys):
    make.unet_controlnet(tmp_path, "nets_c", "seed10")
    make.cfg_denoise(tmp_path, "nets_inference_c", "seed9", "nets_c")
    make.cfg_denoise(tmp_path, "nets_inference_d", "seed9", "nets_d")
    assert main([str(tmp_path)]) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0].endswith("  ok")
    assert told[1].endswith("  not ok")
    assert told[2].endswith("not ok: it refers to nets_d.json, which is not in the folder")


@pytest.mark.timeout(400)  # 25 s of one processor, with full-width networks; a busy machine takes longer
@pytest.mark.skipif(not NAMES, reason="the reference's golden files are not beside the clone")
def test_every_golden_of_the_reference(tmp_path):
    for path in REFERENCE.glob("sta_v2a_*"):
        (tmp_path / path.name).symlink_to(path)
    command = [sys.executable, "-m", "foleycue_backend.parity", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=390, check=False)
    told = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split("  ")[0] for line in told] == NAMES
    assert all(line.endswith("  ok") for line in told)
    bounds = {line.split("  ")[0]: line.split("  ")[3] for line in told}
    assert bounds["sta_v2a_aa_align"] == "0e+00"
    assert {name for name, bound in bounds.items() if bound == "1e-04"} >= {"sta_v2a_cfg_denoise_a"}
