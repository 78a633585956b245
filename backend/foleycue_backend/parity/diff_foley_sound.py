# SPDX-License-Identifier: GPL-3.0-or-later
"""Goldens of Diff-Foley's sound: spectrogram, its inversion, and the plan of windows."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import torch
from torch import Tensor

from foleycue_backend.engines.diff_foley import inversion, windows
from foleycue_backend.engines.diff_foley.feature_encoder import WINDOW_ROWS
from foleycue_backend.engines.diff_foley.spectrogram import (
    PICTURE,
    SAMPLE_RATE,
    basis,
    mel_magnitudes,
    spectrogram,
)
from foleycue_backend.parity.compare import Outcome, Strictness
from foleycue_backend.parity.golden import Golden
from foleycue_backend.parity.kind import Kind


def _is_spectrogram(golden: Golden) -> bool:
    return golden.has("in.wave_int16") and "lengths" in golden.facts


def spectrograms(golden: Golden) -> Outcome:
    """A sound cut and filled up to each length, with both ways to continue it."""
    wave = golden.tensor("in.wave_int16").double()[None] / 32768
    results = {"ref.mel_basis_16000": basis()}
    for run, facts in golden.fact("lengths").items():
        for ends in ("constant", "reflect"):
            config = dataclasses.replace(PICTURE, ends=ends)
            results[f"out.spec_{run}_{ends}"] = spectrogram(wave, int(facts[0]), config)[0]
    return Outcome(results)


#: Bound of magnitudes after a real optimisation: where the problem is ill-posed, two solvers part by as much.
_OPTIMISED = 2e-2


def _is_inversion(golden: Golden) -> bool:
    return golden.has("in.spec", "out.mel_magnitude")


def inverse(golden: Golden) -> Outcome:
    """Magnitudes by either solver, and Griffin-Lim of the golden's own magnitudes, for each rate of the filters."""
    given = golden.tensor("in.spec")
    results = {"out.mel_magnitude": mel_magnitudes(given)}
    for name in golden.results():
        match = re.fullmatch(r"out\.stft_magnitude_(\d+)", name)
        if match:
            results |= _inverted(golden, int(match[1]))
    loose = {name: _OPTIMISED for name in results if re.match(r"out\.stft_magnitude_librosa080", name)}
    return Outcome(results, bounds=loose)


def _inverted(golden: Golden, rate: int) -> dict[str, Tensor]:
    mel = golden.tensor("out.mel_magnitude").numpy()
    filters, reach = basis(rate).numpy(), f"_{rate}"
    results: dict[str, Any] = {f"mid.clipped_least_squares{reach}": inversion.least_squares_start(filters, mel)}
    for run, averaged in (("", True), ("_librosa080", False)):
        name = f"out.stft_magnitude{run}{reach}"
        if not golden.has(name):
            continue
        magnitudes = golden.tensor(name).numpy()
        results |= {
            name: inversion.stft_magnitudes(mel, rate, averaged),
            f"out.mel_reprojection{run}{reach}": filters @ magnitudes,
            # librosa 0.8 continued the sound by its reflection.
            f"out.griffinlim_zero_phase{run}{reach}": _sound(magnitudes, None, "constant" if averaged else "reflect"),
        }
    magnitudes = golden.tensor(f"out.stft_magnitude{reach}").numpy()
    results[f"out.griffinlim_zero_phase_reflect{reach}"] = _sound(magnitudes, None, "reflect")
    if "random_seed" in golden.facts:
        phases = inversion.random_phases(magnitudes.shape, int(golden.facts["random_seed"]))
        results[f"out.griffinlim_reference_random{reach}"] = _sound(magnitudes, phases, "constant")
    return {name: torch.from_numpy(np.asarray(value)) for name, value in results.items()}


def _sound(magnitudes: inversion.Floats, phases: Any, ends: str) -> inversion.Floats:  # noqa: ANN401 - as there
    return inversion.griffin_lim(magnitudes, phases, ends)


def _is_window_plan(golden: Golden) -> bool:
    rows = golden.facts.get("rows")
    return isinstance(rows, list) and all("dropped_frames" in row for row in rows)


_DELAY = "audio_minus_video_start_of_last_window_s"


def window_plan(golden: Golden) -> Outcome:
    """Windows, samples, seconds, pictures left over, and how late the last window's sound is."""
    found: dict[str, Tensor] = {}
    wanted: dict[str, Tensor] = {}
    for row in golden.fact("rows"):
        pictures = int(row["frames"])
        count = len(windows.windows(pictures))
        samples = count * windows.PUBLISHED_SAMPLES
        planned = {
            "windows": count,
            "samples": samples,
            "seconds": samples / SAMPLE_RATE,
            "dropped_frames": pictures - count * WINDOW_ROWS,
            _DELAY: windows.published_delay(count - 1) / SAMPLE_RATE if count else None,
        }
        for name in row.keys() - {"frames"}:
            key = f"rows.{pictures}.{name}"
            wanted[key] = _number(row[name])
            if name in planned:
                found[key] = _number(planned[name])
    return Outcome(found, expected=wanted)


def _number(value: float | None) -> Tensor:
    """A whole number or a float; an empty tensor for none."""
    return torch.tensor([] if value is None else [value], dtype=torch.int64 if isinstance(value, int) else torch.double)


KINDS = (
    Kind("Diff-Foley spectrogram", _is_spectrogram, spectrograms),
    Kind("Diff-Foley inversion", _is_inversion, inverse, Strictness.LOOP),
    Kind("Diff-Foley window plan", _is_window_plan, window_plan),
)
