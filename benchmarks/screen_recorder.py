# SPDX-License-Identifier: GPL-3.0-or-later
"""Records an X screen from a process of its own, and makes a short film of it whose waiting is fast.

As a program: python screen_recorder.py DISPLAY WIDTHxHEIGHT OUT, until its standard input closes.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation
from av.video.stream import VideoStream

RATE = 10
GIF_RATE, GIF_HASTE, GIF_WIDTH = 4, 3, 280
_MICRO = Fraction(1, 1_000_000)
#: Waiting for the backend takes so much less time in the film.
HASTE = 12.0

#: Seconds since the epoch: from, to.
Span = tuple[float, float]


class Recorder:
    """The recording process. Its frames carry the time of day."""

    def __init__(self, display: str, size: str, out: Path) -> None:
        command = [sys.executable, __file__, display, size, str(out)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE)

    def stop(self) -> None:
        """Finish the file."""
        self._process.communicate(timeout=60)


def record(display: str, size: str, out: Path, ended: threading.Event) -> None:
    """Write what the screen shows, without loss."""
    options = {"video_size": size, "framerate": str(RATE), "draw_mouse": "1"}
    with av.open(display, format=_grabber(), options=options) as screen, av.open(out, "w", format="matroska") as film:
        width, height = map(int, size.split("x"))
        stream = _stream(film.add_stream("libx264rgb", rate=RATE), width, height, "rgb24")
        stream.options = {"qp": "0", "preset": "ultrafast"}
        for frame in screen.decode(video=0):
            assert isinstance(frame, VideoFrame) and frame.pts is not None
            film.mux(stream.encode(_at(frame, frame.pts, frame.time_base or _MICRO)))
            if ended.is_set():
                break
        film.mux(stream.encode(None))


def make_films(raw: Path, waits: Sequence[Span], out: Path) -> None:
    """session.mp4 in out, and session.gif, which is smaller and three times as fast."""
    _write_mp4(raw, waits, out / "session.mp4")
    _write_gif(raw, waits, out / "session.gif")


def _write_mp4(raw: Path, waits: Sequence[Span], out: Path) -> None:
    with av.open(out, "w") as film:
        stream: VideoStream | None = None
        for number, frame in enumerate(_hastened(raw, waits, RATE)):
            if stream is None:
                stream = _stream(film.add_stream("libx264", rate=RATE), frame.width, frame.height, "yuv420p")
                stream.options = {"crf": "26", "preset": "medium"}
            film.mux(stream.encode(_at(frame.reformat(format="yuv420p"), number, Fraction(1, RATE))))
        if stream is not None:
            film.mux(stream.encode(None))


def _write_gif(raw: Path, waits: Sequence[Span], out: Path) -> None:
    frames = [_smaller(frame) for frame in _hastened(raw, waits, Fraction(GIF_RATE, GIF_HASTE))]
    graph = _palette_graph(frames[0])
    with av.open(out, "w", format="gif") as film:
        stream = _stream(film.add_stream("gif", rate=GIF_RATE), frames[0].width, frames[0].height, "pal8")
        for number, frame in enumerate(frames):
            graph.push(_at(frame, number, Fraction(1, GIF_RATE)))
        graph.push(None)
        for _ in frames:
            shown = graph.pull()
            assert isinstance(shown, VideoFrame)
            film.mux(stream.encode(shown))
        film.mux(stream.encode(None))


def _smaller(frame: VideoFrame) -> VideoFrame:
    height = frame.height * GIF_WIDTH // frame.width
    return frame.reformat(GIF_WIDTH, height, "rgb24", interpolation=Interpolation.AREA)


def _palette_graph(first: VideoFrame) -> Graph:
    """One palette for all frames; where nothing moved, nothing flickers."""
    graph = Graph()
    source = graph.add_buffer(
        width=first.width, height=first.height, format=first.format, time_base=Fraction(1, GIF_RATE)
    )
    split, palette = graph.add("split"), graph.add("palettegen", "max_colors=64:stats_mode=full")
    use, sink = graph.add("paletteuse", "dither=none:diff_mode=rectangle"), graph.add("buffersink")
    source.link_to(split)
    split.link_to(use, 0, 0)
    split.link_to(palette, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    return graph


def _hastened(raw: Path, waits: Sequence[Span], rate: int | Fraction) -> Iterator[VideoFrame]:
    """The recording at a steady rate, waiting faster."""
    with av.open(raw) as film:
        first, shown = None, 0
        for frame in film.decode(video=0):
            time = _film_time(frame.time or 0.0, waits)
            first = time if first is None else first
            while shown / rate <= time - first:
                yield frame
                shown += 1


def _film_time(time: float, waits: Sequence[Span]) -> float:
    """Where a moment of the recording lies in the film, but for a constant."""
    waited = sum(max(0.0, min(time, end) - start) for start, end in waits)
    return time - waited * (1 - 1 / HASTE)


def _stream(stream: object, width: int, height: int, layout: str) -> VideoStream:
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = width, height, layout
    return stream


def _at(frame: VideoFrame, pts: int, base: Fraction) -> VideoFrame:
    frame.pts, frame.time_base = pts, base
    return frame


def _grabber() -> str:
    return next(name for name in ("x11grab", "xcbgrab") if name in av.formats_available)


def main() -> None:
    """Record until standard input closes."""
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    record(sys.argv[1], sys.argv[2], Path(sys.argv[3]), ended)


if __name__ == "__main__":
    main()
