"""Scenario: `model_luma-ray-3-2`, `-edit` and `-reframe` as custom generations.

Inputs are assets, so that pictures and clips are uploaded first. A finished job
names assets, and each is asked for on its own; asking again signs a new link.
"""

from collections.abc import Mapping
from typing import Any, Final

from answerprint.direction import Edit, ReferenceKind, kind_of_reference, referred
from answerprint.errors import ServiceDownError
from answerprint.order import Order
from answerprint.providers.answers import (
    basic,
    failure_told,
    links_in,
    listed,
    mapping,
    picked,
    share,
    spoken,
    state_told,
)
from answerprint.providers.job import Job, JobState, Link, Sighting
from answerprint.providers.secret import Keys
from answerprint.providers.service import Account, Ask, Place, Service, Upload
from answerprint.providers.wire import Answer, Wire

GENERATE: Final = "model_luma-ray-3-2"
MODELS: Final = {"edit": "model_luma-ray-3-2-edit", "reframe": "model_luma-ray-3-2-reframe"}
"""Models of the modes that have one of their own; the last name is by analogy, no page shows it."""
PART_BYTES: Final = 8 << 20
"""Most bytes of one part of an upload."""

_STATES: Final = {
    "pending": JobState.QUEUED,
    "queued": JobState.QUEUED,
    "warming-up": JobState.QUEUED,
    "in-progress": JobState.RUNNING,
    "finalizing": JobState.RUNNING,
    "success": JobState.SUCCEEDED,
    "failure": JobState.FAILED,
    "canceled": JobState.CANCELED,
}


class Scenario(Service):
    """Speaks Scenario's custom generations."""

    account = Account(
        name="scenario",
        title="Scenario",
        base="https://api.cloud.scenario.com/v1",
        needs=("SCENARIO_SDK_API_KEY", "SCENARIO_SDK_API_SECRET"),
        base_variable="SCENARIO_BASE_URL",
    )

    def headers(self, keys: Keys) -> Mapping[str, str]:
        """Return HTTP Basic of key and secret."""
        return {
            "Authorization": basic(keys["SCENARIO_SDK_API_KEY"], keys["SCENARIO_SDK_API_SECRET"])
        }

    def uploads(self, reference: str) -> bool:
        """Everything that is no asset yet has to become one."""
        return kind_of_reference(reference) is not ReferenceKind.ASSET

    def upload(self, wire: Wire, upload: Upload) -> str:
        """Upload a file in parts, or let Scenario take it from a link; return the asset."""
        kind = "image" if upload.picture else "video"
        asked: dict[str, Any] = {"kind": kind}
        content = upload.content or b""
        pieces = [content[at : at + PART_BYTES] for at in range(0, len(content), PART_BYTES)]
        if upload.link:
            asked |= {"url": upload.link}
        else:
            asked |= {
                "fileName": upload.name,
                "contentType": upload.media_type,
                "fileSize": len(content),
                "parts": len(pieces),
            }
        answer = self.good(wire.ask("POST", "uploads", json=asked))
        made = mapping(picked(answer.body, "upload"))
        if not upload.link:
            self._put(wire, listed(made.get("parts")), pieces, upload.name)
            path = f"uploads/{made.get('id')}/action"
            self.good(wire.ask("POST", path, json={"action": "complete"}))
        return f"asset:{self._asset(wire, str(made.get('id')), upload.name)}"

    def compose(self, order: Order, job_id: str, place: Place) -> Ask:
        """Return the generation that fills `order`."""
        wanted: dict[str, Any] = {"prompt": order.prompt} if order.prompt else {}
        resolution, aspect = order.named_shape
        wanted |= {"resolution": resolution} if resolution else {}
        wanted |= {"hdr": True} if order.hdr else {}
        if order.source:
            wanted["video"] = referred(place(order.source))
        if order.mode == "edit":
            wanted |= _edit(order, place)
        else:
            wanted |= {"aspectRatio": aspect} if aspect else {}
        if order.mode not in ("edit", "reframe"):
            wanted |= _generate(order, place)
        return Ask(f"generate/custom/{MODELS.get(order.mode, GENERATE)}", wanted)

    def read_submit(self, answer: Answer, job: Job) -> Sighting:
        """Return what the new job says."""
        return self.taken(sighted(mapping(picked(self.good(answer).body, "job"))))

    def look(self, wire: Wire, job: Job) -> tuple[Sighting, dict[str, Any]]:
        """Ask for the job, and for its assets where it is done."""
        body = self.good(wire.ask("GET", f"jobs/{job.service_id}")).mapping()
        seen = sighted(mapping(body.get("job")))
        if seen.state is not JobState.SUCCEEDED:
            return seen, body
        names = [str(name) for name in listed(picked(body, "job", "metadata", "assetIds")) if name]
        assets = [self._read_asset(wire, name) for name in names]
        flags = ("nsfw",) if any(asset.get("nsfw") for asset in assets) else ()
        links = _numbered([link for asset in assets for link in _of_asset(asset)])
        found = {"links": links, "flags": flags, "generation": names[0] if names else None}
        return seen.model_copy(update=found), body | {"assets": assets}

    def cancel(self, wire: Wire, job: Job) -> Sighting:
        """Call the job off."""
        answer = wire.ask("POST", f"jobs/{job.service_id}/action", json={"action": "cancel"})
        return sighted(mapping(picked(self.good(answer).body, "job")))

    def words(self, body: Any) -> str:
        """Return the reason, in any of the shapes that are seen."""
        return spoken(mapping(body))

    def _put(self, wire: Wire, parts: list[Any], pieces: list[bytes], name: str) -> None:
        """Put every piece to the link of its part. Raises ServiceDownError where one has none or is not taken."""
        links = [str(picked(part, "url") or "") for part in sorted(parts, key=_number)]
        if len(links) != len(pieces) or not all(links):
            raise ServiceDownError(f"names no place for the file {name}", provider="scenario")
        for link, piece in zip(links, pieces, strict=True):
            if not 200 <= wire.put(link, piece, {}) < 300:
                raise ServiceDownError(f"does not take the file {name}", provider="scenario")

    def _read_asset(self, wire: Wire, name: str) -> dict[str, Any]:
        return dict(mapping(picked(self.good(wire.ask("GET", f"assets/{name}")).body, "asset")))

    def _asset(self, wire: Wire, upload_id: str, name: str) -> str:
        for _ in range(120):
            body = self.good(wire.ask("GET", f"uploads/{upload_id}")).body
            status = picked(body, "upload", "status")
            entity = picked(body, "upload", "entityId")
            if entity and status in ("imported", "complete", "validated", None):
                return str(entity)
            if status == "failed":
                break
            wire.rest(1.0)
        raise ServiceDownError(f"did not make the file {name} ready", provider="scenario")


def sighted(job: Mapping[str, Any]) -> Sighting:
    """Return what a job object says; its assets are asked for elsewhere."""
    state = state_told(job.get("status"), _STATES)
    failed = state is JobState.FAILED
    told = (picked(job, "metadata", "error"), picked(job, "metadata", "hint"))
    words = " ".join(filter(None, map(spoken, told))) if failed else ""
    return Sighting(
        state=state,
        service_id=str(job["jobId"]) if job.get("jobId") else None,
        progress=share(job.get("progress")),
        failure=failure_told(words) if failed else None,
        words=words,
    )


def _number(part: Any) -> int:
    number = picked(part, "number")
    return number if isinstance(number, int) else 0


def _of_asset(asset: Mapping[str, Any]) -> tuple[Link, ...]:
    """Return the asset's own file: the untouched original where Scenario converted it."""
    url = asset.get("originalFileUrl") or asset.get("url")
    return links_in({"video": url}) if url else ()


def _numbered(links: list[Link]) -> tuple[Link, ...]:
    names = ["video", *(f"video-{n}" for n in range(2, len(links) + 1))]
    return tuple(
        link.model_copy(update={"name": name}) for link, name in zip(links, names, strict=False)
    )


def _generate(order: Order, place: Place) -> dict[str, Any]:
    wanted: dict[str, Any] = {"loop": True} if order.loop else {}
    if order.seconds is not None:
        wanted["duration"] = f"{float(order.seconds):g}s"
    for key, anchor in (("startFrame", order.anchors.first), ("endFrame", order.anchors.last)):
        wanted |= {key: referred(place(anchor))} if anchor else {}
    return wanted


def _edit(order: Order, place: Place) -> dict[str, Any]:
    edit = order.edit or Edit()
    wanted: dict[str, Any] = {"editStrength": edit.strength, "autoControls": edit.auto}
    wanted |= {"faceControlEnabled": edit.face}
    for name, key, value in (
        ("pose", "Strength", edit.pose),
        ("depth", "Blur", edit.depth),
        ("normals", "Augmentation", edit.normals),
        ("trajectory", "Sparsity", edit.trajectory),
    ):
        if value is not None:
            wanted |= {f"{name}ControlEnabled": True, f"{name}Control{key}": value}
    if order.anchors.first:
        wanted["startFrame"] = referred(place(order.anchors.first))
    if order.keyframes:
        wanted["keyframes"] = [
            {"keyframeImage": referred(place(k.picture)), "keyframeIndex": k.at}
            for k in order.keyframes
        ]
    return {key: value for key, value in wanted.items() if value is not None}
