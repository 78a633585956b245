# SPDX-License-Identifier: GPL-3.0-or-later
"""A backend that was given a home looks for models there."""

import sys
import threading

import pytest

from fakes.line import backend_process
from foleycue_backend.broker.options import PIPELINE
from foleycue_backend.models.store import Store
from foleycue_plugin.client import Client
from foleycue_shared.messages import EngineList, ListEngines
from foleycue_shared.places import HOME_VARIABLE, home

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="starts processes as POSIX does")


def test_engines_are_those_of_the_home_that_was_asked_for(tmp_path, monkeypatch):
    monkeypatch.delenv(HOME_VARIABLE, raising=False)
    store = Store(tmp_path)
    with store.changing(), store.placing("sta-v2a") as part:
        (part / "model_index.json").write_text("{}")
        store.seal(part, "sta-v2a", [])
    heard, came = [], threading.Event()

    def hear(event, blobs):
        if isinstance(event, EngineList):
            heard.append(event)
            came.set()

    client = Client(home(tmp_path), hear, lambda state, sentence: None, start_backend=False)
    with backend_process(tmp_path, pipeline=PIPELINE):
        client.start()
        try:
            client.send(ListEngines())
            assert came.wait(60)
        finally:
            client.close()
    assert {info.id: info.available for info in heard[0].engines}["sta-v2a"]
