# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden files: a `.json` that says what was computed and with which weights, beside a `.safetensors` with tensors.

Tensor names: `in.*` is given, `sd.*` are stored weights under their published keys, everything else is a result. A
suffix marks a second run (`in_dropout.*`, `out_T11.*`); a first word may too (`noguide.in.*`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from foleycue_backend.parity.recipe import NAME, Shapes, recipe_state
from foleycue_shared.errors import ErrorCode, FoleyCueError

_GIVEN = re.compile(r"^(?:\w+\.)?in(?:_\w+)?\.")
_STORED = "sd."
_OTHER_GAIN = re.compile(r"([\w.]+) uses gain ([\d.]+)")
_FAMILY_GAIN = re.compile(r"gain is ([\d.]+) for [\w ]*keys starting with '([\w.]+)'")


def unreadable(message: str) -> FoleyCueError:
    """The error of a golden that cannot be used; one sentence."""
    return FoleyCueError(ErrorCode.BAD_INPUT, message)


@dataclass(frozen=True)
class Golden:
    """One golden: `facts` is its JSON. Files are read when asked for."""

    path: Path

    @property
    def name(self) -> str:
        """The file name without its ending."""
        return self.path.stem

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The JSON object; raises FoleyCueError where there is none."""
        if not self.path.is_file():
            raise unreadable(f"there are tensors, but {self.path.name} that describes them is missing")
        try:
            facts = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise unreadable(f"{self.path.name} is no readable JSON ({error})") from None
        if not isinstance(facts, dict):
            raise unreadable(f"{self.path.name} holds no JSON object")
        return facts

    @property
    def component(self) -> str:
        """What was computed, in words."""
        return str(self.facts.get("component", ""))

    @cached_property
    def tensors(self) -> dict[str, Tensor]:
        """All tensors, {} for a golden of JSON alone; raises FoleyCueError if the file or a listed tensor is missing.

        The file beside the JSON counts; the name that the JSON gives only where that one is not there.
        """
        path = self.path.with_suffix(".safetensors")
        if not path.is_file() and "file" in self.facts:
            path = self.path.with_name(Path(str(self.facts["file"])).name)
        declared = self.facts.get("tensors", {})
        if not path.is_file():
            if declared or "file" in self.facts:
                raise unreadable(f"the tensor file {path.name} is missing")
            return {}
        try:
            tensors = load_file(path)
        except (OSError, SafetensorError) as error:
            raise unreadable(f"{path.name} cannot be read as safetensors ({error})") from None
        absent = sorted(set(declared) - set(tensors))
        if absent:
            raise unreadable(f"{path.name} lacks the tensors {', '.join(absent)}")
        return tensors

    def has(self, *names: str) -> bool:
        """Whether the tensor file has all of these."""
        return all(name in self.tensors for name in names)

    def tensor(self, name: str) -> Tensor:
        """One tensor by name; raises FoleyCueError if it is not there."""
        if name not in self.tensors:
            raise unreadable(f"the tensor {name} is missing")
        return self.tensors[name]

    def results(self) -> dict[str, Tensor]:
        """The tensors to be reproduced: all that are neither given nor weights."""
        return {
            name: value
            for name, value in self.tensors.items()
            if not name.startswith(_STORED) and not _GIVEN.match(name)
        }

    def fact(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        """One entry of the JSON; raises FoleyCueError if it is not there."""
        if name not in self.facts:
            raise unreadable(f"{self.path.name} does not say {name}")
        return self.facts[name]

    def sibling(self, *facts: str) -> list[Golden]:
        """The goldens of the same folder that the named entries mention, in that order.

        Raises FoleyCueError if one is named like this golden's family and is not there.
        """
        found: list[Golden] = []
        for fact in facts:
            for word in re.findall(r"[\w\-]+", str(self.facts.get(fact, "")).replace(".json", " ")):
                family = self.name.split("_")[0]
                near = [self.path.with_name(f"{name}.json") for name in (word, f"{family}_{word}")]
                present = next((path for path in near if path.is_file()), None)
                if present is not None:
                    found.append(Golden(present))
                elif "_" in word and word.split("_")[0] == family:
                    raise unreadable(f"it refers to {word}.json, which is not in the folder")
        return found

    def stored(self, prefix: str = "") -> dict[str, Tensor]:
        """The stored weights below a prefix of the published state dict, without it; {} if there are none.

        A golden of one module stores them without the prefix that they have in the whole checkpoint.
        """
        head = _STORED + prefix
        return {name.removeprefix(head): value for name, value in self.tensors.items() if name.startswith(head)}

    def hash_prefix(self, part: str = "") -> str:
        """What stands before a key in the recipe's hashed string, for one part where parts differ."""
        prefix = self.facts.get("hash_prefix", "")
        if isinstance(prefix, dict):
            if part not in prefix:
                raise unreadable(f"{self.path.name} gives no hash_prefix for {part}")
            prefix = prefix[part]
        module = str(self.facts.get("key_prefix", ""))
        return str(prefix) if str(prefix).endswith(module) else f"{prefix}{module}"

    def gain(self, key: str) -> float:
        """The recipe's gain for a key: the `gain` of the JSON, or an exception that the recipe's text names."""
        exceptions = {name.strip("."): float(value.strip(".")) for name, value in _OTHER_GAIN.findall(self._recipe())}
        families = _FAMILY_GAIN.findall(self._recipe())
        usual = next((float(value) for value, start in families if key.startswith(start)), self.facts.get("gain", 1.0))
        return exceptions.get(key, float(usual))

    def rebuilt(self, shapes: Shapes, prefix: str) -> dict[str, Tensor]:
        """Weights of the given published keys by the recipe that the JSON names; raises FoleyCueError for another."""
        if NAME not in self._recipe():
            raise unreadable(f"it stores no weights and its JSON names no known recipe ({NAME})")
        with torch.no_grad():
            return recipe_state(shapes, prefix, self.gain)

    def _recipe(self) -> str:
        return str(self.facts.get("weights", ""))


def find_goldens(folder: Path) -> list[Golden]:
    """The goldens of a folder by name: each `.json`, and each `.safetensors` that lacks its `.json`."""
    stems = {path.stem for path in folder.iterdir() if path.suffix in (".json", ".safetensors")}
    return [Golden(folder / f"{stem}.json") for stem in sorted(stems)]
