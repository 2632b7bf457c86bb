# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import threading
import time
from types import TracebackType

import grpc
import pytest
from conftest import Route, Server, free_port, instance, stub_of

from atelier_client import StartFailed, start_and_wait, watch
from atelier_client._watch import OnLost
from atelier_client.wire.content_service_api.initializer_pb2 import GitConfig, GitInitializer
from atelier_client.wire.core_pb2 import (
    ABORT,
    RUNNING,
    STOPPED,
    TRUE,
    DescribeWorkspaceRequest,
    GetWorkspacesRequest,
    MetadataFilter,
    SetTimeoutRequest,
    StopWorkspaceRequest,
    TakeSnapshotRequest,
    WorkspacePhase,
    WorkspaceStatus,
)
from atelier_client.wire.core_pb2_grpc import WorkspaceManagerStub


class Follower:
    """Watches an instance; what is not in strict order of versions, or comes after STOPPED, fails the test."""

    def __init__(self, stub: WorkspaceManagerStub, meta_id: str, on_lost: OnLost | None = None) -> None:
        self._watch = watch(stub, MetadataFilter(meta_id=meta_id), timeout=120, on_lost=on_lost)
        self._last = WorkspaceStatus()

    def __enter__(self) -> Follower:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watch.cancel()

    def until(self, phase: WorkspacePhase.ValueType) -> WorkspaceStatus:
        for status in self._watch:
            assert status.status_version > self._last.status_version
            assert self._last.phase != STOPPED
            self._last = status
            if status.phase == phase:
                return status
        raise AssertionError(f"the watch ended before {WorkspacePhase.Name(phase)}")


def abort(stub: WorkspaceManagerStub, id: str) -> None:
    stub.StopWorkspace(StopWorkspaceRequest(id=id, policy=ABORT))


def await_description(stub: WorkspaceManagerStub, id: str, phase: WorkspacePhase.ValueType) -> None:
    while stub.DescribeWorkspace(DescribeWorkspaceRequest(id=id)).status.phase != phase:
        time.sleep(0.02)


def test_scenario(direct: WorkspaceManagerStub, repository: str) -> None:
    git = GitInitializer(remote_uri=repository, checkout_location="real", full_clone=True, config=GitConfig())
    request = instance("scenario", git)
    told: list[WorkspacePhase.ValueType] = []
    with Follower(direct, request.id) as follower:
        status = start_and_wait(direct, request, 60, on_status=lambda s: told.append(s.phase))
        assert status.phase == RUNNING and status.spec.url and status.auth.owner_token
        assert told[-1] == RUNNING
        follower.until(RUNNING)
        direct.SetTimeout(SetTimeoutRequest(id=request.id, duration="3h"))
        assert follower.until(RUNNING).spec.timeout == "3h0m0s"
        assert direct.TakeSnapshot(TakeSnapshotRequest(id=request.id)).url
        direct.StopWorkspace(StopWorkspaceRequest(id=request.id))
        end = follower.until(STOPPED)
    assert end.conditions.failed == ""
    assert end.conditions.final_backup_complete == TRUE
    assert end.repo.branch == "main"


def test_watch_goes_on_over_lost_connections(server: Server, direct: WorkspaceManagerStub) -> None:
    route = Route(server.port)
    request = instance("lost")
    lost: list[Exception] = []
    with Follower(stub_of(route.port), request.id, lambda error, pause: lost.append(error)) as follower:
        start_and_wait(direct, request)
        follower.until(RUNNING)
        route.sever()
        direct.SetTimeout(SetTimeoutRequest(id=request.id, duration="2h"))
        route.mend()
        assert follower.until(RUNNING).spec.timeout == "2h0m0s"
        route.sever()
        route.mend()
        abort(direct, request.id)
        follower.until(STOPPED)
    assert len(lost) >= 2


def test_dead_connection_is_noticed(server: Server, direct: WorkspaceManagerStub) -> None:
    route = Route(server.port)
    # CHANNEL_OPTIONS differ in the figures alone.
    impatient = (("grpc.keepalive_time_ms", 6_000), ("grpc.keepalive_timeout_ms", 1_000))
    request = instance("dead")
    with Follower(stub_of(route.port, impatient), request.id) as follower:
        start_and_wait(direct, request)
        follower.until(RUNNING)
        route.freeze()
        abort(direct, request.id)
        follower.until(STOPPED)


def test_watch_goes_on_over_a_restart(server: Server, direct: WorkspaceManagerStub) -> None:
    request = instance("restart")
    with Follower(direct, request.id) as follower:
        start_and_wait(direct, request)
        follower.until(RUNNING)
        server.kill()
        server.start()
        direct.GetWorkspaces(GetWorkspacesRequest(), wait_for_ready=True)
        abort(direct, request.id)
        follower.until(STOPPED)


def test_slow_reader_sees_every_phase(direct: WorkspaceManagerStub) -> None:
    request = instance("slow")
    direct.StartWorkspace(request)
    phases: list[str] = []
    with watch(direct, MetadataFilter(meta_id=request.id), timeout=60) as statuses:
        for status in statuses:
            if not phases:
                await_description(direct, request.id, RUNNING)
                abort(direct, request.id)
                await_description(direct, request.id, STOPPED)
            phases.append(WorkspacePhase.Name(status.phase))
            if status.phase == STOPPED:
                break
    assert list(dict.fromkeys(phases))[-3:] == ["RUNNING", "STOPPING", "STOPPED"]


def test_forgotten_instance_ends_stopped(server: Server, direct: WorkspaceManagerStub) -> None:
    route = Route(server.port)
    request = instance("forgotten")
    with Follower(stub_of(route.port), request.id) as follower:
        start_and_wait(direct, request)
        last = follower.until(RUNNING)
        route.sever()
        abort(direct, request.id)
        with pytest.raises(grpc.RpcError) as gone:
            while True:
                direct.DescribeWorkspace(DescribeWorkspaceRequest(id=request.id))
                time.sleep(0.05)
        assert isinstance(gone.value, grpc.Call) and gone.value.code() == grpc.StatusCode.NOT_FOUND
        route.mend()
        end = follower.until(STOPPED)
    assert end.message.startswith("forgotten by the manager")
    assert end.status_version == last.status_version + 1


@pytest.mark.parametrize("reachable", [True, False])
def test_cancelled_watch_ends_at_once_also_in_a_pause(server: Server, reachable: bool) -> None:
    paused = threading.Event()
    statuses = watch(
        stub_of(server.port if reachable else free_port()),
        MetadataFilter(owner="nobody"),
        on_lost=lambda error, pause: paused.set(),
    )
    ended: list[list[WorkspaceStatus]] = []
    reader = threading.Thread(target=lambda: ended.append(list(statuses)))
    reader.start()
    paused.wait(0.3 if reachable else 10)
    statuses.cancel()
    reader.join(2)
    assert ended == [[]]


def test_start_that_fails_says_why(direct: WorkspaceManagerStub) -> None:
    request = instance("failing", GitInitializer(remote_uri=f"http://127.0.0.1:{free_port()}/none.git"))
    with pytest.raises(StartFailed, match="Content initialization failed") as failed:
        start_and_wait(direct, request, 60)
    assert failed.value.id == request.id
    assert failed.value.status is not None and failed.value.status.conditions.failed == failed.value.reason


def test_refused_start_is_raised_as_it_is(direct: WorkspaceManagerStub) -> None:
    request = instance("refused")
    request.metadata.owner = ""
    with pytest.raises(grpc.RpcError) as refused:
        start_and_wait(direct, request)
    assert isinstance(refused.value, grpc.Call) and refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
