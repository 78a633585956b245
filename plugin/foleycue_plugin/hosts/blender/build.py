# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the zip that Blender installs, as an extension (4.2 and later) and as a legacy add-on: the same file."""

import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from foleycue_plugin.bridge import line
from foleycue_plugin.outputs import Delivery, temporary

#: The folder inside the zip, and the add-on's name in Blender.
NAME = "foleycue"
_SOURCES = Path(__file__).with_name("addon")
#: Always the same, so that the same sources make the same zip.
_DATE = (2026, 1, 1, 0, 0, 0)


def addon_files() -> dict[str, bytes]:
    """The add-on's files by name; the bridge's standard-library part travels along."""
    names = ("__init__.py", "blender_manifest.toml", "link.py", "sequencer.py", "ui.py")
    files = {name: (_SOURCES / name).read_bytes() for name in names}
    return {**files, "line.py": Path(line.__file__).read_bytes()}


def build_extension(target: Path) -> Path:
    """Write the zip, replacing an older one. Raises output errors."""
    part = temporary(target)
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(addon_files().items()):
            archive.writestr(zipfile.ZipInfo(f"{NAME}/{name}", _DATE), content, zipfile.ZIP_DEFLATED)
    with Delivery(force=True) as delivery:
        delivery.move(part, target)
    return target


def main(arguments: Sequence[str]) -> int:
    """Build into the file named by the one argument."""
    target = Path(arguments[0]).absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.write(f"{build_extension(target)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
