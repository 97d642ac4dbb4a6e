"""What mends a seam: which frames of a clip stay, and how many are made between its last and its first."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cure:
    """Places of a clip that stay, counted from 0 and inclusive, and frames made after the last of them."""

    first: int
    last: int
    made: int = 0

    @property
    def kept(self) -> range:
        """The places that stay."""
        return range(self.first, self.last + 1)

    @property
    def count(self) -> int:
        """Frames of the mended clip."""
        return len(self.kept) + self.made

    def moments(self) -> tuple[float, ...]:
        """Return where between the last frame (0) and the first (1) each made frame lies.

        >>> Cure(0, 9, 3).moments()
        (0.25, 0.5, 0.75)
        """
        return tuple(n / (self.made + 1) for n in range(1, self.made + 1))

    def told(self, frames: int) -> str:
        """Say what it does to a clip of so many frames.

        >>> Cure(1, 46, 2).told(48)
        'its first frame and its last frame were dropped and 2 frames made across the seam'
        """
        ends = (("first", self.first), ("last", frames - 1 - self.last))
        dropped = [f"its {_spell(end, n)}" for end, n in ends if n]
        parts = (
            [f"{' and '.join(dropped)} {_were(frames - len(self.kept))} dropped"] if dropped else []
        )
        if self.made:
            verb = "" if dropped else " was" if self.made == 1 else " were"
            frame = "a frame" if self.made == 1 else f"{self.made} frames"
            parts.append(f"{frame}{verb} made across the seam")
        return " and ".join(parts)


def _spell(end: str, count: int) -> str:
    return f"{end} frame" if count == 1 else f"{end} {count} frames"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
