"""The webhooks of the Scenario stand-in: who is told how a project's jobs end, and with what body."""

import json
import time
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from answerprint.rehearsal.house import Held
from answerprint.rehearsal.scenario.entity import stamp
from answerprint.rehearsal.scenario.inputs import EndpointForm, read
from answerprint.rehearsal.scenario.jobs import shown


class Webhooks:
    """The webhook endpoints of one house, by project."""

    def __init__(self) -> None:
        self._endpoints: dict[str, list[dict[str, Any]]] = {}

    async def create(self, request: Request) -> Response:
        """Add an endpoint that is told how a project's jobs end."""
        form, project = read(EndpointForm, await request.body()), request.path_params["project"]
        now = stamp(time.time())
        endpoint = form.model_dump(by_alias=True, exclude_none=True) | {
            "id": f"webhook_{uuid4().hex}",
            "ownerId": project,
            "ownerType": "project",
            "enabled": True,
            "nbTotalCalls": 0,
            "nbFailedCalls": 0,
            "createdAt": now,
            "updatedAt": now,
        }
        self._endpoints.setdefault(project, []).append(endpoint)
        return JSONResponse({"webhookEndpoint": endpoint | {"secret": uuid4().hex}})

    async def list(self, request: Request) -> Response:
        """List a project's endpoints, without their secrets."""
        return JSONResponse(
            {"webhookEndpoints": self._endpoints.get(request.path_params["project"], [])}
        )

    def told_of(self, project: str | None) -> str | None:
        """Return where the end of a project's job is told; of every project where none is named."""
        known = [
            endpoint
            for owner, endpoints in self._endpoints.items()
            for endpoint in endpoints
            if project in (None, owner)
        ]
        ends = {"*", "generation.completed", "generation.failed"}
        return next((str(e["url"]) for e in known if ends & set(e["enabledEvents"])), None)


def letter(held: Held) -> tuple[bytes, dict[str, str]]:
    """Return the event of a job's end."""
    event = "generation.completed" if held.state == "done" else "generation.failed"
    body = {"id": f"event_{uuid4().hex}", "type": event, "job": shown(held)}
    return json.dumps(body).encode(), {"content-type": "application/json"}
