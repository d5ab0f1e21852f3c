"""The threads of the hub: one that writes, answers in batches; two that read.

One writer, because a database file takes one writer at a time anyhow, and because acts of one
lesson then take effect in the order in which they came.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from django.db import close_old_connections

from tongke.teaching.classroom.services import answers

P = ParamSpec("P")
T = TypeVar("T")

# Answers that come within this time share a transaction. Longer saves commits, costs latency.
GATHER_SECONDS = 0.04
_MOST_IN_BATCH = 400


def _tidy(work: Callable[P, T]) -> Callable[P, T]:
    """Give the thread's database connection back when the settings want that."""

    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        close_old_connections()
        try:
            return work(*args, **kwargs)
        finally:
            close_old_connections()

    return run


class Writer:
    """Runs database work off the event loop."""

    def __init__(self) -> None:
        """Start the threads on first use."""
        self._pen = ThreadPoolExecutor(1, "hub-writer")
        self._eyes = ThreadPoolExecutor(2, "hub-reader")
        self._waiting: list[tuple[answers.Given, asyncio.Future[answers.Outcome]]] = []
        self._flushing: asyncio.Task[None] | None = None

    def write(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
        """Run `work` in the writing thread, after what was asked before."""
        return _submit(self._pen, work, *args, **kwargs)

    def read(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
        """Run `work` in a reading thread."""
        return _submit(self._eyes, work, *args, **kwargs)

    async def answer(self, given: answers.Given) -> answers.Outcome:
        """Store an answer with the others of this moment; returns once it is on the disk."""
        future: asyncio.Future[answers.Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((given, future))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        return await future

    async def _flush(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        while self._waiting:
            batch = self._waiting[:_MOST_IN_BATCH]
            del self._waiting[:_MOST_IN_BATCH]
            try:
                outcomes = await self.write(answers.store, [given for given, _ in batch])
            except Exception as failure:  # Every waiting client must hear of it.
                for _, future in batch:
                    if not future.done():
                        future.set_exception(failure)
                continue
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                # A client that went away has cancelled its future; its answer is stored.
                if not future.done():
                    future.set_result(outcome)

    async def close(self) -> None:
        """Finish what is under way and stop the threads."""
        if self._flushing is not None and not self._flushing.done():
            await self._flushing
        await asyncio.to_thread(self._pen.shutdown)
        await asyncio.to_thread(self._eyes.shutdown)


def _submit(
    pool: ThreadPoolExecutor, work: Callable[..., Any], *args: Any, **kwargs: Any
) -> Awaitable[Any]:
    loop = asyncio.get_running_loop()
    return loop.run_in_executor(pool, lambda: _tidy(work)(*args, **kwargs))
