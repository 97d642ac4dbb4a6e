"""Color differences as they are seen."""

import numpy as np
import pytest
from numpy.typing import NDArray

from answerprint.color.itp import delta_e_itp
from answerprint.color.transfer import encode_pq, pq
from answerprint.color.views import VIEWS

PQ = VIEWS["hdr-pq-1000"].tags


def codes(*rows: tuple[float, float, float]) -> NDArray[np.uint16]:
    return np.asarray(np.rint(np.array(rows).T * 65535), np.uint16)


def test_greys_differ_by_720_times_their_pq() -> None:
    """BT.2124: I of a grey is its PQ code."""
    step = delta_e_itp(codes((0.5, 0.5, 0.5)), codes((0.51, 0.51, 0.51)), PQ)
    assert step[0] == pytest.approx(7.2, abs=0.01)
    white, grey = encode_pq(np.array([100.0, 100 * 0.5**2.4]))
    sdr = delta_e_itp(codes((1, 1, 1)), codes((0.5, 0.5, 0.5)), VIEWS["sdr-rec709"].tags)
    assert sdr[0] == pytest.approx(720 * (white - grey), rel=1e-3)


def test_colors_differ_as_in_itp_written_out() -> None:
    """ICtCp of BT.2100 (table 7) by fractions, T half of CT (BT.2124)."""
    first, second = (0.6, 0.4, 0.3), (0.58, 0.42, 0.31)

    def itp(code: tuple[float, ...]) -> NDArray[np.float64]:
        red, green, blue = pq(np.array(code))
        cones = np.array(
            [(1688 * red + 2146 * green + 262 * blue) / 4096, (683 * red + 2951 * green + 462 * blue) / 4096,
             (99 * red + 309 * green + 3688 * blue) / 4096]
        )  # fmt: skip
        long, middle, short = encode_pq(cones)
        return np.array(
            [0.5 * long + 0.5 * middle, (6610 * long - 13613 * middle + 7003 * short) / 8192,
             (17933 * long - 17390 * middle - 543 * short) / 4096]
        )  # fmt: skip

    expected = 720 * np.linalg.norm(itp(first) - itp(second))
    assert delta_e_itp(codes(first), codes(second), PQ)[0] == pytest.approx(expected, rel=1e-3)
