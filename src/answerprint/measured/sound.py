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


class StemLaid(Record):
    """One sound that went into the mix."""

    source: str
    """File it came from."""
    seconds: float
    """Length it had."""
    layout: str
    """Channel layout it had."""
    gain: float = 0.0
    """Gain in dB that it was mixed with."""
    start: float = 0.0
    """When its sample 0 is heard, in seconds after frame 0; below 0 its beginning was cut."""


class SoundLaid(Record):
    """How sound was fitted to a picture."""

    source: str
    """File it came from; the first of several."""
    source_seconds: float
    """Length it had."""
    seconds: float
    """Length it has now: the picture's."""
    fit: str
    """How it was made that long."""
    stems: tuple[StemLaid, ...] = ()
    """Every sound of the mix, in the order given."""
    layout: str = ""
    """Channel layout of the result."""
    fade_in: float = 0.0
    """Length of the fade at the start, in seconds."""
    fade_out: float = 0.0
    """Length of the fade at the end, in seconds."""
    gain: float = 0.0
    """Gain in dB that loudness asked for."""
    limited: float = 0.0
    """Most that the limiter took off a peak, in dB; 0 where one linear gain was all."""
    before: Loudness | None = None
    """Loudness after mixing and fading and before the gain."""
    after: Loudness | None = None
    """Loudness of the result, before a deliverable's codec."""
    delivered: Loudness | None = None
    """Loudness of the finished file, decoded again, where a loudness or a true peak was asked for."""
    notes: tuple[str, ...] = ()
    """What a listener should know, for example that silence was added."""
