# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of a folder's files is which part of a published model, by name first and always by content."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from foleycue_backend.engines.checkpoints.tensor_file import SUFFIXES, read_container
from foleycue_shared.errors import ErrorCode, FoleyCueError

#: More than this is no model's folder but somebody's disk.
_MOST_FILES = 20_000
_MOST_JSON = 1 << 20


@dataclass(frozen=True)
class Kind:
    """What a file of weights can be: `keys` begin at least one of its keys and none of another kind's.

    `names` are patterns of its published names, the best first; `known_as` is the one that people are told. `without`
    begins no key of such a file.
    """

    title: str
    keys: re.Pattern[str]
    names: tuple[str, ...] = ()
    known_as: str = ""
    without: re.Pattern[str] | None = None

    def fits(self, keys: Iterable[str]) -> bool:
        """Whether a file with these keys is of this kind."""
        if self.without is not None and any(self.without.match(key) for key in keys):
            return False
        return any(self.keys.match(key) for key in keys)


STA_V2A = Kind(
    "STA-V2A model",
    re.compile(r"(controlnet|trans_cvap_feature|pre_onset|global_video_feature)\."),
    (r"(pytorch_)?model_2\.safetensors", r"pytorch_model_2\.(bin|pt)"),
    "pytorch_model_2.bin",
)
VTA_LDM = Kind(
    "VTA-LDM model",
    re.compile(r"vid_fea_extractor\."),
    (r"(pytorch_)?model_2\.safetensors", r"pytorch_model_2\.(bin|pt)"),
    "pytorch_model_2.bin",
)
TANGO = Kind(
    "Tango model",
    re.compile(r"unet\."),
    (r"pytorch_model_main\.(bin|safetensors)", r"pytorch_model_2\.(bin|pt|safetensors)"),
    "pytorch_model_main.bin",
)
CODEC = Kind(
    "AudioLDM sound codec",
    re.compile(r"(first_stage_model\.)?(post_quant_conv|quant_conv)\.|first_stage_model\.vocoder\."),
    (r"audioldm-s-full(\.ckpt)?", r"pytorch_model_vae\.(bin|safetensors)", r"pytorch_model\.bin"),
)
PICTURE = Kind(
    "CAVP picture encoder",
    re.compile(r"(stage1_model\.)?video_encoder\."),
    (r"cavp_epoch66\.ckpt", r"cavp.*\.(ckpt|pt|pth|bin|safetensors)"),
    "cavp_epoch66.ckpt",
)
TEXT = Kind(
    "T5 text encoder",
    re.compile(r"(encoder\.block\.\d+\.layer|text_encoder)\."),
    (r"model\.safetensors", r"pytorch_model\.bin"),
)
SEMANTIC_ADAPTER = Kind(
    "FoleyCrafter semantic adapter",
    re.compile(r"(image_proj|ip_adapter)\."),
    (r"semantic_adapter\.(bin|safetensors)",),
    "semantic/semantic_adapter.bin",
)
TEMPORAL_ADAPTER = Kind(
    "FoleyCrafter temporal adapter",
    re.compile(r"controlnet_(cond_embedding|down_blocks|mid_block)\."),
    (r"temporal_adapter\.(ckpt|safetensors)",),
    "temporal_adapter.ckpt",
)
TIMESTAMP_DETECTOR = Kind(
    "FoleyCrafter timestamp detector",
    re.compile(r"net\.model\."),
    (r"timestamp_detector\.(pth\.tar|pth|safetensors)",),
    "timestamp_detector.pth.tar",
)
HIFIGAN = Kind(
    "HiFi-GAN vocoder",
    re.compile(r"(generator\.)?(conv_pre|conv_post)\."),
    (r"vocoder\.(pt|safetensors)",),
    "vocoder/vocoder.pt",
)
PICTURE_CODEC = Kind(
    "Stable Diffusion autoencoder",
    re.compile(r"(en|de)coder\.(down|up)_blocks\."),
    (r"diffusion_pytorch_model\.(safetensors|bin)",),
    "vae/diffusion_pytorch_model.bin",
)
CLIP_TEXT = Kind(
    "CLIP text encoder",
    re.compile(r"(text_model\.)?embeddings\.token_embedding\."),
    (r"model\.safetensors", r"pytorch_model\.bin"),
    "text_encoder/pytorch_model.bin",
)
CLIP_PICTURE = Kind(
    "CLIP picture encoder",
    re.compile(r"vision_model\."),
    (r"model\.safetensors", r"pytorch_model\.bin"),
    "models/image_encoder/model.safetensors",
)
UNET = Kind(
    "UNet",
    re.compile(r"(down_blocks\.\d+\.resnets|time_embedding)\."),
    (r"diffusion_pytorch_model\.(safetensors|bin)",),
    "unet/diffusion_pytorch_model.bin",
)
DIFF_FOLEY = Kind(
    "Diff-Foley diffusion model",
    re.compile(r"cond_stage_model\.(embedder|pos_emb)\."),
    (r"ldm_epoch240\.ckpt", r"ldm.*\.(ckpt|safetensors)"),
    "ldm_epoch240.ckpt",
)
ALIGNMENT = Kind(
    "Diff-Foley alignment classifier",
    re.compile(r"cond_model\.(embedder|pos_emb)\."),
    (r"double_guidance_classifier\.ckpt", r"double_guidance.*\.(ckpt|safetensors)"),
    "double_guidance_classifier.ckpt",
    without=re.compile(r"first_stage_model\."),
)
#: As the other one, with an autoencoder; the authors measure with it.
EVALUATION = Kind("Diff-Foley evaluation classifier", ALIGNMENT.keys, ALIGNMENT.names, "eval_classifier.ckpt")
_STABLE_DIFFUSION = Kind("Stable Diffusion checkpoint", re.compile(r"cond_stage_model\.transformer\."))
_TABLES = Kind("set of spectrogram tables", re.compile(r"(mel_basis|stft_fn\.)"))
#: In the order in which a file is held against them: some hold the keys of others too.
_KINDS = (
    DIFF_FOLEY,
    ALIGNMENT,
    EVALUATION,
    _STABLE_DIFFUSION,
    STA_V2A,
    VTA_LDM,
    TANGO,
    SEMANTIC_ADAPTER,
    TEMPORAL_ADAPTER,
    TIMESTAMP_DETECTOR,
    PICTURE_CODEC,
    CODEC,
    HIFIGAN,
    PICTURE,
    TEXT,
    CLIP_TEXT,
    CLIP_PICTURE,
    UNET,
    _TABLES,
)


@dataclass(frozen=True)
class Weights:
    """A file's tensors by key, and what kind of file it is; None for one that is not known here.

    `beside` names what else is in the file, such as an optimizer.
    """

    path: Path
    tensors: Mapping[str, Tensor]
    kind: Kind | None
    beside: Sequence[str] = ()


class PublishedFiles:
    """A folder with the authors' files, nested as published or flat; files are read when they are asked for.

    Raises BAD_INPUT when there is no such folder, or far too much in it.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise FoleyCueError(ErrorCode.BAD_INPUT, f"{folder} is no folder: give the one with the published files.")
        self.folder = folder
        #: What was looked at and is something else.
        self.notes: list[str] = []
        #: Weight files that served.
        self.used: list[Path] = []
        self._files = _visible_files(folder)
        self._read: dict[Path, Weights | None] = {}

    def needed(self, kind: Kind) -> Weights:
        """The file of a kind. Raises BAD_INPUT that says what the folder has instead."""
        found = self.weights(kind)
        if found is None:
            seen = "; ".join(self.notes) or "it has no file of weights"
            raise FoleyCueError(
                ErrorCode.BAD_INPUT, f"There is no {kind.title} ({kind.known_as}) in {self.folder}: {seen}."
            )
        return found

    def weights(self, kind: Kind) -> Weights | None:
        """The file of a kind: the published names first, then whatever holds the right keys; None without one.

        Raises BAD_INPUT when a file of a published name cannot be read.
        """
        named = [path for pattern in kind.names for path in self._files if re.fullmatch(pattern, path.name)]
        named.sort(key=lambda path: path.parent.name != "best")
        others = [path for path in self._files if path not in named and path.suffix in SUFFIXES]
        for path in [*named, *others]:
            weights = self._load(path, must=path in named)
            if weights is not None and weights.kind == kind:
                self.used.append(path)
                return weights
        return None

    def _load(self, path: Path, must: bool) -> Weights | None:
        if path not in self._read:
            self._read[path] = None
            try:
                found, beside = read_container(path)
            except FoleyCueError as error:
                if must:
                    raise
                self.notes.append(error.message.rstrip("."))
                return None
            tensors = {key.replace("module.", ""): value for key, value in found.items()}
            self._read[path] = Weights(path, tensors, _kind(tensors), beside)
            self.notes.append(f"{path.relative_to(self.folder).as_posix()} is {_described(tensors)}")
        return self._read[path]

    def stated(self, wanted: Callable[[Mapping[str, Any]], bool]) -> tuple[Path, dict[str, Any]] | None:
        """The first JSON object, and its file, that is as wanted; None without one."""
        return next(((path, content) for path, content in self._json() if wanted(content)), None)

    def folder_with(self, *names: str) -> Path | None:
        """The shallowest folder with files of all these names, None without one."""
        folders = (path.parent for path in self._files if path.name == names[0])
        return next((folder for folder in folders if all((folder / name).is_file() for name in names)), None)

    def text_folder(self) -> Path | None:
        """The folder with the configuration of a T5 encoder, None without one."""
        return next((path.parent for path, content in self._json("config.json") if _is_t5(content)), None)

    def unet_config(self) -> tuple[Path, dict[str, Any]] | None:
        """The JSON that describes a conditional UNet, one in a folder unet/ before others; None without one."""
        found = [(path, content) for path, content in self._json() if _is_unet(content)]
        found.sort(key=lambda item: item[0].parent.name != "unet")
        return found[0] if found else None

    def vision_config(self) -> dict[str, Any] | None:
        """The JSON that describes a CLIP vision tower, alone or of a whole CLIP; None without one."""
        for _, content in self._json():
            if content.get("model_type") == "clip_vision_model":
                return content
            if content.get("model_type") == "clip" and isinstance(content.get("vision_config"), dict):
                return content["vision_config"]
        return None

    def summary(self) -> dict[str, Any] | None:
        """The first line of summary.jsonl, None without one. Raises BAD_INPUT when it makes no sense."""
        for path in self._files:
            if path.name == "summary.jsonl":
                with path.open(encoding="utf-8", errors="replace") as file:
                    first = _parsed(file.readline(_MOST_JSON))
                if first is None:
                    raise FoleyCueError(ErrorCode.BAD_INPUT, f"The first line of {path} is no JSON object.")
                return first
        return None

    def scale_factor(self) -> float | None:
        """The latents' factor as vae_config.json says it, None when it does not."""
        for _, content in self._json("vae_config.json"):
            if isinstance(content.get("scale_factor"), int | float):
                return float(content["scale_factor"])
        return None

    def _json(self, name: str | None = None) -> Iterator[tuple[Path, dict[str, Any]]]:
        for path in self._files:
            if path.suffix == ".json" and path.stat().st_size <= _MOST_JSON and name in (None, path.name):
                content = _parsed(path.read_text(encoding="utf-8", errors="replace"))
                if content is not None:
                    yield path, content


def _visible_files(folder: Path) -> list[Path]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    visible = (path for path in paths if not any(part[0] == "." for part in path.relative_to(folder).parts))
    found = list(itertools.islice(visible, _MOST_FILES + 1))
    if len(found) > _MOST_FILES:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, f"{folder} holds more than {_MOST_FILES} files: give the model's own folder."
        )
    return sorted(found, key=lambda path: (len(path.parts), path))


def _kind(tensors: Mapping[str, Tensor]) -> Kind | None:
    return next((kind for kind in _KINDS if kind.fits(tensors)), None)


def _described(tensors: Mapping[str, Tensor]) -> str:
    kind = _kind(tensors)
    some = ", ".join(sorted({key.split(".")[0] for key in tensors})[:4])
    what = f"model of another kind (with {some})" if kind is None else kind.title
    return f"an {what}" if what[0] in "AEIOU" and what != UNET.title else f"a {what}"


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _is_t5(content: Mapping[str, Any]) -> bool:
    return content.get("model_type") == "t5"


def _is_unet(content: Mapping[str, Any]) -> bool:
    wanted = {"block_out_channels", "cross_attention_dim", "down_block_types"}
    return wanted <= content.keys() and "conditioning_channels" not in content
