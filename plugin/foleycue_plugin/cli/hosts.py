# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue hosts: the editors that were found here, and what can be done in each."""

import argparse

import msgspec

from foleycue_plugin.cli import answer
from foleycue_plugin.hosts.base import LiveHost
from foleycue_plugin.hosts.install import EDITORS, installer
from foleycue_plugin.hosts.registry import live_hosts, writable_suffixes


def run(options: argparse.Namespace) -> int:
    """List the live hosts with what runs and what is installed, then the files."""
    entries = [_entry(host) for host in live_hosts()]
    if options.json:
        answer.print_json({"hosts": entries, "files": writable_suffixes()})
        return 0
    for entry in entries:
        answer.say(f"{entry['name']:16} {_found(entry)}")
        answer.say(f"{'':16} {_abilities(entry)}")
    answer.say(f"{'files':16} {' '.join(writable_suffixes())}")
    return 0


def _entry(host: LiveHost) -> dict[str, object]:
    return {
        "id": _id(host),
        "name": host.name,
        "running": [
            {"id": editor.id, "title": editor.title, "project": None if editor.project is None else str(editor.project)}
            for editor in host.probe()
        ],
        "installed": [str(path) for path in installer(_id(host)).installed()],
        "can": msgspec.to_builtins(host.capabilities),
    }


def _id(host: LiveHost) -> str:
    """The name under which install-host knows a host."""
    words = host.name.lower().split()
    return next(name for name in EDITORS if name in words)


def _found(entry: dict[str, object]) -> str:
    running, installed = entry["running"], entry["installed"]
    assert isinstance(running, list) and isinstance(installed, list)
    titles = ", ".join(str(editor["project"] or editor["title"]) for editor in running)
    added = f"FoleyCue added in {', '.join(installed)}"
    where = added if installed else f"FoleyCue not added to it yet: foleycue install-host {entry['id']}"
    return f"runs with {titles}; {where}" if running else where


def _abilities(entry: dict[str, object]) -> str:
    can = entry["can"]
    assert isinstance(can, dict)
    words = {
        "new_track": "on new tracks too",
        "replace": "exchanges and removes them",
        "undo": "its undo takes them out",
    }
    return ", ".join(["inserts takes", *(text for key, text in words.items() if can[key])])
