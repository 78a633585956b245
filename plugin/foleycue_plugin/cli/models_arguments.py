# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of foleycue models. Imports nothing heavy."""

import argparse
from pathlib import Path
from typing import Any


def add_models(commands: Any) -> None:  # noqa: ANN401 - argparse keeps the class of its subparsers to itself
    """Add the command and its actions."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "models", help="get, check and keep the models of engines", allow_abbrev=False
    )
    kind: Any = type(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=kind)
    _action(actions, "list", "what there is, what is installed, what it may be used for")
    pull = _named(_action(actions, "pull", "download a model; size and licence are shown first"))
    pull.add_argument("--yes", action="store_true", help="agree to size and licence without being asked")
    pull.add_argument("--endpoint", metavar="URL", help="another model hub (also: the variable FOLEYCUE_HUB)")
    bring = _named(_action(actions, "import", "install a model from a folder with its published files, offline"))
    bring.add_argument("folder", metavar="FOLDER", type=Path)
    verify = _action(actions, "verify", "read every file again and compare it with what was installed")
    verify.add_argument("names", metavar="NAME", nargs="*", help="models (all that are installed)")
    move = _action(actions, "move", "keep all models in another folder from now on")
    move.add_argument("folder", metavar="FOLDER", type=Path)
    _named(_action(actions, "remove", "remove a model from this computer"))


def _action(actions: Any, name: str, words: str) -> argparse.ArgumentParser:  # noqa: ANN401 - see add_models
    parser: argparse.ArgumentParser = actions.add_parser(name, help=words, allow_abbrev=False)
    parser.add_argument("--json", action="store_true", help="answer with one JSON object on stdout")
    return parser


def _named(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("name", metavar="NAME", help="see foleycue models list")
    return parser
