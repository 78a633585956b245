# SPDX-License-Identifier: GPL-3.0-or-later
"""The measures of the embedded model, on sounds whose figures are known."""

import numpy as np
import pytest
import torch

from foleycue_backend.engines.mini.classes import NAMES
from foleycue_backend.training.mini.measure import sections
from foleycue_backend.training.mini.measure.class_judge import EMBEDDING, ClassJudge, hear, train_judge
from foleycue_backend.training.mini.measure.crepe import SIZE, Crepe, embed
from foleycue_backend.training.mini.measure.defects import defects, faults, faults_table, share_figure
from foleycue_backend.training.mini.measure.fidelity import compare, pre_echo
from foleycue_backend.training.mini.measure.frechet import frechet_figure
from foleycue_backend.training.mini.measure.hearing import Judges
from foleycue_backend.training.mini.measure.listen import COUNT, listening_page
from foleycue_backend.training.mini.measure.makers import held_out_bank, noise_maker, true_maker
from foleycue_backend.training.mini.measure.obedience import likeness, line_correlation, obedience, rank_correlation
from foleycue_backend.training.mini.measure.orders import LENGTH, Order, five_cues, orders, rise_and_fall
from foleycue_backend.training.mini.measure.pictures import spectrogram
from foleycue_backend.training.mini.measure.report import Measurement, report
from foleycue_backend.training.mini.measure.written import write_take
from foleycue_shared.broadcast_wav import read_wav

RATE = 48_000


def clicks(cues, length=LENGTH):
    """Decaying noise at each cue, as loud as its strength."""
    rng = np.random.default_rng(0)
    out = 1e-5 * rng.standard_normal(round(length * RATE))
    for t, s in cues:
        at = round(t * RATE)
        out[at : at + 4000] += 0.3 * s * rng.standard_normal(4000) * np.exp(-np.arange(4000) / 600)
    return np.clip(out, -0.99, 0.99).astype(np.float32)


def test_orders_repeat_and_keep_their_distance():
    wanted = orders(2, held_out=True)
    assert wanted == orders(2, held_out=True)
    assert len(wanted) == 2 * len(NAMES)
    for order in wanted:
        if order.cues:
            assert np.diff([t for t, _ in order.cues]).min() >= 0.249 and order.cues[-1][0] < LENGTH
        else:
            assert sorted(v for _, v in order.line) == [0.2, 0.45, 0.7, 1.0]


def test_perfect_clicks_obey():
    cues = five_cues(3)
    score = obedience(clicks(cues), cues, 3)
    assert score.f1 == 1.0 and score.chance < 0.6 and score.strength > 0.99 and score.before < -60
    assert np.abs(score.errors).max() < 0.002
    late = obedience(clicks([(t + 0.1, s) for t, s in cues]), cues, 3)
    assert late.f1 < 0.5


def test_strikes_of_one_object_are_alike():
    cues = five_cues(4)

    def bells(pitches):
        out = np.zeros(round(LENGTH * RATE))
        t = np.arange(10_000) / RATE
        for (at, s), pitch in zip(cues, pitches, strict=True):
            first = round(at * RATE)
            ring = s * np.exp(-t * 20) * np.sin(2 * np.pi * pitch * t)
            out[first : first + 10_000] += ring[: len(out) - first]
        return out.astype(np.float32)

    assert likeness(bells([700] * 5), cues) > 0.95
    assert likeness(bells([300, 700, 1500, 3200, 6500]), cues) < 0.3
    assert likeness(np.zeros(round(LENGTH * RATE), np.float32), cues) == 0.0
    assert likeness(bells([700] * 5), cues[:1]) == 1.0


def test_a_bed_follows_its_line():
    line = rise_and_fall(1)
    sound = noise_maker()(Order("rain", "rain", None, line, 1))
    assert line_correlation(sound, line) > 0.95
    assert rank_correlation([1, 2, 3], [5, 5, 5]) == 0.0


def test_every_fault_is_found():
    cues = [(1.0, 1.0)]
    order = Order("knock", "knock", cues, None, 0)
    good = clicks(cues)
    assert defects(good, order) == ()
    faulty = {
        "dead": good * 1e-4,
        "offset": good + np.float32(0.01),
        "clipped": np.where(np.arange(len(good)) // 3 == 30_000, np.float32(1.0), good),
        "start click": np.where(np.arange(len(good)) == 0, np.float32(0.5), good),
        "end click": np.where(np.arange(len(good)) == len(good) - 1, np.float32(0.5), good),
        "not finite": np.where(np.arange(len(good)) == 90_000, np.float32(np.nan), good),
    }
    for name, sound in faulty.items():
        assert name in defects(sound, order)
    assert defects(np.zeros(len(good), np.float32), Order("rain", "rain", None, [(0.0, 1.0)], 0)) == ("dead",)


def test_a_loud_take_that_is_cut_off_is_finished_without_fault(tmp_path):
    loud = (3 * np.sin(np.arange(round(LENGTH * RATE)) / 40)).astype(np.float32)
    order = Order("engine", "engine", None, [(0.0, 1.0)], 0)
    assert "clipped" in defects(loud, order)
    written = read_wav(write_take(loud, order, tmp_path))[0]
    assert defects(written, order) == () and written[0] == written[-1] == 0


def test_faults_are_counted_with_an_interval_that_holds_for_none():
    wanted = orders(1, held_out=False, classes=("knock", "rain"))
    quiet = faults(lambda order: np.zeros(round(LENGTH * RATE), np.float32), wanted, print)
    assert quiet == [("knock", ("dead",)), ("rain", ("dead",))]
    table = faults_table({"silence": quiet, "noise": faults(noise_maker(), wanted, print)}).markdown()
    assert "| dead | 2 | 0 | 0 |" in table and "silence, dead: knock, rain" in table
    none, half = share_figure(0, 500), share_figure(250, 500)
    assert none.value == 0 and none.interval == pytest.approx((0, 0.00735), abs=1e-4)
    assert half.interval == pytest.approx((0.4553, 0.5447), abs=1e-3)


def test_fidelity_of_the_same_sound_is_perfect_and_pre_echo_is_heard():
    cues = [(1.0, 1.0)]
    sound = clicks(cues, 2.0)
    same = compare(torch.from_numpy(sound), torch.from_numpy(sound), cues)
    assert same.long == same.short == same.mel == 0.0 and same.pre_echo < -60
    smeared = sound.copy()
    smeared[RATE - 900 : RATE] += 0.1
    assert pre_echo(smeared, cues) > -30 and pre_echo(smeared, []) is None


def test_frechet_distance_tells_sets_apart():
    rng = np.random.default_rng(0)
    a, b = (list(rng.standard_normal((60, 4)).astype(np.float32)) for _ in range(2))
    near, far = frechet_figure(a, b), frechet_figure([v + 3 for v in a], b)
    assert near.value < 1 and far.value > 30
    assert far.interval[0] < far.value < far.interval[1]


def test_the_class_judge_learns_and_answers():
    gen = torch.Generator().manual_seed(0)
    rows = []
    for label in (0, 5):
        mel = torch.full((96, 400), -12.0)
        mel[label * 8 : label * 8 + 8, 40:80] = 0.0
        rows += [((mel + 0.1 * torch.randn(mel.shape, generator=gen)).half(), [0, 16], label)] * 2
    judge = train_judge(rows, 12, lambda line: None)
    mels = torch.stack([rows[0][0], rows[-1][0]]).float()
    assert judge(mels).argmax(1).tolist() == [0, 5]
    name, vector = hear(judge, clicks([(0.5, 1.0)]))
    assert name in NAMES and vector.shape == (EMBEDDING,)


def test_crepe_embeds_whatever_is_audible():
    assert embed(Crepe().eval(), clicks([(0.5, 1.0)], 1.0)).shape == (SIZE,)


def test_tables_hold_what_was_heard():
    judges = Judges(ClassJudge().eval(), None)
    wanted = orders(1, held_out=False, classes=("knock", "whoosh", "rain"))
    columns = {
        name: judges.hear_all(maker, wanted, lambda line: None)
        for name, maker in ((sections.TRUE, true_maker(held_out_bank())), ("model", noise_maker()))
    }
    for table in (sections.obedience_table, sections.following_table, sections.class_table):
        made = table(columns)
        assert all(len(line.split("|")) >= 5 for line in made.markdown().splitlines() if line.startswith("|"))
        assert made.entry()["rows"]
    f1 = sections.obedience_table(columns).rows[0].figures[sections.TRUE]
    assert f1.value == 1.0 and f1.n == 1
    distances = sections.distance_table(columns, columns[sections.TRUE], columns["model"]).rows[0].figures
    assert abs(distances["true, another draw"].value) < 1e-3 < distances["noise"].value


def test_an_unknown_measure_is_named(tmp_path):
    with pytest.raises(ValueError, match="loudness: no such measure"):
        report(Measurement(tmp_path, tmp_path, 1, None, print), ["loudness"])


def test_the_page_holds_forty_sounds(tmp_path):
    page = listening_page(lambda order: clicks([(0.1, 1.0)], 0.3), tmp_path / "page", lambda line: None)
    assert page.read_text("utf-8").count("<audio") == COUNT == 40
    sound, rate = read_wav(tmp_path / "page" / "40-0.wav")
    assert rate == RATE and len(sound) == round(0.3 * RATE)
    assert spectrogram(sound, 120, 40, [(0.1, 1.0)]).size == (120, 40)
