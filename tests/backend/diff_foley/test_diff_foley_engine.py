# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine diff-foley on a small checkpoint: windows and their pictures, guidance, settings, takes, cancelling."""

import shutil
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from fakes.published_diff_foley import FEATURES, write_published
from foleycue_backend.engines import registry
from foleycue_backend.engines.base import Conditions
from foleycue_backend.engines.diff_foley import converter, inversion
from foleycue_backend.engines.diff_foley.classifier import AlignmentGradient
from foleycue_backend.engines.diff_foley.engine import engine_info
from foleycue_backend.engines.diff_foley.guidance import DoubleGuidance, Scales, conditioned
from foleycue_backend.engines.diff_foley.latents import decode
from foleycue_backend.engines.diff_foley.plan import rows_of, spans_of
from foleycue_backend.engines.diff_foley.schedule import dpm_solver
from foleycue_backend.engines.diff_foley.session import Session
from foleycue_backend.engines.diff_foley.settings import GRID, SETTINGS
from foleycue_backend.engines.diff_foley.studio import DiffFoleyStudio
from foleycue_backend.engines.diff_foley.windows import PUBLISHED_SAMPLES, published_delay
from foleycue_backend.engines.parts.sampling import sample
from foleycue_backend.engines.studio.grid import Span
from foleycue_backend.engines.studio.noise import noise_of_takes
from foleycue_backend.models.store import Store
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Guidance
from foleycue_shared.places import HOME_VARIABLE

RATE = 16_000
WINDOW = GRID.whole * GRID.frame_samples
DEFAULT, FAITHFUL = SETTINGS["default"], SETTINGS["faithful"]

# diffusers' multistep solvers make an array of a tensor in a way that numpy 2 frowns upon.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def nothing(phase, step, steps):
    """Hears of progress and does not mind."""


def convert(source, target):
    return converter.convert(source, target, target.with_suffix(".txt"), nothing)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("diff-foley")
    write_published(place / "published")
    (place / "model").mkdir()
    convert(place / "published", place / "model")
    return place / "model"


@pytest.fixture(scope="module")
def studio(folder):
    return DiffFoleyStudio(folder)


@pytest.fixture
def quick(monkeypatch):
    """The inversion's least squares stop at their start, as librosa's do since 0.10: a second less a window."""

    def start(mel, sample_rate, rounds, on_round):
        return inversion.least_squares_start(inversion.basis(sample_rate).numpy(), mel)

    monkeypatch.setattr(inversion, "stft_magnitudes", start)


def seen(seconds):
    rows = torch.randn(max(1, round(4 * seconds)), FEATURES, generator=torch.Generator().manual_seed(0))
    return F.normalize(rows, dim=-1)


def take(samples, seed=1, **fields):
    features = {"cavp": seen(samples / RATE).numpy()}
    return Conditions(samples=samples, **{"seed": seed, "steps": 2, "features": features, **fields})


def sounds(studio, *takes, on_step=nothing):
    blocks = [[] for _ in takes]
    for number, block in studio.make(takes, on_step):
        blocks[number].append(block)
    return [np.concatenate(some) for some in blocks]


# -- windows ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("samples", [1, WINDOW, WINDOW + 1, 10 * RATE, 61 * RATE + 5])
@pytest.mark.parametrize("shots", [(), (3 * RATE, 9 * RATE, 10 * RATE, 12 * RATE)])
def test_whole_windows_cover_a_range_and_begin_where_there_is_something_to_see(samples, shots):
    spans = spans_of(samples, [shot for shot in shots if shot < samples], DEFAULT)
    assert all(span.frames == GRID.whole for span in spans)
    assert spans[0].low == 0
    frames = -(-samples // GRID.frame_samples)
    assert spans[-1].high == max(frames, GRID.whole)
    for one, other in pairwise(spans):
        assert one.low < other.low <= one.high - 2 * GRID.context


def test_each_window_is_shown_the_32_pictures_of_its_own():
    assert [(span.low, span.high) for span in spans_of(10 * RATE, (), DEFAULT)] == [(0, 64), (15, 79)]
    assert list(rows_of(Span(0, 64), DEFAULT, 40)) == list(range(32))
    # 15 · 0.128 s = 1.92 s: the picture before it is that of 1.75 s.
    assert list(rows_of(Span(15, 79), DEFAULT, 40)) == [*range(7, 39)]
    assert list(rows_of(Span(0, 64), DEFAULT, 12)) == [*range(12), *range(12), *range(8)]


def test_end_to_end_windows_fall_behind_as_published():
    spans = spans_of(20 * RATE, (), FAITHFUL)
    assert [span.low * FAITHFUL.grid.frame_samples for span in spans] == [k * PUBLISHED_SAMPLES for k in range(3)]
    assert [rows_of(span, FAITHFUL, 80)[0] for span in spans] == [0, 32, 64]
    assert spans[2].low * FAITHFUL.grid.frame_samples - 2 * 8 * RATE == published_delay(2)


# -- sound -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "samples"),
    [("default", 1), ("default", WINDOW), ("default", 9 * RATE), ("faithful", PUBLISHED_SAMPLES + 1)],
)
def test_any_range_gets_its_exact_length(studio, quick, setting, samples):
    (sound,) = sounds(studio, take(samples, setting=setting, steps=1))
    assert sound.shape == (samples,)
    assert np.isfinite(sound).all()
    assert samples == 1 or np.abs(sound[-samples // 4 :]).max() > 0


def by_hand(networks, features, span, seed, negative, context):
    """Latents of one window by the formulas, with frames last."""
    condition = networks.feature_encoder(features)
    guided = conditioned(networks.unet, condition, 4.5, 1, negative)
    push = AlignmentGradient(networks.alignment.classifier, context)
    noise = noise_of_takes([seed], span.low, 64, 4, 16).transpose(2, 3)
    return sample(dpm_solver(), DoubleGuidance(guided, push, 50.0), noise, steps=2)


@pytest.mark.parametrize("setting", SETTINGS)
def test_who_is_shown_what_in_the_second_window(studio, setting):
    """The same 32 pictures to both networks; as published the whole clip to the classifier."""
    chosen = replace(SETTINGS[setting], steps=2, half=False)
    features, networks = seen(20), studio._networks(chosen)
    session = Session(networks, chosen, features, Scales())
    span = spans_of(20 * RATE, (), chosen)[1]
    noise = noise_of_takes([7], span.low, 64, 4, 16)
    found = session.denoise(span, noise, None, lambda done, steps: None).transpose(2, 3)

    first = {"faithful": 32}.get(setting, span.low * 64 // 125)
    rows = features[first : first + 32][None]
    context, negative = rows, None
    with torch.inference_mode():
        if setting == "faithful":
            context = features[None]
        if setting == "as-trained":
            context, negative = networks.alignment.feature_encoder(rows), networks.feature_encoder(rows * 0)
        expected = by_hand(networks, rows, span, 7, negative, context)
        other = by_hand(networks, rows, span, 7, negative, context.flip(1) if setting != "faithful" else rows)
    torch.testing.assert_close(found, expected)
    assert (found - other).abs().max() > 1e-6


def test_faithful_is_the_published_sound(studio, quick):
    """Windows end to end, read with the filters of 22.05 kHz, and peaks cut as the file's are."""
    (made,) = sounds(studio, take(9 * RATE, setting="faithful", features={"cavp": seen(10).numpy()}))
    networks, features = studio._networks(FAITHFUL), seen(10)[None]
    waves = []
    for number, rows in enumerate((features[:, :32], torch.cat([features[:, 32:], features[:, :24]], 1))):
        with torch.inference_mode():
            latents = by_hand(networks, rows, Span(64 * number, 64 * number + 64), 1, None, features)
            waves.append(inversion.invert(decode(networks.vae, latents)[0], 0, 22_050).clamp(-1, 1).numpy())
    assert [len(wave) for wave in waves] == [PUBLISHED_SAMPLES] * 2
    expected = np.concatenate(waves)[: 9 * RATE]
    # Griffin-Lim makes rounding louder.
    assert np.linalg.norm(made - expected) < 1e-3 * np.linalg.norm(expected)


def test_a_window_of_a_long_range_is_that_window_alone(studio):
    """What a window becomes depends on its place, its pictures and the seed, not on its neighbours."""
    chosen = replace(DEFAULT, steps=2)
    networks, features, span = studio._networks(chosen), seen(30), Span(46, 110)
    noise = noise_of_takes([3], span.low, 64, 4, 16)
    long = Session(networks, chosen, features, Scales()).denoise(span, noise, None, lambda done, steps: None)
    rows = rows_of(span, chosen, len(features))
    alone = Session(networks, chosen, features[rows], Scales())
    torch.testing.assert_close(long, alone.denoise(Span(0, 64), noise, None, lambda done, steps: None))


def test_takes_made_together_are_those_made_alone(studio, quick):
    takes = [take(2 * RATE, seed) for seed in (4, 2**53 - 1)]
    together = sounds(studio, *takes)
    apart = np.linalg.norm(together[0] - together[1])
    for one, sound in zip(takes, together, strict=True):
        assert np.linalg.norm(sounds(studio, one)[0] - sound) < 0.02 * apart


def test_each_guidance_is_obeyed(studio, quick):
    usual, plain, loose = (
        sounds(studio, take(2 * RATE, guidance=guidance))[0]
        for guidance in (Guidance(), Guidance(picture=1.0), Guidance(alignment=0.0))
    )
    assert not np.array_equal(usual, plain)
    assert not np.array_equal(usual, loose)


@pytest.mark.parametrize(("phase", "at"), [("diffuse", 3), ("vocode", 1)])
def test_every_step_may_cancel(studio, quick, phase, at):
    class Cancelled(Exception):
        pass

    told = []

    def on_step(name, step, steps):
        told.append((name, step))
        if (name, step) == (phase, at):
            raise Cancelled

    with pytest.raises(Cancelled):
        sounds(studio, take(9 * RATE), on_step=on_step)
    assert told[-1] == (phase, at)


@pytest.mark.parametrize("setting", ["default", "faithful"])
def test_the_inversion_may_be_cancelled_midway(studio, quick, setting):
    class Cancelled(Exception):
        pass

    heard = 0

    def on_step(phase, step, steps):
        nonlocal heard
        heard += (phase, step) == ("vocode", 1)
        if heard == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        sounds(studio, take(RATE, setting=setting, steps=1), on_step=on_step)
    assert heard == 5


# -- the engine ------------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    return Store(tmp_path)


def test_it_says_what_it_is_and_what_is_missing(home):
    info = engine_info()
    assert (info.listens, info.sample_rate, info.window_seconds) == (("picture",), RATE, 8.192)
    assert info.guidance == Guidance(picture=4.5, alignment=50.0)
    assert info.settings == tuple(SETTINGS)
    assert "foleycue models pull diff-foley" in info.reason
    with pytest.raises(FoleyCueError) as caught:
        registry.load_engine("diff-foley")
    assert caught.value.code is ErrorCode.UNKNOWN_ENGINE
    assert not registry.understand("diff-foley", "a dog").known


def test_without_the_classifier_there_is_one_guidance(home, folder, studio, tmp_path, quick):
    bare = shutil.copytree(folder.parent / "published", tmp_path / "bare")
    for path in bare.rglob("*classifier.ckpt"):
        path.unlink()
    with home.changing(), home.placing("diff-foley") as part:
        assert any("double_guidance_classifier.ckpt" in line for line in convert(bare, part).lines)
        home.seal(part, "diff-foley", [])
    assert engine_info().guidance == Guidance(picture=4.5)
    engine = registry.load_engine("diff-foley")
    sound = np.concatenate(list(engine.generate(take(RATE), nothing)))
    assert np.array_equal(sound, sounds(studio, take(RATE, guidance=Guidance(alignment=0.0)))[0])
    with pytest.raises(FoleyCueError, match="without its alignment classifier") as caught:
        list(engine.generate(take(RATE, guidance=Guidance(alignment=10.0)), nothing))
    assert caught.value.code is ErrorCode.BAD_INPUT
