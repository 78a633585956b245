# SPDX-License-Identifier: GPL-3.0-or-later
"""What a published checkpoint has, lacks and has too much, component by component, in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from foleycue_backend.engines.checkpoints.state_dict import KeyReport

_SHOWN = 3


@dataclass(frozen=True)
class ComponentReport:
    """One network: how many tensors it needs, where they come from, and how its keys fit."""

    name: str
    source: str
    tensors: int
    keys: KeyReport

    @property
    def usable(self) -> bool:
        """Whether nothing needed is missing or mis-shaped; keys too many do no harm."""
        return not (self.keys.missing or self.keys.misshaped)

    def groups(self) -> list[tuple[str, list[str]]]:
        """(what is the matter, keys), only where there are any."""
        groups = [("missing", self.keys.missing), ("mis-shaped", self.keys.misshaped)]
        return [(name, keys) for name, keys in [*groups, ("unexpected", self.keys.unexpected)] if keys]

    def line(self) -> str:
        """The component in one line, with counts and first names."""
        matters = [f"{len(keys)} {name} ({_few(keys)})" for name, keys in self.groups()]
        return f"{self.name}: {self.tensors} tensors from {self.source}; {'; '.join(matters) or 'all fit'}"


@dataclass
class CheckpointReport:
    """All components, the keys that nobody knows, those that nobody needs, and what else is worth knowing."""

    components: list[ComponentReport] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    left_out: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def usable(self) -> bool:
        """Whether the model can be built."""
        return all(component.usable for component in self.components)

    def lines(self) -> list[str]:
        """The report in short."""
        lines = [component.line() for component in self.components]
        if self.unknown:
            lines.append(f"not part of the model: {len(self.unknown)} keys ({_few(self.unknown)})")
        lines += [f"left out: {len(keys)} tensors of {what}" for what, keys in self.left_out.items()]
        return lines + self.notes

    def leave_out(self, what: str, keys: list[str]) -> None:
        """Keys that belong to something which is not needed."""
        if keys:
            self.left_out[what] = self.left_out.get(what, []) + keys

    def trouble(self) -> str:
        """What stands in the way, in one line."""
        return "; ".join(component.line() for component in self.components if not component.usable)

    def write(self, path: Path) -> None:
        """Write the report with every single key."""
        text = [*self.lines(), ""]
        for component in self.components:
            for name, keys in component.groups():
                text += [f"[{component.name}: {name}]", *keys, ""]
        for what, keys in [("not part of the model", self.unknown), *self.left_out.items()]:
            if keys:
                text += [f"[{what}]", *keys, ""]
        path.write_text("\n".join(text), encoding="utf-8")


def _few(keys: list[str]) -> str:
    return ", ".join(keys[:_SHOWN]) + (", …" if len(keys) > _SHOWN else "")
