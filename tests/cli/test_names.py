"""Names on the command line."""

from answerprint.cli.names import split_names


def test_names_are_parted_by_commas_and_nothing_else_counts() -> None:
    assert split_names(" h264-web,, vp9-web ,") == ("h264-web", "vp9-web")
    assert split_names("my preset.toml") == ("my preset.toml",)
    assert split_names("") == split_names(" , ") == ()
