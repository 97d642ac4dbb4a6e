"""Defects of sound."""

from collections.abc import Callable
from typing import Any, Final

import av
import numpy as np

from tests.mutations.clip import RATE, Bed, Wave
from tests.mutations.plant import Dice, Plant, Planted

HERTZ: Final = 48_000


def _wave(bed: Bed) -> Wave:
    assert bed.clip.sound is not None
    return bed.clip.sound.copy()


def _heard(
    change: Callable[[Wave, Dice, Any], Wave], **planted: Any
) -> Callable[[Bed, Dice, Any], Planted]:
    """Plant by changing the samples."""

    def sow(bed: Bed, dice: Dice, strength: Any) -> Planted:
        return Planted(bed.laid(change(_wave(bed), dice, strength)), **planted)

    return sow


def _hole(bed: Bed, dice: Dice, seconds: float) -> Planted:
    wave = _wave(bed)
    length = len(wave) / HERTZ
    start = float(dice.uniform(0.4, length - 0.4 - seconds))
    wave[int(start * HERTZ) : int((start + seconds) * HERTZ)] = 0
    frame = int(start * RATE)
    return Planted(bed.laid(wave), (frame,), slack=max(1, round(seconds * RATE) + 1), among=True)


def _clipped(wave: Wave, dice: Dice, gain: float) -> Wave:
    peak = np.quantile(np.abs(wave), 0.9999)
    return np.asarray(np.clip(wave / peak * np.float32(gain), -1, 1), np.float32)


def _offset(wave: Wave, dice: Dice, by: float) -> Wave:
    return np.asarray(wave + by * dice.choice([-1, 1]), np.float32)


def _turned(wave: Wave, dice: Dice, side: float) -> Wave:
    """The left channel turned over on the right, with some of a sound of its own."""
    return np.stack([wave[:, 0], -wave[:, 0] + side * wave[:, 1]], axis=1)


def _mono(wave: Wave, dice: Dice, side: float) -> Wave:
    return np.stack([wave[:, 0], wave[:, 0] + side * wave[:, 1]], axis=1)


def _loud(bed: Bed, dice: Dice, off: float) -> Planted:
    """So many dB from -23, by the level of its squares, which is near what loudness is of noise."""
    wave = _wave(bed)
    level = 10 * np.log10(float(np.mean(wave**2)) * 2)
    gain = 10 ** ((-23 + off * dice.choice([-1, 1]) - level) / 20)
    return Planted(bed.laid(wave * np.float32(gain)), limits={"sound": {"loudness": "ebu-r128"}})


def _peaked(wave: Wave, dice: Dice, peak: float) -> Wave:
    """A tone at a quarter of the sample rate, whose samples all miss its crests: 3 dB over them."""
    time = np.arange(len(wave))
    start = int(dice.integers(HERTZ // 2, len(wave) - HERTZ // 2))
    burst = np.sin(np.pi / 2 * time + np.pi / 4) * np.sqrt(2) * peak
    wave = wave * np.float32(0.2)
    wave[start : start + 4800] = burst[start : start + 4800, None]
    return wave


def _only_lows(wave: Wave) -> Wave:
    spectrum = np.fft.rfft(wave)
    spectrum[np.fft.rfftfreq(len(wave), 1 / HERTZ) > 90] = 0
    lows = np.fft.irfft(spectrum, len(wave))
    return np.asarray(lows * (0.05 / max(float(np.sqrt(np.mean(lows**2))), 1e-9)), np.float32)


def _surround(wave: Wave, dice: Dice, how: str) -> Wave:
    """Six channels whose places are wrong: L R C LFE Ls Rs."""
    left, right = wave[:, 0], wave[:, 1]
    center, lows = 0.5 * (left + np.roll(right, 480)), _only_lows(left + right)
    back = [np.roll(side, 960) * np.float32(0.6) for side in (left, right)]
    places = {
        "film": (left, center, right, back[0], back[1], lows),
        "swapped": (left, right, center, back[0], lows, back[1]),
        "leaking": (left, right, center, lows + 0.02 * left, *back),
    }
    return np.stack(places[how], axis=1)


def _seam(bed: Bed, dice: Dice, step: float) -> Planted:
    """A level that creeps up over the last hundredth of a second, and is gone at the first sample."""
    wave, length = _wave(bed), HERTZ // 100
    blend = np.linspace(1, 0, HERTZ // 4, dtype=np.float32)[:, None]
    # A quarter second of what follows is faded into the beginning, which makes a loop of noise.
    longer = np.concatenate([wave, wave[::-1][: len(blend)]])
    wave[: len(blend)] = longer[len(wave) :] * blend + wave[: len(blend)] * (1 - blend)
    wave[-length:] += np.linspace(0, step, length, dtype=np.float32)[:, None]
    return Planted(bed.laid(wave), order={"loop": True})


def _late(bed: Bed, dice: Dice, seconds: float) -> Planted:
    wave = _wave(bed)
    return Planted(bed.laid(wave[: len(wave) - round(seconds * HERTZ)], late=seconds))


def _short(bed: Bed, dice: Dice, seconds: float) -> Planted:
    wave = _wave(bed)
    return Planted(bed.laid(wave[: len(wave) - round(seconds * HERTZ)]))


def _none(bed: Bed, dice: Dice, _: int) -> Planted:
    return Planted(bed.clean("picture.mov"), limits={"sound": {"presence": "required"}})


def _some(bed: Bed, dice: Dice, _: int) -> Planted:
    return Planted(bed.laid(_wave(bed)), limits={"sound": {"presence": "forbidden"}})


def _broken(bed: Bed, dice: Dice, count: int) -> Planted:
    """AAC packets that are overwritten."""
    path = bed.laid(_wave(bed), codec="aac", name="clip.mp4")
    content = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        packets = [(p.pos, p.size) for p in container.demux(audio=0) if p.size]
    first = int(dice.integers(20, len(packets) - 20 - count))
    for start, size in packets[first : first + count]:
        assert start is not None
        content[start : start + size] = b"\xff" * size
    path.write_bytes(bytes(content))
    frame = int((first - 1) * 1024 / HERTZ * RATE)
    return Planted(path, (frame,), slack=3, among=True)


_SOUND: Final = ("sound",)
PLANTS: Final = (
    Plant("sound.absent", _SOUND, (1, 1, 1), _none),
    Plant("sound.unexpected", _SOUND, (1, 1, 1), _some, fact=True),
    Plant("sound.unreadable", _SOUND, (1, 3, 20), _broken),
    Plant("sound.length", _SOUND, (0.004, 0.1, 0.8), _short),
    Plant("sound.offset", _SOUND, (0.01, 0.06, 0.4), _late),
    Plant("sound.silent", _SOUND, (0.005, 0.06, 1.3), _hole),
    Plant("sound.clipped", _SOUND, (1.02, 1.5, 4.0), _heard(_clipped)),
    Plant("sound.dc", _SOUND, (0.003, 0.02, 0.1), _heard(_offset)),
    Plant("sound.inverted", _SOUND, (0.8, 0.2, 0.0), _heard(_turned)),
    Plant("sound.dual-mono", _SOUND, (0.1, 0.0005, 0.0), _heard(_mono)),
    Plant("sound.loudness", _SOUND, (0.5, 6.0, 12.0), _loud),
    Plant("sound.true-peak", _SOUND, (0.6, 0.75, 0.99), _heard(_peaked)),
    Plant("sound.channel-order", _SOUND, ("leaking", "swapped", "film"), _heard(_surround)),
    Plant("sound.seam", _SOUND, (0.01, 0.2, 0.5), _seam),
)
