# SPDX-License-Identifier: GPL-3.0-or-later
"""From clips to cached features: each clip passes the frozen parts once, however often it is trained on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from foleycue_backend.engines.parts.log_mel import training_mel
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.training.common.pace import Log
from foleycue_backend.training.sta_v2a.clip_media import RATE, read_pictures, read_wave
from foleycue_backend.training.sta_v2a.dataset import Clip
from foleycue_backend.training.sta_v2a.features import FeatureSet, write_features
from foleycue_backend.training.sta_v2a.labels import onset_labels

_FROZEN = ("video_encoder", "vae", "text_encoder")
#: Goes up when features of the same clip become others.
_VERSION = 1


def prepare(pipe: StaV2aPipeline, clips: Sequence[Clip], folder: Path, log: Log) -> FeatureSet:
    """The features of all clips, in their order; what is in the folder already is not computed again."""
    folder.mkdir(parents=True, exist_ok=True)
    networks = _fingerprint(pipe)
    files = [folder / f"{_key(clip, networks)}.safetensors" for clip in clips]
    missing = [(clip, path) for clip, path in zip(clips, files, strict=True) if not path.is_file()]
    for number, (clip, path) in enumerate(missing, 1):
        write_features(clip_features(pipe, clip), path)
        if number % 10 == 0 or number == len(missing):
            log(f"features of clip {number} of {len(missing)}")
    return FeatureSet(files)


@torch.no_grad()
def clip_features(pipe: StaV2aPipeline, clip: Clip) -> dict[str, Tensor]:
    """Everything that a phase may need of one clip; see features.py. Raises MEDIA_UNREADABLE, naming the file."""
    wave = read_wave(clip.audio)
    mel = training_mel(torch.from_numpy(wave)[None].to(pipe.vae.device))
    posterior = pipe.vae.encode(mel[:, None].to(pipe.vae.dtype), return_dict=False)[0]
    scale: float = pipe.vae.config["scaling_factor"]
    prefix: str = pipe.config["prefix"]
    return {
        "features": pipe.encode_video(read_pictures(clip.video)[None])[0].float().clone(),
        "labels": onset_labels(wave, RATE),
        "mean": posterior.mean[0].float() * scale,
        "std": posterior.std[0].float() * scale,
        "states": _text_states(pipe, prefix + clip.caption),
    }


def _text_states(pipe: StaV2aPipeline, caption: str) -> Tensor:
    tokens = pipe.tokenizer(caption, max_length=200, truncation=True, return_tensors="pt").to(pipe.text_encoder.device)
    return pipe.text_encoder(input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"])[0][0].float()


def _fingerprint(pipe: StaV2aPipeline) -> str:
    """Which frozen networks: their configurations and a few numbers of every tensor."""
    digest = hashlib.sha256(str(_VERSION).encode() + str(pipe.config["prefix"]).encode())
    for name in _FROZEN:
        part: torch.nn.Module = getattr(pipe, name)
        for key, value in part.state_dict().items():
            digest.update(key.encode())
            digest.update(value.detach().flatten()[:16].float().cpu().numpy().tobytes())
    digest.update(json.dumps(pipe.vae.config["scaling_factor"]).encode())
    return digest.hexdigest()


def _key(clip: Clip, networks: str) -> str:
    """Names the features of a clip: files by size and time of change, caption, networks."""
    digest = hashlib.sha256(networks.encode())
    for path in (clip.video, clip.audio):
        stat = path.stat()
        digest.update(f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    digest.update(clip.caption.encode())
    return digest.hexdigest()[:32]
