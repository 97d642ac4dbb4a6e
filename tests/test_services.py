"""Every service, every row of README's feature table: submitted, waited for, fetched and finished over HTTP, or refused by a rule's name."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import answerprint as ap
from answerprint.checks.limits import Limits
from answerprint.desk import submit, wait
from answerprint.errors import InvalidOrderError, OrderError
from answerprint.ingest.delivery import open_one
from answerprint.order import Order
from answerprint.pickup import fetch
from answerprint.providers.features import SAMPLES
from answerprint.providers.job import Job
from answerprint.providers.rules import judge_order
from answerprint.providers.services import SERVICES

from .rehearsed import Rehearsed, rehearsed

EIGHTH = Limits.model_validate(
    {
        "waive": dict.fromkeys(
            ("size.not-as-ordered", "aspect.not-as-ordered"), "rendered at an eighth of the size"
        )
    }
)
TEXT = Order.parse({"prompt": "A bay at dawn"})


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsed]:
    patch = pytest.MonkeyPatch()
    media = tmp_path_factory.mktemp("media")
    with rehearsed(tmp_path_factory.mktemp("desk"), patch, media) as running:
        yield running
    patch.undo()


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("inputs") / "first.png"
    shade = np.tile(np.arange(128, dtype=np.uint8), (72, 1))
    cv2.imwrite(str(path), cv2.merge([shade, shade, shade]))
    return str(path)


@pytest.fixture(scope="module")
def earlier(stage: Rehearsed) -> dict[str, Job]:
    """A finished clip at every service, to go on from."""
    sent = {name: submit(TEXT, provider=name, desk=stage.desk) for name in SERVICES}
    return {name: wait(job, stage.desk) for name, job in sent.items()}


@pytest.fixture
def mailbox() -> Iterator[tuple[str, list[bytes]]]:
    """A place that takes files by PUT."""
    taken: list[bytes] = []

    class Mailbox(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            taken.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Mailbox)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/put", taken
    server.shutdown()
    thread.join()
    server.server_close()


def filled(value: Any, inputs: dict[str, str]) -> Any:
    """Return a sample with its stand-ins replaced by inputs that are there."""
    if isinstance(value, dict):
        return {key: filled(item, inputs) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, inputs) for item in value]
    return inputs.get(value, value) if isinstance(value, str) else value


def pinned_by(order: Order) -> list[str | None]:
    """Return the pictures that frames of an order are pinned to."""
    return [order.anchors.first, order.anchors.last, *(key.picture for key in order.keyframes)]


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("feature", SAMPLES)
def test_every_service_does_what_the_table_says(
    stage: Rehearsed, picture: str, earlier: dict[str, Job], loop_delivery: Path,
    mailbox: tuple[str, list[bytes]], service: str, feature: str, tmp_path: Path,
) -> None:  # fmt: skip
    seen = earlier[service].seen
    assert seen is not None
    clip = str(loop_delivery / "video.mp4")
    inputs = {
        "https://host.example/first.png": picture,
        "https://host.example/last.png": picture,
        "https://host.example/take.mp4": seen.links[0].url,
        "https://host.example/put": mailbox[0],
        "take.mp4": clip,
        "generation:1": f"generation:{seen.generation}" if seen.generation else clip,
    }
    verdicts = judge_order(Order.parse(dict(SAMPLES[feature])), service)
    refused = [verdict for verdict in verdicts if verdict.refused]
    if refused:
        with pytest.raises(OrderError, match=refused[0].rule):
            submit(Order.parse(dict(SAMPLES[feature])), provider=service, desk=stage.desk)
        return
    order = Order.parse(filled(dict(SAMPLES[feature]), inputs))
    try:
        job = wait(submit(order, provider=service, desk=stage.desk), stage.desk)
    except InvalidOrderError:
        # Where the sources contradict each other the stand-in takes one side, and the rule warns.
        assert verdicts
        return
    folder = fetch(job, tmp_path / "delivered", stage.desk)
    if order.upload:
        assert mailbox[1]
    if order.results > 1:
        assert len(list(folder.glob("video*.mp4"))) == order.results
        return
    with open_one(str(folder)).opened() as delivery:
        assert (delivery.sequence is not None) == bool(order.exr)
    (report,) = ap.finish(
        job.name, out=tmp_path / "finished", limits=EIGHTH, jobs=stage.desk.store.folder, allow_private=True
    )  # fmt: skip
    assert report.failure is None
    assert report.verdict in ("pass", "warn"), [f.message for f in report.findings]
    pinned = [pin for pin in report.measurements.pins if pin.skipped is None]
    assert len(pinned) == sum(each == picture for each in pinned_by(order))
