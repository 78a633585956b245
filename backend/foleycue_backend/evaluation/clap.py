# SPDX-License-Identifier: GPL-3.0-or-later
"""LAION CLAP: how well a sound fits a caption.

Wu et al., Large-Scale Contrastive Language-Audio Pretraining with Feature Fusion and Keyword-to-Caption Augmentation,
ICASSP 2023. Read from the authors' checkpoint of the HTS-AT model without fusion, which published figures are made
with, or from a folder in the stock layout.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AutoProcessor, AutoTokenizer, ClapModel, RobertaConfig, RobertaModel

from foleycue_backend.evaluation.htsat import Htsat, below
from foleycue_backend.evaluation.sounds import Sound
from foleycue_backend.stages.raw_audio import resample

SAMPLE_RATE = 48_000
HOP = 480
#: Ten seconds are heard: shorter sounds are repeated whole and padded, of longer ones the first ten seconds count.
#: The authors' code takes ten seconds from anywhere in a longer sound, so its figures change from run to run.
HEARD = 10 * SAMPLE_RATE
LONGEST_TEXT = 77

_HEAD_SIZE = 64


class Clap(Protocol):
    """What the score needs: embeddings (size,) of length 1."""

    def hear(self, sound: Sound) -> Tensor:
        """Of a sound."""
        ...

    def read(self, text: str) -> Tensor:
        """Of a caption."""
        ...


class CheckpointClap:
    """From a checkpoint such as 630k-best.pt, and the tokenizer of roberta-base in a folder."""

    def __init__(self, state: Mapping[str, Tensor], tokenizer: Path) -> None:
        """Raises KeyError or RuntimeError where names or shapes are others, OSError or ValueError for the tokenizer."""
        state = {name.removeprefix("module."): tensor for name, tensor in state.items()}
        self._tokenizer = AutoTokenizer.from_pretrained(tokenizer, local_files_only=True)
        self._ear = Htsat.from_published(below(state, "audio_branch."), HOP)
        self._text = _roberta(below(state, "text_branch."))
        self._audio_projection = _projection(below(state, "audio_projection."))
        self._text_projection = _projection(below(state, "text_projection."))

    @torch.inference_mode()
    def hear(self, sound: Sound) -> Tensor:
        """Embedding of a sound."""
        features = self._ear(torch.from_numpy(ten_seconds(sound))[None])
        return nn.functional.normalize(self._audio_projection(features)[0], dim=-1)

    @torch.inference_mode()
    def read(self, text: str) -> Tensor:
        """Embedding of a caption."""
        tokens = self._tokenizer(text, truncation=True, max_length=LONGEST_TEXT, return_tensors="pt")
        pooled = self._text(tokens["input_ids"], tokens["attention_mask"]).pooler_output
        return nn.functional.normalize(self._text_projection(pooled)[0], dim=-1)


class FolderClap:
    """From a folder such as clap-htsat-unfused: stock model and processor."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError or ValueError where the folder does not hold both."""
        self._model = ClapModel.from_pretrained(folder, local_files_only=True).eval()
        self._processor = AutoProcessor.from_pretrained(folder, local_files_only=True)

    @torch.inference_mode()
    def hear(self, sound: Sound) -> Tensor:
        """Embedding of a sound."""
        heard = self._processor.feature_extractor(
            ten_seconds(sound), sampling_rate=SAMPLE_RATE, truncation="rand_trunc", return_tensors="pt"
        )
        return self._normalized(self._model.get_audio_features(**heard))

    @torch.inference_mode()
    def read(self, text: str) -> Tensor:
        """Embedding of a caption."""
        tokens = self._processor.tokenizer(text, truncation=True, max_length=LONGEST_TEXT, return_tensors="pt")
        return self._normalized(self._model.get_text_features(tokens["input_ids"], tokens["attention_mask"]))

    @staticmethod
    def _normalized(output: object) -> Tensor:
        embedding = output if isinstance(output, Tensor) else output.pooler_output  # type: ignore[attr-defined]
        return nn.functional.normalize(embedding[0], dim=-1)


def ten_seconds(sound: Sound) -> np.ndarray:
    """HEARD samples at 48 kHz on the steps of 16-bit sound, as the model heard them in training."""
    blocks = resample(iter([sound.wave]), sound.rate, SAMPLE_RATE)
    wave = np.concatenate([np.zeros(0, np.float32), *blocks])[:HEARD]
    steps = (np.clip(wave, -1, 1) * 32767).astype(np.int16)
    wave = (steps / np.float32(32767)).astype(np.float32)
    wave = np.tile(wave, HEARD // len(wave)) if len(wave) else wave
    return np.pad(wave, (0, HEARD - len(wave)))


def _roberta(state: dict[str, Tensor]) -> RobertaModel:
    """The stock text encoder with widths from the shapes; heads are 64 wide, as in all published ones."""
    state.pop("embeddings.position_ids", None)
    words = state["embeddings.word_embeddings.weight"]
    config = RobertaConfig(
        vocab_size=words.shape[0],
        hidden_size=words.shape[1],
        num_hidden_layers=len({name.split(".")[2] for name in state if name.startswith("encoder.layer.")}),
        num_attention_heads=max(1, words.shape[1] // _HEAD_SIZE),
        intermediate_size=state["encoder.layer.0.intermediate.dense.weight"].shape[0],
        max_position_embeddings=state["embeddings.position_embeddings.weight"].shape[0],
        type_vocab_size=state["embeddings.token_type_embeddings.weight"].shape[0],
        layer_norm_eps=1e-5,
    )
    encoder = RobertaModel(config)
    encoder.load_state_dict(state)
    return encoder.eval()


def _projection(state: Mapping[str, Tensor]) -> nn.Sequential:
    size, width = state["0.weight"].shape
    layers = nn.Sequential(nn.Linear(width, size), nn.ReLU(), nn.Linear(size, size))
    layers.load_state_dict(state)
    return layers.eval()
