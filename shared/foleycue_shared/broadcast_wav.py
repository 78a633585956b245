# SPDX-License-Identifier: GPL-3.0-or-later
"""Broadcast WAV: 24-bit PCM with bext v1 (EBU Tech 3285) and iXML, so that editors find the take's timecode.

TimeReference counts samples since midnight in real time. Files over 4 GiB are refused rather than written wrong.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

import msgspec
import numpy as np
from numpy.typing import NDArray

from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.timing import exact_rate, rate_text

_BEXT = struct.Struct("<256s32s32s10s8sQH64s5h180s")
_BEXT_VERSION = 1
_FULL_SCALE = 2**23 - 1
_LARGEST_RIFF = 2**32 - 1
_PROVENANCE = "FOLEYCUE"


class WavHeader(msgspec.Struct, frozen=True, kw_only=True):
    """What a broadcast WAV says of itself. created is "YYYY-MM-DDTHH:MM:SS"; provenance is free text by key.

    samples are those of one channel.
    """

    sample_rate: int
    time_reference: int
    rate: Fraction
    drop_frame: bool = False
    description: str = ""
    originator: str = "FoleyCue"
    created: str = "1970-01-01T00:00:00"
    provenance: Mapping[str, str] = {}
    samples: int = 0
    channels: int = 1


def write_broadcast_wav(path: Path, blocks: Iterable[NDArray[np.float32]], header: WavHeader) -> int:
    """Write blocks in -1 … 1 as 24-bit PCM, (n,) or (n, header.channels), and return the number of samples n.

    Written in place: give a temporary path and rename it. Operating-system errors come as they are.
    """
    chunks = _chunk(b"bext", _bext(header)) + _chunk(b"iXML", _ixml(header)) + _chunk(b"fmt ", _format(header))
    samples = 0
    with path.open("wb") as file:
        file.write(b"RIFF\0\0\0\0WAVE" + chunks + b"data\0\0\0\0")
        for block in blocks:
            file.write(_pcm24(block))
            samples += len(block)
        size = 3 * header.channels * samples
        if size % 2:
            file.write(b"\0")
        whole = file.tell() - 8
        if whole > _LARGEST_RIFF:
            raise FoleyCueError(ErrorCode.LIMIT, "The sound is too long for a WAV file: mark a shorter range.")
        file.seek(4)
        file.write(struct.pack("<I", whole))
        file.seek(12 + len(chunks) + 4)
        file.write(struct.pack("<I", size))
    return samples


def read_wav_header(path: Path) -> WavHeader:
    """What a broadcast WAV says of itself. Raises MEDIA_UNREADABLE when it is no such file."""
    with path.open("rb") as file:
        found = {name: file.read(size) for name, size in _walk(file, path) if name in (b"bext", b"iXML", b"fmt ")}
        file.seek(0)
        data = next((size for name, size in _walk(file, path) if name == b"data"), None)
    if data is None or b"fmt " not in found:
        raise _unreadable(path)
    _, channels, sample_rate, _, block, _ = struct.unpack_from("<HHIIHH", found[b"fmt "])
    samples = data // max(1, block)
    header = WavHeader(
        sample_rate=sample_rate, time_reference=0, rate=Fraction(25), samples=samples, channels=max(1, channels)
    )
    if len(found.get(b"bext", b"")) >= _BEXT.size:
        header = _with_bext(header, found[b"bext"])
    return _with_ixml(header, found[b"iXML"]) if b"iXML" in found else header


def read_wav(path: Path) -> tuple[NDArray[np.float32], int]:
    """The samples of one of our files, float32 in -1 … 1: (n,), or (n, channels); and the sample rate."""
    header = read_wav_header(path)
    with path.open("rb") as file:
        size = next(size for name, size in _walk(file, path) if name == b"data")
        raw = np.frombuffer(file.read(size - size % (3 * header.channels)), np.uint8).reshape(-1, 3)
    padded = np.zeros((len(raw), 4), np.uint8)
    padded[:, 1:] = raw
    samples = padded.view("<i4")[:, 0].astype(np.float32) / np.float32(2**31)
    return samples if header.channels == 1 else samples.reshape(-1, header.channels), header.sample_rate


def _pcm24(block: NDArray[np.float32]) -> bytes:
    whole = np.rint(np.clip(block, -1.0, 1.0).astype(np.float64) * _FULL_SCALE).astype("<i4")
    return np.ascontiguousarray(whole).view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _format(header: WavHeader) -> bytes:
    block = 3 * header.channels
    return struct.pack("<HHIIHH", 1, header.channels, header.sample_rate, header.sample_rate * block, block, 24)


def _bext(header: WavHeader) -> bytes:
    date, _, time = header.created.partition("T")
    mode = "mono" if header.channels == 1 else "stereo"
    history = f"A=PCM,F={header.sample_rate},W=24,M={mode},T={header.originator}\r\n".encode("ascii", "replace")
    body = _BEXT.pack(
        header.description.encode("ascii", "replace")[:256],
        header.originator.encode("ascii", "replace")[:32],
        b"",
        date.encode()[:10],
        time.encode()[:8],
        header.time_reference,
        _BEXT_VERSION,
        b"",
        *[0] * 5,
        b"",
    )
    return body + history


def _ixml(header: WavHeader) -> bytes:
    root = ElementTree.Element("BWFXML")
    ElementTree.SubElement(root, "IXML_VERSION").text = "1.61"
    ElementTree.SubElement(root, "NOTE").text = header.description
    speed = ElementTree.SubElement(root, "SPEED")
    for key in ("MASTER_SPEED", "CURRENT_SPEED", "TIMECODE_RATE"):
        ElementTree.SubElement(speed, key).text = rate_text(header.rate)
    fields = {
        "TIMECODE_FLAG": "DF" if header.drop_frame else "NDF",
        "FILE_SAMPLE_RATE": str(header.sample_rate),
        "AUDIO_BIT_DEPTH": "24",
        "DIGITIZER_SAMPLE_RATE": str(header.sample_rate),
        "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI": str(header.time_reference >> 32),
        "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO": str(header.time_reference & 0xFFFFFFFF),
        "TIMESTAMP_SAMPLE_RATE": str(header.sample_rate),
    }
    for key, value in fields.items():
        ElementTree.SubElement(speed, key).text = value
    provenance = ElementTree.SubElement(ElementTree.SubElement(root, "USER"), _PROVENANCE)
    for key, value in header.provenance.items():
        ElementTree.SubElement(provenance, key.upper()).text = value
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _walk(file: BinaryIO, path: Path) -> Iterator[tuple[bytes, int]]:
    """Name and size of each chunk, the file standing at its body."""
    start = file.read(12)
    if len(start) < 12 or start[:4] != b"RIFF" or start[8:] != b"WAVE":
        raise _unreadable(path)
    position = 12
    while len(head := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", head)
        position += 8 + size + size % 2
        yield name, size
        file.seek(position)


def _with_bext(header: WavHeader, body: bytes) -> WavHeader:
    description, originator, _, date, time, reference, *_ = _BEXT.unpack_from(body)
    text = [part.rstrip(b"\0").decode("ascii", "replace") for part in (description, originator, date, time)]
    return msgspec.structs.replace(
        header,
        description=text[0],
        originator=text[1],
        created=f"{text[2]}T{text[3]}",
        time_reference=reference,
    )


def _with_ixml(header: WavHeader, body: bytes) -> WavHeader:
    try:
        root = ElementTree.fromstring(body.rstrip(b"\0"))
        rate = exact_rate(root.findtext("SPEED/TIMECODE_RATE") or "25")
    except (ElementTree.ParseError, ValueError):
        return header
    provenance = root.find(f"USER/{_PROVENANCE}")
    return msgspec.structs.replace(
        header,
        description=root.findtext("NOTE") or header.description,
        rate=rate,
        drop_frame=root.findtext("SPEED/TIMECODE_FLAG") == "DF",
        provenance={} if provenance is None else {child.tag.lower(): child.text or "" for child in provenance},
    )


def _unreadable(path: Path) -> FoleyCueError:
    return FoleyCueError(ErrorCode.MEDIA_UNREADABLE, f"{path} is not a WAV file: choose another one.")
