# SPDX-License-Identifier: GPL-3.0-or-later
"""Which other engines make the same, to compare: a small button beside the chosen one."""

from PyQt6.QtWidgets import QMenu, QWidget

from foleycue_ui.look.words import tr
from foleycue_ui.model.request import RequestModel
from foleycue_ui.widgets.controls import Button


class CompareButton(Button):
    """Says how many there are; its menu ticks them, and greys those that cannot run, with the reason."""

    def __init__(self, model: RequestModel, parent: QWidget | None = None) -> None:
        super().__init__("+", "", tr("Ask", "Compare with other engines"), parent)
        self._model = model
        self.setFixedWidth(40)
        self.clicked.connect(self._offer)
        model.changed.connect(self._show)
        model.engines_changed.connect(self._show)
        self._show()

    def menu_of_engines(self) -> QMenu:
        """The engines but the chosen one; the caller shows and deletes it."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.setAccessibleName(self.accessibleName())
        for info in self._model.engines:
            if info.id == self._model.engine:
                continue
            name = info.name if info.available else tr("Ask", "{engine} (not installed)").format(engine=info.name)
            action = menu.addAction(name)
            if action is not None:
                action.setObjectName(info.id)
                action.setCheckable(True)
                action.setChecked(info.available and info.id in self._model.also)
                action.setEnabled(info.available)
                action.setToolTip(info.reason or tr("Ask", "Same words, cues and seeds, made by this engine too"))
                action.toggled.connect(lambda on, engine=info.id: self._choose(engine, on))
        return menu

    def _choose(self, engine: str, on: bool) -> None:
        rest = [other for other in self._model.also if other != engine]
        self._model.set_also([*rest, engine] if on else rest)

    def _offer(self) -> None:
        menu = self.menu_of_engines()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _show(self) -> None:
        others = self._model.engines_asked()[1:]
        names = [info.name for info in self._model.engines if info.id in others]
        self.setText(f"+{len(others)}" if others else "+")
        several = tr("Ask", "Compared with {engines}").format(engines=", ".join(names))
        self.setToolTip(several if others else tr("Ask", "Let other engines make the same, to compare"))
        self.setAccessibleDescription(several if others else "")
        self.setEnabled(len(self._model.engines) > 1)
