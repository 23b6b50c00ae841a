"""Rules of every test run: no connection leaves the machine, goldens change only when asked."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("here", deadline=None)
settings.register_profile(
    "ci", deadline=None, derandomize=True, database=None, max_examples=60, print_blob=True
)
settings.load_profile("ci" if os.environ.get("CI") else "here")

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write goldens, do not compare")
    parser.addoption("--live", action="store_true", help="run the tests that reach real services")


def pytest_configure(config: pytest.Config) -> None:
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    close_network(patch)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--live"):
        return
    for item in items:
        if item.get_closest_marker("live"):
            item.add_marker(pytest.mark.skip(reason="reaches a real service; needs --live"))


@pytest.fixture(autouse=True)
def _network_of_live_tests(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.node.get_closest_marker("live") is None:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _CONNECT)
        patch.setattr(socket.socket, "connect_ex", _CONNECT_EX)
        yield


@pytest.fixture
def golden(pytestconfig: pytest.Config) -> Callable[[str, str], None]:
    """Compare a text with a file under `tests/golden`, named by its path there."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if pytestconfig.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
            return
        assert path.exists(), f"no golden {name}; write it with `pytest --update-golden`"
        assert text == path.read_text(encoding="utf-8"), f"{name} differs from what was printed"

    return compare


_CONNECT = socket.socket.connect
_CONNECT_EX = socket.socket.connect_ex


def close_network(patch: pytest.MonkeyPatch) -> None:
    """Refuse every connection to another machine."""

    def connect(self: socket.socket, address: Any) -> None:
        _require_local(self, address)
        _CONNECT(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        _require_local(self, address)
        return _CONNECT_EX(self, address)

    patch.setattr(socket.socket, "connect", connect)
    patch.setattr(socket.socket, "connect_ex", connect_ex)


def _require_local(connection: socket.socket, address: Any) -> None:
    if connection.family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = str(address[0])
    if host != "localhost" and not _is_loopback(host):
        # not an OSError, which code under test may take for bad weather and retry
        raise RuntimeError(f"a test tried to connect to {host}; tests stay on this machine")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
