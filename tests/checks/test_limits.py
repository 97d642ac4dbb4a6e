"""Limits as files: profiles, what is laid over them, and what is refused."""

from datetime import date
from pathlib import Path

import pytest

from answerprint.checks.catalogue import CHECKS
from answerprint.checks.judging import require_known, severity_of
from answerprint.checks.limits import Limits
from answerprint.checks.profile import profile_names, profile_summary, profile_table, profile_text
from answerprint.checks.waiver import Waiver
from answerprint.errors import LimitsError
from answerprint.report import Severity


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return path


def test_the_profiles_that_ship() -> None:
    assert profile_names() == ("artist", "broadcast-ebu", "farm", "streaming-hdr", "web-loop")


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_names_only_what_there_is_and_changes_what_it_says(name: str) -> None:
    limits = Limits(profile=name)
    require_known(limits)
    own = {check.id: check.severity for check in CHECKS}
    idle = [id_ for id_, severity in limits.severity.items() if severity is own[id_]]
    assert idle == [], "says what holds anyway"
    assert profile_summary(name).endswith(".")


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_gives_a_reason_for_every_number(name: str) -> None:
    lines = profile_text(name).splitlines()
    settings = [line for line in lines if "=" in line and not line.startswith("#")]
    assert [line for line in settings if len(line.partition("#")[2].strip()) < 20] == []


def test_artist_is_what_holds_where_nothing_is_said(tmp_path: Path) -> None:
    assert profile_table("artist") == {}
    assert Limits.load() == Limits() == Limits(profile="artist")
    assert Limits.load(written(tmp_path, "")) == Limits()


def test_a_file_lies_over_the_profile_it_names(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        'profile = "web-loop"\n[seam]\npace = 2.0\n[severity]\n"picture.frozen" = "warning"\n',
    )
    limits, base = Limits.load(path), Limits(profile="web-loop")
    assert (limits.seam.pace, limits.seam.exposure) == (2.0, base.seam.exposure)
    assert base.seam.exposure != Limits().seam.exposure
    assert limits.severity["picture.frozen"] is Severity.WARNING
    assert limits.severity["hdr.movie-untagged"] is Severity.INFO
    assert Limits.load(path, profile="web-loop") == limits


def test_a_profile_is_started_from_where_the_file_names_none(tmp_path: Path) -> None:
    path = written(tmp_path, "[pixels]\noutliers = 3\n")
    limits = Limits.load(path, profile="farm")
    assert (limits.profile, limits.pixels.outliers) == ("farm", 3)
    assert limits.severity == Limits(profile="farm").severity


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('profile = "frm"', "no profile is called 'frm', did you mean 'farm'"),
        ("profile = 3", "profile"),
        ("[pixel]\noutliers = 3", "unknown key 'pixel', did you mean 'pixels'"),
        ("[pixels]\noutlier = 3", "unknown key 'pixels.outlier', did you mean 'outliers'"),
        ("[waive]\n'pixels.nan' = ''", "waive.pixels.nan"),
        ("[waive.'pixels.nan']\nreson = 'x'", "did you mean 'reason'"),
        ("[waive.'pixels.nan']\nreason = 'x'\nuntil = 2027", "a day reads 2027-01-31"),
        ("[waive.'pixels.nan']\nreason = 'x'\nframes = 'some'", "frames read 10-20"),
        ("[waive]\n'pixels.nan' = []", "waive.pixels.nan"),
        ('[severity]\n"pixels.nan" = "fatal"', "severity.pixels.nan"),
        ("[severity]\npixels.nan = 'error'", 'ids are written in quotes: "pixels.nan"'),
        ("[waive]\npixels.nan = 'x'", 'ids are written in quotes: "pixels.nan"'),
        ("[pixels", "is not TOML"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_by_name_and_key(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(LimitsError) as refused:
        Limits.load(written(tmp_path, text))
    assert said in str(refused.value)
    assert "mine.toml" in str(refused.value)


def test_two_profiles_at_once_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LimitsError, match="starts from profile 'farm', and profile 'web-loop'"):
        Limits.load(written(tmp_path, 'profile = "farm"'), profile="web-loop")


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(severity={"pixels.nam": Severity.INFO}), "severity: no check is called"),
        (Limits.model_validate({"waive": {"pixel.nan": "x"}}), "did you mean 'pixels.nan'"),
        (Limits(only=("pixel",)), "only: no check or family is called 'pixel', did you mean"),
        (Limits(skip=("sea",)), "did you mean 'seam'"),
        (Limits(skip=("zzzzzz",)), "answerprint checks lists them"),
        (Limits(only=("pixels",), skip=("pixels",)), "leave no check to run"),
    ],
)
def test_checks_that_do_not_exist_are_refused(limits: Limits, said: str) -> None:
    with pytest.raises(LimitsError) as refused:
        require_known(limits, "mine.toml")
    assert str(refused.value).startswith("mine.toml: ")
    assert said in str(refused.value)


def test_a_report_says_which_limits_it_was_judged_by_and_they_come_back(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        'profile = "farm"\nskip = ["picture"]\n'
        "[pixels]\noutliers = 3\nnegative_floor = -0.001\n"
        "[waive.'pixels.nan']\nreason = 'old'\nuntil = 2027-01-31\n",
    )
    limits = Limits.load(path)
    policy = limits.policy()
    assert policy.profile == "farm"
    assert set(policy.overrides) == {"pixels.outliers", "skip", "waive.pixels.nan"}
    assert Limits.of(type(policy).model_validate_json(policy.model_dump_json())) == limits
    assert limits.waive["pixels.nan"] == (Waiver(reason="old", until=date(2027, 1, 31)),)


def test_a_digest_tells_policies_apart_and_no_other() -> None:
    digests = {
        Limits().policy().digest,
        Limits(profile="farm").policy().digest,
        Limits(skip=("seam",)).policy().digest,
    }
    assert len(digests) == 3
    assert Limits(profile="artist").policy() == Limits().policy()
    assert Limits().policy().overrides == {}


def test_severity_is_the_check_s_own_unless_it_is_set() -> None:
    check = next(check for check in CHECKS if check.id == "sequence.padding")
    assert severity_of(check, Limits()) is Severity.WARNING
    assert severity_of(check, Limits(profile="farm")) is Severity.ERROR


def test_a_plain_string_selects_one_name() -> None:
    chosen = Limits().selecting("picture", "picture.black")
    assert (chosen.only, chosen.skip) == (("picture",), ("picture.black",))
    assert Limits(only=("seam",)).selecting().only == ("seam",)
    assert Limits.model_validate({"skip": "seam"}).skip == ("seam",)
