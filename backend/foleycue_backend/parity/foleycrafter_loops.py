# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens of FoleyCrafter's whole inference: from text and onsets to a log-mel, and from frames to samples."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.controlnets.controlnet import ControlNetModel
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor
from transformers.models.clip.configuration_clip import CLIPTextConfig
from transformers.models.clip.modeling_clip import CLIPTextModel

from foleycue_backend.engines.foleycrafter import frames, mel_image
from foleycue_backend.engines.foleycrafter.adapters import (
    attach_semantic_adapter,
    encode_prompts,
    guided_unet,
    image_prompt,
    set_semantic_scale,
)
from foleycue_backend.engines.foleycrafter.condition_map import COLUMNS, SECONDS, condition_map, condition_row
from foleycue_backend.engines.foleycrafter.sound import decode, pndm
from foleycue_backend.engines.parts import autoencoder, clip, vocoder
from foleycue_backend.engines.parts.sampling import sample
from foleycue_backend.engines.parts.text import TextStates
from foleycue_backend.parity.compare import Outcome, Strictness
from foleycue_backend.parity.denoising import UnetTape
from foleycue_backend.parity.foleycrafter import load_vision, load_vocoder, pixels_of
from foleycue_backend.parity.foleycrafter_networks import PIXELS, load_networks
from foleycue_backend.parity.foleycrafter_onsets import load_detector
from foleycue_backend.parity.golden import Golden, unreadable
from foleycue_backend.parity.kind import Kind, value_count

#: 16-bit samples of the whole chain may differ by so many steps.
_SAMPLE_STEPS = 2
_RATE = 16000


@dataclass(frozen=True)
class _Networks:
    """Auffusion with both adapters."""

    unet: UNet2DConditionModel
    controlnet: ControlNetModel
    vae: AutoencoderKL
    text: CLIPTextModel
    schedule: Any

    @property
    def weights(self) -> int:
        return value_count(self.unet, self.controlnet, self.vae, self.text)


def _load_text(golden: Golden) -> CLIPTextModel:
    config = golden.fact("text_config")
    with torch.device("meta"):
        sized = CLIPTextModel(CLIPTextConfig(**config)).state_dict()
    shapes = {f"text_model.{key.removeprefix('text_model.')}": tuple(value.shape) for key, value in sized.items()}
    return clip.load_text(CLIPTextModel, golden.rebuilt(shapes, "text_encoder."), config)


def _load_vae(golden: Golden) -> AutoencoderKL:
    config = golden.fact("vae_config")
    with torch.device("meta"):
        sized = AutoencoderKL(**config).state_dict()
    state = golden.rebuilt({key: tuple(value.shape) for key, value in sized.items()}, "vae.")
    return autoencoder.load(state, config["scaling_factor"])


def _load(golden: Golden) -> _Networks:
    unet, controlnet = load_networks(golden)
    attach_semantic_adapter(unet, golden.stored())
    said = str(golden.fact("scheduler"))
    options = json.loads(said[said.index("{") :])
    return _Networks(unet, controlnet, _load_vae(golden), _load_text(golden), pndm(options))


def _text(golden: Golden, nets: _Networks) -> TextStates:
    ids = torch.stack([golden.tensor("ids_negative"), golden.tensor("ids_prompt")]).long()
    return encode_prompts(nets.text, ids)


@dataclass(frozen=True)
class _Run:
    """What one loop is told."""

    latents: Tensor
    pictures: Tensor
    condition: Tensor
    steps: int
    guidance: float
    semantic: float
    temporal: float


def _denoise(nets: _Networks, text: TextStates, run: _Run) -> tuple[Tensor, UnetTape]:
    set_semantic_scale(nets.unet, run.semantic)
    guided = guided_unet(
        nets.unet,
        nets.controlnet,
        text,
        run.pictures,
        run.condition,
        guidance=run.guidance,
        temporal=run.temporal,
        batch=len(run.latents),
    )
    tape = UnetTape()
    tape.attach(nets.unet)
    return sample(nets.schedule, guided, run.latents, steps=run.steps), tape


def _is_loop(golden: Golden) -> bool:
    return golden.has("latents_in", "condition_row", "image_embeds", "ids_prompt") and "vae_config" in golden.facts


def loop(golden: Golden) -> Outcome:
    """Text, latents after every step, the picture of sound and its log-mel."""
    nets = _load(golden)
    facts = golden.facts
    given = golden.tensor("latents_in")
    text = _text(golden, nets)
    run = _Run(
        given,
        golden.tensor("image_embeds")[0],
        condition_map(golden.tensor("condition_row"), given.shape[2] * PIXELS, given.shape[3] * PIXELS),
        int(facts["steps"]),
        float(facts["guidance_scale"]),
        float(facts["ip_adapter_scale"]),
        float(facts["controlnet_conditioning_scale"]),
    )
    latents, tape = _denoise(nets, text, run)
    after = [heard["sample"][: len(given)] for heard in tape.inputs[1:]] + [latents]
    image = decode(nets.vae, latents)
    results = {f"latents.{number}": value for number, value in enumerate(after)} | {
        "text_negative": text.states[:1],
        "text_prompt": text.states[1:],
        "timesteps": torch.stack([heard["timestep"].view(()) for heard in tape.inputs]),
        "image": image,
        "log_mel": mel_image.to_log_mel(image)[0],
    }
    return Outcome(
        results,
        nets.weights,
        given=frozenset({"latents_in", "condition_row", "image_embeds", "ids_prompt", "ids_negative"}),
    )


def _is_whole(golden: Golden) -> bool:
    return golden.has("frames_u8", "detector_logits", "audio_int16")


def _named(golden: Golden, fact: str) -> Golden:
    """The golden that this one names and that says `fact`."""
    for candidate in golden.sibling("weights"):
        if fact in candidate.facts:
            return candidate
    raise unreadable(f"no golden that it names says {fact}")


def whole(golden: Golden) -> Outcome:
    """The published script from frames to 16-bit samples; each part from the golden's own tensor before it."""
    pictures = golden.tensor("frames_u8")
    seen = pictures[torch.from_numpy(frames.frame_indices(len(pictures)))]
    detector = load_detector(_named(golden, "variants")).train()
    logits = detector(frames.detector_input(frames.detector_square(seen.permute(0, 3, 1, 2))))
    del detector
    tower = load_vision(_named(golden, "vision_config"))
    prompt = image_prompt(clip.embed_pictures(tower, pixels_of(seen, tower)))
    seconds = float(golden.fact("duration"))
    row = condition_row(golden.tensor("detector_logits")[0].sigmoid(), seconds)
    generator = torch.Generator().manual_seed(int(golden.fact("seed")))
    latents = torch.randn(golden.tensor("latents_in").shape, generator=generator)
    results = {
        "detector_logits": logits,
        "ip_input": prompt[None],
        "map_row": row.to(golden.tensor("map_row").dtype),
        "latents_in": latents,
    }
    nets = _load(_named(golden, "vae_config"))
    facts = golden.facts
    run = _Run(
        latents,
        golden.tensor("ip_input")[0],
        condition_map(row, columns=COLUMNS),
        int(facts["steps"]),
        float(facts["guidance_scale"]),
        float(facts["semantic_scale"]),
        float(facts["temporal_scale"]),
    )
    log_mel = mel_image.to_log_mel(decode(nets.vae, _denoise(nets, _text(golden, nets), run)[0]))[0]
    wave = vocoder.vocode(load_vocoder(_named(golden, "config")), log_mel.T[None])[0]
    results |= {
        "log_mel_t8": log_mel[:, ::8],
        "log_mel_first64": log_mel[:, :64],
        "audio_int16": vocoder.to_int16(wave)[: int(min(seconds, SECONDS) * _RATE)],
    }
    return Outcome(
        results,
        nets.weights,
        steps={"audio_int16": _SAMPLE_STEPS},
        given=frozenset({"frames_u8", "ids_prompt", "ids_negative"}),
    )


KINDS = (
    Kind("FoleyCrafter loop", _is_loop, loop, Strictness.LOOP),
    Kind("FoleyCrafter end to end", _is_whole, whole, Strictness.LOOP),
)
