"""What the stand-in of Runware says a result costs."""

from decimal import Decimal
from typing import Final

from answerprint.rehearsal.runware.task import VideoTask

BLOCKS: Final = {
    "sdr": {"360p": "0.06", "540p": "0.15", "720p": "0.30", "1080p": "1.20"},
    "hdr": {"720p": "0.60", "1080p": "2.40"},
    "exr": {"720p": "0.90", "1080p": "3.60"},
    "edit": {"360p": "0.54", "540p": "0.72", "720p": "1.08", "1080p": "2.16"},
    "edit-hdr": {"720p": "2.16", "1080p": "4.32"},
    "edit-exr": {"720p": "3.24", "1080p": "6.48"},
    "reframe": {"360p": "0.03", "540p": "0.06", "720p": "0.12", "1080p": "0.36"},
}
"""Dollars for five seconds, for one second of a reframe, by the model's page; edits in HDR at 720p by its maker's."""
TEN_SECONDS: Final = 3
"""What ten seconds cost in blocks of five, by the maker's page on prices."""


def cost(task: VideoTask, seconds: int) -> Decimal:
    """Return what one result of a task costs in dollars; `seconds` is its length."""
    settings, reframe = task.settings, bool(task.inputs.video and task.size)
    light = "exr" if settings.exr_export else "hdr" if settings.hdr else "sdr"
    if reframe:
        return Decimal(BLOCKS["reframe"][task.tier]) * seconds
    if task.inputs.video:
        kind = "edit" if light == "sdr" else f"edit-{light}"
        return Decimal(BLOCKS[kind][task.tier]) * -(-seconds // 5)
    return Decimal(BLOCKS[light][task.tier]) * (TEN_SECONDS if seconds == 10 else 1)
