"""Faults strike once, always or at a rate, and only by their names."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from answerprint.rehearsal.faults import FAULTS, Faults


def test_no_fault_strikes_that_is_not_armed() -> None:
    assert not any(Faults().strikes(name) for name in FAULTS)


def test_once_is_used_up_and_counted() -> None:
    faults = Faults(once=["slow", "slow", "nan"])
    assert [faults.strikes("slow") for _ in range(3)] == ["slow", "slow", None]
    assert faults.struck == {"slow": 2}
    assert faults.strikes("moderated", "nan") == "nan"


def test_always_strikes_until_it_is_cleared() -> None:
    faults = Faults(always=["moderated"])
    assert all(faults.strikes("moderated") for _ in range(9))
    faults.clear()
    assert not faults.strikes("moderated")


def test_a_rate_is_met_and_a_seed_repeats_it() -> None:
    runs = []
    for seed in (7, 7, 8):
        faults = Faults(rates={"dropped": 0.2}, seed=seed)
        runs.append([faults.strikes("dropped") is not None for _ in range(2000)])
    assert runs[0] == runs[1] != runs[2]
    assert 0.17 < sum(runs[0]) / 2000 < 0.23


@pytest.mark.parametrize(
    "arm",
    [
        lambda faults: faults.once("slwo"),
        lambda faults: faults.always("slwo"),
        lambda faults: faults.at_rate({"slwo": 0.5}),
        lambda faults: faults.at_rate({"slow": 1.5}),
    ],
)
def test_what_is_no_fault_or_no_rate_is_refused(arm) -> None:  # type: ignore[no-untyped-def]
    faults = Faults()
    with pytest.raises(ValueError, match="fault"):
        arm(faults)


def test_threads_use_a_fault_up_exactly() -> None:
    faults = Faults(once=["slow"] * 100)
    with ThreadPoolExecutor(8) as pool:
        struck = list(pool.map(lambda _: faults.strikes("slow"), range(400)))
    assert struck.count("slow") == 100


def test_a_short_body_is_cut_in_its_middle() -> None:
    assert Faults().cut_at(1000) == 500
    assert Faults().cut_at(10_000_000) == 32_768
