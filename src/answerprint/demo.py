"""The demo: an HDR+EXR delivery and a loop, rendered here, finished like any other."""

from pathlib import Path
from typing import Final

from answerprint.errors import StorageError
from answerprint.line import finish
from answerprint.order import Order
from answerprint.progress import Progress, silent
from answerprint.rehearsal.delivery import write_delivery
from answerprint.rehearsal.scene import Scene
from answerprint.rehearsal.sound import write_sound
from answerprint.report import Report

SIZE: Final = (960, 540)
"""A 540p cell of the services, the smallest that shows what the pictures are."""
FRAMES: Final = 120
"""Five seconds at 24 frames a second."""
PRESETS: Final = ("h264-web", "prores-422hq", "vp9-web")
"""One of each container."""

HDR: Final = Scene(seed=8, size=SIZE, frames=FRAMES)
"""A moonlit bay: highlights far above diffuse white."""
LOOP: Final = Scene(seed=0, size=SIZE, frames=FRAMES, loop=True)
"""An amber dusk whose last frame runs into its first."""


def run_demo(out: str | Path, *, progress: Progress = silent) -> tuple[Report, ...]:
    """Render two deliveries with a sound into `out`/delivered and finish them into `out`/finished.

    Run again, it keeps what is there and proven. Raises StorageError where the
    disk refuses, EncodeError where ffmpeg fails.
    """
    delivered = Path(out) / "delivered"
    try:
        for name, scene, exr in (("bay-hdr", HDR, True), ("dusk-loop", LOOP, False)):
            if not (delivered / name / "response.json").exists():
                write_delivery(delivered / name, scene, exr=exr, progress=progress)
        sound = write_sound(delivered / "surf.wav", seconds=6)
    except OSError as problem:
        raise StorageError(
            f"cannot be written ({problem.strerror})", where=str(delivered)
        ) from None
    asked = {"seconds": 5, "fps": 24, "size": SIZE}
    hdr = Order.parse(asked | {"hdr": True, "exr": True})
    loop = Order.parse(asked | {"loop": True})
    return tuple(
        report
        for name, order in (("bay-hdr", hdr), ("dusk-loop", loop))
        for report in finish(
            delivered / name,
            out=Path(out) / "finished",
            order=order,
            deliver=PRESETS,
            audio=sound,
            progress=progress,
        )
    )
