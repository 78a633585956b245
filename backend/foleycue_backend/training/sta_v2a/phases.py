# SPDX-License-Identifier: GPL-3.0-or-later
"""The two phases of a user's training, from data set to model folder."""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path

import torch

from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.training.common.pace import Log
from foleycue_backend.training.sta_v2a import model_folder
from foleycue_backend.training.sta_v2a.control import ControlOptions, ControlTask
from foleycue_backend.training.sta_v2a.dataset import read_dataset
from foleycue_backend.training.sta_v2a.features import FeatureSet
from foleycue_backend.training.sta_v2a.prepare import prepare
from foleycue_backend.training.sta_v2a.pretext import PretextTask
from foleycue_backend.training.sta_v2a.runner import Plan, Runner
from foleycue_backend.training.sta_v2a.task import Task
from foleycue_shared.errors import ErrorCode, FoleyCueError

FRAMES = 256


def train_onsets(args: argparse.Namespace, log: Log) -> Path:
    """The pretext task; returns the folder of the model with its new predictor."""
    pipe, clips, held_out = _start(args, log)
    if args.fresh:
        model_folder.fresh_onsets(pipe)
    return _train(PretextTask(pipe.local_features, pipe.onset_predictor, clips, held_out), pipe, args, log)


def train_control(args: argparse.Namespace, log: Log) -> Path:
    """The control phase; returns the folder of the finished model."""
    if args.crop is not None and args.crop > FRAMES:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"--crop {args.crop} is longer than a clip of {FRAMES} frames.")
    pipe, clips, held_out = _start(args, log)
    if args.onsets is not None:
        model_folder.take_onsets(pipe, args.onsets)
    if args.fresh or args.prior is not None:
        model_folder.from_prior(pipe, args.prior)
    options = ControlOptions(
        snr_gamma=args.snr_gamma,
        drop_text=args.drop_text,
        train_onsets=args.train_onsets,
        crop=args.crop,
        steered=args.steered,
    )
    return _train(ControlTask(pipe, clips, held_out, options), pipe, args, log)


def _start(args: argparse.Namespace, log: Log) -> tuple[StaV2aPipeline, FeatureSet, FeatureSet]:
    """The base model and the features of the clips, made by its frozen parts."""
    if importlib.util.find_spec("librosa") is None:
        raise FoleyCueError(ErrorCode.BAD_INPUT, "The onset labels are made by librosa: install it with pip.")
    torch.manual_seed(args.seed)
    data = read_dataset(args.data)
    pipe = model_folder.load_base(model_folder.base_folder(args.base))
    if not args.cpu and torch.cuda.is_available():
        pipe.to("cuda")
    log(f"{len(data.train)} clips to train on, {len(data.validation)} to validate on")
    folder = args.out / "features"
    return pipe, prepare(pipe, data.train, folder, log), prepare(pipe, data.validation, folder, log)


def _train(task: Task, pipe: StaV2aPipeline, args: argparse.Namespace, log: Log) -> Path:
    plan = Plan(
        steps=args.steps,
        minutes=args.minutes,
        batch=args.batch,
        rate=args.rate,
        seed=args.seed,
        precision=args.precision,
        cpu=args.cpu,
        checkpoint_every=args.checkpoint_every,
    )
    work = args.out / args.phase
    work.mkdir(parents=True, exist_ok=True)
    runner = Runner(task, plan, work, log)
    runner.run()
    folder = args.out / "model"
    if runner.accelerator.is_main_process:
        model_folder.save_model(pipe.to("cpu"), folder)
        log(f"model in {folder}")
    return folder
