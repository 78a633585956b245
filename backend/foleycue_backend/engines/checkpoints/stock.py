# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks that are published in the layout of the stock classes: checked by loading them, then kept as they are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diffusers.utils.logging import disable_progress_bar
from transformers.utils.logging import disable_progress_bar as disable_transformers_progress_bar
from transformers.utils.logging import get_verbosity, set_verbosity, set_verbosity_error

from foleycue_backend.models.converting import Conversion, OnStep
from foleycue_shared.errors import ErrorCode, FoleyCueError

_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_VOCABULARY = ("tokenizer.json", "vocab.txt", "vocab.json")
_TOKENIZER = (*_VOCABULARY, "tokenizer_config.json", "merges.txt", "special_tokens_map.json")
_SHOWN = 8


@dataclass(frozen=True)
class Stock:
    """A network of a stock class: where it is installed, and what its published config.json calls itself."""

    folder: str
    title: str
    network: Any
    types: tuple[str, ...]
    repository: str
    needs: tuple[str, ...] = ()
    tokenizer: bool = True


def take_over(parts: Sequence[Stock], source: Path, target: Path, report_path: Path, on_step: OnStep) -> Conversion:
    """Install networks of stock classes, each found by its configuration, into their folders below `target`.

    Raises BAD_INPUT in one sentence for files that are missing, damaged or of another network; all keys that do not
    fit are then in the report at `report_path`.
    """
    disable_progress_bar()
    disable_transformers_progress_bar()
    lines: list[str] = []
    used: list[Path] = []
    folders = {kind: folder for folder, kind in _configured(source)}
    for number, part in enumerate(parts):
        on_step("read", number, len(parts))
        folder = next((folders[kind] for kind in part.types if kind in folders), None)
        if folder is None:
            raise _bad(f"{source} holds no {part.title}: add the files of {part.repository}, its config.json too.")
        used += _install(part, folder, target / part.folder, report_path, lines)
    on_step("read", len(parts), len(parts))
    return Conversion(lines, used)


def _configured(source: Path) -> Iterator[tuple[Path, str]]:
    """Folders with a network's configuration, and what kind of network it names."""
    for path in sorted(source.rglob("config.json")):
        try:
            kind = json.loads(path.read_text(encoding="utf-8")).get("model_type")
        except (OSError, ValueError, AttributeError):
            continue
        if isinstance(kind, str):
            yield path.parent, kind


def _install(part: Stock, source: Path, target: Path, report_path: Path, lines: list[str]) -> list[Path]:
    """Check a folder and take it over; returns the files that served."""
    weights = next((source / name for name in _WEIGHTS if (source / name).is_file()), None)
    if weights is None:
        raise _bad(f"{source} holds no weights of {part.title}: add {_WEIGHTS[0]} of {part.repository}.")
    beside = [source / name for name in part.needs]
    if part.tokenizer:
        beside += [source / name for name in _TOKENIZER if (source / name).is_file()]
        if not any(path.name in _VOCABULARY for path in beside):
            raise _bad(f"{source} holds no tokenizer of {part.title}: add tokenizer.json of {part.repository}.")
    absent = next((path for path in beside if not path.is_file()), None)
    if absent is not None:
        raise _bad(f"{absent} of {part.title} is missing: add that file of {part.repository}.")
    network = _checked(part, source, report_path, lines)
    network.save_pretrained(target)
    for path in beside:
        shutil.copyfile(path, target / path.name)
    return [source / "config.json", weights, *beside]


def _checked(part: Stock, source: Path, report_path: Path, lines: list[str]) -> Any:  # noqa: ANN401 - classes of their own
    """The network with all its weights; what the file has too much is told in a line."""
    try:
        with _quiet():
            network, found = part.network.from_pretrained(source, local_files_only=True, output_loading_info=True)
    except Exception as error:
        # Damaged files fail in as many ways as there are readers.
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"The files of {part.title} in {source} cannot be read: get them anew from {part.repository}.",
            detail=repr(error),
        ) from error
    wrong = sorted(map(str, (*found["missing_keys"], *found.get("mismatched_keys", ()))))
    if wrong:
        report_path.parent.mkdir(parents=True, exist_ok=True)
        report_path.write_text("\n".join(wrong) + "\n", encoding="utf-8")
        few = ", ".join(wrong[:_SHOWN]) + (", ..." if len(wrong) > _SHOWN else "")
        raise _bad(f"The weights in {source} are not those of {part.title}: {len(wrong)} keys do not fit ({few}).")
    count = sum(parameter.numel() for parameter in network.parameters())
    left = f", {len(found['unexpected_keys'])} keys left out" if found["unexpected_keys"] else ""
    lines.append(f"{part.title}: {count} values{left}.")
    return network


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the stock table of keys: the report has them."""
    before = get_verbosity()
    set_verbosity_error()
    try:
        yield
    finally:
        set_verbosity(before)


def _bad(sentence: str) -> FoleyCueError:
    return FoleyCueError(ErrorCode.BAD_INPUT, sentence)
