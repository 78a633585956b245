# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens of VTA-LDM: which frames of a film and how large, their tokens, and the guided loop."""

from __future__ import annotations

import re

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foleycue_backend.engines.checkpoints.state_dict import strip_prefix
from foleycue_backend.engines.checkpoints.unet_shapes import load_unet
from foleycue_backend.engines.parts.clip import embed_pictures
from foleycue_backend.engines.parts.guidance import GuidedUnet, two_branches
from foleycue_backend.engines.parts.text import TextStates
from foleycue_backend.engines.vta_ldm import frames
from foleycue_backend.engines.vta_ldm.checkpoint import PREFIXES, PictureSide, load_picture_side
from foleycue_backend.engines.vta_ldm.conditioning import (
    clip_embeddings,
    embed_text,
    pad_clips,
    position_table,
    with_unconditional,
)
from foleycue_backend.parity.compare import Outcome, Strictness
from foleycue_backend.parity.denoising import UnetTape
from foleycue_backend.parity.golden import Golden
from foleycue_backend.parity.kind import Kind, value_count
from foleycue_backend.parity.tango import denoise

_PIXELS = re.compile(r"(\w+)\.pixels_uint8$")
_DRAWN = re.compile(r"check\.frame(\d+)_(\d+)x(\d+)$")
_TEXT_ALONE = re.compile(r"out\.text_only_(\w+)$")
_TEXT_FIRST = re.compile(r"out\.text_(\w+)_plus_video_(\d+)$")


def drawn_frame(number: int, width: int, height: int) -> NDArray[np.uint8]:
    """Frame `number` of the film that the goldens describe by a formula, RGB (height, width, 3)."""
    y, x, c = np.ogrid[:height, :width, :3]
    squares = 9 * ((x // 8 + y // 8) % 2) * (c + 1)
    return ((17 * number + 5 * x + 3 * y + 40 * c + squares + x * y // 7) % 256).astype(np.uint8)


def _is_frames(golden: Golden) -> bool:
    return "index_cases" in golden.facts and any(_PIXELS.match(name) for name in golden.tensors)


def _index_results(golden: Golden) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Found and wanted frame numbers of every case of the JSON, and the pixel cases' too."""
    found: dict[str, Tensor] = {}
    wanted: dict[str, Tensor] = {}
    cases = {f"index_case_{number}": case for number, case in enumerate(golden.fact("index_cases"))}
    cases |= golden.facts.get("pixel_cases", {})
    for name, case in cases.items():
        given = case["frame_count"], case["container_fps"]
        for key, compute in (("frame_indices", frames.frame_indices), ("read_requests", frames.frame_requests)):
            if key in case:
                asked = compute(*given)
                # Reading ends with the first frame that is not there, and the golden's list with it.
                kept = asked[: len(frames.frame_indices(*given)) + 1] if key == "read_requests" else asked
                found[f"{name}.{key}"], wanted[f"{name}.{key}"] = torch.tensor(kept), torch.tensor(case[key])
    return found, wanted


def film_frames(golden: Golden) -> Outcome:
    """Frame numbers, and the pixels of the drawn films."""
    results, expected = _index_results(golden)
    for name in golden.results():
        if match := _DRAWN.match(name):
            results[name] = torch.from_numpy(drawn_frame(int(match[1]), int(match[2]), int(match[3])))
        elif match := _PIXELS.match(name):
            case = golden.fact("pixel_cases")[match[1]]
            shown = frames.frame_indices(case["frame_count"], case["container_fps"])
            pictures = [
                frames.pixels(drawn_frame(index, case["width"], case["height"]), case["size"]) for index in shown
            ]
            whole = torch.stack(pictures) * 255
            results[name] = whole[case["rows_kept"]].round().to(torch.uint8)
            sums = f"{match[1]}.checksum"
            results[sums] = whole.double().sum().round().long()
            expected[sums] = torch.tensor(case["checksum_all_frames_sum_of_uint8"])
    return Outcome(results, expected=expected)


def _is_conditioning(golden: Golden) -> bool:
    return "clip_vision_config" in golden.facts and golden.has("in.frames_0", "out.encoder_hidden_states")


def _picture_side(golden: Golden, *, positions: bool = False) -> PictureSide:
    facts = golden.facts
    return load_picture_side(
        golden.stored(PREFIXES["picture"]),
        facts["clip_vision_config"],
        facts.get("clip_text_config"),
        positions=positions,
    )


def conditioning(golden: Golden) -> Outcome:
    """Embeddings, tokens of a batch of clips and their masks, with positions, in training, and of text."""
    side, placed = _picture_side(golden), _picture_side(golden, positions=True)
    names = sorted((name for name in golden.tensors if name.startswith("in.frames_")), key=lambda n: int(n[10:]))
    clips = [embed_pictures(side.vision, golden.tensor(name)) for name in names]
    states, mask = pad_clips([side.projection(clip) for clip in clips])
    whole = with_unconditional(states, mask)
    results = {f"mid.image_embeds_{number}": clip for number, clip in enumerate(clips)} | {
        "mid.pe_table": position_table(clips[0].shape[-1]),
        "out.encoder_hidden_states": whole.states,
        "out.encoder_attention_mask": whole.mask,
        "out.training.encoder_hidden_states": states,
        "out.training.encoder_attention_mask": mask,
        "out.with_pe.encoder_hidden_states": with_unconditional(
            *pad_clips([placed.projection(clip) for clip in clips])
        ).states,
    }
    for name in golden.results():
        match = _TEXT_FIRST.match(name) or _TEXT_ALONE.match(name)
        if match and side.text is not None:
            text = embed_text(side.text, golden.tensor(f"in.text_{match[1]}_ids"))
            pictures = clips[int(match[2])] if match.re is _TEXT_FIRST else None
            results[name] = side.projection(clip_embeddings(pictures, text))
    return Outcome(results, value_count(side.vision, side.projection))


def _is_inference(golden: Golden) -> bool:
    given = ("in.encoder_hidden_states", "in.encoder_attention_mask", "in.initial_noise", "out.latents")
    return golden.has(*given) and "unet_config" in golden.facts


def inference(golden: Golden) -> Outcome:
    """Every step of the guided loop from the tokens of both halves."""
    state = golden.stored() or golden.rebuilt(golden.fact("state_dict_shapes"), golden.hash_prefix())
    unet = load_unet(strip_prefix(state, PREFIXES["unet"]), golden.fact("unet_config"), golden.path.name)
    given = golden.tensor("in.encoder_hidden_states")
    conditions = TextStates(given, golden.tensor("in.encoder_attention_mask").to(given.dtype))
    scale = float(golden.fact("guidance_scale"))
    branches = two_branches(conditions, scale, len(golden.tensor("in.initial_noise")))
    tape = UnetTape()
    latents = denoise(golden, tape, GuidedUnet(unet, branches), int(golden.fact("num_steps")))
    return Outcome(tape.results(latents, max(scale, 1.0)), value_count(unet))


KINDS = (
    Kind("VTA-LDM frames", _is_frames, film_frames),
    Kind("VTA-LDM conditioning", _is_conditioning, conditioning),
    Kind("VTA-LDM inference", _is_inference, inference, Strictness.LOOP),
)
