"""The frames of a clip brought to its `exr` folder: proven, under new names, and not again where they are there."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from answerprint.deliverables.seal import refuse_existing
from answerprint.ingest.collect import collect, same_frames
from answerprint.ingest.delivery import Delivery
from answerprint.ingest.unpack import unpack
from answerprint.ledger import Ledger, Stamp, key_of
from answerprint.media.sequence import Folder, FrameFile, Sequence, group_names
from answerprint.onepass import Finishing
from answerprint.timing import FrameRange
from answerprint.version import __version__

PADDING: Final = 4
"""Digits of the frame numbers we write; numbers above 9999 grow by themselves."""


def source_key(delivery: Delivery) -> str:
    """Return a key of everything a delivery holds, by path, size and time of change."""
    paths = [delivery.movie] if delivery.movie else []
    if delivery.packed:
        paths.append(delivery.packed.path)
    elif delivery.sequence:
        place = delivery.sequence.store.place
        paths += [place / frame.name for frame in delivery.sequence.frames]
    return key_of(__version__, *((path.resolve(), Stamp.of(path)) for path in paths))


def frame_names(sequence: Sequence, clip: str, first_frame: int) -> dict[str, str]:
    """Return the new name of every file of `sequence`: `<clip>.<frame>.exr`, gaps kept, numbered from `first_frame`."""
    shift = first_frame - sequence.range.first
    return {
        frame.name: f"{clip}.{frame.number + shift:0{PADDING}}.exr" for frame in sequence.frames
    }


def bring_frames(
    delivery: Delivery, clip: Path, key: str, options: Finishing, ledger: Ledger
) -> Delivery:
    """Bring the frames to `exr/` under their new names, unless that is proven; return the delivery that uses them."""
    if delivery.sequence is None:
        return delivery
    folder, sequence = clip / "exr", delivery.sequence
    names = frame_names(sequence, delivery.name, options.first_frame)
    key = key_of(key, *names.values())
    if not ledger.frames(folder, key):
        # A run killed between naming the folder and noting it left good frames: they are compared, not redone.
        if not (folder.is_dir() and same_frames(sequence, folder, names)):
            _bring(delivery, folder, names, options)
        ledger.keep_frames(folder, key)
    return replace(delivery, sequence=_renumbered(sequence, folder, names, options.first_frame))


def _bring(delivery: Delivery, folder: Path, names: Mapping[str, str], options: Finishing) -> None:
    """Write the frames to `folder`; what stood there is only replaced where that was asked for, and last."""
    assert delivery.sequence is not None
    refuse_existing(folder, overwrite=options.overwrite)
    fresh = folder.with_name(f".{folder.name}.fresh") if folder.exists() else folder
    if delivery.packed is not None:
        unpack(delivery.packed, fresh, names=names, progress=options.progress)
    else:
        collect(delivery.sequence, fresh, names, progress=options.progress)
    if fresh != folder:
        shutil.rmtree(folder)
        fresh.rename(folder)


def _renumbered(
    sequence: Sequence, folder: Path, names: Mapping[str, str], first_frame: int
) -> Sequence:
    """Return `sequence` as it lies in `folder` now: what was wrong with its numbering stays known."""
    shift = first_frame - sequence.range.first
    frames = tuple(FrameFile(f.number + shift, names[f.name], f.width) for f in sequence.frames)
    return replace(
        sequence,
        store=Folder(folder),
        frames=frames,
        doubles=tuple(replace(d, number=d.number + shift) for d in sequence.doubles),
        expected=FrameRange(sequence.range.first + shift, sequence.range.last + shift),
        label=group_names(names.values())[0].label,
    )
