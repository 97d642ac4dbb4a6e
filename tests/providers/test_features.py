"""The feature table: made of the rules, for every service that has a book."""

from pathlib import Path

import pytest

from answerprint.errors import OrderError
from answerprint.order import Order
from answerprint.providers import books
from answerprint.providers.books import services
from answerprint.providers.features import SAMPLES, feature_table
from answerprint.providers.rules import preflight


def test_known_cells() -> None:
    table = {row.name: row.abilities for row in feature_table()}
    assert set(table["text"].values()) == {"yes"}
    assert table["keyframes"] == {
        "gmi": "no", "luma": "disputed", "replicate": "no", "runware": "yes", "scenario": "no",
    }  # fmt: skip
    assert table["interpolate from a clip"]["gmi"] == "yes"
    assert table["interpolate from a clip"]["luma"] == "disputed"
    assert table["last frame"]["scenario"] == "no"
    assert table["HDR and EXR"]["scenario"] == "no"
    assert table["edit of footage by link"]["gmi"] == "no"


def test_a_no_is_refused_before_sending_and_nothing_else_is() -> None:
    for row in feature_table():
        order = Order.parse(row.sample)
        for service, ability in row.abilities.items():
            if ability == "no":
                with pytest.raises(OrderError, match=rf"^{service}\."):
                    preflight(order, service)
            else:
                preflight(order, service)


def test_every_mode_has_a_row() -> None:
    modes = {Order.parse(dict(sample)).mode for sample in SAMPLES.values()}
    assert modes == {"text", "image", "keyframes", "extend", "interpolate", "edit", "reframe"}


def test_every_feature_is_had_somewhere_and_every_service_lacks_one() -> None:
    table = feature_table()
    assert all(set(row.abilities.values()) != {"no"} for row in table)
    assert all({row.abilities[service] for row in table} >= {"yes"} for service in services())


def test_a_new_book_is_a_new_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "SHELF", tmp_path)
    (tmp_path / "sixth.toml").write_text("[sources]\n")
    assert {tuple(row.abilities.items()) for row in feature_table()} == {(("sixth", "yes"),)}
