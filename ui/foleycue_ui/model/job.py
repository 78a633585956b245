# SPDX-License-Identifier: GPL-3.0-or-later
"""How far the generation is that runs now."""

from time import monotonic

from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_ui.look.words import tr

#: How far progress may run ahead of the last report, and at all: the end is said by the job's end alone.
_AHEAD = 0.06
_ALMOST = 0.995


def phase_text(phase: str) -> str:
    """What a phase of a job is called on screen."""
    known = {
        "loading": tr("Job", "Loading the engine"),
        "decode": tr("Job", "Reading the picture"),
        "analyse": tr("Job", "Finding cues"),
        "text": tr("Job", "Reading the prompt"),
        "diffuse": tr("Job", "Making sound"),
        "vocode": tr("Job", "Shaping the wave"),
        "align": tr("Job", "Aligning to the cues"),
        "finish": tr("Job", "Writing the take"),
    }
    return known.get(phase, phase.capitalize())


def time_text(seconds: float) -> str:
    """A time left, short."""
    if seconds < 100:
        return tr("Job", "{seconds} s left").format(seconds=max(1, round(seconds)))
    return tr("Job", "{minutes} min left").format(minutes=round(seconds / 60))


def about_text(seconds: float) -> str:
    """How long something will take, as far as can be said beforehand."""
    if seconds < 100:
        return tr("Job", "about {seconds} s").format(seconds=max(1, round(seconds)))
    return tr("Job", "about {minutes} min").format(minutes=round(seconds / 60))


class JobModel(QObject):
    """The head of the queue, and the analysis."""

    changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.job_id = ""
        self.state = "idle"  # idle, preparing, queued, running, cancelling
        self.phase = ""
        self.step = self.steps = self.take = self.takes = self.ahead = 0
        self.fraction = 0.0
        self.eta: float | None = None
        self.expected: float | None = None  # seconds of work, as long as nobody knows better
        self.told = 0.0  # when fraction and eta were true, as time.monotonic()
        self.analysing = False

    @property
    def active(self) -> bool:
        """Whether a generation is under way."""
        return self.state != "idle"

    def begin(self, takes: int, job_id: str = "", expected: float | None = None) -> None:
        """A generation became the head of the queue: without an id it is still being prepared."""
        self.state, self.takes, self.job_id = "queued" if job_id else "preparing", takes, job_id
        self.phase, self.step, self.steps, self.take, self.fraction, self.eta = "", 0, 0, 0, 0.0, None
        self.ahead, self.expected = 0, expected
        self.changed.emit()

    def update(self, **values: object) -> None:
        """Change fields and tell."""
        for name, value in values.items():
            setattr(self, name, value)
        if "eta" in values:
            self.told = monotonic()
        self.changed.emit()

    def end(self) -> None:
        """Nothing runs any more."""
        self.job_id = ""
        self.update(state="idle")

    def fraction_now(self) -> float:
        """How much is done by now: between two reports it goes on at the pace that the time left promises."""
        if self.state != "running" or not self.eta:
            return self.fraction
        gone = (monotonic() - self.told) / self.eta
        ahead = min(_AHEAD, (1.0 - self.fraction) * gone)
        return max(self.fraction, min(_ALMOST, self.fraction + ahead))

    def text(self) -> str:
        """Where the job is, in words: phase, take, step, time left."""
        if self.state == "cancelling":
            return tr("Job", "Cancelling…")
        if self.state == "preparing":
            return tr("Job", "Preparing…")
        if self.state == "queued":
            if self.ahead == 0:
                return tr("Job", "Waiting for the backend…")
            return tr("Job", "Waiting behind {count} other jobs…").format(count=self.ahead)
        parts = [phase_text(self.phase)]
        if self.takes > 1:
            parts.append(tr("Job", "{number} of {count}").format(number=self.take + 1, count=self.takes))
        if self.steps:
            parts.append(tr("Job", "step {step}/{steps}").format(step=self.step, steps=self.steps))
        if self.eta is not None:
            parts.append(time_text(self.eta - (monotonic() - self.told)))
        elif self.expected is not None:
            parts.append(about_text(self.expected))
        return " · ".join(parts)
