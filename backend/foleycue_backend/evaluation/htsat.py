# SPDX-License-Identifier: GPL-3.0-or-later
"""HTS-AT on the stock CLAP audio encoder, from the published names: the ear of LAION's CLAP and of Microsoft's.

Chen et al., HTS-AT: A Hierarchical Token-Semantic Audio Transformer for Sound Classification and Detection, ICASSP
2022. Widths, depths, heads and windows are read from tensor shapes.
"""

import math
import re
from collections.abc import Mapping

import torch
from torch import Tensor
from transformers import ClapAudioConfig, ClapAudioModel

from foleycue_backend.evaluation.log_mel import LogMel, front_end_sizes

#: Longer sounds are heard in pieces of so many frames, starting so many apart, as Microsoft's CLAP does.
PIECE, PIECE_STEP = 689, 344

_RENAMED = (
    (".bn0.", ".batch_norm."),
    (".norm1.", ".layernorm_before."),
    (".norm2.", ".layernorm_after."),
    (".mlp.fc1.", ".intermediate.dense."),
    (".mlp.fc2.", ".output.dense."),
    (".attn.proj.", ".attention.output.dense."),
    (".attn.", ".attention.self."),
)
#: The classifier on top and masks that the stock class computes itself.
_UNUSED = re.compile(r"^(head|tscam_conv)\.|\.attn_mask$")


class Htsat(LogMel):
    """Sound (batch, samples) at the file's rate to features (batch, width)."""

    def __init__(self, config: ClapAudioConfig, window: int, hop: int) -> None:
        super().__init__(window, hop, config.num_mel_bins)
        self.encoder = ClapAudioModel(config).audio_encoder
        self._most_frames = config.spec_size**2 // config.num_mel_bins

    @classmethod
    def from_published(cls, state: Mapping[str, Tensor], hop: int) -> "Htsat":
        """The encoder of a published file, its names without prefix; hop is the one thing that no shape tells.

        Raises KeyError or RuntimeError where names or shapes are not those of an HTS-AT.
        """
        window, bands = front_end_sizes(state)
        net = cls(_config(state, bands), window, hop)
        net.load_state_dict(_stock_names(state))
        return net.eval()

    def forward(self, sound: Tensor) -> Tensor:
        """The mean of the last tokens; of a long sound, the mean over overlapping pieces."""
        level = self.log_mel(sound)
        if level.shape[2] <= self._most_frames:
            return self.encoder(level).pooler_output
        starts = range(0, level.shape[2] - PIECE - 1, PIECE_STEP)
        pieces = [self.encoder(level[:, :, start : start + PIECE]).pooler_output for start in starts]
        return torch.stack(pieces).mean(0)


def below(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The part of a state dict under a prefix, without it."""
    return {name.removeprefix(prefix): tensor for name, tensor in state.items() if name.startswith(prefix)}


def _config(state: Mapping[str, Tensor], bands: int) -> ClapAudioConfig:
    tables: dict[int, list[Tensor]] = {}
    for name, tensor in state.items():
        if found := re.fullmatch(r"layers\.(\d+)\.blocks\.\d+\.attn\.relative_position_bias_table", name):
            tables.setdefault(int(found[1]), []).append(tensor)
    width = state["patch_embed.proj.weight"].shape[0]
    stages = [tables[stage] for stage in sorted(tables)]
    return ClapAudioConfig(
        window_size=(math.isqrt(stages[0][0].shape[0]) + 1) // 2,
        num_mel_bins=bands,
        spec_size=4 * bands,
        patch_embeds_hidden_size=width,
        depths=[len(stage) for stage in stages],
        num_attention_heads=[stage[0].shape[1] for stage in stages],
        hidden_size=width * 2 ** (len(stages) - 1),
        num_hidden_layers=len(stages),
    )


def _stock_names(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    renamed: dict[str, Tensor] = {}
    for name, tensor in state.items():
        if _UNUSED.search(name):
            continue
        if name.startswith(("spectrogram_extractor.", "logmel_extractor.")):
            renamed[name] = tensor
            continue
        new = f"encoder.{name}"
        for old, by in _RENAMED:
            new = new.replace(old, by)
        if ".qkv." in new:
            for part, rows in zip(("query", "key", "value"), tensor.chunk(3), strict=True):
                renamed[new.replace("qkv", part)] = rows
        else:
            renamed[new] = tensor
    return renamed
