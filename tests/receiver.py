"""A webhook receiver on loopback, and the lines of the documentation that check its signatures."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Got:
    """One request, as it came, and what it was answered."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def said(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


class Receiver:
    """``answer`` gives the status of each request from its body and how many came before; 204 unless told otherwise."""

    def __init__(self, answer: Callable[[dict[str, Any], int], int] = lambda said, before: 204) -> None:
        self.answer = answer
        self.got: list[Got] = []
        self.extra: dict[str, str] = {}
        self.text = b""
        self.hold: threading.Event | None = None
        self.arrived = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.hold is not None:
            self.hold.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def accepted(self) -> list[Got]:
        return [one for one in self.got if 200 <= one.status < 300]

    def take(self, path: str, headers: Mapping[str, str], body: bytes) -> int:
        with self._lock:
            status = self.answer(json.loads(body), len(self.got))
            self.got.append(Got(path, headers, body, status))
        self.arrived.set()
        if self.hold is not None:
            self.hold.wait(60)
        return status


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.take(self.path, dict(self.headers), body)
            try:
                self.send_response(status)
                for name, value in receiver.extra.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(receiver.text)))
                self.end_headers()
                self.wfile.write(receiver.text)
            except OSError:
                pass  # whoever asked is gone: killed by the test

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def documented_names() -> dict[str, Any]:
    """What the Python lines of docs/webhooks.md define, taken out of it and run as they stand."""
    text = (CHECKOUT / "docs" / "webhooks.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    for lines in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(compile(lines, "docs/webhooks.md", "exec"), names)
    return names


def documented_verify() -> Callable[..., bool]:
    """The function that checks a signature."""
    verify: Callable[..., bool] = documented_names()["verify"]
    return verify
