# SPDX-License-Identifier: GPL-3.0-or-later
"""foleycue models: get, check and keep the models of engines."""

import argparse
import sys

from foleycue_plugin.backend_tool import Event, absolute_path, run_tool
from foleycue_plugin.cli import answer
from foleycue_plugin.cli.progress import ProgressLine, duration
from foleycue_shared import places
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.places import Places


def run(options: argparse.Namespace) -> int:
    """Do one thing with models; status 1 when a verified model is not as it was installed."""
    home = places.home()
    if options.action == "pull" and not options.yes:
        _agree(home, options)
    events = list[Event]()
    with ProgressLine() as line:
        status = run_tool(home, "models", _arguments(options), lambda event: _take(event, events, line))
    if options.json:
        answer.print_json(_entry(options.action, events))
    else:
        for event in events:
            _say(event, options)
    return status


def _arguments(options: argparse.Namespace) -> list[str]:
    arguments: list[str] = [options.action]
    if options.action == "pull":
        arguments += [options.name, "--yes", *_endpoint(options)]
    elif options.action == "import":
        arguments += [options.name, absolute_path(options.folder)]
    elif options.action == "move":
        arguments += [absolute_path(options.folder)]
    elif options.action == "verify":
        arguments += options.names
    elif options.action == "remove":
        arguments += [options.name]
    return arguments


def _endpoint(options: argparse.Namespace) -> list[str]:
    return [f"--endpoint={options.endpoint}"] if options.endpoint else []


def _agree(home: Places, options: argparse.Namespace) -> None:
    """Show size and licence, and ask. Raises BAD_INPUT when nobody is there to agree, CANCELLED when not agreed."""
    plans = list[Event]()
    run_tool(home, "models", ["pull", options.name, "--plan", *_endpoint(options)], plans.append)
    for plan in plans:
        _say_plan(plan)
    if not sys.stdin.isatty():
        raise FoleyCueError(ErrorCode.BAD_INPUT, "Nothing was transferred: agree to size and licence with --yes.")
    sys.stderr.write("Transfer this? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise FoleyCueError(ErrorCode.CANCELLED, "Nothing was transferred.")


def _take(event: Event, events: list[Event], line: ProgressLine) -> None:
    """Progress is shown while it happens, and a plan before anything moves; the rest is told at the end."""
    if event["event"] == "progress":
        line.show(event["phase"] + event["item"], _describe(event))
    elif event["event"] == "plan":
        _say_plan(event)
    else:
        events.append(event)


def _describe(event: Event) -> str:
    total, done = event["total"], event["done"]
    parts = [f"{event['phase']} {event['item']}".strip(), f"{done / total:.0%}" if total else "100%"]
    if event["phase"] != "convert":
        parts.insert(1, f"{_size(done)} of {_size(total)}")
    if event["seconds_left"] is not None:
        parts.append(f"{duration(event['seconds_left'])} left")
    return ", ".join(parts)


def _entry(action: str, events: list[Event]) -> dict[str, object]:
    """The answer as one object: of list its table, of verify all verdicts, otherwise what was done."""
    plain = [{key: value for key, value in event.items() if key != "event"} for event in events]
    if action == "verify":
        return {"models": plain}
    report = [line for event in events if event["event"] == "report" for line in event["lines"]]
    return {**(plain[-1] if plain else {}), **({"report": report} if report else {})}


def _say(event: Event, options: argparse.Namespace) -> None:
    if event["event"] == "models":
        for model in event["models"]:
            _say_model(model)
        answer.say(f"The models folder is {event['folder']}.")
    elif event["event"] == "verified":
        for bad in event["bad"]:
            answer.say(f"{event['model']}: {bad['path']} {bad['fault']}")
        verdict = "as it was installed" if not event["bad"] else "not as it was installed: pull or import it again"
        answer.say(f"{event['model']} is {verdict} ({event['files']} files, {_size(event['size_bytes'])}).")
    elif event["event"] == "report":
        for text in event["lines"]:
            answer.say(text)
    elif event["event"] == "done":
        answer.say(event["sentence"])


def _say_model(model: Event) -> None:
    state = f"installed, {_size(model['size_bytes'])}" if model["installed"] else "not installed"
    if model["waiting_bytes"]:
        state += f", {_size(model['waiting_bytes'])} of a pull wait to be continued"
    answer.say(f"{model['name']:14} {model['title']}")
    purpose = model["purpose"] or ", ".join(model["engines"])
    answer.say(f"{'':14} {state}; needs {_size(model['memory_bytes'])} of memory; for {purpose}")
    answer.say(f"{'':14} code {model['code_licence']}")
    answer.say(f"{'':14} weights {model['weights_licence']}")
    answer.say(f"{'':14} {_allowed(model)}")


def _allowed(model: Event) -> str:
    return f"{'commercial use allowed' if model['commercial'] else 'NOT FOR COMMERCIAL USE'}: {model['use']}"


def _say_plan(plan: Event) -> None:
    """What a pull moves; on standard error, so that an answer in JSON stays alone."""
    lines = [f"From {plan['endpoint']} to {plan['folder']}:"]
    for licence in plan["licences"]:
        files = [file for file in plan["files"] if file["part"] == licence["part"]]
        shown = f", the hub says {licence['hub_licence']}" if licence["hub_licence"] else ""
        lines.append(f"  {licence['part']}: {licence['licence']}{shown}")
        for file in files:
            here = f", {_size(file['have_bytes'])} here already" if file["have_bytes"] else ""
            lines.append(f"    {file['repository']}/{file['path']}  {_size(file['size_bytes'])}{here}")
    if plan["installed"]:
        lines.append(f"  {plan['model']} is installed already, and will be replaced")
    lines.append(f"  {_size(plan['transfer_bytes'])} to transfer, {_size(plan['free_bytes'])} free on the disk")
    lines.append(f"  weights {plan['weights_licence']}; {_allowed(plan)}")
    sys.stderr.write("\n".join(lines) + "\n")
    sys.stderr.flush()


def _size(count: int) -> str:
    """Bytes in the unit that suits them."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count} bytes"
