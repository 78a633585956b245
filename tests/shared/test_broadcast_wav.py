# SPDX-License-Identifier: GPL-3.0-or-later
"""Broadcast WAV headers and samples, read back by others."""

import wave
from fractions import Fraction
from xml.etree import ElementTree

import numpy as np
import pytest
from wavinfo import WavInfoReader

from foleycue_shared.broadcast_wav import WavHeader, read_wav, read_wav_header, write_broadcast_wav
from foleycue_shared.errors import FoleyCueError

HEADER = WavHeader(
    sample_rate=48_000,
    time_reference=172_897_525,
    rate=Fraction(30000, 1001),
    drop_frame=True,
    description="footsteps on gravel: größer",
    created="2026-11-21T12:34:56",
    provenance={"prompt": "footsteps <on> gravel & größer", "seed": "7", "ai_generated": "yes"},
)


def ramp(n):
    return np.linspace(-1, 1, n, dtype=np.float32)


@pytest.mark.parametrize("n", [1, 2, 4803])
def test_samples_and_header_survive(tmp_path, n):
    path = tmp_path / "take.wav"
    blocks = np.array_split(ramp(n), 7)
    assert write_broadcast_wav(path, blocks, HEADER) == n
    samples, rate = read_wav(path)
    assert rate == 48_000 and len(samples) == n
    assert np.abs(samples - ramp(n)).max() < 2**-22
    header = read_wav_header(path)
    assert header.time_reference == HEADER.time_reference and header.samples == n
    assert header.rate == HEADER.rate and header.drop_frame and header.created == HEADER.created
    assert header.description == HEADER.description and header.provenance == HEADER.provenance
    assert (path.stat().st_size - 8) == int.from_bytes(path.read_bytes()[4:8], "little")


def test_others_read_it(tmp_path):
    path = tmp_path / "take.wav"
    write_broadcast_wav(path, [ramp(4801)], HEADER)
    with wave.open(str(path)) as file:
        assert (file.getnframes(), file.getsampwidth(), file.getframerate(), file.getnchannels()) == (4801, 3, 48000, 1)
    info = WavInfoReader(str(path))
    assert info.bext.time_reference == HEADER.time_reference
    assert info.bext.version == 1
    assert info.bext.originator == "FoleyCue"
    assert info.bext.originator_date == "2026-11-21" and info.bext.originator_time == "12:34:56"
    ixml = ElementTree.fromstring(info.ixml.source)
    assert ixml.findtext("SPEED/TIMECODE_RATE") == "30000/1001"
    assert ixml.findtext("SPEED/TIMECODE_FLAG") == "DF"


@pytest.mark.parametrize("n", [0, 1, 777])
def test_two_channels_survive_side_by_side(tmp_path, n):
    sound = np.stack([ramp(n), -ramp(n)], axis=1)
    header = WavHeader(sample_rate=48_000, time_reference=7, rate=Fraction(25), channels=2)
    assert write_broadcast_wav(tmp_path / "a.wav", [sound[: n // 2], sound[n // 2 :]], header) == n
    read = read_wav_header(tmp_path / "a.wav")
    assert (read.channels, read.samples, read.time_reference) == (2, n, 7)
    samples = read_wav(tmp_path / "a.wav")[0]
    assert samples.shape == (n, 2)
    assert samples == pytest.approx(sound, abs=2e-7)
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getnchannels(), file.getnframes(), file.getsampwidth()) == (2, n, 3)


def test_a_time_reference_beyond_32_bits(tmp_path):
    path = tmp_path / "late.wav"
    write_broadcast_wav(
        path, [ramp(3)], WavHeader(sample_rate=96_000, time_reference=24 * 3600 * 96_000, rate=Fraction(25))
    )
    assert read_wav_header(path).time_reference == 24 * 3600 * 96_000
    assert WavInfoReader(str(path)).bext.time_reference == 24 * 3600 * 96_000


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"ID3 something else entirely"])
def test_what_is_no_wav_is_told(tmp_path, content):
    path = tmp_path / "no.wav"
    path.write_bytes(content)
    with pytest.raises(FoleyCueError, match="is not a WAV file"):
        read_wav_header(path)


def test_a_plain_wav_has_a_header_too(tmp_path):
    path = tmp_path / "plain.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(3)
        file.setframerate(44_100)
        file.writeframes(b"\0\0\0" * 10)
    header = read_wav_header(path)
    assert (header.sample_rate, header.samples, header.time_reference) == (44_100, 10, 0)
