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
from importlib.metadata import version
from pathlib import Path

FRAMES = 120
ROUNDS = 5
SIZE = (1920, 1080)
DISTINCT = 24
"""Frames rendered; the zip repeats them, since decoding costs the same."""


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
    rates: dict[str, list[float]] = {"decode": [], "reused": [], "measure": [], "oiiotool": []}
    for _ in range(ROUNDS):  # in turn, so that a noisy machine is unfair to none
        rates["decode"].append(FRAMES / run("decode", short)["seconds"])
        rates["reused"].append(FRAMES / run("reused", short)["seconds"])
        rates["measure"].append(FRAMES / run("measure", short)["seconds"])
        rates["oiiotool"].append(FRAMES / printstats(folder / "frames"))
    for name, label in (
        ("decode", f"decoding alone (OpenEXR {version('OpenEXR')}, same threads)"),
        ("reused", "decoding alone, memory of frames used again as answerprint does"),
        ("measure", "answerprint, everything measured"),
        (
            "oiiotool",
            f"oiiotool --printstats (OpenImageIO {version('OpenImageIO')}, its own threads)",
        ),
    ):
        print(f"  {label:<66} {statistics.median(rates[name]):6.1f} frames/s")
    for peer, label in (("decode", "decoding alone"), ("reused", "that with memory used again"), ("oiiotool", "oiiotool")):  # fmt: skip
        pairs = zip(rates["measure"], rates[peer], strict=True)
        print(f"  answerprint / {label:<28} {statistics.median(m / p for m, p in pairs):.2f}")
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
    from answerprint.rehearsal.scene import Scene, render

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
    return json.loads(ended.stdout)


def one_pass(what: str, path: Path) -> None:
    from answerprint.ingest.delivery import open_source
    from answerprint.measure.sweep import AHEAD, default_threads, in_order, measure_sequence
    from answerprint.media.exr import read_frame
    from answerprint.media.memory import frames_reused

    workers = default_threads()
    with open_source(str(path))[0].opened() as delivery:
        sequence = delivery.sequence
        assert sequence is not None
        started = time.perf_counter()
        if what == "measure":
            measure_sequence(sequence)
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
    print(json.dumps({"seconds": seconds, "peak": peak}))


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
