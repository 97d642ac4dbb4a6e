"""Runware: `luma:ray@3.2` at api.runware.ai/v1, one address for everything, an array of tasks in every body.

The task's UUID is ours, so that a submit which went unanswered is asked for by
its name. Whatever goes wrong may come as `errors` beside a status of 200.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from answerprint.direction import Edit, ReferenceKind, kind_of_reference, referred
from answerprint.errors import ServiceError
from answerprint.order import CELLS, Order, Size
from answerprint.providers.answers import data_uri, links_in, picked, uuid_like
from answerprint.providers.job import Failure, Job, JobState, Sighting
from answerprint.providers.secret import Keys
from answerprint.providers.service import Account, Ask, Place, Service, Upload
from answerprint.providers.wire import Answer, Wire, blame

MODEL: Final = "luma:ray@3.2"

_STATES: Final = {
    "queued": JobState.QUEUED,
    "pending": JobState.RUNNING,
    "processing": JobState.RUNNING,
    "success": JobState.SUCCEEDED,
    "error": JobState.FAILED,
}
_FAMILIES: Final[tuple[tuple[tuple[str, ...], Failure], ...]] = (
    (("contentpolicy", "sensitivecontent", "unsafecontent", "nsfw", "promptblocked", "imageblocked", "moderation",
      "invalidprovidercontent"), "moderated"),
    (("credit", "quota", "balance", "paymentrequired"), "credit"),
    (("ratelimit",), "rate"),
    (("notfound", "expired", "taskcancelled"), "expired"),
    (("invalid", "missing", "unsupported", "required"), "invalid"),
)  # fmt: skip
"""Families of error codes, by what they contain; Runware says of itself that single codes are not stable."""
_STATUS_OF: Final[dict[Failure, int]] = {
    "moderated": 422, "credit": 402, "rate": 429, "expired": 404, "invalid": 400, "failed": 500,
}  # fmt: skip


class Runware(Service):
    """Speaks Runware's tasks over HTTP."""

    account = Account(
        name="runware",
        title="Runware",
        base="https://api.runware.ai/v1",
        needs=("RUNWARE_API_KEY",),
    )

    def headers(self, keys: Keys) -> Mapping[str, str]:
        """Return the bearer header."""
        return {"Authorization": f"Bearer {keys['RUNWARE_API_KEY']}"}

    def upload(self, wire: Wire, upload: Upload) -> str:
        """Put a file into the media storage."""
        task = {
            "taskType": "mediaStorage",
            "taskUUID": uuid_like(upload.content or b""),
            "operation": "upload",
            "media": data_uri(upload.media_type, upload.content or b""),
        }
        item = self._items(wire.ask("POST", "", json=[task]))[0]
        return f"asset:{item.get('mediaUUID') or item.get('imageUUID')}"

    def compose(self, order: Order, job_id: str, place: Place) -> Ask:
        """Return the array of the one task that fills `order`."""
        task: dict[str, Any] = {
            "taskType": "videoInference",
            "taskUUID": job_id,
            "model": MODEL,
            "deliveryMethod": "async",
            "outputType": "URL",
            "includeCost": True,
        }
        task |= {"positivePrompt": order.prompt} if order.prompt else {}
        task |= _shape(order) | _inputs(order, place) | _delivered(order)
        if order.seconds is not None and order.source is None:
            task["duration"] = int(order.seconds)
        settings = _settings(order)
        return Ask("", [task | ({"settings": settings} if settings else {})])

    def hook(self, ask: Ask, address: str) -> Ask:
        """Name the address in the task."""
        return replace(ask, body=[task | {"webhookURL": address} for task in ask.body])

    def read_submit(self, answer: Answer, job: Job) -> Sighting:
        """Return that the task is taken; the acknowledgment names nothing but its UUID."""
        items = self._items(answer)
        return Sighting(
            state=JobState.QUEUED, service_id=str(items[0].get("taskUUID", job.id) if items else job.id)
        )  # fmt: skip

    def look(self, wire: Wire, job: Job) -> tuple[Sighting, dict[str, Any]]:
        """Ask for the task's response."""
        answer = wire.ask("POST", "", json=[{"taskType": "getResponse", "taskUUID": job.id}])
        body = answer.mapping()
        if not answer.ok and not _errors(body):
            raise self.blame(answer)
        seen = sighted(body, job)
        if seen.failure == "expired" and not (body.get("data") or ()):
            raise self.blame(answer)
        return seen, body

    def find(self, wire: Wire, job: Job) -> tuple[Sighting, dict[str, Any]] | None:
        """Ask for the task by the name we gave it."""
        answer = wire.ask("POST", "", json=[{"taskType": "getResponse", "taskUUID": job.id}])
        body = answer.mapping()
        if not body.get("data") and any(_family(e) == "expired" for e in _errors(body)):
            return None
        return self.look(wire, job)

    def words(self, body: Any) -> str:
        """Return the messages of the errors."""
        return "; ".join(_words(error) for error in _errors(body))

    def blame(self, answer: Answer) -> ServiceError:
        """Return the error of a refusing answer: by its status, or by the family of its code where that is 200."""
        errors = _errors(answer.body)
        status = answer.status if answer.status >= 400 else _STATUS_OF[_family(errors[0])]
        if errors and _family(errors[0]) in ("moderated", "credit"):
            status = _STATUS_OF[_family(errors[0])]
        words = self.words(answer.body)
        if errors and _family(errors[0]) == "moderated":
            words = f"moderation: {words}"
        return blame("runware", Answer(status, answer.body, answer.headers), words)

    def _items(self, answer: Answer) -> list[dict[str, Any]]:
        body = answer.mapping()
        items = [item for item in body.get("data") or () if isinstance(item, dict)]
        if not answer.ok or (_errors(body) and not items):
            raise self.blame(answer)
        return items


def sighted(body: Mapping[str, Any], job: Job) -> Sighting:
    """Return what a response says of the task; a webhook's flat task object is read, too."""
    items = body.get("data") if isinstance(body.get("data"), list) else [body]
    items = [i for i in items or () if isinstance(i, dict) and i.get("taskUUID", job.id) == job.id]
    errors = [*_errors(body), *(picked(item, "error") or item for item in items if item.get("status") == "error")]  # fmt: skip
    results = [item for item in items if _is_result(item)]
    if len(results) >= job.order.results or (results and errors):
        return _succeeded(results, job)
    if errors and not results:
        return _failed(errors[0], job)
    states = [_STATES.get(str(item.get("status")), JobState.RUNNING) for item in items]
    progress = next((p for item in items if (p := _share(item.get("progress"))) is not None), None)
    state = JobState.QUEUED if states and set(states) == {JobState.QUEUED} else JobState.RUNNING
    return Sighting(state=state, service_id=job.id, progress=progress)


def _is_result(item: Mapping[str, Any]) -> bool:
    return item.get("status") == "success" or any(key in item for key in ("videoURL", "outputs"))


def _succeeded(results: Sequence[Mapping[str, Any]], job: Job) -> Sighting:
    costs = [_dollars(item.get("cost")) for item in results]
    seeds = [item["seed"] for item in results if isinstance(item.get("seed"), int)]
    return Sighting(
        state=JobState.SUCCEEDED,
        service_id=job.id,
        links=links_in([_linked(item) for item in results]),
        generation=next((str(i["videoUUID"]) for i in results if i.get("videoUUID")), None),
        cost=sum((cost for cost in costs if cost is not None), Decimal(0)) if any(costs) else None,
        seed=seeds[0] if seeds else None,
        flags=("nsfw",) if any(item.get("NSFWContent") for item in results) else (),
    )


def _linked(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key == "outputs" or key.endswith("URL")}


def _failed(error: Mapping[str, Any], job: Job) -> Sighting:
    return Sighting(
        state=JobState.FAILED, service_id=job.id, failure=_family(error), words=_words(error)
    )


def _errors(body: Any) -> list[dict[str, Any]]:
    if not isinstance(body, Mapping):
        return []
    found = body.get("errors") or ([body["error"]] if body.get("error") else [])
    return [e if isinstance(e, dict) else {"message": str(e)} for e in found]


def _words(error: Mapping[str, Any]) -> str:
    said = str(error.get("message") or error.get("responseContent") or "")
    return f"{error['code']}: {said}" if error.get("code") else said


def _family(error: Mapping[str, Any]) -> Failure:
    code = str(error.get("code") or "").lower()
    return next((f for words, f in _FAMILIES if any(word in code for word in words)), "failed")


def _dollars(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if value is not None else None
    except InvalidOperation:
        return None


def _share(value: Any) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return min(1.0, value / 100 if value > 1 else float(value))


def _shape(order: Order) -> dict[str, Any]:
    """Return width and height, or the resolution alone where a picture or clip gives the shape."""
    shaped = (
        order.source is not None or order.keyframes or order.anchors.first or order.anchors.last
    )
    if order.mode == "edit" or (shaped and not (order.size or order.aspect)):
        return {"resolution": order.resolution} if order.resolution else {}
    size = order.size or cell(order)
    return {"width": size[0], "height": size[1]}


def cell(order: Order) -> Size:
    """Return the pixels of the order's resolution and aspect: 720p and 16:9 where it names none."""
    return CELLS[order.resolution or "720p"].get(order.aspect or "16:9", CELLS["720p"]["16:9"])


def _inputs(order: Order, place: Place) -> dict[str, Any]:
    inputs: dict[str, Any] = {}
    frames: list[Any] = [
        {"image": _named(place(anchor)), "frame": name}
        for name, anchor in (("first", order.anchors.first), ("last", order.anchors.last))
        if anchor
    ]
    for keyframe in order.keyframes:
        picture = _named(place(keyframe.picture))
        frames.append(picture if keyframe.at is None else {"image": picture, "frame": keyframe.at})
    inputs |= {"frameImages": frames} if frames else {}
    inputs |= {"video": _named(place(order.source))} if order.source else {}
    return {"inputs": inputs} if inputs else {}


def _named(reference: str) -> str:
    named = kind_of_reference(reference) in (ReferenceKind.ASSET, ReferenceKind.GENERATION)
    return referred(reference) if named else reference


def _settings(order: Order) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for key, asked in (("hdr", order.hdr), ("exrExport", order.exr), ("loop", order.loop)):
        settings |= {key: True} if asked else {}
    if order.reframe and order.reframe.position:
        settings["sourcePosition"] = order.reframe.position.model_dump()
    if order.mode == "edit":
        settings["edit"] = _edit(order.edit or Edit())
    return settings


def _edit(edit: Edit) -> dict[str, Any]:
    controls = {
        "face": edit.face,
        "poseStrength": edit.pose,
        "depthBlur": edit.depth,
        "normalsAugmentation": edit.normals,
        "trajectorySparsity": edit.trajectory,
    }
    controls = {key: value for key, value in controls.items() if value is not None}
    plain = {"autoControls": edit.auto, "strength": edit.strength, "controls": controls or None}
    return {key: value for key, value in plain.items() if value is not None}


def _delivered(order: Order) -> dict[str, Any]:
    safety = order.safety
    told: dict[str, Any] = {
        "outputFormat": order.format.upper() if order.format else None,
        "outputQuality": order.quality,
        "uploadEndpoint": order.upload,
        "ttl": order.ttl,
        "numberResults": order.results if order.results > 1 else None,
    }
    told = {key: value for key, value in told.items() if value is not None}
    if safety is not None:
        asked = {"checkContent": safety.check, "mode": safety.mode}
        told["safety"] = {key: value for key, value in asked.items() if value is not None}
    return told
