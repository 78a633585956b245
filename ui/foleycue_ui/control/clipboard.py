# SPDX-License-Identifier: GPL-3.0-or-later
"""The desktop's clipboard, lent to hosts that work in threads of their own."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from PyQt6.QtCore import QMimeData, QObject, pyqtSignal
from PyQt6.QtGui import QClipboard, QGuiApplication

#: How long the GUI thread may take to get round to it.
_PATIENCE = 10.0


class LentClipboard(QObject):
    """Offers a text while a host needs it. Made in the GUI thread, used from any other one.

    Another program reads what we offer by way of our event loop, so that whoever waits for it must not be the GUI
    thread.
    """

    _asked = pyqtSignal(object, object)  # what to do, the future of its result

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asked.connect(self._do)

    @contextmanager
    def holding(self, text: str) -> Iterator[None]:
        """Offer a text as long as the context lasts; afterwards what was there before is back."""
        before = self._in_gui_thread(lambda: _swap(text))
        try:
            yield
        finally:
            self._in_gui_thread(lambda: _put_back(text, before))

    def _in_gui_thread(self, work: Callable[[], QMimeData | None]) -> QMimeData | None:
        future: Future[QMimeData | None] = Future()
        self._asked.emit(work, future)
        return future.result(_PATIENCE)

    def _do(self, work: Callable[[], QMimeData | None], future: "Future[QMimeData | None]") -> None:
        try:
            future.set_result(work())
        except Exception as error:
            future.set_exception(error)


def _swap(text: str) -> QMimeData | None:
    """Offer a text, and return a copy of what was offered before, in all its formats."""
    clipboard = _clipboard()
    offered = clipboard.mimeData()
    copy = None
    if offered is not None and offered.formats():
        copy = QMimeData()
        for form in offered.formats():
            copy.setData(form, offered.data(form))
    clipboard.setText(text)
    return copy


def _put_back(ours: str, before: QMimeData | None) -> None:
    clipboard = _clipboard()
    if clipboard.text() != ours:
        return  # somebody has copied something else meanwhile, and meant it
    if before is None:
        clipboard.clear()
    else:
        clipboard.setMimeData(before)


def _clipboard() -> QClipboard:
    found = QGuiApplication.clipboard()
    assert found is not None
    return found
