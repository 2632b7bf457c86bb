# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import functools
import http.server
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from atelier_client import CHANNEL_OPTIONS
from atelier_client.wire.content_service_api.initializer_pb2 import GitInitializer, WorkspaceInitializer
from atelier_client.wire.core_pb2 import StartWorkspaceRequest, StartWorkspaceSpec, WorkspaceMetadata
from atelier_client.wire.core_pb2_grpc import WorkspaceManagerStub


class Server:
    """A real atelier.jar, on a port of its own that it keeps over restarts. It forgets what has stopped after 4 s."""

    def __init__(self) -> None:
        default = Path(__file__).parents[3] / "ear" / "target" / "atelier.jar"
        self.jar = Path(os.environ.get("ATELIER_JAR", default))
        if not self.jar.exists():
            pytest.exit(f"no {self.jar}: build it first, or name it in ATELIER_JAR", 1)
        self.data = Path(tempfile.mkdtemp(prefix="atelier-py-"))
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log = self.data / "log"
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [
                    *("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", str(self.jar)),
                    f"--atelier.data.directory={self.data}",
                    "--atelier.http.port=0",
                    f"--atelier.grpc.port={self.port}",
                    "--atelier.timeouts.retention=4s",
                ],
                stdout=out,
                stderr=out,
            )
        end = time.monotonic() + 180
        while "Atelier is ready." not in log.read_text():
            assert time.monotonic() < end, f"the server did not start: {log.read_text()}"
            time.sleep(0.1)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()


class Route:
    """A way to the server that can be cut and mended."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._cut = False
        self._frozen = threading.Event()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def sever(self) -> None:
        self._cut = True
        for each in self._open:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # It has ended by itself.
        self._open.clear()

    def freeze(self) -> None:
        """Lets nothing through the connections that there are, without ending them."""
        self._frozen.set()
        self._frozen = threading.Event()

    def mend(self) -> None:
        self._cut = False

    def _serve(self) -> None:
        while True:
            inside, _ = self._listener.accept()
            if self._cut:
                inside.close()
                continue
            outside = socket.create_connection(("127.0.0.1", self._to))
            self._open += [inside, outside]
            for one, other in ((inside, outside), (outside, inside)):
                threading.Thread(target=self._forward, args=(one, other, self._frozen), daemon=True).start()

    @staticmethod
    def _forward(one: socket.socket, other: socket.socket, frozen: threading.Event) -> None:
        try:
            while some := one.recv(65536):
                if not frozen.is_set():
                    other.sendall(some)
        except OSError:
            pass  # Cut.
        finally:
            one.close()
            other.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def stub_of(port: int, more: tuple[tuple[str, int], ...] = ()) -> WorkspaceManagerStub:
    options = tuple({**dict(CHANNEL_OPTIONS), **dict(more)}.items())
    return WorkspaceManagerStub(grpc.insecure_channel(f"127.0.0.1:{port}", options=options))


def instance(name: str, git: GitInitializer | None = None) -> StartWorkspaceRequest:
    """A request for an instance of a workspace of its own."""
    id = f"{name}-{time.time_ns() // 1_000_000 % 1_000_000}"
    return StartWorkspaceRequest(
        id=id,
        service_prefix=id,
        metadata=WorkspaceMetadata(owner="tester", meta_id=id),
        spec=StartWorkspaceSpec(
            workspace_image="default", workspace_location="/", initializer=WorkspaceInitializer(git=git)
        ),
    )


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    live = Server()
    try:
        live.start()
        yield live
    finally:
        live.kill()
        shutil.rmtree(live.data, ignore_errors=True)


@pytest.fixture
def direct(server: Server) -> WorkspaceManagerStub:
    return stub_of(server.port)


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[str]:
    """The URL of a real git repository with one commit."""

    def git(*words: str) -> None:
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q", "-b", "main", "work")
    (tmp_path / "work" / "README.md").write_text("# Real\n")
    git("-C", "work", "add", ".")
    git("-C", "work", "-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "-qm", "Begin")
    git("clone", "-q", "--bare", "work", "real.git")
    git("-C", "real.git", "update-server-info")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as files:
        threading.Thread(target=files.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{files.server_address[1]}/real.git"
        files.shutdown()
