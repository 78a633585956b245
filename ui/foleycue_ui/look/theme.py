# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place that knows colours, sizes and type: palette tokens, the style sheet made from them, contrast."""

from dataclasses import dataclass, fields

from PyQt6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PyQt6.QtWidgets import QApplication, QWidget

GAP = 8
MARGIN = 14
RADIUS = 7


@dataclass(frozen=True)
class Tokens:
    """Colours by meaning, as #rrggbb."""

    window: str = "#15171b"
    surface: str = "#1c1f25"
    raised: str = "#262a32"
    hover: str = "#313641"
    sunken: str = "#101216"
    line: str = "#333945"
    outline: str = "#707a8a"
    text: str = "#eceef2"
    dim: str = "#a6afbd"
    accent: str = "#f0b35c"
    accent_hover: str = "#f7c67f"
    accent_down: str = "#dc9c41"
    on_accent: str = "#1a1408"
    progress: str = "#6a4f27"
    focus: str = "#8cb8ff"
    wave: str = "#57c5b6"
    wave_dim: str = "#2f6f69"
    curve: str = "#aab4c4"
    good: str = "#7fd49a"
    warn: str = "#f2c14e"
    bad: str = "#ff938a"
    picture: str = "#f0b35c"
    guide: str = "#74c7f7"
    user: str = "#f59ac0"
    performed: str = "#bda6ff"
    playhead: str = "#ffffff"


DARK = Tokens()

#: Pairs of (foreground, background) that text uses; each must reach 4.5 : 1.
TEXT_PAIRS = (
    ("text", "window"),
    ("text", "surface"),
    ("text", "raised"),
    ("text", "hover"),
    ("text", "sunken"),
    ("dim", "window"),
    ("dim", "surface"),
    ("dim", "raised"),
    ("dim", "sunken"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("on_accent", "accent_down"),
    ("text", "progress"),
    ("good", "window"),
    ("warn", "surface"),
    ("bad", "surface"),
    ("wave", "raised"),
    ("picture", "sunken"),
    ("guide", "sunken"),
    ("user", "sunken"),
    ("performed", "sunken"),
    ("focus", "window"),
)


def contrast(first: str, second: str) -> float:
    """WCAG 2.2 contrast ratio of two #rrggbb colours, 1 … 21."""
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def colour(token: str, alpha: float = 1.0) -> QColor:
    """A token as a QColor, with alpha 0 … 1."""
    shade = QColor(getattr(DARK, token))
    shade.setAlphaF(alpha)
    return shade


def font(size: float = 12.0, *, strong: bool = False, fixed: bool = False) -> QFont:
    """The interface's type at a size in pixels; fixed for timecode, whose digits must not dance."""
    families = ["JetBrains Mono", "DejaVu Sans Mono"] if fixed else ["Inter", "Noto Sans", "Segoe UI", "SF Pro Text"]
    known = set(QFontDatabase.families())
    chosen = QFont(next((name for name in families if name in known), ""))
    if fixed and chosen.family() not in families:
        chosen = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    elif not fixed and chosen.family() not in families:
        chosen = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    chosen.setPixelSize(round(size))
    chosen.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    return chosen


def role(widget: QWidget, name: str) -> None:
    """Give a widget a look of the style sheet ("primary", "quiet", "caption", …), at any time."""
    widget.setProperty("role", name)
    if (style := widget.style()) is not None:
        style.unpolish(widget)
        style.polish(widget)


def apply(app: QApplication) -> None:
    """Dress the whole application."""
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
    app.setStyleSheet(style_sheet(DARK))


def style_sheet(tokens: Tokens) -> str:
    """The style sheet with every @token filled in."""
    text = _SHEET
    for name in sorted((field.name for field in fields(tokens)), key=len, reverse=True):
        text = text.replace(f"@{name}", getattr(tokens, name))
    return text


_SHEET = """
QWidget { color: @text; }
QMainWindow, QWidget#panel, QWidget#column, QScrollArea#scroll, QScrollArea#scroll > QWidget > QWidget#column {
    background: @window; }
QScrollArea { border: none; background: transparent; }
QToolTip { background: @raised; color: @text; border: 1px solid @line; padding: 4px 6px; }

QLabel[role="caption"] { color: @dim; }
QLabel[role="heading"] { color: @text; font-weight: 600; }
QLabel[role="clock"] { color: @text; font-family: "JetBrains Mono", "DejaVu Sans Mono", monospace; font-size: 14px; }
QLabel[role="section"] { color: @dim; font-weight: 600; }
QLabel[role="badge"] { color: @dim; background: @raised; border: 1px solid @line; border-radius: 4px;
    padding: 1px 6px; }
QLabel[role="key"] { color: @text; background: @hover; border-radius: 4px; padding: 1px 0px; font-weight: 600; }
QLabel[role="key-chosen"] { color: @on_accent; background: @accent; border-radius: 4px; padding: 1px 0px;
    font-weight: 600; }

QPushButton { background: @raised; border: 1px solid @line; border-radius: 7px; padding: 6px 12px; min-height: 18px; }
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @sunken; }
QPushButton:disabled { color: @outline; background: @surface; }
QPushButton:focus { border: 1px solid @focus; }
QPushButton[role="primary"] { background: @accent; color: @on_accent; border: 1px solid @accent; font-weight: 600;
    padding: 8px 14px; }
QPushButton[role="primary"]:hover { background: @accent_hover; }
QPushButton[role="primary"]:pressed { background: @accent_down; }
QPushButton[role="primary"]:disabled { background: @raised; color: @outline; border-color: @line; }
QPushButton[role="primary"]:focus { border: 2px solid @focus; padding: 7px 13px; }
QPushButton[role="cancel"] { padding: 8px 14px; }
QPushButton[role="link"] { background: transparent; border: 1px solid transparent; color: @dim; padding: 2px 6px; }
QPushButton[role="link"]:hover { color: @text; background: @raised; }
QPushButton[role="link"]:focus { border: 1px solid @focus; }
QPushButton[role="link"]:disabled { color: @outline; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px; }
QToolButton:hover { background: @hover; }
QToolButton:pressed { background: @sunken; }
QToolButton:checked { background: @raised; border: 1px solid @outline; }
QToolButton:focus { border: 1px solid @focus; }

QLineEdit, QPlainTextEdit, QSpinBox, QComboBox { background: @sunken; border: 1px solid @line; border-radius: 7px;
    padding: 5px 8px; selection-background-color: @focus; selection-color: @sunken; min-height: 18px; }
QLineEdit, QPlainTextEdit { placeholder-text-color: @dim; }
QLineEdit:hover, QPlainTextEdit:hover, QSpinBox:hover, QComboBox:hover { border-color: @outline; }
QLineEdit:focus, QPlainTextEdit:focus, QSpinBox:focus, QComboBox:focus { border-color: @focus; }
QLineEdit:disabled, QPlainTextEdit:disabled, QSpinBox:disabled, QComboBox:disabled { color: @outline;
    background: @surface; }
QLineEdit[role="wrong"] { border: 2px solid @bad; padding: 4px 7px; }
QSpinBox { padding-right: 20px; }
QSpinBox::up-button, QSpinBox::down-button { subcontrol-origin: border; width: 18px; border: none;
    background: transparent; }
QSpinBox::up-button { subcontrol-position: top right; }
QSpinBox::down-button { subcontrol-position: bottom right; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox QAbstractItemView { background: @raised; border: 1px solid @line; padding: 4px; outline: none;
    selection-background-color: @hover; selection-color: @text; }

QFrame#card { background: @surface; border: 1px solid @line; border-radius: 9px; }
QFrame#card[chosen="true"] { background: @raised; border: 2px solid @accent; }
QFrame#card:hover { border-color: @outline; }
QFrame#card[chosen="true"]:hover { border-color: @accent; }
QFrame#notice { background: @surface; border: 1px solid @line; border-radius: 6px; }
QFrame#notice[kind="error"] { border-left: 4px solid @bad; }
QFrame#notice[kind="warning"] { border-left: 4px solid @warn; }
QFrame#notice[kind="info"] { border-left: 4px solid @focus; }
QFrame#rule { background: @line; border: none; max-height: 1px; min-height: 1px; }

QProgressBar { background: @raised; border: 1px solid @line; border-radius: 7px; min-height: 34px; max-height: 34px;
    color: @text; text-align: center; }
QProgressBar::chunk { background: @progress; border-radius: 6px; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar::handle:vertical { background: @line; border-radius: 4px; min-height: 30px; margin: 1px 2px; }
QScrollBar::handle:vertical:hover { background: @outline; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { height: 0; background: none; }
"""
