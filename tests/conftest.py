"""What many tests share: small real deliveries, rendered once a run, and the shared media library."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from answerprint.color.baked.bakes import PLACE
from answerprint.rehearsal.delivery import write_delivery
from answerprint.rehearsal.scenery.scene import Scene
from answerprint.rehearsal.scenery.sound import write_sound

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "media"

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # In the background of a shell Ctrl-C is ignored, and children that tests interrupt would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)

SMALL = (160, 90)
FRAMES = 24


@pytest.fixture(scope="session", autouse=True)
def _cache_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Bakes are kept for the run, for all its workers, and apart from the user's own."""
    base = tmp_path_factory.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(PLACE, str(run / "cache"))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared media library, where this machine has one."""
    if not SHARED.is_dir():
        pytest.skip("no shared media")
    return SHARED


@pytest.fixture(scope="session")
def hdr_delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One second of a small HDR+EXR delivery in a service's shape; never written to."""
    return write_delivery(tmp_path_factory.mktemp("hdr") / "bay", Scene(8, SMALL, FRAMES), exr=True)


@pytest.fixture(scope="session")
def loop_delivery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small SDR loop in a service's shape; never written to."""
    return write_delivery(tmp_path_factory.mktemp("loop") / "dusk", Scene(0, SMALL, 48, loop=True))


@pytest.fixture(scope="session")
def surf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of stereo sound."""
    return write_sound(tmp_path_factory.mktemp("sound") / "surf.wav", seconds=2)
