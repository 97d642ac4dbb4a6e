"""Runware: `luma:ray@3.2` at api.runware.ai/v1, one address for everything, an array of tasks in every body.

The task's UUID is ours, so that a submit which went unanswered is asked for by
its name. Whatever goes wrong may come as `errors` beside a status of 200.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from answerprint.direction import Edit, ReferenceKind, kind_of_reference, referred
from answerprint.errors import ServiceDownError, ServiceError
from answerprint.order import CELLS, Order, Size
from answerprint.providers.answers import (
    data_uri,
    dollars,
    links_in,
    listed,
    mapping,
    share,
    spoken,
    state_told,
)
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
_ENDED_BADLY: Final = (JobState.FAILED, JobState.CANCELED)
_FAMILIES: Final[tuple[tuple[tuple[str, ...], Failure], ...]] = (
    (("contentpolicy", "sensitivecontent", "unsafecontent", "nsfw", "promptblocked", "imageblocked", "moderation",
      "invalidprovidercontent"), "moderated"),
    (("credit", "quota", "balance", "paymentrequired"), "credit"),
    (("ratelimit",), "rate"),
    (("notfound", "expired"), "expired"),
    (("invalid", "missing", "unsupported", "required"), "invalid"),
)  # fmt: skip
"""Families of error codes, by what they contain; Runware says of itself that single codes are not stable."""
_KEY: Final = "apikey"
"""What codes about the key contain."""
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
            "taskUUID": str(uuid4()),
            "operation": "upload",
            "media": data_uri(upload.media_type, upload.content or b""),
        }
        items = self._items(wire.ask("POST", "", json=[task]))
        names = [item.get("mediaUUID") or item.get("imageUUID") for item in items]
        if not any(names):
            raise ServiceDownError(f"did not name the file {upload.name}", provider="runware")
        return f"asset:{next(filter(None, names))}"

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
        self._items(answer)
        return Sighting(state=JobState.QUEUED, service_id=job.id)

    def look(self, wire: Wire, job: Job) -> tuple[Sighting, dict[str, Any]]:
        """Ask for the task's response."""
        return self._seen(_asked(wire, job), job)

    def find(self, wire: Wire, job: Job) -> tuple[Sighting, dict[str, Any]] | None:
        """Ask for the task by the name we gave it; an expired one was there."""
        answer = _asked(wire, job)
        codes = [_code(error) for error in _errors(answer.body)]
        if not listed(answer.mapping().get("data")) and any("notfound" in code for code in codes):
            return None
        return self._seen(answer, job)

    def words(self, body: Any) -> str:
        """Return the messages of the errors."""
        return "; ".join(_words(error) for error in _errors(body))

    def blame(self, answer: Answer) -> ServiceError:
        """Return the error of a refusing answer: by its status, or by the family of its code where that is 200."""
        error = next(iter(_errors(answer.body)), {})
        family, status = _family(error), answer.status
        if _KEY in _code(error):
            status = 401
        elif status < 400 or family in ("moderated", "credit", "rate"):
            status = _STATUS_OF[family]
        words = self.words(answer.body)
        if family == "moderated":
            words = f"moderation: {words}"
        return blame("runware", Answer(status, answer.body, answer.headers), words)

    def _seen(self, answer: Answer, job: Job) -> tuple[Sighting, dict[str, Any]]:
        """Return what a response says of the task. Raises ServiceError where it is about the asking itself."""
        body = answer.mapping()
        if not listed(body.get("data")) and _refuses_asking(answer):
            raise self.blame(answer)
        return sighted(body, job), body

    def _items(self, answer: Answer) -> list[dict[str, Any]]:
        body = answer.mapping()
        items = [item for item in listed(body.get("data")) if isinstance(item, dict)]
        if not answer.ok or (_errors(body) and not items):
            raise self.blame(answer)
        return items


def _asked(wire: Wire, job: Job) -> Answer:
    return wire.ask("POST", "", json=[{"taskType": "getResponse", "taskUUID": job.id}])


def _refuses_asking(answer: Answer) -> bool:
    """Tell whether an answer without results speaks of the key, the traffic or the house, not of the task.

    A task that failed is told by errors, too, beside 200 or 400.
    """
    errors = _errors(answer.body)
    if any(_family(error) == "expired" for error in errors):
        return True
    if any(error.get("status") == "error" for error in errors):
        return False
    aside = any(_family(e) == "rate" or _KEY in _code(e) for e in errors)
    return aside or not (answer.ok or (errors and answer.status in (400, 422)))


def sighted(body: Mapping[str, Any], job: Job) -> Sighting:
    """Return what a response says of the task; a webhook's flat task object is read, too."""
    data = body.get("data")
    items = [i for i in (data if isinstance(data, list) else [data or body]) if isinstance(i, dict)]
    items = [item for item in items if (item.get("taskUUID") or job.id) == job.id]
    told = [mapping(item.get("error")) or item for item in items if _state(item) in _ENDED_BADLY]
    errors = [*_errors(body), *told]
    results = [item for item in items if _is_result(item)]
    if len(results) >= job.order.results or (results and errors):
        return _succeeded(results, job)
    if errors and not results:
        return _failed(errors[0], job)
    states = [_state(item) for item in items]
    progress = next((p for item in items if (p := share(item.get("progress"))) is not None), None)
    state = JobState.QUEUED if states and set(states) == {JobState.QUEUED} else JobState.RUNNING
    return Sighting(state=state, service_id=job.id, progress=progress)


def _is_result(item: Mapping[str, Any]) -> bool:
    done = _state(item) is JobState.SUCCEEDED
    return done or any(item.get(key) for key in ("videoURL", "outputs"))


def _state(item: Mapping[str, Any]) -> JobState:
    return state_told(item.get("status"), _STATES)


def _succeeded(results: Sequence[Mapping[str, Any]], job: Job) -> Sighting:
    costs = [cost for item in results if (cost := dollars(item.get("cost"))) is not None]
    seeds = [item["seed"] for item in results if type(item.get("seed")) is int]
    return Sighting(
        state=JobState.SUCCEEDED,
        service_id=job.id,
        links=links_in([_linked(item) for item in results]),
        generation=next((str(i["videoUUID"]) for i in results if i.get("videoUUID")), None),
        cost=sum(costs, Decimal(0)) if costs else None,
        seed=seeds[0] if seeds else None,
        flags=("nsfw",) if any(item.get("NSFWContent") for item in results) else (),
    )


def _linked(item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key == "outputs" or key.endswith("URL")}


def _failed(error: Mapping[str, Any], job: Job) -> Sighting:
    canceled = "taskcancel" in _code(error) or _state(error) is JobState.CANCELED
    return Sighting(
        state=JobState.CANCELED if canceled else JobState.FAILED,
        service_id=job.id,
        failure=None if canceled else _family(error),
        words=_words(error),
    )


def _errors(body: Any) -> list[dict[str, Any]]:
    if not isinstance(body, Mapping):
        return []
    found = body.get("errors") or body.get("error") or []
    told = found if isinstance(found, list) else [found]
    return [e if isinstance(e, dict) else {"message": str(e)} for e in told if e]


def _words(error: Mapping[str, Any]) -> str:
    said = spoken(error) or spoken(error.get("responseContent"))
    return f"{error['code']}: {said}" if error.get("code") else said


def _code(error: Mapping[str, Any]) -> str:
    return str(error.get("code") or "").lower()


def _family(error: Mapping[str, Any]) -> Failure:
    code = _code(error)
    return next((f for words, f in _FAMILIES if any(word in code for word in words)), "failed")


def _shape(order: Order) -> dict[str, Any]:
    """Return width and height, or the resolution alone where a picture or clip gives the shape."""
    shaped = (
        order.source is not None or order.keyframes or order.anchors.first or order.anchors.last
    )
    if order.mode == "edit" or (shaped and not (order.size or order.aspect)):
        resolution, _ = order.named_shape
        return {"resolution": resolution} if resolution else {}
    size = order.size or cell(order)
    return {"width": size[0], "height": size[1]}


def cell(order: Order) -> Size:
    """Return the pixels of the order's resolution and aspect: 720p and 16:9 where it names none."""
    return CELLS[order.resolution or "720p"].get(order.aspect or "16:9", CELLS["720p"]["16:9"])


def _inputs(order: Order, place: Place) -> dict[str, Any]:
    inputs: dict[str, Any] = {}
    first, last = order.anchors.first, order.anchors.last
    frames: list[Any] = [{"image": _named(place(first)), "frame": "first"}] if first else []
    for keyframe in order.keyframes:
        picture = _named(place(keyframe.picture))
        frames.append(picture if keyframe.at is None else {"image": picture, "frame": keyframe.at})
    frames += [{"image": _named(place(last)), "frame": "last"}] if last else []
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
