"""Gaps, doubles, padding and strays."""

from .subjects import breaches, movie, sequence


def test_ordered_frames_are_there() -> None:
    order = {"exr": True, "hdr": True}
    assert breaches("sequence.absent", sequence(), order=order) == []
    assert len(breaches("sequence.absent", movie(), order=order)) == 1


def test_a_gap_is_named() -> None:
    assert breaches("sequence.gap", sequence()) == []
    (found,) = breaches("sequence.gap", sequence(missing=(1004, 1005, 1090)))
    assert found.frames == (1004, 1005, 1090)
    assert "1004-1005,1090" in found.message


def test_a_double_is_named() -> None:
    assert breaches("sequence.double", sequence()) == []
    (found,) = breaches("sequence.double", sequence(doubles={"shot.1003.exr": 1003}))
    assert (found.frames, found.asset) == ((1003,), "shot.1003.exr")


def test_padding_that_changes_is_named() -> None:
    assert breaches("sequence.padding", sequence()) == []
    (found,) = breaches("sequence.padding", sequence(misspelled=(1010,)))
    assert (found.frames, found.limit) == ((1010,), 4)


def test_strays_are_named() -> None:
    assert breaches("sequence.stray-file", sequence()) == []
    assert [
        b.asset for b in breaches("sequence.stray-file", sequence(strays=("x.exr", "y.png")))
    ] == ["x.exr", "y.png"]
