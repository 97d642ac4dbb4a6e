"""Every plant, and the ids that have none, with the reason."""

from typing import Final

from tests.mutations import containers, files, kin, looks, moments, pairs, samples, seams, sounds
from tests.mutations.plant import Plant

PLANTS: Final[tuple[Plant, ...]] = (
    *files.PLANTS,
    *containers.PLANTS,
    *samples.PLANTS,
    *moments.PLANTS,
    *looks.PLANTS,
    *seams.PLANTS,
    *sounds.PLANTS,
    *pairs.PLANTS,
    *kin.PLANTS,
)

UNPLANTED: Final = {
    f"deliverable.{name}": "judged on files this toolkit makes, with defects of their own in tests/deliverables"
    for name in ("count", "format", "tags", "likeness", "light", "sound-length", "quality-floor")
}
