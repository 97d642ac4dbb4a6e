"""Measures fetching 200 MB over loopback, hashing and proving included, against a plain httpx stream to disk in the same run."""

import functools
import http.server
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import IO

SIZE = 200 * 1000 * 1000
ROUNDS = 11


def main() -> None:
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(prefix="answerprint-bench-", dir=place) as name:
        folder = Path(name)
        source = make(folder / "served")
        server = subprocess.Popen(
            [sys.executable, __file__, "--serve", str(source.parent)], stdout=subprocess.PIPE
        )
        assert server.stdout is not None
        try:
            link = f"http://127.0.0.1:{int(server.stdout.readline())}/{source.name}"
            compare(link, folder)
        finally:
            server.terminate()
            server.wait()


def compare(link: str, folder: Path) -> None:
    figures: dict[str, list[dict[str, float]]] = {"plain": [], "fetch": []}
    for number in range(
        ROUNDS
    ):  # each goes first in turn: what the disk still writes slows who follows
        for what in sorted(figures, reverse=number % 2 == 0):
            figures[what].append(run(what, link, folder))
    print(f"download: {SIZE / 1e6:.0f} MB over loopback, {ROUNDS} rounds, a process each")
    for what, label in (
        ("plain", "httpx stream to disk, neither hashed nor proven"),
        ("fetch", "answerprint fetch, hashed and proven"),
    ):
        rate = statistics.median(SIZE / 1e6 / each["seconds"] for each in figures[what])
        peak = max(each["peak"] for each in figures[what])
        print(f"  {label:<50} {rate:6.0f} MB/s, peak memory {peak:.0f} MB")
    pairs = zip(figures["fetch"], figures["plain"], strict=True)
    spread = sorted(plain["seconds"] / ours["seconds"] for ours, plain in pairs)
    ratio = statistics.median(spread)
    print(f"  answerprint / httpx {ratio:.2f} (rounds {spread[0]:.2f} to {spread[-1]:.2f})")


def make(folder: Path) -> Path:
    """Write a zip of stored noise, as incompressible as DWAB frames are."""
    folder.mkdir()
    path = folder / "exr.zip"
    with zipfile.ZipFile(path, "w") as archive, archive.open("noise.bin", "w") as member:
        for _ in range(SIZE // 1_000_000):
            member.write(os.urandom(1_000_000))
    return path


def run(what: str, link: str, folder: Path) -> dict[str, float]:
    """Fetch once in a process of its own and return its seconds and its peak memory in MB."""
    target = folder / "out"
    subprocess.run(["rm", "-rf", str(target)], check=True)
    target.mkdir()
    os.sync()
    ended = subprocess.run(
        [sys.executable, __file__, "--once", what, link, str(target)],
        stdout=subprocess.PIPE,
        check=True,
    )
    measured: dict[str, float] = json.loads(ended.stdout)
    return measured


def once(what: str, link: str, target: Path) -> None:
    if what == "plain":
        import httpx

        started = time.perf_counter()
        with httpx.stream("GET", link) as answer, (target / "exr.zip").open("wb") as file:
            for piece in answer.iter_bytes():
                file.write(piece)
    else:
        from answerprint.ingest.download import Wanted, fetch

        started = time.perf_counter()
        fetch([Wanted(name="exr", link=link)], target, allow_private=True)
    seconds = time.perf_counter() - started
    # Linux hands the peak of a parent on to the child that replaces it; VmHWM is the process's own.
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    peak = int(status["VmHWM"].split()[0]) / 1024
    assert (target / "exr.zip").stat().st_size > SIZE
    print(json.dumps({"seconds": seconds, "peak": peak}))


def serve(folder: str) -> None:
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    http.server.SimpleHTTPRequestHandler.log_message = lambda *_: None
    http.server.SimpleHTTPRequestHandler.copyfile = send
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


def send(handler: http.server.SimpleHTTPRequestHandler, source: IO[bytes], _: object) -> None:
    """Let the kernel send the file, so that the server is not what is measured."""
    at = 0
    while sent := os.sendfile(handler.connection.fileno(), source.fileno(), at, 1 << 24):
        at += sent


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2])
    elif sys.argv[1:2] == ["--once"]:
        once(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
    else:
        main()
