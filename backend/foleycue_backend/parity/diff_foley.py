# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens of Diff-Foley's networks: UNet, classifier, feature encoders, autoencoder, audio half of CAVP, Align-Acc."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor, nn

from foleycue_backend.engines.checkpoints.state_dict import State
from foleycue_backend.engines.diff_foley import alignment, checkpoint, latents
from foleycue_backend.engines.diff_foley.audio_encoder import CavpAudioEncoder, pool_clips
from foleycue_backend.engines.diff_foley.classifier import AlignmentClassifier, AlignmentGradient
from foleycue_backend.engines.diff_foley.feature_encoder import FeatureEncoder
from foleycue_backend.engines.parts import autoencoder, ldm_unet
from foleycue_backend.parity.compare import Outcome
from foleycue_backend.parity.golden import Golden
from foleycue_backend.parity.kind import Kind, value_count

_POSITIONS = 40


def published_state(
    golden: Golden, prefix: str, sized: Callable[[], nn.Module], names: Callable[[State], State] = dict
) -> State:
    """One network's weights under whole published keys: stored ones, else the recipe's.

    `sized` makes a network of the right size, `names` puts its state dict under published names.
    """
    if any(key.startswith(prefix) for key in golden.stored()):
        return golden.stored()
    if stored := golden.stored():
        return {prefix + key: value for key, value in stored.items()}
    with torch.device("meta"):
        state = names(sized().state_dict())
    shapes = {prefix + key: tuple(value.shape) for key, value in state.items()}
    return golden.rebuilt(shapes, golden.hash_prefix().removesuffix(prefix))


def load_unet(golden: Golden, fact: str) -> UNet2DConditionModel:
    """The UNet of the published configuration in an entry of the JSON."""
    facts = golden.fact(fact)
    config = ldm_unet.config_from_published(facts)
    state = published_state(golden, checkpoint.UNET, lambda: UNet2DConditionModel(**config), ldm_unet.to_published)
    return checkpoint.load_unet(state, facts["num_heads"])


def load_classifier(golden: Golden, fact: str) -> AlignmentClassifier:
    """The classifier of the published configuration in an entry of the JSON."""
    facts = golden.fact(fact)
    config = ldm_unet.config_from_published(facts)

    def sized() -> AlignmentClassifier:
        return AlignmentClassifier(
            config["in_channels"],
            config["block_out_channels"],
            ["CrossAttn" in kind for kind in config["down_block_types"]],
            config["layers_per_block"],
            config["cross_attention_dim"],
            config["attention_head_dim"],
            facts["model_channels"],
        )

    state = published_state(golden, checkpoint.CLASSIFIER, sized, ldm_unet.to_published)
    # The UNet's file has a prefix that begins alike; a golden may hold both files' weights.
    own = {key: value for key, value in state.items() if not key.startswith(checkpoint.UNET)}
    return checkpoint.load_classifier(own, facts["num_heads"])


def load_autoencoder(golden: Golden, fact: str) -> AutoencoderKL:
    """The autoencoder of the published `ddconfig` in an entry of the JSON."""
    facts = golden.fact(fact)
    scale = golden.facts.get("scale_factor", latents.SCALE_FACTOR)
    config = autoencoder.config_from_published(facts, golden.facts.get("embed_dim", facts["z_channels"]), scale)
    state = published_state(golden, checkpoint.AUTOENCODER, lambda: AutoencoderKL(**config), autoencoder.to_published)
    return checkpoint.load_autoencoder(state, scale)


def load_feature_encoder(
    golden: Golden, prefix: str, features: int, width: int, positions: int = _POSITIONS
) -> FeatureEncoder:
    """A feature encoder of these sizes."""
    state = published_state(golden, prefix, lambda: FeatureEncoder(features, width, positions))
    return checkpoint.load_feature_encoder(state, prefix)


def published_module(net: nn.Module, name: str, depth: int) -> nn.Module | None:
    """The stock module whose result is that of a published block, such as `input_blocks.3`; None for other names."""
    if name in ("time_embed", "middle_block", "out"):
        return net.get_submodule({"time_embed": "time_embedding", "middle_block": "mid_block", "out": "conv_out"}[name])
    match = re.fullmatch(r"(input|output)_blocks\.(\d+)", name)
    if match is None:
        return None
    if name == "input_blocks.0":
        return net.get_submodule("conv_in")
    down = match[1] == "input"
    level, layer = divmod(int(match[2]) - down, depth + 1)
    block = net.get_submodule(f"{'down' if down else 'up'}_blocks.{level}")
    parts = dict(block.named_children())
    scaled = parts.get("downsamplers" if down else "upsamplers")
    # An upsampling follows the last layer of its block, a downsampling stands alone behind it.
    if isinstance(scaled, nn.ModuleList) and layer == depth:
        return scaled[0]
    layers = parts.get("attentions", parts["resnets"])
    return layers[layer] if isinstance(layers, nn.ModuleList) else None


def listen(golden: Golden, net: nn.Module, depth: int) -> dict[str, Tensor]:
    """A dict that a network's first run fills with the results of the blocks which the golden names `mid.*`."""
    heard: dict[str, Tensor] = {}

    def hook(name: str) -> Callable[..., None]:
        def keep(_module: nn.Module, _given: object, result: Any) -> None:  # noqa: ANN401 - a tensor, or one in a box
            heard.setdefault(name, result if isinstance(result, Tensor) else result[0])

        return keep

    for name in golden.results():
        module = published_module(net, name.removeprefix("mid."), depth) if name.startswith("mid.") else None
        if module is not None:
            module.register_forward_hook(hook(name))
    return heard


def _is_unet(golden: Golden) -> bool:
    return golden.has("in.x", "in.t", "in.context", "out.eps")


def unet(golden: Golden) -> Outcome:
    """One prediction at a fractional time, its inner results, and one at the rounded time."""
    net = load_unet(golden, "config")
    x, time, context = (golden.tensor(f"in.{name}") for name in ("x", "t", "context"))
    heard = listen(golden, net, golden.fact("config")["num_res_blocks"])
    results = {"out.eps": net(x, time, context, return_dict=False)[0]}
    results["out.eps_rounded_t"] = net(x, time.round(), context, return_dict=False)[0]
    return Outcome(results | heard, value_count(net))


def _is_classifier(golden: Golden) -> bool:
    return golden.has("in.x", "in.t", "in.context", "out.grad_log_prob")


def classifier(golden: Golden) -> Outcome:
    """Logit, probability, the gradient of its logarithm, and inner results."""
    net = load_classifier(golden, "config")
    x, time, context = (golden.tensor(f"in.{name}") for name in ("x", "t", "context"))
    heard = listen(golden, net, golden.fact("config")["num_res_blocks"])
    logit = net(x, time, context)
    results = {
        "out.logit": logit,
        "out.prob": logit.sigmoid(),
        "out.grad_log_prob": AlignmentGradient(net, context)(x, time),
    }
    if "mid.out" in heard:
        results["mid.pool"] = heard["mid.out"].mean((2, 3), keepdim=True)
    return Outcome(results | heard, value_count(net))


def _is_feature_encoder(golden: Golden) -> bool:
    return golden.has("in.features") and any(name.endswith("_of_zero_features") for name in golden.results())


def feature_encoder(golden: Golden) -> Outcome:
    """The conditions of the UNet and of the classifier, those of features that are zero too."""
    features = golden.tensor("in.features")
    said = re.search(r"(\d+) positions", golden.component)
    positions = int(said[1]) if said else _POSITIONS
    results: dict[str, Tensor] = {}
    for name, prefix in (("ldm", checkpoint.CONDITION), ("classifier", checkpoint.CLASSIFIER_CONDITION)):
        if not golden.has(f"out.{name}"):
            continue
        width = golden.tensor(f"out.{name}").shape[-1]
        net = load_feature_encoder(golden, prefix, features.shape[-1], width, positions)
        results[f"out.{name}"] = net(features)
        results[f"out.{name}_of_zero_features"] = net(torch.zeros_like(features[:1]))
    return Outcome(results)


def _is_autoencoder(golden: Golden) -> bool:
    return golden.has("in.latent", "out.decoded_channel0")


def image_autoencoder(golden: Golden) -> Outcome:
    """Latents to spectrograms, and, where the file has some to encode, the posterior and a draw of it."""
    vae = load_autoencoder(golden, "ddconfig")
    given = golden.tensor("in.latent")
    results = {"out.decoded": autoencoder.decode(vae, given), "out.decoded_channel0": latents.decode(vae, given)}
    if golden.has("in.spec"):
        spectrograms = golden.tensor("in.spec")
        posterior = autoencoder.posterior(vae, spectrograms)
        results |= {"out.mean": posterior.mean, "out.logvar_clamped": posterior.logvar}
        if golden.has("in.posterior_noise"):
            results["out.scaled_sample"] = latents.encode(vae, spectrograms, golden.tensor("in.posterior_noise"))
    return Outcome(results, value_count(vae))


def _is_audio_encoder(golden: Golden) -> bool:
    return golden.has("in.spec") and any(re.match(r"out\.tokens(_|$)", name) for name in golden.results())


def audio_encoder(golden: Golden) -> Outcome:
    """Tokens of every spectrogram, with and without the norm, and the feature of each clip of 16 tokens."""
    width = next(value for name, value in golden.results().items() if name.startswith("out.tokens")).shape[-1]
    bands = golden.tensor("in.spec").shape[1]
    state = published_state(golden, checkpoint.AUDIO, lambda: CavpAudioEncoder(bands, features=width))
    net = checkpoint.load_audio_encoder(state)
    results: dict[str, Tensor] = {}
    for name, spectrogram in golden.tensors.items():
        match = re.fullmatch(r"in\.spec(_\w+)?", name)
        if match:
            run, tokens = match[1] or "", net(spectrogram, normalize=False)
            results |= {f"out.tokens{run}": tokens, f"out.tokens{run}_normalized": net(spectrogram)}
            results[f"out.pooled{run}_normalized"] = pool_clips(tokens)
    return Outcome(results, value_count(net))


def _is_align_acc(golden: Golden) -> bool:
    return golden.has("in.spec", "in.features", "in.posterior_noise", "out.prob")


def align_acc(golden: Golden) -> Outcome:
    """Spectrogram to latents to p(aligned), and how many of how many count as aligned."""
    vae, net = load_autoencoder(golden, "first_stage_ddconfig"), load_classifier(golden, "classifier_config")
    features, context = golden.tensor("in.features"), golden.fact("classifier_config")["context_dim"]
    encoder = load_feature_encoder(golden, checkpoint.CLASSIFIER_CONDITION, features.shape[-1], context)
    found = latents.encode(vae, golden.tensor("in.spec"), golden.tensor("in.posterior_noise"))
    seen = golden.tensors.get("mid.latent", found)
    probability = alignment.alignment_probability(net, encoder, seen, features)
    counted = alignment.aligned(probability)
    results = {
        "mid.latent": found,
        "out.prob": probability,
        "out.correct": torch.tensor([int(counted.sum()), counted.numel()]),
    }
    return Outcome(results, value_count(vae, net, encoder))


KINDS = (
    Kind("Diff-Foley UNet", _is_unet, unet),
    Kind("Diff-Foley alignment classifier", _is_classifier, classifier),
    Kind("Diff-Foley feature encoders", _is_feature_encoder, feature_encoder),
    Kind("Diff-Foley autoencoder", _is_autoencoder, image_autoencoder),
    Kind("Diff-Foley Align-Acc", _is_align_acc, align_acc),
    Kind("CAVP audio encoder", _is_audio_encoder, audio_encoder),
)
