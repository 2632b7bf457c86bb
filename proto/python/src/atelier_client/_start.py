# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time
from collections.abc import Callable

import grpc

from ._watch import FORGOTTEN_TEXT, Metadata, OnLost, watch
from .wire.core_pb2 import (
    INTERRUPTED,
    RUNNING,
    STOPPED,
    STOPPING,
    TRUE,
    MetadataFilter,
    StartWorkspaceRequest,
    WorkspacePhase,
    WorkspaceStatus,
)
from .wire.core_pb2_grpc import WorkspaceManagerStub


class StartFailed(Exception):
    """Says why an instance did not come to RUNNING. ``status`` is the last one seen; None when there was none."""

    def __init__(self, id: str, reason: str, status: WorkspaceStatus | None) -> None:
        super().__init__(f"{id}: {reason}")
        self.id = id
        self.reason = reason
        self.status = status


class StartTimedOut(StartFailed, TimeoutError):
    """The time was up; the instance is left as it is."""


def start_and_wait(
    stub: WorkspaceManagerStub,
    request: StartWorkspaceRequest,
    timeout: float | None = None,
    *,
    metadata: Metadata = (),
    on_lost: OnLost | None = None,
    on_status: Callable[[WorkspaceStatus], None] | None = None,
) -> WorkspaceStatus:
    """Starts an instance and waits until it is RUNNING, or is headless and has done its work.

    :param timeout: seconds; None: no limit
    :param metadata: goes out with every call
    :param on_status: told every status of the instance that comes, the last one included
    :raises StartFailed: the instance failed; StartTimedOut: the time was up
    :raises grpc.RpcError: the start or the watch was refused
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    try:
        stub.StartWorkspace(request, timeout=timeout, metadata=tuple(metadata))
    except grpc.RpcError as error:
        late = isinstance(error, grpc.Call) and error.code() == grpc.StatusCode.DEADLINE_EXCEEDED
        if timeout is not None and late:
            raise _timed_out(request.id, None) from error
        raise
    last: WorkspaceStatus | None = None
    left = None if deadline is None else max(deadline - time.monotonic(), 0.0)
    filter = MetadataFilter(owner=request.metadata.owner, meta_id=request.metadata.meta_id)
    with watch(stub, filter, timeout=left, metadata=metadata, on_lost=on_lost) as statuses:
        for status in statuses:
            if status.id != request.id:
                continue
            last = status
            if on_status is not None:
                on_status(status)
            reason = _failure(status)
            if reason:
                raise StartFailed(status.id, reason, status)
            if status.phase in (RUNNING, STOPPING, STOPPED):
                return status
    raise _timed_out(request.id, last)


def _timed_out(id: str, last: WorkspaceStatus | None) -> StartTimedOut:
    seen = "" if last is None else f": {WorkspacePhase.Name(last.phase)} {last.message}"
    return StartTimedOut(id, f"not RUNNING in time{seen}", last)


def _failure(status: WorkspaceStatus) -> str:
    """Empty when the instance has not failed."""
    if status.phase in (RUNNING, INTERRUPTED):
        return ""
    conditions = status.conditions
    said = conditions.failed or conditions.timeout or conditions.headless_task_failed
    if said:
        return said
    if conditions.aborted == TRUE:
        return "aborted"
    if conditions.stopped_by_request == TRUE:
        return "stopped by request"
    return FORGOTTEN_TEXT if status.phase == STOPPED and status.message == FORGOTTEN_TEXT else ""
