"""The rules: every row kept by one order and broken by another, and what is said of an order that breaks some."""

import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerprint.errors import OrderError, UsageError
from answerprint.order import CELLS, Order
from answerprint.providers import books
from answerprint.providers.books import read_book, services, tags_in
from answerprint.providers.facts import FACTS, facts_of, keys_of
from answerprint.providers.prices import cheapest, estimate_all, prices_of
from answerprint.providers.rules import (
    Rule,
    Span,
    all_rules,
    explain_rule,
    find_rule,
    holds,
    judge_order,
    preflight,
    rules_of,
    services_that_accept,
)

FIVE = {"gmi", "luma", "replicate", "runware", "scenario"}
BOOK = """
[sources]
X = "x.example"

[[rule]]
id = "sixth.no-hdr"
says = "No HDR."
must = { hdr = false }
source = "X hdr"
accepts = { prompt = "A bay" }
refuses = { prompt = "A bay", hdr = true }
"""


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lay out the files that the books' examples name, as large as their names say, with nothing in them."""
    sizes = {"heavy.png": 50 << 20, "heavy.mp4": 200 << 20, "huge.mp4": 5 << 30, "light.png": -2}
    for name, size in sizes.items():
        with (tmp_path / name).open("wb") as file:
            file.truncate(max(0, size + 1))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty shelf of books in place of the package's own."""
    monkeypatch.setattr(books, "SHELF", tmp_path)
    return tmp_path


def broken(values: dict[str, Any], service: str, *, refused: bool = False) -> set[str]:
    verdicts = judge_order(Order.parse(values), service)
    return {verdict.rule for verdict in verdicts if verdict.refused or not refused}


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_every_rule_has_an_order_that_keeps_it_and_one_that_breaks_it(rule: Rule) -> None:
    assert rule.id not in broken(rule.accepts, rule.service)
    assert not broken(rule.accepts, rule.service, refused=True)
    try:
        order = Order.parse(rule.refuses)
    except OrderError as refusal:
        # What no service takes is no Order at all: its own refusal has to be about the rule's keys.
        keys = (key for fact in rule.must for key in keys_of(fact, Order.parse(rule.accepts)))
        assert any(key.rpartition(".")[2] in str(refusal) for key in keys)
        return
    (verdict,) = [v for v in judge_order(order, rule.service) if v.rule == rule.id]
    assert verdict.refused is not rule.warns
    assert verdict.fields
    assert rule.says in verdict.message
    assert "\n" not in str(verdict)


def test_rules_that_no_order_can_break_are_few_and_would_be_broken() -> None:
    """Of what Order refuses itself, the rule's own condition refuses a value outside it, too."""
    assert not holds(find_rule("runware.quality").must, {"quality": 10}, absent=True)
    assert not holds(find_rule("runware.ttl").must, {"ttl": 59}, absent=True)
    assert not holds(find_rule("luma.edit-depth").must, {"depth": 1.5}, absent=True)
    assert not holds(find_rule("luma.position-range").must, {"position_x": -2.5}, absent=True)
    assert not holds(find_rule("luma.edit-strengths").must, {"strength": "wild"}, absent=True)
    assert not holds(find_rule("luma.prompt").must, {"prompt_length": 6001}, absent=True)
    assert holds(find_rule("luma.prompt").must, {"prompt_length": 6000}, absent=True)


@pytest.mark.parametrize("service", sorted(FIVE))
def test_every_source_is_named_and_every_name_is_used(service: str) -> None:
    book = read_book(books.book_path(service))
    sources = [row.source for row in rules_of(service)] + [row.source for row in prices_of(service)]
    assert all(tags_in(source) for source in sources)
    used = {tag for source in sources for tag in tags_in(source)}
    assert used == book.sources.keys()


def test_the_five_services_have_books() -> None:
    count = Counter(rule.service for rule in all_rules())
    assert set(services()) == FIVE == set(count)
    assert len({rule.id for rule in all_rules()}) == sum(count.values())


def test_a_disputed_rule_says_both_readings_and_stops_nothing() -> None:
    values = {"prompt": "A bay", "source": "generation:1", "edit": {}, "seconds": 20}
    warnings = preflight(Order.parse(values), "luma")
    assert {v.rule for v in warnings} == {"luma.edit-18s", "luma.footage-keeps-length"}
    said = next(str(v) for v in warnings if v.rule == "luma.edit-18s")
    assert "18 s" in said
    assert "30 s" in said


def test_a_refusal_is_one_line_with_rule_fields_and_who_would_take_it() -> None:
    order = Order.parse({"prompt": "A bay", "source": "generation:1", "edit": {"face": True}})
    with pytest.raises(OrderError) as refused:
        preflight(order, "replicate")
    assert str(refused.value) == (
        "replicate.no-edit (source, edit): Replicate edits no footage; luma, runware and scenario would take it"
    )


def test_all_refusals_are_told_at_once() -> None:
    order = Order.parse({"prompt": "A bay", "hdr": True, "seconds": 10, "results": 9})
    with pytest.raises(OrderError, match=r"runware\.results .*runware\.hdr-5s .*no service takes"):
        preflight(order, "runware")
    assert services_that_accept(order) == ()


def test_nobody_s_secret_is_in_a_verdict() -> None:
    link = "https://host.example/a.gif?X-Amz-Signature=S3CRET"
    order = Order.parse({"prompt": "S3CRET", "anchors": {"first": link}, "upload": link})
    for service in services():
        assert "S3CRET" not in repr(judge_order(order, service))


@pytest.mark.parametrize(
    ("values", "willing"),
    [
        ({"prompt": "A bay"}, FIVE),
        ({"prompt": "A bay", "fps": 25}, set()),
        ({"prompt": "A bay", "frames": 120}, set()),
        ({"prompt": "A bay", "resolution": "360p"}, {"luma", "runware"}),
        ({"prompt": "A bay", "hdr": True, "exr": True}, FIVE - {"scenario"}),
        ({"prompt": "A bay", "anchors": {"first": "generation:1"}}, {"gmi", "luma"}),
        ({"prompt": "A bay", "anchors": {"last": "https://h.example/a.png"}}, FIVE - {"scenario"}),
        ({"prompt": "A bay", "results": 2}, {"runware"}),
        ({}, set()),
    ],
)
def test_who_accepts(values: dict[str, Any], willing: set[str]) -> None:
    assert set(services_that_accept(Order.parse(values))) == willing


def test_a_rule_is_found_and_explained() -> None:
    text = explain_rule(find_rule("luma.hdr-10s-keyframes"))
    for part in ("luma.hdr-10s-keyframes", "hdr is true", "seconds is 5", "warns", "[SK] ", "FAL"):
        assert part in text
    with pytest.raises(UsageError, match="did you mean 'luma.loop-5s'"):
        find_rule("luma.loop-5")
    with pytest.raises(UsageError, match="no service is called 'lumas', did you mean 'luma'"):
        judge_order(Order(), "lumas")


def test_every_rule_is_explained() -> None:
    for rule in all_rules():
        assert rule.says in explain_rule(rule)


@pytest.mark.parametrize(
    ("conditions", "facts", "met"),
    [
        ({"hdr": True}, {"hdr": True}, True),
        ({"hdr": True}, {"hdr": False}, False),
        ({"mode": ("text", "image")}, {"mode": "image"}, True),
        ({"mode": ("text", "image")}, {"mode": "edit"}, False),
        ({"picture_kinds": ("link",)}, {"picture_kinds": ("link", "file")}, False),
        ({"picture_kinds": ("link", "file")}, {"picture_kinds": ("link", "file")}, True),
        ({"seconds": Span(min=5, max=10)}, {"seconds": 7.5}, True),
        ({"seconds": Span(min=5, max=10)}, {"seconds": 10.5}, False),
        ({"seconds": Span(max=10)}, {"seconds": "ten"}, False),
        ({"last": Span(present=False)}, {}, True),
        ({"last": Span(present=False)}, {"last": "picture"}, False),
        ({"last": Span(present=True)}, {"last": "picture"}, True),
        ({"last": Span(present=True)}, {}, False),
        ({"hdr": True, "seconds": 5}, {"hdr": True, "seconds": 10.0}, False),
    ],
)
def test_conditions(conditions: dict[str, Any], facts: dict[str, Any], *, met: bool) -> None:
    assert holds(conditions, facts, absent=False) is met
    assert holds(conditions, facts, absent=True) is met


def test_an_absent_fact_meets_no_when_and_every_must() -> None:
    for condition in (5, (5, 10), Span(min=5)):
        assert not holds({"seconds": condition}, {}, absent=False)
        assert holds({"seconds": condition}, {}, absent=True)


def test_a_sixth_service_is_found_by_its_file(shelf: Path) -> None:
    assert services() == ()
    (shelf / "sixth.toml").write_text(BOOK)
    assert services() == ("sixth",)
    assert broken({"hdr": True}, "sixth") == {"sixth.no-hdr"}
    assert services_that_accept(Order()) == ("sixth",)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("says =", "sayz ="),
            "sixth.toml: sixth.no-hdr: unknown key 'sayz', did you mean 'says'?",
        ),
        (("[sources]", "zebra = 1\n[sources]"), "sixth.toml: unknown key 'zebra'"),
        (("hdr = false }", "hrd = false }"), "no fact is called 'hrd', did you mean 'hdr'?"),
        (("sixth.no-hdr", "luma.no-hdr"), "id 'luma.no-hdr' has to begin with sixth."),
        (('"X hdr"', '"Y hdr"'), "source 'Y' is not in [sources]"),
        (('"X hdr"', '""'), "source = ''"),
        (('"X hdr"', '" ; "'), "no source is named"),
        (("{ hdr = false }", "{}"), "must = {}"),
        (("{ hdr = false }", "{ seconds = { mni = 5 } }"), "mni"),
        (('X = "x.example"', 'X = "x.example'), "is not TOML"),
    ],
)
def test_a_wrong_book_is_refused_by_file_and_key(
    shelf: Path, change: tuple[str, str], said: str
) -> None:
    (shelf / "sixth.toml").write_text(BOOK.replace(*change))
    with pytest.raises(UsageError) as refused:
        rules_of("sixth")
    assert "sixth.toml: " in str(refused.value)
    assert said in str(refused.value)


def test_an_id_stands_once(shelf: Path) -> None:
    (shelf / "sixth.toml").write_text(BOOK + BOOK.partition('x.example"')[2])
    with pytest.raises(UsageError, match=r"sixth\.no-hdr.* to be there once"):
        rules_of("sixth")


PICTURES = ("a.png", "https://h.example/a.png?x=1", "data:image/png;base64,AA", "asset:1", "generation:1", "a\0b", "data:")  # fmt: skip


def references() -> st.SearchStrategy[str]:
    return st.sampled_from(PICTURES) | st.text(min_size=1, max_size=8)


def orders() -> st.SearchStrategy[dict[str, Any]]:
    """Return orders of every key, possible and impossible."""
    share = st.floats(0, 1)
    flag = st.booleans()
    place = st.fixed_dictionaries(
        {side: st.floats(0.1, 2) for side in ("x", "y", "width", "height")}
    )
    marks = st.integers(-300, 300) | st.sampled_from(["first", "last"])
    sizes = [f"{w}x{h}" for cells in CELLS.values() for w, h in cells.values()]
    edit = {"strength": st.sampled_from(["flex_1", "adhere_3"]), "auto": flag, "face": flag,
            "pose": st.sampled_from(["precise", "coarse"]), "depth": share, "normals": share, "trajectory": share}  # fmt: skip
    keyframe = st.fixed_dictionaries({"picture": references()}, optional={"at": marks})
    optional: dict[str, st.SearchStrategy[Any]] = {
        "prompt": st.text(min_size=1, max_size=20),
        "seconds": st.sampled_from([5, 10, "0.001", 3600]) | st.integers(1, 40),
        "fps": st.sampled_from([24, 25, "23.976"]),
        "frames": st.integers(1, 300),
        "size": st.sampled_from([*sizes, "1x1", "65535x1"]),
        "resolution": st.sampled_from(sorted(CELLS)),
        "aspect": st.sampled_from([*CELLS["720p"], "2:1", "21:9"]),
        "hdr": flag,
        "exr": flag,
        "loop": flag,
        "anchors": st.fixed_dictionaries(
            {}, optional={"first": references(), "last": references()}
        ),
        "keyframes": st.lists(keyframe, max_size=6),
        "source": references(),
        "edit": st.fixed_dictionaries({}, optional=edit),
        "reframe": st.fixed_dictionaries({}, optional={"position": place}),
        "results": st.integers(1, 20),
        "format": st.sampled_from(["mp4", "webm", "mov"]),
        "quality": st.integers(20, 99),
        "safety": st.fixed_dictionaries({}, optional={"check": flag}),
        "ttl": st.integers(60, 9999),
        "upload": st.just("https://h.example/put"),
    }
    return st.fixed_dictionaries({}, optional=optional)


@settings(max_examples=150, deadline=None)
@given(orders())
def test_judging_and_estimating_never_raise(values: dict[str, Any]) -> None:
    try:
        order = Order.parse(values)
    except OrderError:
        return
    assert facts_of(order).keys() <= FACTS.keys()
    offers = estimate_all(order)
    willing = services_that_accept(order)
    for offer in offers:
        assert (offer.usd is None) is (offer.reason is not None)
        assert offer.usd is None or offer.service in willing
    best = cheapest(order)
    known = [offer.usd for offer in offers if offer.usd is not None]
    assert (best.usd if best else None) == (min(known) if known else None)


def plain_orders() -> Iterator[dict[str, Any]]:
    """Yield every mode with every length, height and flag."""
    works: list[dict[str, Any]] = [
        {}, {"anchors": {"first": "a.png"}}, {"keyframes": [{"picture": "a.png"}]},
        {"anchors": {"last": "generation:1"}}, {"anchors": {"first": "generation:1", "last": "a.png"}},
        {"source": "generation:1", "edit": {}}, {"source": "generation:1", "reframe": {}, "aspect": "9:16"},
    ]  # fmt: skip
    flags = [{}, {"hdr": True}, {"hdr": True, "exr": True}, {"loop": True}]
    heights = [{}, *({"resolution": name} for name in CELLS)]
    lengths: list[dict[str, Any]] = [{}, {"seconds": 5}, {"seconds": 10}]
    for parts in itertools.product(works, flags, heights, lengths):
        merged: dict[str, Any] = {"prompt": "A bay"}
        for part in parts:
            merged |= part
        yield merged


def test_every_plain_order_is_refused_or_accepted_alike_by_preflight() -> None:
    for values in plain_orders():
        order = Order.parse(values)
        willing = services_that_accept(order)
        for service in services():
            try:
                verdicts = preflight(order, service)
            except OrderError:
                assert service not in willing
            else:
                assert service in willing
                assert not any(verdict.refused for verdict in verdicts)
