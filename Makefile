# SPDX-License-Identifier: GPL-3.0-or-later
# Each goal does all its set-up in .venv on a bare machine with Python 3.11+ and a network.
SHELL := /bin/bash
PY := .venv/bin/python
READY := .venv/.ready

.PHONY: demo test check panel session listen translations blender-extension test-bpy test-kdenlive-new setup lint clean
demo: $(READY)  ## the main job: demo picture -> cues -> sound -> timeline, WAV, MP4 and a picture of the panel
	$(PY) -m foleycue_plugin.demo --out demo-output

test: $(READY)  ## all five rings of tests
	# A process a core with a thread each: torch's own threads would fight over the cores. A file's tests stay together.
	QT_QPA_PLATFORM=offscreen OMP_NUM_THREADS=1 $(PY) -m pytest -q -n auto --maxprocesses 4 --dist loadfile

lint: $(READY)  ## style, types and the rules of who may import whom
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/pyright
	PATH=.venv/bin:$$PATH .venv/bin/lint-imports

check: lint test  ## what CI runs

panel: $(READY)  ## the panel, on the demo timeline
	.venv/bin/foleycue panel plugin/foleycue_plugin/demo/demo.otio

session: $(READY)  ## build/session: a recorded session with the panel (pictures, MP4, GIF), and how late its loop answers (Xvfb)
	$(PY) benchmarks/panel_session.py --out build/session

listen: $(READY)  ## build/listen/index.html: forty sounds of the embedded model to hear
	$(PY) -m foleycue_backend.training listen --out build/listen

translations: $(READY)  ## the panel's texts into its .ts, its .ts into its .qm (needs lrelease: Debian's qt6-l10n-tools)
	$(PY) .ci/translations

blender-extension: $(READY)  ## build/foleycue-blender.zip: an extension (Blender 4.2 and later) and a legacy add-on (3.4)
	$(PY) -m foleycue_plugin.hosts.blender.build build/foleycue-blender.zip

test-bpy: $(READY) .venv-bpy/bin/python  ## the Blender tests on Blender 4.5 from PyPI (1 GB), which is not part of make test
	FOLEYCUE_TEST_BPY=$(CURDIR)/.venv-bpy/bin/python $(PY) -m pytest -q tests/plugin/test_blender_real.py

test-kdenlive-new: $(READY)  ## the live Kdenlive tests on 24.12 in a chroot (root, 2.2 GB), which is not part of make test
	bash .ci/kdenlive-new

.venv-bpy/bin/python:
	python3.11 -m venv .venv-bpy
	.venv-bpy/bin/pip install -q bpy==4.5.15 || { rm -rf .venv-bpy; exit 1; }

setup: $(READY)
$(READY): pyproject.toml .ci/setup .ci/constraints.txt
	bash .ci/setup
	touch $@

clean:
	rm -rf .venv .venv-bpy demo-output build *.egg-info
