# SPDX-License-Identifier: GPL-3.0-or-later
"""The clipboard is lent to a thread, and what the user had copied comes back."""

from concurrent.futures import ThreadPoolExecutor

from PyQt6.QtCore import QMimeData
from PyQt6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from fakes.waiting import until
from foleycue_ui.control.clipboard import LentClipboard


def borrow(qtbot: QtBot, meanwhile: str = "") -> list[str]:
    """Offer a text from another thread; what was on the clipboard during that."""
    lent, seen = LentClipboard(), []

    def work() -> None:
        with lent.holding("a scene"):
            seen.append(QGuiApplication.clipboard().text())
            if meanwhile:
                lent._in_gui_thread(lambda: QGuiApplication.clipboard().setText(meanwhile))

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(work)
        until(qtbot, done.done)
    done.result()
    return seen


def test_what_was_copied_comes_back_in_all_its_formats(qtbot: QtBot):
    copied = QMimeData()
    copied.setText("words")
    copied.setHtml("<b>words</b>")
    QGuiApplication.clipboard().setMimeData(copied)
    assert borrow(qtbot) == ["a scene"]
    back = QGuiApplication.clipboard().mimeData()
    assert (back.text(), back.html()) == ("words", "<b>words</b>")


def test_an_empty_clipboard_is_empty_again(qtbot: QtBot):
    QGuiApplication.clipboard().clear()
    assert borrow(qtbot) == ["a scene"]
    assert QGuiApplication.clipboard().text() == ""


def test_what_is_copied_meanwhile_stays(qtbot: QtBot):
    QGuiApplication.clipboard().setText("before")
    borrow(qtbot, meanwhile="newer")
    assert QGuiApplication.clipboard().text() == "newer"
