# SPDX-License-Identifier: GPL-3.0-or-later
"""Models stay: listed, verified, moved to another folder, removed."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from foleycue_backend.models.catalogue import CATALOGUE
from foleycue_backend.models.copying import check_copy, copy_model
from foleycue_backend.models.entries import Model
from foleycue_backend.models.events import BadFile, Done, Meter, Models, ModelState, Say, Verified
from foleycue_backend.models.manifest import faults, require_manifest
from foleycue_backend.models.store import DOWNLOADS, Store, folder_size, require_room
from foleycue_shared.endpoint import InstanceLock
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error


def list_models(store: Store) -> Models:
    """All models that can be got, and how each stands here; those of the user's own making where there is one."""
    states = [_state(store, model) for model in CATALOGUE if model.parts or store.installed(model.name)]
    return Models(folder=str(store.folder), models=states)


def verify(store: Store, names: list[str], say: Say) -> bool:
    """Hash every file of installed models again; whether all are as they were installed."""
    good = True
    for name in names or store.models():
        folder = store.path(name)
        manifest = require_manifest(folder, name)
        meter = Meter(say, "check", manifest.size, name)
        bad = [BadFile(path=path, fault=fault) for path, fault in faults(folder, manifest, meter.more)]
        say(Verified(model=name, files=len(manifest.files), size_bytes=manifest.size, bad=bad))
        good = good and not bad
    return good


def remove(store: Store, name: str, say: Say) -> None:
    """Remove a model and what was downloaded of it."""
    with store.changing():
        freed = store.remove(name)
    say(Done(action="removed", sentence=f"{name} is removed, {freed / 1e6:.0f} MB are free again.", model=name))


def move(store: Store, target: Path, say: Say) -> None:
    """Keep all models in another folder from now on.

    Every model is copied (linked on the same disk) and checked before the setting changes, and only then does the old
    folder lose it; broken off at any moment, one of the two folders is whole and in use.
    """
    target = target.expanduser().absolute()
    source = store.folder
    _check_target(source, target)
    with store.changing(), InstanceLock(_made(target) / ".models.lock") as lock:
        if not lock.acquire():
            raise FoleyCueError(ErrorCode.BUSY, f"Another FoleyCue command uses {target}: wait until it has ended.")
        names = store.models()
        for name in names:
            if (target / name).exists():
                raise FoleyCueError(
                    ErrorCode.OUTPUT_EXISTS, f"{target / name} exists already: choose another folder, or remove it."
                )
        _copy_all(source, target, names, say)
        store.use(target)
        for name in names:
            shutil.rmtree(source / name, ignore_errors=True)
        shutil.rmtree(source / DOWNLOADS, ignore_errors=True)
    with suppress(OSError):
        # The folder itself goes only when nothing of anybody else is in it.
        (source / ".models.lock").unlink()
        source.rmdir()
    say(Done(action="moved", sentence=f"The models lie in {target} now.", path=str(target)))


def _state(store: Store, model: Model) -> ModelState:
    place = store.installed(model.name)
    manifest = store.manifest(model.name) if place else None
    return ModelState(
        name=model.name,
        title=model.title,
        engines=model.engines,
        code_licence=model.code_licence,
        weights_licence=model.weights_licence,
        commercial=model.commercial,
        use=model.use,
        memory_bytes=model.memory_bytes,
        installed=place is not None,
        path=None if place is None else str(place),
        size_bytes=0 if manifest is None else manifest.size,
        waiting_bytes=folder_size(store.downloads(model.name)),
        purpose=model.purpose,
    )


def _check_target(source: Path, target: Path) -> None:
    if target.resolve() == source.resolve():
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"The models lie in {target} already.")
    if target.resolve().is_relative_to(source.resolve()) or source.resolve().is_relative_to(target.resolve()):
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, f"{target} and the models folder {source} lie in each other: choose another folder."
        )
    if target.exists() and not target.is_dir():
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{target} is no folder: choose another one.")


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain_os_error(error, folder) from error
    return folder


def _copy_all(source: Path, target: Path, names: list[str], say: Say) -> None:
    """Every model into the new folder, or none."""
    done = list[Path]()
    try:
        for name in names:
            _copy_one(source / name, target / name, name, say)
            done.append(target / name)
        _copy_downloads(source / DOWNLOADS, target / DOWNLOADS)
    except BaseException:
        for folder in done:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _copy_one(folder: Path, target: Path, name: str, say: Say) -> None:
    manifest = require_manifest(folder, name)
    part = target.with_name(f".{name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir()
        same_disk = os.stat(part).st_dev == os.stat(folder).st_dev  # noqa: PTH116 - one call for both
        if not same_disk:
            require_room(part, manifest.size)
        copy_model(folder, part, manifest, Meter(say, "copy", manifest.size, name), link=same_disk)
        check_copy(part, manifest, Meter(say, "check", manifest.size, name))
        part.rename(target)
    except OSError as error:
        raise explain_os_error(error, error.filename or target) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _copy_downloads(source: Path, target: Path) -> None:
    """What was downloaded and not yet converted comes along; whatever does not is downloaded again."""
    if source.is_dir() and not target.exists():
        with suppress(OSError):
            shutil.copytree(source, target)
