"""What a clip's deliverables are called, and where they go."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from answerprint.deliverables.naming import (
    NameFields,
    Template,
    file_name,
    file_names,
    next_version,
    parse_template,
)
from answerprint.deliverables.pictures.master import master_pictures
from answerprint.deliverables.planning import shown_facts
from answerprint.deliverables.preset import Preset
from answerprint.deliverables.treatment import Treatment
from answerprint.ingest.delivery import Delivery

_OF_PICTURES: Final = frozenset({"width", "height", "fps", "first", "last"})
"""Fields that only the clip's pictures tell."""
_NUMBERED: Final = frozenset({"first", "last"})
"""Those for which a movie's frames are counted, which takes decoding it."""
_ANY: Final[dict[str, Any]] = {
    "width": 1, "height": 1, "fps": Fraction(24), "first": 1, "last": 1,
}  # fmt: skip
"""Values in their place while there are no pictures to ask."""


def require_names(presets: Iterable[Preset], treatment: Treatment, clip: str) -> None:
    """Raise UsageError where the deliverables of a clip of that name cannot be called what is asked, whatever its pictures."""
    template = parse_template(treatment.name)
    fields = [_fields(preset, treatment, clip) for preset in presets]
    if template.fields.isdisjoint(_OF_PICTURES):
        file_names(template, fields)
        return
    for each in fields:
        # One by one: pictures may tell apart what has the same name without them.
        file_name(template, each.model_copy(update=_ANY))


def final_paths(
    folder: Path,
    delivery: Delivery,
    presets: Iterable[Preset],
    treatment: Treatment,
    *,
    fps: Fraction | None = None,
    count: int | None = None,
) -> tuple[Path, ...]:
    """Return where the deliverables go below `folder`, by preset.

    `fps` is the rate that was ordered, `count` how many frames a movie has where
    that is known. Pictures are only looked at where the template names what they
    tell. Raises UsageError where two would be one file, and SourceError.
    """
    template, known = parse_template(treatment.name), tuple(presets)
    each = [_fields(preset, treatment, delivery.name) for preset in known]
    if template.fields & _OF_PICTURES:
        numbered = not template.fields.isdisjoint(_NUMBERED)
        pictures = master_pictures(delivery, treatment, fps, count if numbered else count or 1)
        each = [
            fields.model_copy(update=shown_facts(pictures, preset, treatment, numbered=numbered))
            for fields, preset in zip(each, known, strict=True)
        ]
    return _paths(folder, template, each, treatment)


def _paths(
    folder: Path, template: Template, each: list[NameFields], treatment: Treatment
) -> tuple[Path, ...]:
    if treatment.new_version:
        version = next_version(folder, template, each)
        each = [fields.model_copy(update={"version": version}) for fields in each]
    return tuple(folder / name for name in file_names(template, each))


def _fields(preset: Preset, treatment: Treatment, clip: str) -> NameFields:
    return NameFields(
        clip=clip,
        preset=preset.name,
        suffix=preset.suffix,
        date=date.today(),
        view=treatment.view or preset.view,
    )
