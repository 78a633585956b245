# SPDX-License-Identifier: GPL-3.0-or-later
"""Command line: `python -m foleycue_backend.parity DIR` reproduces every golden file of a folder.

One line a golden: name, worst tensor, relative error (largest absolute difference over largest absolute value),
bound, ok or not. Status 0 only when all are ok and there is at least one; 1 when one is not; 2 for no such folder.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from foleycue_backend.parity.golden import find_goldens

_PURPOSE = "Reproduce every golden file of a folder with the product's own modules."


def parser() -> argparse.ArgumentParser:
    """The command line of the parity check."""
    top = argparse.ArgumentParser(prog="python -m foleycue_backend.parity", description=_PURPOSE)
    top.add_argument("folder", type=Path, metavar="DIR", help="folder of golden files, .json beside .safetensors")
    top.add_argument("--tensors", action="store_true", help="show the error of every tensor below its golden")
    return top


def main(argv: list[str] | None = None) -> int:
    """Run every golden found; returns the exit status."""
    args = parser().parse_args(argv)
    if not args.folder.is_dir():
        sys.stderr.write(f"{args.folder} is no folder: name one that holds golden files.\n")
        return 2
    goldens = find_goldens(args.folder)
    if not goldens:
        sys.stderr.write(f"{args.folder} holds no golden files (NAME.json beside NAME.safetensors).\n")
        return 1
    from foleycue_backend.parity.registry import check

    passed = True
    for golden in goldens:
        verdict = check(golden)
        passed &= verdict.ok
        lines = [verdict.line()]
        if args.tensors:
            lines += [f"    {name}  {error:.2e}" for name, error in sorted(verdict.errors.items())]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
    return 0 if passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
