"""Measures `check`, all its checks included, against decoding the same clip alone, side by side in one run."""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import av
from bench import FRAMES, SIZE, prepare, run

ROUNDS = 5
MOVIE_FRAMES = 240


def main() -> None:
    usual = Path(tempfile.gettempdir()) / "answerprint-bench"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else usual
    short, long = prepare(folder)
    movie, fourfold = (movie_of(folder, count) for count in (MOVIE_FRAMES, 4 * MOVIE_FRAMES))
    threads = len(os.sched_getaffinity(0))
    wide = f"{SIZE[0]}x{SIZE[1]}"
    print(
        f"check, whole catalogue: {threads} threads, {ROUNDS} rounds, load {os.getloadavg()[0]:.1f} before"
    )
    compare(f"{FRAMES} frames of {wide} half DWAB in a zip", short, f"OpenEXR {version('OpenEXR')}")
    compare(f"{MOVIE_FRAMES} frames of {wide} H.264", movie, f"PyAV {version('av')}")
    for once, four, count in ((short, long, FRAMES), (movie, fourfold, MOVIE_FRAMES)):
        peaks = [checked(path)["peak"] for path in (once, four)]
        print(
            f"  peak memory, {once.suffix[1:]}: {count} frames {peaks[0]:.0f} MB, "
            f"{4 * count} frames {peaks[1]:.0f} MB: {peaks[1] / peaks[0]:.2f}"
        )


def compare(what: str, path: Path, decoder: str) -> None:
    """Print the ratio of decoding alone to checking, each in a process of its own and in turn."""
    alone, whole = [], []
    for _ in range(ROUNDS):
        alone.append(decoded(path)["seconds"])
        whole.append(checked(path)["seconds"])
    ratio = statistics.median(a / b for a, b in zip(alone, whole, strict=True))
    print(
        f"  {what}: decoding alone ({decoder}, same threads) {statistics.median(alone):.2f} s, "
        f"check {statistics.median(whole):.2f} s: {ratio:.2f} of its speed"
    )


def movie_of(folder: Path, count: int) -> Path:
    """Return an H.264 movie of the rendered scene, made where it is not there."""
    path = folder / f"movie-{count}.mp4"
    if path.exists():
        return path
    from answerprint.color.grading import Grading
    from answerprint.color.primaries import AP0
    from answerprint.color.rendering import rendering
    from answerprint.rehearsal.scenery.scene import Scene, render

    shown, scene, made = rendering(Grading(), 1), Scene(8, SIZE, 48), []
    for number in range(scene.frames):
        light = render(scene, number)
        planes = [light[..., channel] for channel in range(3)]
        made.append((shown.show(planes, AP0) >> 8).astype("uint8").transpose(1, 2, 0).copy())
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "18"})
        stream.width, stream.height = SIZE
        for number in range(count):
            picture = av.VideoFrame.from_ndarray(made[number % len(made)], format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


def small_delivery(folder: Path) -> Path:
    """Return a delivery of both kinds, made where it is not there."""
    from answerprint.rehearsal.delivery import write_delivery
    from answerprint.rehearsal.scenery.scene import Scene

    place = folder / "small"
    return place if place.exists() else write_delivery(place, Scene(8, (320, 180), 12), exr=True)


def decoded(path: Path) -> dict[str, float]:
    """Return the seconds that decoding every frame takes."""
    return run("decode", path) if path.suffix == ".zip" else in_process("decode", path)


def checked(path: Path) -> dict[str, float]:
    """Return the seconds and the peak memory in MB of checking a clip."""
    return in_process("check", path)


def in_process(what: str, path: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--pass", what, str(path)]
    ended = subprocess.run(command, capture_output=True, check=True)
    measured: dict[str, float] = json.loads(ended.stdout)
    return measured


def one_pass(what: str, path: Path) -> None:
    import answerprint as ap
    from answerprint.media.movie.door import Reading, read_frames

    # Compiled loops are loaded before the clock runs: it is the pass that is compared.
    ap.check(small_delivery(path.parent))
    started = time.perf_counter()
    if what == "check":
        (report,) = ap.check(path)
        assert report.failure is None, report.failure
    else:
        for _ in read_frames(path, Reading()):
            pass
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak": peak}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--pass"]:
        one_pass(sys.argv[2], Path(sys.argv[3]))
    else:
        main()
