# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks inside the published STA-V2A files: where each has its weights, and how wide it is built."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import nn
from transformers.models.t5.configuration_t5 import T5Config
from transformers.models.t5.modeling_t5 import T5EncoderModel

from foleycue_backend.engines.parts import autoencoder, published_files, unet_shapes
from foleycue_backend.engines.parts import vocoder as hifigan
from foleycue_backend.engines.parts.cavp import CavpVideoEncoder
from foleycue_backend.engines.parts.key_report import CheckpointReport
from foleycue_backend.engines.parts.published_files import PublishedFiles
from foleycue_backend.engines.parts.state_dict import State, strip_prefix
from foleycue_backend.engines.sta_v2a import shapes
from foleycue_backend.engines.sta_v2a.attentive_pooling import AttentivePooling
from foleycue_backend.engines.sta_v2a.controlnet import CueControlNet
from foleycue_backend.engines.sta_v2a.local_features import LocalFeatures
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPredictor
from foleycue_shared.errors import ErrorCode, FoleyCueError

#: Prefixes of the authors' state dict.
PREFIXES = {
    "unet": "unet.",
    "controlnet": "controlnet.",
    "text_encoder": "text_encoder.",
    "video_encoder": "extract_cavp.stage1_model.",
    "local_features": "trans_cvap_feature.",
    "onset_predictor": "pre_onset.",
    "attentive_pooling": "global_video_feature.",
}
#: The contrastive model's other half, which the published inference builds and never runs.
_UNNEEDED = ("spec_encoder.", "spec_project_head.", "logit_scale")
_EMBEDDINGS = ("shared.weight", "encoder.embed_tokens.weight")


@dataclass(frozen=True)
class Component:
    """A network to be filled: how it is built (without memory for weights), and what it is filled with."""

    name: str
    source: str
    build: Callable[[], nn.Module]
    state: State
    optional: tuple[str, ...] = ()


def components_of(files: PublishedFiles, report: CheckpointReport) -> list[Component]:
    """Every network of a published folder, frozen ones from wherever they are; notes go to the report.

    Raises BAD_INPUT naming the part that is nowhere, or the key without which a width is not known.
    """
    main = files.main()
    parts = {name: strip_prefix(main.tensors, prefix) for name, prefix in PREFIXES.items()}
    report.unknown = [key for key in main.tensors if not key.startswith(tuple(PREFIXES.values()))]
    absent = [PREFIXES[name] for name in ("controlnet", "local_features", "onset_predictor") if not parts[name]]
    if absent:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"{main.path.name} is not the whole STA-V2A model: no key of it begins with {' or '.join(absent)}.",
        )
    unet = _unet(files, parts["unet"], main.path.name)
    with _reading("onset_predictor"):
        onset = shapes.onset_predictor_config(parts["onset_predictor"])
    with _reading("local_features"):
        local = shapes.local_features_config(parts["local_features"], onset["input_size"])
    with _reading("controlnet"):
        channels = shapes.condition_channels(parts["controlnet"])
    components = [
        unet,
        Component(
            "controlnet",
            main.path.name,
            lambda: CueControlNet.from_unet(_unet_of(unet), channels),
            parts["controlnet"],
        ),
        Component("local_features", main.path.name, lambda: LocalFeatures(**local), parts["local_features"]),
        Component("onset_predictor", main.path.name, lambda: OnsetPredictor(**onset), parts["onset_predictor"]),
        _text_encoder(files, parts["text_encoder"], main.path.name),
        _video_encoder(files, parts["video_encoder"], main.path.name, report),
        *_codec(files),
    ]
    if parts["attentive_pooling"]:
        with _reading("attentive_pooling"):
            pooling = shapes.attentive_pooling_config(parts["attentive_pooling"])
        components.append(
            Component(
                "attentive_pooling",
                main.path.name,
                lambda: AttentivePooling(**pooling),
                parts["attentive_pooling"],
            )
        )
    else:
        report.notes.append("The checkpoint has no global picture tokens: the text alone says what is heard.")
    return components


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Say of which network the shapes were being read when they made no sense."""
    try:
        yield
    except unet_shapes.ShapeTrouble as trouble:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, f"The checkpoint cannot be used: of its {name}, {trouble}."
        ) from trouble


def _unet(files: PublishedFiles, state: State, source: str) -> Component:
    if not state:
        found = files.weights(published_files.UNET)
        if found is None:
            raise lacks("UNet", "unet/diffusion_pytorch_model.bin", files)
        state, source = found.tensors, found.path.name
    stated = files.unet_config()
    with _reading("unet"):
        if stated is None:
            config = unet_shapes.unet_config(state, None)
        else:
            config = unet_shapes.unet_config(state, stated[1], str(stated[0].relative_to(files.folder)))
    return Component("unet", source, lambda: UNet2DConditionModel(**config), state)


def _unet_of(component: Component) -> UNet2DConditionModel:
    unet = component.build()
    assert isinstance(unet, UNet2DConditionModel)
    return unet


def _text_encoder(files: PublishedFiles, state: State, source: str) -> Component:
    folder = text_folder(files)
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


def text_folder(files: PublishedFiles) -> Path:
    """Folder of the text encoder's configuration and tokenizer. Raises BAD_INPUT without one."""
    folder = files.text_folder()
    if folder is None:
        raise lacks("text encoder's configuration and tokenizer", "the folder of google/flan-t5-large", files)
    return folder


def _video_encoder(files: PublishedFiles, state: State, source: str, report: CheckpointReport) -> Component:
    if not any(key.startswith("video_encoder.") for key in state):
        found = files.weights(published_files.PICTURE)
        if found is None:
            raise lacks("picture encoder", "cavp_epoch66.ckpt", files)
        source = found.path.name
        state = {key.removeprefix("stage1_model."): value for key, value in found.tensors.items()}
    needed = {key: value for key, value in state.items() if not key.startswith(_UNNEEDED)}
    report.unneeded += len(state) - len(needed)
    with _reading("video_encoder"):
        config = shapes.video_encoder_config(needed)
    return Component("video_encoder", source, lambda: CavpVideoEncoder(**config), needed)


def _codec(files: PublishedFiles) -> list[Component]:
    found = files.weights(published_files.CODEC)
    if found is None:
        raise lacks("sound codec", "audioldm-s-full.ckpt, or Tango's pytorch_model_vae.bin with vae_config.json", files)
    inside = found.tensors.get("scale_factor")
    scale = files.scale_factor() if inside is None or inside.numel() != 1 else float(inside)
    if scale is None:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"{found.path.name} does not hold the scale factor of its latents: add the vae_config.json that lies "
            "beside it where it is published.",
        )
    vae, vocoder = autoencoder.to_stock(found.tensors), hifigan.to_stock(_vocoder_keys(found.tensors, files))
    vae_config = autoencoder.config_from_shapes(found.tensors, scale)
    vocoder_config = hifigan.config_from_shapes(vocoder)
    return [
        Component("vae", found.path.name, lambda: autoencoder.build(vae_config), vae),
        Component(
            "vocoder", found.path.name, lambda: hifigan.build(vocoder_config), vocoder, optional=hifigan.STOCK_BUFFERS
        ),
    ]


def _vocoder_keys(state: State, files: PublishedFiles) -> State:
    if not any(".vocoder." in f".{key}" for key in state):
        raise lacks("vocoder", "a sound codec with keys vocoder.*, as audioldm-s-full.ckpt has them", files)
    return state


def lacks(what: str, wanted: str, files: PublishedFiles) -> FoleyCueError:
    """The error for a part that is nowhere."""
    return FoleyCueError(
        ErrorCode.BAD_INPUT, f"The {what} is neither in the main file nor beside it: add {wanted} to {files.folder}."
    )
