# SPDX-License-Identifier: Apache-2.0

# What this does is the same in every language; CLIENTS.md, in the folder of the packages, says it in full.
from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType

import grpc

from .wire.core_pb2 import (
    STOPPED,
    DescribeWorkspaceRequest,
    GetWorkspacesRequest,
    MetadataFilter,
    SubscribeRequest,
    WorkspaceStatus,
)
from .wire.core_pb2_grpc import WorkspaceManagerStub

Metadata = Sequence[tuple[str, str]]
OnLost = Callable[[Exception, float], None]

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
_PROBE_TIME = 10.0
_STOPPED_KEPT = 100_000
FORGOTTEN_TEXT = "forgotten by the manager while the connection was lost"

_REFUSALS = frozenset(
    {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.UNIMPLEMENTED,
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.ALREADY_EXISTS,
        grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.OUT_OF_RANGE,
    }
)


def watch(
    stub: WorkspaceManagerStub,
    filter: MetadataFilter | None = None,
    *,
    timeout: float | None = None,
    metadata: Metadata = (),
    on_lost: OnLost | None = None,
) -> Watch:
    """Hands on the present status of each instance that ``filter`` matches, then every newest one, in the order of
    ``status_version`` per instance, over any number of lost connections.

    It ends without an error when it is cancelled or ``timeout`` seconds have passed, and raises what gRPC gave when the
    server refuses. It asks for a status when the one before was taken.

    :param metadata: goes out with every call
    :param on_lost: told of every loss of the connection, and for how many seconds the watch pauses before it tries again
    """
    return Watch(stub, filter, timeout, metadata, on_lost)


class Watch(Iterator[WorkspaceStatus]):
    """What ``watch`` answers. Left as a context manager, it is cancelled."""

    def __init__(
        self,
        stub: WorkspaceManagerStub,
        filter: MetadataFilter | None,
        timeout: float | None,
        metadata: Metadata,
        on_lost: OnLost | None,
    ) -> None:
        self._stub = stub
        self._filter = filter
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._metadata = tuple(metadata)
        self._on_lost = on_lost
        self._seen = _Newest()
        self._cancelled = threading.Event()
        self._call: grpc.Call | None = None
        self._statuses = self._run()

    def __next__(self) -> WorkspaceStatus:
        return next(self._statuses)

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cancel()

    def cancel(self) -> None:
        """Ends the watch at once; from any thread."""
        self._cancelled.set()
        call = self._call
        if call is not None:
            call.cancel()

    def _over(self) -> bool:
        return self._cancelled.is_set() or (self._deadline is not None and time.monotonic() >= self._deadline)

    def _left(self, most: float | None) -> float | None:
        if self._deadline is None:
            return most
        left = max(self._deadline - time.monotonic(), 0.0)
        return left if most is None else min(left, most)

    def _run(self) -> Iterator[WorkspaceStatus]:
        pause = _FIRST_PAUSE
        while not self._over():
            began = time.monotonic()
            lost: Exception
            try:
                yield from self._missed()
                yield from self._subscribed()
                lost = EOFError("the server ended the stream")
            except grpc.RpcError as error:
                lost = error
            if self._over():
                return
            if isinstance(lost, grpc.RpcError) and _code(lost) in _REFUSALS:
                raise lost
            if time.monotonic() - began >= _LONGEST_PAUSE:
                pause = _FIRST_PAUSE
            wait = random.uniform(pause / 2, pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            if self._on_lost is not None:
                self._on_lost(lost, wait)
            self._cancelled.wait(self._left(wait))

    def _subscribed(self) -> Iterator[WorkspaceStatus]:
        call = self._stub.Subscribe(
            SubscribeRequest(must_match=self._filter),
            metadata=(*self._metadata, ("x-subscribe-from", "beginning")),
            timeout=self._left(None),
        )
        self._call = call
        try:
            if self._cancelled.is_set():
                return
            for change in call:
                if self._over():
                    return
                if self._seen.is_news(change.status):
                    yield change.status
        finally:
            self._call = None
            call.cancel()

    def _missed(self) -> Iterator[WorkspaceStatus]:
        """The end of what was forgotten, or is about to be, while nobody listened."""
        if not self._seen.live:
            return
        listed = self._stub.GetWorkspaces(
            GetWorkspacesRequest(must_match=self._filter), metadata=self._metadata, timeout=self._left(_PROBE_TIME)
        )
        present = {status.id for status in listed.status}
        for last in [status for id, status in self._seen.live.items() if id not in present]:
            now = self._described(last.id)
            if now is None:
                yield self._seen.forget(last)
            elif self._seen.is_news(now):
                yield now

    def _described(self, id: str) -> WorkspaceStatus | None:
        try:
            return self._stub.DescribeWorkspace(
                DescribeWorkspaceRequest(id=id), metadata=self._metadata, timeout=self._left(_PROBE_TIME)
            ).status
        except grpc.RpcError as error:
            if _code(error) == grpc.StatusCode.NOT_FOUND:
                return None
            raise


class _Newest:
    """Knows the last status of each instance that runs, and the versions of the last ones that have stopped."""

    def __init__(self) -> None:
        self.live: dict[str, WorkspaceStatus] = {}
        self._stopped: dict[str, tuple[int, tuple[int, int]]] = {}

    def is_news(self, status: WorkspaceStatus) -> bool:
        live = self.live.get(status.id)
        last = self._stopped.get(status.id) if live is None else (live.status_version, _run_of(live))
        if last is not None and last[1] == _run_of(status) and status.status_version <= last[0]:
            return False
        self._stopped.pop(status.id, None)
        if status.phase != STOPPED:
            self.live[status.id] = status
            return True
        self.live.pop(status.id, None)
        self._stopped[status.id] = (status.status_version, _run_of(status))
        if len(self._stopped) > _STOPPED_KEPT:
            del self._stopped[next(iter(self._stopped))]
        return True

    def forget(self, last: WorkspaceStatus) -> WorkspaceStatus:
        del self.live[last.id]
        end = WorkspaceStatus()
        end.CopyFrom(last)
        end.phase = STOPPED
        end.status_version += 1
        end.message = FORGOTTEN_TEXT
        return end


def _run_of(status: WorkspaceStatus) -> tuple[int, int]:
    """Differs for an id that was forgotten and is started again, whose versions begin anew."""
    started = status.metadata.started_at
    return (started.seconds, started.nanos)


def _code(error: grpc.RpcError) -> grpc.StatusCode | None:
    return error.code() if isinstance(error, grpc.Call) else None
