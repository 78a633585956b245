# SPDX-License-Identifier: GPL-3.0-or-later
"""Cues from pictures whose contact times are known."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from backend.stages.media_files import striker, write_video
from fakes.contact_scenes import Filming, contact_scene
from foleycue_backend.stages.bounces import find_bounces
from foleycue_backend.stages.motion import Motion, measure
from foleycue_backend.stages.picture_cues import clean, find_cuts, find_repeats, predict
from foleycue_backend.stages.pictures import GreyFrame, grey_frames
from foleycue_shared.cues import CueSource, match_cues
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import CUE_RATE, FrameRange


def _motion(draw, count, rate=30):
    return measure(GreyFrame(0, k / rate, draw(k)) for k in range(count))


def _f1(cues, contacts, tolerance=0.05):
    wanted = [round(t * CUE_RATE) for t in contacts]
    pairs = match_cues([c.sample for c in cues], wanted, round(tolerance * CUE_RATE))
    errors = [cues[i].sample - wanted[j] for i, j in pairs]
    return 2 * len(pairs) / max(1, len(cues) + len(wanted)), errors


def test_a_rendered_striker_is_found_at_its_contacts():
    scores, errors = [], []
    for seed in range(3):
        draw, count, contacts = striker(seed)
        prediction = predict(_motion(draw, count), FrameRange(0, count, Fraction(30)), 0.5)
        f1, off = _f1(prediction.cues, contacts)
        scores.append(f1)
        errors += off
        assert all(cue.source is CueSource.PICTURE and 0 < cue.strength <= 1 for cue in prediction.cues)
        assert (prediction.rate, len(prediction.curve)) == (30, count)
        assert prediction.curve.max() <= 1
        assert prediction.confidence > 0.3
    assert np.mean(scores) >= 0.75
    assert abs(np.mean(errors)) / CUE_RATE <= 0.020


def test_a_striker_in_a_coded_file_at_an_odd_rate(tmp_path):
    draw, _, contacts = striker(5, 6.0)
    rate = Fraction(24000, 1001)
    count = int(6 * rate)
    path = write_video(tmp_path / "s.mp4", lambda k: draw(round(k / rate * 30)), count, rate)
    span = FrameRange(0, count, rate)
    piece = Piece(start=0, frames=count, media=str(path), name="s")
    prediction = predict(measure(grey_frames([piece], span)), span, 0.5)
    assert _f1(prediction.cues, contacts)[0] >= 0.75


def test_the_camera_alone_makes_no_movement():
    rng = np.random.default_rng(0)
    wide = np.kron(rng.integers(0, 255, (40, 90)), np.ones((6, 6))).astype(np.uint8)
    motion = _motion(lambda k: wide[20 : 20 + 135, 2 * k : 2 * k + 240], 40)
    assert np.median(motion.residual[2:]) < 0.25 * np.median(motion.difference[2:])


def test_cuts_and_repeated_frames_are_no_cues():
    rng = np.random.default_rng(1)
    scenes = [np.kron(rng.integers(0, 255, (9, 16)), np.ones((15, 15))) for _ in range(2)]

    def draw(k):
        image = scenes[k >= 30].copy()
        image[60:80, (k // 2 * 2 * 3) % 200 : (k // 2 * 2 * 3) % 200 + 20] = 255
        return image.astype(np.uint8)

    motion = _motion(draw, 60)
    repeated = find_repeats(motion.difference)
    assert repeated[3:57].sum() >= 25
    assert find_cuts(motion.jump, motion.span, repeated) == [30]
    calm = clean(motion, slice(None))
    assert calm.motion[28:33].max() <= calm.motion[10:25].max() + 0.2


def test_a_flash_is_no_cut():
    motion = _motion(lambda k: np.full((90, 160), 230 if k == 20 else 40, np.uint8), 40)
    assert find_cuts(motion.jump, motion.span, find_repeats(motion.difference)) == []


def test_sensitivity_only_adds_cues():
    draw, count, _ = striker(2)
    motion, span = _motion(draw, count), FrameRange(0, count, Fraction(30))
    few, usual, many = (len(predict(motion, span, s).cues) for s in (0.0, 0.5, 1.0))
    assert few <= usual <= many
    assert many > few


def test_the_curve_follows_the_pictures_own_rate():
    draw, _, _ = striker(3, 1.0)
    motion = _motion(lambda k: draw(k // 2), 60, 60)
    for rate in (Fraction(60), Fraction(30), Fraction(24)):
        prediction = predict(motion, FrameRange(0, int(rate), rate), 0.5)
        assert prediction.rate == {60: 60, 30: 60, 24: 72}[int(rate)]
        assert len(prediction.curve) == prediction.rate


def test_a_slow_lift_is_no_cue():
    lift = np.concatenate([np.zeros(12), np.hanning(36) * 8, np.zeros(12), np.linspace(0, 9, 8), np.zeros(16)])
    lift = lift.astype(np.float32)
    zeros = np.zeros(len(lift), np.float32)
    motion = Motion(
        zeros.astype(np.int32), np.arange(len(lift)) / 30, lift + 1, lift + 1, zeros, zeros, zeros,
        velocity=np.zeros((len(lift), 2), np.float32), coherence=zeros,
    )  # fmt: skip
    cues = predict(motion, FrameRange(0, len(lift), Fraction(30)), 0.5).cues
    assert [round(cue.seconds * 30) for cue in cues] == [67]


def test_a_ball_that_bounces_is_heard_at_each_contact():
    """Its picture changes as much after a contact as before, so that no fall of movement tells it."""
    scene = contact_scene("ball", 7, Filming())
    cues = predict(_motion(scene.draw, scene.frames), FrameRange(0, scene.frames, Fraction(30)), 0.5).cues
    assert _f1(cues, scene.contacts)[0] >= 0.8


def test_a_bounce_of_something_faint_is_a_cue_like_others():
    """What turns back may change the picture less than anything else in the shot."""
    lively = _arrays(0, 5.0)
    lively["residual"] = np.where(np.arange(60) == 31, 0.0, lively["residual"] + 3).astype(np.float32)
    lively["velocity"][28:32, 1], lively["velocity"][32:36, 1], lively["coherence"][:] = 0.02, -0.02, 1
    cues = predict(Motion(**lively), FrameRange(0, 60, Fraction(30)), 0.5).cues
    assert any(round(cue.seconds * 30) == 31 and 0 < cue.strength <= 1 for cue in cues)


def test_what_slows_down_before_it_turns_does_not_bounce():
    """A pendulum turns back too, but not at speed."""
    times = np.arange(90) / 30
    swing = np.stack([np.diff(0.2 * np.sin(2 * np.pi * times), prepend=0.0), np.zeros(90)], 1)
    bounce = np.stack([np.diff(0.3 * np.abs(np.sin(np.pi * times)), prepend=0.0), np.zeros(90)], 1)
    assert not len(find_bounces(times, swing, np.ones(90), 1.0)[0])
    found = find_bounces(times, bounce, np.ones(90), 1.0)[1] * 30
    assert {30, 60} <= set(np.round(found).tolist())
    assert np.abs(found - 30 * np.round(found / 30)).max() <= 1.5


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_hardly_any_pictures(count):
    motion = measure(GreyFrame(0, k / 25, np.zeros((20, 30), np.uint8)) for k in range(count))
    prediction = predict(motion, FrameRange(0, max(1, count), Fraction(25)), 0.5)
    assert prediction.cues == ()
    assert prediction.confidence == 0


def test_a_still_picture_has_no_cues_and_no_confidence():
    rng = np.random.default_rng(0)
    motion = _motion(lambda k: (100 + rng.normal(0, 2, (90, 160))).astype(np.uint8), 60)
    prediction = predict(motion, FrameRange(0, 60, Fraction(30)), 0.5)
    assert prediction.cues == ()
    assert prediction.confidence == 0


def test_shots_are_not_held_against_each_other():
    lively, still = _arrays(0, 5.0), _arrays(1, 0.0)
    both = Motion(**{name: np.concatenate([lively[name], still[name]]) for name in lively})
    cues = predict(both, FrameRange(0, 120, Fraction(30)), 0.5).cues
    assert cues
    assert all(cue.seconds < 2.0 for cue in cues)


def _arrays(piece, size) -> dict[str, Any]:
    values = np.zeros(60, np.float32)
    values[10::15] = size
    zeros = np.zeros(60, np.float32)
    return {
        "piece": np.full(60, piece, np.int32),
        "seconds": (np.arange(60) + 60 * piece) / 30,
        "difference": values,
        "residual": values,
        **{name: zeros.copy() for name in ("local", "jump", "span", "coherence")},
        "velocity": np.zeros((60, 2), np.float32),
    }
