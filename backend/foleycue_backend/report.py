# SPDX-License-Identifier: GPL-3.0-or-later
"""How a running job speaks to its owner, and how it learns that it should stop."""

from typing import Protocol

from foleycue_shared.messages import Analysed, Located, Take


class JobCancelled(Exception):
    """Raised inside a job by the first report after its owner cancelled it."""


class Report(Protocol):
    """What a job may say. Each call raises JobCancelled once the job was cancelled."""

    def progress(self, phase: str, step: int = 0, steps: int = 0, take: int = 0) -> None:
        """Say which phase runs, and how far it is when that is known. take counts from 0."""
        ...

    def analysed(self, event: Analysed, curve: bytes) -> None:
        """Hand over what the picture says; job_id and seq of the event are filled in by the caller's side."""
        ...

    def located(self, event: Located) -> None:
        """Hand over where objects are seen; job_id and seq as for analysed."""
        ...

    def take(self, take: Take) -> None:
        """Hand over a take that is complete on disk."""
        ...
