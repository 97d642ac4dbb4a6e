"""Measures `finish` of EXR frames to four files against the shell way and against the encoders alone, in one run.

    bench_finish.py [FOLDER] [--rounds N] [--frames N] [--short]

`--short` leaves out what is measured a single time: the first run on a machine, and 480 frames.
Every ratio is the median of its rounds, by the clock and in CPU seconds: where other
work shares the machine, the clock of one side may suffer more, CPU seconds hardly do.
"""

import argparse
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
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from bench import FRAMES, SIZE, prepare
from bench_peers import PRESETS, Floor, Shell, Spent, spent

ROUNDS = 3
LEAST = 49
"""Frames of this size from which answerprint bakes."""
WANTED = {"shell": 4.0, "floor": 1.25, "memory": 900, "growth": 1.10}


def main() -> None:
    asked = arguments()
    short, long = prepare(asked.folder)
    cache = asked.folder / "cache"
    work = asked.folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    try:
        os.environ["ANSWERPRINT_CACHE"] = str(cache)
        if asked.frames != FRAMES:
            short = zipped(asked.folder / "frames", work / f"{asked.frames}.zip", asked.frames)
        say("baking and writing raw frames")
        floor, shell = Floor(short, work / "floor"), Shell(short, work / "shell")
        compare(short, work, floor, shell, asked)
        if not asked.short:
            shutil.rmtree(work / "floor")
            once(short, long, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    usual = Path(tempfile.gettempdir()) / "answerprint-bench"
    parser.add_argument("folder", nargs="?", type=Path, default=usual)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument(
        "--frames", type=int, default=FRAMES, choices=range(LEAST, FRAMES + 1), metavar="N"
    )
    parser.add_argument("--short", action="store_true")
    return parser.parse_args()


def zipped(frames: Path, target: Path, count: int) -> Path:
    """Zip the first frames, for a quick look."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(frames.iterdir())[:count]:
            archive.write(path, path.name)
    return target


def compare(
    source: Path, work: Path, floor: Floor, shell: Shell, asked: argparse.Namespace
) -> None:
    """Run all three sides in turn, and print what each took and how they compare."""
    print(
        f"finish: {asked.frames} frames of {SIZE[0]}x{SIZE[1]} half DWAB in a zip to {','.join(PRESETS)}, "
        f"{len(os.sched_getaffinity(0))} cores, {asked.rounds} rounds, load {os.getloadavg()[0]:.1f} before"
    )
    ours: list[dict[str, float]] = []

    def answerprint() -> Spent:
        ours.append(finish(source, work))
        return Spent(ours[-1]["seconds"], ours[-1]["own"] + ours[-1]["encoders"])

    def sampled() -> Spent:
        taken = finish(source, work, "--proof", "sample")
        return Spent(taken["seconds"], taken["own"] + taken["encoders"])

    sides = {
        "answerprint": answerprint,
        "sampled": sampled,
        "formatted": floor.formatted,
        "shown": floor.shown,
        "shell": shell.run,
    }
    taken = rounds(sides, asked.rounds)
    for side, label in labels(shell).items():
        seconds = statistics.median(each.seconds for each in taken[side])
        cpu = statistics.median(each.cpu for each in taken[side])
        print(f"  {label:<114} {seconds:6.1f} s, {cpu:6.1f} CPU s")
    own, encoders = (statistics.median(each[name] for each in ours) for name in ("own", "encoders"))
    print(
        f"  of answerprint's CPU seconds its encoders take {encoders:.1f}, all the rest {own:.1f}; the shell's parts: {shell.parts()}"
    )
    made = taken["answerprint"]
    ratio("shell / answerprint", taken["shell"], made, f"at least {WANTED['shell']}")
    most = f"at most {WANTED['floor']}"
    ratio("answerprint / encoders fed R'G'B' of 16 bits", made, taken["shown"], most)
    ratio("answerprint / encoders fed their own formats", made, taken["formatted"], most)
    ratio("with --proof sample / fed their own formats", taken["sampled"], taken["formatted"], most)
    print(f"  load {os.getloadavg()[0]:.1f} after")


def rounds(sides: dict[str, Callable[[], Spent]], count: int) -> dict[str, list[Spent]]:
    """Run all sides in every round; each goes first in turn: what the disk still writes slows who follows."""
    taken: dict[str, list[Spent]] = {side: [] for side in sides}
    for number in range(count):
        for turn in range(len(sides)):
            side = list(sides)[(number + turn) % len(sides)]
            say(f"round {number + 1}: {side}")
            os.sync()
            taken[side].append(sides[side]())
    return taken


def labels(shell: Shell) -> dict[str, str]:
    from answerprint.media import ffmpeg

    return {
        "answerprint": f"answerprint {version('answerprint')}: also checked, measured and proven; bakes in the cache",
        "sampled": "the same with --proof sample: keyframes decoded, of HDR10 all frames",
        "formatted": f"ffmpeg {ffmpeg.version()} alone, four side by side, fed raw frames in each encoder's own pixel format",
        "shown": "these encoders, fed raw 16-bit R'G'B' frames of each view, as the shell way has them",
        "shell": f"{shell.unzip}, oiiotool {version('OpenImageIO')} to 16-bit DPX a view, ffmpeg {shell.how}",
    }


def ratio(label: str, above: list[Spent], below: list[Spent], wanted: str) -> None:
    pairs = list(zip(above, below, strict=True))
    clock = sorted(a.seconds / b.seconds for a, b in pairs)
    cpu = statistics.median(a.cpu / b.cpu for a, b in pairs)
    print(
        f"  {label:<45} {statistics.median(clock):.2f} (rounds {clock[0]:.2f} to {clock[-1]:.2f}; "
        f"in CPU seconds {cpu:.2f}), wanted {wanted}"
    )


def once(short: Path, long: Path, work: Path) -> None:
    """Print the first run on a machine, and memory by length."""
    os.environ["NUMBA_CACHE_DIR"] = str(work / "numba")
    kept, os.environ["ANSWERPRINT_CACHE"] = os.environ["ANSWERPRINT_CACHE"], str(work / "cache")
    say("with empty caches")
    first = finish(short, work)
    os.environ["ANSWERPRINT_CACHE"] = kept
    os.environ.pop("NUMBA_CACHE_DIR")
    print(f"  first time on a machine, kernels compiled and two views baked: {first['seconds']:.1f} s, "
          f"{first['own'] + first['encoders']:.1f} CPU s")  # fmt: skip
    say(f"{FRAMES} and {4 * FRAMES} frames for their memory")
    peak, longer = (finish(path, work)["peak"] for path in (short, long))
    print(
        f"  peak memory of the process, without ffmpeg's: {FRAMES} frames {peak:.0f} MB, "
        f"{4 * FRAMES} frames {longer:.0f} MB, wanted at most {WANTED['memory']}"
    )
    print(
        f"  four times the frames take {longer / peak:.2f} of the memory, wanted at most {WANTED['growth']}"
    )


def finish(source: Path, work: Path, *more: str) -> dict[str, float]:
    """Finish in a process of its own: its seconds, CPU seconds by who spent them, and its own peak memory in MB.

    Python may keep its bytecode, as it has it of what was installed.
    """
    out, note = work / "finished", work / "note.json"
    shutil.rmtree(out, ignore_errors=True)
    words = [str(source), "--out", str(out), "--deliver", ",".join(PRESETS), *more]
    kept = {name: said for name, said in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with spent() as taken:
        subprocess.run([sys.executable, __file__, "--finish", str(note), *words], env=kept,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)  # fmt: skip
    made = {path.suffix for path in out.glob("*/deliver/*")}
    assert made == {".mp4", ".mov", ".webm"}, f"made {made}"
    shutil.rmtree(out)
    noted: dict[str, float] = json.loads(note.read_text())
    return noted | {"seconds": taken.seconds}


def finish_here(note: Path, words: list[str]) -> None:
    from answerprint.cli.app import run

    code = run(["finish", *words])
    own, encoders = (cpu_seconds(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    # Linux hands the peak of a parent on to the child that replaces it; VmHWM is the process's own.
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    peak = int(status["VmHWM"].split()[0]) / 1024
    note.write_text(json.dumps({"peak": peak, "own": own, "encoders": encoders}))
    # The clip repeats its frames, and the checks find where it jumps.
    sys.exit(0 if code in (0, 1) else code)


def cpu_seconds(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def say(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--finish"]:
        finish_here(Path(sys.argv[2]), sys.argv[3:])
    else:
        main()
