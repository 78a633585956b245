# SPDX-License-Identifier: GPL-3.0-or-later
"""A small file of the user's that follows a model: read once at the start, written a moment after each change."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from PyQt6.QtCore import QObject, QTimer, pyqtBoundSignal

from foleycue_shared.endpoint import write_private
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_ui.control.desk import Desk
from foleycue_ui.look.words import tr

PAUSE_MS = 250


class Notebook(QObject):
    """decode gets the file's content (it may raise msgspec.MsgspecError), encode gives what is to be written.

    A file that cannot be understood is kept beside the new one; nothing is written before the file was read.
    """

    def __init__(
        self,
        desk: Desk,
        path: Path,
        signals: Sequence[pyqtBoundSignal],
        encode: Callable[[], bytes],
        decode: Callable[[bytes], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._path = path
        self._encode, self._decode = encode, decode
        self._read = False
        self._written = b""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.write)
        for signal in signals:
            signal.connect(self._on_change)

    def read(self) -> None:
        """Read the file in the background, and take over what it says."""

        def load() -> bytes | None:
            return self._path.read_bytes() if self._path.exists() else None

        def done(content: bytes | None) -> None:
            try:
                if content is not None:
                    self._decode(content)
                    self._written = content
            except msgspec.MsgspecError as error:
                self._set_aside(str(error))
            self._read = True
            self._on_change()

        def failed(error: FoleyCueError) -> None:
            self._read = True
            self._desk.tell(error, key=self._path.name)

        self._desk.work.in_turn(load, done, failed)

    def write(self) -> None:
        """Write now, if there is anything new."""
        self._pause.stop()
        content = self._encode() if self._read else self._written
        if content != self._written:
            self._written = content
            self._desk.work.in_turn(lambda: write_private(self._path, content), lambda _: None, self._failed)

    def _on_change(self) -> None:
        if self._read and not self._pause.isActive():
            self._pause.start()

    def _set_aside(self, reason: str) -> None:
        aside = self._path.with_suffix(".broken")
        text = tr("Notebook", "{file} could not be read and was set aside as {aside}.")
        sentence = text.format(file=self._path.name, aside=aside.name)
        self._desk.tell(FoleyCueError(ErrorCode.BAD_INPUT, sentence, reason), key=self._path.name)
        self._desk.work.in_turn(lambda: self._path.replace(aside), lambda _: None, self._failed)

    def _failed(self, error: FoleyCueError) -> None:
        self._desk.tell(error, key=self._path.name)
