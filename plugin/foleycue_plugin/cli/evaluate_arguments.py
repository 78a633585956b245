# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of foleycue eval. Imports nothing heavy."""

import argparse
from pathlib import Path
from typing import Any


def add_evaluate(commands: Any) -> None:  # noqa: ANN401 - argparse keeps the class of its subparsers to itself
    """Add the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "eval", help="measure generated sound against the true sound and the picture", allow_abbrev=False
    )
    # The module cannot be called like the command: eval is a word of the language.
    parser.set_defaults(command="evaluate")
    parser.add_argument(
        "generated",
        metavar="GENERATED",
        type=Path,
        nargs="*",
        help="folder of generated sounds; several are set side by side",
    )
    parser.add_argument(
        "--engines",
        metavar="LIST",
        help="make sound for the pictures with these engines, comma-separated, and set them beside the folders",
    )
    parser.add_argument(
        "--keep", metavar="FOLDER", type=Path, help="keep the engines' sounds here, and go on from there"
    )
    parser.add_argument(
        "--truth",
        metavar="FOLDER",
        type=Path,
        required=True,
        help="true sounds, or videos, of the same names",
    )
    parser.add_argument("--videos", metavar="FOLDER", type=Path, help="the pictures (those of the truth folder)")
    parser.add_argument(
        "--captions", metavar="FILE", type=Path, help="JSON of captions by name: the engines' prompts, and for CLAP"
    )
    parser.add_argument(
        "--metrics",
        metavar="LIST",
        help="comma-separated: av-align, aa-align, events, salient, fd, fad, kl, is, clap, pam (all)",
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="write everything, clip by clip, as JSON")
    parser.add_argument("--markdown", metavar="FILE", type=Path, help="write the table as Markdown")
    parser.add_argument("--force", action="store_true", help="replace files that exist")
