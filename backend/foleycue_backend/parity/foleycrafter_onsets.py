# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens of FoleyCrafter's timestamp detector, with both kinds of pixels and both kinds of batch norm."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from foleycue_backend.engines.foleycrafter.frames import detector_input, detector_square
from foleycue_backend.engines.foleycrafter.onset_net import OnsetNet, load_onset_net
from foleycue_backend.parity.compare import Outcome
from foleycue_backend.parity.golden import Golden
from foleycue_backend.parity.kind import Kind, value_count

_CORNER_CHANNELS, _CORNER = 8, 2


def load_detector(golden: Golden) -> OnsetNet:
    """The published detector with stored weights or the recipe's."""
    with torch.device("meta"):
        shapes = {key: tuple(value.shape) for key, value in OnsetNet().state_dict().items()}
    return load_onset_net(golden.stored() or golden.rebuilt(shapes, ""))


def _is_detector(golden: Golden) -> bool:
    return golden.has("frames_u8") and any(name.startswith("logits.") for name in golden.tensors)


def _squares(golden: Golden) -> Tensor:
    pictures = golden.tensor("frames_u8")
    return pictures if "No resize" in str(golden.facts.get("input", "")) else detector_square(pictures)


def _listen(net: OnsetNet) -> dict[str, Tensor]:
    """What the stages give in the next run, by the golden's names."""
    heard: dict[str, Tensor] = {}
    trunk = net.net.model
    stages = {"stem": trunk.stem} | {f"layer{i}": getattr(trunk, f"layer{i}") for i in range(1, trunk.stages + 1)}

    def keep(name: str, module: nn.Module) -> None:
        def hear(_module: nn.Module, _given: object, result: Tensor) -> None:
            heard[f"mean_t.{name}"] = result.mean((3, 4))[0]
            heard[f"corner.{name}"] = result[0, :_CORNER_CHANNELS, :, :_CORNER, :_CORNER]
            heard["mean_t.pooled"] = heard[f"mean_t.{name}"]

        module.register_forward_hook(hear)

    for name, module in stages.items():
        keep(name, module)
    return heard


def detector(golden: Golden) -> Outcome:
    """Logits of every variant, what the stages see in the published one, and what training mode would leave."""
    net = load_detector(golden)
    squares = _squares(golden)
    raw, unit = detector_input(squares), detector_input(squares, unit=True)
    results = {
        "frames_preprocessed": raw[0].transpose(0, 1)[: len(golden.tensors.get("frames_preprocessed", ()))],
        "logits.raw255.eval": net(raw),
        "logits.unit.eval": net(unit),
    }
    net.train()
    results["logits.unit.train"] = net(unit)
    heard = _listen(net)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm3d):
            module.track_running_stats = True
    results["logits.raw255.train"] = net(raw)
    results |= heard | {f"after.{key}": value for key, value in net.state_dict().items()}
    return Outcome(results, value_count(net), given=frozenset({"frames_u8"}))


KINDS = (Kind("FoleyCrafter timestamp detector", _is_detector, detector),)
