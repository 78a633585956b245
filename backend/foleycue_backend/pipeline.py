# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of one sound: check, decode, analyse, diffuse, align, finish. No engine is known here by name."""

import gc
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, runtime_checkable

import msgspec
import numpy as np

from foleycue_backend.engines import registry
from foleycue_backend.engines.base import (
    Audio,
    Conditions,
    Engine,
    Features,
    LooksForObjects,
    MakesSeveral,
    OnStep,
    PredictsCues,
)
from foleycue_backend.report import Report
from foleycue_backend.stages.align import align
from foleycue_backend.stages.analysis import Analysis
from foleycue_backend.stages.cache import AnalysisCache
from foleycue_backend.stages.finish import Origin, finish
from foleycue_backend.stages.intensity import Line, from_second, intensity_line
from foleycue_backend.stages.locate import locate
from foleycue_backend.stages.panning import Panning
from foleycue_backend.stages.picture_cues import Prediction
from foleycue_backend.stages.raw_audio import RawAudio
from foleycue_backend.stages.stretches import Stretch, join_stretches, plan_stretches, shared_steps
from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error
from foleycue_shared.media.pictures import check_there
from foleycue_shared.messages import (
    DEFAULT_SETTING,
    MAX_RANGE_SECONDS,
    Analyse,
    Analysed,
    EngineInfo,
    Generate,
    JobRequest,
    Locate,
    Located,
    Scope,
    Shot,
)
from foleycue_shared.timeline import Piece, from_document, picture_pieces, sound_pieces
from foleycue_shared.timing import CUE_RATE, FrameRange, exact_rate, frames_to_samples, rate_text

_WORK_LEFT_BEHIND = 24 * 3600
_FASTEST_RATE = 1000


@runtime_checkable
class _SeeingPredictor(Engine, PredictsCues, Protocol):
    """An engine that predicts cues from what it sees."""


class Pipeline:
    """Runs jobs one after another, and keeps the engine of the last one in memory.

    cache holds analyses and work in progress, outbox the finished takes (outbox/<take id>.wav).
    """

    def __init__(self, cache: Path, outbox: Path) -> None:
        self._outbox = outbox
        self._work = cache / "work"
        self._cache = AnalysisCache(cache / "analysis")
        self._engine: Engine | None = None
        _sweep(self._work)

    def engines(self) -> tuple[EngineInfo, ...]:
        """All engines, without loading any."""
        return registry.engine_infos()

    def load(self, engine: str, report_phase: Callable[[str], None]) -> None:
        """Get an engine into memory, instead of the one that is there. Raises UNKNOWN_ENGINE."""
        if self._engine is not None and self._engine.info.id == engine:
            return
        registry.engine_info(engine)
        report_phase("loading")
        self.unload()
        with _memory_errors():
            self._engine = registry.load_engine(engine)

    def unload(self) -> None:
        """Forget the engine."""
        self._engine = None
        gc.collect()

    def run(self, request: JobRequest, document: bytes, report: Report) -> None:
        """Do a job and tell report all about it. Raises JobCancelled or FoleyCueError; takes already told stay."""
        job = _Job(request, document)
        if isinstance(request, Locate):
            self._locate(request, job, report)
            return
        _check_setting(registry.engine_info(request.engine), job.setting)
        with self._workplace() as workplace:
            if isinstance(request, Analyse):
                self._predict(request, job, workplace, report)
            else:
                self._generate(request, job, workplace, report)

    def _predict(self, request: Analyse | Generate, job: "_Job", workplace: Path, report: Report) -> Prediction | None:
        """A range's cues and curve, reported as Analysed; None when they only say what the engine will do unasked."""
        analysis = Analysis(self._cache, job.span, report)
        wanted = request.cues
        engine = self._predictor(request, report)
        if engine is not None:
            with _memory_errors():
                features, cached = analysis.features(engine, job.pictures, job.setting)
                prediction = engine.predict_cues(features, job.span.samples(CUE_RATE), wanted.sensitivity)
        elif wanted.source == CueSource.GUIDE:
            prediction, cached = analysis.guide(job.sounds, wanted.sensitivity, workplace)
        else:
            prediction, cached = analysis.picture(job.pictures, wanted.sensitivity, wanted.regions)
        prompt = request.prompt if isinstance(request, Generate) else ""
        event = _analysed(job, prediction, _suggestions(request.engine, prompt), cached)
        report.analysed(event, prediction.curve.astype("<f4").tobytes())
        return prediction if engine is None else None

    def _locate(self, request: Locate, job: "_Job", report: Report) -> None:
        from foleycue_backend.grounding.finder import installed_grounding

        with _memory_errors():
            finder = installed_grounding()
            objects = locate(request, job.pictures, job.span, finder, report.progress)
        report.located(Located(job_id=request.job_id, objects=objects))

    def _predictor(self, request: Analyse | Generate, report: Report) -> _SeeingPredictor | None:
        """The engine, where a picture's cues are its own business: not where a region says what to look at."""
        info = registry.engine_info(request.engine)
        if (
            request.cues.source == CueSource.GUIDE
            or request.cues.regions
            or not info.available
            or "picture" not in info.listens
        ):
            return None
        self.load(request.engine, report.progress)
        return self._engine if isinstance(self._engine, _SeeingPredictor) else None

    def _generate(self, request: Generate, job: "_Job", workplace: Path, report: Report) -> None:
        self.load(request.engine, report.progress)
        engine = self._engine
        assert engine is not None
        cues, line = request.cue_sheet, None
        if cues is None:
            # Where the picture shows no event, the sound's timing is left to the model: rain needs no cue.
            prediction = self._predict(request, job, workplace, report)
            if prediction is not None:
                cues = prediction.cues or None
                line = intensity_line(prediction.curve, prediction.rate)
        sheet = None if cues is None else tuple(sorted(cues))
        with _memory_errors():
            features = [self._features(engine, job, stretch, report) for stretch in job.stretches]
        panning = Panning(request.cues.regions, job.pictures, job.span.rate) if request.stereo else None
        takes = range(len(request.seeds))
        origins = [Origin(request, job.span, engine.info, sheet, index, panning) for index in takes]
        parts = [
            [_conditions(origin, job, stretch, seen, line) for origin in origins]
            for stretch, seen in zip(job.stretches, features, strict=True)
        ]
        longest = max((part[0] for part in parts), key=lambda conditions: conditions.samples)
        at_once = engine.at_once(longest) if isinstance(engine, MakesSeveral) else 1
        for first in range(0, len(origins), at_once):
            place = workplace / str(first)
            place.mkdir()
            group = slice(first, first + at_once)
            told = _passed_on(report, first, len(origins[group]))
            sounds = _made(engine, job, [part[group] for part in parts], place, told)
            for origin, sound in zip(origins[group], sounds, strict=True):
                self._deliver(sound, origin, report)
            shutil.rmtree(place)

    def _features(self, engine: Engine, job: "_Job", stretch: Stretch, report: Report) -> Features:
        span = FrameRange(0, stretch.reach - stretch.start, job.span.rate)
        pictures = job.pictures_of(stretch)
        analysis = Analysis(self._cache, span, report)
        features = analysis.features(engine, pictures, job.setting)[0]
        names = _objects(engine, job.request, stretch.prompt)
        if not names or not isinstance(engine, LooksForObjects):
            return features
        return {**features, **analysis.objects(engine, pictures, names, job.setting)}

    def _deliver(self, sound: RawAudio, origin: Origin, report: Report) -> None:
        def aligning() -> None:
            report.progress("align", take=origin.index)

        aligning()
        aligned = align(sound, origin.cue_sheet, sound.path.parent, aligning)
        report.progress("finish", take=origin.index)
        report.take(finish(aligned, origin, self._outbox))

    @contextmanager
    def _workplace(self) -> Iterator[Path]:
        """A folder for the job's raw sound, gone afterwards."""
        try:
            self._work.mkdir(parents=True, exist_ok=True)
            place = Path(tempfile.mkdtemp(dir=self._work))
        except OSError as error:
            raise explain_os_error(error, self._work) from error
        try:
            yield place
        except OSError as error:
            raise explain_os_error(error, place) from error
        finally:
            shutil.rmtree(place, ignore_errors=True)


class _Job:
    """A request that was checked: its range, pictures and sounds. Raises FoleyCueError for what cannot be done."""

    def __init__(self, request: JobRequest, document: bytes) -> None:
        self.request = request
        self.span = _span(request.scope)
        self._timeline = timeline = from_document(document)
        self.pictures = picture_pieces(timeline, self.span)
        if not any(piece.name for piece in self.pictures):
            raise FoleyCueError(
                ErrorCode.BAD_RANGE, "The range holds nothing but gap: mark a part of the timeline that shows a clip."
            )
        for piece in self.pictures:
            if piece.name and piece.media is None:
                raise FoleyCueError(
                    ErrorCode.MEDIA_OFFLINE, f"The media of the clip {piece.name} is offline: relink it in the editor."
                )
        hears = not isinstance(request, Locate) and _predicts(request) and request.cues.source == CueSource.GUIDE
        self.sounds = sound_pieces(timeline, self.span) if hears else []
        for path in dict.fromkeys(piece.media for piece in [*self.pictures, *self.sounds]):
            if path is not None:
                check_there(path)
        if isinstance(request, Generate):
            _check_cues(request.cue_sheet or (), self.span)
            starts = [piece.start for piece in self.pictures]
            self.stretches = plan_stretches(request.prompt, request.shot_prompts, starts, self.span)

    @property
    def setting(self) -> str:
        """How the engine should work; an analysis alone is for the default."""
        return self.request.setting if isinstance(self.request, Generate) else DEFAULT_SETTING

    def pictures_of(self, stretch: Stretch) -> list[Piece]:
        """The pictures that a stretch and its tail show, counted from its start."""
        return picture_pieces(self._timeline, FrameRange(stretch.start, stretch.reach - stretch.start, self.span.rate))

    def shot_starts(self, stretch: Stretch, sample_rate: int) -> tuple[int, ...]:
        """Where shots start after a stretch's first, in samples from its start."""
        first = frames_to_samples(stretch.start, self.span.rate, sample_rate)
        return tuple(
            frames_to_samples(piece.start, self.span.rate, sample_rate) - first
            for piece in self.pictures
            if stretch.start < piece.start < stretch.reach
        )


def _objects(engine: Engine, request: JobRequest, prompt: str) -> tuple[str, ...]:
    """What an engine should look for: the one object that is to be heard, else those of the prompt."""
    if not isinstance(engine, LooksForObjects):
        return ()
    stem = request.stem.strip() if isinstance(request, Generate) else ""
    return (stem,) if stem else engine.objects_in(prompt)


def _predicts(request: Analyse | Generate) -> bool:
    return isinstance(request, Analyse) or request.cue_sheet is None


def _span(scope: Scope) -> FrameRange:
    try:
        span = FrameRange(0, scope.frames, exact_rate(scope.rate))
    except ValueError as error:
        raise FoleyCueError(ErrorCode.BAD_RANGE, f"{scope.rate} is not a frame rate.") from error
    if span.rate > _FASTEST_RATE:
        raise FoleyCueError(ErrorCode.BAD_RANGE, f"{scope.rate} is not a frame rate of pictures.")
    if span.seconds > MAX_RANGE_SECONDS:
        raise FoleyCueError(
            ErrorCode.LIMIT,
            f"The range is {float(span.seconds):.0f} s long; {MAX_RANGE_SECONDS} s are the most: mark less.",
        )
    return span


def _check_setting(engine: EngineInfo, setting: str) -> None:
    if setting not in engine.settings:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"The engine {engine.id} has no setting {setting!r}: choose one of {', '.join(engine.settings)}.",
        )


def _check_cues(cues: Sequence[Cue], span: FrameRange) -> None:
    for number, cue in enumerate(cues, 1):
        if not 0 <= cue.sample < span.samples(CUE_RATE) or not 0 <= cue.strength <= 1:
            raise FoleyCueError(
                ErrorCode.BAD_CUES,
                f"Cue {number} lies at {cue.seconds:g} s with the strength {cue.strength:g}: cues must lie inside the "
                f"range of {float(span.seconds):.3f} s and have strengths between 0 and 1.",
            )


def _analysed(job: _Job, prediction: Prediction, suggestions: tuple[str, ...], cached: bool) -> Analysed:
    return Analysed(
        job_id=job.request.job_id,
        cues=prediction.cues,
        shots=tuple(Shot(start=p.start, frames=p.frames, name=p.name) for p in job.pictures),
        curve_rate=rate_text(prediction.rate),
        confidence=prediction.confidence,
        suggestions=suggestions,
        cached=cached,
    )


def _suggestions(engine: str, prompt: str) -> tuple[str, ...]:
    """What the engine knows that lies near a prompt that it does not know."""
    understood = registry.understand(engine, prompt)
    return () if understood.known else tuple(sound.label for sound in understood.sounds)


def _conditions(origin: Origin, job: _Job, stretch: Stretch, features: Features, intensity: Line | None) -> Conditions:
    request, rate, frames = origin.request, origin.engine.sample_rate, job.span.rate
    samples = frames_to_samples(stretch.reach, frames, rate) - frames_to_samples(stretch.start, frames, rate)
    return Conditions(
        samples=samples,
        prompt=stretch.prompt,
        negative=request.negative,
        cues=None if origin.cues is None else _cues_of(origin.cues, stretch, job.span),
        seed=origin.seed,
        guidance=request.guidance,
        steps=request.steps,
        setting=job.setting,
        shots=job.shot_starts(stretch, rate),
        features=features,
        intensity=None if intensity is None else from_second(intensity, float(stretch.start / frames)),
    )


def _cues_of(cues: Sequence[Cue], stretch: Stretch, span: FrameRange) -> tuple[Cue, ...]:
    """The cues of a stretch, counted from its start; those in its tail are the next one's."""
    first, last = (frames_to_samples(frame, span.rate, CUE_RATE) for frame in (stretch.start, stretch.stop))
    return tuple(msgspec.structs.replace(cue, sample=cue.sample - first) for cue in cues if first <= cue.sample < last)


def _made(
    engine: Engine, job: _Job, parts: Sequence[Sequence[Conditions]], place: Path, on_step: OnStep
) -> list[RawAudio]:
    """The engine's sound for each take of a group, exactly as long as the range: its stretches, joined."""
    made: list[list[RawAudio]] = []
    for number, takes in enumerate(parts):
        folder = place / f"stretch{number}"
        folder.mkdir()
        made.append(_diffused(engine, takes, folder, shared_steps(on_step, job.stretches, number)))
    return [
        join_stretches(sounds, job.stretches, job.span.rate, place / f"{number}.f32")
        for number, sounds in enumerate(zip(*made, strict=True))
    ]


def _diffused(engine: Engine, takes: Sequence[Conditions], place: Path, on_step: OnStep) -> list[RawAudio]:
    """The engine's own sound for each take, on disk, exactly as long as was asked for."""
    sounds = [RawAudio(place / f"{number}.f32", engine.info.sample_rate) for number in range(len(takes))]
    with _memory_errors():
        for number, block in _blocks(engine, takes, on_step):
            sounds[number].append(np.nan_to_num(block, copy=False))
    for sound in sounds:
        if sound.samples != takes[0].samples:
            raise FoleyCueError(
                ErrorCode.INTERNAL,
                f"The engine {engine.info.id} made {sound.samples} samples instead of {takes[0].samples}.",
            )
    return sounds


def _blocks(engine: Engine, takes: Sequence[Conditions], on_step: OnStep) -> Iterator[tuple[int, Audio]]:
    if isinstance(engine, MakesSeveral):
        return engine.generate_several(takes, on_step)
    return ((number, block) for number, take in enumerate(takes) for block in engine.generate(take, on_step))


def _passed_on(report: Report, first: int, takes: int) -> OnStep:
    """Steps of a pass over several takes, told as those of one take after another."""

    def on_step(phase: str, step: int, steps: int) -> None:
        take = min(takes - 1, step * takes // steps) if steps else 0
        report.progress(phase, step * takes - take * steps, steps, first + take)

    return on_step


@contextmanager
def _memory_errors() -> Iterator[None]:
    """Turn what engines raise when memory runs out into one code. Known by name: torch is not imported here."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
            raise FoleyCueError(
                ErrorCode.OUT_OF_MEMORY,
                "There is not enough memory for this: close other programs, or mark a shorter range.",
                str(error),
            ) from error
        raise


def _sweep(work: Path) -> None:
    """Remove work that a killed process left behind."""
    for place in work.glob("*"):
        try:
            if time.time() - place.stat().st_mtime > _WORK_LEFT_BEHIND:
                shutil.rmtree(place, ignore_errors=True)
        except FileNotFoundError:
            continue
