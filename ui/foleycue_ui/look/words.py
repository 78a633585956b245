# SPDX-License-Identifier: GPL-3.0-or-later
"""Every text that a user can see passes through here, on its way through Qt's translation."""

from PyQt6.QtCore import QCoreApplication


def tr(area: str, text: str) -> str:
    """`text` in the user's language; `area` is the part of the panel it stands in (Qt's context).

    Both must be literals where this is called, since that is where the translation files are made from. Values go in
    afterwards by `.format(name=…)`; one and many are two texts; a sentence is never glued from pieces.
    """
    return QCoreApplication.translate(area, text)
