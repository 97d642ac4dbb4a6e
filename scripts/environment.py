"""Makes the environment of this checkout and runs a command in it: environment.py [--test|--bench] COMMAND ..."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent
ROOT = SCRIPTS.parent
HOME = Path(os.environ.get("ANSWERPRINT_VENV") or ROOT / ".venv")
BUILD = "hatchling==1.33.0"


def main() -> None:
    words = sys.argv[1:]
    kind = words.pop(0).removeprefix("--") if words[0] in ("--test", "--bench") else ""
    requirements = SCRIPTS / (f"requirements-{kind}.txt" if kind else "requirements.txt")
    with locked():
        stamp, wanted = HOME / f"{requirements.stem}.stamp", fingerprint(requirements)
        if not stamp.exists() or stamp.read_text() != wanted:
            make(requirements)
            stamp.write_text(wanted)
    if kind == "test":
        os.chdir(ROOT)
    command = HOME / "bin" / words[0]
    os.execv(command, [str(command), *words[1:]])


def fingerprint(requirements: Path) -> str:
    """What the environment depends on: the interpreter and everything that is installed."""
    parts = [SCRIPTS / "requirements.txt", requirements, ROOT / "pyproject.toml"]
    text = sys.version + str(ROOT) + "".join(part.read_text() for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()


def make(requirements: Path) -> None:
    """Install the pinned requirements and this checkout itself."""
    if not (HOME / "bin" / "python").exists():
        say(f"making an environment in {HOME}")
        create()
    say(f"installing {requirements.name}")
    pip("install", "-r", str(requirements), BUILD, "editables")
    pip("install", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    choose_opencv()


def create() -> None:
    """Make the environment with a pip in it; Debian's Python may lack the one it would bundle."""
    try:
        venv.create(HOME, with_pip=True)
    except subprocess.CalledProcessError:
        shutil.rmtree(HOME, ignore_errors=True)
        venv.create(HOME, with_pip=False)
        run(
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(HOME / "bin" / "python"),
            "install",
            "-q",
            "pip",
        )


def choose_opencv() -> None:
    """Take the headless build of the same OpenCV where the usual one finds no libGL to import with."""
    if works("import cv2"):
        return
    found = subprocess.run(
        [python(), "-m", "pip", "show", "opencv-python"], capture_output=True, text=True, check=True
    )
    version = next(
        line.split()[1] for line in found.stdout.splitlines() if line.startswith("Version:")
    )
    say(f"no display libraries here: taking opencv-python-headless {version}")
    pip("uninstall", "-y", "opencv-python")
    pip("install", f"opencv-python-headless=={version}")


def works(statement: str) -> bool:
    return (
        subprocess.run([python(), "-c", statement], capture_output=True, check=False).returncode
        == 0
    )


def pip(command: str, *words: str) -> None:
    run(python(), "-m", "pip", command, "-q", *words)


def python() -> str:
    return str(HOME / "bin" / "python")


def run(*command: str) -> None:
    environment = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if subprocess.run(command, env=environment, stdout=sys.stderr, check=False).returncode:
        say(f"failed: {' '.join(command)}")
        sys.exit(3)


@contextmanager
def locked() -> Iterator[None]:
    """Let two scripts that start together make the environment one after the other."""
    HOME.parent.mkdir(parents=True, exist_ok=True)
    with (HOME.parent / f"{HOME.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def say(text: str) -> None:
    print(f"answerprint: {text}", file=sys.stderr)


if __name__ == "__main__":
    main()
