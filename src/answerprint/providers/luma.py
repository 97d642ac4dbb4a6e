"""Luma's own Agents API, the base of all the others: `ray-3.2` at agents.lumalabs.ai/v1.

It has no cancel, no list and no name of ours for a job, so a submit that went
unanswered cannot be looked for. Results come as signed links for an hour; asking
again mints new ones.
"""

from collections.abc import Mapping
from typing import Any, Final

from answerprint.direction import (
    Edit,
    Position,
    ReferenceKind,
    kind_of_reference,
    place_keyframes,
    referred,
)
from answerprint.errors import ServiceDownError
from answerprint.order import Order
from answerprint.providers.answers import (
    links_in,
    mapping,
    media_type_of,
    split_data,
    spoken,
    state_told,
)
from answerprint.providers.job import Failure, Job, JobState, Sighting
from answerprint.providers.secret import Keys
from answerprint.providers.service import Account, Ask, Place, Service, Upload
from answerprint.providers.wire import Answer, Wire

MODEL: Final = "ray-3.2"
GRID: Final = 24
"""Positions a second of the keyframe grid, both ends included."""

_STATES: Final = {
    "queued": JobState.QUEUED,
    "processing": JobState.RUNNING,
    "completed": JobState.SUCCEEDED,
    "failed": JobState.FAILED,
}
_FAILURES: Final[dict[str, Failure]] = {
    "content_moderated": "moderated",
    "budget_exhausted": "credit",
    "image_too_large": "invalid",
    "unsupported_format": "invalid",
    "corrupt_input": "invalid",
    "invalid_request": "invalid",
    "output_not_found": "expired",
    "rate_limited": "rate",
}
_TYPES: Final = {"edit": "video_edit", "reframe": "video_reframe"}


class Luma(Service):
    """Speaks the Agents API."""

    account = Account(
        name="luma",
        title="Luma Agents API",
        base="https://agents.lumalabs.ai/v1",
        needs=("LUMA_AGENTS_API_KEY",),
        base_variable="LUMA_BASE_URL",
    )

    def headers(self, keys: Keys) -> Mapping[str, str]:
        """Return the bearer header."""
        return {"Authorization": f"Bearer {keys['LUMA_AGENTS_API_KEY']}"}

    def upload(self, wire: Wire, upload: Upload) -> str:
        """Create a file, put its bytes to the link it names, say that it is complete, and wait until it is ready."""
        content = upload.content or b""
        asked = {
            "mime_type": upload.media_type,
            "size_bytes": len(content),
            "filename": upload.name,
        }
        made = self.good(wire.ask("POST", "files", json=asked)).mapping()
        name, target = made.get("id"), mapping(made.get("upload"))
        if not name or not target.get("url"):
            raise ServiceDownError(f"names no place for the file {upload.name}", provider="luma")
        status = wire.put(str(target["url"]), content, mapping(target.get("headers")))
        if not 200 <= status < 300:
            raise ServiceDownError(
                f"does not take the file {upload.name}", provider="luma", status=status
            )
        self.good(wire.ask("POST", f"files/{name}/complete", json={}))
        self._await_file(wire, str(name), upload.name)
        return f"asset:{name}"

    def compose(self, order: Order, job_id: str, place: Place) -> Ask:
        """Return the generation that fills `order`."""
        mode = order.mode
        body: dict[str, Any] = {"model": MODEL, "type": _TYPES.get(mode, "video")}
        body |= {"prompt": order.prompt} if order.prompt else {}
        _, aspect = order.named_shape
        if aspect and mode != "edit":
            body["aspect_ratio"] = aspect
        if order.source:
            body["source"] = _image_ref(place(order.source), video=True)
        video = _video(order, place)
        return Ask("generations", body | ({"video": video} if video else {}))

    def read_submit(self, answer: Answer, job: Job) -> Sighting:
        """Return what the new generation says."""
        return self.taken(sighted(self.good(answer).mapping()))

    def look(self, wire: Wire, job: Job) -> tuple[Sighting, dict[str, Any]]:
        """Ask for the generation; its links are new every time."""
        body = self.good(wire.ask("GET", f"generations/{job.service_id}")).mapping()
        return sighted(body), body

    def words(self, body: Any) -> str:
        """Return `detail`, or what stands in its place."""
        return spoken(mapping(body))

    def _await_file(self, wire: Wire, file_id: str, name: str) -> None:
        for _ in range(60):
            state = self.good(wire.ask("GET", f"files/{file_id}")).mapping().get("state")
            if state == "ready":
                return
            if state in ("failed", "deleted"):
                break
            wire.rest(1.0)
        raise ServiceDownError(f"did not make the file {name} ready", provider="luma")


def sighted(body: Mapping[str, Any]) -> Sighting:
    """Return what a Generation object says; states and outputs we have not seen are taken for what they look like."""
    state = state_told(body.get("state"), _STATES)
    code = str(body.get("failure_code") or "")
    done, failed = state is JobState.SUCCEEDED, state is JobState.FAILED
    name = str(body["id"]) if body.get("id") else None
    return Sighting(
        state=state,
        service_id=name,
        links=links_in(body.get("output")) if done else (),
        generation=name if done else None,
        failure=_FAILURES.get(code, "failed") if failed else None,
        words=" ".join(filter(None, (code, str(body.get("failure_reason") or "")))) if failed else "",
    )  # fmt: skip


def _video(order: Order, place: Place) -> dict[str, Any]:
    video: dict[str, Any] = {}
    resolution, _ = order.named_shape
    video |= {"resolution": resolution} if resolution else {}
    if order.seconds is not None and order.mode not in ("edit", "reframe"):
        video["duration"] = f"{float(order.seconds):g}s"
    video |= {key: True for key, asked in (("hdr", order.hdr), ("loop", order.loop)) if asked}
    video |= {"exr_export": True} if order.exr else {}
    for key, anchor in (("start_frame", order.anchors.first), ("end_frame", order.anchors.last)):
        if anchor:
            video[key] = _image_ref(place(anchor))
    if order.mode == "edit" and order.edit:
        video["edit"] = _edit(order.edit)
    if order.keyframes:
        inside = video.setdefault("edit", {}) if order.mode == "edit" else video
        inside["keyframes"] = [_image_ref(place(keyframe.picture)) for keyframe in order.keyframes]
        inside["keyframe_indexes"] = list(place_keyframes(order.keyframes, _last(order)))
    if order.reframe and order.reframe.position:
        video["source_position"] = _position(order.reframe.position)
    return video


def _last(order: Order) -> int:
    return int((order.seconds or 5) * GRID)


def _position(position: Position) -> dict[str, float]:
    return {
        "x_norm": position.x,
        "y_norm": position.y,
        "w_norm": position.width,
        "h_norm": position.height,
    }


def _edit(edit: Edit) -> dict[str, Any]:
    controls: dict[str, Any] = {}
    controls |= {"face": {"enabled": True}} if edit.face else {}
    controls |= {"pose": {"enabled": True, "strength": edit.pose}} if edit.pose else {}
    for name, key, value in (
        ("depth", "blur", edit.depth),
        ("normals", "augmentation", edit.normals),
        ("trajectory", "sparsity", edit.trajectory),
    ):
        if value is not None:
            controls[name] = {"enabled": True, key: value}
    plain = {"auto_controls": edit.auto, "strength": edit.strength, "controls": controls or None}
    return {key: value for key, value in plain.items() if value is not None}


def _image_ref(reference: str, *, video: bool = False) -> dict[str, str]:
    kind = kind_of_reference(reference)
    if kind is ReferenceKind.GENERATION:
        return {"generation_id": referred(reference)}
    if kind is ReferenceKind.ASSET:
        return {"file_id": referred(reference)}
    if kind is ReferenceKind.DATA:
        media_type, content = split_data(reference)
        return {"data": content, "media_type": media_type}
    return {"url": reference} | ({"media_type": media_type_of(reference)} if video else {})
