"""Several worker processes are one server."""

from pathlib import Path

import httpx

from tests.serving import serving


def test_workers_share_their_figures(data: Path) -> None:
    """Whichever worker is asked, the figures are those of all, and one of them alone says where the API is."""
    with serving(data, WORKERS=2) as server:
        for _ in range(20):  # a new connection each, so that both workers get some
            assert httpx.get(f"{server.url}/health").is_success
        figures = [httpx.get(f"{server.url}/metrics").text.splitlines() for _ in range(6)]

    wanted = 'todo_http_requests_total{method="GET",route="/health",status="200"} 20.0'
    assert [wanted in lines for lines in figures] == [True] * 6
    assert server.log.read_text().count("todo-core is ready at") == 1
