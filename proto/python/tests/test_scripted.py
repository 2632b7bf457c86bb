# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue

import grpc
import pytest
from conftest import stub_of

from atelier_client import StartTimedOut, start_and_wait, watch
from atelier_client.wire.core_pb2 import (
    PENDING,
    RUNNING,
    STOPPED,
    GetWorkspacesRequest,
    GetWorkspacesResponse,
    StartWorkspaceRequest,
    StartWorkspaceResponse,
    SubscribeRequest,
    SubscribeResponse,
    WorkspaceMetadata,
    WorkspacePhase,
    WorkspaceStatus,
)
from atelier_client.wire.core_pb2_grpc import (
    WorkspaceManagerServicer,
    WorkspaceManagerStub,
    add_WorkspaceManagerServicer_to_server,
)
from google.protobuf.timestamp_pb2 import Timestamp

Code = grpc.StatusCode


@dataclass
class Part:
    statuses: list[WorkspaceStatus] = field(default_factory=list)
    end: grpc.StatusCode | None = None


class Scripted(WorkspaceManagerServicer):
    """Answers as a real manager does only by bad luck: each subscription gets the next part of the script."""

    def __init__(self) -> None:
        self.parts: SimpleQueue[Part] = SimpleQueue()
        self.over: SimpleQueue[None] = SimpleQueue()

    def StartWorkspace(self, request: StartWorkspaceRequest, context: grpc.ServicerContext) -> StartWorkspaceResponse:
        return StartWorkspaceResponse()

    def GetWorkspaces(self, request: GetWorkspacesRequest, context: grpc.ServicerContext) -> GetWorkspacesResponse:
        return GetWorkspacesResponse(status=[WorkspaceStatus(id="a"), WorkspaceStatus(id="b")])

    def Subscribe(
        self, request: SubscribeRequest, context: grpc.ServicerContext
    ) -> Iterator[SubscribeResponse]:
        assert ("x-subscribe-from", "beginning") in context.invocation_metadata()
        part = self.parts.get()
        for status in part.statuses:
            yield SubscribeResponse(status=status)
        if part.end is not None:
            context.abort(part.end, "as the script says")
        self.over.get()


@pytest.fixture
def scripted() -> Iterator[tuple[Scripted, WorkspaceManagerStub]]:
    manager = Scripted()
    server = grpc.server(ThreadPoolExecutor(4))
    add_WorkspaceManagerServicer_to_server(manager, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield manager, stub_of(port)
    manager.over.put(None)
    server.stop(None)


def at(id: str, version: int, phase: WorkspacePhase.ValueType, started: int, message: str = "") -> WorkspaceStatus:
    metadata = WorkspaceMetadata(started_at=Timestamp(seconds=started))
    return WorkspaceStatus(id=id, status_version=version, phase=phase, metadata=metadata, message=message)


def test_what_is_not_new_is_left_out(scripted: tuple[Scripted, WorkspaceManagerStub]) -> None:
    manager, stub = scripted
    for part in (
        Part([at("a", 5, RUNNING, 1), at("b", 1, RUNNING, 1)], Code.UNAVAILABLE),
        Part([at("a", 4, RUNNING, 1), at("b", 1, RUNNING, 1), at("b", 3, STOPPED, 1)], Code.INTERNAL),
        Part([at("a", 5, RUNNING, 1), at("b", 3, STOPPED, 1), at("a", 6, RUNNING, 1)], Code.RESOURCE_EXHAUSTED),
        Part([at("b", 1, RUNNING, 2), at("a", 7, STOPPED, 1)], Code.PERMISSION_DENIED),
    ):
        manager.parts.put(part)
    seen: list[str] = []
    with pytest.raises(grpc.RpcError) as refused:
        for status in watch(stub, timeout=60):
            seen.append(f"{status.id}{status.status_version}")
    assert isinstance(refused.value, grpc.Call) and refused.value.code() == Code.PERMISSION_DENIED
    assert seen == ["a5", "b1", "b3", "a6", "b1", "a7"]


@pytest.mark.parametrize("code", [Code.INVALID_ARGUMENT, Code.UNAUTHENTICATED, Code.UNIMPLEMENTED])
def test_refusals_end_the_watch(scripted: tuple[Scripted, WorkspaceManagerStub], code: grpc.StatusCode) -> None:
    manager, stub = scripted
    manager.parts.put(Part(end=code))
    with pytest.raises(grpc.RpcError) as refused:
        next(watch(stub, timeout=10))
    assert isinstance(refused.value, grpc.Call) and refused.value.code() == code


def test_deadline_says_what_was_seen_last(scripted: tuple[Scripted, WorkspaceManagerStub]) -> None:
    manager, stub = scripted
    manager.parts.put(Part([at("a", 1, PENDING, 1, "no place")]))
    with pytest.raises(StartTimedOut, match="^a: not RUNNING in time: PENDING no place$") as late:
        start_and_wait(stub, StartWorkspaceRequest(id="a"), 0.5)
    assert late.value.status is not None and late.value.status.phase == PENDING


def test_headless_that_has_done_its_work_is_no_failure(scripted: tuple[Scripted, WorkspaceManagerStub]) -> None:
    manager, stub = scripted
    manager.parts.put(Part([at("a", 9, STOPPED, 1)]))
    assert start_and_wait(stub, StartWorkspaceRequest(id="a")).phase == STOPPED
