# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens of Diff-Foley's denoising loops: both solvers, double guidance, and a solver without any network."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor, nn

from foleycue_backend.engines.diff_foley import checkpoint, latents, schedule
from foleycue_backend.engines.diff_foley.classifier import AlignmentClassifier, AlignmentGradient
from foleycue_backend.engines.diff_foley.feature_encoder import WINDOW_ROWS, FeatureEncoder
from foleycue_backend.engines.diff_foley.guidance import DoubleGuidance, Gradient, Scales, conditioned
from foleycue_backend.engines.parts.sampling import Predict, sample
from foleycue_backend.parity.compare import Outcome, Strictness
from foleycue_backend.parity.diff_foley import (
    load_autoencoder,
    load_classifier,
    load_feature_encoder,
    load_unet,
)
from foleycue_backend.parity.golden import Golden
from foleycue_backend.parity.kind import Kind, value_count

Solver = schedule.PublishedDpmSolver | schedule.PublishedDdim


@dataclass
class Tape:
    """What went on in each step of one loop, stacked by the golden's names."""

    steps: dict[str, list[Tensor]] = field(default_factory=dict)

    def keep(self, name: str, value: Tensor) -> None:
        """One more step's value."""
        self.steps.setdefault(name, []).append(value.detach())

    def results(self) -> dict[str, Tensor]:
        """All steps of every name."""
        return {name: torch.stack(values) for name, values in self.steps.items()}


@dataclass(frozen=True)
class _Networks:
    unet: UNet2DConditionModel
    classifier: AlignmentClassifier | None
    condition: Tensor

    @property
    def weights(self) -> int:
        return value_count(self.unet, *([self.classifier] if self.classifier is not None else []))


@dataclass(frozen=True)
class _Run:
    """The latents of one loop, and what went on in each step, stacked."""

    latents: Tensor
    steps: dict[str, Tensor]


def _is_loop(golden: Golden) -> bool:
    return "cond_stage_config" in golden.facts and golden.has("in.features", "in.x_T")


def _encoder(golden: Golden, fact: str, prefix: str) -> FeatureEncoder:
    sizes = golden.fact(fact)
    return load_feature_encoder(golden, prefix, sizes["origin_dim"], sizes["embed_dim"], sizes["seq_len"])


def _networks(golden: Golden) -> _Networks:
    encoder = _encoder(golden, "cond_stage_config", checkpoint.CONDITION)
    condition = encoder(golden.tensor("in.features")[:, :WINDOW_ROWS])
    classifier = load_classifier(golden, "classifier_config") if "classifier_config" in golden.facts else None
    return _Networks(load_unet(golden, "unet_config"), classifier, condition)


def _scales(golden: Golden) -> Scales:
    """The scales that the JSON gives, the first perhaps only in words."""
    said = re.search(r"CFG (\d+(?:\.\d+)?)", golden.component)
    condition = golden.facts.get("guidance_scale", said[1] if said else Scales.condition)
    return Scales(float(condition), float(golden.facts.get("classifier_guide_scale", Scales.alignment)))


def _run(golden: Golden, nets: _Networks, solver: Solver, steps: int, context: Tensor | None = None) -> _Run:
    """One loop, guided by the classifier if it is given a `context`."""
    tape, noise = Tape(), golden.tensor("in.x_T")
    scales = _scales(golden)
    predict: Predict = conditioned(nets.unet, nets.condition, scales.condition, len(noise))
    if context is not None:
        predict = DoubleGuidance(predict, _recorded_gradient(nets.classifier, context, tape), scales.alignment)
    hooks = [nets.unet.register_forward_hook(_to_tape(tape, "mid.eps_uncond_cond", lambda result: result[0]))]
    if nets.classifier is not None:
        hooks.append(nets.classifier.register_forward_hook(_to_tape(tape, "mid.prob", torch.sigmoid)))

    def predicted(x: Tensor, timestep: Tensor, step: int, count: int) -> Tensor:
        guided = predict(x, timestep, step, count)
        for name, value in (("mid.x", x), ("mid.t_model", timestep.float()), ("mid.eps_guided", guided)):
            tape.keep(name, value)
        return guided

    found = sample(solver, predicted, noise, steps=steps)
    for hook in hooks:
        hook.remove()
    return _Run(found, tape.results())


def _clean(solver: schedule.PublishedDpmSolver, steps: int, run: _Run) -> Tensor:
    """The solver's own idea of the clean latents in each step, from noise and latents."""
    solver.set_timesteps(steps)
    found: list[Tensor] = []
    for step in range(steps):
        solver.set_begin_index(step)
        solver._init_step_index(solver.timesteps[step])
        found.append(solver.convert_model_output(run.steps["mid.eps_guided"][step], sample=run.steps["mid.x"][step]))
    return torch.stack(found)


def _to_tape(tape: Tape, name: str, value: Callable[[Any], Tensor]) -> Callable[..., None]:
    def heard(_module: nn.Module, _given: object, result: object) -> None:
        tape.keep(name, value(result))

    return heard


def _recorded_gradient(classifier: AlignmentClassifier | None, context: Tensor, tape: Tape) -> Gradient:
    assert classifier is not None
    gradient = AlignmentGradient(classifier, context)

    def kept(x: Tensor, timestep: Tensor) -> Tensor:
        found = gradient(x, timestep)
        tape.keep("mid.grad_log_prob", found)
        return found

    return kept


def dpm_loop(golden: Golden) -> Outcome:
    """The published sampling and every step of it; with a classifier also without it, and with its own condition."""
    nets, steps, solver = _networks(golden), int(golden.fact("steps")), schedule.dpm_solver()
    features = golden.tensor("in.features")
    run = _run(golden, nets, solver, steps, features if nets.classifier is not None else None)
    results = run.steps | {
        "out.latents": run.latents,
        "mid.cond": nets.condition,
        "mid.x0": _clean(solver, steps, run),
        "mid.t_continuous": run.steps["mid.t_model"] / 1000 + 0.001,
        "mid.eps_uncond_cond_step0": run.steps["mid.eps_uncond_cond"][0],
    }
    if golden.has("out.latents_without_classifier"):
        results["out.latents_without_classifier"] = _run(golden, nets, solver, steps).latents
    if golden.has("out.latents_if_condition_encoded"):
        encoder = _encoder(golden, "classifier_cond_config", checkpoint.CLASSIFIER_CONDITION)
        encoded = _run(golden, nets, solver, steps, encoder(features[:, :WINDOW_ROWS]))
        results["out.latents_if_condition_encoded"] = encoded.latents
        results["mid.prob_if_condition_encoded"] = encoded.steps["mid.prob"]
    if golden.has("out.decoded_channel0_first"):
        vae = load_autoencoder(golden, "first_stage_ddconfig")
        results["out.decoded_channel0_first"] = latents.decode(vae, golden.tensor("out.latents")[:1])
    return Outcome(results, nets.weights)


def _is_ddim(golden: Golden) -> bool:
    return _is_loop(golden) and golden.has("out.latents_cfg", "mid.t_model")


def ddim_loop(golden: Golden) -> Outcome:
    """DDIM with either guidance. The step count asked for shows in the distance of the times."""
    nets, times = _networks(golden), golden.tensor("mid.t_model")
    steps = int(1000 // (times[0] - times[1])) if len(times) > 1 else 1
    run = _run(golden, nets, schedule.ddim(), steps)
    results = run.steps | {"out.latents_cfg": run.latents, "mid.cond": nets.condition}
    if golden.has("out.latents_double"):
        double = _run(golden, nets, schedule.ddim(), steps, golden.tensor("in.features"))
        results["out.latents_double"] = double.latents
    return Outcome(results, nets.weights)


def _is_analytic(golden: Golden) -> bool:
    return golden.has("in.mu", "in.x_T")


@dataclass(frozen=True)
class _Mixture:
    """The exact noise of data that is an equal mixture of Gaussians of one variance around `centres` (K, n)."""

    centres: Tensor
    variance: float
    wanted: int
    scale: float

    def __call__(self, latents: Tensor, timestep: Tensor, _step: int, _steps: int) -> Tensor:
        """Guided noise; float64 inside."""
        x, signal = latents.double().flatten(1), schedule.log_alpha(timestep).exp()
        spread = signal**2 * self.variance + 1 - signal**2
        away = x[:, None] - signal * self.centres
        shares = (-(away**2).sum(-1) / (2 * spread)).softmax(-1)
        only = torch.zeros_like(shares)
        only[:, self.wanted] = 1
        without, with_condition = (self._noise(x, signal, spread, share) for share in (shares, only))
        return (without + self.scale * (with_condition - without)).float().view_as(latents)

    def _noise(self, x: Tensor, signal: Tensor, spread: Tensor, shares: Tensor) -> Tensor:
        clean = self.centres + signal * self.variance / spread * (x[:, None] - signal * self.centres)
        mean = (shares[..., None] * clean).sum(1)
        # The published predictor rounds to single precision before it guides.
        return ((x - signal * mean) / (1 - signal**2).sqrt()).float().double()


def analytic(golden: Golden) -> Outcome:
    """The solver alone, for each step count in the tensors' names."""
    centres, start = golden.tensor("in.mu").double(), golden.tensor("in.x_T")
    variance, wanted = float(golden.fact("component_variance")), int(golden.fact("conditional_component"))
    noise = _Mixture(centres, variance, wanted, float(golden.fact("guidance_scale")))
    results: dict[str, Tensor] = {}
    for name in golden.results():
        match = re.fullmatch(r"out\.latents_(\d+)", name)
        if match:
            solver, steps = schedule.dpm_solver(), int(match[1])
            results[name] = sample(solver, noise, start, steps=steps)
            solver.set_timesteps(steps)
            results[f"mid.t_model_{steps}"] = solver.timesteps
    return Outcome(results)


KINDS = (
    Kind("Diff-Foley solver", _is_analytic, analytic),
    Kind("Diff-Foley DDIM", _is_ddim, ddim_loop, Strictness.LOOP),
    Kind("Diff-Foley inference", _is_loop, dpm_loop, Strictness.LOOP),
)
