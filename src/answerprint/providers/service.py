"""What every service is to the rest of the house: one small class, and a module each that fills it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from answerprint.direction import ReferenceKind, kind_of_reference
from answerprint.errors import ServiceError, UnansweredError, UsageError
from answerprint.order import Order
from answerprint.providers.job import Job, Sighting
from answerprint.providers.secret import Keys
from answerprint.providers.wire import Answer, Wire, blame

Place = Callable[[str], str]
"""Turns a reference to a local file into what the service takes instead; anything else is returned as it is."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A submit, composed and not sent: nothing in it is secret."""

    path: str
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Account:
    """Who a service is and how it is reached."""

    name: str
    """The service's name in orders and commands."""
    title: str
    """The name it goes by."""
    base: str
    """Address of its API."""
    needs: tuple[str, ...]
    """Environment variables that hold its keys."""
    may_have: tuple[str, ...] = ()
    """Environment variables it reads where they are set."""
    base_variable: str | None = None
    """The service's own environment variable for another address."""

    @property
    def our_variable(self) -> str:
        """Our environment variable for another address."""
        return f"ANSWERPRINT_{self.name.upper()}_URL"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that has to lie at the service before an order can name it."""

    name: str
    media_type: str
    content: bytes | None = None
    """Its bytes; None where it is named by a link."""
    link: str | None = None

    @property
    def picture(self) -> bool:
        """Whether it is a still picture."""
        return self.media_type.startswith("image/")


class Service(ABC):
    """One service. Its methods are pure but for what they ask through the wire they are given.

    Adding one means a module with such a class and a book of its rules and prices
    under the same name; nothing lists them.
    """

    account: Account

    @abstractmethod
    def headers(self, keys: Keys) -> Mapping[str, str]:
        """Return the headers that prove who asks; sent to the service's own host only."""

    @abstractmethod
    def compose(self, order: Order, job_id: str, place: Place) -> Ask:
        """Return the request that orders it."""

    @abstractmethod
    def read_submit(self, answer: Answer, job: Job) -> Sighting:
        """Return what the answer to a submit says. Raises ServiceError."""

    @abstractmethod
    def look(self, wire: Wire, job: Job) -> tuple[Sighting, dict[str, Any]]:
        """Ask where the job is; return what it said and its whole answer. Raises ServiceError."""

    @abstractmethod
    def words(self, body: Any) -> str:
        """Return the human text of a refusing answer's body."""

    def uploads(self, reference: str) -> bool:
        """Tell whether `reference` has to be put at the service; a file that has not goes as a data URI."""
        return kind_of_reference(reference) is ReferenceKind.FILE

    def upload(self, wire: Wire, upload: Upload) -> str:
        """Put a file at the service and return the reference that orders take. Raises ServiceError."""
        raise NotImplementedError

    def find(self, wire: Wire, job: Job) -> tuple[Sighting, dict[str, Any]] | None:
        """Look for a job whose submit went unanswered; None where the service surely has none of that name.

        Raises NotImplementedError where the service knows no name of ours.
        """
        raise NotImplementedError

    def cancel(self, wire: Wire, job: Job) -> Sighting:
        """Call the job off. Raises NotImplementedError where the service cannot, ServiceError where it will not."""
        raise NotImplementedError

    def hook(self, ask: Ask, address: str) -> Ask:
        """Return `ask` with the address that the service is to call when the job ends.

        Raises UsageError where it calls none, or where that is set in the account.
        """
        raise UsageError(
            f"{self.account.name} takes no webhook with an order", hint="poll with answerprint wait"
        )

    @property
    def names_jobs(self) -> bool:
        """Whether the service takes our name for a job, so that an unanswered submit can be looked for."""
        return type(self).find is not Service.find

    @property
    def cancels(self) -> bool:
        """Whether the service can call a job off."""
        return type(self).cancel is not Service.cancel

    def taken(self, seen: Sighting) -> Sighting:
        """Return what was said of a new job. Raises UnansweredError where it has no name to ask for it by."""
        if seen.service_id is None:
            raise UnansweredError(
                "took the order and named no job: it may run and cost",
                provider=self.account.name,
                hint="look before you submit it again",
            )
        return seen

    def good(self, answer: Answer) -> Answer:
        """Return `answer` where it is a success. Raises the ServiceError it stands for where it is not."""
        if not answer.ok:
            raise self.blame(answer)
        return answer

    def blame(self, answer: Answer) -> ServiceError:
        """Return the error that a refusing answer stands for."""
        return blame(self.account.name, answer, self.words(answer.body))
