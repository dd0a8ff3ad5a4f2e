"""What goes wrong in a drill, by name. Each fault ends when what was broken has been put right."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping

from tests.drills.stage import Server, Stage

STANDBY_SECONDS = 2.0

Fault = Callable[[Stage], Awaitable[None]]


async def nothing(stage: Stage) -> None:
    """Leave everything alone: what is missing from 100 % then is missing for want of a machine."""


async def rolling_restart(stage: Stage) -> None:
    """Stop and start one server after the other, as a deployment does."""
    for server in stage.servers:
        await server.stop()
        await server.start()


async def restart_of_postgresql(stage: Stage) -> None:
    """Stop the database, which cuts everybody off, and start it."""
    await asyncio.to_thread(stage.primary.stop)
    await asyncio.to_thread(stage.primary.start)


async def fail_over(stage: Stage) -> None:
    """Kill the primary, promote its synchronous standby, and lead the address there."""
    standby = await stage.copy_primary()
    stage.strike()
    await asyncio.to_thread(stage.primary.kill)
    await asyncio.to_thread(standby.promote)
    stage.forwarder.lead_to(standby.port)
    stage.primary, lost = standby, stage.primary
    await asyncio.to_thread(lost.destroy)


async def lead_to_a_standby(stage: Stage) -> None:
    """Lead the address to a hot standby for a while, which takes no writes, and back: a fail-over that was none.

    Connections to the standby stay open.
    """
    standby = await stage.copy_primary()
    stage.forwarder.lead_to(standby.port)
    await asyncio.sleep(STANDBY_SECONDS)
    stage.forwarder.lead_to(stage.primary.port, cut=False)
    stage.strike()
    await stage.give_up(standby)


async def kill_a_worker(stage: Stage) -> None:
    """Kill the worker of one server, which starts another."""
    _kill_workers(stage.servers[0])


async def kill_all_workers(stage: Stage) -> None:
    """Kill every worker of every server at the same moment."""
    for server in stage.servers:
        _kill_workers(server)


async def kill_a_server(stage: Stage) -> None:
    """Kill the main process of one server, and start it again, as a supervisor does."""
    stage.servers[-1].kill()
    await stage.servers[-1].start()


async def kill_postmaster(stage: Stage) -> None:
    """Kill the database's main process, and start it: it recovers from its log."""
    await asyncio.to_thread(stage.primary.kill)
    await asyncio.to_thread(stage.primary.start)


def _kill_workers(server: Server) -> None:
    for worker in server.workers():
        os.kill(worker, signal.SIGKILL)


FAULTS: Mapping[str, Fault] = {
    "nothing, for comparison": nothing,
    "rolling restart of 2 servers": rolling_restart,
    "SIGKILL of a worker": kill_a_worker,
    "restart of PostgreSQL": restart_of_postgresql,
    "SIGKILL of all workers": kill_all_workers,
    "fail-over": fail_over,
    "hot standby for 2 s": lead_to_a_standby,
    "SIGKILL of a server": kill_a_server,
    "SIGKILL of the postmaster": kill_postmaster,
}
"""Each kind of fault; a drill goes through them in this order, again and again.

The two that kill a worker are apart: a server ends when five of its workers die within a minute, and its supervisor
restarts it.
"""
