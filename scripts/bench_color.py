"""Measures baked transforms against exact OpenColorIO, on the same decoded frames and as many threads.

    bench_color.py [SOURCE] [--views NAME,...|all] [--frames N] [--rounds N]

SOURCE is what `answerprint check` takes; without one it is the rendered clip of bench.py.
Both sides begin with half-float planes. OpenColorIO is given what it wants, interleaved
float32, and ends with that; answerprint ends with planes of 16-bit codes, its exact share included.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import PyOpenColorIO as ocio

VIEWS = ("sdr-rec709", "hdr-pq-1000", "hdr-hlg-1000", "untoned-pq")
FRAMES = 8
ROUNDS = 5
ROUNDS_EXACTLY = 2
"""Rounds of the exact way, which takes ten times as long and varies less."""
MANY = 10**9
"""Pixels that are worth a bake."""


def main() -> None:
    asked = arguments()
    os.environ.setdefault("ANSWERPRINT_CACHE", str(asked.cache))
    frames = decoded(asked.source, asked.frames)
    pixels = frames[0][0][0].size * len(frames)
    threads = len(os.sched_getaffinity(0))
    print(
        f"color: {len(frames)} frames of {asked.source.name}, {pixels / len(frames) / 1e6:.1f} million pixels each, "
        f"{threads} threads, {asked.rounds} rounds, load {os.getloadavg()[0]:.1f} before"
    )
    for view in asked.views:
        compare(view, frames, threads, asked.rounds)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    usual = Path(tempfile.gettempdir()) / "answerprint-bench"
    parser.add_argument("source", nargs="?", type=Path)
    parser.add_argument("--views", type=views_named, default=VIEWS, metavar="NAME,...|all")
    parser.add_argument("--frames", type=int, default=FRAMES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--cache", type=Path, default=usual / "cache")
    asked = parser.parse_args()
    if asked.source is None or asked.source == usual:
        from bench import prepare

        asked.source = prepare(usual)[0]
    return asked


def views_named(words: str) -> tuple[str, ...]:
    """Read names of views, or all."""
    from answerprint.color.views import VIEWS as KNOWN

    return tuple(KNOWN) if words == "all" else tuple(words.split(","))


def decoded(source: Path, count: int) -> list[tuple[list[Any], Any]]:
    """Return planes and primaries of frames spread over a clip."""
    from answerprint.deliverables.pictures.master import master_pictures
    from answerprint.deliverables.treatment import Treatment
    from answerprint.ingest.delivery import open_one
    from answerprint.media.exr.door import read_frame

    found = []
    with open_one(str(source)).opened() as delivery:
        pictures: Any = master_pictures(delivery, Treatment(), None)
        files = pictures.sequence.frames
        for number in np.linspace(0, min(len(files), 24) - 1, min(count, len(files))).astype(int):
            frame = read_frame(pictures.sequence.store.read(files[number].name))
            found.append((list(frame.picture), pictures.color.of(frame.header)))
    return found


def compare(view: str, frames: list[Any], threads: int, rounds: int) -> None:
    from answerprint.color.grading import Grading
    from answerprint.color.rendering import rendering

    say(f"baking {view}, where it is not")
    baked = rendering(Grading(view=view), MANY, exactly=False)
    plain = plain_processor(view)
    ways: dict[str, Callable[[Any], Any]] = {
        "baked": lambda pair: baked.show(*pair),
        "exact": lambda pair: shown_exactly(plain, *pair),
    }
    rates: dict[str, list[tuple[float, float]]] = {"baked": [], "exact": []}
    worst, mean = difference(baked, rendering(Grading(view=view), MANY, exactly=True), frames[0])
    for number in range(rounds):
        for way in ("baked", "exact"):
            if way == "baked" or number < ROUNDS_EXACTLY:
                say(f"{view} {way} {number + 1}")
                rates[way].append(timed(ways[way], frames, threads))
    clock, cpu = (
        {way: statistics.median(each[n] for each in runs) for way, runs in rates.items()}
        for n in (0, 1)
    )
    share = missed_share(view, baked, frames[0])
    print(
        f"  {view:<14} baked {clock['baked'] * 1e3:6.1f} ms a frame ({cpu['baked'] * 1e3:6.1f} of CPU), "
        f"OpenColorIO {ocio.__version__} {clock['exact'] * 1e3:7.1f} ms ({cpu['exact'] * 1e3:7.1f}): "
        f"{clock['exact'] / clock['baked']:.1f} times as fast ({cpu['exact'] / cpu['baked']:.1f} in CPU seconds), wanted at least 8; "
        f"{100 * share:.3f} % of pixels go the exact way; "
        f"off by at most {worst:.2f} ten-bit codes, {mean:.3f} in the mean"
    )


def plain_processor(view: str) -> Any:
    """Return OpenColorIO's own processor of a view, as its documentation makes one."""
    from answerprint.color.grading import CONFIGS
    from answerprint.color.views import view_named

    config = ocio.Config.CreateFromBuiltinConfig(CONFIGS["aces-2.0"])
    display, name = view_named(view).spellings[0]
    shown = ocio.DisplayViewTransform(src="ACES2065-1", display=display, view=name)
    return config.getProcessor(shown).getDefaultCPUProcessor()


def shown_exactly(processor: Any, planes: list[Any], primaries: Any) -> Any:  # noqa: ARG001
    """Show half planes of ACES2065-1 as OpenColorIO does it: interleaved float32."""
    colors = np.empty((*planes[0].shape, 3), np.float32)
    for channel, plane in enumerate(planes):
        colors[..., channel] = plane
    processor.applyRGB(colors)
    return colors


def difference(baked: Any, exact: Any, pair: Any) -> tuple[float, float]:
    """Return largest and mean difference of a frame in ten-bit codes, from OpenColorIO without its approximations."""
    ours, theirs = (each.show(*pair).astype(np.float32) for each in (baked, exact))
    apart = np.abs(ours - theirs) * np.float32(1023 / 65535)
    return float(apart.max()), float(apart.mean())


def missed_share(view: str, baked: Any, pair: Any) -> float:
    """Return the share of a frame's pixels that go the exact way."""
    from answerprint.color.grading import Grading
    from answerprint.color.rendering import show_baked

    planes, primaries = pair
    flat = [np.ascontiguousarray(plane).reshape(-1).view(np.int16) for plane in planes]
    out = np.empty((3, flat[0].size), np.uint16)
    matrix = Grading(view=view).matrix(primaries)
    return show_baked(baked.bake, flat, np.zeros(1, np.float32), matrix, out).size / flat[0].size


def timed(way: Callable[[Any], Any], frames: list[Any], threads: int) -> tuple[float, float]:
    """Return seconds a frame, by the clock and of CPU, with each thread on frames of its own."""
    started, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(way, frame) for frame in frames]:
            future.result()
    return (time.perf_counter() - started) / len(frames), (time.process_time() - cpu) / len(frames)


def say(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr)


if __name__ == "__main__":
    main()
