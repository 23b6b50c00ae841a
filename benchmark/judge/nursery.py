"""The process that workers are forked from: all is imported, and the engine is warm.

It runs no job, so nothing that a job breaks lives on in it. It ends when whoever started it does,
and its workers with it.
"""

from __future__ import annotations

import array
import gc
import importlib
import os
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from subprocess import DEVNULL, Popen
from threading import Lock
from typing import Any

from benchmark.judge.frames import Ended, TooLong, receive, send
from benchmark.judge.limits import Limits

_MOST = 2**16
_KEPT = (
    *("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"),
    *("NUMBA_CACHE_DIR", "PYTHONDONTWRITEBYTECODE"),
)
"""What a worker may know of the environment; keys and tokens are not among it."""
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_ROOT = Path(__file__).parents[2]
_START = "from benchmark.judge.nursery import main; main()"


class Nursery:
    """The nursery as its parent sees it; several threads may ask."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = Lock()
        self._socket: socket.socket | None = None
        self._process: Popen[bytes] | None = None

    def start(self, descriptors: list[int]) -> int:
        """Fork a worker that gets descriptors for jobs, reports and what is printed.

        Errors: Ended where even a new nursery does not answer.
        """
        with self._lock:
            try:
                return self._started(descriptors)
            except (Ended, OSError):
                self._close()
                return self._started(descriptors)

    def _started(self, descriptors: list[int]) -> int:
        connection = self._connection()
        rights = array.array("i", descriptors)
        connection.sendmsg([b"+"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        return int(_answer(connection)["pid"])

    def end(self, pid: int) -> int:
        """Kill a worker if it is still there; return the status that it ended with.

        Errors: Ended where the nursery is gone, and its workers with it.
        """
        with self._lock:
            if self._socket is None:
                raise Ended
            try:
                self._socket.sendall(b"-")
                send(self._socket.fileno(), {"pid": pid})
                return int(_answer(self._socket)["status"])
            except OSError as error:
                raise Ended from error

    def close(self) -> None:
        """End it, and all workers."""
        with self._lock:
            self._close()

    def _connection(self) -> socket.socket:
        if self._socket is None:
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = Popen(
                    [sys.executable, "-P", "-c", _START, str(theirs.fileno())],
                    stdin=DEVNULL,
                    env=_environment(),
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                )
            self._socket = ours
            send(ours.fileno(), asdict(self._limits))
        return self._socket

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _answer(connection: socket.socket) -> dict[str, Any]:
    try:
        return receive(connection.fileno(), _MOST)
    except TooLong as error:
        raise Ended from error


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | dict.fromkeys(_ONE_THREAD, "1") | {"PYTHONPATH": str(_ROOT)}


def main() -> None:
    """Serve the parent on the socket whose descriptor is the first argument."""
    with suppress(Ended, KeyboardInterrupt), socket.socket(fileno=int(sys.argv[1])) as connection:
        _serve(connection)


def _serve(connection: socket.socket) -> None:
    """Fork workers, and tell how they ended, until the parent is gone."""
    limits = Limits(**receive(connection.fileno(), _MOST))
    _warm()
    while True:
        word, rights, _, _ = connection.recvmsg(1, socket.CMSG_SPACE(4 * 4))
        if not word:
            return
        if word == b"-":
            _end(connection)
            continue
        descriptors = array.array("i")
        for _, _, data in rights:
            descriptors.frombytes(data[: len(data) - len(data) % descriptors.itemsize])
        pid = os.fork()
        if not pid:
            connection.close()
            _work(list(descriptors), limits)
        for each in descriptors:
            os.close(each)
        send(connection.fileno(), {"pid": pid})


def _warm() -> None:
    from simulator.engine.run import warm_up

    importlib.import_module("benchmark.judge.worker")
    with suppress(ImportError):
        # what the references of tasks compute with
        importlib.import_module("torch")
    warm_up()
    # so that collections in workers do not touch, and copy, what all of them share
    gc.collect()
    gc.freeze()


def _end(connection: socket.socket) -> None:
    pid = int(receive(connection.fileno(), _MOST)["pid"])
    status = 0
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
    send(connection.fileno(), {"status": status})


def _work(descriptors: list[int], limits: Limits) -> None:
    """Become a worker; never returns."""
    from benchmark.judge.worker import serve

    jobs, reports, printed = descriptors
    try:
        os.setsid()
        os.dup2(printed, 1)
        os.dup2(printed, 2)
        os.close(printed)
        serve(jobs, reports, limits)
    finally:
        os._exit(0)
