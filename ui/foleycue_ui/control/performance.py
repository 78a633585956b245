# SPDX-License-Identifier: GPL-3.0-or-later
"""Performing cues: the range plays, and taps become cues where they were meant, as a Foley artist plays to picture."""

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from foleycue_shared.cues import MAX_CUES, Cue, CueSource
from foleycue_shared.timing import CUE_RATE
from foleycue_ui.model.settings import PERFORM_LATENCY, Settings
from foleycue_ui.model.state import PanelState
from foleycue_ui.playback.metronome import Metronome
from foleycue_ui.playback.player import SINGLE, Player

COUNT = 3
_COUNT_GAP = CUE_RATE // 2
#: Taps for what was seen last still arrive so long after the picture has stopped.
_AFTER_SECONDS = 0.25
#: Two taps nearer than this are one finger that bounced.
_BOUNCE = CUE_RATE // 50


class Performance(QObject):
    """One pass at a time, and each pass is one step of undo. A loop begins a new pass at each turn."""

    changed = pyqtSignal()
    counted = pyqtSignal(int)  # 3, 2, 1
    tapped = pyqtSignal(float)  # strength, for the eye

    def __init__(self, state: PanelState, player: Player, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cues, self._range, self._player, self._settings = state.cues, state.range, player, settings
        self.state = "idle"  # idle, counting, running, ending
        self.speed = SINGLE
        self.replace = False  # what lies in the played stretch gives way; else taps are added
        self.count_in = True
        self._base: tuple[Cue, ...] = ()
        self._taps: list[Cue] = []
        self._from = 0
        self._metronome = Metronome(player.new_clock, self)
        self._metronome.beat.connect(lambda number: self.counted.emit(COUNT - number))
        self._metronome.finished.connect(self._run)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.timeout.connect(self._close)
        player.playing_changed.connect(self._on_playing)
        player.looped.connect(self._on_looped)
        state.range.changed.connect(self._abandon)

    @property
    def latency(self) -> float:
        """Milliseconds by which taps arrive after what they answer."""
        return self._settings.value(PERFORM_LATENCY, 0.0)

    @property
    def active(self) -> bool:
        """Whether taps count, or will in a moment."""
        return self.state != "idle"

    def start(self) -> None:
        """Count in, then play from where the playhead stands; from the start when it stands at the end."""
        if self.active or self._range.selection is None:
            return
        self._player.pause()
        if self._player.frame >= self._player.frames - 1:
            self._player.seek(0)
        if self.count_in:
            self._set("counting")
            self._metronome.start(COUNT, _COUNT_GAP)
        else:
            self._run()

    def stop(self) -> None:
        """End the pass, or the count-in."""
        self._metronome.stop()
        if self.state == "running":
            self._player.pause()
        elif self.state == "ending":
            self._close()
        elif self.state == "counting":
            self._set("idle")

    def tap(self, moment: float, strength: float) -> None:
        """A tap that arrived at a monotonic second becomes a cue at what was heard and seen when it was meant."""
        if self.state not in ("running", "ending"):
            return
        self.tapped.emit(strength)
        place = self._player.place_at(moment - self.latency / 1000)
        if place is None or not 0 <= place < self._player.samples:
            return
        if all(abs(place - other.sample) > _BOUNCE for other in self._taps):
            self._taps.append(Cue(place, strength, CueSource.PERFORMED))
            self._lay(self._player.position)

    # -- a pass ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        self._begin(self._player.position)
        self._set("running")
        self._player.play(self.speed)

    def _begin(self, place: int) -> None:
        self._from, self._taps, self._base = place, [], self._cues.cues
        self._cues.grab()

    def _lay(self, reach: int) -> None:
        """The sheet as it was, less what is replaced up to where the pass has come, and the taps."""
        kept = [cue for cue in self._base if not (self.replace and self._from <= cue.sample <= reach)]
        sheet = sorted([*kept, *self._taps])[:MAX_CUES]
        if tuple(sheet) != self._cues.cues:
            self._cues.load(sheet)

    def _on_playing(self, playing: bool) -> None:
        if not playing and self.state == "running":
            self._set("ending")
            self._late.start(round(max(0.0, self.latency) + 1000 * _AFTER_SECONDS))

    def _on_looped(self) -> None:
        if self.state == "running":
            self._end_pass(self._player.samples)
            self._begin(0)

    def _close(self) -> None:
        self._late.stop()
        self._end_pass(self._player.position)
        self._set("idle")

    def _end_pass(self, reach: int) -> None:
        if self.replace or self._taps:
            self._lay(reach)
        self._cues.release()

    def _abandon(self) -> None:
        """Another range: the cues have moved with it already, those of this pass too."""
        self._metronome.stop()
        self._late.stop()
        if self.active:
            self._set("idle")

    def _set(self, state: str) -> None:
        self.state = state
        self.changed.emit()
