# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights out of files from anywhere: safetensors and pickles of plain tensors. Nothing in a file is ever run."""

from __future__ import annotations

import pickle
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from foleycue_shared.errors import ErrorCode, FoleyCueError

SUFFIXES = (".safetensors", ".bin", ".pt", ".pth", ".ckpt")
_LFS_POINTER = b"version https://git-lfs"
_GLOBAL = re.compile(r"GLOBAL (\S+) was not an allowed global|GLOBAL (\S+) whose module")


class _Leftover:
    """Stands for what a training framework leaves beside the weights; takes anything and does nothing."""

    def __init__(self, *_: object) -> None: ...

    def __setstate__(self, state: object) -> None: ...


#: Bookkeeping that trainers pickle beside the weights. Their names lead to _Leftover, never to the classes.
_LEFTOVERS = (
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
    "numpy.dtype",
    "pytorch_lightning.callbacks.early_stopping.EarlyStopping",
    "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
    "pytorch_lightning.utilities.parsing.AttributeDict",
)


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The state dict of a file, as `read_container` finds it; raises as that does."""
    return read_container(path)[0]


def read_container(path: Path) -> tuple[dict[str, Tensor], list[str]]:
    """The state dict of a file, mapped from disk where its form allows; of its "state_dict" or "model" if it has one.

    Keys of nested dicts are joined by dots. The second result names what lies beside the weights, such as an
    optimizer. Raises BAD_INPUT with a sentence for a file that is damaged, holds no tensors, or more than tensors.
    """
    content = _load_safetensors(path) if path.suffix == ".safetensors" else _load_pickle(path)
    beside: list[str] = []
    for name in ("state_dict", "model"):
        if isinstance(content, dict) and isinstance(content.get(name), dict):
            beside += [str(key) for key in content if key != name]
            content = content[name]
    tensors = dict(_flat(content))
    if not tensors:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{path.name} holds no weights by name: it is another kind of file.")
    return tensors, beside


def _flat(content: object, prefix: str = "") -> Iterator[tuple[str, Tensor]]:
    if isinstance(content, dict) and all(isinstance(key, str) for key in content):
        for key, value in content.items():
            if isinstance(value, Tensor):
                yield f"{prefix}{key}", value
            else:
                yield from _flat(value, f"{prefix}{key}.")


def _load_safetensors(path: Path) -> Any:  # noqa: ANN401 - what a file holds is not known yet
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise _unreadable(path, error) from error


def _load_pickle(path: Path) -> Any:  # noqa: ANN401 - what a file holds is not known yet
    leftovers: list[Any] = [(_Leftover, name) for name in _LEFTOVERS]
    try:
        # Only files in torch's newer form, a zip archive, can be mapped.
        mapped = zipfile.is_zipfile(path)
        with torch.serialization.safe_globals(leftovers):
            return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError as error:
        raise _refused(path, error) from error
    except Exception as error:
        # What a damaged file makes of torch's reader depends on where it is damaged: any error is possible.
        raise _unreadable(path, error) from error


def _refused(path: Path, error: Exception) -> FoleyCueError:
    found = _GLOBAL.search(str(error))
    if found is None:
        return _unreadable(path, error)
    return FoleyCueError(
        ErrorCode.BAD_INPUT,
        f"{path.name} holds more than weights: it asks for {found[1] or found[2]}. It was not opened and nothing in "
        "it was run; get the file from its authors, best as safetensors.",
        detail=str(error),
    )


def _unreadable(path: Path, error: Exception) -> FoleyCueError:
    why = "is damaged, or not a file of plain tensors: get it again"
    try:
        with path.open("rb") as file:
            if file.read(len(_LFS_POINTER)) == _LFS_POINTER:
                why = "is only a pointer to the real file, which Git LFS keeps: get that one (git lfs pull)"
    except OSError as problem:
        why = f"cannot be read ({(problem.strerror or str(problem)).lower()})"
    return FoleyCueError(ErrorCode.BAD_INPUT, f"{path.name} {why}.", detail=repr(error))
