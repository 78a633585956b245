# SPDX-License-Identifier: GPL-3.0-or-later
"""A model comes from a folder: its published files are converted, or an installed one of elsewhere is taken over."""

from pathlib import Path

from foleycue_backend.models.converting import converter_of
from foleycue_backend.models.copying import check_copy, copy_model
from foleycue_backend.models.entries import Model
from foleycue_backend.models.events import Done, Meter, Report, Say
from foleycue_backend.models.manifest import Manifest, Origin, file_sha256, read_manifest
from foleycue_backend.models.store import Store, folder_size, require_room
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.places import Places


def import_folder(places: Places, store: Store, model: Model, folder: Path, say: Say) -> None:
    """Install a model from a folder: the published files, or a folder that another installation's store made."""
    folder = folder.expanduser().absolute()
    if not folder.is_dir():
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{folder} is no folder: give the one with the model's files.")
    if folder.is_relative_to(store.folder) or store.folder.is_relative_to(folder):
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, f"{folder} and the models folder lie in each other: import from elsewhere."
        )
    with store.changing():
        manifest = read_manifest(folder)
        if manifest is None:
            if not model.converter:
                raise FoleyCueError(
                    ErrorCode.BAD_INPUT,
                    f"{folder} is no model of FoleyCue's making: give what a training left.",
                )
            install(places, store, model, folder, None, say)
        else:
            _adopt(store, model, folder, manifest, say)


def install(places: Places, store: Store, model: Model, source: Path, origins: list[Origin] | None, say: Say) -> None:
    """Convert published files into the model's place; origins None are those that served, hashed here.

    Only within store.changing(). Raises BAD_INPUT when the files cannot serve; nothing is changed then.
    """
    with store.placing(model.name) as part:
        steps = Meter(say, "convert", 1)

        def on_step(phase: str, step: int, count: int) -> None:
            nonlocal steps
            if steps.item != phase:
                steps = Meter(say, "convert", count, phase)
            steps.at(step)

        found = converter_of(model)(source, part, places.logs / f"{model.name}-import.txt", on_step)
        if origins is None:
            origins = _hashed(source, found.sources, say)
        manifest = store.seal(part, model.name, origins, Meter(say, "check", folder_size(part), model.name).more)
    say(Report(model=model.name, lines=found.lines))
    _say_installed(store, model, manifest, say)


def _adopt(store: Store, model: Model, folder: Path, manifest: Manifest, say: Say) -> None:
    """Take over a converted model, checked against its own manifest."""
    if manifest.model != model.name:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{folder} holds the model {manifest.model}, not {model.name}.")
    require_room(store.folder, manifest.size)
    with store.placing(model.name) as part:
        copy_model(folder, part, manifest, Meter(say, "copy", manifest.size, model.name))
        check_copy(part, manifest, Meter(say, "check", manifest.size, model.name))
    _say_installed(store, model, manifest, say)


def _hashed(source: Path, files: list[Path], say: Say) -> list[Origin]:
    meter = Meter(say, "check", sum(path.stat().st_size for path in files), str(source))
    return [
        Origin(path=path.relative_to(source).as_posix(), size=path.stat().st_size, sha256=file_sha256(path, meter.more))
        for path in files
    ]


def _say_installed(store: Store, model: Model, manifest: Manifest, say: Say) -> None:
    path = store.path(model.name)
    sentence = f"{model.name} is installed in {path} ({manifest.size / 1e6:.0f} MB)."
    say(Done(action="installed", sentence=sentence, model=model.name, path=str(path), size_bytes=manifest.size))
