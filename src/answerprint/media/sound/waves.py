"""Sound as arrays: decoded from any file, stretched, and written as a WAV of floats.

An array of sound is (samples, channels) float32 at 48 kHz, full scale at 1.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import av.error
import ffmpeg
import numpy as np
from numpy.typing import NDArray

from answerprint.errors import SourceError
from answerprint.measured.movie import SoundFacts
from answerprint.media import ffmpeg as program
from answerprint.media.movie.door import FORMATS, opened
from answerprint.media.movie.probing import probe_sound

Wave = NDArray[np.float32]

SAMPLE_RATE: Final = 48_000
"""Samples a second of all sound we make: what picture is cut to (AES5), and what Opus is defined at."""

LAYOUTS: Final = {
    "mono": 1, "stereo": 2, "2.1": 3, "3.0": 3, "quad": 4, "4.0": 4, "5.0": 5, "5.0(side)": 5,
    "5.1": 6, "5.1(side)": 6, "6.1": 7, "7.1": 8,
}  # fmt: skip
"""Channel layouts that sound keeps, with their number of channels: what the encoders of deliverables take."""

_BY_COUNT: Final = {
    1: "mono", 2: "stereo", 3: "2.1", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1",
}  # fmt: skip
_LEAD: Final = SAMPLE_RATE // 2
"""Samples of silence ahead of a sound that is stretched."""
_MARK: Final = 3 * _LEAD // 4
"""Where in the lead the marker stands."""
_JITTER: Final = SAMPLE_RATE // 1000
"""Samples by which rubberband sets single beats early: kept, so that the first is not cut off."""
_BLOCK: Final = 1 << 16


def source_facts(path: Path) -> tuple[SoundFacts, int]:
    """Return what the first audio stream says of itself, and how many samples it has at its own rate.

    Samples are counted by decoding. Raises SourceError where there is no sound
    that decodes, or the file has a name that cannot be handed to ffmpeg.
    """
    _require_text(path)
    path = path.absolute()  # which no name turns into a protocol
    facts = probe_sound(path)
    if not facts:
        raise SourceError("holds no sound", where=str(path))
    samples = read_samples(path)
    if not samples or not facts[0].sample_rate:
        raise SourceError("its sound is empty", where=str(path))
    return facts[0], samples


def kept_layout(facts: SoundFacts) -> str | None:
    """Return the layout a sound keeps; None for one that no deliverable carries."""
    return facts.layout if facts.layout in LAYOUTS else _assumed(facts)


def read_wave(path: Path, layout: str, facts: SoundFacts, samples: int) -> Wave:
    """Return the first audio stream of a file at 48 kHz in `layout`, at most its first `samples`.

    Layouts are mapped as ITU-R BS.775 has it, so that what both sides share keeps
    its loudness: mono goes to either side of stereo 3 dB lower, surround folds
    down without its LFE. Memory: 4 bytes a sample and channel. Raises SourceError
    where nothing decodes.
    """
    stream = _opened(path)
    if assumed := _assumed(facts):
        order = "|".join(str(channel) for channel in range(facts.channels))
        stream = stream.filter("channelmap", order, assumed)
    # The resampler gives back nothing of a few samples that nothing follows.
    stream = stream.filter("apad", pad_len=facts.sample_rate // 50)
    stream = stream.filter("aresample", SAMPLE_RATE)
    stream = stream.filter("aformat", sample_fmts="flt", channel_layouts=layout)
    stream = stream.filter("atrim", end_sample=samples)
    with _scratch() as raw:
        _run(stream.output(str(raw), format="f32le", acodec="pcm_f32le"), path.name)
        wave = _load(raw, LAYOUTS[layout])
    if not len(wave):
        raise SourceError("its sound is empty", where=str(path))
    return wave


def stretch(wave: Wave, samples: int, layout: str, *, keep_pitch: bool) -> Wave:
    """Return the sound played faster or slower so that it is `samples` long; beats lie within 3 ms of their place."""
    if len(wave) == samples:
        return wave
    tempo = len(wave) / samples
    if not keep_pitch:
        speed = max(1, round(SAMPLE_RATE * tempo))
        changed = _filtered(wave, layout, [("asetrate", speed), ("aresample", SAMPLE_RATE)])
        return _exactly(changed, samples)
    # rubberband loses a transient on its first sample and shifts the rest by a
    # time that depends on the tempo: a click in a lead of silence tells the shift.
    led = np.zeros((len(wave) + 2 * _LEAD, wave.shape[1]), np.float32)
    led[_LEAD : _LEAD + len(wave)] = wave
    led[_MARK : _MARK + 48] = 0.9
    changed = _filtered(led, layout, _tempo(tempo))
    heard = np.abs(changed[: round((_LEAD + _MARK) / 2 / tempo)]).max(axis=1, initial=0.0)
    shift = int(np.argmax(heard > heard.max(initial=0.0) / 2)) - round(_MARK / tempo)
    return _exactly(changed[max(0, round(_LEAD / tempo) + shift - _JITTER) :], samples)


def write_wave(path: Path, wave: Wave, layout: str) -> None:
    """Write the sound as a WAV of 32-bit floats at 48 kHz. Raises EncodeError."""
    target = fed_wave(layout).output(str(path.absolute()), format="wav", acodec="pcm_f32le")
    feed_wave(target, wave, path.name)


def fed_wave(layout: str) -> Any:
    """Return the ffmpeg-python node of a sound that `feed_wave` feeds."""
    return _raw("pipe:", layout)


def feed_wave(output: Any, wave: Wave, where: str) -> None:
    """Run the graph that ends in `output` and feed it the sound. Raises EncodeError."""
    with program.running(program.command(output), where=where) as process:
        for start in range(0, len(wave), _BLOCK):
            process.write(wave[start : start + _BLOCK].astype("<f4").tobytes())
        process.finish()


def _require_text(path: Path) -> None:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise SourceError(
            "has a name that is not UTF-8", where=str(path), hint="give the file another name"
        ) from None


def _assumed(facts: SoundFacts) -> str | None:
    """Return the layout that channels without places, or with places nobody has, are taken for: by their number."""
    odd = "channels" in facts.layout or "+" in facts.layout or facts.layout == "unknown"
    return _BY_COUNT.get(facts.channels) if odd else None


def _tempo(tempo: float) -> list[tuple[Any, ...]]:
    if "rubberband" in program.filters():
        return [("rubberband", tempo)]
    steps: list[tuple[Any, ...]] = []
    while tempo < 0.5:  # atempo's own lower bound
        steps.append(("atempo", 0.5))
        tempo /= 0.5
    return [*steps, ("atempo", tempo)]


def _filtered(wave: Wave, layout: str, filters: list[tuple[Any, ...]]) -> Wave:
    with _scratch() as before, _scratch() as after:
        before.write_bytes(wave.astype("<f4").tobytes())
        stream = _raw(str(before), layout)
        for name, *values in filters:
            stream = stream.filter(name, *values)
        _run(stream.output(str(after), format="f32le", acodec="pcm_f32le"), "sound")
        return _load(after, wave.shape[1])


def _exactly(wave: Wave, samples: int) -> Wave:
    missing = max(0, samples - len(wave))
    return np.pad(wave[:samples], ((0, missing), (0, 0)))


def _opened(path: Path) -> Any:
    # An absolute path is never taken for a protocol or an option, whatever its name holds.
    return ffmpeg.input(str(path.absolute()), format_whitelist=FORMATS, protocol_whitelist="file")[
        "a:0"
    ]


def _raw(source: str, layout: str) -> Any:
    return ffmpeg.input(source, format="f32le", ar=SAMPLE_RATE, ch_layout=layout)["a:0"]


def _load(raw: Path, channels: int) -> Wave:
    return np.fromfile(raw, "<f4").astype(np.float32, copy=False).reshape(-1, channels)


def _run(output: Any, where: str) -> None:
    program.run(program.command(output), where=where)


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.NamedTemporaryFile(prefix="answerprint-", suffix=".f32") as file:
        yield Path(file.name)


def read_samples(path: Path, index: int = 0) -> int:
    """Decode audio stream `index` to its end and return how many samples per channel it plays.

    Encoder priming and padding that the container marks are left out. Raises
    SourceError where there is no such stream or it cannot be decoded.
    """
    with opened(path) as container:
        if index >= len(container.streams.audio):
            raise SourceError("holds no sound", where=str(path))
        try:
            return sum(frame.samples for frame in container.decode(container.streams.audio[index]))
        except av.error.FFmpegError as problem:
            raise SourceError(
                f"sound cannot be decoded ({problem.strerror})", where=str(path)
            ) from None
