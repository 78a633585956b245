# SPDX-License-Identifier: GPL-3.0-or-later
"""A model comes from a hub: planned and agreed to first, then fetched, converted and put in its place at once."""

import shutil

from foleycue_backend.models.entries import Model
from foleycue_backend.models.events import Meter, Plan, PlannedFile, PlannedLicence, Say
from foleycue_backend.models.hub import Hub, PlannedPart
from foleycue_backend.models.importing import install
from foleycue_backend.models.manifest import Origin
from foleycue_backend.models.store import Store, free_bytes, require_room
from foleycue_backend.models.transfer import bytes_here, fetch
from foleycue_shared.places import Places


def plan_event(store: Store, hub: Hub, model: Model, parts: list[PlannedPart]) -> Plan:
    """What pulling these parts means, for the user to agree to."""
    downloads = store.downloads(model.name)
    files = [
        PlannedFile(
            part=planned.part.name,
            repository=file.repository,
            path=file.path,
            size_bytes=file.size,
            have_bytes=bytes_here(downloads, file),
        )
        for planned in parts
        for file in planned.files
    ]
    whole = sum(file.size_bytes for file in files)
    left = whole - sum(file.have_bytes for file in files)
    return Plan(
        model=model.name,
        endpoint=hub.endpoint,
        folder=str(store.folder),
        weights_licence=model.weights_licence,
        commercial=model.commercial,
        use=model.use,
        installed=store.installed(model.name) is not None,
        licences=[
            PlannedLicence(part=planned.part.name, licence=planned.part.licence, hub_licence=planned.hub_licence)
            for planned in parts
        ],
        files=files,
        transfer_bytes=left,
        # The converted copy is made while the published files are still there, and is at most as big.
        room_bytes=left + whole,
        free_bytes=free_bytes(store.folder),
    )


def pull(places: Places, store: Store, hub: Hub, model: Model, parts: list[PlannedPart], say: Say) -> None:
    """Bring the planned files here, convert and install them. What came stays when it breaks off."""
    with store.changing():
        require_room(store.folder, plan_event(store, hub, model, parts).room_bytes)
        downloads = store.downloads(model.name)
        install(places, store, model, downloads, _fetch_all(store, hub, model, parts, say), say)
        shutil.rmtree(downloads, ignore_errors=True)


def _fetch_all(store: Store, hub: Hub, model: Model, parts: list[PlannedPart], say: Say) -> list[Origin]:
    files = [file for planned in parts for file in planned.files]
    meter = Meter(say, "download", sum(file.size for file in files))
    before, origins = 0, list[Origin]()
    for file in files:
        meter.item = file.path
        start = before
        origins.append(
            fetch(hub.endpoint, file, store.downloads(model.name), lambda there, start=start: meter.at(start + there))
        )
        before += file.size
    return origins
