# SPDX-License-Identifier: GPL-3.0-or-later
"""Which generated, true and picture files belong together: those with the same base name."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.media.suffixes import PICTURE, SOUND


@dataclass(frozen=True)
class ClipFiles:
    """The files of one clip; generated is None where the system skipped it, video where there is no picture."""

    name: str
    truth: Path
    generated: Path | None
    video: Path | None


@dataclass(frozen=True)
class EvaluationSet:
    """All clips of the truth folder in order of name, and generated files that belong to none of them."""

    clips: tuple[ClipFiles, ...]
    strangers: tuple[Path, ...]

    @property
    def skipped(self) -> list[str]:
        """Names of the clips that the system did not make."""
        return [clip.name for clip in self.clips if clip.generated is None]


def find_clips(generated: Path, truth: Path, videos: Path | None = None) -> EvaluationSet:
    """Match the files of the folders. Pictures come from `videos`, else from the truth folder.

    Where a folder holds a sound and a video of one name, the sound counts. Raises BAD_INPUT when a folder is missing,
    empty of media, holds two sounds of one name, or when nothing matches.
    """
    made, true = _media(generated, SOUND, PICTURE), _media(truth, SOUND, PICTURE)
    if not made.keys() & true.keys():
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"No file in {generated} has the base name of one in {truth} (there, the first is {min(true)}): "
            "name generated sounds like the true ones.",
        )
    shown = _media(videos or truth, PICTURE, required=videos is not None)
    clips = (ClipFiles(name, path, made.get(name), shown.get(name)) for name, path in sorted(true.items()))
    return EvaluationSet(tuple(clips), tuple(made[name] for name in sorted(made.keys() - true.keys())))


def _media(folder: Path, *kinds: Iterable[str], required: bool = True) -> dict[str, Path]:
    """Files of a folder by base name, of the first kind that there is for a name."""
    if not folder.is_dir():
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{folder} is no folder: name one that holds media files.")
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name[0] != ".")
    found: dict[str, Path] = {}
    for kind in kinds:
        named: dict[str, Path] = {}
        for path in files:
            if path.suffix.lower() not in kind:
                continue
            if (other := named.setdefault(path.stem, path)) is not path:
                raise FoleyCueError(
                    ErrorCode.BAD_INPUT,
                    f"{folder} holds {other.name} and {path.name}: keep one file for each base name.",
                )
        found = {**named, **found}
    if required and not found:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{folder} holds no media files: name a folder that does.")
    return found
