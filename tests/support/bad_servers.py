"""Servers on loopback that are not PostgreSQL, or not a friendly one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Script = Callable[[socket.socket, threading.Event], None]

AUTHENTICATION_OK = b"R\0\0\0\x08\0\0\0\0"
ASK_CLEAR_TEXT = b"R\0\0\0\x08\0\0\0\x03"
READY = b"Z\0\0\0\x05I"


@contextmanager
def serving(script: Script) -> Iterator[int]:
    """A server that treats each connection by the script; yields its port."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    def serve(client: socket.socket) -> None:
        with client:
            try:
                script(client, over)
            except OSError:
                return

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def silent(_client: socket.socket, over: threading.Event) -> None:
    """Accept and say nothing."""
    over.wait(30)


def http(client: socket.socket, _over: threading.Event) -> None:
    """A web server's answer to what it cannot read."""
    client.recv(64)
    client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n<h1>no</h1>")


def garbage(client: socket.socket, over: threading.Event) -> None:
    """Plain text after refusing encryption."""
    start(client)
    client.sendall(b"hello, this is some other service; what do you want?\n")
    over.wait(2)


def closes(_client: socket.socket, _over: threading.Event) -> None:
    """Accept and hang up."""


def clear_text(client: socket.socket, over: threading.Event) -> None:
    """Ask for the password in clear text; what comes is kept in ``stolen``."""
    start(client)
    client.sendall(ASK_CLEAR_TEXT)
    stolen.append(client.recv(1024))
    over.wait(1)


stolen: list[bytes] = []


def ugly_error(client: socket.socket, _over: threading.Event) -> None:
    """An error message with control characters and markup."""
    start(client)
    fields = b"SFATAL\0C28000\0M\x1b[31m<script>\x07alert(1)</script>\r\nbad\0\0"
    client.sendall(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)


def lets_in_then_silent(client: socket.socket, over: threading.Event) -> None:
    """A good start, and no answer to the first statement."""
    start(client)
    version = b"server_version\x0015.0\0"
    status = b"S" + (len(version) + 4).to_bytes(4, "big") + version
    client.sendall(AUTHENTICATION_OK + status + READY)
    over.wait(30)


def start(client: socket.socket) -> None:
    """Refuse encryption, and take the start-up packet."""
    if client.recv(8)[4:] == (80877103).to_bytes(4, "big"):
        client.sendall(b"N")
        client.recv(1024)
