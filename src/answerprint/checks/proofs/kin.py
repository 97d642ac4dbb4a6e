"""What checks of footage that a clip was made from need, and what is said where it is not there."""

from collections.abc import Iterable

from answerprint.checks.check import Need, Subject
from answerprint.measured.clips import MovieMeasures, SequenceMeasures, pictured
from answerprint.measured.figures import Figure
from answerprint.measured.kinship import Kin, Role

AWAY = (
    "does not lie here or could not be compared: links, data and what lies at the service are not"
    " fetched; judge by an order that names the file"
)


def kin_of(subject: Subject, *roles: Role) -> tuple[Kin, ...]:
    """Return the footage with one of `roles` that was compared."""
    return tuple(
        kin for kin in subject.measurements.kin if kin.role in roles and kin.skipped is None
    )


def master_of(subject: Subject) -> MovieMeasures | SequenceMeasures:
    """Return the clip that footage was compared with: the movie where there is one."""
    return subject.measurements.movie or subject.sequence


def numbers_of(subject: Subject, places: Iterable[int]) -> tuple[int, ...]:
    """Return the numbers of that clip's frames by their places among those with a picture."""
    shown = pictured(master_of(subject))
    return tuple(shown[at].number for at in places if at < len(shown))


def compared(what: str, *roles: Role) -> Need:
    """Return what a check needs that looks at footage with one of `roles`."""
    return Need(
        lambda subject: bool(kin_of(subject, *roles)), f"{what} {AWAY}", reads=(Figure.KIN,)
    )
