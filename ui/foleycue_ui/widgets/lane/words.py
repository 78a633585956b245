# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lane says about cues, for tool tips and for those who hear the panel."""

from foleycue_shared.cues import CueSource
from foleycue_shared.timing import CUE_RATE, samples_to_frames
from foleycue_ui.look.words import tr
from foleycue_ui.model.answers import Answers, moved
from foleycue_ui.model.state import PanelState

#: Below these confidences a prediction is fair, and then only a suggestion.
_CLEAR, _FAIR = 0.6, 0.3


def source_words(source: CueSource) -> str:
    """Whose cue it is."""
    return {
        CueSource.PICTURE: tr("Lane", "from the picture"),
        CueSource.GUIDE: tr("Lane", "from the guide track"),
        CueSource.USER: tr("Lane", "yours"),
        CueSource.PERFORMED: tr("Lane", "performed"),
    }[source]


def describe(state: PanelState, index: int, answers: Answers) -> str:
    """One cue: "Cue 3 of 10, 1.240 s, strength 0.80, yours", and what the chosen take made of it."""
    sheet = state.cues.cues
    cue = sheet[index]
    words = tr("Lane", "Cue {number} of {count}, {seconds:.3f} s, strength {strength:.2f}, {source}").format(
        number=index + 1,
        count=len(sheet),
        seconds=cue.seconds,
        strength=cue.strength,
        source=source_words(cue.source),
    )
    answer = answer_words(answers.get(cue.sample, 0))
    return f"{words}. {answer}" if answer else words


def answer_words(distance: int | None) -> str:
    """What a take made of a cue: nothing to say where it is on time."""
    if distance is None:
        return tr("Lane", "The take missed it: no sound starts within 50 ms.")
    if not moved(distance):
        return ""
    milliseconds = abs(distance) * 1000 / CUE_RATE
    if distance > 0:
        return tr("Lane", "The take sounds {milliseconds:.0f} ms late.").format(milliseconds=milliseconds)
    return tr("Lane", "The take sounds {milliseconds:.0f} ms early.").format(milliseconds=milliseconds)


def summary(state: PanelState, answers: Answers) -> str:
    """The whole lane: how many cues, how many are selected or were missed, and the one that is selected."""
    cues = state.cues
    parts = [count_words(len(cues.cues))]
    missed = sum(1 for cue in cues.cues if cue.sample in answers and answers[cue.sample] is None)
    if missed:
        parts.append(tr("Lane", "{count} missed by the take").format(count=missed))
    if len(cues.selected) == 1:
        parts.append(describe(state, next(iter(cues.selected)), answers))
    elif cues.selected:
        parts.append(tr("Lane", "{count} selected").format(count=len(cues.selected)))
    return ". ".join(parts)


def count_words(count: int) -> str:
    """How many cues."""
    return tr("Lane", "1 cue") if count == 1 else tr("Lane", "{count} cues").format(count=count)


def confidence_words(state: PanelState) -> str:
    """How far the prediction is to be trusted; empty as long as there is none."""
    cues = state.cues
    if not state.range.open or not cues.predicted:
        return ""
    if cues.confidence >= _CLEAR:
        return tr("Lane", "clear events")
    if cues.confidence >= _FAIR:
        return tr("Lane", "some clear events")
    return tr("Lane", "few clear events: suggestions only")


def place_words(state: PanelState, sample: int) -> str:
    """Where a sample lies: the record timecode of the frame nearest to it."""
    range_ = state.range
    return range_.timecode(range_.start + samples_to_frames(sample, range_.rate, CUE_RATE))


def help_words() -> str:
    """What hands can do in the lane, and what the shapes mean."""
    return tr(
        "Lane",
        "Click: add a cue. Drag: move it by frames (Ctrl or Alt: freely), up and down for its strength.\n"
        "Drag from an empty place: select. Ctrl+wheel: zoom. On the ruler: scrub.\n"
        "◆ from the picture   ▼ from the guide track   ● yours   ■ performed\n"
        "✕ missed by the take   → the take is early or late",
    )
