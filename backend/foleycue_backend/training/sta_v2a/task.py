# SPDX-License-Identifier: GPL-3.0-or-later
"""What a phase of the training is: a module that knows its data and returns its loss."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn

Batch = Mapping[str, Tensor]


class Task(nn.Module, ABC):
    """One phase. Its parameters that require gradients are trained, saved and resumed; all others are frozen."""

    @abstractmethod
    def batch(self, size: int, generator: torch.Generator) -> Batch:
        """A training batch, all of its randomness from `generator`, on the processor."""

    @abstractmethod
    def held_out(self) -> Iterator[Batch]:
        """The batches of the validation, the same ones each time; none if there is nothing to validate on."""

    @abstractmethod
    def forward(self, batch: Batch) -> Tensor:
        """The loss of a batch, a scalar."""

    def trained(self) -> dict[str, nn.Parameter]:
        """Trained parameters by name."""
        return {name: parameter for name, parameter in self.named_parameters() if parameter.requires_grad}

    def statistics(self) -> dict[str, Tensor]:
        """Buffers that training changes: running means and variances of batch norms."""
        return {name: buffer for name, buffer in self.named_buffers() if "running" in name}
