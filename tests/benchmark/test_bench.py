"""What `make bench` runs, for a moment each: whether it works, not how fast it is."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg
import pytest

from bench import check, data, environment, load, measure, usage, versions, workloads
from bench.client import ask
from bench.environment import Database, System
from bench.load import Plan, Request
from bench.measure import Bench, Series
from bench.peers import catalog, tables
from bench.workloads import Account, Workload
from entrypoints.http.wire.query import parse
from tests.conftest import directory_for_all, newest_database

POPULATION = data.Population((data.Group(users=1, tasks=120), data.Group(users=4, tasks=60)))
MOMENT = 0.1


@pytest.fixture(scope="module")
def stored(postgres_server: str) -> Iterator[Database]:
    """A database with a few users."""
    with newest_database(postgres_server) as url, directory_for_all("todo-bench-") as directory:
        began = time.monotonic()
        data.fill(url, POPULATION)
        yield Database(directory, url, usage.postmaster(url), POPULATION, time.monotonic() - began)


@pytest.fixture(scope="module")
def api(stored: Database) -> Iterator[System]:
    """The API, as it is measured."""
    with environment.api(stored) as running:
        yield running


@pytest.fixture(scope="module")
def bare(stored: Database) -> Iterator[System]:
    """The bare framework."""
    with environment.bare(stored) as running:
        yield running


def errors(system: System, workload: Workload) -> int:
    """Return how many responses of a short load have another status than they should; there has to be one at all."""
    result = load.run(workload.plan(system.running.port, MOMENT))
    assert result.requests > 0
    return result.errors


def test_other_spellings_ask_for_the_same() -> None:
    """Each number has a spelling of its own, as far as numbers go, and every server reads the same in all of them."""
    for query in (workloads.FIRST, workloads.FILTER):
        spellings = [workloads.spelled(query, number) for number in range(workloads.REQUESTS)]
        assert workloads.REQUESTS == len(set(spellings))
        assert all(parse(query.encode()) == parse(spelling.encode()) for spelling in spellings)


@pytest.mark.parametrize("make", [workloads.list_anew, workloads.list_filtered])
def test_what_is_read_anew_is_never_sent_twice(make: Callable[[Sequence[Account]], Workload]) -> None:
    """Not within a round, and not in the next one either."""
    workload = make([Account("token", ())])
    sent = [request.text for _ in range(8) for request in workload.plan(1, MOMENT).requests]
    assert len(sent) == len(set(sent)) > workloads.REQUESTS


@pytest.mark.parametrize("make", workloads.OURS, ids=lambda make: str(make.__name__))
def test_workload_gets_the_status_it_expects(api: System, make: Callable[[Sequence[Account]], Workload]) -> None:
    """Every request of every workload succeeds, the conditional ones time after time."""
    assert 0 == errors(api, make(api.accounts))


def test_changes_get_the_status_they_expect(api: System) -> None:
    """The same, where sync tokens have to be fetched before."""
    assert 0 == errors(api, workloads.changes(api.accounts, api.running.port))


def test_client_counts_other_statuses(api: System) -> None:
    """A response with another status than expected is an error."""
    wrong = [Request(workloads.message("GET", "/api/tasks", None), 200)]

    result = load.run(Plan(api.running.port, wrong, MOMENT, 2))

    assert result.requests == result.errors > 0


def test_ids_name_the_tasks_of_their_users(stored: Database) -> None:
    """What clients believe of ids is what is stored."""
    with psycopg.connect(stored.url) as connection:
        for user in range(POPULATION.users):
            rows = connection.execute(
                "SELECT id FROM tasks WHERE user_id = %s AND id < %s ORDER BY created_at",
                (data.uuid(user), data.uuid(POPULATION.tasks)),
            )
            assert [data.uuid(number) for number in POPULATION.tasks_of(user)] == [row[0] for row in rows]


def test_api_answers_what_is_measured(api: System) -> None:
    """The look at a server before it is measured passes."""
    check.check(api)


def test_check_finds_a_server_that_answers_wrongly(bare: System) -> None:
    """The bare framework knows no tasks, and is found out."""
    with pytest.raises(check.WrongAnswer):
        check.check(System("bare", "bare", bare.running, [Account(catalog.token("ann"), ["1"])] * 2))


def test_series_has_a_sample_for_each_round(stored: Database, api: System, bare: System) -> None:
    """The bare framework and the API have their turns, and the ratio of their rates is a number."""
    every = [Series(bare, measure.hello(bare.accounts)), Series(api, workloads.read(api.accounts))]

    Bench(stored.postmaster, [api, bare]).measure(every, rounds=2, seconds=MOMENT)

    assert [[0, 0], [0, 0]] == [[sample.result.errors for sample in series.samples] for series in every]
    assert every[1].ratio(every[0], lambda sample: sample.rate).median > 0


def test_version_is_populated_by_http_alone(api: System) -> None:
    """As many tasks as were asked for are there, and every workload works on them."""
    found = versions.populate(versions.PRESENT, api.running, users=2, tasks=workloads.PAGE + 10)

    pages = [ask(api.running.port, "GET", "/api/tasks?limit=200", one.token)["items"] for one in found.accounts]
    assert [workloads.PAGE + 10] * 2 == [len(page) for page in pages]
    assert [0, 0] == [errors(found, make(found.accounts)) for make in (workloads.list_filtered, workloads.patch)]


def test_unknown_version_is_told() -> None:
    """The message names what was asked for."""
    with pytest.raises(versions.Unusable, match="no version 'nothing-of-this-name'"):
        versions.earlier("nothing-of-this-name")


def test_processor_time_is_that_of_the_whole_tree() -> None:
    """What a child of a process has used counts, while it lives and when it has ended."""
    burn = "import time\nwhile time.process_time() < 0.3: pass\nprint(flush=True); input()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}]); print(flush=True); input()"
    command = [sys.executable, "-c", parent]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        for _ in ("the child is busy no more", "it has ended"):
            process.stdout.readline()
            assert usage.cpu_seconds([process.pid])[0] > 0.25
            process.stdin.write(b"\n")
            process.stdin.flush()


@pytest.mark.parametrize("peer", catalog.PEERS, ids=lambda peer: str(peer.name))
def test_peer_answers_like_the_api(stored: Database, peer: catalog.Peer) -> None:
    """It reads, lists and creates, refuses strangers, and stands the load."""
    if not peer.installed:
        pytest.skip(f"{peer.title}: `make bench` has not installed its libraries")
    with environment.peers(stored, [peer.name]) as (system,):
        check.check(system)

        assert [0, 0, 0] == [errors(system, make(system.accounts)) for make in workloads.COMMON]
    with psycopg.connect(stored.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA peers CASCADE")
        connection.execute(f"DROP ROLE {tables.ROLE}".encode())


def test_installed_peers_are_those_of_their_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer whose lock has changed since counts as not installed."""
    monkeypatch.setattr(catalog, "SOURCES", tmp_path)
    monkeypatch.setattr(catalog, "INSTALLED", tmp_path / "build")
    peer = catalog.PEERS[0]
    lock = tmp_path / peer.folder / peer.lock
    lock.parent.mkdir()
    lock.write_text("one")
    peer.home.mkdir(parents=True)
    (peer.home / "complete").touch()
    assert peer.installed

    lock.write_text("another")

    assert not peer.installed
