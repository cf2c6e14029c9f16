"""A drive read from a sound file."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from quspike.drives.drive import REALISED, SIGNAL, Array, Drive, Physical, known, physical
from quspike.drives.files import check_file_name, read_input
from quspike.drives.table import Sampled
from quspike.errors import InputError, QuspikeError

PCM, FLOAT, EXTENSIBLE = 0x0001, 0x0003, 0xFFFE


class Recording(NamedTuple):
    """One channel: samples in ±1 full scale (n,), samples per second, and the record of the file."""

    samples: Array
    rate: int
    record: dict[str, Any]


@dataclass(frozen=True)
class Wav(Sampled):
    """`s(t) = amplitude · w(t/time_scale)`, w the recording in ±1 full scale, 0 outside.

    Straight lines join the samples. Sound is slow and circuits are fast, so the factor between their times is the
    user's to state: with `time_scale=1e-6`, one second of sound drives the circuit for one microsecond.

    Parameters
    ----------
    file : path, relative to the run file; PCM of 8, 16, 24 or 32 bits, or IEEE floats of 32 or 64.
    amplitude : what full scale stands for [A, V or Wb].
    time_scale : circuit time over recorded time.
    channel : 0 is the first (left).
    """

    kind: ClassVar[str] = "wav"
    outside = "zero"

    file: str | Path
    amplitude: Physical = field(metadata=physical(SIGNAL))
    time_scale: Physical = field(metadata=physical("dimensionless", minimum=0.0, exclusive=True))
    channel: int = 0
    recording: Recording | None = field(default=None, kw_only=True, repr=False, compare=False, metadata=REALISED)

    def check(self) -> None:
        super().check()
        check_file_name(self.file)
        if not isinstance(self.channel, int) or isinstance(self.channel, bool) or self.channel < 0:
            raise InputError("channel", repr(self.channel), "must be a whole number ≥ 0")

    def params(self) -> dict[str, Any]:
        return super().params() | ({} if self.recording is None else {"samples": self.recording.samples})

    def points(self, p: Mapping[str, Any]) -> tuple[Array, Array]:
        import jax.numpy as jnp

        if self.recording is None:
            raise QuspikeError("a wav drive has no values before its file is read: call realise(duration)")
        samples = jnp.asarray(p["samples"])
        return p["time_scale"] * (jnp.arange(samples.shape[0]) / self.recording.rate), p["amplitude"] * samples

    def realise(self, duration: float, seed: int = 0, base_dir: str | Path | None = None, name: str = "") -> Drive:
        """The drive with its file read, as far as the run goes."""
        content, record = read_input(self.file, base_dir)
        channels, rate = read_wav(content, record["name"])
        if self.channel >= channels.shape[1]:
            raise InputError("channel", self.channel, f"must be < {channels.shape[1]}", record["name"])
        samples = channels[:, self.channel]
        if known(self.time_scale):
            samples = samples[: max(2, math.ceil(duration * rate / self.time_scale) + 2)]
        return replace(self, recording=Recording(samples, rate, record))

    @property
    def inputs(self) -> list[dict[str, Any]]:
        return [] if self.recording is None else [self.recording.record]


def read_wav(content: bytes, name: str) -> tuple[Array, int]:
    """All channels in ±1 full scale (n, channels), and samples per second; InputError on anything else than sound."""
    import numpy as np

    found: dict[bytes, bytes] = {}
    for label, chunk in riff_chunks(content, name):
        found.setdefault(label, chunk)
    if b"fmt " not in found or b"data" not in found or len(found[b"fmt "]) < 16:
        raise InputError("file", name, "must be a WAV file with a format and data, which this is not")
    code, channels, rate, _, block, bits = struct.unpack("<HHIIHH", found[b"fmt "][:16])
    if code == EXTENSIBLE and len(found[b"fmt "]) >= 26:
        code = struct.unpack("<H", found[b"fmt "][24:26])[0]
    if not (channels and rate and block == channels * bits // 8):
        raise InputError("file", name, "must have a sound format that agrees with itself, which this has not")
    data = found[b"data"]
    samples = decode_samples(data[: len(data) // block * block], code, bits, name).reshape(-1, channels)
    if samples.shape[0] < 2 or not np.isfinite(samples).all():
        raise InputError("file", name, "must hold at least 2 samples, all finite")
    return samples, rate


def riff_chunks(content: bytes, name: str) -> Iterator[tuple[bytes, bytes]]:
    """(label, bytes) of each chunk; InputError if the file ends before the sound does."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise InputError("file", name, "must be a WAV file (RIFF/WAVE), which this is not")
    position = 12
    while position + 8 <= len(content):
        label, size = struct.unpack("<4sI", content[position : position + 8])
        chunk = content[position + 8 : position + 8 + size]
        if len(chunk) < size and label in (b"fmt ", b"data"):
            raise InputError("file", f"{len(chunk)} of {size} bytes", "must be whole, but the file is truncated", name)
        yield label, chunk
        position += 8 + size + size % 2


def decode_samples(data: bytes, code: int, bits: int, name: str) -> Array:
    """Interleaved samples in ±1 full scale: 8-bit PCM is unsigned around 128, wider PCM is signed."""
    import numpy as np

    if code == FLOAT and bits in (32, 64):
        return np.frombuffer(data, dtype=f"<f{bits // 8}").astype(float)
    if code == PCM and bits == 8:
        return (np.frombuffer(data, dtype=np.uint8).astype(float) - 128.0) / 128.0
    if code == PCM and bits in (16, 32):
        return np.frombuffer(data, dtype=f"<i{bits // 8}") / 2.0 ** (bits - 1)
    if code == PCM and bits == 24:
        triples = np.frombuffer(data, dtype=np.uint8).reshape(-1, 3)
        padded = np.pad(triples, ((0, 0), (1, 0)))  # the low byte stays 0: 32-bit samples, 256 times larger
        return np.ascontiguousarray(padded).view("<i4").ravel() / 2.0**31
    raise InputError("file", f"format {code} of {bits} bits", "must be PCM of 8, 16, 24, 32 bits or float", name)
