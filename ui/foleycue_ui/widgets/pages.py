# SPDX-License-Identifier: GPL-3.0-or-later
"""Which page of the panel is in view: the welcome or the columns, and what may take their place for a while."""

from PyQt6.QtWidgets import QStackedWidget

from foleycue_ui.model.state import RangeModel
from foleycue_ui.widgets.column import Column, Columns
from foleycue_ui.widgets.page import Page
from foleycue_ui.widgets.welcome import Welcome


class Pages(QStackedWidget):
    """Whatever is opened brings the columns back."""

    def __init__(self, range_: RangeModel, welcome: Welcome, columns: Columns, *pages: Page) -> None:
        super().__init__()
        self._range, self._columns = range_, columns
        self._home = Column(welcome)
        self._pages = pages
        for widget in (self._home, columns, *pages):
            self.addWidget(widget)
        for page in pages:
            page.back_asked.connect(self.turn_back)
        range_.project_changed.connect(self._on_project)

    @property
    def away(self) -> bool:
        """Whether a page is in view that one goes back from."""
        return self.currentWidget() in self._pages

    def turn_to(self, page: Page) -> None:
        """Show a page; the same page again goes back."""
        if self.currentWidget() is page:
            self.turn_back()
        else:
            self.setCurrentWidget(page)
            page.back.setFocus()
            page.entered()

    def turn_back(self) -> None:
        """Show the columns again, or the welcome as long as nothing is open."""
        wanted = self._columns if self._range.open else self._home
        if self.currentWidget() is not wanted:
            self.setCurrentWidget(wanted)
            if (window := self.window()) is not None:
                window.setFocus()

    def _on_project(self) -> None:
        if not self._range.opening:
            self.turn_back()
