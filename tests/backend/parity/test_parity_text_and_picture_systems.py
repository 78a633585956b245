# SPDX-License-Identifier: GPL-3.0-or-later
"""Parity of Tango, VTA-LDM and FoleyCrafter: what their goldens need of the judge, and the goldens where present."""

from pathlib import Path

import pytest
import torch

from fakes.golden_files import RECIPE, write_golden
from foleycue_backend.parity.__main__ import main
from foleycue_backend.parity.compare import Outcome, Strictness, judge
from foleycue_backend.parity.golden import Golden
from foleycue_backend.parity.vta_ldm import drawn_frame

REFERENCE = Path(__file__).parents[4] / "shared" / "golden"
#: The full-width detector, and the chain that has it, take longer than all others together.
SLOW = ("foleycrafter_onset_net", "foleycrafter_end_to_end")
NAMES = sorted(
    path.stem
    for system in ("tango", "vta_ldm", "foleycrafter")
    for path in REFERENCE.glob(f"{system}_*.json")
    if not path.stem.startswith(SLOW)
)


def test_what_a_golden_gave_is_not_compared_and_what_is_left_out_still_fails():
    wanted = {"frames": torch.ones(2), "out": torch.ones(2)}
    found = {"out": torch.ones(2)}
    assert judge("g", Outcome(found, given=frozenset({"frames"})), wanted, Strictness.MODULE).ok
    verdict = judge("g", Outcome(found), wanted, Strictness.MODULE)
    assert verdict.reason == "not computed: frames"
    assert not judge("g", Outcome({}, given=frozenset({"frames", "out"})), wanted, Strictness.MODULE).ok


@pytest.mark.parametrize(("off", "ok"), [(0, True), (2, True), (3, False)])
def test_samples_at_the_end_of_a_chain_may_be_steps_off(off, ok):
    wanted = {"audio": torch.tensor([100, -7], dtype=torch.int16)}
    found = {"audio": wanted["audio"] + torch.tensor([off, 0], dtype=torch.int16)}
    assert judge("g", Outcome(found, steps={"audio": 2}), wanted, Strictness.LOOP).ok is ok
    assert judge("g", Outcome(found), wanted, Strictness.LOOP).ok is (off == 0)
    short = Outcome({"audio": found["audio"][:1]}, steps={"audio": 2})
    assert "shape" in judge("g", short, wanted, Strictness.LOOP).reason


def test_one_result_may_have_a_bound_of_its_own():
    wanted = {"loss": torch.ones(1), "out": torch.ones(1)}
    found = {"loss": torch.ones(1) * 1.0005, "out": torch.ones(1) * (1 + 5e-6)}
    assert judge("g", Outcome(found, bounds={"loss": 1e-3}), wanted, Strictness.MODULE).ok
    assert not judge("g", Outcome(found, bounds={"out": 1e-3}), wanted, Strictness.MODULE).ok


def test_a_whole_family_of_keys_may_have_another_gain(tmp_path):
    said = f"{RECIPE} gain is 1.8 for ControlNet keys starting with 'embed.' (before the prefix), 1.0 for all others."
    golden = Golden(write_golden(tmp_path, "a_nets", {"weights": said}, {"out": torch.ones(1)}))
    assert (golden.gain("embed.conv.weight"), golden.gain("conv.weight")) == (1.8, 1.0)


def test_goldens_are_found_by_their_name_without_the_family(tmp_path):
    write_golden(tmp_path, "foley_loop", {}, {"out": torch.ones(1)})
    facts = {"weights": "networks as in loop (same folder)"}
    golden = Golden(write_golden(tmp_path, "foley_whole", facts, {"out": torch.ones(1)}))
    assert [found.name for found in golden.sibling("weights")] == ["foley_loop"]


def test_the_drawn_film_follows_its_formula():
    frame = drawn_frame(3, 20, 11)
    for x, y, c in ((0, 0, 0), (19, 10, 2), (9, 7, 1)):
        value = 17 * 3 + 5 * x + 3 * y + 40 * c + 9 * ((x // 8 + y // 8) % 2) * (c + 1) + (x * y) // 7
        assert frame[y, x, c] == value % 256


@pytest.mark.skipif(not NAMES, reason="the reference's goldens are not beside this checkout")
def test_every_quick_golden_of_these_systems(tmp_path, capsys):
    for path in REFERENCE.iterdir():
        if path.stem in NAMES:
            (tmp_path / path.name).symlink_to(path)
    status = main([str(tmp_path)])
    told = capsys.readouterr().out.splitlines()
    assert status == 0, told
    assert len(told) == len(NAMES)
