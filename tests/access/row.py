"""What the matrix says about one address."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.access.cast import EVERYONE, GUEST, NOBODY, STRANGERS, anywhere
from tests.access.story import Story

Where = Callable[[Story, str], Mapping[str, object] | Sequence[object]]
"""The arguments of an address, from the story and who asks."""


def _nowhere(story: Story, who: str) -> Mapping[str, object] | Sequence[object]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """Who may ask for one address, and how.

    Attributes:
        name: the URL name.
        get: who gets a page; for everybody else it is not found.
        post: who may send something; whether it is any good is not asked here.
        at: the arguments of the address; `None` when it has none, and then it belongs to no row
            of the story, so that strangers are not asked apart from their roles.
        before: what must be true of an account before it has this page.
        query: what an address needs behind its question mark.
        data: what must be sent for an address to know what it is about.
    """

    name: str
    get: frozenset[str] = NOBODY
    post: frozenset[str] = NOBODY
    at: Where | None = None
    before: Callable[[Story, str], None] | None = None
    query: str = ""
    data: Callable[[Story, str], Mapping[str, object]] | None = None

    @property
    def asking(self) -> frozenset[str]:
        """Whose visits are tried."""
        near = EVERYONE | {GUEST}
        return near if self.at is None else near | STRANGERS

    def may(self, method: str) -> frozenset[str]:
        """Who may use a method."""
        return self.get if method == "GET" else self.post

    def arguments(self, story: Story, who: str) -> Mapping[str, object] | Sequence[object]:
        """The arguments of the address for one who asks."""
        return (self.at or _nowhere)(story, who)


def page(name: str, who: frozenset[str], at: Where | None = None) -> Row:
    """A page to look at."""
    return Row(name=name, get=who, at=at)


def act(name: str, who: frozenset[str], at: Where | None = None) -> Row:
    """A button: something to send, nothing to look at."""
    return Row(name=name, post=who, at=at)


def form(name: str, who: frozenset[str], at: Where | None = None) -> Row:
    """A page with a form that is sent to itself."""
    return Row(name=name, get=who, post=who, at=at)


def missing(name: str, at: Where | None = None) -> Row:
    """An address that a library needs and we do not offer."""
    return Row(name=name, at=at)


def importing(name: str, kind: str, who: frozenset[str], **scope: str) -> list[Row]:
    """The seven pages of one kind of import. A run belongs to the account that made it.

    Args:
        name: the URL name of the upload page.
        kind: the code of the import.
        scope: further arguments of the addresses.
    """

    def top(story: Story, asks: str) -> Mapping[str, object]:
        return scope

    def run(story: Story, asks: str) -> Mapping[str, object]:
        # Who may not import asks for the run of somebody who may.
        owner = asks if asks in who else min(who)
        return {**scope, "run_id": story.run(kind, owner, **scope).pk}

    return [
        form(name, anywhere(who), top),
        page(f"{name}-template", anywhere(who), top),
        page(f"{name}-report", who, run),
        *(act(f"{name}-{verb}", who, run) for verb in ("commit", "cancel", "undo")),
        page(f"{name}-download", who, run),
    ]
