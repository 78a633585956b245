# SPDX-License-Identifier: GPL-3.0-or-later
"""The published Diff-Foley files, turned once into a folder of safetensors, one network a folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from torch import nn

from foleycue_backend.engines.checkpoints import published_files
from foleycue_backend.engines.checkpoints.conversion import (
    Agreement,
    Component,
    check_agreement,
    config_of,
    fill,
    save_parts,
    write_model,
)
from foleycue_backend.engines.checkpoints.key_report import CheckpointReport
from foleycue_backend.engines.checkpoints.published_cavp import video_encoder_of
from foleycue_backend.engines.checkpoints.published_files import PublishedFiles, Weights
from foleycue_backend.engines.checkpoints.unet_shapes import attended_width
from foleycue_backend.engines.diff_foley import checkpoint
from foleycue_backend.engines.diff_foley.feature_encoder import WINDOW_ROWS
from foleycue_backend.engines.diff_foley.latents import SCALE_FACTOR
from foleycue_backend.engines.diff_foley.schedule import BUFFERS, signal_shares
from foleycue_backend.models.converting import Conversion, OnStep
from foleycue_shared.errors import ErrorCode, FoleyCueError

#: What lies beside the networks in a training checkpoint, as (what it is, its keys); the first that matches counts.
_BESIDE = (
    ("the noise schedule, which is known", re.compile(rf"({'|'.join(BUFFERS)})$")),
    ("an average of the weights (EMA), which the authors do not use", re.compile(r"(model|\w+)_ema\.")),
    (
        "training losses and metrics",
        re.compile(r"(first_stage_model\.)?loss\.|(train|val|test)_|\w*metric|logvar$|lvlb_weights$"),
    ),
    ("the latents' factor, which is known", re.compile(r"scale_factor$")),
)
_PARTS_OF_MODEL = (checkpoint.UNET, checkpoint.AUTOENCODER, checkpoint.CONDITION)
_PARTS_OF_CLASSIFIER = (checkpoint.CLASSIFIER, checkpoint.CLASSIFIER_CONDITION)


def convert(source: Path, target: Path, report_path: Path, on_step: OnStep) -> Conversion:
    """Write the model of a published folder to `target`, an empty folder.

    Raises BAD_INPUT when files are missing, damaged, unsafe or do not belong together; the report with every key is
    then at `report_path`, otherwise inside `target`.
    """
    files, report = PublishedFiles(source), CheckpointReport()
    networks = fill(_components_of(files, report), report, report_path, on_step)
    _check(networks)
    return write_model(lambda place: save_parts(networks, place), target, report, files.used, on_step)


def _components_of(files: PublishedFiles, report: CheckpointReport) -> list[Component]:
    model = files.needed(published_files.DIFF_FOLEY)
    state, name = _networks_of(model, _PARTS_OF_MODEL, report), model.path.name
    return [
        checkpoint.unet(state, name),
        checkpoint.vae(state, name, _scale_factor(model)),
        checkpoint.feature_encoder(state, source=name),
        video_encoder_of(files, {}, "", report),
        *_alignment(files, report),
    ]


def _alignment(files: PublishedFiles, report: CheckpointReport) -> list[Component]:
    """The classifier and the feature encoder that it was trained with; nothing and a note where they are missing."""
    found = files.weights(published_files.ALIGNMENT) or _misnamed(files, report)
    if found is None:
        report.notes.append(
            "There is no double_guidance_classifier.ckpt: sound is not held to the picture by a classifier."
        )
        return []
    if abs(_scale_factor(found) - SCALE_FACTOR) > SCALE_FACTOR / 1000:
        raise _foreign(found, f"its latents have the factor {_scale_factor(found):.5g} instead of {SCALE_FACTOR}")
    state, name = _networks_of(found, _PARTS_OF_CLASSIFIER, report), found.path.name
    return [
        checkpoint.classifier(state, name),
        checkpoint.feature_encoder(state, checkpoint.CLASSIFIER_CONDITION, name),
    ]


def _misnamed(files: PublishedFiles, report: CheckpointReport) -> Weights | None:
    """A file that has the guidance classifier's name and the contents of the evaluation's, which may be right.

    Trainers keep an autoencoder where one was at hand; without that name it is the evaluation's, which has learnt from
    clean latents alone and would guide noisy ones at random.
    """
    found = files.weights(published_files.EVALUATION)
    if found is None:
        return None
    if any(re.fullmatch(pattern, found.path.name) for pattern in published_files.ALIGNMENT.names):
        report.notes.append(f"{found.path.name} holds an autoencoder too: if it is eval_classifier.ckpt, it misguides.")
        return found
    files.used.remove(found.path)
    report.notes.append(f"{found.path.name} is the evaluation classifier, which is not used.")
    return None


def _networks_of(found: Weights, prefixes: tuple[str, ...], report: CheckpointReport) -> dict[str, torch.Tensor]:
    """The tensors below the prefixes; all others are told in the report. Raises BAD_INPUT for another schedule."""
    said, known = found.tensors.get("alphas_cumprod"), signal_shares()
    if said is not None and (said.shape != known.shape or not torch.allclose(said.double(), known, atol=1e-5)):
        raise _foreign(found, "it was trained on another noise schedule")
    beside: dict[str, str] = {}
    for key in found.tensors:
        what = next((what for what, pattern in _BESIDE if pattern.match(key)), None)
        if what is None and key.startswith(checkpoint.AUTOENCODER) and checkpoint.AUTOENCODER not in prefixes:
            what = "an autoencoder, which the classifier does not need"
        if what is not None:
            beside[key] = what
        elif not key.startswith(prefixes):
            report.unknown.append(key)
    for what in dict.fromkeys(beside.values()):
        report.leave_out(f"{what}, in {found.path.name}", [key for key, said in beside.items() if said == what])
    if found.beside:
        report.notes.append(f"{found.path.name} also holds {', '.join(found.beside)}: not read.")
    return {key: value for key, value in found.tensors.items() if key.startswith(prefixes) and key not in beside}


def _scale_factor(found: Weights) -> float:
    """The factor of the latents, which the classifiers keep in their files and the model does not."""
    inside = found.tensors.get("scale_factor")
    return SCALE_FACTOR if inside is None or inside.numel() != 1 else float(inside)


def _foreign(found: Weights, why: str) -> FoleyCueError:
    return FoleyCueError(ErrorCode.BAD_INPUT, f"{found.path.name} is not of Diff-Foley: {why}.")


def _check(networks: Mapping[str, nn.Module]) -> None:
    """Parts that each fit by themselves must also fit each other. Raises BAD_INPUT."""
    config = {name: config_of(network) for name, network in networks.items()}
    features = config["video_encoder"]["features"]
    latent = config["vae"]["latent_channels"]
    check_agreement([*_of_model(config, features, latent), *_of_classifier(config, features, latent)])
    if config["feature_encoder"]["positions"] < WINDOW_ROWS:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"The feature encoder has positions for {config['feature_encoder']['positions']} pictures, but a window "
            f"shows {WINDOW_ROWS}: this is another model.",
        )


def _of_model(config: Mapping[str, Mapping[str, int]], features: int, latent: int) -> Iterable[Agreement]:
    encoder, width = config["feature_encoder"], attended_width(config["unet"])
    return (
        Agreement("the feature encoder's width", encoder["width"], "the UNet's", width),
        Agreement("the picture features' width", features, "the feature encoder's input", encoder["features"]),
        Agreement("the autoencoder's latent channels", latent, "the UNet's", config["unet"]["in_channels"]),
    )


def _of_classifier(config: Mapping[str, Mapping[str, int]], features: int, latent: int) -> Iterable[Agreement]:
    if "alignment_classifier" not in config:
        return ()
    judge, encoder = config["alignment_classifier"], config["alignment_encoder"]
    return (
        # The published sampling shows it raw features, its training those of its encoder.
        Agreement("the picture features' width", features, "the classifier's input", judge["cross_attention_dim"]),
        Agreement("the classifier's encoder's width", encoder["width"], "its input", judge["cross_attention_dim"]),
        Agreement("the picture features' width", features, "the classifier's encoder's input", encoder["features"]),
        Agreement("the autoencoder's latent channels", latent, "the classifier's", judge["in_channels"]),
    )
