"""The jobs of the Scenario stand-in: how they are shown, followed, called off and listed."""

from collections.abc import Callable
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from answerprint.rehearsal.door import Refused, job_at
from answerprint.rehearsal.house import Held, House, Spec
from answerprint.rehearsal.scenario.entity import owned, stamp
from answerprint.rehearsal.scenario.inputs import Action, read

LISTED: Final = (
    "pending", "queued", "warming-up", "in-progress", "finalizing", "success", "failure", "canceled",
)  # fmt: skip
"""What jobs can be listed by."""
STATUSES: Final = {
    "queued": "queued",
    "running": "in-progress",
    "done": "success",
    "failed": "failure",
    "moderated": "failure",
    "canceled": "canceled",
}


class Jobs:
    """The jobs of one house."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def poll(self, request: Request) -> Response:
        """Tell where a job is, and which assets it made."""
        return JSONResponse({"job": shown(self._found(request))})

    async def act(self, request: Request) -> Response:
        """Call a job off."""
        held = self._found(request)
        if read(Action, await request.body()).action != "cancel":
            raise Refused(400, "the only action on a job is cancel")
        if held.ended:
            raise Refused(409, "the job has ended")
        await run_in_threadpool(self._house.cancel, held.id)
        return JSONResponse({"job": shown(held)})

    async def page(self, request: Request) -> Response:
        """List jobs, newest first."""
        query = request.query_params
        size, start = _whole(query, "pageSize", 50), _whole(query, "paginationToken", 0)
        if not 1 <= size <= 100:
            raise Refused(400, "pageSize lies between 1 and 100")
        chosen = list(filter(_filter(query), map(shown, self._house.all_held("scenario")[::-1])))
        more = {"nextPaginationToken": str(start + size)} if start + size < len(chosen) else {}
        return JSONResponse({"jobs": chosen[start : start + size]} | more)

    def _found(self, request: Request) -> Held:
        return job_at(request, self._house, "scenario", absent="job not found")


def shown(held: Held) -> dict[str, Any]:
    """Return a job as every answer and webhook shows it."""
    state = held.state
    metadata: dict[str, Any] = {"input": held.extra["input"], "assetIds": []}
    if state == "done":
        metadata["assetIds"] = [held.extra["asset"]]
    if state in ("failed", "moderated"):
        reason, _, hint = (held.failure or "").partition(". ")
        metadata |= {"error": reason, "hint": hint}
    return {
        "jobId": held.id,
        "jobType": "custom",
        "status": STATUSES[state],
        "progress": round(held.progress, 3),
        "statusHistory": _history(held),
        "metadata": metadata,
        "billing": {"cuCost": cost_of(held.spec), "cuDiscount": 0},
    } | owned(held.created, held.updated)


def cost_of(spec: Spec) -> int:
    """Return creative units, which grow with pixels and seconds; the true table is published nowhere."""
    return max(1, spec.size[0] * spec.size[1] * spec.seconds // 100_000) * (2 if spec.hdr else 1)


def _history(held: Held) -> list[dict[str, str]]:
    begun = held.created + held.seconds / 4
    dates = {"queued": held.created}
    if held.state != "queued" and held.updated >= begun:
        dates["in-progress"] = begun
    if held.ended:
        dates[STATUSES[held.state]] = held.updated
    return [{"status": status, "date": stamp(date)} for status, date in dates.items()]


def _filter(query: QueryParams) -> Callable[[dict[str, Any]], bool]:
    """Return what the filters of a list let through, by the rules of the SDK's list of jobs."""
    kinds = query.get("types", query.get("type", ""))
    sorted_by_update = bool(kinds or "status" in query)
    if ("createdAfter" in query) and sorted_by_update:
        raise Refused(400, "createdAfter is only allowed without status, type and types")
    if ("updatedAfter" in query) and not sorted_by_update:
        raise Refused(400, "updatedAfter is only allowed with status, type or types")
    if query.get("status", "queued") not in LISTED:
        raise Refused(400, "status is none of a job")
    created, updated = query.get("createdAfter", ""), query.get("updatedAfter", "")
    return lambda job: (
        job["status"] == query.get("status", job["status"])
        and (not kinds or job["jobType"] in kinds.split(","))
        and job["createdAt"] > created
        and job["updatedAt"] > updated
    )


def _whole(query: QueryParams, name: str, default: int) -> int:
    given = query.get(name, str(default))
    if not given.isdecimal():
        raise Refused(400, f"{name} is no whole number")
    return int(given)
