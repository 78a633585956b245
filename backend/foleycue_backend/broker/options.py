# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be set about a broker; the defaults are those of the shipped product."""

from dataclasses import dataclass

#: The pipeline that a worker runs, as module:Class; another one may be named for a test.
PIPELINE = "foleycue_backend.pipeline:Pipeline"


@dataclass(frozen=True)
class Options:
    """Times in seconds, sizes in bytes."""

    tcp: bool = False
    pipeline: str = PIPELINE
    idle_unload: float = 600.0  # the worker ends after so long without work
    idle_exit: float = 1_800.0  # the broker ends after so long without sessions and work
    session_silence: float = 30.0  # a session that was not heard for so long counts as gone
    stall: float = 60.0  # least time without a word from a job before it counts as stalled
    restarts: int = 3  # so many deaths of the worker within restart_window are borne
    restart_window: float = 300.0
    queue_per_session: int = 64
    queued_bytes: int = 256 << 20  # all waiting documents together
    outbox_age: float = 7 * 86_400.0
    outbox_bytes: int = 4 << 30
    progress_interval: float = 0.05
