# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole jobs with a small real engine of the tests' own, on media that the tests render."""

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import opentimelineio as otio
import pytest

from backend.stages.media_files import numbered, striker, write_video
from backend.stages.sounds import bursts
from foleycue_backend.engines import registry
from foleycue_backend.pipeline import Pipeline
from foleycue_backend.report import JobCancelled
from foleycue_backend.stages.picture_cues import Prediction
from foleycue_shared.broadcast_wav import read_wav, read_wav_header
from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import Analyse, CueRequest, EngineInfo, Generate, KnownSound, Scope, Understood
from foleycue_shared.timeline import to_document, trim
from foleycue_shared.timing import CUE_RATE, FrameRange

STEPS = 4


class Engine:
    """Sounds a burst 20 ms after each cue, in two blocks; looks at the picture if it is told to."""

    def __init__(self, listens=("text", "cues"), rate=32_000):
        self.info = EngineInfo(
            id="tiny", name="Tiny", sample_rate=rate, window_seconds=4, listens=listens, code_licence="x",
            weights_licence="y", size_bytes=0, memory_bytes=0,
        )  # fmt: skip
        self.weights = ""
        self.loaded = self.analysed = 0
        self.conditions = []
        self.fault: Exception | None = None
        self.short = 0

    def load(self):
        self.loaded += 1

    def analyse(self, pictures, on_step, setting):
        self.analysed += 1
        frames = list(pictures.frames(5, 32, 24))
        on_step("analyse", len(frames), len(frames))
        return {"brightness": np.array([frame.mean() for frame in frames], np.float32)}

    def generate(self, conditions, on_step):
        self.conditions.append(conditions)
        if self.fault:
            raise self.fault
        for step in range(STEPS):
            on_step("diffuse", step + 1, STEPS)
        on_step("vocode", 0, 1)
        rate, times = self.info.sample_rate, [cue.seconds + 0.02 for cue in conditions.cues or ()]
        times = [t for t in times if t < conditions.samples / rate - 0.05]
        sound = bursts(times, conditions.samples / rate, rate, conditions.seed, 1e-4)[: conditions.samples - self.short]
        yield sound[:1000]
        yield sound[1000:]


class Several(Engine):
    """Makes two takes in one pass, and predicts cues of its own from what it sees."""

    passes = ()

    def __init__(self):
        super().__init__(("text", "picture", "cues"))
        self.weights = "first"
        self.info = msgspec.structs.replace(self.info, settings=("default", "faithful"))

    def at_once(self, conditions):
        return 2

    def generate_several(self, takes, on_step):
        self.passes = (*self.passes, len(takes))
        for number, take in enumerate(takes):
            for block in super().generate(take, lambda *_: None):
                yield number, block
        on_step("diffuse", 1, 4)
        on_step("diffuse", 4, 4)

    def predict_cues(self, features, samples, sensitivity):
        count = samples // CUE_RATE
        return Prediction(tuple(Cue(k * CUE_RATE) for k in range(count)), np.zeros(50 * count, np.float32), 0.5)


class Report:
    """Remembers what a job said; cancels at a place."""

    def __init__(self, cancel_at=None):
        self.phases, self.takes, self.analyses, self.steps = [], [], [], []
        self.cancel_at = cancel_at

    def progress(self, phase, step=0, steps=0, take=0):
        if (phase, step) == self.cancel_at:
            raise JobCancelled
        if phase not in self.phases:
            self.phases.append(phase)
        self.steps.append((phase, step, take))

    def analysed(self, event, curve):
        self.analyses.append((event, np.frombuffer(curve, "<f4")))

    def take(self, take):
        assert Path(take.path).exists()
        self.takes.append(take)


def _nearest(prompt):
    return Understood(engine="tiny", prompt=prompt, sounds=(KnownSound(label="Knock", similarity=0.2),), known=False)


def _registered(tiny, monkeypatch):
    module = SimpleNamespace(engine_info=lambda: tiny.info, create=lambda: tiny, understand=_nearest)
    monkeypatch.setitem(registry._MODULES, "tiny", "tiny")
    known = registry._module
    monkeypatch.setattr(registry, "_module", lambda name: module if name == "tiny" else known(name))
    return tiny


@pytest.fixture
def engine(monkeypatch):
    return _registered(Engine(), monkeypatch)


@pytest.fixture
def several(monkeypatch):
    return _registered(Several(), monkeypatch)


@pytest.fixture
def pipeline(tmp_path):
    return Pipeline(tmp_path / "cache", tmp_path / "outbox")


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A striker with sound at its contacts."""
    draw, count, contacts = striker(1, 4.0, 25)
    sound = np.array_split(bursts(contacts, 4.0, noise=1e-3), 60)
    path = write_video(tmp_path_factory.mktemp("film") / "film.mov", draw, count, Fraction(25), sound=sound)
    return SimpleNamespace(path=path, frames=count, contacts=contacts)


def _document(*clips, rate=25.0):
    """One video track: (path, frames) clips, None for a gap, "" for a clip whose media is missing."""
    timeline = otio.schema.Timeline("t", global_start_time=otio.opentime.RationalTime(3600 * rate, rate))
    track = otio.schema.Track("V1")
    timeline.tracks.append(track)
    for path, frames in clips:
        length = otio.opentime.RationalTime(frames, rate)
        whole = otio.opentime.TimeRange(otio.opentime.RationalTime(0, rate), length)
        if path is None:
            track.append(otio.schema.Gap(duration=length))
        else:
            media = otio.schema.ExternalReference(str(path), whole) if path else otio.schema.MissingReference()
            track.append(otio.schema.Clip("shot", media, whole))
    return to_document(timeline)


def _generate(frames, **fields):
    scope = Scope(rate="25/1", frames=frames, start_frame=90_000)
    return Generate(job_id="job", engine="tiny", scope=scope, **{"seeds": (3,), **fields})


def _cues(*seconds):
    return tuple(Cue(round(t * CUE_RATE)) for t in seconds)


def test_a_take_from_predicted_cues(pipeline, engine, film):
    report = Report()
    pipeline.run(_generate(film.frames, prompt="hammer"), _document((film.path, film.frames)), report)
    assert report.phases == ["loading", "decode", "analyse", "diffuse", "vocode", "align", "finish"]
    ((event, curve),) = report.analyses
    assert [cue.seconds for cue in event.cues] == pytest.approx(film.contacts, abs=0.06)
    assert (event.shots[0].frames, event.shots[0].name, event.suggestions) == (film.frames, "shot", ("Knock",))
    assert not event.cached
    assert (event.curve_rate, len(curve)) == ("25/1", 4 * 25)
    (take,) = report.takes
    assert (take.take_id, take.seed, take.engine, take.cues) == ("job-0", 3, "tiny", event.cues)
    assert take.missed == 0
    assert take.cue_error_ms is not None
    assert take.cue_error_ms < 3
    sound, rate = read_wav(Path(take.path))
    assert (len(sound), rate) == (FrameRange(0, film.frames, Fraction(25)).samples(48_000), 48_000)
    assert read_wav_header(Path(take.path)).time_reference == 3600 * 48_000


def test_regenerating_decodes_and_analyses_nothing_again(pipeline, engine, film, tmp_path):
    document = _document((film.path, film.frames))
    pipeline.run(_generate(film.frames), document, Report())
    for fresh in (pipeline, Pipeline(tmp_path / "cache", tmp_path / "outbox")):
        report = Report()
        pipeline_loaded = fresh is pipeline
        fresh.run(_generate(film.frames, prompt="another"), document, report)
        assert report.phases == ([] if pipeline_loaded else ["loading"]) + ["diffuse", "vocode", "align", "finish"]
        assert report.analyses[0][0].cached


def test_another_sensitivity_decodes_nothing_again(pipeline, engine, film):
    document = _document((film.path, film.frames))
    scope = Scope(rate="25/1", frames=film.frames)
    counts = []
    for sensitivity in (0.5, 1.0):
        report = Report()
        request = Analyse(job_id="a", engine="tiny", scope=scope, cues=CueRequest(sensitivity=sensitivity))
        pipeline.run(request, document, report)
        counts.append((len(report.analyses[0][0].cues), report.phases))
    assert counts[0][1] == ["decode", "analyse"]
    assert counts[1][1] == []
    assert counts[1][0] >= counts[0][0]
    assert engine.loaded == 0


def test_given_cues_are_obeyed_and_nothing_is_decoded(pipeline, engine, film):
    report = Report()
    cues = _cues(1.5, 0.5, 3.25)
    pipeline.run(_generate(film.frames, cue_sheet=cues), _document((film.path, film.frames)), report)
    assert report.phases == ["loading", "diffuse", "vocode", "align", "finish"]
    assert report.analyses == []
    assert report.takes[0].cues == tuple(sorted(cues))
    assert np.array(report.takes[0].onsets) / CUE_RATE == pytest.approx([0.5, 1.5, 3.25], abs=0.003)
    assert engine.conditions[0].samples == 4 * 32_000


def test_an_empty_cue_sheet_is_a_cue_sheet(pipeline, engine, film):
    report = Report()
    pipeline.run(_generate(film.frames, cue_sheet=()), _document((film.path, film.frames)), report)
    assert report.takes[0].cues == ()
    assert report.takes[0].cue_error_ms is None


def test_cues_from_the_guide(pipeline, engine, film):
    document = _document((film.path, film.frames))
    request = Analyse(
        job_id="a", engine="tiny", scope=Scope(rate="25/1", frames=film.frames), cues=CueRequest(source=CueSource.GUIDE)
    )
    report = Report()
    pipeline.run(request, document, report)
    assert [cue.seconds for cue in report.analyses[0][0].cues] == pytest.approx(film.contacts, abs=0.005)
    assert report.phases == ["decode", "analyse"]
    again = Report()
    pipeline.run(request, document, again)
    assert again.phases == []
    assert again.analyses[0][0].cues == report.analyses[0][0].cues


def test_one_take_a_seed(pipeline, engine, film):
    report = Report()
    pipeline.run(_generate(film.frames, seeds=(5, 9), cue_sheet=_cues(1)), _document((film.path, film.frames)), report)
    assert [(t.take_id, t.index, t.seed) for t in report.takes] == [("job-0", 0, 5), ("job-1", 1, 9)]
    assert report.takes[0].sha256 != report.takes[1].sha256
    assert {take for phase, _, take in report.steps if phase == "diffuse"} == {0, 1}
    assert engine.loaded == 1


def test_an_engine_that_sees_gets_its_features_once(pipeline, engine, film):
    engine.info = Engine(("text", "picture")).info
    document = _document((film.path, film.frames))
    for prompt in ("one", "two"):
        report = Report()
        pipeline.run(_generate(film.frames, cue_sheet=(), prompt=prompt), document, report)
    assert engine.analysed == 1
    assert report.phases == ["diffuse", "vocode", "align", "finish"]
    for conditions in engine.conditions:
        assert conditions.features["brightness"].shape == (20,)


def test_an_engine_makes_as_many_takes_in_one_pass_as_it_says(pipeline, several, film):
    report = Report()
    request = _generate(film.frames, seeds=(5, 9, 2), cue_sheet=_cues(1))
    pipeline.run(request, _document((film.path, film.frames)), report)
    assert several.passes == (2, 1)
    assert [(t.take_id, t.seed) for t in report.takes] == [("job-0", 5), ("job-1", 9), ("job-2", 2)]
    assert len({t.sha256 for t in report.takes}) == 3
    assert [s for s in report.steps if s[0] == "diffuse"][:2] == [("diffuse", 2, 0), ("diffuse", 4, 1)]


def test_an_engines_own_cues_are_shown_and_its_timing_is_left_alone(pipeline, several, film):
    document = _document((film.path, film.frames))
    asked, made = Report(), Report()
    scope = Scope(rate="25/1", frames=film.frames)
    pipeline.run(Analyse(job_id="a", engine="tiny", scope=scope), document, asked)
    pipeline.run(_generate(film.frames), document, made)
    for report, cached in ((asked, False), (made, True)):
        event, _ = report.analyses[0]
        assert ([cue.seconds for cue in event.cues], event.cached) == ([0, 1, 2, 3], cached)
    assert several.conditions[0].cues is None
    assert made.takes[0].cues == ()
    guided = Report()
    pipeline.run(_generate(film.frames, cues=CueRequest(source=CueSource.GUIDE)), document, guided)
    assert several.conditions[1].cues == guided.takes[0].cues != ()


def test_features_are_kept_apart_by_weights_and_setting(pipeline, several, film):
    document = _document((film.path, film.frames))
    for weights, setting in (("first", "default"), ("first", "faithful"), ("second", "default"), ("first", "faithful")):
        several.weights = weights
        pipeline.run(_generate(film.frames, cue_sheet=(), setting=setting), document, Report())
        assert several.conditions[-1].setting == setting
    assert several.analysed == 3


def test_an_unknown_setting_is_refused(pipeline, engine, film):
    refused = _refused(pipeline, _generate(20, cue_sheet=(), setting="faithful"), _document((film.path, 20)))
    assert refused.code is ErrorCode.BAD_INPUT
    assert "choose one of default" in refused.message


def test_shots_and_trimmed_ranges(pipeline, engine, film, tmp_path):
    from foleycue_shared.timeline import from_document

    other = write_video(tmp_path / "n.mp4", numbered, 60)
    whole = from_document(_document((film.path, 50), (None, 10), (other, 40)))
    small = trim(whole, FrameRange(30, 50, Fraction(25)))
    report = Report()
    pipeline.run(_generate(50), to_document(small), report)
    assert [(s.start, s.frames, s.name) for s in report.analyses[0][0].shots] == [
        (0, 20, "shot"), (20, 10, ""), (30, 20, "shot"),
    ]  # fmt: skip
    assert engine.conditions[0].shots == (20 * 32_000 // 25, 30 * 32_000 // 25)


@pytest.mark.parametrize("place", [("decode", 0), ("diffuse", 2), ("vocode", 0), ("align", 0), ("finish", 0)])
def test_cancelling_leaves_nothing(pipeline, engine, film, tmp_path, place):
    with pytest.raises(JobCancelled):
        pipeline.run(_generate(film.frames), _document((film.path, film.frames)), Report(place))
    assert list((tmp_path / "cache" / "work").iterdir()) == []
    assert list((tmp_path / "outbox").glob("*")) == []


def test_takes_before_a_cancel_stay(pipeline, engine, film, tmp_path):
    class Second(Report):
        def progress(self, phase, step=0, steps=0, take=0):
            if take == 1 and step == 1:
                raise JobCancelled
            super().progress(phase, step, steps, take)

    report = Second()
    with pytest.raises(JobCancelled):
        pipeline.run(_generate(film.frames, seeds=(1, 2), cue_sheet=()), _document((film.path, film.frames)), report)
    assert [p.name for p in (tmp_path / "outbox").iterdir()] == ["job-0.wav"]


def _refused(pipeline, request, document):
    with pytest.raises(FoleyCueError) as caught:
        pipeline.run(request, document, Report())
    assert caught.value.message.endswith(".")
    return caught.value


def test_bad_ranges(pipeline, engine, film):
    assert _refused(pipeline, _generate(20), _document((None, 20))).code is ErrorCode.BAD_RANGE
    given = _refused(pipeline, _generate(20, cue_sheet=_cues(0.1)), _document((None, 20)))
    assert "nothing but gap" in given.message
    document = _document((film.path, film.frames))
    for rate in ("0/1", "25/0", "999999999/1"):
        request = Generate(job_id="j", engine="tiny", seeds=(1,), scope=Scope(rate=rate, frames=5))
        assert _refused(pipeline, request, document).code is ErrorCode.BAD_RANGE
    endless = Generate(job_id="j", engine="tiny", seeds=(1,), scope=Scope(rate="25/1", frames=25 * 1801))
    assert _refused(pipeline, endless, document).code is ErrorCode.LIMIT


def test_bad_media(pipeline, engine, film, tmp_path):
    missing = _refused(pipeline, _generate(20, cue_sheet=()), _document((tmp_path / "gone.mp4", 20)))
    assert missing.code is ErrorCode.MEDIA_OFFLINE
    assert "gone.mp4" in missing.message
    assert _refused(pipeline, _generate(20), _document(("", 20))).code is ErrorCode.MEDIA_OFFLINE
    (tmp_path / "junk.mp4").write_bytes(b"junk" * 100)
    assert _refused(pipeline, _generate(20), _document((tmp_path / "junk.mp4", 20))).code is ErrorCode.MEDIA_UNREADABLE
    assert _refused(pipeline, _generate(20), b"{}").code is ErrorCode.NOT_A_TIMELINE
    silent = write_video(tmp_path / "s.mp4", numbered, 20)
    guide = _generate(20, cues=CueRequest(source=CueSource.GUIDE))
    assert _refused(pipeline, guide, _document((silent, 20))).code is ErrorCode.NO_GUIDE
    assert list((tmp_path / "outbox").glob("*")) == []


@pytest.mark.parametrize("cue", [Cue(-1), Cue(4 * CUE_RATE), Cue(0, 1.5), Cue(0, float("nan"))])
def test_bad_cues(pipeline, engine, film, cue):
    refused = _refused(pipeline, _generate(film.frames, cue_sheet=(cue,)), _document((film.path, film.frames)))
    assert refused.code is ErrorCode.BAD_CUES


def test_unknown_engine(pipeline, film):
    request = Generate(job_id="j", engine="maxi", seeds=(1,), scope=Scope(rate="25/1", frames=5))
    assert _refused(pipeline, request, _document((film.path, 5))).code is ErrorCode.UNKNOWN_ENGINE
    with pytest.raises(FoleyCueError):
        pipeline.load("maxi", lambda _: None)


def test_engine_faults(pipeline, engine, film):
    document = _document((film.path, film.frames))
    request = _generate(film.frames, cue_sheet=())
    engine.fault = MemoryError()
    assert _refused(pipeline, request, document).code is ErrorCode.OUT_OF_MEMORY
    engine.fault = type("OutOfMemoryError", (RuntimeError,), {})("CUDA out of memory")
    assert _refused(pipeline, request, document).code is ErrorCode.OUT_OF_MEMORY
    engine.fault = RuntimeError("a bug")
    with pytest.raises(RuntimeError, match="a bug"):
        pipeline.run(request, document, Report())
    engine.fault, engine.short = None, 10
    assert _refused(pipeline, request, document).code is ErrorCode.INTERNAL


def test_loading_and_unloading(pipeline, engine):
    phases = []
    pipeline.load("tiny", phases.append)
    pipeline.load("tiny", phases.append)
    assert (phases, engine.loaded) == (["loading"], 1)
    pipeline.unload()
    pipeline.load("tiny", phases.append)
    assert engine.loaded == 2
    assert {info.id for info in pipeline.engines()} >= {"mini", "tiny"}


def test_work_left_behind_is_swept(tmp_path):
    import os

    old, new = tmp_path / "cache" / "work" / "old", tmp_path / "cache" / "work" / "new"
    for place in (old, new):
        place.mkdir(parents=True)
    os.utime(old, (1, 1))
    Pipeline(tmp_path / "cache", tmp_path / "outbox")
    assert new.exists()
    assert not old.exists()
