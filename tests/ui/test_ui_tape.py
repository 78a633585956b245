# SPDX-License-Identifier: GPL-3.0-or-later
"""The tape: what is handed out, sample by sample, and which place of the range each sample was."""

from fractions import Fraction

import numpy as np
import pytest

from foleycue_shared.timing import CUE_RATE
from foleycue_ui.playback.shuttle import next_speed, speed_text
from foleycue_ui.playback.tape import FADE, Tape, Voice

ONE = Fraction(1)
LENGTH = 96_000


def ramp(length: int = LENGTH) -> np.ndarray:
    """Each sample says its own place."""
    return np.arange(length, dtype=np.float32) / 2**20


def places(block: np.ndarray) -> np.ndarray:
    return block * 2**20


def started(place: int = 0, speed: Fraction = ONE, loop: bool = False, *voices: Voice) -> Tape:
    tape = Tape()
    tape.rewind(place, speed, LENGTH, loop)
    tape.set_voices(voices or (Voice(ramp()),))
    tape.adopt(0)
    return tape


def test_single_speed_hands_out_the_samples_themselves():
    tape = started(1000)
    block = np.concatenate([tape.pull(n) for n in (480, 1, 777)])
    assert np.array_equal(places(block), np.arange(1000, 1000 + 1258))
    assert [tape.place(k) for k in (0, 1, 1257)] == [1000, 1001, 2257]


@pytest.mark.parametrize("speed", [Fraction(1, 2), Fraction(1, 4), Fraction(-1), Fraction(-1, 2)])
def test_slow_and_backward(speed: Fraction):
    tape = started(5000, speed)
    assert places(tape.pull(400)) == pytest.approx(5000 + np.arange(400) * float(speed), abs=0.1)
    assert tape.place(400) == 5000 + 400 * speed


@pytest.mark.parametrize("speed", [Fraction(2), Fraction(8), Fraction(-4)])
def test_fast_is_the_mean_of_what_is_passed(speed: Fraction):
    tape = started(20_000, speed)
    middle = (abs(speed) - 1) / 2 * (1 if speed > 0 else -1)
    assert places(tape.pull(300)) == pytest.approx(20_000 + float(middle) + np.arange(300) * float(speed), abs=0.2)


def test_a_switch_is_a_short_fade_without_a_gap():
    low, high = np.full(LENGTH, 0.2, np.float32), np.full(LENGTH, 0.6, np.float32)
    tape = started(0, ONE, False, Voice(low))
    before = tape.pull(480)
    tape.set_voices((Voice(high),))
    after = np.concatenate([tape.pull(100) for _ in range(10)])
    assert (before == np.float32(0.2)).all()
    assert after.min() > 0.19
    assert (np.diff(after[:FADE]) > 0).all()
    assert after[FADE:] == pytest.approx(0.6)
    assert tape.place(700) == 700


def test_orders_that_come_faster_than_fades_end_with_the_last():
    tape = started()
    for k in range(8):
        tape.set_voices((Voice(np.full(LENGTH, k / 10, np.float32)),))
        tape.pull(64)
    tape.pull(FADE)
    tape.pull(FADE)
    assert tape.pull(10) == pytest.approx(0.7)


def test_a_jump_holds_until_it_is_heard():
    tape = started()
    tape.pull(4800)
    tape.jump(50_000)
    assert tape.ordered_place(100) == 50_000
    block = tape.pull(960)
    assert places(block[FADE:]) == pytest.approx(50_000 + np.arange(FADE, 960), abs=1)
    assert tape.ordered_place(4000) == 50_000
    assert tape.ordered_place(4800) is None
    assert (tape.place(4799), tape.place(4800)) == (4799, 50_000)


def test_another_speed_goes_on_from_where_it_was():
    tape = started()
    tape.pull(1000)
    tape.set_speed(Fraction(1, 2))
    tape.pull(1000)
    assert tape.ordered_place(0) is None
    assert [tape.place(k) for k in (999, 1000, 1200)] == [999, 1000, 1100]


def test_loop_wraps_both_ways_and_can_be_let_go():
    tape = started(LENGTH - 100, ONE, True)
    block = places(tape.pull(300))
    assert block[99] == LENGTH - 1
    assert block[100:] == pytest.approx(np.arange(200))
    assert tape.place(150) == 50
    tape.set_loop(False)
    tape.pull(10)
    assert tape.place(300) == 200
    back = started(10, -ONE, True)
    assert places(back.pull(12))[-1] == LENGTH - 1


def test_outside_of_its_sound_a_voice_is_silent_and_levels_add_up():
    short = np.full(10, 0.5, np.float32)
    tape = started(0, ONE, False, Voice(short), Voice(short, gain=0.5))
    assert tape.pull(12).tolist() == [0.75] * 10 + [0.0, 0.0]


def test_a_voice_of_another_rate_lies_right():
    slow = ramp(LENGTH // 3)
    tape = started(300, ONE, False, Voice(slow, CUE_RATE // 3))
    assert places(tape.pull(30)) == pytest.approx((300 + np.arange(30)) / 3, abs=0.02)


def test_j_k_l():
    assert next_speed(None, 1, False) == 1
    assert next_speed(Fraction(1), 1, False) == 2
    assert next_speed(Fraction(8), 1, False) == 8
    assert next_speed(Fraction(4), -1, False) == -1
    assert next_speed(Fraction(-1), -1, False) == -2
    assert next_speed(None, 1, True) == Fraction(1, 2)
    assert next_speed(Fraction(2), -1, True) == Fraction(-1, 2)
    assert next_speed(Fraction(1, 2), 1, False) == 1
    assert [speed_text(s) for s in (Fraction(1), Fraction(1, 4), Fraction(-2))] == ["1×", "1/4×", "−2×"]
