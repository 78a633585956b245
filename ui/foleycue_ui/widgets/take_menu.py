# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that can be done with a take and has no button of its own on the card."""

from collections.abc import Callable

from PyQt6.QtWidgets import QMenu, QWidget

from foleycue_ui.look.words import tr


def take_menu(parent: QWidget, ask: Callable[[str], None], *, can_replace: bool, compared: bool) -> QMenu:
    """A menu that calls ask(what) with the words of TakesSection; the caller shows and deletes it."""
    menu = QMenu(parent)
    menu.setAccessibleName(tr("Takes", "More with this take"))
    unpin, pin = tr("Takes", "No longer compare with this one"), tr("Takes", "Compare with this one")
    for what, text in (
        ("compare", unpin if compared else pin),
        ("rename", tr("Takes", "Rename")),
        ("", ""),
        ("again", tr("Takes", "Same prompt, new seed")),
        ("rewrite", tr("Takes", "Same seed, new prompt")),
        ("prompt", tr("Takes", "Use its prompt")),
        ("cues", tr("Takes", "Use its cues")),
        ("seed", tr("Takes", "Use its seed")),
        ("", ""),
        ("insert-new", tr("Takes", "Insert on a new track")),
        ("replace", tr("Takes", "Replace what lies there")),
        ("reveal", tr("Takes", "Show in the file manager")),
    ):
        if not what:
            menu.addSeparator()
            continue
        action = menu.addAction(text)
        if action is not None:
            action.setObjectName(what)
            action.setEnabled(what != "replace" or can_replace)
            action.triggered.connect(lambda _, what=what: ask(what))
    return menu
