# SPDX-License-Identifier: GPL-3.0-or-later
"""The field's extractors at small width: published names, front ends and heads against independent formulas."""

import math
from pathlib import Path

import librosa
import numpy as np
import pytest
import torch
from transformers import ClapConfig, ClapFeatureExtractor, ClapModel, ClapProcessor, RobertaTokenizer

from fakes import small_extractors
from fakes.evaluation_sets import clicks, write_sound
from foleycue_backend.evaluation import cnn14, vggish
from foleycue_backend.evaluation.band_limited import resample_band_limited
from foleycue_backend.evaluation.clap import CheckpointClap, FolderClap, ten_seconds
from foleycue_backend.evaluation.htsat import Htsat
from foleycue_backend.evaluation.log_mel import LogMel
from foleycue_backend.evaluation.pam import CHUNK, Pam, chunks
from foleycue_backend.evaluation.sounds import Sound
from foleycue_backend.evaluation.weights import MissingWeights, Weights
from foleycue_shared.errors import FoleyCueError

NOISE = np.random.default_rng(0).standard_normal(48_000).astype(np.float32) * 0.1


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small_extractors.write_all(tmp_path_factory.mktemp("weights"))


def test_published_widths_give_the_published_number_of_parameters():
    with torch.device("meta"):
        net, features = cnn14.Cnn14(), vggish.VGGish()
    learned = [p.numel() for name, p in net.named_parameters() if "_extractor" not in name]
    assert sum(learned) == 80_753_615
    assert net.state_dict()["fc1.weight"].shape == (2048, 2048)
    assert net.state_dict()["spectrogram_extractor.stft.conv_real.weight"].shape == (257, 1, 512)
    assert sum(p.numel() for p in features.parameters()) == 72_141_184
    assert [name for name in features.state_dict() if name.endswith("weight")] == [
        *(f"features.{k}.weight" for k in (0, 3, 6, 8, 11, 13)),
        *(f"embeddings.{k}.weight" for k in (0, 2, 4)),
    ]


def test_the_front_end_is_librosas_log_mel():
    net = LogMel(512, 160, 64)
    net.logmel_extractor.melW.data = small_extractors.mel_filters(512, 50, 8000, 16_000)
    ours = net.log_mel(torch.from_numpy(NOISE)[None])[0, 0].detach().numpy()
    power = librosa.feature.melspectrogram(
        y=NOISE, sr=16_000, n_fft=512, hop_length=160, n_mels=64, fmin=50, fmax=8000, pad_mode="reflect"
    )
    assert np.abs(ours - librosa.power_to_db(power, ref=1.0, amin=1e-10, top_db=None).T).max() < 1e-3


def test_cnn14_reads_its_widths_and_gives_features_and_logits(folder):
    net = Weights(folder).cnn14()
    features, logits = cnn14.extract(net, Sound(NOISE, 48_000))
    assert features.shape == (6,) and logits.shape == (5,)
    assert features.min() >= 0
    again = net.fc_audioset(torch.from_numpy(features)[None])[0].detach().numpy()
    assert logits == pytest.approx(again, abs=1e-6)


def test_sound_is_prepared_as_the_field_does():
    wave = cnn14.prepare(Sound(NOISE[:16_000] + np.float32(0.5), 16_000))
    assert wave.shape == (1, 32_000)
    assert float(wave[0, :16_000].mean()) == pytest.approx(0, abs=1e-5)
    assert not wave[0, 16_000:].any()
    assert cnn14.prepare(Sound(NOISE[:0], 16_000)).shape == (1, 32_000)
    assert cnn14.prepare(Sound(np.tile(NOISE, 3), 48_000)).shape == (1, 48_000)


@pytest.mark.parametrize(("source", "target"), [(44_100, 16_000), (16_000, 22_050), (48_000, 16_000)])
def test_resampling_keeps_a_tone_and_drops_what_the_new_rate_cannot_hold(source, target):
    seconds = np.arange(source) / source
    limit = min(source, target) / 2
    tone = torch.from_numpy(np.sin(2 * np.pi * 1000 * seconds)).float()
    kept = resample_band_limited(tone, source, target)
    expected = np.sin(2 * np.pi * 1000 * np.arange(target) / target)
    assert len(kept) == target
    assert np.abs(kept.numpy() - expected)[100:-100].max() < 0.01
    if source > target:
        high = torch.from_numpy(np.sin(2 * np.pi * 1.3 * limit * seconds)).float()
        assert resample_band_limited(high, source, target)[100:-100].abs().max() < 0.01


def test_vggish_examples_are_whole_and_its_filters_are_triangles():
    assert vggish.log_mel_examples(NOISE[: 400 + 95 * 160]).shape == (1, 1, 96, 64)
    assert vggish.log_mel_examples(NOISE[: 399 + 95 * 160]).shape == (0, 1, 96, 64)
    filters = vggish.mel_filters()
    assert filters.shape == (257, 64)
    assert not filters[0].any() and filters.max() <= 1
    hertz = np.arange(257) * 31.25
    assert not filters[(hertz < 125) | (hertz > 7500)].any()
    # One frame by hand: magnitude of a Hann window padded to 512, not its square.
    frame = NOISE[160:560] * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400))
    by_hand = np.log(np.abs(np.fft.fft(frame, 512))[:257] @ filters + 0.01)
    assert vggish.log_mel_examples(NOISE)[0, 0, 1].numpy() == pytest.approx(by_hand, abs=1e-5)


def test_vggish_flattens_with_channels_last_and_has_no_last_activation(folder):
    net = Weights(folder).vggish()
    features = vggish.extract(net, Sound(NOISE[:16_000], 16_000))
    assert features.shape == (2, 6)
    examples = vggish.log_mel_examples(cnn14.prepare(Sound(NOISE[:16_000], 16_000))[0].numpy())
    picture = net.features(examples)
    assert picture.shape == (2, 4, 6, 4)
    flat = torch.stack([picture[:, c, t, b] for t in range(6) for b in range(4) for c in range(4)], 1)
    assert features == pytest.approx(net.embeddings(flat).detach().numpy(), abs=1e-5)


def test_clap_from_the_checkpoint_is_the_stock_model(folder, tmp_path):
    """The same weights by the authors' names and in the stock layout hear and read the same."""
    clap = Weights(folder).clap()[0]
    stock = tmp_path / "clap-htsat-unfused"
    write_stock_clap(clap, stock, folder / "roberta-base")
    other, source = Weights(tmp_path).clap()
    assert source == "clap-htsat-unfused" and isinstance(other, FolderClap)
    sound = Sound(NOISE, 16_000)
    assert float(clap.hear(sound).norm()) == pytest.approx(1)
    assert clap.hear(sound).numpy() == pytest.approx(other.hear(sound).numpy(), abs=2e-4)
    assert float((clap.hear(sound) - clap.hear(Sound(clicks((0.5, 2.0)), 16_000))).norm()) > 0.01
    assert clap.read("a dog barks").numpy() == pytest.approx(other.read("a dog barks").numpy(), abs=1e-5)
    assert float((clap.read("a dog barks") - clap.read("rain")).norm()) > 0.01


def write_stock_clap(clap: CheckpointClap, target: Path, tokenizer: Path) -> None:
    """A checkpoint's networks as a stock model with its processor."""
    ear, text = clap._ear.encoder, clap._text
    config = ClapConfig(
        audio_config={**ear.config.to_dict(), "projection_dim": small_extractors.SIZE},
        text_config={**text.config.to_dict(), "projection_dim": small_extractors.SIZE, "model_type": "clap_text_model"},
        projection_dim=small_extractors.SIZE,
    )
    model = ClapModel(config)
    model.audio_model.audio_encoder.load_state_dict(ear.state_dict())
    model.text_model.load_state_dict(text.state_dict(), strict=False)
    for ours, theirs in (
        (clap._audio_projection, model.audio_projection),
        (clap._text_projection, model.text_projection),
    ):
        theirs.linear1.load_state_dict(ours[0].state_dict())
        theirs.linear2.load_state_dict(ours[2].state_dict())
    model.save_pretrained(target)
    features = ClapFeatureExtractor(truncation="rand_trunc", frequency_min=50, frequency_max=14_000)
    ClapProcessor(features, RobertaTokenizer.from_pretrained(tokenizer)).save_pretrained(target)


def test_clap_hears_ten_seconds_on_sixteen_bit_steps():
    short = ten_seconds(Sound(NOISE[: 4 * 4800], 48_000))
    assert short.shape == (480_000,)
    assert np.array_equal(short[:19_200], short[19_200:38_400])
    assert np.allclose(short * 32767, np.round(short * 32767), atol=1e-2)
    assert ten_seconds(Sound(np.tile(NOISE, 11), 48_000)).shape == (480_000,)
    assert not ten_seconds(Sound(NOISE[:0], 48_000)).any()


def test_long_sounds_are_heard_in_overlapping_pieces():
    net = Htsat.from_published(small_extractors.htsat_state(320, 1024, 8000, 44_100), 320)
    sound = torch.from_numpy(np.tile(NOISE, 10)[:441_000])[None]
    with torch.inference_mode():
        level = net.log_mel(sound)
        assert level.shape[2] == 1379
        pieces = [net.encoder(level[:, :, start : start + 689]).pooler_output for start in (0, 344, 688)]
        assert torch.allclose(net(sound), torch.stack(pieces).mean(0))


def test_pam_is_the_mean_over_chunks_of_a_softmax_over_two_sentences(folder, tmp_path):
    pam = Weights(folder).pam()
    sound = np.tile(NOISE, 11)[: CHUNK + 4410]
    path = write_sound(tmp_path / "long.wav", sound, 44_100)
    score = pam.score(path)
    assert score is not None and 0 < score < 1
    heard = (np.clip(sound, -1, 1) * 32767).astype(np.int16) / np.float32(32768)
    by_hand = []
    for chunk in (heard[:CHUNK], np.tile(heard[CHUNK:], 100)):
        with torch.inference_mode():
            embedding = pam._audio_projection(pam._ear(torch.from_numpy(chunk.astype(np.float32))[None]))[0].double()
        cosines = [float(embedding @ s.double() / embedding.norm()) for s in pam._sentences]
        by_hand.append(1 / (1 + math.exp(cosines[1] - cosines[0])))
    assert score == pytest.approx(np.mean(by_hand), abs=1e-5)
    assert float(pam._sentences[0].norm()) == pytest.approx(math.exp(2.0), rel=1e-5)


def test_pam_takes_channels_one_after_the_other(folder, tmp_path):
    pam = Weights(folder).pam()
    left, right = clicks((0.5, 2.0)), NOISE[:64_000].repeat(2)[:64_000]
    stereo = write_sound(tmp_path / "stereo.wav", np.stack([left, right], 1))
    after = write_sound(tmp_path / "after.wav", np.concatenate([left, right]))
    assert pam.score(stereo) == pytest.approx(pam.score(after), abs=5e-3)
    assert pam.score(write_sound(tmp_path / "empty.wav", left[:0])) is None


def test_the_last_chunk_is_repeated_until_it_is_full():
    pieces = chunks(np.arange(CHUNK + 3, dtype=np.float32))
    assert [len(piece) for piece in pieces] == [CHUNK, CHUNK]
    assert pieces[1][:7].tolist() == [CHUNK, CHUNK + 1, CHUNK + 2] * 2 + [CHUNK]
    assert len(chunks(np.zeros(CHUNK, np.float32))) == 1


def test_a_missing_file_is_named_with_its_place(tmp_path):
    weights = Weights(tmp_path)
    with pytest.raises(MissingWeights, match=r"put Cnn14_16k_mAP=0\.438\.pth .* at .*Cnn14"):
        weights.cnn14()
    for load in (weights.vggish, weights.pam, weights.clap):
        with pytest.raises(MissingWeights, match="weights missing"):
            load()
    assert len(weights.missing()) == 6


def test_a_file_of_another_kind_is_refused_in_a_sentence(tmp_path):
    torch.save({"other": torch.zeros(2)}, tmp_path / "CLAP_weights_2023.pth")
    torch.save({"model": {"fc1.weight": torch.zeros(2, 2)}}, tmp_path / "Cnn14_16k_mAP=0.438.pth")
    (tmp_path / "vggish-10086976.pth").write_bytes(b"nonsense")
    weights = Weights(tmp_path)
    for load in (weights.pam, weights.cnn14, weights.vggish):
        with pytest.raises(FoleyCueError, match=r"does not hold the weights|damaged"):
            load()


class Poison:
    def __reduce__(self):
        return print, ("poisoned",)


def test_a_poisoned_pickle_is_not_run(tmp_path, capsys):
    torch.save({"model": Poison()}, tmp_path / "Cnn14_16k_mAP=0.438.pth")
    with pytest.raises(FoleyCueError, match="more than weights"):
        Weights(tmp_path).cnn14()
    assert "poisoned" not in capsys.readouterr().out


def test_pam_needs_its_own_names():
    with pytest.raises(KeyError):
        Pam({})
