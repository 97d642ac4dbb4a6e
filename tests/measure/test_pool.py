"""The pool: results in order, no more in flight than asked, and OpenCV's threads as they were."""

from concurrent.futures import ThreadPoolExecutor

import cv2

from answerprint.measure.pool import in_order, single_threaded_opencv


def test_no_more_than_asked_is_in_flight() -> None:
    started: list[int] = []

    def work(number: int) -> int:
        started.append(number)
        return number

    with ThreadPoolExecutor(4) as pool:
        results = in_order(pool, work, range(100), ahead=5)
        assert next(results) == 0
        assert len(started) <= 6
        assert list(results) == list(range(1, 100))


def test_opencv_has_its_threads_back_when_overlapping_passes_have_ended() -> None:
    before = cv2.getNumThreads()
    cv2.setNumThreads(3)
    try:
        first, second = single_threaded_opencv(), single_threaded_opencv()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert cv2.getNumThreads() == 1
        second.__exit__(None, None, None)
        assert cv2.getNumThreads() == 3
    finally:
        cv2.setNumThreads(before)
