# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes as cards: rounds, stars, names, comparison, variation, files, insertion in three ways, and what is kept."""

from pathlib import Path

import msgspec
import opentimelineio as otio
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QDrag
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fakes import backend as fakes_backend
from fakes.backend import FakeBackend
from fakes.waiting import until, wait_ready
from foleycue_plugin.takes import TakeStore
from foleycue_shared.messages import Generate, Take
from foleycue_ui.model.settings import STORE_LIMIT_MB
from foleycue_ui.panel import Panel
from foleycue_ui.widgets.notices import NoticeFrame
from foleycue_ui.widgets.take_card import TakeCard

LEFT = Qt.MouseButton.LeftButton


def generate(panel: Panel, qtbot: QtBot, takes: int = 2, prompt: str = "a hammer hits wood") -> None:
    before = len(panel.state.takes.entries)
    panel.ask_section.prompt.prompt.setPlainText(prompt)
    panel.ask_section.options.takes.setValue(takes)
    QTest.mouseClick(panel.ask_section.generate_bar.generate, LEFT)
    until(qtbot, lambda: not panel.state.job.active and len(panel.state.takes.entries) == before + takes)


def cards(panel: Panel) -> list[TakeCard]:
    return panel.takes_section.takes.cards


def choose(panel: Panel, card: TakeCard, what: str) -> None:
    """From a card's menu."""
    menu = panel.takes_section.menu(card.take_id)
    action = next(action for action in menu.actions() if action.objectName() == what)
    assert action.isEnabled(), what
    action.trigger()
    menu.deleteLater()


def frame(panel: Panel, key: str) -> NoticeFrame:
    return next(frame for frame in panel.notices.frames if frame.notice.key == key)


def press(panel: Panel, key: str) -> None:
    action = frame(panel, key).action
    assert action is not None
    QTest.mouseClick(action, LEFT)


def test_rounds_come_newest_first_and_cards_say_what_to_beware_of(
    opened: Panel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    make = fakes_backend._make_take

    def make_odd(request: Generate, index: int, *rest: object) -> Take:
        take = make(request, index, *rest)
        odd = {"sounds_like": ("speech",), "missed": 1, "onsets": take.onsets[:1]} if index else {}
        return msgspec.structs.replace(take, **odd)

    monkeypatch.setattr(fakes_backend, "_make_take", make_odd)
    generate(opened, qtbot, prompt="first")
    generate(opened, qtbot, prompt="second")
    assert [card.prompt.whole() for card in cards(opened)] == ["second", "second", "first", "first"]
    assert [label.text().split(" · ")[0] for label in opened.takes_section.takes.rounds] == ["Round 2", "Round 1"]
    plain, odd = cards(opened)[:2]
    assert "-23.0 LUFS" in plain.facts.whole()
    assert not plain.warning.isVisible()
    assert odd.warning.whole() == "sounds like speech · 1 of 2 cues missed"
    assert "sounds like speech" in odd.accessibleName()
    assert len(odd.waveform._missed) == 1
    QTest.keyClick(opened, Qt.Key.Key_4)
    assert cards(opened)[3].property("chosen") == "true"
    until(qtbot, lambda: all(card.isVisible() for card in cards(opened)))
    cards(opened)[0].play.setFocus(Qt.FocusReason.TabFocusReason)
    for card in cards(opened):
        for widget in card.tab_order()[:-1]:
            assert QApplication.focusWidget() is widget
            QTest.keyClick(widget, Qt.Key.Key_Tab)


def test_stars_and_names_are_written_down(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    generate(opened, qtbot)
    QTest.mouseClick(cards(opened)[0].star, LEFT)
    assert cards(opened)[0].star.accessibleName() == "Take the star from take 1"
    choose(opened, cards(opened)[1], "rename")
    QTest.keyClicks(cards(opened)[1].name, "The dull one")
    QTest.keyClick(cards(opened)[1].name, Qt.Key.Key_Return)
    assert cards(opened)[1].prompt.whole() == "The dull one"
    choose(opened, cards(opened)[1], "rename")
    QTest.keyClicks(cards(opened)[1].name, "never mind")
    QTest.keyClick(cards(opened)[1].name, Qt.Key.Key_Escape)
    assert cards(opened)[1].prompt.whole() == "The dull one"
    fingerprint = opened.state.range.selection.fingerprint

    def kept() -> list[tuple[bool, str]]:
        return [(take.starred, take.name) for take in TakeStore(backend.places).takes_for(fingerprint)]

    until(qtbot, lambda: kept() == [(True, ""), (False, "The dull one")])


def test_one_key_changes_over_between_two_takes(opened: Panel, qtbot: QtBot):
    generate(opened, qtbot, takes=3)
    choose(opened, cards(opened)[2], "compare")
    until(qtbot, cards(opened)[2].other.isVisible)
    assert "to compare with" in cards(opened)[2].accessibleName()
    for wanted in (2, 0, 2):
        QTest.keyClick(opened, Qt.Key.Key_X)
        assert cards(opened)[wanted].property("chosen") == "true"
        assert opened.state.takes.chosen is cards(opened)[wanted].entry


def test_a_take_is_varied_and_its_parts_are_used_again(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    opened.state.request.set_seed(77)
    generate(opened, qtbot, takes=1, prompt="boots")
    opened.ask_section.prompt.prompt.setPlainText("other words")
    opened.state.cues.clear()
    first = cards(opened)[0]
    choose(opened, first, "again")
    until(qtbot, lambda: len(cards(opened)) == 2 and not opened.state.job.active)
    again = backend.wait_for(Generate, count=2)
    assert (again.prompt, again.cue_sheet) == ("boots", first.entry.take.cues)
    assert again.seeds != (77,)
    assert opened.state.request.prompt == "other words"

    opened.state.request.set_seed(None)
    choose(opened, first, "rewrite")
    assert opened.state.request.seed == 77
    assert opened.state.cues.cues == first.entry.take.cues
    assert QApplication.focusWidget() is opened.ask_section.prompt.prompt
    QTest.keyClicks(QApplication.focusWidget(), "slippers")
    assert opened.state.request.prompt == "slippers"
    for what, value in (("prompt", "boots"), ("seed", "boots"), ("cues", "boots")):
        choose(opened, first, what)
        assert opened.state.request.prompt == value


def test_a_card_is_dragged_out_as_a_file_and_stays_for_ever(
    opened: Panel, backend: FakeBackend, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
):
    generate(opened, qtbot, takes=1)
    card, dragged = cards(opened)[0], []

    def drag(self: QDrag, *_: object) -> Qt.DropAction:
        dragged.extend(url.toLocalFile() for url in self.mimeData().urls())
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", drag)
    QTest.mousePress(card, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(5, 50))
    QTest.mouseMove(card, QPoint(6, 51))
    assert dragged == []
    QTest.mouseMove(card, QPoint(60, 90))
    path = card.entry.path
    assert dragged == [str(path)]
    assert "on the timeline" in cards(opened)[0].facts.whole()
    QTest.mouseClick(cards(opened)[0].discard, LEFT)
    opened.close()
    assert path.exists()


def sounds(copy: Path) -> list[str]:
    """The takes on a copy, track by track; none while it is just being written anew."""
    try:
        saved = otio.adapters.read_from_file(str(copy))
    except FileNotFoundError:
        return []
    clips = [clip for track in saved.audio_tracks() for clip in track.find_clips()]
    return [Path(clip.media_reference.target_url).name for clip in clips]


def wait_told(panel: Panel, qtbot: QtBot, words: str) -> None:
    """Wait for what is said at the end of an insertion."""
    until(qtbot, lambda: any(f.notice.key == "insert" and words in f.notice.text for f in panel.notices.frames))


@pytest.fixture
def target(opened: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user wants the copy."""
    path = tmp_path / "copy.otio"
    monkeypatch.setattr(opened.controller.insertion, "_ask_path", lambda _: path)
    return path


def test_insert_beside_replace_and_undo_on_a_copy(opened: Panel, qtbot: QtBot, target: Path):
    generate(opened, qtbot)
    first, second = (card.entry.path.name for card in cards(opened))
    assert not opened.controller.insertion.can_replace()
    QTest.mouseClick(cards(opened)[0].insert, LEFT)
    wait_told(opened, qtbot, "Inserted")
    assert sounds(target) == [first]
    choose(opened, cards(opened)[1], "replace")
    assert not any(f.notice.key == "insert" for f in opened.notices.frames)
    wait_told(opened, qtbot, "Inserted")
    assert sounds(target) == [second]
    choose(opened, cards(opened)[0], "insert-new")
    wait_told(opened, qtbot, "Inserted")
    assert sounds(target) == [second, first]
    press(opened, "insert")
    wait_told(opened, qtbot, "undone")
    assert sounds(target) == [second]


def test_what_is_pressed_while_a_take_is_inserted_comes_after_it(opened: Panel, qtbot: QtBot, target: Path):
    generate(opened, qtbot)
    first, second = (card.entry.path.name for card in cards(opened))
    for card in (0, 0, 1):  # a double click is one
        QTest.mouseClick(cards(opened)[card].insert, LEFT)
    until(qtbot, lambda: sounds(target) == [first, second])
    wait_told(opened, qtbot, "Inserted")
    press(opened, "insert")
    wait_told(opened, qtbot, "undone")
    assert sounds(target) == [first]


def test_an_earlier_insertion_is_replaced_in_its_place(opened: Panel, qtbot: QtBot, target: Path):
    generate(opened, qtbot)
    first, second = (card.entry.path.name for card in cards(opened))
    QTest.mouseClick(cards(opened)[0].insert, LEFT)
    wait_told(opened, qtbot, "Inserted")
    opened.state.range.mark(10, 60)
    wait_ready(opened, qtbot)
    generate(opened, qtbot, takes=1)
    third = cards(opened)[0].entry.path.name
    QTest.mouseClick(cards(opened)[0].insert, LEFT)
    until(qtbot, lambda: sounds(target) == [first, third])
    opened.state.range.mark(0, 72)
    until(qtbot, lambda: len(cards(opened)) == 2)
    for wanted in (second, first):
        card = next(card for card in cards(opened) if card.entry.path.name == wanted)
        choose(opened, card, "replace")
        wait_told(opened, qtbot, "Inserted")
        assert sounds(target) == [wanted, third]
    press(opened, "insert")
    wait_told(opened, qtbot, "undone")
    assert sounds(target) == [second, third]
    target.write_text(target.read_text() + "\n")
    choose(opened, next(card for card in cards(opened) if card.entry.path.name == first), "replace")
    wait_told(opened, qtbot, "copy.otio was changed by another program since")
    assert sounds(target) == [second, third]


def test_the_first_insertion_is_undone_wholly(opened: Panel, qtbot: QtBot, target: Path):
    generate(opened, qtbot, takes=1)
    QTest.keyClick(opened, Qt.Key.Key_Return)
    until(qtbot, lambda: any(f.notice.key == "insert" for f in opened.notices.frames))
    assert target.exists()
    press(opened, "insert")
    until(qtbot, lambda: not target.exists())
    until(qtbot, lambda: not opened.state.takes.entries[0].stored.used)


def test_the_key_takes_back_what_came_last_an_edit_of_cues_or_an_insertion(opened: Panel, qtbot: QtBot, target: Path):
    generate(opened, qtbot)
    first = cards(opened)[0].entry.path.name
    cues, undo = opened.state.cues, (opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    before = cues.cues
    cues.add(7_000)
    QTest.mouseClick(cards(opened)[0].insert, LEFT)
    wait_told(opened, qtbot, "Inserted")
    cues.add(9_000)
    QTest.keyClick(*undo)
    assert 9_000 not in [cue.sample for cue in cues.cues] and sounds(target) == [first]
    QTest.keyClick(*undo)
    wait_told(opened, qtbot, "undone")
    assert not target.exists()
    assert 7_000 in [cue.sample for cue in cues.cues]
    QTest.keyClick(*undo)
    assert cues.cues == before
    QTest.keyClick(*undo)
    QTest.mouseClick(cards(opened)[1].insert, LEFT)
    QTest.keyClick(*undo)  # while it is under way: the insertion is meant, and undone once it is done
    wait_told(opened, qtbot, "undone")
    assert sounds(target) == []
    QTest.mouseClick(cards(opened)[1].insert, LEFT)
    wait_told(opened, qtbot, "Inserted")
    opened.state.range.mark(10, 60)
    QTest.keyClick(*undo)
    wait_told(opened, qtbot, "undone")
    assert sounds(target) == []


def test_the_key_leaves_alone_what_was_inserted_into_another_timeline(
    opened: Panel, qtbot: QtBot, target: Path, clip: Path
):
    generate(opened, qtbot, takes=1)
    QTest.mouseClick(cards(opened)[0].insert, LEFT)
    wait_told(opened, qtbot, "Inserted")
    project = opened.state.range.project
    opened.controller.open(clip)
    until(qtbot, lambda: opened.state.range.project is not project)
    wait_ready(opened, qtbot)
    QTest.keyClick(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    press(opened, "insert")
    wait_told(opened, qtbot, "undone")
    assert not target.exists()


def test_the_store_asks_before_anything_goes_and_gives_it_back(opened: Panel, backend: FakeBackend, qtbot: QtBot):
    opened.settings.set(STORE_LIMIT_MB, 1)
    generate(opened, qtbot, takes=2)  # 432 KB each
    assert not any(f.notice.key == "room" for f in opened.notices.frames)
    QTest.mouseClick(cards(opened)[0].star, LEFT)
    generate(opened, qtbot, takes=2)
    until(qtbot, lambda: any(f.notice.key == "room" for f in opened.notices.frames))
    starred = next(card.take_id for card in cards(opened) if card.entry.stored.starred)
    paths = [card.entry.path for card in cards(opened)]
    press(opened, "room")
    assert 0 < len(cards(opened)) < 4
    assert starred in [card.take_id for card in cards(opened)]
    assert all(path.exists() for path in paths)
    press(opened, "discard")
    until(qtbot, lambda: len(cards(opened)) == 4)
    opened.state.range.mark(10, 60)
    wait_ready(opened, qtbot)
    opened.state.range.mark(0, 72)
    wait_ready(opened, qtbot)
    until(qtbot, lambda: len(cards(opened)) == 4)


def test_of_many_rounds_the_latest_have_cards_at_first(opened: Panel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("foleycue_ui.widgets.take_list.FIRST_CARDS", 2)
    opened.takes_section.takes._most = 2
    generate(opened, qtbot, takes=2)
    generate(opened, qtbot, takes=1)
    generate(opened, qtbot, takes=1)
    takes = opened.takes_section.takes
    assert len(takes.cards) == 2
    assert takes.earlier.text() == "Show 2 earlier takes"
    QTest.mouseClick(takes.earlier, LEFT)
    assert len(takes.cards) == 4
    assert not takes.earlier.isVisible()
