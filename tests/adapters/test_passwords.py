"""Passwords: Argon2id in a bounded pool that never holds up the event loop, and zxcvbn kept within bounds."""

import asyncio
import os
import platform
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator

import argon2
import pytest

from adapters.passwords import PooledPasswords, Profile, pool
from adapters.passwords.pool import NICENESS, BoundedPool
from adapters.passwords.strength import weakness
from todo_core.errors import Busy
from todo_core.ports import PasswordCheck, Passwords

PASSWORD = "correct horse battery staple"
CHEAPEST = Profile.cheapest()


@pytest.fixture
def passwords() -> Iterator[PooledPasswords]:
    """Return cheap passwords."""
    pooled = PooledPasswords(CHEAPEST, workers=1, queue=64)
    yield pooled
    pooled.close()


class Access:
    """Work that waits until it is let through; counts how many calls have started."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.started = threading.Semaphore(0)
        self.calls = 0

    def work(self) -> int:
        """Wait, and return how many calls have started."""
        self.calls += 1
        self.started.release()
        self.open.wait()
        return self.calls


@pytest.fixture
async def bounded_pool() -> AsyncIterator[BoundedPool]:
    """Return a pool of one worker and a queue of two."""
    bounded = BoundedPool(workers=1, queue=2)
    yield bounded
    bounded.close()


def test_is_the_port(passwords: PooledPasswords) -> None:
    """The class has the shape of the port."""
    port: Passwords = passwords

    assert port is passwords


async def test_hash_and_verify(passwords: PooledPasswords) -> None:
    """A password matches its own hash, another does not, and two hashes of one password differ."""
    first, second = await passwords.hash(PASSWORD), await passwords.hash(PASSWORD)

    assert first != second
    assert await passwords.verify(first, PASSWORD) == PasswordCheck(matches=True)
    assert await passwords.verify(first, PASSWORD + " ") == PasswordCheck(matches=False)


async def test_parameters() -> None:
    """The default is Argon2id with at least 19 MiB, two passes and one lane (OWASP), in the PHC string."""
    passwords = PooledPasswords(workers=1, queue=0)

    stored = await passwords.hash(PASSWORD)
    passwords.close()

    assert argon2.extract_parameters(stored) == argon2.Parameters(argon2.Type.ID, 19, 16, 32, 2, 19_456, 1)


async def test_outdated_hash(passwords: PooledPasswords) -> None:
    """A right password whose hash has other parameters than today's is to be hashed anew."""
    old = argon2.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)

    assert await passwords.verify(old, PASSWORD) == PasswordCheck(matches=True, outdated=True)
    assert await passwords.verify(old, "wrong") == PasswordCheck(matches=False)


async def test_nobody_matches_nothing(passwords: PooledPasswords, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a stored hash nothing matches, and the work is the same: one hash with today's parameters."""
    verified: list[argon2.Parameters] = []
    real = argon2.PasswordHasher.verify

    def verify(self: argon2.PasswordHasher, stored: str, password: str) -> bool:
        verified.append(argon2.extract_parameters(stored))
        return real(self, stored, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", verify)
    stored = await passwords.hash(PASSWORD)

    await passwords.verify(stored, "wrong")
    nobodys = [await passwords.verify(None, password) for password in (PASSWORD, "", "nobody's")]

    assert nobodys == [PasswordCheck(matches=False)] * 3
    assert verified == [argon2.extract_parameters(stored)] * 4


async def test_pool_refuses_what_does_not_fit(bounded_pool: BoundedPool) -> None:
    """One call runs, two wait, the fourth is refused at once; when places are free again, calls are taken again."""
    gate = Access()
    taken = [asyncio.create_task(bounded_pool.run(gate.work)) for _ in range(3)]
    await asyncio.to_thread(gate.started.acquire)

    with pytest.raises(Busy, match="too many passwords wait"):
        await bounded_pool.run(gate.work)

    gate.open.set()
    assert sorted(await asyncio.gather(*taken)) == [1, 2, 3]
    assert await bounded_pool.run(gate.work) == 4


async def test_pool_drops_what_nobody_waits_for(bounded_pool: BoundedPool) -> None:
    """Work whose caller has gone before it began is never done, and its place is free."""
    gate = Access()
    running, waiting, given_up = (asyncio.create_task(bounded_pool.run(gate.work)) for _ in range(3))
    await asyncio.to_thread(gate.started.acquire)

    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    next_one = asyncio.create_task(bounded_pool.run(gate.work))
    gate.open.set()

    assert sorted(await asyncio.gather(running, waiting, next_one)) == [1, 2, 3]


async def test_pool_passes_errors_on(bounded_pool: BoundedPool) -> None:
    """What the work raises, the caller gets, and the place is free again."""
    for _ in range(5):
        with pytest.raises(ValueError, match="no"):
            await bounded_pool.run(int, "no")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread has the niceness of its process")
async def test_heavy_work_goes_last(bounded_pool: BoundedPool) -> None:
    """Threads of the pool step back for everything else, and the thread that waits for them does not."""
    before = os.nice(0)
    assert min(before + NICENESS, 19) == await bounded_pool.run(os.nice, 0)
    assert before == os.nice(0)


HASHING = """
import asyncio, os
from pathlib import Path
from adapters.passwords import PooledPasswords, pool

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

async def main():
    pool.IDLE_SECONDS = 0.5
    passwords = PooledPasswords(workers=1, queue=1)
    for _ in range(3):
        await passwords.hash("a quiet harbour at dawn")
    busy = resident()
    await asyncio.sleep(2)
    print(busy - resident())
    passwords.close()

asyncio.run(main())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have another allocator")
def test_memory_goes_back() -> None:
    """Once nobody has hashed for a while, the memory of a hash is the system's again."""
    freed = subprocess.run([sys.executable, "-c", HASHING], capture_output=True, text=True, check=True).stdout

    assert int(freed) > Profile().memory * 1024 * 0.8


async def test_closed_before_it_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left to do."""
    monkeypatch.setattr(pool, "IDLE_SECONDS", 0.01)
    bounded = BoundedPool(workers=1, queue=1)
    assert 1 == await bounded.run(int, "1")
    bounded.close()

    failures: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
    await asyncio.sleep(0.05)
    assert [] == failures


async def test_event_loop_stays_free(passwords: PooledPasswords) -> None:
    """Every method runs in a thread of the pool, not in the one that serves requests."""
    used: set[str] = set()

    def note(self: object, *_: object, **__: object) -> None:
        used.add(threading.current_thread().name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("adapters.passwords.hashing.Argon2.hash", note)
        patch.setattr("adapters.passwords.hashing.Argon2.verify", note)
        patch.setattr("adapters.passwords.pooled.weakness", note)
        await passwords.hash(PASSWORD)
        await passwords.verify(None, PASSWORD)
        await passwords.weakness(PASSWORD, [])

    assert used == {"passwords_0"}


@pytest.mark.parametrize(
    "password", [PASSWORD, "x7#Kq9!vLm2$", "Löwenzahn-Gießkanne-17-Ähre", "日本語のとても長い合言葉です"]
)
async def test_strong(passwords: PooledPasswords, password: str) -> None:
    """A password that takes long to guess has no weakness."""
    assert await passwords.weakness(password, ["alice@example.com", "alice"]) is None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("password1234", "This is a"),
        ("aaaaaaaaaaaaaaaa", "Repeats"),
        ("abcdefghijklmnop", "Sequences"),
        ("qwertyuiop[]", ""),
        ("alice@example.com", "It contains your name, your e-mail address or the name of this product."),
        ("alice.liddell1", "It contains your name, your e-mail address or the name of this product."),
        ("Todo-Core1234", "It contains your name, your e-mail address or the name of this product."),
        ("a" * 256, "Repeats"),
    ],
)
async def test_weak(passwords: PooledPasswords, password: str, reason: str) -> None:
    """A guessable password, one that leans on known words included, is refused with a reason in words."""
    known = ["todo-core", "alice@example.com", "alice", "Alice Liddell", "alice.liddell"]

    weakness = await passwords.weakness(password, known)

    assert weakness is not None
    assert weakness.startswith(reason)
    assert weakness.endswith(".")


async def test_long_passwords_are_judged(passwords: PooledPasswords) -> None:
    """Passwords longer than zxcvbn takes are judged by their beginning."""
    assert await passwords.weakness(PASSWORD * 9, []) is None
    assert await passwords.weakness("ab" * 128, []) is not None


def test_no_password_holds_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a password made of every look-alike symbol, which zxcvbn would read in hundreds of ways, little is judged."""
    seen: list[str] = []

    def zxcvbn(password: str, user_inputs: object) -> dict[str, object]:
        seen.append(password)
        return {"score": 4}

    monkeypatch.setattr("adapters.passwords.strength.zxcvbn", zxcvbn)

    for password in ("4@8({[<369&#!1/|0$5+7%2" * 4, PASSWORD * 4):
        assert weakness(password, []) is None

    assert [len(password) for password in seen] == [20, 72]


async def test_known_words_do_not_mix() -> None:
    """Two people's known words stay apart when both are judged at the same time."""
    passwords = PooledPasswords(CHEAPEST, workers=4, queue=64)
    words = [f"zebulon{number}quirke" for number in range(8)]

    found = await asyncio.gather(*(passwords.weakness(word, [word]) for word in words * 5))
    strangers = await asyncio.gather(*(passwords.weakness(word, ["somebody"]) for word in words))
    passwords.close()

    assert [reason is None for reason in found] == [False] * 40
    assert all(reason is None or not reason.startswith("It contains") for reason in strangers)
