# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights from disk straight into the wanted number format: memory never holds a network twice.

`from_pretrained` maps the whole file, and the pages that it read stay in the process's memory beside the converted
copy: half as much again as float32 weights, where the copy is in 16 bits. Here one tensor is read after the other.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

_POSITIONS = "position_ids"
_NAMES = ("diffusion_pytorch_model.safetensors", "model.safetensors")
_DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
}


def load_lean(kind: Any, folder: Path, dtype: torch.dtype) -> nn.Module:  # noqa: ANN401 - a class of diffusers or transformers
    """A network of class `kind` in eval mode from a folder of `save_pretrained`, floating-point weights in `dtype`.

    Falls back on `from_pretrained` for a folder of several weight files. Raises OSError if files are missing, and
    ValueError if the weights are not those of the network.
    """
    file = next((folder / name for name in _NAMES if (folder / name).is_file()), None)
    if file is None:
        return kind.from_pretrained(folder, dtype=dtype, local_files_only=True).eval()
    with torch.device("meta"):
        network = _built(kind, folder)
    state = {name: value.to(dtype) if value.is_floating_point() else value for name, value in read_tensors(file)}
    found = network.load_state_dict(state, strict=False, assign=True)
    tie: Any = getattr(network, "tie_weights", None)
    if tie is not None:
        tie()
    _count_positions(network)
    left = [name for name, value in (*network.named_parameters(), *network.named_buffers()) if value.is_meta]
    if left or found.unexpected_keys:
        raise ValueError(f"{file} does not fit {kind.__name__}: missing {left}, unexpected {found.unexpected_keys}")
    return network.requires_grad_(False).eval()


def _count_positions(network: nn.Module) -> None:
    """CLIP's counting numbers, which no file holds."""
    for name, buffer in list(network.named_buffers()):
        if buffer.is_meta and name.endswith(_POSITIONS):
            owner = network.get_submodule(name.rpartition(".")[0])
            owner.register_buffer(_POSITIONS, torch.arange(buffer.shape[-1]).expand(buffer.shape), persistent=False)


def read_tensors(file: Path) -> Iterator[tuple[str, Tensor]]:
    """(name, tensor) of a safetensors file, one in memory at a time. The format: its header's length, the header in
    JSON with the place of each tensor, the bytes."""
    with file.open("rb") as stream:
        (length,) = struct.unpack("<Q", stream.read(8))
        header = json.loads(stream.read(length))
        for name, entry in sorted(header.items(), key=lambda item: item[1].get("data_offsets", [0])[0]):
            if name == "__metadata__":
                continue
            first, last = entry["data_offsets"]
            stream.seek(8 + length + first)
            content = bytearray(stream.read(last - first))
            if len(content) != last - first:
                raise OSError(f"{file} is cut short: install the model again")
            # An empty buffer has no tensor, and no network here has an empty weight.
            yield name, torch.frombuffer(content, dtype=_DTYPES[entry["dtype"]]).reshape(entry["shape"])


def _built(kind: Any, folder: Path) -> nn.Module:  # noqa: ANN401
    if hasattr(kind, "load_config"):
        return kind.from_config(kind.load_config(folder, local_files_only=True))
    return kind(kind.config_class.from_pretrained(folder, local_files_only=True))
