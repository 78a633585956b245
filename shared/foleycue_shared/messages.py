# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message between panel and backend: one tagged union a direction (docs/protocol.md).

All structs are frozen. New fields need defaults, unknown fields are ignored, so that minor versions get along.
Binary parts (the OTIO document, the strength curve) travel as raw frames after the JSON envelope, never inside it.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from foleycue_shared.cues import MAX_CUES, Cue, CueSource
from foleycue_shared.errors import ErrorCode

MAX_PROMPT = 1_000
MAX_TAKES = 8
MAX_RANGE_SECONDS = 1_800
MAX_STEPS = 1_000
MAX_REGION_KEYS = 1_000
MAX_SHOT_PROMPTS = 500
DEFAULT_SETTING = "default"

Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Text = Annotated[str, Meta(max_length=MAX_PROMPT)]
Unit = Annotated[float, Meta(ge=0, le=1)]
Scale = Annotated[float, Meta(ge=0, le=50)]
#: Of a classifier's gradient, which is a small number.
SteepScale = Annotated[float, Meta(ge=0, le=200)]
Seed = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=lambda name: name.lower()):
    """Root of all messages; the JSON field "type" holds the class name in lower case."""


# -- what is asked about ------------------------------------------------------------------------------------------


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """The marked range. Its own small OTIO timeline travels in binary frame 0 of the same message.

    rate is "num/den"; start_frame is the record frame of the range's first frame (timecode origin included).
    """

    rate: Annotated[str, Meta(pattern=r"^[0-9]{1,9}/[0-9]{1,9}$")]
    frames: Annotated[int, Meta(ge=1, le=10_000_000)]
    start_frame: int = 0
    drop_frame: bool = False


class Guidance(msgspec.Struct, frozen=True, kw_only=True):
    """How strongly each kind of conditioning is followed; None means the engine's default.

    alignment: how strongly a classifier of its own holds the sound to the picture (Diff-Foley).
    """

    text: Scale | None = None
    cues: Scale | None = None
    picture: Scale | None = None
    alignment: SteepScale | None = None


class RegionKey(msgspec.Struct, frozen=True, kw_only=True):
    """Where the sounding object is in one frame (from the range's start): a rectangle in shares of the picture.

    A key belongs to the shot that its frame lies in. Between the keys of a shot the rectangle moves evenly, before the
    first and after the last it rests; a shot without keys is looked at as a whole.
    """

    frame: Annotated[int, Meta(ge=0)]
    x: Unit
    y: Unit
    width: Unit
    height: Unit


class PicturePoint(msgspec.Struct, frozen=True, kw_only=True):
    """A place in one frame (from the range's start), in shares of the picture."""

    frame: Annotated[int, Meta(ge=0)]
    x: Unit
    y: Unit


class CueRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Where cues come from when the user gave none, and how many: sensitivity 0 (few) … 1 (many).

    regions limit a picture's cues to what moves inside them.
    """

    source: CueSource = CueSource.PICTURE
    sensitivity: Unit = 0.5
    regions: Annotated[tuple[RegionKey, ...], Meta(max_length=MAX_REGION_KEYS)] = ()


class ShotPrompt(msgspec.Struct, frozen=True, kw_only=True):
    """Another prompt from the shot on that starts at frame (from the range's start)."""

    frame: Annotated[int, Meta(ge=0)]
    prompt: Text


# -- panel to backend ---------------------------------------------------------------------------------------------


class Hello(Message, frozen=True, kw_only=True):
    """First message on every connection; session is kept over reconnects."""

    major: int
    minor: int
    product: str
    session: Id


class Ping(Message, frozen=True, kw_only=True):
    """Answered at once by Pong with the same nonce."""

    nonce: int


class Analyse(Message, frozen=True, kw_only=True):
    """Predict cues for a range."""

    job_id: Id
    scope: Scope
    engine: Id = "mini"
    cues: CueRequest = CueRequest()


class Generate(Message, frozen=True, kw_only=True):
    """Make one take a seed. Everything that influences the sound is here and in the OTIO document.

    setting is one of the engine's own: "default", or for systems of others also as their authors run them. stem names
    the one object that is to be heard. stereo: two channels, panned by where the middle of cues.regions lies.
    """

    job_id: Id
    scope: Scope
    engine: Id = "mini"
    prompt: Text = ""
    negative: Text = ""
    seeds: Annotated[tuple[Seed, ...], Meta(min_length=1, max_length=MAX_TAKES)]
    cue_sheet: Annotated[tuple[Cue, ...], Meta(max_length=MAX_CUES)] | None = None
    cues: CueRequest = CueRequest()
    guidance: Guidance = Guidance()
    steps: Annotated[int, Meta(ge=1, le=MAX_STEPS)] | None = None
    sample_rate: Annotated[int, Meta(ge=8_000, le=192_000)] = 48_000
    loudness: Annotated[float, Meta(ge=-70, le=-5)] | None = -23.0
    setting: Id = DEFAULT_SETTING
    shot_prompts: Annotated[tuple[ShotPrompt, ...], Meta(max_length=MAX_SHOT_PROMPTS)] = ()
    stem: Text = ""
    stereo: bool = False


class Locate(Message, frozen=True, kw_only=True):
    """Find an object in a range, by words or by a point on it; answered by Located."""

    job_id: Id
    scope: Scope
    words: Text = ""
    point: PicturePoint | None = None


#: What becomes a job.
JobRequest = Analyse | Generate | Locate


class Cancel(Message, frozen=True, kw_only=True):
    """Stop a job of this session; answered by Cancelled, or by Done when it was faster."""

    job_id: Id


class Attach(Message, frozen=True, kw_only=True):
    """Replay the events of a job after sequence number `after` (0: all), and send later ones here."""

    job_id: Id
    after: Annotated[int, Meta(ge=0)] = 0


class Acknowledge(Message, frozen=True, kw_only=True):
    """The take was moved into the panel's store: the backend may forget it."""

    take_id: Id


class ListEngines(Message, frozen=True, kw_only=True):
    """Answered by EngineList."""


class Understand(Message, frozen=True, kw_only=True):
    """Ask how an engine reads a prompt; answered by Understood without a worker."""

    engine: Id = "mini"
    prompt: Text


class Load(Message, frozen=True, kw_only=True):
    """Get a worker and an engine ready before they are needed."""

    engine: Id = "mini"


class Unload(Message, frozen=True, kw_only=True):
    """End the worker and give its memory back; refused while a job runs.

    A stalled worker is ended all the same: its job fails, and may be sent again.
    """


class Stop(Message, frozen=True, kw_only=True):
    """End the backend; with force also when jobs run."""

    force: bool = False


Request = (
    Hello
    | Ping
    | Analyse
    | Generate
    | Locate
    | Cancel
    | Attach
    | Acknowledge
    | ListEngines
    | Understand
    | Load
    | Unload
    | Stop
)

# -- backend to panel ---------------------------------------------------------------------------------------------


class Welcome(Message, frozen=True, kw_only=True):
    """Answer to Hello. build names the installation that runs; features are optional abilities."""

    major: int
    minor: int
    product: str
    build: str
    pid: int
    features: tuple[str, ...] = ()


class Refused(Message, frozen=True, kw_only=True):
    """A message that was not accepted, with the job it named (if any). Nothing was changed."""

    code: ErrorCode
    message: str
    job_id: str | None = None


class Pong(Message, frozen=True, kw_only=True):
    """Answer to Ping."""

    nonce: int


class SoundClass(msgspec.Struct, frozen=True, kw_only=True):
    """A sound that an engine was trained on, as a menu shows it."""

    label: str
    group: str = ""


class EngineInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine is and needs.

    listens: of text, negative, picture, cues, objects. settings: what Generate may name. sounds: all that it knows;
    empty for an engine that takes any words. guidance: what None stands for in Generate's; what is None here as well
    cannot be set.
    """

    id: str
    name: str
    sample_rate: int
    window_seconds: float
    listens: tuple[str, ...]
    code_licence: str
    weights_licence: str
    size_bytes: int
    memory_bytes: int
    available: bool = True
    reason: str = ""
    settings: tuple[str, ...] = (DEFAULT_SETTING,)
    sounds: tuple[SoundClass, ...] = ()
    guidance: Guidance = Guidance()


class FinderInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Whether Locate can be answered here, else the reason. No engine is needed for it."""

    available: bool
    reason: str = ""


class EngineList(Message, frozen=True, kw_only=True):
    """All engines, those that cannot run here with the reason. finder: None of a backend that knows no Locate."""

    engines: tuple[EngineInfo, ...]
    finder: FinderInfo | None = None


class KnownSound(msgspec.Struct, frozen=True, kw_only=True):
    """A sound that an engine hears in a prompt: similarity 0 … 1, and a note such as "far away"."""

    label: str
    similarity: Unit
    note: str = ""


class Understood(Message, frozen=True, kw_only=True):
    """Answer to Understand. known: sounds are those that will be made; else they are only the nearest ones.

    An engine that takes any words knows each prompt, and names no sounds.
    """

    engine: str
    prompt: str
    sounds: tuple[KnownSound, ...] = ()
    known: bool = True


class WorkerState(Message, frozen=True, kw_only=True):
    """What the worker of a device does: "none", "starting", "idle", "busy", "stalled" or "lost".

    "stopped" is the backend's last word: somebody asked it to end, so that clients need not start it again at once.
    """

    state: str
    device: str = "cpu"
    engine: str | None = None
    queued: int = 0


class JobEvent(Message, frozen=True, kw_only=True):
    """Root of all that happens to one job; seq counts from 1 without gaps (coalesced Progress excepted)."""

    job_id: str
    seq: int = 0


class Accepted(JobEvent, frozen=True, kw_only=True):
    """The job stands in the queue; ahead is the number of jobs before it."""

    ahead: int


class Progress(JobEvent, frozen=True, kw_only=True):
    """Where a job is. phase: loading, decode, analyse, text, diffuse, vocode, align, finish.

    fraction grows and stays < 1. A phase whose result came from the cache never appears.
    """

    phase: str
    step: int = 0
    steps: int = 0
    take: int = 0
    fraction: Unit = 0.0
    eta_seconds: float | None = None


class Shot(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of the range, in frames from its start; name is the media's, empty for a gap."""

    start: int
    frames: int
    name: str = ""


class Analysed(JobEvent, frozen=True, kw_only=True):
    """What the picture (or the guide track) says. Binary frame 0: the strength curve, float32, curve_rate a second.

    confidence is 0 … 1: how sure it is that there are discrete events at all.
    """

    cues: tuple[Cue, ...]
    shots: tuple[Shot, ...] = ()
    curve_rate: str = "25/1"
    confidence: Unit = 0.0
    suggestions: tuple[str, ...] = ()
    cached: bool = False


class LocatedObject(msgspec.Struct, frozen=True, kw_only=True):
    """An object and where it is seen: a key for each frame that was looked at and shows it. score is 0 … 1."""

    label: str
    score: Unit
    regions: tuple[RegionKey, ...]


class Located(JobEvent, frozen=True, kw_only=True):
    """What Locate found, the surest first; empty where nothing was."""

    objects: tuple[LocatedObject, ...]


class Take(msgspec.Struct, frozen=True, kw_only=True):
    """One finished sound: a broadcast WAV in the backend's outbox, with everything that made it.

    cues are those that the engine obeyed; onsets are samples at CUE_RATE found in the sound; cue_error_ms is the mean
    distance of matched cues and onsets, None when there is nothing to match; missed counts cues without an onset.
    cue_lift is their F1 at ±50 ms less what the same onsets reach when they are moved round: 0 is chance.
    sounds_like names what the take could be mistaken for: "speech", "music".
    """

    take_id: Id
    job_id: str
    index: int
    seed: int
    engine: str
    prompt: str
    negative: str
    path: str
    sha256: str
    sample_rate: int
    samples: int
    cues: tuple[Cue, ...]
    onsets: tuple[int, ...]
    cue_error_ms: float | None
    missed: int = 0
    loudness_lufs: float | None = None
    licence: str = ""
    created: str = ""
    sounds_like: tuple[str, ...] = ()
    stem: str = ""
    channels: int = 1
    cue_lift: float | None = None


class TakeReady(JobEvent, frozen=True, kw_only=True):
    """A take is on disk; kept until Acknowledge."""

    take: Take


class Done(JobEvent, frozen=True, kw_only=True):
    """All takes were sent."""


class Cancelled(JobEvent, frozen=True, kw_only=True):
    """The job ended because its owner asked; takes that were ready stay valid."""


class Failed(JobEvent, frozen=True, kw_only=True):
    """The job ended without all its takes. detail is for the bug report, not for the user."""

    code: ErrorCode
    message: str
    detail: str = ""
    retryable: bool = False


Event = (
    Welcome
    | Refused
    | Pong
    | EngineList
    | Understood
    | WorkerState
    | Accepted
    | Progress
    | Analysed
    | Located
    | TakeReady
    | Done
    | Cancelled
    | Failed
)

#: Events after which nothing more happens to a job.
TERMINAL_EVENTS = (Done, Cancelled, Failed)
