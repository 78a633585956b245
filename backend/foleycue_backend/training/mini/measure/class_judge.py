# SPDX-License-Identifier: GPL-3.0-or-later
"""A classifier that says which class a sound is, and the embedding beneath its answer.

It is trained on true mixtures from other seeds than the model's, and on held-out recordings where there are any, so
it measures whether the model keeps the classes apart as its teacher does, not realism. Its accuracy on true mixtures
that neither has heard stands beside every figure as the ceiling.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from foleycue_backend.engines.mini.classes import NAMES
from foleycue_backend.engines.mini.cues import FRAME_RATE
from foleycue_backend.engines.mini.mel import BANDS, HOP, log_mel
from foleycue_backend.training.common.pace import Log, cosine
from foleycue_backend.training.mini.bank import Bank
from foleycue_backend.training.mini.mixing import Clip, make_clip
from foleycue_backend.training.mini.recordings import recorded_one_shots
from foleycue_backend.training.mini.synthesis import Audio

#: Not the seed of any training, nor of what is measured.
JUDGE_SEED = 77_001
EMBEDDING = 128
_CROP = 320
_RANGE = 11.0


class ClassJudge(nn.Module):
    """Log-mel (batch, bands, frames) to class logits (batch, classes)."""

    def __init__(self, bands: int = BANDS) -> None:
        super().__init__()
        sizes = ((bands, 96, 5), (96, 128, 5), (128, 160, 3))
        self.layers = nn.Sequential(
            *(
                part
                for narrow, wide, kernel in sizes
                for part in (nn.Conv1d(narrow, wide, kernel, 2, kernel // 2), nn.BatchNorm1d(wide), nn.GELU())
            )
        )
        self.neck = nn.Sequential(nn.Linear(3 * 160, EMBEDDING), nn.GELU())
        self.head = nn.Linear(EMBEDDING, len(NAMES))

    def embed(self, mel: Tensor) -> Tensor:
        """(batch, EMBEDDING): what the answer is read from."""
        # Level is no class: loud and soft versions must look alike.
        x = (mel - mel.amax((1, 2), keepdim=True)).clamp_min(-_RANGE) / 3.0 + 1.8
        h = self.layers(x)
        return self.neck(torch.cat([h.mean(-1), h.amax(-1), h.std(-1)], 1))

    def forward(self, mel: Tensor) -> Tensor:
        return self.head(self.embed(mel))


def hear(judge: ClassJudge, audio: Audio) -> tuple[str, npt.NDArray[np.float32]]:
    """The class name that the judge hears, and its embedding (EMBEDDING,)."""
    with torch.inference_mode():
        vector = judge.embed(log_mel(torch.from_numpy(audio), len(audio) // HOP)[None])
        return NAMES[int(judge.head(vector).argmax())], vector[0].numpy()


def _starts(clip: Clip, frames: int) -> list[int]:
    """Frames at which a crop holds the class: anywhere in a bed, a little before any cue of an event."""
    last = frames - _CROP
    if clip.cues is None:
        return list(range(0, last + 1, 16))
    return [min(last, max(0, int(t * FRAME_RATE) - 40)) for t, s in clip.cues if s > 0.3]


def judge_clips(count: int, bank: Bank, log: Log) -> list[tuple[Tensor, list[int], int]]:
    """(mel float16, crop starts, class) of `count` true mixtures, without those in which nothing sounds."""
    rows = []
    for index in range(count):
        clip = make_clip(index, JUDGE_SEED, bank)
        mel = log_mel(torch.from_numpy(clip.audio), len(clip.audio) // HOP)
        if starts := _starts(clip, mel.shape[-1]):
            rows.append((mel.half(), starts, clip.label))
        if index % 500 == 499:
            log(f"  {index + 1} of {count} clips")
    return rows


def _blur(mel: Tensor, gen: torch.Generator) -> Tensor:
    """What sets painted sound apart from true sound, in random measure: soft partials, grainy noise."""
    soft = nn.functional.avg_pool2d(mel[:, None], 3, 1, 1)[:, 0]
    mel = torch.lerp(mel, soft, torch.rand(len(mel), 1, 1, generator=gen))
    return mel + 0.3 * torch.rand(len(mel), 1, 1, generator=gen) * torch.randn(mel.shape, generator=gen)


def _batch(rows: Sequence[tuple[Tensor, list[int], int]], size: int, gen: torch.Generator) -> tuple[Tensor, Tensor]:
    picked = [rows[i] for i in torch.randint(len(rows), (size,), generator=gen).tolist()]
    mels = []
    for mel, starts, _ in picked:
        first = starts[int(torch.randint(len(starts), (), generator=gen))]
        mels.append(mel[:, first : first + _CROP])
    return torch.stack(mels).float(), torch.tensor([label for _, _, label in picked])


def train_judge(rows: Sequence[tuple[Tensor, list[int], int]], steps: int, log: Log, seed: int = 5) -> ClassJudge:
    """A judge trained on crops of 3.2 s."""
    torch.manual_seed(seed)
    gen = torch.Generator().manual_seed(seed)
    judge = ClassJudge()
    optimiser = torch.optim.AdamW(judge.parameters(), lr=2e-3, weight_decay=0.02)
    for step in range(steps):
        mel, labels = _batch(rows, 48, gen)
        loss = nn.functional.cross_entropy(judge(_blur(mel, gen)), labels, label_smoothing=0.05)
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * cosine(step / steps) + 1e-5
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        if step % 200 == 199:
            log(f"  step {step + 1} of {steps}, loss {loss.item():.2f}")
    return judge.eval()


def load_judge(path: Path, recordings: Path | None, log: Log, clips: int = 2940, steps: int = 1400) -> ClassJudge:
    """The judge, trained on first use and kept at `path`; it hears the held-out recordings of a folder, if given."""
    judge = ClassJudge()
    if path.is_file():
        judge.load_state_dict(torch.load(path, weights_only=True))
        return judge.eval()
    log("training the class judge")
    recorded = recorded_one_shots(recordings, held_out=True) if recordings else None
    judge = train_judge(judge_clips(clips, Bank(60, JUDGE_SEED, recorded), log), steps, log)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(judge.state_dict(), path)
    return judge
