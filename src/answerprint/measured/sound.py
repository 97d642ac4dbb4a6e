"""What was measured of sound, and what was done to it."""

from answerprint.record import Record


class Loudness(Record):
    """Loudness by ITU-R BS.1770 and EBU R128; None where the sound is too short or silent."""

    integrated: float | None = None
    """Integrated loudness in LUFS."""
    short_term: float | None = None
    """Largest short-term loudness (3 s) in LUFS."""
    momentary: float | None = None
    """Largest momentary loudness (400 ms) in LUFS."""
    true_peak: float | None = None
    """True peak in dBTP."""


class SoundLaid(Record):
    """How a sound was fitted to a picture."""

    source: str
    """File it came from."""
    source_seconds: float
    """Length it had."""
    seconds: float
    """Length it has now: the picture's."""
    fit: str
    """How it was made that long."""
    gain: float = 0.0
    """Gain in dB that loudness asked for."""
    before: Loudness | None = None
    """Loudness after fitting and before the gain, where a target was named."""
    after: Loudness | None = None
    """Loudness of the result."""
    notes: tuple[str, ...] = ()
    """What a listener should know, for example that silence was added."""
