# SPDX-License-Identifier: GPL-3.0-or-later
"""The look that is worn now: colours by meaning, sizes, type.

Ask for colours while painting, since the palette can change at any time; Qt then sends every widget a StyleChange,
upon which a widget that keeps pictures must draw them anew.
"""

from functools import cache

from PyQt6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PyQt6.QtWidgets import QApplication, QWidget

from foleycue_ui.look.palettes import DARK, Tokens
from foleycue_ui.look.sheet import style_sheet

GAP = 8
MARGIN = 14
RADIUS = 7


class _Worn:
    """The palette that is worn now."""

    tokens: Tokens = DARK


def current() -> Tokens:
    """The palette that is worn now."""
    return _Worn.tokens


def colour(token: str, alpha: float = 1.0) -> QColor:
    """A token as a QColor, with alpha 0 … 1."""
    shade = QColor(getattr(_Worn.tokens, token))
    shade.setAlphaF(alpha)
    return shade


def font(size: float = 12.0, *, strong: bool = False, fixed: bool = False) -> QFont:
    """The interface's type at a size in pixels; fixed for timecode, whose digits must not dance."""
    chosen = QFont(_face(fixed))
    chosen.setPixelSize(round(size))
    chosen.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    return chosen


@cache
def _face(fixed: bool) -> QFont:
    """The first of our faces that is installed, else the system's; asked for while painting, so looked up once."""
    families = ["JetBrains Mono", "DejaVu Sans Mono"] if fixed else ["Inter", "Noto Sans", "Segoe UI", "SF Pro Text"]
    known = set(QFontDatabase.families())
    chosen = QFont(next((name for name in families if name in known), ""))
    if chosen.family() in families:
        return chosen
    kind = QFontDatabase.SystemFont.FixedFont if fixed else QFontDatabase.SystemFont.GeneralFont
    return QFontDatabase.systemFont(kind)


def role(widget: QWidget, name: str) -> None:
    """Give a widget a look of the style sheet ("primary", "quiet", "caption", …), at any time."""
    widget.setProperty("role", name)
    if (style := widget.style()) is not None:
        style.unpolish(widget)
        style.polish(widget)


def apply(app: QApplication, tokens: Tokens = DARK) -> None:
    """Dress the whole application in a palette."""
    _Worn.tokens = tokens
    app.setStyle("Fusion")
    palette = QPalette()
    for group, token in (
        (QPalette.ColorRole.Window, "window"),
        (QPalette.ColorRole.WindowText, "text"),
        (QPalette.ColorRole.Base, "sunken"),
        (QPalette.ColorRole.AlternateBase, "surface"),
        (QPalette.ColorRole.Text, "text"),
        (QPalette.ColorRole.Button, "raised"),
        (QPalette.ColorRole.ButtonText, "text"),
        (QPalette.ColorRole.ToolTipBase, "raised"),
        (QPalette.ColorRole.ToolTipText, "text"),
        (QPalette.ColorRole.PlaceholderText, "dim"),
        (QPalette.ColorRole.Highlight, "focus"),
        (QPalette.ColorRole.HighlightedText, "sunken"),
    ):
        palette.setColor(group, colour(token))
    app.setPalette(palette)
    app.setFont(font(12))
    app.setStyleSheet(style_sheet(tokens))
