# SPDX-License-Identifier: GPL-3.0-or-later
"""A training from base model to trained parts: scenes are rendered, pass the frozen parts once, and are learnt."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor
from transformers import AutoTokenizer
from transformers.models.clip.modeling_clip import CLIPTextModelWithProjection, CLIPVisionModelWithProjection

from foleycue_backend.engines.vta_ldm.conditioning import TokenProjection
from foleycue_backend.engines.vta_sam.adapter import ObjectAdapter
from foleycue_backend.engines.vta_sam.names import embed_names
from foleycue_backend.engines.vta_sam.published import MODEL
from foleycue_backend.engines.vta_sam.studio import ADAPTER
from foleycue_backend.models.manifest import write_manifest
from foleycue_backend.training.common.pace import Log
from foleycue_backend.training.sta_v2a.runner import Plan, Runner
from foleycue_backend.training.vta_sam.examples import Examples, examples
from foleycue_backend.training.vta_sam.scenes import OBJECTS, scene
from foleycue_backend.training.vta_sam.task import ObjectTask
from foleycue_shared.errors import ErrorCode, FoleyCueError

#: Scenes of validation and of every measurement: others than any training's.
HELD_OUT_SEED = 9_000_001


@dataclass(frozen=True)
class Base:
    """The parts of a VTA-LDM that a training needs, and the embeddings (objects, width) of what the scenes show."""

    unet: UNet2DConditionModel
    projection: TokenProjection
    vision: CLIPVisionModelWithProjection
    vae: AutoencoderKL
    names: Tensor


@dataclass(frozen=True)
class Trained:
    """What a training left: the adapter, and the held-out loss before and after."""

    adapter: ObjectAdapter
    before: float
    after: float


def load_base(folder: Path, text_tower: Path) -> Base:
    """The parts in full precision. Raises BAD_INPUT for folders that hold none."""
    try:
        tower: Any = CLIPTextModelWithProjection.from_pretrained(text_tower, local_files_only=True)
        vision: Any = CLIPVisionModelWithProjection.from_pretrained(folder / "image_encoder", local_files_only=True)
        tokenizer = AutoTokenizer.from_pretrained(text_tower, local_files_only=True)
        return Base(
            UNet2DConditionModel.from_pretrained(folder / "unet", local_files_only=True),
            TokenProjection.from_pretrained(folder / "projection", local_files_only=True),
            vision.eval(),
            AutoencoderKL.from_pretrained(folder / "vae", local_files_only=True).eval(),
            embed_names(tower.eval(), tokenizer, OBJECTS),
        )
    except (OSError, ValueError, KeyError) as error:
        message = f"{folder} and {text_tower} do not hold a VTA-LDM and its text tower that can be loaded: {error}"
        raise FoleyCueError(ErrorCode.BAD_INPUT, message) from None


def render(base: Base, count: int, seed: int) -> Examples:
    """So many scenes of a seed, as the frozen parts see and hear them."""
    return examples([scene(number, seed) for number in range(count)], base.vision, base.vae, base.names)


def train(base: Base, plan: Plan, work: Path, sizes: tuple[int, int], rank: int, everything: bool, log: Log) -> Trained:
    """Train on `sizes` scenes, (to learn, held out); `everything` lets the base's UNet learn too, in place."""
    torch.manual_seed(plan.seed)
    adapter = ObjectAdapter.of(base.unet, rank)
    log(f"rendering {sizes[0]} scenes to learn from and {sizes[1]} to validate on")
    sets = render(base, sizes[0], plan.seed), render(base, sizes[1], HELD_OUT_SEED + plan.seed)
    work.mkdir(parents=True, exist_ok=True)
    runner = Runner(ObjectTask(base.unet, base.projection, adapter, sets, everything), plan, work, log)
    before = runner.validate()
    after = runner.run()
    log(f"held-out loss {before:.4f} before, {after:.4f} after")
    return Trained(adapter, before or 0.0, after or 0.0)


def save_adapter(adapter: ObjectAdapter, folder: Path) -> None:
    """Write the model that `foleycue models import vta-sam` takes; one of an earlier run is replaced whole."""
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    adapter.save_pretrained(part / ADAPTER)
    write_manifest(part, MODEL.name, [])
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
