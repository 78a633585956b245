# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands `voice`, which trains the net that tells a voice's onsets from those of things, and `speech`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from foleycue_backend.stages.speech import WEIGHTS as SPEECH_WEIGHTS
from foleycue_backend.stages.voice import WEIGHTS, VoiceNet
from foleycue_backend.training.common.pace import Log
from foleycue_backend.training.mini.bank import Bank
from foleycue_backend.training.voice.published import convert
from foleycue_backend.training.voice.scenes import examples, make_scene
from foleycue_backend.training.voice.spoken import Speakers

HIDDEN = 64
STEPS = 4_000
BATCH = 256
VARIANTS = 40


def add_commands(what: Any) -> None:  # noqa: ANN401 - argparse does not name this type
    """Add the command to the subparsers of the training."""
    voice = what.add_parser("voice", help="train the net that tells a voice's onsets from those of things")
    voice.add_argument("--out", type=Path, default=WEIGHTS, help="the file of weights")
    voice.add_argument("--scenes", type=int, default=1_500, help="scenes of 6 s")
    voice.add_argument("--speech", type=Path, help="a folder of speech to learn from, beside the synthesiser's")
    voice.add_argument("--seed", type=int, default=0)
    voice.set_defaults(run=_train)
    speech = what.add_parser("speech", help="take the speech detector's weights from the package silero-vad")
    speech.add_argument("published", type=Path, help="its file silero_vad/data/silero_vad.jit")
    speech.set_defaults(run=_convert)


def _train(args: argparse.Namespace, log: Log) -> None:
    bank, speakers = Bank(VARIANTS, args.seed), Speakers(args.speech)
    rows: list[np.ndarray[Any, Any]] = []
    labels: list[bool] = []
    held_out_from = 0
    for index in range(args.scenes):
        if index == args.scenes - args.scenes // 8:
            held_out_from = len(rows)
        found = examples(make_scene(index, args.seed, bank, speakers))
        rows += found[0]
        labels += found[1]
        if index % 200 == 199:
            log(f"{index + 1} scenes, {len(rows)} onsets, {np.mean(labels):.2f} of them a voice's")
    x, y = np.array(rows, np.float32), np.array(labels, np.float32)
    net = fit(x[:held_out_from], y[:held_out_from], args.seed)
    net.save(args.out)
    guess, truth = net(x[held_out_from:]) > 0.5, y[held_out_from:] > 0.5
    log(
        f"held out: {np.mean(guess[truth]):.3f} of a voice's onsets known, {np.mean(guess[~truth]):.3f} of others taken"
    )
    log(f"{args.out}: {args.out.stat().st_size / 1024:.0f} KiB")


def _convert(args: argparse.Namespace, log: Log) -> None:
    convert(args.published)
    log(f"{SPEECH_WEIGHTS}: {SPEECH_WEIGHTS.stat().st_size / 1024:.0f} KiB")


def fit(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any], seed: int) -> VoiceNet:
    """A net for features x (n, features) and labels y (n,), both kinds weighing the same."""
    torch.manual_seed(seed)
    mean, spread = x.mean(0), x.std(0) + 0.05
    data, truth = torch.from_numpy((x - mean) / spread), torch.from_numpy(y)
    model = nn.Sequential(nn.Dropout(0.2), nn.Linear(x.shape[1], HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))
    optimiser = torch.optim.AdamW(model.parameters(), 2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, STEPS)
    weight = torch.tensor((1 - y.mean()) / max(1e-6, y.mean()))
    for _ in range(STEPS):
        pick = torch.randint(len(data), (BATCH,))
        logits = model(data[pick] + 0.1 * torch.randn(BATCH, x.shape[1]))[:, 0]
        loss = nn.functional.binary_cross_entropy_with_logits(logits, truth[pick], pos_weight=weight)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    first, last = model[1], model[3]
    assert isinstance(first, nn.Linear) and isinstance(last, nn.Linear)
    return VoiceNet(
        mean,
        spread,
        first.weight.detach().numpy().T,
        first.bias.detach().numpy(),
        last.weight.detach().numpy()[0],
        last.bias.detach().numpy()[0],
    )
