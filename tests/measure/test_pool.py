"""The pool: results in order, no more in flight than asked, and OpenCV's threads as they were."""

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from answerprint.measure.pool import frame_pool, in_order, single_threaded_opencv


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


def _measure_nothing() -> None:
    with frame_pool("forked", 1):
        pass


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_process_does_not_wait_for_threads_of_opencv_that_it_does_not_have() -> None:
    before = cv2.getNumThreads()
    cv2.setNumThreads(3)
    try:
        still = np.zeros((900, 900), np.uint8)
        cv2.DISOpticalFlow.create().calc(still, still, np.zeros((900, 900, 2), np.float32))
        time.sleep(
            0.1
        )  # OpenCV's threads are awake for a while, and asleep they are what is waited for
        child = multiprocessing.get_context("fork").Process(target=_measure_nothing)
        child.start()
        child.join(20)
        if child.is_alive():
            child.kill()
        assert child.exitcode == 0
        assert cv2.getNumThreads() == 3
    finally:
        cv2.setNumThreads(before)
