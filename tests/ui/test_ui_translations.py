# SPDX-License-Identifier: GPL-3.0-or-later
"""Every text of the panel is there in German, and none goes around translation."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PyQt6.QtCore import QTranslator
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import QApplication

import foleycue_ui
from foleycue_shared.places import home
from foleycue_ui.control.appearance import Appearance, language_for
from foleycue_ui.look import words
from foleycue_ui.look.words import tr
from foleycue_ui.model.settings import LANGUAGE, Settings

SOURCES = sorted(Path(foleycue_ui.__file__).parent.rglob("*.py"))
FOLDER = Path(foleycue_ui.__file__).parent / "translations"
#: What shows its first argument to the user.
SHOWING = ("setText", "setToolTip", "setAccessibleName", "setAccessibleDescription", "setPlaceholderText", "addRow")
#: What posts a notice: its first text, and its action.
TELLING = ("inform", "warn", "tell")


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, node


def literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def texts() -> set[tuple[str, str]]:
    """(area, text) of every tr() in the sources; fails where one is not literal."""
    found = set()
    for path in SOURCES:
        for name, node in calls(path):
            if name == "tr" and path != Path(words.__file__):
                area, text = (literal(argument) for argument in node.args)
                assert area and text, f"{path.name}:{node.lineno}: tr() takes two literal strings"
                found.add((area, text))
    return found


def german() -> dict[tuple[str, str], str]:
    found = {}
    for context in ElementTree.parse(FOLDER / "foleycue_de.ts").getroot().iterfind("context"):
        for message in context.iterfind("message"):
            translation = message.find("translation")
            assert translation is not None
            if translation.get("type") is None:
                key = (context.findtext("name", ""), message.findtext("source", ""))
                found[key] = translation.text or ""
    return found


def fields(text: str) -> list[str]:
    return sorted(str(name) for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_every_text_is_translated_and_none_is_left_over():
    wanted, there = texts(), german()
    assert len(wanted) > 300
    missing, extra = sorted(wanted - set(there)), sorted(set(there) - wanted)
    assert not missing, f"run  make translations  and translate {missing}"
    assert not extra, f"run  make translations: nobody says {extra} any more"
    for (_, text), translation in there.items():
        assert translation.strip() or not text.strip(), text
        assert fields(text) == fields(translation), text


def test_the_compiled_catalogue_is_the_one_of_the_ts(qapp: QApplication):
    translator = QTranslator()
    assert translator.load(str(FOLDER / "foleycue_de.qm"))
    QApplication.installTranslator(translator)
    try:
        stale = [text for (area, text), said in german().items() if QApplication.translate(area, text) != said]
    finally:
        QApplication.removeTranslator(translator)
    assert not stale, f"run  make translations: {stale}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_nothing_is_shown_that_is_not_translated(path: Path):
    for name, node in calls(path):
        shows = node.args[:1] if name in (*SHOWING, *TELLING) else []
        if name in TELLING:
            shows += [given.value for given in node.keywords if given.arg == "action"]
        for shown in shows:
            parts = shown.values if isinstance(shown, ast.JoinedStr) else [shown]
            fixed = "".join(literal(part) or "" for part in parts)
            assert not any(letter.isalpha() for letter in fixed), f"{path.name}:{node.lineno}: {fixed!r}"


def test_the_language_is_the_users_else_the_systems(qapp: QApplication, tmp_path: Path):
    assert language_for("", ["de-AT", "en"]) == "de"
    assert language_for("", ["fr-FR", "de"]) == "de"
    assert language_for("", ["pt"]) == "en"
    assert language_for("en", ["de"]) == "en"
    settings = Settings(home(tmp_path).config)
    settings.set(LANGUAGE, "de")
    appearance = Appearance(settings)
    try:
        assert tr("Actions", "Generate takes") == "Takes erzeugen"
        assert QKeySequence("Ctrl+O").toString(QKeySequence.SequenceFormat.NativeText) == "Strg+O"
    finally:
        appearance.close()
    assert tr("Actions", "Generate takes") == "Generate takes"
