"""What a cure says it does."""

import pytest

from answerprint.deliverables.mending.cure import Cure


@pytest.mark.parametrize(
    ("cure", "words"),
    [
        (Cure(0, 46), "its last frame was dropped"),
        (Cure(0, 43), "its last 4 frames were dropped"),
        (Cure(2, 47), "its first 2 frames were dropped"),
        (Cure(1, 45), "its first frame and its last 2 frames were dropped"),
        (Cure(0, 47, 1), "a frame was made across the seam"),
        (Cure(0, 45, 2), "its last 2 frames were dropped and 2 frames made across the seam"),
    ],
)
def test_a_cure_says_what_it_does(cure: Cure, words: str) -> None:
    assert cure.told(48) == words


def test_made_frames_lie_evenly_between_the_ends() -> None:
    cure = Cure(2, 9, 3)
    assert (list(cure.kept), cure.count) == ([2, 3, 4, 5, 6, 7, 8, 9], 11)
    assert cure.moments() == (0.25, 0.5, 0.75)
