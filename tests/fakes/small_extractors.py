# SPDX-License-Identifier: GPL-3.0-or-later
"""Small random weights of the evaluation's extractors under the published names, in the published files' layouts."""

import json
from pathlib import Path

import torch
from tokenizers.pre_tokenizers import ByteLevel
from torch import Tensor, nn
from transformers import ClapAudioConfig, ClapAudioModel, GPT2Config, GPT2Model, RobertaConfig, RobertaModel
from transformers.audio_utils import mel_filter_bank

from foleycue_backend.evaluation.cnn14 import Cnn14
from foleycue_backend.evaluation.log_mel import LogMel
from foleycue_backend.evaluation.vggish import VGGish

WIDTH = 32
SIZE = 24

_HTSAT = ClapAudioConfig(
    patch_embeds_hidden_size=8, depths=[1, 2], num_attention_heads=[1, 2], hidden_size=16, num_hidden_layers=2
)
_PUBLISHED = (
    ("batch_norm.", "bn0."),
    (".layernorm_before.", ".norm1."),
    (".layernorm_after.", ".norm2."),
    (".attention.output.dense.", ".attn.proj."),
    (".intermediate.dense.", ".mlp.fc1."),
    (".output.dense.", ".mlp.fc2."),
    (".attention.self.", ".attn."),
)


def write_all(folder: Path) -> Path:
    """Every file that the evaluation knows, small, in a folder."""
    torch.manual_seed(0)
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"iteration": 1, "model": cnn14_state()}, folder / "Cnn14_16k_mAP=0.438.pth")
    torch.save(VGGish((2, 2, 3, 3, 4, 4), 8, 6).state_dict(), folder / "vggish-10086976.pth")
    state = {f"module.{name}": tensor for name, tensor in clap_state().items()}
    torch.save({"epoch": 1, "name": "small", "state_dict": state}, folder / "630k-best.pt")
    write_tokenizer(folder / "roberta-base")
    torch.save({"model": ms_clap_state()}, folder / "CLAP_weights_2023.pth")
    return folder


def cnn14_state() -> dict[str, Tensor]:
    """A Cnn14 of two blocks and five classes."""
    state = Cnn14((4, 6), 5).state_dict()
    state["logmel_extractor.melW"] = mel_filters(512, 50, 8000, 16_000)
    return state


def clap_state() -> dict[str, Tensor]:
    """LAION's checkpoint: audio branch, text branch of Roberta, two projections, and what the score does not use."""
    text = RobertaModel(
        RobertaConfig(
            vocab_size=300, hidden_size=WIDTH, num_hidden_layers=1, num_attention_heads=1, intermediate_size=48,
            max_position_embeddings=90, type_vocab_size=1, layer_norm_eps=1e-5,
        )
    )  # fmt: skip
    for parameter in text.parameters():
        if parameter.ndim > 1:
            nn.init.normal_(parameter, std=0.3)
    return {
        **_under("audio_branch.", htsat_state(480, 1024, 14_000, 48_000)),
        **_under("text_branch.", dict(text.state_dict())),
        **_under("audio_projection.", _projection(16)),
        **_under("text_projection.", _projection(WIDTH)),
        "text_branch.embeddings.position_ids": torch.arange(90)[None],
        "logit_scale_a": torch.tensor(3.0),
    }


def ms_clap_state() -> dict[str, Tensor]:
    """Microsoft's checkpoint: audio encoder and GPT-2, each with its projection, with an old causal mask."""
    text = GPT2Model(GPT2Config(vocab_size=50_257, n_positions=77, n_embd=WIDTH, n_layer=1, n_head=1))
    state = {
        **_under("audio_encoder.base.htsat.", htsat_state(320, 1024, 8000, 44_100)),
        **_under("caption_encoder.base.", dict(text.state_dict())),
        "caption_encoder.base.h.0.attn.bias": torch.ones(1, 1, 77, 77),
        "logit_scale": torch.tensor(2.0),
    }
    for prefix, width in (("audio_encoder.projection.", 16), ("caption_encoder.projection.", WIDTH)):
        state[f"{prefix}linear1.weight"] = torch.randn(SIZE, width) / 4
        state[f"{prefix}linear2.weight"] = torch.randn(SIZE, SIZE) / 5
        state[f"{prefix}layer_norm.weight"] = torch.rand(SIZE)
        state[f"{prefix}layer_norm.bias"] = torch.randn(SIZE) / 5
    return state


def htsat_state(hop: int, window: int, highest: int, rate: int) -> dict[str, Tensor]:
    """An HTS-AT of two stages under its authors' names, with classifier and masks that nobody needs."""
    encoder = ClapAudioModel(_HTSAT).audio_encoder
    for parameter in encoder.parameters():
        if parameter.ndim > 1:
            nn.init.normal_(parameter, std=0.2)
    encoder.batch_norm.running_mean.fill_(-40)
    encoder.batch_norm.running_var.fill_(200)
    state = dict(LogMel(window, hop, 64).state_dict())
    state["logmel_extractor.melW"] = mel_filters(window, 50, highest, rate)
    parts: dict[str, list[Tensor]] = {}
    for name, tensor in encoder.state_dict().items():
        for stock, published in _PUBLISHED:
            name = name.replace(stock, published)  # noqa: PLW2901
        for part in (".query.", ".key.", ".value."):
            if part in name:
                parts.setdefault(name.replace(part, ".qkv."), []).append(tensor)
                break
        else:
            state[name] = tensor
    state |= {name: torch.cat(tensors) for name, tensors in parts.items()}
    return {**state, "head.weight": torch.zeros(3, 3), "layers.0.blocks.1.attn_mask": torch.zeros(4)}


def mel_filters(window: int, lowest: float, highest: float, rate: int) -> Tensor:
    """Slaney's filters (bins, 64)."""
    bank = mel_filter_bank(window // 2 + 1, 64, lowest, highest, rate, norm="slaney", mel_scale="slaney")
    return torch.from_numpy(bank).float()


def write_tokenizer(folder: Path) -> None:
    """A byte-level tokenizer in Roberta's files, without merges."""
    folder.mkdir(exist_ok=True)
    words = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *sorted(ByteLevel.alphabet())]
    (folder / "vocab.json").write_text(json.dumps({word: number for number, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    (folder / "config.json").write_text(json.dumps({"model_type": "roberta"}))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "RobertaTokenizer"}))


def _projection(width: int) -> dict[str, Tensor]:
    return dict(nn.Sequential(nn.Linear(width, SIZE), nn.ReLU(), nn.Linear(SIZE, SIZE)).state_dict())


def _under(prefix: str, state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {prefix + name: tensor for name, tensor in state.items()}
