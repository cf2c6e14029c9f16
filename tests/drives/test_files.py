"""Drives from files: what is in the file is what drives, and a file that cannot be trusted is refused with its line."""

import hashlib
import struct
import wave

import jax
import numpy as np
import pytest
import scipy.io.wavfile

import quspike.drives as drives
from quspike.drives.wav import read_wav
from quspike.errors import InputError, QuspikeError

GOOD = "time_ns,current_nA,other (uA)\n0,1,5\n10,3,6\n25,-2,7\n"


def write(folder, text, name="drive.csv"):
    (folder / name).write_text(text)
    return name


def test_a_csv_drive_is_the_lines_between_its_points(tmp_path):
    """Catches: a header's unit that is ignored, the wrong column."""
    drive = drives.Csv(write(tmp_path, GOOD)).realise(25e-9, base_dir=tmp_path)
    t = np.array([0.0, 5e-9, 10e-9, 20e-9])
    expected = np.interp(t, [0, 10e-9, 25e-9], [1e-9, 3e-9, -2e-9])
    np.testing.assert_allclose(jax.jit(drive.at)(drive.params(), t), expected, rtol=1e-12)
    assert drive.quantity == "current"


@pytest.mark.parametrize("column", [2, "other", "other (uA)"])
def test_a_column_goes_by_name_or_number(tmp_path, column):
    drive = drives.Csv(write(tmp_path, GOOD), column=column).realise(20e-9, base_dir=tmp_path)
    assert jax.jit(drive.at)(drive.params(), np.array([0.0]))[0] == pytest.approx(5e-6)


@pytest.mark.parametrize(
    "text",
    [
        "0,1\n1,2\n",
        "time_s,channel_left\n0,1\n1,2\n",
        "# recorded\n\n t [ms], i\n0, 1\n\n1000, 2\n",
        "\ufefftime,x\r\n0,1\r\n1,2\r\n",
        "-1,0\n0,1\n1,2\n",
        "time,x,\n0,1,,\n1,2,\n",
    ],
    ids=[
        "no header",
        "a name with an underscore",
        "comments and spaces",
        "windows",
        "starts before 0",
        "commas at the end",
    ],
)
def test_the_ways_in_which_people_write_tables(tmp_path, text):
    drive = drives.Csv(write(tmp_path, text)).realise(1.0, base_dir=tmp_path)
    np.testing.assert_allclose(jax.jit(drive.at)(drive.params(), np.array([0.0, 0.5, 1.0])), [1.0, 1.5, 2.0])
    assert drive.quantity is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "file must hold at least 2 lines"),
        ("time_ns,current_nA\n", "file must hold at least 2 lines"),
        ("0,1\n1e-9,nan\n30e-9,2\n", r"1 must be a finite number, but got 'nan' \(drive.csv, line 2\)"),
        ("0,1\n1e-9,\n30e-9,2\n", r"1 must be a finite number, but got '' \(drive.csv, line 2\)"),
        ("t,i\n0,1\n\n1e-9,1e400\n30e-9,2\n", r"1 must be a finite number, but got '1e400' \(drive.csv, line 4\)"),
        (
            "0,1\n2e-9,1\n1e-9,2\n30e-9,2\n",
            r"time must be later than the one before, 2 ns, but got 1 ns \(drive.csv, line 3\)",
        ),
        (
            "0,1\n1e-9,1\n1e-9,2\n30e-9,2\n",
            r"time must be later than the one before, 1 ns, but got 1 ns \(drive.csv, line 3\)",
        ),
        (
            "0,1\n1e-9\n30e-9,2\n",
            r"column must be less than the number of cells in the line, 1, but got 1 \(drive.csv, line 2\)",
        ),
        (
            "0,1\n1e-9,1\n",
            r"time must reach the run's duration, 20 ns, but got 1 ns at the last line \(drive.csv, line 2\)",
        ),
        ("1e-9,1\n30e-9,1\n", r"time must start at or before 0 s, but got 1 ns \(drive.csv\)"),
        (
            "time (parsec),i\n0,1\n30e-9,1\n",
            r"'time \(parsec\)' must be in a unit of time, but got parsec \(drive.csv\)",
        ),
        ("time,i [ohm]\n0,1\n30e-9,1\n", r"'i \[ohm\]' must be in a unit of current or voltage .* but got ohm"),
        ("0;1\n1e-9;2\n", "time"),
        (
            "time,x\n0,1\n10e-9,1,5\n30e-9,2\n",
            r"line must hold at most 2 cells, .* \(decimals take a point\), but got 3 cells \(drive.csv, line 3\)",
        ),
        ("0,0,1\n0,0,1,2\n30e-9,2,0\n", "line must hold at most 3 cells"),
        ("0,1\n1e-9,1_0\n30e-9,2\n", "1 must be a finite number, but got '1_0'"),
    ],
)
def test_a_bad_csv_is_refused_with_its_line(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        drives.Csv(write(tmp_path, text)).realise(20e-9, base_dir=tmp_path)


def test_a_missing_column_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(
        InputError, match=r"column must be one of the columns of the file \(current_nA, other \(uA\)\), but got 'lef"
    ):
        drives.Csv(write(tmp_path, GOOD), column="left").realise(20e-9, base_dir=tmp_path)
    with pytest.raises(InputError, match="column must be one of"):
        drives.Csv(write(tmp_path, GOOD), column="time").realise(20e-9, base_dir=tmp_path)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "drive.csv").write_bytes(b"\x89PNG\x00\xff\xfe")
    with pytest.raises(InputError, match="file must be comma-separated text"):
        drives.Csv("drive.csv").realise(1e-9, base_dir=tmp_path)


@pytest.mark.parametrize("drive", [drives.Csv("missing"), drives.Wav("missing", "1 nA", time_scale=1.0)])
def test_a_missing_file_is_refused_by_name(tmp_path, drive):
    with pytest.raises(
        InputError, match=r"file must be a file that can be read \(no such file or directory\), but got .*missing"
    ):
        drive.realise(1e-9, base_dir=tmp_path)


def test_the_unit_of_a_column_is_held_against_the_source(tmp_path):
    drive = drives.Csv(write(tmp_path, GOOD), quantity="voltage")
    with pytest.raises(InputError, match="drive must be a current"):
        drive.realise(20e-9, base_dir=tmp_path)


def test_files_are_recorded_and_change_nothing_in_the_description(tmp_path):
    """Catches: a hash of the path, or of the text after decoding."""
    unread = drives.Csv(write(tmp_path, GOOD))
    read = unread.realise(20e-9, base_dir=tmp_path)
    sha256 = hashlib.sha256(GOOD.encode()).hexdigest()
    assert unread.inputs == []
    assert read.inputs == [{"name": "drive.csv", "sha256": sha256, "bytes": len(GOOD)}]
    assert read.to_dict() == unread.to_dict() == {"kind": "csv", "file": "drive.csv", "column": 1}


@pytest.mark.parametrize("drive", [drives.Csv("a"), drives.Wav("a", "1 nA", time_scale=1.0)], ids=["csv", "wav"])
def test_a_file_that_was_not_read_has_no_values(drive):
    with pytest.raises(QuspikeError, match="call realise"):
        drive.breakpoints(drive.params())


SAMPLES = np.array([[0.0, 0.5], [0.25, -0.5], [-0.75, 0.125], [0.5, 0.0]])
FORMATS = {
    "u1": (SAMPLES * 2**7 + 2**7).astype("u1"),
    "i2": (SAMPLES * 2**15).astype("i2"),
    "i4": (SAMPLES * 2**31).astype("i4"),
    "f4": SAMPLES.astype("f4"),
    "f8": SAMPLES,
}


@pytest.mark.parametrize("form", FORMATS)
def test_sound_of_every_width_is_read_as_it_was_written(tmp_path, form):
    """Written by scipy. Catches: 8-bit samples taken as signed, a wrong full scale, channels mixed up."""
    scipy.io.wavfile.write(tmp_path / "a.wav", 8000, FORMATS[form])
    samples, rate = read_wav((tmp_path / "a.wav").read_bytes(), "a.wav")
    assert rate == 8000
    np.testing.assert_array_equal(samples, SAMPLES)


def test_sound_of_24_bits_is_read_as_it_was_written(tmp_path):
    """Written by the standard library. Catches: a low byte taken for the high one, a lost sign."""
    triples = b"".join(int(x * 2**23).to_bytes(3, "little", signed=True) for x in SAMPLES.ravel())
    with wave.open(str(tmp_path / "a.wav"), "wb") as sound:
        sound.setparams((2, 3, 44100, 4, "NONE", ""))
        sound.writeframes(triples)
    np.testing.assert_array_equal(read_wav((tmp_path / "a.wav").read_bytes(), "a.wav")[0], SAMPLES)


def test_a_wav_drive_is_scaled_in_time_and_amplitude_and_zero_outside(tmp_path):
    """8000 samples/s at time_scale 1e-6 are 0.125 ns apart. Catches: a time divided by the scale, the wrong channel."""
    scipy.io.wavfile.write(tmp_path / "a.wav", 8000, SAMPLES)
    drive = drives.Wav("a.wav", "2 nA", time_scale=1e-6, channel=1).realise(1e-9, base_dir=tmp_path)
    p, dt = drive.params(), 0.125e-9
    np.testing.assert_allclose(drive.breakpoints(p), dt * np.arange(4))
    got = jax.jit(drive.at)(p, np.array([0.0, 0.5, 1.0, 2.5, 3.5]) * dt)
    np.testing.assert_allclose(got, 2e-9 * np.array([0.5, 0.0, -0.5, 0.0625, 0.0]), atol=1e-24)


def test_only_as_much_sound_is_kept_as_the_run_needs(tmp_path):
    sound = np.sin(np.arange(10_000))
    scipy.io.wavfile.write(tmp_path / "a.wav", 8000, sound)
    drive = drives.Wav("a.wav", "1 nA", time_scale=1e-6).realise(100.3 * 0.125e-9, base_dir=tmp_path)
    times, values = drive.points(drive.params())
    assert times.shape[0] < 110
    assert times[-1] > 100.3 * 0.125e-9
    np.testing.assert_allclose(values, 1e-9 * sound[: times.shape[0]])


def test_a_wav_that_cannot_be_trusted_is_refused(tmp_path):
    scipy.io.wavfile.write(tmp_path / "a.wav", 8000, (SAMPLES * 2**15).astype("i2"))
    whole = (tmp_path / "a.wav").read_bytes()
    compressed = whole[:20] + struct.pack("<H", 85) + whole[22:]
    wrong_block = whole[:32] + struct.pack("<H", 3) + whole[34:]
    scipy.io.wavfile.write(tmp_path / "nan.wav", 8000, np.array([0.0, np.nan]))
    for content, message in (
        (whole[:-3], r"file must be whole, but the file is truncated, but got 13 of 16 bytes \(a.wav\)"),
        (whole[:30], "truncated"),
        (whole[:12], "with a format and data"),
        (b"", "must be a WAV file"),
        (b"RIFX" + whole[4:], "must be a WAV file"),
        (compressed, "must be PCM of 8, 16, 24, 32 bits or float, but got format 85 of 16 bits"),
        (wrong_block, "format that agrees with itself"),
        ((tmp_path / "nan.wav").read_bytes(), "at least 2 samples, all finite"),
    ):
        with pytest.raises(InputError, match=message):
            read_wav(content, "a.wav")
    with pytest.raises(InputError, match=r"channel must be < 2, but got 2 \(a.wav\)"):
        drives.Wav("a.wav", "1 nA", time_scale=1.0, channel=2).realise(1.0, base_dir=tmp_path)
