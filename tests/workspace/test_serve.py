"""The server of `metasyn watch`, asked by real requests: what it gives, and what it keeps to itself."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from metasyn.errors import WorkspaceError
from metasyn.workspace.watching.serve import Board, News, ReportServer


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("project")
    reports = tmp_path / "reports"
    (reports / "one").mkdir(parents=True)
    (reports / "index.html").write_text("<p>all reports</p>", encoding="utf-8")
    (reports / "one" / "report.html").write_text("<p>α</p>", encoding="utf-8")
    (reports / "one" / ".manifest.json").write_text("{}", encoding="utf-8")
    (reports / "one" / "results of ours.csv").write_text("a,b\n", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (reports / "leads out").symlink_to(tmp_path)
    (reports / "leads in.html").symlink_to(reports / "index.html")
    return reports


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[ReportServer]:
    with ReportServer(home, Board()) as running:
        yield running


def ask(
    server: ReportServer, path: str, method: str = "GET", host: str = ""
) -> tuple[int, dict[str, str], str]:
    """Status, headers and content; `path` goes to the server exactly as it is."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host or f"127.0.0.1:{server.port}")
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("path", "content", "kind"),
    [
        ("reports/index.html", "<p>all reports</p>", "text/html; charset=utf-8"),
        ("reports/one/report.html", "<p>α</p>", "text/html; charset=utf-8"),
        ("reports/one/report.html?k=3", "<p>α</p>", "text/html; charset=utf-8"),
        ("reports/one/results%20of%20ours.csv", "a,b\n", "text/csv; charset=utf-8"),
        ("reports/leads%20in.html", "<p>all reports</p>", "text/html; charset=utf-8"),
    ],
)
def test_reports_are_given_below_the_token(server: ReportServer, path: str, content: str, kind: str) -> None:
    status, headers, body = ask(server, f"/{server.token}/{path}")
    assert (status, body, headers["Content-Type"]) == (200, content, kind)
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    status, headers, body = ask(server, f"/{server.token}/{path}", method="HEAD")
    assert (status, body, int(headers["Content-Length"])) == (200, "", len(content.encode()))


@pytest.mark.parametrize(
    "path",
    [
        "reports/../secret.txt",
        "reports/%2e%2e/secret.txt",
        "reports/one/..%2f..%2f..%2fsecret.txt",
        "reports//secret.txt",
        "reports/leads%20out/secret.txt",
        "reports/one/.manifest.json",
        "reports/one",
        "reports/",
        "reports/one/report.html%00.svg",
        "reports/..%5csecret.txt",
        "secret.txt",
        "page.html",
        "data/results.csv",
    ],
)
def test_nothing_else_is_found(server: ReportServer, path: str) -> None:
    status, _, body = ask(server, f"/{server.token}/{path}")
    assert status == 404
    assert "secret" not in body


@pytest.mark.parametrize(
    "path", ["/", "/reports/index.html", "/x/reports/index.html", "//reports", "/%C3%A9/"]
)
def test_without_the_token_nothing_is_found(server: ReportServer, path: str) -> None:
    assert ask(server, path)[0] == 404
    assert ask(server, f"/{server.token}")[0] == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "0.0.0.0:80"])
def test_a_foreign_name_that_leads_to_this_machine_is_refused(server: ReportServer, host: str) -> None:
    assert ask(server, f"/{server.token}/", host=host)[0] == 403
    assert ask(server, f"/{server.token}/", host=f"localhost:{server.port}")[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_there_is_nothing_to_change(server: ReportServer, method: str) -> None:
    assert ask(server, f"/{server.token}/reports/index.html", method=method)[0] == 501


def test_it_listens_to_this_machine_only(server: ReportServer) -> None:
    own = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in own - {"127.0.0.1"}:
        if address.startswith("127."):
            continue
        with pytest.raises(OSError):  # noqa: PT011 (refused or unreachable, as the system says it)
            socket.create_connection((address, server.port), timeout=2).close()
    with socket.create_connection(("127.0.0.1", server.port), timeout=5):
        pass
    assert server._server.server_address[0] == "127.0.0.1"


def test_the_page_around_loads_nothing_from_elsewhere(server: ReportServer) -> None:
    status, headers, body = ask(server, f"/{server.token}/")
    assert status == 200
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "http://" not in body
    assert "https://" not in body


def test_two_servers_have_two_addresses(home: Path) -> None:
    with ReportServer(home, Board()) as first, ReportServer(home, Board()) as second:
        assert first.token != second.token
        assert len(first.token) >= 32
        assert ask(second, f"/{first.token}/")[0] == 404


def test_news_reach_an_open_page_and_a_late_one(home: Path) -> None:
    board = Board()
    with ReportServer(home, board) as server:
        board.post(News(serial=3, words="built one", errors=("results.csv line 2: no",)))
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("GET", f"/{server.token}/events")
        answer = connection.getresponse()
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        first = json.loads(answer.readline().decode().removeprefix("data: "))
        assert first == {"serial": 3, "words": "built one", "errors": ["results.csv line 2: no"]}
        assert answer.readline() == b"\n"
        board.post(News(serial=4, words="built one"))
        assert json.loads(answer.readline().decode().removeprefix("data: "))["serial"] == 4
    assert answer.read() in (b"", b"\n")  # the server has gone: the stream ends
    connection.close()


def test_a_port_that_is_taken_is_named(server: ReportServer, home: Path) -> None:
    with pytest.raises(WorkspaceError, match=f"port {server.port} of 127.0.0.1 cannot be used"):
        ReportServer(home, Board(), server.port)
    with pytest.raises(WorkspaceError, match="between 0 and 65535; got 70000"):
        ReportServer(home, Board(), 70000)


def test_before_the_first_build_the_page_says_so(tmp_path: Path) -> None:
    with ReportServer(tmp_path / "reports", Board()) as server:
        status, _, body = ask(server, f"/{server.token}/reports/index.html")
        assert (status, "No report is built yet" in body) == (200, True)
        assert ask(server, f"/{server.token}/reports/one/report.html")[0] == 404


def test_what_no_file_can_be_called_is_not_found(server: ReportServer, home: Path) -> None:
    (home / "circle.html").symlink_to(home / "circle.html")
    assert ask(server, f"/{server.token}/reports/{'x' * 5000}")[0] == 404
    assert ask(server, f"/{server.token}/reports/circle.html")[0] == 404
    assert ask(server, f"http://[/{server.token}/reports/index.html")[0] == 404


def test_a_browser_that_goes_in_the_middle_is_not_told(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with ReportServer(home, Board()) as server:
        for began in (b"GET /", f"GET /{server.token}/events HTTP/1.1\r\nHost: 127.0.0.1".encode()):
            with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.sendall(began)
                time.sleep(0.1)  # the handler is reading now; closing resets the connection
        assert ask(server, f"/{server.token}/reports/index.html")[0] == 200
        time.sleep(0.1)
    assert capfd.readouterr().err == ""
