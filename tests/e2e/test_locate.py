# SPDX-License-Identifier: GPL-3.0-or-later
"""Locate through client, broker and worker, with detector and tracker as published but small and random."""

import sys
from pathlib import Path

import numpy as np
import pytest

from backend.stages.media_files import write_video
from e2e.test_broker_real_pipeline import Ear
from fakes.line import backend_process
from foleycue_backend.broker.options import PIPELINE
from foleycue_plugin.cli.main import main
from foleycue_plugin.client import Client
from foleycue_plugin.selection import mark
from foleycue_plugin.usecases import open_source, plan_generation
from foleycue_shared.errors import ErrorCode
from foleycue_shared.messages import (
    TERMINAL_EVENTS,
    Done,
    EngineList,
    FinderInfo,
    ListEngines,
    Locate,
    Located,
    PicturePoint,
    Progress,
    Refused,
)
from foleycue_shared.places import HOME_VARIABLE, home

pytest.importorskip("torch", reason="finding objects needs torch")
pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="a backend process as POSIX has it"),
]


def test_words_and_clicks_are_answered_and_missing_weights_named(tmp_path: Path, monkeypatch, capsys):
    from fakes.tiny_grounding import write_detector, write_masks

    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    film = write_video(tmp_path / "film.mp4", lambda k: np.full((48, 64), 40 + 3 * k, np.uint8), 25)
    document = plan_generation(mark(open_source(film)), seeds=[1])
    scope = document.request.scope
    ear = Ear()
    client = Client(home(tmp_path), ear, lambda state, sentence: None, start_backend=False)

    def ask(request: Locate):
        client.send(request, [document.document])
        return ear.wait_for(request.job_id, (*TERMINAL_EVENTS, Refused))

    with backend_process(tmp_path, pipeline=PIPELINE):
        client.start()
        try:
            refused = ask(Locate(job_id="early", scope=scope, words="car"))
            assert isinstance(refused, Refused) and refused.code is ErrorCode.UNKNOWN_ENGINE, refused
            assert "foleycue models pull grounding" in refused.message and "\n" not in refused.message

            write_detector(tmp_path / "published" / "grounding-dino-tiny")
            write_masks(tmp_path / "published" / "sam2.1-hiera-tiny")
            assert main(["models", "import", "grounding", str(tmp_path / "published")]) == 0, capsys.readouterr().err
            client.send(ListEngines())
            listed = ear.wait_for(None, (EngineList,))
            assert isinstance(listed, EngineList) and listed.finder == FinderInfo(available=True)
            assert [info.id for info in listed.engines if info.available] == ["mini"], "it is no engine, and needs none"

            assert isinstance(ask(Locate(job_id="words", scope=scope, words="car, man")), Done), ear.events[-1]
            found = ear.wait_for("words", (Located,))
            assert isinstance(found, Located)
            assert {one.label for one in found.objects} == {"car", "man"}
            assert [key.frame for key in found.objects[0].regions] == [0, 12]
            phases = {event.phase for event in ear.events if isinstance(event, Progress) and event.job_id == "words"}
            assert {"decode", "analyse"} <= phases

            point = PicturePoint(frame=9, x=0.5, y=0.5)
            assert isinstance(ask(Locate(job_id="click", scope=scope, point=point)), Done), ear.events[-1]
            clicked = ear.wait_for("click", (Located,))
            assert isinstance(clicked, Located)
            assert [one.label for one in clicked.objects] == ["object"]
        finally:
            client.close()
