# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of the metric groups, as the command takes them. Imports nothing heavy."""

from collections.abc import Sequence

from foleycue_shared.errors import ErrorCode, FoleyCueError

#: Groups that need onsets only.
ALIGNMENT = ("av-align", "aa-align", "events", "salient")
#: Groups that need weights.
LEARNED = ("fd", "fad", "kl", "is", "clap", "pam")


def chosen(names: str | None) -> Sequence[str]:
    """Groups of a comma-separated list, all of them for None. Raises BAD_INPUT for a name that is none."""
    if names is None:
        return ALIGNMENT + LEARNED
    groups = [name.strip().lower() for name in names.split(",") if name.strip()]
    unknown = [name for name in groups if name not in ALIGNMENT + LEARNED]
    if unknown or not groups:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"{', '.join(unknown) or 'Nothing'} is no metric: choose from {', '.join(ALIGNMENT + LEARNED)}.",
        )
    return groups
