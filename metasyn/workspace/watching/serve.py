"""A server for one person on one machine: the reports of a project, and word of every new build."""

from __future__ import annotations

import hmac
import json
import mimetypes
import secrets
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from metasyn.errors import WorkspaceError

__all__ = ["Board", "News", "ReportServer"]

_HOST = "127.0.0.1"
_PAGE = Path(__file__).parent / "page"
_OWN_FILES = {"": "page.html", "watch.js": "watch.js", "watch.css": "watch.css"}
# What the page opens first; there is none before the first build is done.
_FIRST = "reports/index.html"
_OWN_POLICY = (
    "default-src 'none'; img-src data:; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_TYPES = {".svg": "image/svg+xml", ".js": "text/javascript", ".R": "text/plain", ".csv": "text/csv"}
_TEXT = ("text/", "application/json", "image/svg+xml")
# The browser has gone, or says nothing any more.
_BROKEN = (ConnectionError, TimeoutError)
# Between two signs of life on a silent stream; a reader that has gone is noticed then.
_BEAT = 15.0
# Seconds between two looks whether the server is to stop.
_LOOK = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What the open page is told.

    Attributes
    ----------
    serial : int
        Changes when something that is shown changed.
    words : str
        The state in one line.
    errors : tuple of str
        What keeps reports from being built; they are then as before.
    """

    serial: int = 0
    words: str = ""
    errors: tuple[str, ...] = ()


class Board:
    """The latest news, for any number of readers that wait for the next."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._news = News()
        self._posts = 0
        self.closed = False

    def post(self, news: News) -> None:
        """Put up news in place of the former."""
        with self._changed:
            self._news = news
            self._posts += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Send all readers away."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def after(self, posts: int, seconds: float) -> tuple[int, News]:
        """Wait, at most so long, for more than so many posts; then how many there were and the latest."""
        with self._changed:
            self._changed.wait_for(lambda: self.closed or self._posts > posts, timeout=seconds)
            return self._posts, self._news


class ReportServer:
    """Serves the folder of reports on this machine only, below an address that cannot be guessed.

    Parameters
    ----------
    reports : Path
        The only folder that is served; hidden files and what links lead out of it are not.
    board : Board
    port : int
        0 for any free one.

    Raises
    ------
    WorkspaceError
        If the port cannot be had.
    """

    def __init__(self, reports: Path, board: Board, port: int = 0) -> None:
        self.token = secrets.token_urlsafe(24)
        self._board = board
        try:
            self._server = _Server(
                (_HOST, port), partial(_Handler, reports=reports, board=board, token=self.token)
            )
        except OSError as error:
            raise WorkspaceError(f"port {port} of {_HOST} cannot be used: {error.strerror}.") from error
        except OverflowError as error:
            raise WorkspaceError(f"port must be between 0 and 65535; got {port}.") from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_LOOK,), name="reports", daemon=True
        )

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        """Where to point a browser."""
        return f"http://{_HOST}:{self.port}/{self.token}/"

    def __enter__(self) -> ReportServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._board.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    """A thread for each request; a browser that goes in the middle of one is no news for the terminal."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell of a defect, not of a broken connection."""
        if not isinstance(sys.exception(), _BROKEN):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Answers one browser; whatever is not known is not found, without saying why."""

    server_version = "metasyn"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 60

    def __init__(
        self, *arguments: object, reports: Path, board: Board, token: str, **further: object
    ) -> None:
        self._reports, self._board, self._token = reports, board, token
        super().__init__(*arguments, **further)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Send a file, the page around the reports, or the stream of news."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """The same without content."""
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name of the base class)
        """Requests are nobody's business."""

    def _answer(self, *, with_body: bool) -> None:
        try:
            if not self._meant_for_us():
                return self._refuse(HTTPStatus.FORBIDDEN)
            path = self._below_token()
            if path is None:
                return self._refuse(HTTPStatus.NOT_FOUND)
            if path == "events":
                return self._stream() if with_body else self._refuse(HTTPStatus.METHOD_NOT_ALLOWED)
            if path in _OWN_FILES:
                return self._send(
                    _PAGE / _OWN_FILES[path], with_body, {"Content-Security-Policy": _OWN_POLICY}
                )
            found = self._report_file(path)
            if found is None and path == _FIRST:
                return self._send(_PAGE / "waiting.html", with_body)
            return self._refuse(HTTPStatus.NOT_FOUND) if found is None else self._send(found, with_body)
        except _BROKEN:
            self.close_connection = True

    def _meant_for_us(self) -> bool:
        """Whether the browser asked for this machine: a foreign name that leads here is refused."""
        port = self.server.server_address[1]  # type: ignore[index]
        return self.headers.get("Host", "") in (f"{_HOST}:{port}", f"localhost:{port}")

    def _below_token(self) -> str | None:
        """The path after the token; None where the token is missing or wrong."""
        try:
            asked = urlsplit(self.path).path
        except ValueError:
            return None
        first, slash, rest = asked.lstrip("/").partition("/")
        right = hmac.compare_digest(first.encode("utf-8", "replace"), self._token.encode())
        return unquote(rest) if right and slash else None

    def _report_file(self, path: str) -> Path | None:
        """A file inside the folder of reports; nothing hidden, nothing that leads out."""
        head, _, inner = path.partition("/")
        parts = inner.split("/")
        if head != "reports" or not inner or any(part.startswith(".") or "\\" in part for part in parts):
            return None
        if not all(parts) or "\0" in inner:
            return None
        home = self._reports.resolve()
        try:
            found = home.joinpath(*parts).resolve()
            return found if found.is_relative_to(home) and found.is_file() else None
        except (OSError, RuntimeError):  # a name that no file can have, links in a circle
            return None

    def _send(self, path: Path, with_body: bool, further: Mapping[str, str] | None = None) -> None:
        try:
            content = path.read_bytes()
        except OSError:
            return self._refuse(HTTPStatus.NOT_FOUND)
        self._head(HTTPStatus.OK, _content_type(path), len(content), further)
        if with_body:
            self.wfile.write(content)
        return None

    def _refuse(self, status: HTTPStatus) -> None:
        content = f"{status.phrase}\n".encode()
        self._head(status, "text/plain; charset=utf-8", len(content), {"Connection": "close"})
        if self.command != "HEAD":
            self.wfile.write(content)

    def _head(
        self, status: HTTPStatus, kind: str, length: int | None, further: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        for name, value in (further or {}).items():
            self.send_header(name, value)
        self.end_headers()

    def _stream(self) -> None:
        """News as server-sent events until the reader or the server goes."""
        self.close_connection = True
        self._head(HTTPStatus.OK, "text/event-stream; charset=utf-8", None, {"Connection": "close"})
        seen = -1
        while True:
            posts, news = self._board.after(seen, _BEAT)
            if self._board.closed:
                return
            told = f"data: {json.dumps(asdict(news))}\n\n" if posts > seen else ": still here\n\n"
            seen = posts
            self.wfile.write(told.encode())
            self.wfile.flush()


def _content_type(path: Path) -> str:
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith(_TEXT) else kind
