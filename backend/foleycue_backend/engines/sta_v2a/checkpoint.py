# SPDX-License-Identifier: GPL-3.0-or-later
"""The published STA-V2A checkpoint, turned once into a `StaV2aPipeline` folder.

Widths and options come from tensor shapes (`.shapes`), files are told by content (`.published_files`), and nothing is
loaded in part: a key that is missing or has another shape refuses the checkpoint, with all keys in a report.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.utils.logging import disable_progress_bar
from safetensors import SafetensorError
from torch import Tensor, nn
from transformers.models.auto.tokenization_auto import AutoTokenizer
from transformers.models.t5.configuration_t5 import T5Config
from transformers.models.t5.modeling_t5 import T5EncoderModel
from transformers.tokenization_utils_base import PreTrainedTokenizerBase
from transformers.utils.logging import disable_progress_bar as disable_transformers_progress_bar

from foleycue_backend.engines.parts import autoencoder, schedule
from foleycue_backend.engines.parts import vocoder as hifigan
from foleycue_backend.engines.parts.cavp import CavpVideoEncoder
from foleycue_backend.engines.parts.state_dict import KeyReport, State, compare_keys, strip_prefix
from foleycue_backend.engines.sta_v2a import published_files, shapes
from foleycue_backend.engines.sta_v2a.attentive_pooling import AttentivePooling
from foleycue_backend.engines.sta_v2a.controlnet import CueControlNet
from foleycue_backend.engines.sta_v2a.key_report import CheckpointReport, ComponentReport
from foleycue_backend.engines.sta_v2a.local_features import LocalFeatures
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPredictor
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.engines.sta_v2a.published_files import PublishedFiles
from foleycue_backend.models.converting import Conversion, OnStep
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error

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
REPORT_NAME = "conversion.txt"


@dataclass
class _Component:
    """A network to be filled: how it is built (without memory for weights), and what it is filled with."""

    name: str
    source: str
    build: Callable[[], nn.Module]
    state: State
    optional: tuple[str, ...] = ()


def convert(source: Path, target: Path, report_path: Path, on_step: OnStep) -> Conversion:
    """Write the model of a published folder to `target`, an empty folder.

    Raises BAD_INPUT when files are missing, damaged, unsafe or do not belong together; the report with every key is
    then at `report_path`, otherwise inside `target`.
    """
    disable_progress_bar()
    disable_transformers_progress_bar()
    files = PublishedFiles(source)
    pipeline, report = _assemble(files, report_path, on_step)
    on_step("write", 0, 1)
    _save(pipeline, target)
    report.write(target / REPORT_NAME)
    on_step("write", 1, 1)
    return Conversion(report.lines(), files.used)


def _save(pipeline: StaV2aPipeline, target: Path) -> None:
    try:
        pipeline.save_pretrained(target)
    except SafetensorError as error:
        # It wraps what the operating system said in words of its own.
        full = "No space left" in str(error) or "os error 28" in str(error)
        raise explain_os_error(OSError(errno.ENOSPC if full else errno.EIO, str(error)), target) from error


def load_published(source: Path, report_path: Path) -> StaV2aPipeline:
    """The pipeline of a published folder, without writing it anywhere. Raises BAD_INPUT as convert() does."""
    return _assemble(PublishedFiles(source), report_path, lambda phase, step, steps: None)[0]


def _assemble(files: PublishedFiles, report_path: Path, on_step: OnStep) -> tuple[StaV2aPipeline, CheckpointReport]:
    report = CheckpointReport()
    components = _components(files, report)
    networks: dict[str, nn.Module] = {}
    for number, component in enumerate(components):
        on_step("read", number, len(components))
        networks[component.name] = _fill(component, report)
    if not report.usable:
        report.write(report_path)
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"The checkpoint cannot be used: {report.trouble()}. All keys are in {report_path}.",
        )
    tokenizer = _tokenizer(files)
    _check_widths(networks, tokenizer)
    prefix = _prefix(files, report)
    return _pipeline(networks, tokenizer, prefix), report


def _components(files: PublishedFiles, report: CheckpointReport) -> list[_Component]:
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
        _Component(
            "controlnet",
            main.path.name,
            lambda: CueControlNet.from_unet(_unet_of(unet), channels),
            parts["controlnet"],
        ),
        _Component("local_features", main.path.name, lambda: LocalFeatures(**local), parts["local_features"]),
        _Component("onset_predictor", main.path.name, lambda: OnsetPredictor(**onset), parts["onset_predictor"]),
        _text_encoder(files, parts["text_encoder"], main.path.name),
        _video_encoder(files, parts["video_encoder"], main.path.name, report),
        *_codec(files),
    ]
    if parts["attentive_pooling"]:
        with _reading("attentive_pooling"):
            pooling = shapes.attentive_pooling_config(parts["attentive_pooling"])
        components.append(
            _Component(
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
    except shapes.ShapeTrouble as trouble:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, f"The checkpoint cannot be used: of its {name}, {trouble}."
        ) from trouble


def _unet(files: PublishedFiles, state: State, source: str) -> _Component:
    if not state:
        found = files.weights(published_files.UNET)
        if found is None:
            raise _lacks("UNet", "unet/diffusion_pytorch_model.bin", files)
        state, source = found.tensors, found.path.name
    stated = files.unet_config()
    with _reading("unet"):
        if stated is None:
            config = shapes.unet_config(state, None)
        else:
            config = shapes.unet_config(state, stated[1], str(stated[0].relative_to(files.folder)))
    return _Component("unet", source, lambda: UNet2DConditionModel(**config), state)


def _unet_of(component: _Component) -> UNet2DConditionModel:
    unet = component.build()
    assert isinstance(unet, UNet2DConditionModel)
    return unet


def _text_encoder(files: PublishedFiles, state: State, source: str) -> _Component:
    folder = _text_folder(files)
    if not state:
        found = files.weights(published_files.TEXT)
        if found is None:
            raise _lacks("text encoder", "model.safetensors of google/flan-t5-large", files)
        source = found.path.name
        # The published text model has a decoder too, which nobody asks.
        state = {key: value for key, value in found.tensors.items() if key.startswith(("shared.", "encoder."))}
    state = dict(state)
    for one, other in (_EMBEDDINGS, _EMBEDDINGS[::-1]):
        if one in state:
            state.setdefault(other, state[one])
    config = T5Config.from_json_file(folder / "config.json")
    return _Component("text_encoder", source, lambda: T5EncoderModel(config), state)


def _text_folder(files: PublishedFiles) -> Path:
    folder = files.text_folder()
    if folder is None:
        raise _lacks("text encoder's configuration and tokenizer", "the folder of google/flan-t5-large", files)
    return folder


def _video_encoder(files: PublishedFiles, state: State, source: str, report: CheckpointReport) -> _Component:
    if not any(key.startswith("video_encoder.") for key in state):
        found = files.weights(published_files.PICTURE)
        if found is None:
            raise _lacks("picture encoder", "cavp_epoch66.ckpt", files)
        source = found.path.name
        state = {key.removeprefix("stage1_model."): value for key, value in found.tensors.items()}
    needed = {key: value for key, value in state.items() if not key.startswith(_UNNEEDED)}
    report.unneeded += len(state) - len(needed)
    with _reading("video_encoder"):
        config = shapes.video_encoder_config(needed)
    return _Component("video_encoder", source, lambda: CavpVideoEncoder(**config), needed)


def _codec(files: PublishedFiles) -> list[_Component]:
    found = files.weights(published_files.CODEC)
    if found is None:
        raise _lacks(
            "sound codec", "audioldm-s-full.ckpt, or Tango's pytorch_model_vae.bin with vae_config.json", files
        )
    inside = found.tensors.get("scale_factor")
    scale = files.scale_factor() if inside is None else float(inside)
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
        _Component("vae", found.path.name, lambda: autoencoder.build(vae_config), vae),
        _Component(
            "vocoder", found.path.name, lambda: hifigan.build(vocoder_config), vocoder, optional=hifigan.STOCK_BUFFERS
        ),
    ]


def _vocoder_keys(state: State, files: PublishedFiles) -> State:
    if not any(".vocoder." in f".{key}" for key in state):
        raise _lacks("vocoder", "a sound codec with keys vocoder.*, as audioldm-s-full.ckpt has them", files)
    return state


def _lacks(what: str, wanted: str, files: PublishedFiles) -> FoleyCueError:
    return FoleyCueError(
        ErrorCode.BAD_INPUT, f"The {what} is neither in the main file nor beside it: add {wanted} to {files.folder}."
    )


def _fill(component: _Component, report: CheckpointReport) -> nn.Module:
    """The network with its weights in float32, or as far as it fits; what does not is in the report."""
    try:
        with torch.device("meta"):
            network = component.build()
    except ValueError as error:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"No {component.name} can have the widths that its weights in {component.source} show ({error}).",
        ) from error
    keys = compare_keys(network, component.state, component.optional)
    report.components.append(ComponentReport(component.name, component.source, len(network.state_dict()), keys))
    if not (keys.missing or keys.misshaped):
        _load(network, component.state, keys)
    return network


def _load(network: nn.Module, state: State, keys: KeyReport) -> None:
    kept = {key: _plain(value) for key, value in state.items() if key not in set(keys.unexpected)}
    # Buffers that published files lack are an identity normalisation (see the vocoder's part).
    kept |= {
        name: torch.ones_like(buffer, device="cpu") if name == "scale" else torch.zeros_like(buffer, device="cpu")
        for name, buffer in network.named_buffers()
        if name not in kept and name in hifigan.STOCK_BUFFERS
    }
    network.load_state_dict(kept, assign=True)
    network.requires_grad_(False)


def _plain(value: Tensor) -> Tensor:
    return value.detach().float() if value.is_floating_point() else value.detach()


def _tokenizer(files: PublishedFiles) -> PreTrainedTokenizerBase:
    folder = _text_folder(files)
    if not any((folder / name).is_file() for name in ("tokenizer.json", "spiece.model")):
        raise _lacks("text encoder's tokenizer", "tokenizer.json of google/flan-t5-large", files)
    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, ImportError, KeyError, TypeError) as error:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"The text encoder's tokenizer in {folder} cannot be read: add tokenizer.json and tokenizer_config.json "
            "of google/flan-t5-large.",
            detail=repr(error),
        ) from error


def _check_widths(networks: Mapping[str, nn.Module], tokenizer: PreTrainedTokenizerBase) -> None:
    """Parts that each fit by themselves must also fit each other. Raises BAD_INPUT."""
    config = {name: _config(network) for name, network in networks.items()}
    pooling = config.get("attentive_pooling")
    features = config["video_encoder"]["features"]
    pairs = [
        ("the text encoder's width", config["text_encoder"]["d_model"], "the UNet's", _width(config["unet"])),
        ("the onset predictor's hidden width", config["onset_predictor"]["hidden_size"],
         "the ControlNet's condition", config["controlnet"]["conditioning_channels"]),
        ("the picture features' width", features, "the local features' input", config["local_features"]["input_size"]),
        ("the sound codec's latent channels", config["vae"]["latent_channels"],
         "the UNet's", config["unet"]["in_channels"]),
    ]  # fmt: skip
    if pooling is not None:
        pairs.append(("the global tokens' width", pooling["size"], "the UNet's", _width(config["unet"])))
        pairs.append(("the picture features' width", features, "the global tokens' input", pooling["input_size"]))
    for what, one, against, other in pairs:
        if one != other:
            raise FoleyCueError(
                ErrorCode.BAD_INPUT, f"These files do not belong together: {what} is {one}, {against} {other}."
            )
    # A little smaller is usual; far smaller is what transformers makes up when the vocabulary is not there.
    pieces, known = len(tokenizer), config["text_encoder"]["vocab_size"]
    if not known // 2 < pieces <= known:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"The tokenizer has {pieces} pieces, the text encoder {known}: they do not belong together.",
        )


def _config(network: nn.Module) -> Mapping[str, Any]:
    config: Any = network.config
    return config if isinstance(config, Mapping) else config.to_dict()


def _width(unet: Mapping[str, Any]) -> int:
    width = unet["cross_attention_dim"]
    return width if isinstance(width, int) else width[0]


def _prefix(files: PublishedFiles, report: CheckpointReport) -> str:
    summary = files.summary()
    if summary is None:
        report.notes.append("There is no summary.jsonl, so prompts get no prefix.")
        return ""
    name = str(summary.get("text_encoder_name") or "")
    if name and "t5" not in name:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, f"summary.jsonl names {name} as text encoder, but only T5 encoders are known."
        )
    return str(summary.get("prefix") or "")


def _pipeline(networks: Mapping[str, nn.Module], tokenizer: PreTrainedTokenizerBase, prefix: str) -> StaV2aPipeline:
    parts: dict[str, Any] = {"attentive_pooling": None, **networks}
    return StaV2aPipeline(**parts, tokenizer=tokenizer, scheduler=schedule.ddpm(), prefix=prefix)
