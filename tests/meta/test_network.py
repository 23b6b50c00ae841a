"""The guard against connections that leave the machine."""

from __future__ import annotations

import socket

import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org"])
def test_connecting_to_another_machine_is_refused(host: str) -> None:
    with socket.socket() as client, pytest.raises(RuntimeError, match=f"connect to {host}"):
        client.connect((host, 80))
    with socket.socket() as client, pytest.raises(RuntimeError, match=f"connect to {host}"):
        client.connect_ex((host, 80))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_connecting_to_this_machine_is_allowed(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect((host, server.getsockname()[1]))
