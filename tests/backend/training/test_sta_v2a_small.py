# SPDX-License-Identifier: GPL-3.0-or-later
"""The small model's clips, its shipped weights, and whether these obey an edited cue."""

from pathlib import Path

import numpy as np
import pytest
import torch

from foleycue_backend.engines.parts.schedule import solver
from foleycue_backend.engines.sta_v2a.cue_rule import RULE
from foleycue_backend.engines.sta_v2a.guidance import Scales
from foleycue_backend.engines.sta_v2a.local_features import LocalFeatures
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPrediction, OnsetPredictor
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.engines.sta_v2a.steering import cues_from_logits, steer
from foleycue_backend.training.__main__ import main
from foleycue_backend.training.mini.bank import Bank
from foleycue_backend.training.mini.judge import onset_f1, salient_onsets
from foleycue_backend.training.sta_v2a.small import codec_tasks, networks, phase_pictures, phase_prior, phase_vocoder
from foleycue_backend.training.sta_v2a.small.bank import render
from foleycue_backend.training.sta_v2a.small.pictures import pictures
from foleycue_backend.training.sta_v2a.small.sounds import KINDS, RATE, SAMPLES, sound, strikes
from foleycue_shared.cues import Cue
from foleycue_shared.timing import CUE_RATE

WEIGHTS = Path(__file__).parents[2] / "data" / "sta_v2a_small"
FRAMES, SEED = 128, 77


def test_clips_are_a_function_of_index_and_seed():
    bank = Bank(4, 3)
    clip = strikes(2, 3)
    assert clip == strikes(2, 3) != strikes(2, 4) and clip.kind == KINDS[2]
    wave = sound(clip, 2, 3, bank)
    np.testing.assert_array_equal(wave, sound(clip, 2, 3, Bank(4, 3)))
    assert wave.shape == (SAMPLES,) and np.abs(wave).max() == pytest.approx(0.5)
    assert onset_f1(salient_onsets(wave, RATE), [t for t in clip.times if t > 0.1]) > 0.9
    np.testing.assert_array_equal(pictures(clip.times, 2, 3), pictures(clip.times, 2, 3))


def test_pictures_move_about_a_strike_only():
    shown = pictures((5.1,), 0, 1).astype(int)
    change = np.abs(np.diff(shown, axis=0)).mean((1, 2, 3))
    # Second 5.1 lies between pictures 20 and 21; camera and grain move always.
    assert change[19:22].min() > 1.2 * np.delete(change, range(17, 24)).max()


def test_tokens_end_as_t5s_do():
    tokenizer = networks.tokenizer()
    ids = tokenizer(["", "knock on a door"])["input_ids"]
    assert ids[0] == [tokenizer.eos_token_id] and ids[1][-1] == tokenizer.eos_token_id and len(ids[1]) > 2


def test_each_phase_takes_a_step():
    pytest.importorskip("librosa")
    clips = render(2, 4)
    tokenizer = networks.tokenizer()
    posterior = phase_prior.encode_clips(vae := networks.vae(), clips)
    sets = [(posterior, clips), (posterior, clips)]
    phase_vocoder.wake(vocoder := networks.vocoder())
    parts = networks.video_encoder(), LocalFeatures(), OnsetPredictor()
    tasks = (
        codec_tasks.VaeTask(vae, clips, clips),
        codec_tasks.VocoderTask(vocoder, clips, clips),
        phase_pictures.PictureTask(*parts, clips, clips),
        phase_prior.PriorTask(networks.unet(), networks.text_encoder(len(tokenizer)), tokenizer, sets),
    )
    for task in tasks:
        task.train()
        loss = task(task.batch(1, torch.Generator().manual_seed(0)))
        loss.backward()
        assert loss.isfinite() and all(p.grad is not None for p in task.trained().values())
        assert len(list(task.held_out())) >= 1
    # The encoder stays frozen in eval mode; only its batch norms learn their statistics.
    assert not parts[0].training and any(m.training for m in parts[0].modules())


def test_a_wrong_phase_or_folder_is_said(tmp_path, capsys):
    assert main(["sta-v2a-small", "--out", str(tmp_path), "--steps", "nonsense=3"]) == 2
    assert "PHASE=N" in capsys.readouterr().err
    (tmp_path / "config.json").write_text('{"seed": 5}')
    assert main(["sta-v2a-small", "--out", str(tmp_path)]) == 2
    assert "another" in capsys.readouterr().err


@pytest.fixture(scope="module")
def small():
    if not WEIGHTS.is_dir():
        pytest.skip("the small weights are not in this copy of the repository")
    return StaV2aPipeline.from_pretrained(WEIGHTS, dtype=torch.float32)


def take(pipe, features, control):
    """Onsets of a take of FRAMES latent frames; all takes start from the same noise."""
    latents = torch.randn(1, 8, FRAMES, 16, generator=torch.Generator().manual_seed(SEED))
    scheduler = solver("dpm++", {"timestep_spacing": "trailing"})
    text = pipe.encode_prompt(["knock on a door"])
    made = pipe.denoise(features, text, control[:, :FRAMES], latents, 12, Scales(), scheduler)
    return salient_onsets(pipe.vocode(pipe.decode(made))[0].numpy(), RATE)


# diffusers' solver hands tensors to NumPy in a way that NumPy 2 warns of.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_shipped_weights_see_strikes_and_sound_where_an_edited_sheet_says(small):
    times = (1.0, 2.2, 3.5, 4.4)
    shown = torch.from_numpy(pictures(times, 5, SEED)).permute(0, 3, 1, 2)[None].float() / 255
    features = small.encode_video(shown)
    prediction = small.predict_onsets(features)
    own = [cue.sample / CUE_RATE for cue in cues_from_logits(prediction.logits[0], RULE) if cue.sample < 5 * CUE_RATE]
    assert onset_f1(own, times, 0.13) >= 0.75
    sheet = [Cue(round(t * CUE_RATE)) for t in (0.6, 1.7, 2.9, 4.0)]
    control = steer(OnsetPrediction(*prediction), small.onset_predictor.l2, sheet, RULE)
    placed = [cue.sample / CUE_RATE for cue in sheet]
    before, after = take(small, features, prediction.hidden), take(small, features, control)
    assert onset_f1(after, placed) > onset_f1(before, placed)
    # The model was trained on quarter seconds, and an edited cue is one of them.
    assert onset_f1(after, placed, 0.13) >= 0.75
    assert onset_f1(before, placed, 0.13) <= 0.4
