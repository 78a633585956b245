# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user asks for: words, engine and how strongly it listens, takes and seeds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from random import Random

from PyQt6.QtCore import QObject, pyqtSignal

from foleycue_shared.messages import (
    DEFAULT_SETTING,
    MAX_PROMPT,
    MAX_SHOT_PROMPTS,
    MAX_TAKES,
    EngineInfo,
    Guidance,
    ShotPrompt,
    Understood,
)

#: Seeds are drawn from here when the user leaves the choice to us; short enough to read aloud.
MAX_RANDOM_SEED = 999_999

#: What the switches add to the negative prompt. Engines read English, whatever the panel speaks.
NO_SPEECH = "speech, voices, talking"
NO_MUSIC = "music, melody, singing"

#: What Guidance can steer, in the order of the sliders.
STRENGTHS = ("text", "cues", "picture", "alignment")


@dataclass(frozen=True)
class Wish:
    """The words of a request, as presets and the history keep them."""

    prompt: str = ""
    negative: str = ""
    no_speech: bool = False
    no_music: bool = False

    def negative_sent(self) -> str:
        """The negative prompt with what the switches add, cut to what a message may hold."""
        parts = (self.negative.strip(), NO_SPEECH if self.no_speech else "", NO_MUSIC if self.no_music else "")
        return ", ".join(part for part in parts if part)[:MAX_PROMPT]


class RequestModel(QObject):
    """The request that Generate would send now."""

    changed = pyqtSignal()
    engines_changed = pyqtSignal()
    suggestions_changed = pyqtSignal()
    understood_changed = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.wish = Wish()
        self.takes = 3
        self.seed: int | None = None  # None: a new one each time
        self.engine = "mini"
        self.setting = DEFAULT_SETTING
        self.guidance = Guidance()
        self.also: tuple[str, ...] = ()  # other engines that make the same, to compare
        self.stems = True  # where there are several objects, takes of each by itself
        self.stereo = False
        self.shot_prompts: Mapping[int, str] = {}  # by the timeline frame from which they hold
        self.engines: tuple[EngineInfo, ...] = ()
        self.suggestions: tuple[str, ...] = ()
        self.understood: Understood | None = None
        self._random = Random()

    @property
    def prompt(self) -> str:
        """What should be heard."""
        return self.wish.prompt

    @property
    def negative(self) -> str:
        """What should not be heard, in the user's own words."""
        return self.wish.negative

    def set(
        self,
        *,
        prompt: str | None = None,
        negative: str | None = None,
        no_speech: bool | None = None,
        no_music: bool | None = None,
        takes: int | None = None,
        engine: str | None = None,
    ) -> None:
        """Change what is given. Another engine starts from its own setting and strengths."""
        before = (self.wish, self.takes, self.engine)
        given = {"prompt": prompt, "negative": negative, "no_speech": no_speech, "no_music": no_music}
        words = {name: value[:MAX_PROMPT] for name, value in given.items() if isinstance(value, str)}
        switches = {name: value for name, value in given.items() if isinstance(value, bool)}
        self.wish = replace(self.wish, **words, **switches)
        self.takes = self.takes if takes is None else min(max(takes, 1), MAX_TAKES)
        if engine is not None and engine != self.engine:
            self.engine, self.setting, self.guidance = engine, DEFAULT_SETTING, Guidance()
        if before != (self.wish, self.takes, self.engine):
            self.changed.emit()

    def use(self, wish: Wish) -> None:
        """Take over other words as a whole."""
        if wish != self.wish:
            self.wish = wish
            self.changed.emit()

    def append(self, words: str) -> None:
        """Add words to the end of the prompt."""
        before = self.prompt.rstrip().rstrip(",")
        self.set(prompt=f"{before}, {words}" if before else words)

    def set_seed(self, seed: int | None) -> None:
        """Fix the first take's seed, or leave it to chance with None."""
        if seed != self.seed:
            self.seed = seed
            self.changed.emit()

    def set_setting(self, setting: str) -> None:
        """Choose one of the engine's own settings."""
        if setting != self.setting:
            self.setting = setting
            self.changed.emit()

    def set_guidance(self, guidance: Guidance) -> None:
        """Say how strongly each kind of conditioning is followed; None means the engine's default."""
        if guidance != self.guidance:
            self.guidance = guidance
            self.changed.emit()

    def set_also(self, engines: Iterable[str]) -> None:
        """Let other engines make the same, to compare."""
        also = tuple(dict.fromkeys(engines))
        if also != self.also:
            self.also = also
            self.changed.emit()

    def set_kind(self, *, stems: bool | None = None, stereo: bool | None = None) -> None:
        """Takes of each object by itself, or of everything; in two channels, or one."""
        kind = (self.stems if stems is None else stems, self.stereo if stereo is None else stereo)
        if kind != (self.stems, self.stereo):
            self.stems, self.stereo = kind
            self.changed.emit()

    def engines_asked(self) -> tuple[str, ...]:
        """The chosen engine, and those to compare it with that can run here."""
        others = (info.id for info in self.engines if info.available and info.id in self.also)
        return tuple(dict.fromkeys((self.engine, *others)))

    def set_shot_prompt(self, frame: int, prompt: str) -> None:
        """From the shot on that starts at a timeline frame, another prompt; empty: the same as before it."""
        rest = {start: words for start, words in self.shot_prompts.items() if start != frame}
        prompts = {**rest, frame: prompt[:MAX_PROMPT]} if prompt.strip() else rest
        if prompts != self.shot_prompts:
            self.shot_prompts = prompts
            self.changed.emit()

    def clear_shot_prompts(self) -> None:
        """Another timeline: its shots have no prompts of their own."""
        if self.shot_prompts:
            self.shot_prompts = {}
            self.changed.emit()

    def shot_prompts_in(self, start: int, end: int) -> tuple[ShotPrompt, ...]:
        """The prompts of the shots that start at timeline frames start … end - 1, counted from start."""
        found = sorted((frame, words) for frame, words in self.shot_prompts.items() if start <= frame < end)
        return tuple(ShotPrompt(frame=frame - start, prompt=words) for frame, words in found[:MAX_SHOT_PROMPTS])

    def set_engines(self, engines: tuple[EngineInfo, ...]) -> None:
        """Take over the backend's list; an engine that cannot run is never left chosen."""
        if engines == self.engines:
            return
        self.engines = engines
        usable = [info.id for info in engines if info.available]
        if usable and self.engine not in usable:
            self.set(engine=usable[0])
        self.engines_changed.emit()
        self.changed.emit()

    def set_suggestions(self, suggestions: tuple[str, ...]) -> None:
        """What the engine proposes to write for this picture."""
        if suggestions != self.suggestions:
            self.suggestions = suggestions
            self.suggestions_changed.emit()

    def set_understood(self, understood: Understood | None) -> None:
        """How the engine reads the prompt; None: nobody has said so yet."""
        if understood != self.understood:
            self.understood = understood
            self.understood_changed.emit()

    def info(self, engine: str = "") -> EngineInfo | None:
        """What the backend says about an engine; the chosen one without a name."""
        return next((info for info in self.engines if info.id == (engine or self.engine)), None)

    def draw_seeds(self) -> tuple[int, ...]:
        """One seed for each take: from the fixed one upward, or by chance."""
        first = self._random.randint(1, MAX_RANDOM_SEED - MAX_TAKES) if self.seed is None else self.seed
        return tuple(first + k for k in range(self.takes))
