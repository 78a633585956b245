# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the broker: `python -m foleycue_backend`. Says one JSON line on standard output once it is ready."""

import argparse
import logging
import logging.handlers
import os
import signal
import sys
from pathlib import Path

import msgspec

from foleycue_backend.broker.options import PIPELINE, Options
from foleycue_backend.broker.server import Broker
from foleycue_backend.engines.registry import engine_infos, understand
from foleycue_backend.grounding.availability import finder_info
from foleycue_shared.endpoint import ConnectionInfo
from foleycue_shared.errors import FoleyCueError
from foleycue_shared.places import HOME_VARIABLE, Places, home

LOG_BYTES = 1 << 20
LOG_PARTS = 3


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped; 0 then, 1 when the broker cannot serve (the reason is one line on standard error)."""
    given = _parser().parse_args(arguments)
    options = Options(
        tcp=given.tcp,
        pipeline=given.pipeline,
        idle_unload=given.idle_unload * 60,
        idle_exit=given.idle_exit * 60,
        stall=given.stall,
        restarts=given.restarts,
    )
    try:
        places = home(given.home)
        if places.root is not None:
            # Engines look for their models below the same home, here and in the worker, which inherits this.
            os.environ[HOME_VARIABLE] = str(places.root)
        _start_log(places, given.log_level)
        broker = Broker(places, options, engine_infos, understand, finder_info)
        for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda number, frame: broker.stop())
        broker.run(_say_ready)
    except FoleyCueError as error:
        print(error.message, file=sys.stderr)  # noqa: T201
        return 1
    except Exception:
        logging.getLogger(__name__).exception("the broker failed")
        raise
    return 0


def _parser() -> argparse.ArgumentParser:
    defaults = Options()
    parser = argparse.ArgumentParser(prog="foleycue_backend", description="FoleyCue's backend.")
    add = parser.add_argument
    add("--home", type=Path, help="directory for everything that is kept (default: the user's own places)")
    add("--tcp", action="store_true", help="listen on encrypted loopback TCP where ipc is the default")
    add("--pipeline", default=PIPELINE, metavar="MODULE:CLASS", help="what the worker runs (default: %(default)s)")
    add("--idle-unload", type=float, default=defaults.idle_unload / 60, metavar="MINUTES", help="end an idle worker")
    add("--idle-exit", type=float, default=defaults.idle_exit / 60, metavar="MINUTES", help="end when nobody needs it")
    add("--stall", type=float, default=defaults.stall, metavar="SECONDS", help="least silence of a stalled job")
    add("--restarts", type=int, default=defaults.restarts, help="deaths of the worker borne within five minutes")
    add("--log-level", default="info", choices=("debug", "info", "warning", "error"))
    return parser


def _start_log(places: Places, level: str) -> None:
    handler = logging.handlers.RotatingFileHandler(
        places.logs / "backend.log", maxBytes=LOG_BYTES, backupCount=LOG_PARTS, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler])


def _say_ready(info: ConnectionInfo) -> None:
    line = msgspec.json.encode({"ready": True, "pid": info.pid, "endpoint": info.endpoint})
    print(line.decode(), flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
