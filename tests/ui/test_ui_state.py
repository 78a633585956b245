# SPDX-License-Identifier: GPL-3.0-or-later
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from fakes.backend import ABSENT, MINI
from foleycue_plugin.takes import StoredTake
from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.errors import FoleyCueError
from foleycue_shared.messages import MAX_PROMPT, Shot, Take
from foleycue_shared.timing import FrameRange, frames_to_samples
from foleycue_ui.model.answers import answers_of
from foleycue_ui.model.cue_edits import Exchange, snap
from foleycue_ui.model.cues import CueModel
from foleycue_ui.model.state import JobModel, Notice, NoticeModel, RangeModel, RequestModel
from foleycue_ui.model.takes import Sound, TakeEntry, TakeModel, peaks_of

RATE = Fraction(30000, 1001)
RANGE = FrameRange(0, 300, RATE)


def project(frames: int = 300, start: int = 107_892) -> SimpleNamespace:
    return SimpleNamespace(source=Path("a.otio"), rate=RATE, drop_frame=True, start_frame=start, frames=frames)


def make_take(name: str, **values: object) -> Take:
    base: dict[str, object] = {
        "take_id": name,
        "job_id": "j",
        "index": 0,
        "seed": 1,
        "engine": "mini",
        "prompt": "p",
        "negative": "",
        "path": "x",
        "sha256": "",
        "sample_rate": 48_000,
        "samples": 10,
        "cues": (),
        "onsets": (),
        "cue_error_ms": None,
    }
    return Take(**{**base, **values})


def entry(name: str, job: str = "j") -> TakeEntry:
    take = make_take(name, job_id=job, index=ord(name[0]))
    samples = np.zeros(10, np.float32)
    return TakeEntry(StoredTake(take=take, path=Path(name)), Sound(samples, 48_000, peaks_of(samples)))


class TestRange:
    def test_whole_timeline_is_marked_at_first(self, qtbot: QtBot):
        model = RangeModel()
        with qtbot.waitSignals([model.project_changed, model.changed]):
            model.set_project(project())
        assert (model.start, model.end, model.whole) == (0, 300, 300)
        assert model.timecode(0) == "01:00:00;00"

    def test_marks_are_clipped_and_never_empty(self):
        model = RangeModel()
        model.set_project(project())
        model.mark(-5, 9_999)
        assert (model.start, model.end) == (0, 300)
        model.mark(40, 40)
        assert (model.start, model.end) == (40, 41)
        model.mark(500, 600)
        assert (model.start, model.end) == (299, 300)

    def test_marking_forgets_the_selection(self):
        model = RangeModel()
        model.set_project(project())
        model.set_selection(object())
        model.mark(10, 20)
        assert model.selection is None

    def test_text_without_a_timeline_is_refused_with_a_sentence(self):
        with pytest.raises(FoleyCueError, match="open one first"):
            RangeModel().frame_of("48f")


class TestRequest:
    def test_limits(self):
        model = RequestModel()
        model.set(prompt="x" * (MAX_PROMPT + 5), takes=99)
        assert len(model.prompt) == MAX_PROMPT
        assert model.takes == 8

    def test_fixed_seed_counts_up_and_random_ones_differ(self):
        model = RequestModel()
        model.set(takes=3)
        model.set_seed(7)
        assert model.draw_seeds() == (7, 8, 9)
        model.set_seed(None)
        assert len({model.draw_seeds() for _ in range(5)}) > 1

    def test_an_engine_that_cannot_run_is_not_left_chosen(self):
        model = RequestModel()
        model.set(engine="sta-v2a")
        model.set_engines((MINI, ABSENT))
        assert model.engine == "mini"

    def test_no_signal_without_a_change(self, qtbot: QtBot):
        model = RequestModel()
        with qtbot.assertNotEmitted(model.changed):
            model.set(prompt="")


class TestJob:
    def test_words_name_phase_then_step_then_time_left(self):
        job = JobModel()
        job.begin(3)
        assert job.active
        assert "Preparing" in job.text()
        job.update(state="running", phase="loading", take=1)
        assert job.text() == "Loading the engine · 2 of 3"
        job.update(phase="diffuse", step=4, steps=25, eta=12.4)
        assert job.text() == "Making sound · 2 of 3 · step 4/25 · 12 s left"
        job.end()
        assert not job.active


def test_notices_replace_by_key_and_are_bounded():
    model = NoticeModel()
    model.post(Notice("error", "one", key="job"))
    model.post(Notice("error", "two", key="job"))
    assert [n.text for n in model.notices] == ["two"]
    for number in range(9):
        model.post(Notice("info", str(number)))
    assert len(model.notices) == NoticeModel.LIMIT
    model.dismiss(model.notices[0])
    assert model.notices[0].text == "7"
    model.clear("nothing")
    assert len(model.notices) == NoticeModel.LIMIT - 1


class TestCues:
    PICTURE = (Cue(4_800, 0.5, CueSource.PICTURE), Cue(48_000, 0.9, CueSource.PICTURE))

    def model(self) -> CueModel:
        model = CueModel()
        model.set_picture(self.PICTURE, np.ones(10, np.float32), 25.0, (Shot(start=0, frames=300, name="a"),))
        return model

    def test_picture_cues_show_until_the_user_edits(self):
        model = self.model()
        assert model.cues == self.PICTURE
        assert model.known
        assert not model.edited
        model.add(24_000)
        model.set_picture((), np.zeros(0, np.float32), 25.0, ())
        assert len(model.cues) == 3

    def test_add_twice_at_one_place_selects_the_first(self):
        model = self.model()
        first = model.add(24_000)
        assert model.add(24_000) == first
        assert len(model.cues) == 3
        assert model.selected == {first}

    def test_a_drag_past_another_cue_does_not_harm_it(self):
        model = self.model()
        model.select({0})
        model.grab()
        for sample in (10_000, 48_000, 60_000):
            model.drag(sample - 4_800, RANGE, on_frames=False)
        model.release()
        assert [cue.sample for cue in model.cues] == [48_000, 60_000]
        model.undo()
        assert model.cues == self.PICTURE
        assert not model.edited
        model.redo()
        assert [cue.sample for cue in model.cues] == [48_000, 60_000]

    def test_a_click_without_a_drag_is_no_edit(self):
        model = self.model()
        model.grab()
        model.release()
        assert not model.edited
        assert not model.can_undo

    def test_strength_nudge_delete_clear_and_back(self):
        model = self.model()
        model.select({0})
        model.change_strength(0.25)
        assert model.cues[0].strength == 0.75
        model.change_strength(9)
        assert model.cues[0].strength == 1.0
        model.nudge(3, RANGE)
        assert model.cues[0].sample == frames_to_samples(6, RATE, 48_000)
        assert model.cues[0].source == CueSource.USER
        model.delete_selected()
        assert len(model.cues) == 1
        model.clear()
        assert model.cues == ()
        assert model.known
        model.renew()
        assert model.cues == self.PICTURE
        assert not model.edited
        for _ in range(9):
            model.undo()
        assert model.cues == self.PICTURE

    def test_another_prediction_leaves_what_the_user_made_and_took_out(self):
        model = self.model()
        model.add(24_000)
        model.select({0})
        model.delete_selected()
        more = (*self.PICTURE, Cue(90_000, 0.3, CueSource.PICTURE))
        model.set_picture(more, np.ones(10, np.float32), 25.0, (), Exchange.REFINE)
        assert [cue.sample for cue in model.cues] == [24_000, 48_000, 90_000]
        model.set_picture((), np.ones(10, np.float32), 25.0, (), Exchange.REFINE)
        assert [cue.sample for cue in model.cues] == [24_000]
        model.set_picture(more, np.ones(10, np.float32), 25.0, (), Exchange.REFINE)
        assert [cue.sample for cue in model.cues] == [24_000, 48_000, 90_000]
        model.renew()
        assert [cue.sample for cue in model.cues] == [4_800, 24_000, 48_000, 90_000]
        model.undo()
        assert [cue.sample for cue in model.cues] == [24_000, 48_000, 90_000]

    def test_a_strength_that_the_user_changed_stays_under_another_prediction(self):
        model = self.model()
        model.select({1})
        model.change_strength(-0.5)
        model.set_picture(self.PICTURE[1:], np.ones(10, np.float32), 25.0, (), Exchange.REFINE)
        assert [(cue.sample, cue.strength) for cue in model.cues] == [(48_000, 0.4)]

    def test_a_group_keeps_its_rhythm_at_the_range_s_edge(self):
        model = self.model()
        model.select_all()
        model.grab()
        model.drag(10**9, RANGE, on_frames=False)
        model.release()
        assert model.cues[1].sample == RANGE.samples(48_000) - 1
        assert model.cues[1].sample - model.cues[0].sample == 48_000 - 4_800

    def test_a_cleared_sheet_is_silence_and_an_eventless_picture_is_not(self):
        model = self.model()
        assert model.sheet == self.PICTURE
        model.clear()
        assert model.sheet == ()
        calm = CueModel()
        calm.set_picture((), np.zeros(9, np.float32), 25.0, ())
        assert calm.sheet is None

    def test_selection_steps(self):
        model = self.model()
        model.step_selection(1)
        assert model.selected == {0}
        model.step_selection(1)
        model.step_selection(1)
        assert model.selected == {1}
        model.step_selection(-1)
        assert model.selected == {0}

    def test_edited_cues_follow_their_place_when_the_range_moves(self):
        model = self.model()
        model.add(24_000)
        model.move_range(-10_000, 30_000)
        assert [cue.sample for cue in model.cues] == [14_000]
        assert model.edited
        model.move_range(None, 30_000)
        assert model.cues == ()
        assert not model.known

    def test_snapping_stays_inside_and_on_frames(self):
        for sample in (0, 799, 801, 1_601, 480_479, 10**9):
            snapped = snap(sample, RANGE)
            assert any(snapped == frames_to_samples(k, RATE, 48_000) for k in range(300))


class TestTakes:
    def test_first_is_chosen_and_order_kept(self):
        model = TakeModel()
        for name in "abc":
            model.add(entry(name))
        model.add(entry("a"))
        assert [e.take.take_id for e in model.entries] == ["a", "b", "c"]
        assert model.chosen_id == "a"

    def test_choose_remove_restore(self):
        model = TakeModel()
        entries = [entry(name) for name in "abc"]
        for one in entries:
            model.add(one)
        assert model.choose_number(2)
        assert not model.choose_number(4)
        model.remove("b")
        assert model.chosen_id == "c"
        model.restore(entries[1])
        assert [e.take.take_id for e in model.entries] == ["a", "b", "c"]
        assert model.chosen_id == "b"
        model.note("b", used=True, name="The one")
        assert [e.stored.used for e in model.entries] == [False, True, False]
        assert [e.title() for e in model.entries] == ["p", "The one", "p"]
        model.remove("nobody")
        model.clear()
        assert model.chosen is None

    def test_the_newest_round_comes_first_and_keeps_its_own_order(self):
        model = TakeModel()
        model.add(entry("b", "old"), entry("a", "old"))
        model.add(entry("d", "new"))
        model.add(entry("c", "new"))
        assert [[e.take.take_id for e in group] for group in model.rounds()] == [["c", "d"], ["a", "b"]]
        assert model.chosen_id == "a"
        model.remove("b")
        model.restore(entry("b", "old"))
        assert [e.take.take_id for e in model.entries] == ["c", "d", "a", "b"]

    def test_what_the_store_holds_is_older_than_what_arrived_meanwhile(self):
        model = TakeModel()
        model.add(entry("c", "new"))
        model.load(entry("a", "first"), entry("b", "second"), entry("c", "new"))
        assert [e.take.take_id for e in model.entries] == ["c", "b", "a"]
        assert model.chosen_id == "c"

    def test_two_takes_are_compared_by_one_key(self):
        model = TakeModel()
        model.add(*(entry(name) for name in "abc"))
        assert not model.compare()
        model.choose("b")
        assert model.compare()
        assert model.chosen_id == "a"
        model.compare_with("c")
        for wanted in ("c", "a", "c"):
            model.compare()
            assert model.chosen_id == wanted
        assert model.other_id == "a"
        model.remove("a")
        assert model.other_id == ""

    def test_answers_are_the_distances_of_onsets_and_none_where_a_cue_was_missed(self):
        cues = (Cue(1_000), Cue(20_000), Cue(40_000))
        answers = answers_of(make_take("a", cues=cues, onsets=(1_200, 39_000)))
        assert answers == {1_000: 200, 20_000: None, 40_000: -1_000}

    def test_peaks(self):
        samples = np.sin(np.linspace(0, 60, 10_000)).astype(np.float32)
        peaks = peaks_of(samples, 100)
        assert peaks.shape == (100, 2)
        assert peaks.min() == samples.min()
        assert peaks.max() == samples.max()
        assert peaks_of(np.zeros(0, np.float32)).shape == (0, 2)
        assert peaks_of(np.zeros(3, np.float32)).shape == (3, 2)
