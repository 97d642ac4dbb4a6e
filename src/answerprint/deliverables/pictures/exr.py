"""The pictures of an EXR sequence: scene light, shown anew for every appearance."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.color.grading import Grading
from answerprint.color.input import InputColor
from answerprint.color.rendering import Rendering, rendering
from answerprint.color.taps import LIGHT
from answerprint.deliverables.pictures.appearance import Appearance, Light
from answerprint.deliverables.pictures.geometry import Placement, framed, laid, unframed
from answerprint.deliverables.pictures.source import Frame, Pictures
from answerprint.errors import FrameError
from answerprint.measure.sweep import (
    Observed,
    observe_frame,
)
from answerprint.media.exr.door import ExrFrame, read_frame
from answerprint.media.exr.planes import in_primaries, picture_planes
from answerprint.media.sequence import FrameFile
from answerprint.media.sequence import Sequence as Frames
from answerprint.progress import Progress


@dataclass(frozen=True, slots=True)
class SequencePictures(Pictures):
    """The frames of an EXR sequence: scene light of the display window, black where there are no pixels."""

    sequence: Frames | None = None
    color: InputColor | None = None
    ready: dict[Grading, Rendering] = field(default_factory=dict)

    def tasks(self, indices: Sequence[int]) -> Iterator[Callable[[], Frame]]:
        """Yield what decodes each frame."""
        assert self.sequence is not None
        for index in indices:
            file = self.sequence.frames[index]
            yield lambda file=file: self._frame(file)  # type: ignore[misc]

    def prepare(
        self, appearances: Sequence[Appearance], *, exactly: bool, progress: Progress
    ) -> None:
        """Make the renderings ready, baked where that pays."""
        for appearance in appearances:
            canvas = appearance.placement.scaled
            pixels = canvas[0] * canvas[1] * self.count
            self.ready[appearance.grading] = rendering(
                appearance.grading, pixels, exactly=exactly, progress=progress
            )

    def _frame(self, file: FrameFile) -> "ExrPicture":
        assert self.sequence is not None
        assert self.color is not None
        frame = read_frame(self.sequence.store.read(file.name))
        part = frame.header.main
        if part.size != self.size:
            raise FrameError(
                f"is {part.size[0]}x{part.size[1]}, unlike the sequence", where=file.name
            )
        if not part.picture:
            raise FrameError("holds no picture", where=file.name)
        return ExrPicture(frame, file, self.color, self.ready)


class ExrPicture(Frame):
    """One EXR frame, decoded."""

    def __init__(
        self,
        frame: ExrFrame,
        file: FrameFile,
        color: InputColor,
        ready: Mapping[Grading, Rendering],
    ) -> None:
        self._frame = frame
        self._file = file
        self._color = color
        self._ready = ready

    def shown(self, appearance: Appearance) -> NDArray[np.uint16]:
        """Show the frame's light, brought to its size before it is shown."""
        planes, placement = display_window(self._frame), appearance.placement
        primaries, render = self._color.of(self._frame.header), self._ready[appearance.grading]
        if placement.untouched:
            return render.show(planes, primaries)
        return framed(
            render.show(list(laid(planes, unframed(placement), LIGHT)), primaries), placement
        )

    def light(self, form: Light) -> dict[str, NDArray[np.float16]]:
        """Return the picture's planes in other primaries, half floats untouched where they are the same."""
        source = self._color.of(self._frame.header)
        if form.placement.untouched:
            return in_primaries(picture_planes(self._frame), source, form.primaries)
        planes = dict(
            zip("RGB", laid(display_window(self._frame), form.placement, LIGHT), strict=True)
        )
        return in_primaries(planes, source, form.primaries)

    def alpha(self, placement: Placement) -> NDArray[np.uint16] | None:
        """Return the A channel."""
        plane = picture_planes(self._frame).get("A")
        if plane is None:
            return None
        whole = np.nan_to_num(plane.astype(np.float32)).clip(0, 1)
        laid_down = laid([whole], placement, LIGHT)[0]
        return np.asarray(laid_down * np.float32(65535) + np.float32(0.5)).astype(np.uint16)

    def observed(self) -> Observed | None:
        """Measure the frame for the checks."""
        return observe_frame(self._frame, self._file)


def display_window(frame: ExrFrame) -> list[NDArray[Any]]:
    """Return the planes a viewer sees, as stored: the display window, black where there are no pixels."""
    part = frame.header.main
    planes = list(frame.picture)
    planes = planes * 3 if len(planes) == 1 else planes
    if part.data_window == part.display_window:
        return planes
    (x0, y0, x1, y1), (left, top, right, bottom) = part.data_window, part.display_window
    xs, xe, ys, ye = max(x0, left), min(x1, right) + 1, max(y0, top), min(y1, bottom) + 1
    windows = [np.zeros((bottom - top + 1, right - left + 1), p.dtype) for p in planes]
    if xs < xe and ys < ye:
        for window, plane in zip(windows, planes, strict=True):
            window[ys - top : ye - top, xs - left : xe - left] = plane[
                ys - y0 : ye - y0, xs - x0 : xe - x0
            ]
    return windows
