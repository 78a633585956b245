# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line's grammar. Imports nothing heavy, so that --help is quick."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from foleycue_plugin.cli.evaluate_arguments import add_evaluate
from foleycue_plugin.cli.models_arguments import add_models
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.version import PRODUCT_VERSION

MAX_TAKES = 8
MAX_SEED = 2**53 - 1
MAX_STEPS = 1_000
#: How far each kind of guidance goes.
SCALES = {"text": 50, "picture": 50, "cues": 50, "alignment": 200}

#: Frame, and x, y, width, height in shares of the picture.
Region = tuple[int, float, float, float, float]

EDITORS = ("resolve", "premiere", "final-cut", "avid", "kdenlive", "blender", "shotcut")

_POSITIONS = (
    "IN and OUT are record timecodes (01:00:02:00), frames (48f) or seconds (2.5s) from the timeline's first frame; "
    "OUT is exclusive. Without --range, the range that the file has marked (Kdenlive's zone), else the whole timeline."
)


class Parser(argparse.ArgumentParser):
    """argparse, but a mistake is one sentence and raised like any other bad input."""

    def error(self, message: str) -> NoReturn:
        """Raise BAD_INPUT with the mistake and where to read more."""
        sentence = message[:1].upper() + message[1:]
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{sentence}: see {self.prog} --help.")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The parsed command line; command names the module that runs it. Raises BAD_INPUT."""
    parser = Parser(
        prog="foleycue",
        description="Foley for a marked range of a timeline: sound that follows the picture, made on this computer.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"foleycue {PRODUCT_VERSION}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    _generate(commands.add_parser("generate", help="make takes for a range", epilog=_POSITIONS, allow_abbrev=False))
    _cues(commands.add_parser("cues", help="say where a range should sound", epilog=_POSITIONS, allow_abbrev=False))
    _package(
        commands.add_parser(
            "package", help="takes of a range for an editor to import", epilog=_POSITIONS, allow_abbrev=False
        )
    )
    panel = commands.add_parser("panel", help="open the panel", allow_abbrev=False)
    panel.add_argument("source", metavar="SOURCE", nargs="?", help="a timeline or media file to open")
    hosts = commands.add_parser("hosts", help="list the editors found here, and what each can do", allow_abbrev=False)
    _json(hosts)
    install = commands.add_parser("install-host", help="put FoleyCue's part into an editor", allow_abbrev=False)
    install.add_argument("editor", choices=("kdenlive", "blender", "resolve"))
    install.add_argument("--uninstall", action="store_true", help="take it away again; nothing else is touched")
    engines = commands.add_parser("engines", help="list the engines, or the sounds that one knows", allow_abbrev=False)
    engines.add_argument("--sounds", metavar="ID", help="the sounds that this engine was trained on")
    _json(engines)
    understand = commands.add_parser("understand", help="say how an engine reads a prompt", allow_abbrev=False)
    understand.add_argument("prompt", metavar="PROMPT", help="what should be heard")
    understand.add_argument("--engine", metavar="ID", default="mini", help="see foleycue engines (mini)")
    _json(understand)
    add_models(commands)
    add_evaluate(commands)
    backend = commands.add_parser("backend", help="start, stop or look at the backend", allow_abbrev=False)
    backend.add_argument("action", choices=("start", "status", "stop"))
    backend.add_argument("--force", action="store_true", help="stop it although it is at work")
    return parser.parse_args(arguments)


def _generate(parser: argparse.ArgumentParser) -> None:
    _source(parser)
    parser.add_argument("--prompt", metavar="TEXT", default="", help="what should be heard")
    parser.add_argument("--negative", metavar="TEXT", default="", help="what should not be heard")
    parser.add_argument("--takes", metavar="N", type=_takes, default=1, help=f"how many takes, 1 to {MAX_TAKES}")
    parser.add_argument("--seed", metavar="N", type=_seed, help="seed of the first take; the next ones count up")
    parser.add_argument(
        "--engine",
        metavar="ID",
        type=_names,
        action="extend",
        help="see foleycue engines (mini); several, by commas or repeated, make their takes and are compared",
    )
    parser.add_argument(
        "--faithful", action="store_true", help="run the engine as its authors do, for comparison: many times slower"
    )
    parser.add_argument("--steps", metavar="N", type=_steps, help="steps of the engine's solver (its own number)")
    for what, most in SCALES.items():
        parser.add_argument(
            f"--guide-{what}", metavar="X", type=_scale(most), help=f"how strongly {what} leads, 0 to {most}"
        )
    parser.add_argument("--cues", metavar="FILE", type=Path, help="cues from .json, .otio or Audacity's .txt")
    parser.add_argument(
        "--cues-from", choices=("picture", "guide"), help="where cues come from without --cues (picture)"
    )
    _region_option(parser)
    parser.add_argument(
        "--object",
        metavar="NAME=X,Y,W,H",
        type=_object,
        action="append",
        default=[],
        help="a stem of what is seen in this rectangle: its own cues, take and track, and its name as its prompt where "
        "--prompt says nothing; NAME=FRAME:X,Y,W,H adds a place at a later frame",
    )
    parser.add_argument("--stereo", action="store_true", help="two channels, panned by where the object (or region) is")
    parser.add_argument("--save", metavar="TIMELINE", type=Path, help="copy of the timeline with the takes on it")
    parser.add_argument("--audio", metavar="FILE", type=Path, help="WAV of the first take; others get a number")
    parser.add_argument("--track", metavar="NAME", default="FoleyCue", help="name of the new audio track")
    parser.add_argument("--force", action="store_true", help="replace files that exist")
    _json(parser)


def _package(parser: argparse.ArgumentParser) -> None:
    _source(parser)
    parser.add_argument("--editor", choices=EDITORS, required=True, help="the editor that will import it")
    parser.add_argument("--out", metavar="FOLDER", type=Path, required=True, help="the new folder to write")
    parser.add_argument(
        "--audio", metavar="FILE", type=Path, nargs="+", help="WAVs that FoleyCue made (the range's newest takes)"
    )
    parser.add_argument("--track", metavar="NAME", default="FoleyCue", help="name of the new audio track")
    parser.add_argument("--force", action="store_true", help="replace an older package")
    _json(parser)


def _cues(parser: argparse.ArgumentParser) -> None:
    _source(parser)
    parser.add_argument(
        "--from", dest="cues_from", choices=("picture", "guide"), default="picture", help="what to listen or look to"
    )
    parser.add_argument(
        "--engine", metavar="ID", default="mini", help="whose cues: some engines find their own in the picture (mini)"
    )
    formats = ".json (cue sheet), .otio (markers), .txt or .tsv (Audacity labels)"
    parser.add_argument(
        "--import", dest="import_from", metavar="FILE", type=Path, help=f"take the cues from a file: {formats}"
    )
    parser.add_argument(
        "--export", dest="export_to", metavar="FILE", type=Path, help=f"write them to a file: {formats}"
    )
    parser.add_argument("--force", action="store_true", help="replace a file that exists")
    _region_option(parser)
    _json(parser)


def _source(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", type=Path, help="any timeline that OTIO reads, or a media file")
    parser.add_argument("--range", nargs=2, metavar=("IN", "OUT"), help="the part to make sound for")


def _region_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--region",
        metavar="FRAME:X,Y,W,H",
        type=_region,
        action="append",
        default=[],
        help="look only at this rectangle of the picture, in shares of it (0 to 1), from the top left; FRAME counts "
        "from the range's start. Several in a shot: it moves from one to the next; a shot without: the whole picture",
    )


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="answer with one JSON object on stdout")


def _takes(text: str) -> int:
    return _whole(text, 1, MAX_TAKES, "number of takes")


def _seed(text: str) -> int:
    return _whole(text, 0, MAX_SEED, "seed")


def _steps(text: str) -> int:
    return _whole(text, 1, MAX_STEPS, "number of steps")


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _object(text: str) -> tuple[str, Region]:
    name, equals, place = text.partition("=")
    name = " ".join(name.split())
    try:
        region = _region(place if ":" in place else f"0:{place}")
    except argparse.ArgumentTypeError:
        region = None
    if not equals or not name or region is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no object such as car=0.25,0.4,0.3,0.2")
    return name, region


def _region(text: str) -> Region:
    frame, colon, rectangle = text.partition(":")
    parts = rectangle.split(",")
    try:
        x, y, width, height = (float(part) for part in parts)
    except ValueError:
        x = y = width = height = -1.0
    inside = all(0 <= value <= 1 for value in (x, y, width, height))
    if not colon or not inside or not (frame.isascii() and frame.isdigit() and len(frame) <= 9):
        raise argparse.ArgumentTypeError(f"{text!r} is no region such as 0:0.25,0.4,0.3,0.2")
    return int(frame), x, y, width, height


def _scale(most: int) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            scale = float(text)
        except ValueError:
            scale = -1.0
        if not 0 <= scale <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is no scale between 0 and {most}")
        return scale

    return read


def _whole(text: str, least: int, most: int, what: str) -> int:
    # int() alone would take "1_0" and other scripts' digits.
    if not (text.isascii() and text.isdigit() and len(text) <= 16) or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is no {what} between {least} and {most}")
    return int(text)
