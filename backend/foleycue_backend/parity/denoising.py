# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens of whole inferences: text, picture tokens, onsets and guided DDPM steps through the product's pipeline."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from torch import Tensor, nn
from transformers.models.t5.configuration_t5 import T5Config
from transformers.models.t5.modeling_t5 import T5EncoderModel

from foleycue_backend.engines.checkpoints.state_dict import filled, load_exactly
from foleycue_backend.engines.parts.guidance import Branches
from foleycue_backend.engines.parts.schedule import ddpm
from foleycue_backend.engines.parts.text import TextStates, TokenIds, encode_tokens
from foleycue_backend.engines.sta_v2a import shapes
from foleycue_backend.engines.sta_v2a.attentive_pooling import AttentivePooling
from foleycue_backend.engines.sta_v2a.checkpoint_parts import PREFIXES
from foleycue_backend.engines.sta_v2a.guidance import Scales
from foleycue_backend.engines.sta_v2a.local_features import LocalFeatures
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPredictor
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.parity.compare import Outcome, Strictness
from foleycue_backend.parity.golden import Golden, unreadable
from foleycue_backend.parity.kind import Kind, known_fields
from foleycue_backend.parity.network import Networks, load_networks
from foleycue_backend.parity.picture import LOCAL, ONSET, POOLING

TEXT = PREFIXES["text_encoder"]
#: Names of T5's fields in the JSON where they are not those of the stock configuration.
_T5_NAMES = {"eps": "layer_norm_epsilon"}


def load_text_encoder(config: Mapping[str, Any], weights: Mapping[str, Tensor]) -> T5EncoderModel:
    """A T5 encoder under published keys; the second name of the tied embedding may be absent."""
    encoder = T5EncoderModel(T5Config(**{_T5_NAMES.get(key, key): value for key, value in config.items()})).eval()
    load_exactly(encoder, weights, "text encoder", optional=("encoder.embed_tokens.weight",))
    return encoder


def _load_picture_side(golden: Golden) -> tuple[LocalFeatures, OnsetPredictor, AttentivePooling | None]:
    """The three small networks, with widths and options from their shapes."""
    local, onset, pooling = (golden.stored(prefix) for prefix in (LOCAL, ONSET, POOLING))
    if not local or not onset:
        raise unreadable("it stores no weights of local features and onset predictor")
    onset_config = shapes.onset_predictor_config(onset)
    local_config = shapes.local_features_config(local, onset_config["input_size"])
    features = filled(lambda: LocalFeatures(**local_config), local, "local features")
    predictor = filled(lambda: OnsetPredictor(**onset_config), onset, "onset predictor")
    if not pooling:
        return features, predictor, None
    pooling_config = shapes.attentive_pooling_config(pooling)
    return features, predictor, filled(lambda: AttentivePooling(**pooling_config), pooling, "attentive pooling")


def network_golden(golden: Golden, *references: str) -> Golden:
    """The golden that has the UNet's weights: this one, or one that an entry of its JSON names."""
    others = golden.sibling(*references)
    for candidate in (golden, *others):
        if candidate.stored("unet.") or "hash_prefix" in candidate.facts:
            return candidate
    raise unreadable("neither it nor a golden that it names has the weights of the UNet")


def schedule_of(golden: Golden) -> DDPMScheduler:
    """The product's DDPM with the golden's numbers."""
    return ddpm(known_fields(golden.facts.get("scheduler", {})))


def load_pipeline(parts: Golden, nets: Networks) -> StaV2aPipeline:
    """The product's pipeline without what the golden does not hold: CAVP, tokenizer, autoencoder, vocoder."""
    local, onset, pooling = _load_picture_side(parts)
    absent: Any = None
    return StaV2aPipeline(
        unet=nets.unet,
        controlnet=nets.controlnet,
        vae=absent,
        vocoder=absent,
        text_encoder=load_text_encoder(parts.fact("t5_config"), parts.stored(TEXT)),
        tokenizer=absent,
        video_encoder=absent,
        local_features=local,
        onset_predictor=onset,
        attentive_pooling=pooling,
        scheduler=schedule_of(parts),
    )


def encode_given_ids(golden: Golden, encoder: T5EncoderModel) -> TextStates:
    """Text states of the golden's own token ids, negatives first."""
    negative, prompt = (
        TokenIds(golden.tensor(f"in.{side}input_ids"), golden.tensor(f"in.{side}attention_mask"))
        for side in ("uncond_", "")
    )
    return encode_tokens(encoder, negative, prompt)


@dataclass
class UnetTape:
    """What a UNet was given and gave back in each evaluation."""

    inputs: list[dict[str, Any]] = field(default_factory=list)
    outputs: list[Tensor] = field(default_factory=list)

    def attach(self, unet: nn.Module) -> None:
        """Listen to a UNet from now on."""
        signature = inspect.signature(unet.forward)

        def heard(_module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:  # noqa: ANN401
            given = signature.bind(*args, **kwargs).arguments
            self.inputs.append({name: given.get(name) for name in _HEARD})
            self.outputs.append(output[0])

        unet.register_forward_hook(heard, with_kwargs=True)

    def results(self, latents: Tensor, scale: float) -> dict[str, Tensor]:
        """The golden's names for it; `latents` are the loop's result, `scale` that of the text."""
        batch = len(latents)
        after = [given["sample"][:batch] for given in self.inputs[1:]] + [latents]
        first = self.inputs[0]
        mask = first["encoder_attention_mask"]
        states = first["encoder_hidden_states"]
        results = {
            "out.latents": latents,
            "mid.timesteps": torch.stack([torch.as_tensor(given["timestep"]).view(()) for given in self.inputs]),
            "mid.encoder_hidden_states": states,
            "mid.encoder_attention_mask": torch.ones(states.shape[:2]) if mask is None else mask,
        }
        for index, (given, output) in enumerate(zip(self.inputs, self.outputs, strict=True)):
            results |= {
                f"mid.unet_in_{index}": given["sample"],
                f"mid.unet_out_{index}": output,
                f"mid.guided_{index}": _guided(output, scale),
                f"mid.latents_{index}": after[index],
            }
        return results


_HEARD = ("sample", "timestep", "encoder_hidden_states", "encoder_attention_mask")


def _guided(output: Tensor, scale: float) -> Tensor:
    """Both halves joined by the product's own guidance."""
    weights = torch.tensor(list(Scales(text=scale).branch_weights().values()))
    return Branches(output, None, weights).combine(output)


def variance_noise(golden: Golden, prefix: str = "") -> Iterator[Tensor]:
    """The golden's recorded noise, step by step; raises FoleyCueError where it ends too early."""
    step = 0
    while True:
        yield golden.tensor(f"{prefix}in.variance_noise_{step}")
        step += 1


def _is_inference(golden: Golden) -> bool:
    return golden.has("in.features", "in.input_ids", "in.initial_noise", "out.latents")


def inference(golden: Golden) -> Outcome:
    """The published inference from features and token ids to latents, and every step on the way."""
    nets = load_networks(network_golden(golden, "weights_of_unet_and_controlnet", "weights"))
    pipe = load_pipeline(golden, nets)
    tape = UnetTape()
    tape.attach(nets.unet)
    noise, features = golden.tensor("in.initial_noise"), golden.tensor("in.features")
    control = pipe.predict_onsets(features).hidden[:, : noise.shape[2]]
    scale = float(golden.fact("guidance_scale"))
    latents = pipe.denoise(
        features,
        encode_given_ids(golden, pipe.text_encoder),  # pyright: ignore[reportArgumentType] - it was built above
        control,
        noise,
        int(golden.fact("num_steps")),
        Scales(text=scale),
        variance_noise=variance_noise(golden),
    )
    # Both halves of guidance get the same condition, so the pipeline embeds it once.
    results = tape.results(latents, scale) | {"mid.controlnet_cond": torch.cat([control, control])}
    return Outcome(results, nets.weights)


KINDS = (Kind("STA-V2A inference", _is_inference, inference, Strictness.LOOP),)
