"""Measures the pixel pass and its memory against decoding alone and against oiiotool, side by side in one run."""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from answerprint.measured.figures import Figure

FRAMES = 120
ROUNDS = 5
SIZE = (1920, 1080)
DISTINCT = 24
"""Frames rendered; the zip repeats them, since decoding costs the same."""
PIXELS = ("--only", "exr,sequence,pixels", "--skip", "pixels.damage")
"""Options of `check` that ask for what oiiotool's statistics are for, and for a bit more: whole files, levels, a
digest, NaN and infinities with their places, black tiles, bands, fireflies."""


def main() -> None:
    folder = (
        Path(sys.argv[1])
        if len(sys.argv) > 1
        else Path(tempfile.gettempdir()) / "answerprint-bench"
    )
    short, long = prepare(folder)
    threads = len(os.sched_getaffinity(0))
    print(
        f"pixel pass: {FRAMES} frames of {SIZE[0]}x{SIZE[1]} half DWAB in a zip, {threads} threads, {ROUNDS} rounds"
    )
    peers = {
        "decode": f"decoding alone (OpenEXR {version('OpenEXR')}, same threads)",
        "reused": "decoding alone, memory of frames used again as answerprint does",
        "loose": f"oiiotool --printstats of loose files (OpenImageIO {version('OpenImageIO')}, its own threads)",
        "shell": f"the shell way from the same zip: {shell_unzip()}, then oiiotool --printstats",
    }
    own = {
        "pixels": f"answerprint, pixel pass: {' '.join(PIXELS)}",
        "measure": "answerprint, everything measured",
    }
    rates: dict[str, list[float]] = {name: [] for name in (*peers, *own)}
    loading: dict[str, list[float]] = {name: [] for name in rates}
    for _ in range(ROUNDS):  # in turn, so that a noisy machine is unfair to none
        for name in ("decode", "reused", "pixels", "measure"):
            ended = run(name, short)
            rates[name].append(FRAMES / ended["seconds"])
            loading[name].append(ended["loading"])
        rates["loose"].append(FRAMES / printstats(folder / "frames"))
        rates["shell"].append(FRAMES / unzipped_printstats(short))
    for name, label in (peers | own).items():
        print(f"  {label:<92} {statistics.median(rates[name]):6.1f} frames/s")
    for mine in own:
        started = statistics.median(loading[mine])
        print(
            f"  {mine}: loading compiled loops and four frames took {started:.2f} s before the clock ran"
        )
        print(f"  {own[mine].partition(':')[0]}, against:")
        for peer, label in peers.items():
            pairs = zip(rates[mine], rates[peer], strict=True)
            print(f"    {label:<90} {statistics.median(m / p for m, p in pairs):6.2f}")
    memory = {
        count: run("measure", path)["peak"] for count, path in ((FRAMES, short), (4 * FRAMES, long))
    }
    print(
        "  peak memory: "
        + ", ".join(f"{count} frames {peak:.0f} MB" for count, peak in memory.items())
    )
    print(f"  four times the frames take {memory[4 * FRAMES] / memory[FRAMES]:.2f} of the memory")


def prepare(folder: Path) -> tuple[Path, Path]:
    """Render the frames once and zip them, 120 and 480 of them."""
    from answerprint.rehearsal.delivery import exr_frame
    from answerprint.rehearsal.scenery.scene import Scene, render

    frames, archives = folder / "frames", (folder / "short.zip", folder / "long.zip")
    if all(path.exists() for path in archives):
        return archives
    shutil.rmtree(folder, ignore_errors=True)
    frames.mkdir(parents=True)
    print("rendering frames", file=sys.stderr)
    scene = Scene(8, SIZE, DISTINCT)
    made = [exr_frame(render(scene, number)) for number in range(DISTINCT)]
    for number in range(FRAMES):
        (frames / f"frame_{number:05}.exr").write_bytes(made[number % DISTINCT])
    for path, count in zip(archives, (FRAMES, 4 * FRAMES), strict=True):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(count):
                archive.writestr(f"frame_{number:05}.exr", made[number % DISTINCT])
    return archives


def run(what: str, path: Path) -> dict[str, float]:
    """Do one pass in a process of its own and return its seconds and its peak memory in MB."""
    ended = subprocess.run(
        [sys.executable, __file__, "--pass", what, str(path)], capture_output=True, check=True
    )
    measured: dict[str, float] = json.loads(ended.stdout)
    return measured


def one_pass(what: str, path: Path) -> None:
    from answerprint.ingest.delivery import open_source
    from answerprint.measure.pool import AHEAD, default_threads, in_order
    from answerprint.measure.sweep import measure_sequence
    from answerprint.measured.figures import EVERYTHING
    from answerprint.media.exr.door import read_frame
    from answerprint.media.memory import frames_reused

    workers = default_threads()
    with open_source(str(path))[0].opened() as delivery:
        sequence = delivery.sequence
        assert sequence is not None
        wanted = {"pixels": pixel_figures(), "measure": EVERYTHING}.get(what)
        # The pass is compared, and what it takes to start is told beside it: compiled loops are loaded before the clock runs.
        started = time.perf_counter()
        if wanted is not None:
            measure_sequence(replace(sequence, frames=sequence.frames[:4]), wanted=wanted)
        loading = time.perf_counter() - started
        started = time.perf_counter()
        if wanted is not None:
            measure_sequence(sequence, wanted=wanted)
        else:
            keeping = frames_reused() if what == "reused" else nullcontext()
            with ThreadPoolExecutor(workers) as pool, keeping:
                for _ in in_order(
                    pool,
                    lambda f: read_frame(sequence.store.read(f.name)),
                    sequence.frames,
                    workers + AHEAD,
                ):
                    pass
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak": peak, "loading": loading}))


def pixel_figures() -> "frozenset[Figure]":
    """Return what `check` measures of frames with the options PIXELS."""
    from answerprint.checks.judging import wanted_by
    from answerprint.checks.limits import Limits

    _, only, _, skip = (option.split(",") for option in PIXELS)
    return wanted_by(Limits().selecting(only, skip)).sequence


def shell_unzip() -> str:
    return "unzip" if shutil.which("unzip") else "python -m zipfile"


def unzipped_printstats(archive: Path) -> float:
    """Return the seconds it takes to unzip the frames and have oiiotool print their statistics."""
    from bench_peers import unzipping

    with tempfile.TemporaryDirectory(dir=archive.parent) as place:
        started = time.perf_counter()
        subprocess.run(unzipping(archive, Path(place)), check=True)
        return time.perf_counter() - started + printstats(Path(place))


def printstats(frames: Path) -> float:
    """Return the seconds oiiotool takes for the statistics of every frame."""
    tool = Path(sys.executable).with_name("oiiotool")
    command = [str(tool), f"{frames}/frame_%05d.exr", "--frames", f"0-{FRAMES - 1}", "--printstats"]
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    if sys.argv[1:2] == ["--pass"]:
        one_pass(sys.argv[2], Path(sys.argv[3]))
    else:
        main()
