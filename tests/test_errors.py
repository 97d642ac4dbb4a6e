"""The error tree: what its classes say, and that they travel between processes."""

import pickle

import pytest

from answerprint.errors import AnswerprintError, EncodeError, MendError, RateLimitError

ERRORS = (
    MendError("nothing mends it", where="loop.mp4", hint="ask for a loop"),
    EncodeError("did not prove good", where="a.mov", command=("ffmpeg", "-i"), said="broken pipe"),
    RateLimitError("too many jobs", provider="luma", status=429, request_id="7", words="slow down"),
)


@pytest.mark.parametrize("problem", ERRORS, ids=lambda problem: type(problem).__name__)
def test_an_error_comes_whole_out_of_a_process_pool(problem: AnswerprintError) -> None:
    again = pickle.loads(pickle.dumps(problem))
    assert type(again) is type(problem)
    assert (str(again), again.args, vars(again)) == (str(problem), problem.args, vars(problem))
