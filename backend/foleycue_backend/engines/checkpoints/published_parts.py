# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks that several published models share, out of their files: UNet, Flan-T5, AudioLDM's codec, tokenizer."""

from __future__ import annotations

from pathlib import Path

from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from transformers.models.auto.tokenization_auto import AutoTokenizer
from transformers.models.t5.configuration_t5 import T5Config
from transformers.models.t5.modeling_t5 import T5EncoderModel
from transformers.tokenization_utils_base import PreTrainedTokenizerBase

from foleycue_backend.engines.checkpoints import published_files, unet_shapes
from foleycue_backend.engines.checkpoints.conversion import Component, reading
from foleycue_backend.engines.checkpoints.published_files import PublishedFiles
from foleycue_backend.engines.checkpoints.state_dict import State
from foleycue_backend.engines.parts import autoencoder
from foleycue_backend.engines.parts import vocoder as hifigan
from foleycue_shared.errors import ErrorCode, FoleyCueError

_EMBEDDINGS = ("shared.weight", "encoder.embed_tokens.weight")


def unet_of(files: PublishedFiles, state: State, source: str) -> Component:
    """The UNet, of `state` or of a file of its own where that is empty; its configuration file where there is one."""
    if not state:
        found = files.weights(published_files.UNET)
        if found is None:
            raise lacks("UNet", "unet/diffusion_pytorch_model.bin", files)
        state, source = found.tensors, found.path.name
    stated = files.unet_config()
    with reading("unet"):
        if stated is None:
            config = unet_shapes.unet_config(state, None)
        else:
            config = unet_shapes.unet_config(state, stated[1], str(stated[0].relative_to(files.folder)))
    return Component("unet", source, lambda: UNet2DConditionModel(**config), state)


def text_encoder_of(files: PublishedFiles, state: State, source: str) -> Component:
    """The T5 encoder, of `state` or of a file of its own where that is empty; its configuration lies beside."""
    folder = _text_folder(files)
    if not state:
        found = files.weights(published_files.TEXT)
        if found is None:
            raise lacks("text encoder", "model.safetensors of google/flan-t5-large", files)
        source = found.path.name
        # The published text model has a decoder too, which nobody asks.
        state = {key: value for key, value in found.tensors.items() if key.startswith(("shared.", "encoder."))}
    state = dict(state)
    for one, other in (_EMBEDDINGS, _EMBEDDINGS[::-1]):
        if one in state:
            state.setdefault(other, state[one])
    config = T5Config.from_json_file(folder / "config.json")
    return Component("text_encoder", source, lambda: T5EncoderModel(config), state)


def codec_of(files: PublishedFiles) -> list[Component]:
    """AudioLDM's autoencoder and the vocoder that lies in its file."""
    found = files.weights(published_files.CODEC)
    if found is None:
        raise lacks("sound codec", "audioldm-s-full.ckpt, or Tango's pytorch_model_vae.bin with vae_config.json", files)
    if not any(".vocoder." in f".{key}" for key in found.tensors):
        raise lacks("vocoder", "a sound codec with keys vocoder.*, as audioldm-s-full.ckpt has them", files)
    vae, vocoder = autoencoder.to_stock(found.tensors), hifigan.to_stock(found.tensors)
    vae_config = autoencoder.config_from_shapes(found.tensors, _scale_factor(files, found.tensors, found.path.name))
    vocoder_config = hifigan.config_from_shapes(vocoder)
    return [
        Component("vae", found.path.name, lambda: autoencoder.build(vae_config), vae),
        Component(
            "vocoder", found.path.name, lambda: hifigan.build(vocoder_config), vocoder, optional=hifigan.STOCK_BUFFERS
        ),
    ]


def tokenizer_of(files: PublishedFiles) -> PreTrainedTokenizerBase:
    """The T5 tokenizer. Raises BAD_INPUT when it is not there or cannot be read."""
    folder = _text_folder(files)
    if not any((folder / name).is_file() for name in ("tokenizer.json", "spiece.model")):
        raise lacks("text encoder's tokenizer", "tokenizer.json of google/flan-t5-large", files)
    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, ImportError, KeyError, TypeError) as error:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"The text encoder's tokenizer in {folder} cannot be read: add tokenizer.json and tokenizer_config.json "
            "of google/flan-t5-large.",
            detail=repr(error),
        ) from error


def check_tokenizer(tokenizer: PreTrainedTokenizerBase, vocabulary: int) -> None:
    """A little smaller than the encoder's vocabulary is usual; far smaller is what transformers makes up without a
    vocabulary. Raises BAD_INPUT."""
    pieces = len(tokenizer)
    if not vocabulary // 2 < pieces <= vocabulary:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"The tokenizer has {pieces} pieces, the text encoder {vocabulary}: they do not belong together.",
        )


def prefix_of(files: PublishedFiles) -> str | None:
    """What the authors' summary puts before each prompt, None without one. Raises BAD_INPUT for an encoder not T5."""
    summary = files.summary()
    if summary is None:
        return None
    name = str(summary.get("text_encoder_name") or "")
    if name and "t5" not in name:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, f"summary.jsonl names {name} as text encoder, but only T5 encoders are known."
        )
    return str(summary.get("prefix") or "")


def lacks(what: str, wanted: str, files: PublishedFiles) -> FoleyCueError:
    """The error for a part that is nowhere."""
    return FoleyCueError(
        ErrorCode.BAD_INPUT, f"The {what} is neither in the main file nor beside it: add {wanted} to {files.folder}."
    )


def _text_folder(files: PublishedFiles) -> Path:
    folder = files.text_folder()
    if folder is None:
        raise lacks("text encoder's configuration and tokenizer", "the folder of google/flan-t5-large", files)
    return folder


def _scale_factor(files: PublishedFiles, state: State, name: str) -> float:
    """The latents' factor, in the file itself or in the configuration beside it."""
    inside = state.get("scale_factor")
    scale = files.scale_factor() if inside is None or inside.numel() != 1 else float(inside)
    if scale is None:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"{name} does not hold the scale factor of its latents: add the vae_config.json that lies beside it where "
            "it is published.",
        )
    return scale
