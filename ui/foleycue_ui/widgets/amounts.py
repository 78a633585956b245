# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes and durations in words."""

from PyQt6.QtCore import QLocale

from foleycue_ui.look.words import tr


def _locale() -> QLocale:
    """How numbers are written in the panel's language, which need not be the system's."""
    return QLocale(tr("Amounts", "en_GB"))


def size_words(count: int) -> str:
    """Bytes in the unit that suits them, in the language's own notation."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{_locale().toString(count / scale, 'f', 1)} {unit}"
    return tr("Amounts", "{count} bytes").format(count=count)


def left_words(seconds: float) -> str:
    """The time left, roughly."""
    if seconds < 90:
        return tr("Amounts", "{count} s left").format(count=max(1, round(seconds)))
    return tr("Amounts", "{count} min left").format(count=round(seconds / 60))
