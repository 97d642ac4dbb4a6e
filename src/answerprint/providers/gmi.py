"""GMI Cloud: `luma-ray-3-2-generate`, `-edit` and `-reframe` on its request queue.

Its documents name no upload, no cancel, no list behind an API key and no name of
ours for a job. Where a result's files stand in `outcome` is told differently from
page to page, so they are looked for everywhere in it.
"""

from collections.abc import Mapping
from typing import Any, Final

from answerprint.direction import Edit, ReferenceKind, kind_of_reference, referred
from answerprint.order import Order
from answerprint.providers.answers import (
    failure_told,
    links_in,
    mapping,
    picked,
    split_data,
    spoken,
    state_told,
)
from answerprint.providers.job import Job, JobState, Sighting
from answerprint.providers.secret import Keys
from answerprint.providers.service import Account, Ask, Place, Service
from answerprint.providers.wire import Answer, Wire

MODELS: Final = {"edit": "luma-ray-3-2-edit", "reframe": "luma-ray-3-2-reframe"}
"""Models of the modes that have one of their own; all others are made by GENERATE."""
GENERATE: Final = "luma-ray-3-2-generate"

_STATES: Final = {
    "created": JobState.QUEUED,
    "queued": JobState.QUEUED,
    "dispatched": JobState.QUEUED,
    "processing": JobState.RUNNING,
    "success": JobState.SUCCEEDED,
    "failed": JobState.FAILED,
    "cancelled": JobState.CANCELED,
}


class Gmi(Service):
    """Speaks GMI Cloud's request queue."""

    account = Account(
        name="gmi",
        title="GMI Cloud",
        base="https://console.gmicloud.ai/api/v1/ie/requestqueue/apikey",
        needs=("GMI_API_KEY",),
        may_have=("GMI_ORG_ID",),
    )

    def headers(self, keys: Keys) -> Mapping[str, str]:
        """Return the bearer header, and the organization where one is set."""
        organization = keys.get("GMI_ORG_ID")
        chosen = {"X-Organization-ID": organization} if organization else {}
        return {"Authorization": f"Bearer {keys['GMI_API_KEY']}"} | chosen

    def uploads(self, reference: str) -> bool:
        """Nothing lies at GMI Cloud before it is ordered."""
        return False

    def compose(self, order: Order, job_id: str, place: Place) -> Ask:
        """Return the request that fills `order`."""
        payload: dict[str, Any] = {"prompt": order.prompt} if order.prompt else {}
        resolution, aspect = order.named_shape
        payload |= {"resolution": resolution} if resolution else {}
        if aspect and order.mode != "edit":
            payload["aspect_ratio"] = aspect
        if order.source:
            payload |= _source(place(order.source))
        else:
            payload |= _generate(order, place)
        if order.mode == "edit":
            payload |= _edit(order.edit or Edit())
        model = MODELS.get(order.mode, GENERATE)
        return Ask("requests", {"model": model, "payload": payload})

    def read_submit(self, answer: Answer, job: Job) -> Sighting:
        """Return what the queue says of the new request."""
        return self.taken(sighted(self.good(answer).mapping()))

    def look(self, wire: Wire, job: Job) -> tuple[Sighting, dict[str, Any]]:
        """Ask for the request; its links are new every time."""
        body = self.good(wire.ask("GET", f"requests/{job.service_id}")).mapping()
        return sighted(body), body

    def words(self, body: Any) -> str:
        """Return `error`, or what stands in its place."""
        return spoken(mapping(body))


def sighted(body: Mapping[str, Any]) -> Sighting:
    """Return what a queue request says."""
    state = state_told(body.get("status"), _STATES)
    outcome = body.get("outcome") or {}
    done, failed = state is JobState.SUCCEEDED, state is JobState.FAILED
    words = spoken(body.get("error") or picked(outcome, "error")) if failed else ""
    generation = picked(outcome, "generation_id") or body.get("generation_id")
    # Some pages show the links beside `outcome` instead of inside it; the payload holds the order's own.
    beside = {key: value for key, value in body.items() if key not in ("outcome", "payload")}
    return Sighting(
        state=state,
        service_id=str(body["request_id"]) if body.get("request_id") else None,
        links=links_in(outcome) or links_in(beside) if done else (),
        generation=str(generation) if done and generation else None,
        failure=failure_told(words) if failed else None,
        words=words,
    )


def _generate(order: Order, place: Place) -> dict[str, Any]:
    payload: dict[str, Any] = {}
    if order.seconds is not None:
        payload["duration"] = f"{float(order.seconds):g}s"
    for key, asked in (("hdr", order.hdr), ("exr_export", order.exr), ("loop", order.loop)):
        payload |= {key: True} if asked else {}
    for key, anchor in (("start_frame", order.anchors.first), ("end_frame", order.anchors.last)):
        if anchor and kind_of_reference(anchor) is ReferenceKind.GENERATION:
            payload[f"{key}_generation_id"] = referred(anchor)
        elif anchor:
            payload[f"{key}_url"] = place(anchor)
    return payload


def _source(reference: str) -> dict[str, Any]:
    if kind_of_reference(reference) is ReferenceKind.GENERATION:
        return {"source_generation_id": referred(reference)}
    media_type, content = split_data(reference)
    return {"source_data": content, "source_media_type": media_type}


def _edit(edit: Edit) -> dict[str, Any]:
    told = {
        "edit_auto_controls": edit.auto,
        "edit_strength": edit.strength,
        "pose_strength": edit.pose,
        "depth_blur": edit.depth,
        "normals_augmentation": edit.normals,
        "trajectory_sparsity": edit.trajectory,
    }
    return {key: value for key, value in told.items() if value is not None}
