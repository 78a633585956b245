# SPDX-License-Identifier: GPL-3.0-or-later
"""The models tool's events in words, for whoever runs it by hand."""

import sys

from foleycue_backend.models.events import Done, Event, Failed, Models, Plan, Progress, Report, Verified


def say(event: Event) -> None:
    """Write an event: answers on standard output, progress and failures on standard error."""
    stream = sys.stderr if isinstance(event, Progress | Failed) else sys.stdout
    stream.write("\n".join(_lines(event)) + "\n")
    stream.flush()


def agreed() -> bool:
    """Ask for consent; False where nobody can answer."""
    if not sys.stdin.isatty():
        return False
    sys.stdout.write("Transfer this? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _lines(event: Event) -> list[str]:
    if isinstance(event, Models):
        lines = [f"{state.name}  {'installed' if state.installed else 'not installed'}" for state in event.models]
        return [*lines, f"folder {event.folder}"]
    if isinstance(event, Plan):
        lines = [f"{file.repository}/{file.path}  {file.size_bytes / 1e6:.1f} MB" for file in event.files]
        licences = [f"{entry.part}: {entry.licence} [{entry.hub_licence or '-'}]" for entry in event.licences]
        return [*lines, *licences, f"{event.transfer_bytes / 1e6:.1f} MB to transfer. {event.use}"]
    if isinstance(event, Progress):
        return [f"{event.phase} {event.item} {event.done}/{event.total}"]
    if isinstance(event, Report):
        return event.lines
    if isinstance(event, Verified):
        bad = [f"{file.path} {file.fault}" for file in event.bad]
        return [*bad, f"{event.model}: {len(event.bad)} of {event.files} files are bad"]
    return [event.sentence if isinstance(event, Done) else event.message]
