# SPDX-License-Identifier: GPL-3.0-or-later
"""How long jobs take: learned per engine and phase, so that a fraction and the time left can be told."""

import logging
from pathlib import Path

import msgspec

from foleycue_shared.endpoint import write_private
from foleycue_shared.errors import FoleyCueError

#: Phases in their order. Those of a range run once a job, those of a take once a take; their cost grows with the
#: range. The others run once and cost the same for any range.
RANGE_PHASES = ("decode", "analyse")
FIXED_PHASES = ("loading", "text")
TAKE_PHASES = ("diffuse", "vocode", "align", "finish")

#: First guesses, seconds of work: for the fixed phases in all, else for each second of the range (and each take).
GUESSES = {
    "loading": 6.0,
    "decode": 0.03,
    "analyse": 0.05,
    "text": 0.0,
    "diffuse": 0.3,
    "vocode": 0.05,
    "align": 0.01,
    "finish": 0.02,
}
#: Weight of the newest measurement in the running mean.
NEWEST = 0.3
HIGHEST_FRACTION = 0.999

_logger = logging.getLogger(__name__)

Costs = dict[str, float]


class PaceBook:
    """Mean cost of each phase of each engine, kept in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._costs = msgspec.json.decode(path.read_bytes(), type=dict[str, Costs])
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            self._costs = {}

    def costs(self, engine: str) -> Costs:
        """Seconds of work a phase, as GUESSES."""
        return {**GUESSES, **self._costs.get(engine, {})}

    def learn(self, engine: str, measured: Costs) -> None:
        """Take a finished job's costs into the means; a file that cannot be written costs only this memory."""
        known = self._costs.setdefault(engine, {})
        for phase, cost in measured.items():
            known[phase] = cost if phase not in known else (1 - NEWEST) * known[phase] + NEWEST * cost
        try:
            write_private(self._path, msgspec.json.encode(self._costs))
        except FoleyCueError as error:
            _logger.warning("%s", error.message)


class JobPace:
    """Follows one job: where it is (monotonic, below 1) and how long it will still take.

    seconds is the length of the range; takes counts those that run (0: analysis only).
    """

    def __init__(self, costs: Costs, seconds: float, takes: tuple[int, ...]) -> None:
        self._seconds = seconds
        self._takes = takes
        plan = [("loading", 0, costs["loading"])]
        plan += [(phase, 0, costs[phase] * seconds) for phase in RANGE_PHASES]
        plan += [("text", 0, costs["text"])]
        plan += [(phase, take, costs[phase] * seconds) for take in takes for phase in TAKE_PHASES]
        self._places = {(phase, take): place for place, (phase, take, _) in enumerate(plan)}
        self._weights = [max(weight, 1e-6) for _, _, weight in plan]
        self._place = -1
        self._fraction = 0.0
        self._began: float | None = None  # of the first phase after loading, whose cost says nothing on the others
        self._worked = 0.0  # weight of the finished phases since then
        self._spent: Costs = {}
        self._phase = ""
        self._since = 0.0

    def step(self, phase: str, step: int, steps: int, take: int, now: float) -> tuple[float, float | None]:
        """Fraction of the job that is done, and the seconds left (None before the first step). now is monotonic."""
        self._clock(phase, now)
        key = (phase, take if phase in TAKE_PHASES else 0)
        place = max(self._places.get(key, self._place), self._place, 0)
        if phase != "loading" and self._began is None:
            self._began = now
        if place != self._place:
            if self._place > 0:
                self._worked += self._weights[self._place]
            self._place = place
        part = self._weights[place] * (min(1.0, step / steps) if steps else 0.0)
        total = sum(self._weights)
        done = sum(self._weights[:place]) + part
        self._fraction = max(self._fraction, min(HIGHEST_FRACTION, done / total))
        worked = self._worked + (part if place > 0 else 0.0)
        if self._began is None or not steps or not step or worked <= 0 or now <= self._began:
            return self._fraction, None
        return self._fraction, (total - done) * (now - self._began) / worked

    def finish(self, now: float) -> Costs:
        """What the phases of the finished job cost, in the units of GUESSES."""
        self._clock("", now)
        costs = {}
        for phase, spent in self._spent.items():
            if phase in FIXED_PHASES:
                costs[phase] = spent
            elif phase in RANGE_PHASES:
                costs[phase] = spent / self._seconds
            elif phase in TAKE_PHASES and self._takes:
                costs[phase] = spent / self._seconds / len(self._takes)
        return costs

    def _clock(self, phase: str, now: float) -> None:
        if phase != self._phase:
            if self._phase:
                self._spent[self._phase] = self._spent.get(self._phase, 0.0) + now - self._since
            self._phase, self._since = phase, now
