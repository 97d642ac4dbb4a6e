"""What a job at a stand-in service comes to: its files, or why there are none, and who is told."""

import threading
from typing import Final

from answerprint.errors import AnswerprintError
from answerprint.rehearsal.courier import deliver
from answerprint.rehearsal.faults import Faults
from answerprint.rehearsal.held import Held, State
from answerprint.rehearsal.studio import HeldFile, Spec, Studio

FAILED: Final = "The generation failed. Please try again."
MODERATED: Final = "The content was flagged by moderation. Please change the prompt or the input."


def born_with(faults: Faults, spec: Spec, *, hooked: bool) -> frozenset[str]:
    """Return the faults a new job has: at most one of its end or its pictures, and those of its webhooks."""
    end = faults.strikes("job-failed", "moderated", "never-finishing")
    picture = None if end else faults.strikes(*spec.possible_faults)
    hooks = [faults.strikes("webhook-twice"), faults.strikes("webhook-early")] if hooked else []
    return frozenset(name for name in (end, picture, *hooks) if name)


def come_of(held: Held, studio: Studio) -> tuple[State, tuple[HeldFile, ...], str | None]:
    """Return the state a job ends in, the files it made, and why it made none."""
    if "moderated" in held.faults:
        return "moderated", (), MODERATED
    if "job-failed" in held.faults:
        return "failed", (), FAILED
    try:
        return "done", _made(held, studio), None
    except (AnswerprintError, OSError, ValueError) as problem:
        return "failed", (), f"The rehearsal could not render it: {problem}"


def tell(held: Held, *, until: threading.Event) -> None:
    """Send the webhooks of a job, where it has any."""
    if held.webhook is None or held.webhook_body is None:
        return
    letters = held.webhook_body(held)
    letters = letters if isinstance(letters, list) else [letters]
    for body, headers in letters * (2 if "webhook-twice" in held.faults else 1):
        deliver("POST", held.webhook, body, headers, until=until)


def put(held: Held, files: tuple[HeldFile, ...], *, until: threading.Event) -> None:
    """Put the movies among `files` where the job's order wants them, if it says so."""
    if held.upload is None:
        return
    for file in files:
        if file.kind == "movie":
            headers = {"Content-Type": file.media_type}
            deliver("PUT", held.upload, file.path.read_bytes(), headers, until=until)


def _made(held: Held, studio: Studio) -> tuple[HeldFile, ...]:
    fault = next((name for name in held.spec.possible_faults if name in held.faults), None)
    return tuple(
        file.model_copy(update={"result": result})
        for result in range(held.results)
        for file in studio.make(
            held.spec.model_copy(update={"seed": held.spec.seed + result}), fault
        )
    )
