# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said about a take: how it was made, how well it met the cues, what to beware of."""

from datetime import datetime

from foleycue_ui.look.words import tr
from foleycue_ui.model.request import RequestModel
from foleycue_ui.model.takes import TakeEntry


def facts(entry: TakeEntry) -> str:
    """Seed, cue error, loudness, in words."""
    take = entry.take
    parts = [tr("Takes", "seed {seed}").format(seed=take.seed)]
    if take.cue_error_ms is not None:
        parts.append(tr("Takes", "cues ±{error:.0f} ms").format(error=take.cue_error_ms))
    if take.cue_lift is not None:
        parts.append(tr("Takes", "lift {lift:+.2f}").format(lift=take.cue_lift))
    if not take.cues:
        parts.append(tr("Takes", "no cues"))
    if take.channels > 1:
        parts.append(tr("Takes", "stereo"))
    if entry.stored.used:
        parts.append(tr("Takes", "on the timeline"))
    # Last, since the end of the line is what a narrow panel leaves out.
    if take.loudness_lufs is not None:
        parts.append(tr("Takes", "{loudness:.1f} LUFS").format(loudness=take.loudness_lufs))
    return " · ".join(parts)


def warnings(entry: TakeEntry) -> str:
    """Missed cues, and what the take could be mistaken for; empty when there is nothing to beware of."""
    take = entry.take
    known = {"speech": tr("Takes", "sounds like speech"), "music": tr("Takes", "sounds like music")}
    parts = [known[name] for name in take.sounds_like if name in known]
    if take.missed:
        parts.append(tr("Takes", "{missed} of {count} cues missed").format(missed=take.missed, count=len(take.cues)))
    return " · ".join(parts)


def licence(entry: TakeEntry, request: RequestModel) -> str:
    """Engine and licence of its weights."""
    take = entry.take
    info = request.info(take.engine)
    terms = take.licence or (info.weights_licence if info else "")
    return f"{take.engine} · {terms}" if terms else take.engine


def time_made(entry: TakeEntry) -> str:
    """When, by the clock on the wall; with the date when it was not today. Empty for a take that does not say."""
    try:
        made = datetime.fromisoformat(entry.take.created).astimezone()
    except ValueError:
        return ""
    today = made.date() == datetime.now().astimezone().date()
    return made.strftime("%H:%M") if today else made.strftime("%Y-%m-%d %H:%M")
