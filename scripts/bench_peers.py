"""What bench_finish.py measures against: the shell way, and the encoders alone. Both take answerprint's own encoder options."""

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench import DISTINCT

PRESETS = ("hevc-hdr10", "prores-422hq", "h264-web", "vp9-web")


@dataclass
class Spent:
    """What a run took: by the clock, and on all cores together, its children's included."""

    seconds: float = 0.0
    cpu: float = 0.0


@contextmanager
def spent() -> Iterator[Spent]:
    """Time a block whose work is done by processes that it waits for."""
    taken, before, started = Spent(), children(), time.perf_counter()
    yield taken
    taken.seconds, taken.cpu = time.perf_counter() - started, children() - before


def children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def planned(source: Path, folder: Path) -> tuple[Any, list[Any]]:
    """Return the pictures of `source`, and how answerprint would encode them to each preset."""
    from answerprint.deliverables.encode import Encoding, form_of
    from answerprint.deliverables.pictures.master import master_pictures
    from answerprint.deliverables.preset import load_preset
    from answerprint.deliverables.treatment import Treatment
    from answerprint.ingest.delivery import open_one

    treated, encodings = Treatment(), []
    with open_one(str(source)).opened() as delivery:
        pictures = master_pictures(delivery, treated, None)
    for preset in map(load_preset, PRESETS):
        form = form_of(pictures, preset, treated.geometry, treated.graded(preset))
        target = folder / f"{preset.name}{preset.suffix}"
        encodings.append(
            Encoding(preset, target, form, tuple(range(pictures.count)), pictures.rate)
        )
    return pictures, encodings


class Floor:
    """Encoders fed frames that lie ready-made in the page cache, the distinct ones again and again.

    Either in each encoder's own pixel format, as answerprint feeds them, so that
    they have nothing to do but to encode; or as the shell way has them, in
    R'G'B' of 16 bits a view, which each ffmpeg converts for its encoder itself.
    """

    def __init__(self, source: Path, folder: Path) -> None:
        folder.mkdir()
        pictures, encodings = planned(source, folder)
        write_raw(source, encodings, folder)
        self._formatted = [fed_raw(pictures, e, folder) for e in encodings]
        self._shown = [fed_rgb(pictures, e, raw_input(pictures, e, folder)) for e in encodings]

    def formatted(self) -> Spent:
        """Return what encoding takes of frames in each encoder's own pixel format."""
        return alone(self._formatted)

    def shown(self) -> Spent:
        """Return what encoding takes of 16-bit R'G'B', conversion included."""
        return alone(self._shown)


def alone(commands: list[list[str]]) -> Spent:
    with spent() as taken:
        side_by_side(commands)
    return taken


def write_raw(source: Path, encodings: list[Any], folder: Path) -> None:
    """Write the distinct frames in every form that encoders are fed, and as every view shows them."""
    from answerprint.deliverables.pictures.master import master_pictures
    from answerprint.deliverables.treatment import Treatment
    from answerprint.ingest.delivery import open_one

    with open_one(str(source)).opened() as delivery:
        pictures = master_pictures(delivery, Treatment(), None)
        forms = list(dict.fromkeys(encoding.form for encoding in encodings))
        appearances = list(dict.fromkeys(form.appearance for form in forms))
        pictures.prepare(appearances, exactly=False, progress=lambda *_: None)
        for task in pictures.tasks(range(DISTINCT)):
            frame = task()
            for appearance in appearances:
                rgb = frame.shown(appearance)
                append(folder / f"{appearance.grading.view}.raw", rgb.transpose(1, 2, 0))
                for form in forms:
                    if form.appearance == appearance:
                        append(folder / f"{form.pixel_format}.raw", planes_of(rgb, form))


def planes_of(rgb: Any, form: Any) -> Any:
    from answerprint.color.pixelformat import PIXEL_FORMATS
    from answerprint.color.planes import encode_planes

    format_ = PIXEL_FORMATS[form.pixel_format]
    return encode_planes(rgb, format_, form.matrix, form.range, siting=form.siting)


def append(path: Path, codes: Any) -> None:
    with path.open("ab") as file:
        file.write(codes.tobytes())


def fed_raw(pictures: Any, encoding: Any, folder: Path) -> list[str]:
    """Return answerprint's own command, its pictures from a file."""
    from answerprint.deliverables.commands import command_line

    words = command_line(pictures, encoding)
    at = words.index("pipe:")
    words[at] = str(folder / f"{encoding.form.pixel_format}.raw")
    return counted(words[: at - 1] + again(pictures) + words[at - 1 :], pictures)


def raw_input(pictures: Any, encoding: Any, folder: Path) -> list[str]:
    """Return the input options of frames of packed R'G'B' of 16 bits, which is what ffmpeg makes of 16-bit DPX."""
    width, height = pictures.size
    return [
        "-f", "rawvideo", "-pixel_format", "rgb48le", "-video_size", f"{width}x{height}",
        *again(pictures), "-i", str(folder / f"{encoding.form.appearance.grading.view}.raw"),
    ]  # fmt: skip


def fed_rgb(pictures: Any, encoding: Any, fed: list[str]) -> list[str]:
    """Return answerprint's command with full-range R'G'B' in the place of its pictures, converted by zscale."""
    from answerprint.deliverables.commands import command_line
    from answerprint.media.ffmpeg import _ZIMG_MATRICES

    words = command_line(pictures, encoding)
    at, matrix = words.index("pipe:"), _ZIMG_MATRICES[encoding.preset.color.matrix]
    before = ["-framerate", str(encoding.rate), *static_words(words[:at]), *fed]
    converted = (
        f"zscale=matrixin=gbr:matrix={matrix}:rangein=full:range=limited:"
        f"chromal={encoding.form.siting},format={encoding.form.pixel_format},"
    )
    rest = [word.replace("[0:v]", f"[0:v]{converted}", 1) for word in words[at + 1 :]]
    return counted([*words[: words.index("-y") + 1], *before, *rest], pictures)


def again(pictures: Any) -> list[str]:
    """Return the input option that shows the distinct frames until there are as many as in the zip."""
    return ["-stream_loop", str(-(-pictures.count // DISTINCT) - 1)]


def counted(words: list[str], pictures: Any) -> list[str]:
    """Return a command that ends after as many frames as the zip has."""
    return [*words[:-1], "-frames:v", str(pictures.count), words[-1]]


class Shell:
    """unzip, oiiotool to a folder of frames for each view, and one ffmpeg a file.

    Frames are 16-bit DPX: of DPX, TIFF and PNG what oiiotool writes and ffmpeg
    reads in the least time (PPM is as fast, and oiiotool 3.2 writes it upside
    down). ffmpeg processes run one after another and side by side in the first
    round, and in whichever way was faster then.
    """

    def __init__(self, source: Path, folder: Path) -> None:
        folder.mkdir()
        self._source, self._folder = source, folder
        self._pictures, self._encodings = planned(source, folder)
        self.unzip = "unzip" if shutil.which("unzip") else "python -m zipfile"
        self.how = ""
        self._parts: dict[str, list[Spent]] = {}

    def run(self) -> Spent:
        """Return what the whole way took."""
        self._clear()
        steps = [self._step("unzip", [unzipping(self._source, self._folder / "exr")])]
        steps += [self._step("oiiotool", [self._shown(view)]) for view in self._views()]
        steps.append(self._encoded())
        self._clear()
        return Spent(sum(step.seconds for step in steps), sum(step.cpu for step in steps))

    def parts(self) -> str:
        """Return the medians of its steps in words."""
        return ", ".join(f"{name} {middle(runs):.1f} s" for name, runs in self._parts.items())

    def _views(self) -> list[str]:
        return list(dict.fromkeys(e.form.appearance.grading.view for e in self._encodings))

    def _encoded(self) -> Spent:
        commands = [self._encoding(encoding) for encoding in self._encodings]
        tried = []
        for how, groups in (
            ("one after another", [[c] for c in commands]),
            ("side by side", [commands]),
        ):
            if self.how in ("", how):
                tried.append((how, self._step(f"ffmpeg {how}", *groups)))
        self.how, best = min(tried, key=lambda pair: pair[1].seconds)
        return best

    def _step(self, name: str, *groups: list[list[str]]) -> Spent:
        with spent() as taken:
            for group in groups:
                side_by_side(group)
        self._parts.setdefault(name, []).append(taken)
        return taken

    def _shown(self, view: str) -> list[str]:
        from answerprint.color.grading import CONFIGS
        from answerprint.color.views import view_named

        (self._folder / view).mkdir()
        return [
            str(Path(sys.executable).with_name("oiiotool")), "--colorconfig", f"ocio://{CONFIGS['aces-2.0']}",
            f"{self._folder}/exr/frame_%05d.exr", "--frames", f"0-{self._pictures.count - 1}", "--parallel-frames",
            "--iscolorspace", "ACES2065-1", "--ociodisplay", *view_named(view).spellings[0],
            "-d", "uint16", "-o", f"{self._folder}/{view}/frame_%05d.dpx",
        ]  # fmt: skip

    def _encoding(self, encoding: Any) -> list[str]:
        """Return answerprint's command with frames of R'G'B' in the place of raw pictures."""
        frames = f"{self._folder}/{encoding.form.appearance.grading.view}/frame_%05d.dpx"
        return fed_rgb(self._pictures, encoding, ["-i", frames])

    def _clear(self) -> None:
        for name in ("exr", *self._views()):
            shutil.rmtree(self._folder / name, ignore_errors=True)


def static_words(words: list[str]) -> list[str]:
    """Return the input options of a command that carry HDR static metadata."""
    found = []
    for name, value in pairwise(words):
        if name in ("-mastering_display", "-content_light"):
            found += [name, value]
    return found


def unzipping(archive: Path, folder: Path) -> list[str]:
    if shutil.which("unzip"):
        return ["unzip", "-q", str(archive), "-d", str(folder)]
    return [sys.executable, "-m", "zipfile", "-e", str(archive), str(folder)]


def side_by_side(commands: list[list[str]]) -> None:
    """Run commands at the same time, to their ends."""
    running = [
        subprocess.Popen(c, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) for c in commands
    ]
    codes = [process.wait() for process in running]
    if any(codes):
        raise SystemExit(f"failed with {codes}: " + os.linesep.join(" ".join(c) for c in commands))


def middle(runs: list[Spent]) -> float:
    ordered = sorted(run.seconds for run in runs)
    return ordered[len(ordered) // 2]
