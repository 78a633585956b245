# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of one sound: check, decode, analyse, diffuse, align, finish. No engine is known here by name."""

import gc
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from foleycue_backend.engines import registry
from foleycue_backend.engines.base import Conditions, Engine, Features
from foleycue_backend.report import Report
from foleycue_backend.stages.align import align
from foleycue_backend.stages.analysis import Analysis
from foleycue_backend.stages.cache import AnalysisCache
from foleycue_backend.stages.finish import Origin, finish
from foleycue_backend.stages.media import check_there
from foleycue_backend.stages.picture_cues import CURVE_RATE, Prediction
from foleycue_backend.stages.raw_audio import RawAudio
from foleycue_shared.cues import Cue, CueSource
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error
from foleycue_shared.messages import MAX_RANGE_SECONDS, Analyse, Analysed, EngineInfo, Generate, Scope, Shot
from foleycue_shared.timeline import from_document, picture_pieces, sound_pieces
from foleycue_shared.timing import CUE_RATE, FrameRange, exact_rate, frames_to_samples

_WORK_LEFT_BEHIND = 24 * 3600
_FASTEST_RATE = 1000


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

    def run(self, request: Analyse | Generate, document: bytes, report: Report) -> None:
        """Do a job and tell report all about it. Raises JobCancelled or FoleyCueError; takes already told stay."""
        job = _Job(request, document)
        registry.engine_info(request.engine)
        with self._workplace() as workplace:
            if isinstance(request, Analyse):
                self._predict(job, workplace, report)
            else:
                self._generate(request, job, workplace, report)

    def _predict(self, job: "_Job", workplace: Path, report: Report) -> tuple[Cue, ...]:
        """Cues of a range from its picture or its guide, reported as Analysed."""
        analysis = Analysis(self._cache, job.span, report)
        wanted = job.request.cues
        if wanted.source == CueSource.GUIDE:
            prediction, cached = analysis.guide(job.sounds, wanted.sensitivity, workplace)
        else:
            prediction, cached = analysis.picture(job.pictures, wanted.sensitivity)
        prompt = job.request.prompt if isinstance(job.request, Generate) else ""
        event = _analysed(job, prediction, registry.suggest(job.request.engine, prompt), cached)
        report.analysed(event, prediction.curve.astype("<f4").tobytes())
        return prediction.cues

    def _generate(self, request: Generate, job: "_Job", workplace: Path, report: Report) -> None:
        self.load(request.engine, report.progress)
        engine = self._engine
        assert engine is not None
        cues = request.cue_sheet
        if cues is None:
            # Where the picture shows no event, the sound's timing is left to the model: rain needs no cue.
            cues = self._predict(job, workplace, report) or None
        sheet = None if cues is None else tuple(sorted(cues))
        with _memory_errors():
            features = Analysis(self._cache, job.span, report).features(engine, job.pictures)
        for index in range(len(request.seeds)):
            origin = Origin(request, job.span, engine.info, sheet, index)
            place = workplace / str(index)
            place.mkdir()
            self._take(engine, origin, job, features, place, report)
            shutil.rmtree(place)

    def _take(
        self, engine: Engine, origin: Origin, job: "_Job", features: Features, place: Path, report: Report
    ) -> None:
        def aligning() -> None:
            report.progress("align", take=origin.index)

        sound = _diffused(engine, origin, job, features, place, report)
        aligning()
        aligned = align(sound, origin.cue_sheet, place, aligning)
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

    def __init__(self, request: Analyse | Generate, document: bytes) -> None:
        self.request = request
        self.span = _span(request.scope)
        timeline = from_document(document)
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
        predicts = isinstance(request, Analyse) or request.cue_sheet is None
        hears = predicts and request.cues.source == CueSource.GUIDE
        self.sounds = sound_pieces(timeline, self.span) if hears else []
        for path in dict.fromkeys(piece.media for piece in [*self.pictures, *self.sounds]):
            if path is not None:
                check_there(path)
        if isinstance(request, Generate):
            _check_cues(request.cue_sheet or (), self.span)

    def shot_starts(self, sample_rate: int) -> tuple[int, ...]:
        """Where shots start after the first, in samples."""
        return tuple(frames_to_samples(piece.start, self.span.rate, sample_rate) for piece in self.pictures[1:])


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
        curve_rate=f"{CURVE_RATE}/1",
        confidence=prediction.confidence,
        suggestions=suggestions,
        cached=cached,
    )


def _diffused(engine: Engine, origin: Origin, job: _Job, features: Features, place: Path, report: Report) -> RawAudio:
    """The engine's own sound, on disk, exactly as long as the range."""
    request, rate = origin.request, engine.info.sample_rate
    conditions = Conditions(
        samples=job.span.samples(rate),
        prompt=request.prompt,
        negative=request.negative,
        cues=origin.cues,
        seed=origin.seed,
        guidance=request.guidance,
        steps=request.steps,
        shots=job.shot_starts(rate),
        features=features,
    )
    sound = RawAudio(place / "sound.f32", rate)

    def on_step(phase: str, step: int, steps: int) -> None:
        report.progress(phase, step, steps, origin.index)

    with _memory_errors():
        sound.extend(np.nan_to_num(block, copy=False) for block in engine.generate(conditions, on_step))
    if sound.samples != conditions.samples:
        raise FoleyCueError(
            ErrorCode.INTERNAL,
            f"The engine {engine.info.id} made {sound.samples} samples instead of {conditions.samples}.",
        )
    return sound


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
