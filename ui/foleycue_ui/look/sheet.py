# SPDX-License-Identifier: GPL-3.0-or-later
"""The style sheet of the panel; @name stands for a colour of the palette."""

from dataclasses import fields

from foleycue_ui.look.palettes import Tokens


def style_sheet(tokens: Tokens) -> str:
    """The style sheet with every @token filled in."""
    text = _SHEET
    for name in sorted((field.name for field in fields(tokens)), key=len, reverse=True):
        text = text.replace(f"@{name}", getattr(tokens, name))
    return text


_SHEET = """
QWidget { color: @text; }
QWidget#panel, QWidget#page, QWidget#column, QScrollArea#scroll, QScrollArea#scroll > QWidget > QWidget#column {
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
QPushButton:disabled { color: @off; background: @surface; }
QPushButton:focus { border: 1px solid @focus; }
QPushButton[role="primary"] { background: @accent; color: @on_accent; border: 1px solid @accent; font-weight: 600;
    padding: 8px 14px; }
QPushButton[role="primary"]:hover { background: @accent_hover; }
QPushButton[role="primary"]:pressed { background: @accent_down; }
QPushButton[role="primary"]:disabled { background: @raised; color: @off; border-color: @line; }
QPushButton[role="primary"]:focus { border: 2px solid @focus; padding: 7px 13px; }
QPushButton[role="cancel"] { padding: 8px 14px; }
QPushButton[role="keys"] { padding: 2px 8px; background: @sunken; font-weight: 600; min-width: 54px; }
QPushButton[role="link"] { background: transparent; border: 1px solid transparent; color: @dim; padding: 2px 6px; }
QPushButton[role="link"]:hover { color: @text; background: @raised; }
QPushButton[role="link"]:focus { border: 1px solid @focus; }
QPushButton[role="link"]:disabled { color: @off; }

QPushButton[role="link"]:checked { color: @text; background: @raised; border: 1px solid @line; }
QPushButton[role="chip"] { background: @surface; border: 1px solid @line; border-radius: 10px; padding: 1px 9px;
    min-height: 16px; }
QPushButton[role="chip"]:hover { background: @hover; }
QPushButton[role="chip"]:checked { background: @raised; border: 1px solid @accent; }
QPushButton[role="chip"]:focus { border: 1px solid @focus; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px; }
QToolButton:hover { background: @hover; }
QToolButton:pressed { background: @sunken; }
QToolButton:checked { background: @raised; border: 1px solid @outline; }
QToolButton:focus { border: 1px solid @focus; }
QToolButton:disabled { color: @off; background: transparent; border-color: transparent; }
QToolButton:checked:disabled { border-color: @line; }

QSlider::groove:horizontal { background: @raised; height: 4px; border-radius: 2px; }
QSlider::sub-page:horizontal { background: @outline; height: 4px; border-radius: 2px; }
QSlider::handle:horizontal { background: @text; width: 12px; margin: -4px 0; border-radius: 6px; }
QSlider::handle:horizontal:hover { background: @accent; }
QSlider::handle:horizontal:disabled { background: @line; }
QSlider::sub-page:horizontal:disabled { background: @raised; }
QSlider:focus { border: 1px solid @focus; border-radius: 4px; }

QLineEdit, QPlainTextEdit, QSpinBox, QComboBox { background: @sunken; border: 1px solid @line; border-radius: 7px;
    padding: 5px 8px; selection-background-color: @focus; selection-color: @sunken; min-height: 18px; }
QLineEdit, QPlainTextEdit { placeholder-text-color: @dim; }
QLineEdit:hover, QPlainTextEdit:hover, QSpinBox:hover, QComboBox:hover { border-color: @outline; }
QLineEdit:focus, QPlainTextEdit:focus, QSpinBox:focus, QComboBox:focus { border-color: @focus; }
QLineEdit:disabled, QPlainTextEdit:disabled, QSpinBox:disabled, QComboBox:disabled { color: @off;
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

QListWidget { background: @sunken; border: 1px solid @line; border-radius: 7px; padding: 2px; outline: none; }
QListWidget:focus { border-color: @focus; }
QListWidget::item { padding: 4px 6px; border-radius: 5px; color: @text; }
QListWidget::item:hover { background: @hover; }
QListWidget::item:selected { background: @raised; color: @text; border: 1px solid @outline; }
QMenu { background: @raised; border: 1px solid @line; padding: 4px; }
QMenu::item { padding: 5px 22px 5px 12px; border-radius: 5px; }
QMenu::item:selected { background: @hover; }
QMenu::item:disabled { color: @off; }
QMenu::separator { height: 1px; background: @line; margin: 4px 6px; }

QCheckBox { spacing: 8px; padding: 3px 2px; border: 1px solid transparent; border-radius: 4px; }
QCheckBox:focus { border-color: @focus; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid @outline; border-radius: 4px;
    background: @sunken; }
QCheckBox::indicator:hover { border-color: @focus; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; }

QFrame#card { background: @surface; border: 1px solid @line; border-radius: 9px; }
QFrame#card[chosen="true"] { background: @raised; border: 2px solid @accent; }
QFrame#card:hover { border-color: @outline; }
QFrame#card[chosen="true"]:hover { border-color: @accent; }
QWidget#queued { border-radius: 4px; }
QWidget#queued[held="true"] { background: @surface; }
QFrame#notice { background: @surface; border: 1px solid @line; border-radius: 6px; }
QFrame#notice[kind="error"] { border-left: 4px solid @bad; }
QFrame#notice[kind="warning"] { border-left: 4px solid @warn; }
QFrame#notice[kind="info"] { border-left: 4px solid @focus; }
QFrame#rule { background: @line; border: none; max-height: 1px; min-height: 1px; }

QProgressBar { background: @raised; border: 1px solid @line; border-radius: 7px; min-height: 34px; max-height: 34px;
    color: @text; text-align: center; }
QProgressBar[role="thin"] { min-height: 8px; max-height: 8px; border-radius: 4px; }
QProgressBar[role="thin"]::chunk { background: @accent; border-radius: 3px; }
QProgressBar::chunk { background: @progress; border-radius: 6px; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar::handle:vertical { background: @line; border-radius: 4px; min-height: 30px; margin: 1px 2px; }
QScrollBar::handle:vertical:hover { background: @outline; }
QScrollBar::handle:vertical:disabled { background: transparent; }
QScrollBar:horizontal { background: transparent; height: 8px; margin: 0; }
QScrollBar::handle:horizontal { background: @line; border-radius: 2px; min-width: 24px; margin: 2px 0; }
QScrollBar::handle:horizontal:hover { background: @outline; }
QScrollBar::handle:horizontal:disabled { background: transparent; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { width: 0; height: 0;
    background: none; }
"""
