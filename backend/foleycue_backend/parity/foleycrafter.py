# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens of FoleyCrafter's small steps: frames, embeddings, the condition map, pictures of sound and samples.

Its goldens do not mark what is given, so each kind names it.
"""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import Tensor
from transformers.models.clip.configuration_clip import CLIPVisionConfig
from transformers.models.clip.modeling_clip import CLIPVisionModelWithProjection

from foleycue_backend.engines.foleycrafter import condition_map, frames, mel_image
from foleycue_backend.engines.foleycrafter.adapters import image_prompt
from foleycue_backend.engines.parts import clip, vocoder
from foleycue_backend.parity.compare import Outcome
from foleycue_backend.parity.golden import Golden
from foleycue_backend.parity.kind import Kind, value_count

_CENTRE = re.compile(r"pixel_values_(\d+)_center$")
_ROW = re.compile(r"pixel_values_(\d+)_row(\d+)$")
_MAP = re.compile(r"(frame_index|map_row)\.(cli|app|cli_resized)\.(\d+)$")


def _is_indices(golden: Golden) -> bool:
    return "counts" in golden.facts and any(name.startswith("index.") for name in golden.tensors)


def frame_numbers(golden: Golden) -> Outcome:
    """The pictures that are seen of clips of several lengths."""
    return Outcome({f"index.{n}": torch.from_numpy(frames.frame_indices(n)) for n in golden.fact("counts")})


def load_vision(golden: Golden) -> CLIPVisionModelWithProjection:
    """The vision tower of a golden that gives its configuration and the recipe."""
    config = golden.fact("vision_config")
    with torch.device("meta"):
        sized = CLIPVisionModelWithProjection(CLIPVisionConfig(**config)).state_dict()
    return clip.load_vision(golden.rebuilt({k: tuple(v.shape) for k, v in sized.items()}, "image_encoder."), config)


def pixels_of(pictures: Tensor, tower: CLIPVisionModelWithProjection) -> Tensor:
    """The tower's pixels (T, 3, size, size) of pictures (T, height, width, 3), whole numbers."""
    size: Any = tower.config.image_size  # typed for towers that are not square too
    return torch.stack([frames.clip_pixels(picture, size) for picture in pictures.numpy()])


def _is_embeddings(golden: Golden) -> bool:
    return "vision_config" in golden.facts and golden.has("frames_u8", "ip_input")


def embeddings(golden: Golden) -> Outcome:
    """Pixels, embeddings, and both halves of the prompt that they make."""
    tower = load_vision(golden)
    pixels = pixels_of(golden.tensor("frames_u8"), tower)
    found = clip.embed_pictures(tower, pixels)
    results = {
        "image_embeds": found,
        "pixel_mean": pixels.mean((2, 3)),
        "ip_input": image_prompt(found)[None],
    }
    for name, value in golden.results().items():
        if match := _CENTRE.match(name):
            edge = (pixels.shape[-1] - value.shape[-1]) // 2
            inner = slice(edge, edge + value.shape[-1])
            results[name] = pixels[int(match[1]), :, inner, inner]
        elif match := _ROW.match(name):
            results[name] = pixels[int(match[1]), :, int(match[2])]
    return Outcome(results, value_count(tower), given=frozenset({"frames_u8"}))


def _is_map(golden: Golden) -> bool:
    return golden.has("probabilities") and any(_MAP.match(name) for name in golden.tensors)


def maps(golden: Golden) -> Outcome:
    """Rows of maps by both scripts, the widest squeezed, and the picture behind each column."""
    probabilities = golden.tensor("probabilities")
    results: dict[str, Tensor] = {}
    for name, value in golden.results().items():
        if match := _MAP.match(name):
            number = int(match[3])
            seconds = golden.fact("cases")[number]["duration"]
            seconds = min(seconds, condition_map.SECONDS) if match[2] == "app" else seconds
            row = condition_map.condition_row(probabilities[number], seconds)
            if match[1] == "frame_index":
                results[name] = condition_map.column_frames(seconds, probabilities.shape[1]).to(value.dtype)
            else:
                wide = condition_map.COLUMNS if match[2] == "cli_resized" else None
                results[name] = condition_map.condition_map(row, columns=wide)[0, 0, 0].to(value.dtype)
    return Outcome(results, given=frozenset({"probabilities"}))


def _is_front_end(golden: Golden) -> bool:
    return golden.has("pcm", "image_channel0")


def front_end(golden: Golden) -> Outcome:
    """Samples to log-mel to a picture."""
    wave = mel_image.peak_normalised(golden.tensor("pcm")[None])
    log_mel = mel_image.log_mel(wave)
    image = mel_image.to_image(golden.tensor("log_mel"))
    results = {"audio_normalised": wave, "log_mel": log_mel, "image_channel0": image[0, 0]}
    return Outcome(results, given=frozenset({"pcm"}))


def load_vocoder(golden: Golden) -> vocoder.SpeechT5HifiGan:
    """The generator that a golden stores under the names of `vocoder.pt`."""
    facts = golden.fact("config")
    rates = vocoder.Rates(facts["upsample_rates"], facts["resblock_dilation_sizes"])
    return vocoder.load(golden.stored(), rates)


def _is_vocoder(golden: Golden) -> bool:
    return golden.has("image", "log_mel", "wave", "int16")


def voice(golden: Golden) -> Outcome:
    """A picture to log-mel, that to samples, those to 16 bits; each from the golden's own tensor before it."""
    net = load_vocoder(golden)
    wave = golden.tensor("wave")
    found = vocoder.vocode(net, golden.tensor("log_mel").T[None])
    whole = vocoder.to_int16(wave.flatten(1))
    results = {
        "log_mel": mel_image.to_log_mel(golden.tensor("image")),
        "wave": found.reshape(wave.shape) if found.numel() == wave.numel() else found,
        "int16": whole,
    }
    if golden.has("edge_in"):
        results["edge_int16"] = vocoder.to_int16(golden.tensor("edge_in"))
    if golden.has("norm_in"):
        results["norm_out"] = mel_image.to_image(golden.tensor("norm_in"))
    if golden.has("int16_cut"):
        results["int16_cut"] = whole[:, : golden.tensor("int16_cut").shape[-1]]
    return Outcome(results, value_count(net), given=frozenset({"image", "edge_in", "norm_in"}))


KINDS = (
    Kind("FoleyCrafter frame numbers", _is_indices, frame_numbers),
    Kind("FoleyCrafter picture embeddings", _is_embeddings, embeddings),
    Kind("FoleyCrafter condition map", _is_map, maps),
    Kind("FoleyCrafter mel front end", _is_front_end, front_end),
    Kind("FoleyCrafter vocoder", _is_vocoder, voice),
)
