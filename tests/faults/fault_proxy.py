"""A bad line: it stands between a laptop and a hub, and does to each request what it is told to."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

GOOD = ""
FAULTS = (
    "cut_before_the_request",
    "cut_within_the_head",
    "cut_within_the_body",
    "cut_after_the_commit",
    "cut_within_the_answers_head",
    "cut_within_the_answer",
    "duplicate",
    "duplicate_at_once",
    "delay",
    "error_after_the_commit",
    "login_page",
    "truncated_answer",
    "flipped_answer",
    "flipped_request",
    "slow_upwards",
    "slow_downwards",
    "silence",
)
"""What may happen to one request."""

PATIENCE_S = 10.0
LOGIN_PAGE = b"<html><body>Bienvenue ! Acceptez les conditions du r\xc3\xa9seau.</body></html>"


class _CutError(Exception):
    """The line is to be cut here."""


@dataclass
class Message:
    """One request or answer as bytes."""

    head: bytes
    body: bytes

    def __bytes__(self) -> bytes:
        return self.head + self.body


@dataclass
class Proxy:
    """A line to the hub at `target`; `plan` says what happens to the next requests, `happened` what did."""

    target: int
    chance: random.Random
    silence_s: float
    port: int = 0
    plan: deque[str] = field(default_factory=deque)
    happened: list[str] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)
    lines: list[socket.socket] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The URL that the laptop knows."""
        return f"http://127.0.0.1:{self.port}"

    def serve(self, line: socket.socket) -> None:
        """Take requests from one connection until it ends or is cut."""
        with line, contextlib.suppress(OSError, _CutError):
            while (request := read(line)) is not None:
                fault = self.plan.popleft() if self.plan else GOOD
                self.happened.append(fault)
                self._handle(line, request, fault)

    def _handle(self, line: socket.socket, request: Message, fault: str) -> None:
        before: dict[str, Callable[[], Message]] = {
            "cut_before_the_request": lambda: self._send_part(b""),
            "cut_within_the_head": lambda: self._send_part(self._some(request.head)),
            "cut_within_the_body": lambda: self._send_part(request.head + self._some(request.body)),
            "duplicate": lambda: self._ask_twice(request),
            "duplicate_at_once": lambda: self._ask_both(request),
            "flipped_request": lambda: self._ask(Message(request.head, self._flipped(request.body))),
            "slow_upwards": lambda: self._ask(request, slowly=True),
            "login_page": lambda: _page(200, LOGIN_PAGE),
        }
        if fault == "delay":
            time.sleep(self.chance.uniform(0.0, 0.02))
        answer = before.get(fault, lambda: self._ask(request))()
        self._return(line, answer, fault)

    def _return(self, line: socket.socket, answer: Message, fault: str) -> None:
        whole = bytes(answer)
        if fault == "cut_after_the_commit":
            raise _CutError
        if fault == "cut_within_the_answers_head":
            line.sendall(self._some(answer.head))
            raise _CutError
        if fault == "cut_within_the_answer":
            line.sendall(answer.head + self._some(answer.body))
            raise _CutError
        if fault == "silence":
            time.sleep(self.silence_s)
            raise _CutError
        if fault == "error_after_the_commit":
            whole = bytes(_page(500, b"Internal Server Error"))
        if fault == "truncated_answer":
            part = self._some(answer.body)
            length = b"%d" % len(answer.body)
            head = answer.head.replace(b"content-length: " + length, b"content-length: %d" % len(part))
            whole = head + part
        if fault == "flipped_answer":
            whole = answer.head + self._flipped(answer.body)
        send(line, whole, slowly=fault == "slow_downwards")

    # ------------------------------------------------------------------------------------ towards the hub

    def _ask(self, request: Message, *, slowly: bool = False) -> Message:
        with socket.create_connection(("127.0.0.1", self.target), timeout=PATIENCE_S) as line:
            send(line, bytes(request), slowly=slowly)
            answer = read(line)
            if answer is None:
                raise _CutError
            return answer

    def _ask_twice(self, request: Message) -> Message:
        self._ask(request)
        return self._ask(request)

    def _ask_both(self, request: Message) -> Message:
        """Ask the same on two lines at the same time; the answer is one of the two."""
        answers: list[Message] = []

        def ask() -> None:
            with contextlib.suppress(OSError, _CutError):
                answers.append(self._ask(request))

        threads = [threading.Thread(target=ask) for _line in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if not answers:
            raise _CutError
        return self.chance.choice(answers)

    def _send_part(self, data: bytes) -> Message:
        if data:
            with socket.create_connection(("127.0.0.1", self.target), timeout=PATIENCE_S) as line:
                line.sendall(data)
        raise _CutError

    def _some(self, data: bytes) -> bytes:
        return data[: self.chance.randrange(len(data))] if data else b""

    def _flipped(self, data: bytes) -> bytes:
        if not data:
            return data
        found = bytearray(data)
        found[self.chance.randrange(len(found))] ^= 1 << self.chance.randrange(8)
        return bytes(found)


def send(line: socket.socket, data: bytes, *, slowly: bool = False) -> None:
    """Send the bytes, the first of them one by one where it is to be slow."""
    first = 40 if slowly else 0
    for place in range(min(first, len(data))):
        line.sendall(data[place : place + 1])
        time.sleep(0.001)
    line.sendall(data[first:])


def read(line: socket.socket) -> Message | None:
    """Return the next request or answer, None when the line ended before it was whole."""
    got = b""
    while b"\r\n\r\n" not in got:
        step = line.recv(65536)
        if not step:
            return None
        got += step
    head, _blank, body = got.partition(b"\r\n\r\n")
    lengths = [row.split(b":")[1] for row in head.lower().split(b"\r\n") if row.startswith(b"content-length:")]
    length = int(lengths[0]) if lengths else 0
    while len(body) < length:
        step = line.recv(1 << 20)
        if not step:
            return None
        body += step
    return Message(head + b"\r\n\r\n", body)


def _page(status: int, body: bytes) -> Message:
    head = f"HTTP/1.1 {status} Said\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
    return Message(head.encode(), body)


@contextmanager
def proxy(target: int, chance: random.Random, silence_s: float = 0.5) -> Iterator[Proxy]:
    """Hold a line to the hub at this port."""
    listening = socket.create_server(("127.0.0.1", 0))
    found = Proxy(target, chance, silence_s, listening.getsockname()[1])

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _from = listening.accept()
                line.settimeout(PATIENCE_S)
                found.lines.append(line)
                thread = threading.Thread(target=found.serve, args=(line,))
                found.threads.append(thread)
                thread.start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield found
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
        listening.close()
        for line in found.lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for server in found.threads:
            server.join()
