# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of jobs. Those that one press asked for together share a name, so that their takes stay one round."""

import secrets


def new_job_id() -> str:
    """A fresh id for a job of its own."""
    return secrets.token_hex(16)


def new_job_ids(count: int) -> tuple[str, ...]:
    """Fresh ids for jobs that belong together, in their order."""
    name = new_job_id()
    return (name,) if count == 1 else tuple(f"{name}-{number}" for number in range(count))


def round_of(job_id: str) -> str:
    """What the ids of jobs that belong together have in common."""
    return job_id.partition("-")[0]
