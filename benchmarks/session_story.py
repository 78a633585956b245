# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person does in the recorded session, step by step."""

from pathlib import Path

from PyQt6.QtCore import QPoint, Qt
from session_hand import Hand

FIRST_PROMPT, SECOND_PROMPT = "a hammer hits wood", "a hammer hits metal"


def tell(hand: Hand, saved: Path) -> None:
    """The whole story; the timeline with the sound goes to `saved`."""
    open_demo(hand)
    edit_cues(hand)
    generate(hand, FIRST_PROMPT, 3)
    hand.photograph("three-takes")
    switch_while_playing(hand)
    generate(hand, SECOND_PROMPT, 3)
    hand.photograph("another-prompt")
    insert_and_undo(hand, saved)


def open_demo(hand: Hand) -> None:
    """From the welcome to cues."""
    panel, state = hand.panel, hand.panel.state
    hand.step("the panel comes up")
    hand.wait("The panel", lambda: panel.isVisible() and state.link.state == "connected")
    hand.rest(500)
    hand.photograph("welcome")
    hand.step("the demo opens")
    hand.click(panel.welcome.demo)
    hand.wait("The range", lambda: state.range.selection is not None)
    hand.step("cues from the picture")
    hand.wait("The cues", lambda: state.cues.known and not state.job.analysing)
    hand.photograph("cues-from-the-picture")


def edit_cues(hand: Hand) -> None:
    """Move one, add one, delete one."""
    lane, cues = hand.panel.lane_section.cue_lane, hand.panel.state.cues

    def place(sample: int, strength: float) -> QPoint:
        return QPoint(round(lane.view.x(sample)), round(lane.view.y(strength)))

    before, first = len(cues.cues), cues.cues[0]
    hand.step("a cue is moved")
    start = place(first.sample, first.strength)
    hand.drag(lane, start, start + QPoint(14, 1))
    hand.photograph("one-moved")
    hand.step("a cue is added")
    taken = [round(lane.view.x(cue.sample)) for cue in cues.cues]
    free = max(range(30, lane.width() - 30), key=lambda x: min(abs(x - other) for other in taken))
    hand.click(lane, QPoint(free, place(0, 0.6).y()))
    assert len(cues.cues) == before + 1
    hand.photograph("one-added")
    hand.step("a cue is deleted")
    last = cues.cues[-1]
    hand.click(lane, place(last.sample, last.strength))
    hand.key(Qt.Key.Key_Delete)
    assert len(cues.cues) == before
    hand.photograph("one-deleted")


def generate(hand: Hand, prompt: str, takes: int) -> None:
    """Ask for takes, and see them come."""
    panel, state = hand.panel, hand.panel.state
    ask, before = panel.ask_section, len(state.takes.entries)
    hand.step("a prompt is written")
    hand.write(ask.prompt.prompt, prompt)
    ask.options.takes.setValue(takes)
    hand.click(ask.generate_bar.generate)
    hand.step("takes are made")
    hand.wait("The first take", lambda: len(state.takes.entries) > before)
    hand.photograph("first-take-of-a-round")
    hand.wait("The takes", lambda: not state.job.active and len(state.takes.entries) == before + takes)


def switch_while_playing(hand: Hand) -> None:
    """Play, and change the take by its number."""
    panel = hand.panel
    hand.step("takes are switched while they play")
    hand.key(Qt.Key.Key_Escape)  # out of the prompt
    hand.click(panel.picture_section.transport.loop)
    hand.click(panel.picture_section.transport.play)
    for key in (Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_1, Qt.Key.Key_2):
        hand.rest(900)
        hand.key(key)
    assert panel.player.playing
    hand.photograph("switched-while-playing")
    hand.click(panel.picture_section.transport.play)


def insert_and_undo(hand: Hand, saved: Path) -> None:
    """Lay a take onto a copy of the timeline, and take it back."""
    panel, state = hand.panel, hand.panel.state

    def told() -> str:
        return next((notice.text for notice in state.notices.notices if notice.key == "insert"), "")

    hand.step("a take is inserted")
    hand.answer_with(saved)
    hand.click(panel.takes_section.takes.cards[0].insert)
    hand.wait("The insertion", told)
    assert saved.exists()
    hand.photograph("inserted")
    hand.step("the insertion is undone")
    frame = next(frame for frame in panel.notices.frames if frame.notice.key == "insert")
    first = told()
    assert frame.action is not None
    hand.click(frame.action)
    hand.wait("The undo", lambda: told() not in ("", first))
    hand.photograph("undone")
