"""What the packets of a movie tell without a picture being decoded: times, lengths, keyframes, a digest."""

from fractions import Fraction
from pathlib import Path

import xxhash

from answerprint.media.movie.door import Reading, opened, packets_of, picture_stream


def read_times(path: Path, reading: Reading) -> tuple[Fraction | None, ...]:
    """Return when each frame is shown, in presentation order, by the packets alone; count them in `reading`.

    Nothing is decoded. Frames that an edit list hides are none, and those without a
    time come last. Raises SourceError where the file cannot be opened at all.
    """
    with opened(path) as container:
        stream = picture_stream(container, path)
        tick = stream.time_base or Fraction(0)
        shown = (
            p.pts for p in packets_of(container, stream, reading) if p.size and not p.is_discard
        )
        times = [None if pts is None else pts * tick for pts in shown]
    return tuple(sorted(times, key=lambda time: (time is None, time or 0)))


def read_packets(path: Path) -> list[tuple[int | None, bool]]:
    """Return when each picture packet is shown, in ticks of the stream, and whether it is a keyframe; decode nothing.

    What is broken off ends the list. Raises SourceError where the file cannot be
    opened at all.
    """
    with opened(path) as container:
        stream = picture_stream(container, path)
        packets = packets_of(container, stream, Reading())
        return [(packet.pts, packet.is_keyframe) for packet in packets if packet.size]


def packet_lengths(path: Path) -> tuple[Fraction, ...]:
    """Return how long each packet of the picture stream is shown, in seconds, decoding nothing.

    What is broken off ends the list. Raises SourceError where the file cannot be
    opened at all.
    """
    with opened(path) as container:
        stream = picture_stream(container, path)
        tick = stream.time_base or Fraction(0)
        packets = (p for p in packets_of(container, stream, Reading()) if p.size)
        return tuple((packet.duration or 0) * tick for packet in packets)


def digest_packets(path: Path) -> str:
    """Return the xxh3-64 of the picture stream's packets: equal before and after a stream copy.

    Raises SourceError where there is no picture stream.
    """
    running, reading = xxhash.xxh3_64(), Reading()
    with opened(path) as container:
        for packet in packets_of(container, picture_stream(container, path), reading):
            running.update(bytes(packet))
    return running.hexdigest()
