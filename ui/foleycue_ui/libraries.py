# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared libraries are read from disk before they are loaded.

Python holds its lock while it loads one, whichever thread asks for it: from a cold disk that is seconds in which no
widget answers. Reading a file lets the others go on, and what was read a moment ago loads at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

#: What plays sound, and what its plugin is linked with; what the plugins of a file dialog's icons are linked with.
_QT = ("Concurrent", "FFmpegStub-*", "Multimedia", "Network", "OpenGL", "Qml", "Qml[MW]*", "Quick", "Pdf", "Svg")
#: The packages, and the files of theirs, that are not loaded yet when the panel is first painted.
_LARGE: Mapping[str, Sequence[str]] = {
    "numpy": ("**/*.so*",),
    "zmq": ("**/*.so*",),
    "av": ("**/*.so*",),
    "PyQt6": (
        "QtMultimedia*.so",
        "QtNetwork*.so",
        *(f"Qt6/lib/libQt6{name}.so*" for name in _QT),
        "Qt6/lib/lib[as][vw]*.so*",
        "Qt6/plugins/multimedia/*.so",
        "Qt6/plugins/icon*/*.so",
        "Qt6/plugins/image*/*.so",
    ),
}
_BLOCK = 1 << 20


def read_libraries() -> int:
    """Read those that are installed, and return how many files that were; one that cannot be read is left out."""
    buffer, count = bytearray(_BLOCK), 0
    for path in _files():
        try:
            with path.open("rb", buffering=0) as file:
                while file.readinto(buffer):
                    pass
        except OSError:
            continue
        count += 1
    return count


def _files() -> Iterator[Path]:
    for package, patterns in _LARGE.items():
        spec = find_spec(package)  # finds a package without importing it
        for folder in map(Path, (spec.submodule_search_locations if spec else None) or ()):
            for pattern in patterns:
                yield from folder.glob(pattern)
            # Where wheels keep the libraries that they bring along.
            yield from folder.with_name(f"{package}.libs").glob("*.so*")
            yield from folder.with_name(f"py{package}.libs").glob("*.so*")
