# SPDX-License-Identifier: GPL-3.0-or-later
"""Which project a running Kdenlive has open. It does not say; its command line, recent files and title together do."""

import configparser
import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

_RECENT = re.compile(r"file([0-9]+)(\[\$e\])?")
_SUFFIX = ".kdenlive"


def title_name(title: str) -> str:
    """The project's name in a window title such as "name [*]/ HD 1080p 25 fps"."""
    return title.partition("/")[0].replace("[*]", "").strip(" *")


def projects(pid: int, title: str) -> list[Path]:
    """Files that may be the one open in a process, likeliest first: all exist and bear the title's name."""
    name = title_name(title)
    environment = _environment(pid)
    found = [*_from_command_line(pid), *_recent(environment)]
    return [path for path in dict.fromkeys(found) if _bears(path, name) and _is_file(path)]


def _bears(path: Path, name: str) -> bool:
    """Whether a title's name means a file; since 23.04 the sequence may come before it, as in "Sequence 2:film"."""
    own = (path.stem, path.name, path.name.partition(".")[0])
    return any(name == text or name.endswith((f":{text}", f": {text}")) for text in own)


def _from_command_line(pid: int) -> list[Path]:
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[1:]
        folder = Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return []
    texts = [os.fsdecode(argument) for argument in arguments if argument.lower().endswith(_SUFFIX.encode())]
    return [folder / (unquote(urlsplit(text).path) if text.startswith("file:") else text) for text in texts]


def _environment(pid: int) -> dict[str, str]:
    try:
        entries = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return dict(os.environ)
    pairs = (os.fsdecode(entry).partition("=") for entry in entries if b"=" in entry)
    return {name: value for name, _, value in pairs}


def _recent(environment: dict[str, str]) -> list[Path]:
    """Kdenlive's recent files, newest first."""
    home = environment.get("HOME", "")
    folder = Path(environment.get("XDG_CONFIG_HOME") or Path(home) / ".config")
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True, delimiters=("=",))
    try:
        parser.read_string((folder / "kdenliverc").read_text(encoding="utf-8", errors="surrogateescape"))
        entries = parser.items("Recent Files")
    except (OSError, configparser.Error):
        return []
    numbered = [(int(found[1]), value) for name, value in entries if (found := _RECENT.fullmatch(name)) and value]
    return [Path(value.replace("$HOME", home)) for _, value in sorted(numbered, reverse=True)]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
