# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound of each engine for each clip of a folder, as an evaluation wants it: ENGINE/CLIP.wav."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from foleycue_plugin import outputs, usecases
from foleycue_plugin.jobs import JobRunner
from foleycue_plugin.takes import TakeStore
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error
from foleycue_shared.media.suffixes import PICTURE

#: All systems start from the same noise, where they have noise of the same form.
SEED = 0

#: Hears what is made next, how many sounds are there and how many there will be.
Watch = Callable[[str, int, int], None]


def clips_of(folder: Path) -> list[Path]:
    """The films of a folder, by name. Raises BAD_INPUT without any."""
    if not folder.is_dir():
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{folder} is no folder: name one that holds videos.")
    clips = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURE and path.name[0] != ".")
    if not clips:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{folder} holds no videos: engines need a picture to make sound for.")
    return clips


def make_sounds(
    clips: Sequence[Path],
    engines: Sequence[str],
    prompts: Mapping[str, str],
    folder: Path,
    runner: JobRunner,
    store: TakeStore,
    watch: Watch,
) -> list[Path]:
    """One folder an engine below `folder`, with one sound a clip; sounds that are there already are kept.

    `prompts` by the clip's base name. Raises what opening a clip and its generation raise.
    """
    wanted = [(engine, clip, folder / engine / f"{clip.stem}.wav") for engine in engines for clip in clips]
    for number, (engine, clip, target) in enumerate(wanted):
        watch(f"{engine}, {clip.stem}", number, len(wanted))
        if not target.exists():
            _make(engine, clip, prompts.get(clip.stem, ""), target, runner, store)
    return [folder / engine for engine in engines]


def _make(engine: str, clip: Path, prompt: str, target: Path, runner: JobRunner, store: TakeStore) -> None:
    selection = usecases.mark(usecases.open_source(clip), None, None)
    (stored,) = runner.generate(usecases.plan_generation(selection, seeds=[SEED], engine=engine, prompt=prompt), store)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain_os_error(error, target) from error
    outputs.Delivery(force=False).copy(stored.path, target)
    store.discard([stored.take.take_id])
