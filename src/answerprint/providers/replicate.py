"""Replicate: `luma/ray-3.2` by its predictions.

The declared output is one link, with no place for EXR frames, so a string, a list
and an object are all read. An API prediction forgets its output after an hour, and
nothing brings it back.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from answerprint.direction import ReferenceKind, kind_of_reference, referred
from answerprint.errors import ServiceDownError
from answerprint.order import Order
from answerprint.providers.answers import (
    failure_told,
    links_in,
    mapping,
    picked,
    spoken,
    state_told,
)
from answerprint.providers.job import Failure, Job, JobState, Sighting
from answerprint.providers.secret import Keys
from answerprint.providers.service import Account, Ask, Place, Service, Upload
from answerprint.providers.wire import Answer, Wire

MODEL: Final = "luma/ray-3.2"

_STATES: Final = {
    "starting": JobState.QUEUED,
    "queued": JobState.QUEUED,
    "processing": JobState.RUNNING,
    "succeeded": JobState.SUCCEEDED,
    "failed": JobState.FAILED,
    "canceled": JobState.CANCELED,
    "aborted": JobState.FAILED,
}


class Replicate(Service):
    """Speaks Replicate's predictions."""

    account = Account(
        name="replicate",
        title="Replicate",
        base="https://api.replicate.com",
        needs=("REPLICATE_API_TOKEN",),
        base_variable="REPLICATE_BASE_URL",
    )

    def headers(self, keys: Keys) -> Mapping[str, str]:
        """Return the bearer header."""
        return {"Authorization": f"Bearer {keys['REPLICATE_API_TOKEN']}"}

    def upload(self, wire: Wire, upload: Upload) -> str:
        """Put a file into the files API; the link it answers is what inputs take."""
        part = {"content": (upload.name, upload.content or b"", upload.media_type)}
        body = self.good(wire.ask("POST", "v1/files", files=part)).mapping()
        link = picked(body, "urls", "get")
        if not link:
            raise ServiceDownError(f"names no link to the file {upload.name}", provider="replicate")
        return str(link)

    def compose(self, order: Order, job_id: str, place: Place) -> Ask:
        """Return the prediction that fills `order`."""
        wanted: dict[str, Any] = {"prompt": order.prompt} if order.prompt else {}
        resolution, aspect = order.named_shape
        wanted |= {"resolution": resolution} if resolution else {}
        wanted |= {"aspect_ratio": aspect} if aspect else {}
        wanted |= {"duration": int(order.seconds)} if order.seconds is not None else {}
        for key, asked in (("hdr", order.hdr), ("exr_export", order.exr), ("loop", order.loop)):
            wanted |= {key: True} if asked else {}
        for key, anchor in (
            ("start_image", order.anchors.first),
            ("end_image", order.anchors.last),
        ):
            wanted |= {key: _named(place(anchor))} if anchor else {}
        return Ask(f"v1/models/{MODEL}/predictions", {"input": wanted})

    def hook(self, ask: Ask, address: str) -> Ask:
        """Name the address beside the input, for the end only."""
        called = {"webhook": address, "webhook_events_filter": ["completed"]}
        return replace(ask, body=ask.body | called)

    def read_submit(self, answer: Answer, job: Job) -> Sighting:
        """Return what the new prediction says."""
        return self.taken(sighted(self.good(answer).mapping()))

    def look(self, wire: Wire, job: Job) -> tuple[Sighting, dict[str, Any]]:
        """Ask for the prediction."""
        body = self.good(wire.ask("GET", f"v1/predictions/{job.service_id}")).mapping()
        return sighted(body), body

    def cancel(self, wire: Wire, job: Job) -> Sighting:
        """Call the prediction off."""
        answer = wire.ask("POST", f"v1/predictions/{job.service_id}/cancel")
        return sighted(self.good(answer).mapping())

    def words(self, body: Any) -> str:
        """Return `detail`, or `title` where there is none."""
        return spoken(mapping(body))


def sighted(body: Mapping[str, Any]) -> Sighting:
    """Return what a prediction says; a webhook's body is the same object."""
    state = state_told(body.get("status"), _STATES)
    done, words = state is JobState.SUCCEEDED, spoken(body.get("error"))
    if done and body.get("data_removed") and not body.get("output"):
        words = "its output was removed: Replicate keeps it for an hour"
        return Sighting(state=JobState.FAILED, service_id=_id(body), failure="expired", words=words)
    return Sighting(
        state=state,
        service_id=_id(body),
        links=links_in(body.get("output")) if done else (),
        failure=_kind(body, words) if state is JobState.FAILED else None,
        words=words,
    )


def _id(body: Mapping[str, Any]) -> str | None:
    return str(body["id"]) if body.get("id") else None


def _kind(body: Mapping[str, Any], words: str) -> Failure:
    """Tell the kind of a failure by its words: moderation arrives as a failed prediction."""
    if body.get("status") == "aborted":
        return "aborted"
    return failure_told(words)


def _named(reference: str) -> str:
    asset = kind_of_reference(reference) is ReferenceKind.ASSET
    return referred(reference) if asset else reference
