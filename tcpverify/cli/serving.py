"""The server behind the live page of `explore`: this machine only, one address that nobody can guess, nothing else.

Whoever knows the address may read what the model does; there is nothing to write, and no file is served. It is
bound to the loopback interface; a request that names another host (a page elsewhere, whose name was made to mean
this machine) is answered like one for an address that does not exist.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tcpverify.errors import TcpverifyError

__all__ = ["LOOPBACK", "Server"]

LOOPBACK = "127.0.0.1"
#: seconds that an idle connection is kept
_IDLE = 30
_LONGEST = 8000

#: from the parts of a query to a document
Answer = Callable[[Mapping[str, str]], Mapping[str, Any]]


class Server(ThreadingHTTPServer):
    """Serves a page and the answers that it asks for.

    Parameters
    ----------
    page, policy
        the text of the page, and the content security policy that it is served with.
    answers
        by name what can be asked; an error that a user can meet becomes ``{"error": its sentence}``.
    """

    daemon_threads = True

    def __init__(self, page: str, policy: str, answers: Mapping[str, Answer]) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.page, self.policy, self.answers = page, policy, answers
        self.token = secrets.token_urlsafe(24)
        #: one question at a time: who answers is no friend of threads
        self.turn = Lock()

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://{LOOPBACK}:{self.server_port}/{self.token}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader that has gone is nobody's concern."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    timeout = _IDLE
    server_version, sys_version = "tcpverify", ""

    def do_GET(self) -> None:
        found = self._found()
        if found is None:
            self.send_error(404)
        elif found == "":
            self._send(200, "text/html; charset=utf-8", self.server.page)
        else:
            self._send(200, "application/json", json.dumps(self._answer(found), ensure_ascii=False))

    def _found(self) -> str | None:
        """The name of what is asked for, empty for the page; None: there is no such thing."""
        port = self.server.server_port
        if self.headers.get("Host", "") not in (f"{LOOPBACK}:{port}", f"localhost:{port}"):
            return None
        token, slash, name = urlsplit(self.path).path.removeprefix("/").partition("/")
        if not hmac.compare_digest(token.encode(), self.server.token.encode()) or not slash:
            return None
        return name if name == "" or name in self.server.answers else None

    def _answer(self, name: str) -> Mapping[str, Any]:
        query = urlsplit(self.path).query
        if len(query) > _LONGEST:
            return {"error": "that is too long to be an address"}
        asked = {key: values[0] for key, values in parse_qs(query, keep_blank_values=True).items()}
        try:
            with self.server.turn:
                return self.server.answers[name](asked)
        except TcpverifyError as error:
            return {"error": " ".join(str(error).split())}

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """The same for another address, another method and what is no request at all."""
        self._send(404, "text/plain; charset=utf-8", "not found\n")

    def _send(self, status: int, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        for header, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", f"{self.server.policy}; frame-ancestors 'none'"),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
        ):
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the address is a secret, and the terminal is for the user."""
