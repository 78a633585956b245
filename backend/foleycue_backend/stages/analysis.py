# SPDX-License-Identifier: GPL-3.0-or-later
"""What picture and guide say about a range, from the cache where nothing changed."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foleycue_backend.engines.base import Engine, Features, LooksForObjects
from foleycue_backend.report import Report
from foleycue_backend.stages import guide_cues, motion, picture_cues, sound
from foleycue_backend.stages.cache import AnalysisCache, content_key
from foleycue_backend.stages.mel_flux import SAMPLE_RATE
from foleycue_backend.stages.picture_cues import Prediction
from foleycue_backend.stages.pictures import GreyFrame, Pictures, grey_frames
from foleycue_backend.stages.region import Regions
from foleycue_shared.messages import RegionKey
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import FrameRange

_FRAMES_A_REPORT = 16
#: How the decode phase counts: tenths of a second of the range.
_TICKS = 10

_MOTION = tuple(field.name for field in dataclasses.fields(motion.Motion))
_GUIDE = ("seconds", "strength", "voice", "curve")


class Analysis:
    """The analyses of one range. Phases whose result is cached are not reported."""

    def __init__(self, cache: AnalysisCache, span: FrameRange, report: Report) -> None:
        self._cache = cache
        self._span = span
        self._report = report

    def picture(
        self, pieces: Sequence[Piece], sensitivity: float, regions: Sequence[RegionKey] = ()
    ) -> tuple[Prediction, bool]:
        """Cues from what moves inside the regions, and whether no picture had to be decoded for them.

        Raises BAD_INPUT for a region outside the range, or too small for its picture.
        """
        windows = Regions(regions, pieces, self._span)
        key = content_key("motion", pieces, self._span, regions)
        stored = self._cache.get(key)
        if stored is None or set(stored) != set(_MOTION):
            measured = motion.measure(self._told(grey_frames(pieces, self._span)), windows)
            self._report.progress("analyse")
            stored = {name: np.asarray(getattr(measured, name)) for name in _MOTION}
            self._cache.put(key, stored)
            return self._predict(stored, sensitivity), False
        return self._predict(stored, sensitivity), True

    def guide(self, pieces: Sequence[Piece], sensitivity: float, workplace: Path) -> tuple[Prediction, bool]:
        """Cues from the guide track, and whether no sound had to be decoded for them. Raises NO_GUIDE."""
        key = content_key("guide", pieces, self._span)
        stored = self._cache.get(key)
        cached = stored is not None and set(stored) == set(_GUIDE)
        if stored is None or not cached:
            path = workplace / "guide.f32"
            mixed = sound.mix(pieces, self._span, SAMPLE_RATE, path, lambda: self._report.progress("decode"))
            heard = guide_cues.listen(mixed, lambda: self._report.progress("analyse"))
            path.unlink()
            stored = {name: np.asarray(getattr(heard, name)) for name in _GUIDE}
            self._cache.put(key, stored)
        heard = guide_cues.Guide(**{name: stored[name] for name in _GUIDE})  # type: ignore[arg-type]
        return guide_cues.predict(heard, self._span, sensitivity), cached

    def features(self, engine: Engine, pieces: Sequence[Piece], setting: str) -> tuple[Features, bool]:
        """What an engine that sees makes of the pictures, and whether no picture had to be decoded for it.

        Kept apart for each engine, its weights and its setting; nothing is decoded for an engine that does not see.
        """
        if "picture" not in engine.info.listens:
            return {}, True
        key = content_key(f"features-{engine.info.id}-{setting}-{engine.weights}", pieces, self._span)
        stored = self._cache.get(key)
        if stored is not None:
            return stored, True
        pictures = Pictures(pieces, self._span, self._decoding)
        stored = dict(engine.analyse(pictures, self._report.progress, setting))
        self._cache.put(key, stored)
        return stored, False

    def objects(self, engine: LooksForObjects, pieces: Sequence[Piece], names: Sequence[str], setting: str) -> Features:
        """What an engine finds of the named objects."""
        kind = f"objects-{engine.info.id}-{setting}-{engine.weights}-{'/'.join(names)}"
        key = content_key(kind, pieces, self._span)
        stored = self._cache.get(key)
        if stored is None:
            pictures = Pictures(pieces, self._span, self._decoding)
            stored = dict(engine.find(pictures, names, self._report.progress, setting))
            self._cache.put(key, stored)
        return stored

    def _predict(self, stored: Mapping[str, NDArray[np.generic]], sensitivity: float) -> Prediction:
        measured = motion.Motion(**{name: stored[name] for name in _MOTION})  # type: ignore[arg-type]
        return picture_cues.predict(measured, self._span, sensitivity)

    def _told(self, frames: Iterator[GreyFrame]) -> Iterator[GreyFrame]:
        for number, frame in enumerate(frames):
            if number % _FRAMES_A_REPORT == 0:
                self._decoding(frame.seconds)
            yield frame

    def _decoding(self, seconds: float) -> None:
        total = max(1, int(self._span.seconds * _TICKS))
        self._report.progress("decode", min(int(seconds * _TICKS), total), total)
