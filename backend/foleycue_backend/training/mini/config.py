# SPDX-License-Identifier: GPL-3.0-or-later
"""Every number that decides what the training makes."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """`minutes` of wall time or a number of `steps` (which wins if both are given) decide the length."""

    seed: int = 0
    minutes: float | None = None
    steps: int | None = None
    device: str = "cpu"
    # Data: clips of 5.76 s in shards; the pool starts with `first_shards` and grows by one every `grow_every`
    # steps, so that training starts early and still depends on nothing but the seed.
    recordings: str = ""  # folder of the recorded one-shots; none without
    more: tuple[tuple[str, int], ...] = ()  # classes that come so many times more often in a round of clips
    variants: int = 120
    shard_clips: int = 256
    first_shards: int = 8
    total_shards: int = 120
    grow_every: int = 20
    clip_seconds: float = 5.76
    codec_clips: int = 392
    # Model.
    channels: int = 96
    width: int = 192
    dilations: tuple[int, ...] = (1, 2, 4, 1, 2, 4, 1, 4)
    kernel: int = 7
    # Optimisation.
    batch: int = 20
    crop: int = 104
    from_start: float = 0.5
    rate: float = 1.5e-3
    warmup: int = 300
    ema: float = 0.9995
    drop_text: float = 0.10
    drop_cues: float = 0.12
    drop_words: float = 0.40
    drop_traits: float = 0.40
    strike_noise: float = 0.0  # part of the crops whose strikes have much of their noise in common
    start: str = ""  # name of the weights to begin with; random ones without
    keep: float = 0.0  # part of these in the finished ones
    checkpoint_every: int = 500

    def to_dict(self) -> dict[str, object]:
        """Plain values, for the model card and the checkpoint."""
        return asdict(self)


#: What goes on from trained weights: with the noise of the pipeline, at a rate that does not undo what they know.
POLISH = TrainConfig(rate=1e-3, warmup=100, total_shards=60, grow_every=40, strike_noise=0.7)
