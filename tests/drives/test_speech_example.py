"""examples/speech.toml: a recorded voice makes the neuron spike where it is loud, and the memristor remembers it.

The first word and the pause after it, the classical neuron.
"""

from pathlib import Path

import numpy as np
import pytest

import quspike as qs
from oracles import require_oracle
from quspike.drives.wav import read_wav

EXAMPLE = Path(__file__).parents[2] / "examples" / "speech.toml"
SECONDS, SCALE = 0.75, 2e-6
LOUD, WINDOW = 0.05, 0.02  # of full scale, rms; s of sound


@pytest.fixture(scope="module")
def envelope():
    """Times (s of sound) and the running rms of the recording."""
    recording = require_oracle("alsa-sounds") / "Front_Center.wav"
    channels, rate = read_wav(recording.read_bytes(), recording.name)
    sound = channels[: round(SECONDS * rate), 0]
    window = np.ones(round(WINDOW * rate)) / round(WINDOW * rate)
    return np.arange(len(sound)) / rate, np.sqrt(np.convolve(sound**2, window, mode="same"))


@pytest.fixture(scope="module")
def ds(envelope):
    return qs.run(qs.load(EXAMPLE).replace(method="classical", duration=SECONDS * SCALE, save_every="10 ns"))


def test_spikes_fall_where_the_voice_is_loud(ds, envelope):
    """Catches: time_scale off by a factor or upside down; a recording that begins late."""
    heard = np.interp(ds.spike_time.values / SCALE, *envelope)
    assert 10 < len(heard) < 30
    assert heard.min() > LOUD
    assert np.mean(envelope[1] > LOUD) < 0.35


def test_the_memristor_remembers_through_silence(ds):
    """It falls during the word and stays through the pause. Catches: a memory that a silent input moves."""
    m = ds.memristance.sel(element="MEM1")
    assert float(m[0]) == pytest.approx(100e3, rel=1e-9)
    assert float(m.sel(time=0.7e-6, method="nearest")) < 80e3
    np.testing.assert_allclose(m.sel(time=slice(0.9e-6, None)), m[-1], rtol=1e-9)
