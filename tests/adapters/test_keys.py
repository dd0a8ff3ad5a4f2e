"""Signing keys: the file, two processes that make it at once, and a rotation that no request notices."""

import datetime as dt
import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from uuid import UUID

import pytest

from adapters.tokens import AccessTokens, InvalidKeySet, KeyFile, KeySet, SigningKey, read_or_create, rotate
from todo_core.errors import InvalidToken
from todo_core.sessions import AccessClaims, SessionId
from todo_core.testing import ManualClock
from todo_core.users import UserId

NOW = ManualClock().now()
MINUTE = dt.timedelta(minutes=1)
LIFETIME = 10 * MINUTE


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where the keys are to be."""
    return tmp_path / "keys" / "signing.json"


def test_dump_and_parse() -> None:
    """A key set survives being written and read, times included."""
    keys = KeySet.generate().rotated(NOW, delay=MINUTE, keep=LIFETIME)

    assert KeySet.parse(keys.dump()) == keys


def test_key_id_is_the_thumbprint() -> None:
    """A key is named by its RFC 7638 thumbprint, so it cannot be mistaken for another."""
    one, other = SigningKey.generate(), SigningKey.generate()

    assert one.id != other.id
    assert len(one.id) == 43
    assert "private" not in repr(one)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not a JWK Set"),
        ("[]", "not a JWK Set"),
        ("[" * 100_000, "not a JWK Set"),
        ('{"keys": {}}', "1 to 20 keys"),
        ('{"keys": []}', "1 to 20 keys"),
        ('{"keys": [1]}', "key 1 is not an object"),
        ('{"keys": [{"kty": "OKP"}]}', "key 1 has no kid"),
        ('{"keys": [{"kid": "a", "kty": "oct", "k": "AAAA"}]}', "key 1 is not a private Ed25519 key"),
        ('{"keys": [{"kid": "a", "kty": "OKP", "crv": "Ed25519", "x": 3}]}', "key 1 is not a private Ed25519 key"),
    ],
)
def test_unusable_sets(text: str, problem: str) -> None:
    """A file that holds something else is refused, in words."""
    with pytest.raises(InvalidKeySet, match=problem):
        KeySet.parse(text)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"d": None}, "not a private Ed25519 key"),
        ({"x": "A" * 43}, "not a private Ed25519 key"),
        ({"crv": "Ed448"}, "not a private Ed25519 key"),
        ({"kid": "k" * 129}, "no kid"),
        ({"nbf": "soon"}, "nbf is not a time"),
        ({"exp": 10**30}, "exp is not a time"),
    ],
)
def test_unusable_keys(change: dict[str, object], problem: str) -> None:
    """A key that is not a whole private Ed25519 key with an id is refused; no key is shown."""
    members = json.loads(KeySet.generate().dump())["keys"]
    secret = members[0]["d"]
    members[0] |= change
    members[0] = {name: value for name, value in members[0].items() if value is not None}

    with pytest.raises(InvalidKeySet, match=problem) as caught:
        KeySet.parse(json.dumps({"keys": members}))

    assert secret not in str(caught.value)


def test_public_half_alone() -> None:
    """The public JWK Set cannot be used to sign."""
    with pytest.raises(InvalidKeySet, match="private"):
        KeySet.parse(json.dumps(KeySet.generate().public(NOW)))


def test_same_id_twice() -> None:
    """Two keys of one name are refused."""
    members = json.loads(KeySet.generate().dump())["keys"]

    with pytest.raises(InvalidKeySet, match="same kid"):
        KeySet.parse(json.dumps({"keys": members * 2}))


def test_phases_of_a_rotation() -> None:
    """A new key is published first, signs later, and the one before is accepted until its tokens have expired."""
    old = KeySet.generate()
    keys = old.rotated(NOW, delay=MINUTE, keep=LIFETIME)
    new, before = keys.keys

    assert before.id == old.keys[0].id
    for moment, signer, accepted in (
        (NOW, before, [new, before]),
        (NOW + MINUTE, new, [new, before]),
        (NOW + MINUTE + LIFETIME - dt.timedelta(seconds=1), new, [new, before]),
        (NOW + MINUTE + LIFETIME, new, [new]),
    ):
        assert keys.signer(moment) == signer
        assert [key for key in keys.keys if keys.verifier(key.id, moment)] == accepted
        assert [member["kid"] for member in keys.public(moment)["keys"]] == [key.id for key in accepted]  # type: ignore[attr-defined]


def test_states() -> None:
    """What each key does, and until when, can be told in words."""
    keys = KeySet.generate().rotated(NOW, delay=MINUTE, keep=LIFETIME)
    begins, ends = "2026-01-01 00:01:00Z", "2026-01-01 00:11:00Z"

    assert [[key.words for key in keys.status(NOW + later)] for later in (0 * MINUTE, MINUTE, 11 * MINUTE)] == [
        [f"signs from {begins}", f"signs, until {ends}"],
        ["signs", f"verifies, until {ends}"],
        ["signs", "has ended"],
    ]


def test_rotating_again() -> None:
    """Keys that have ended are left out by the next rotation; one that ends earlier keeps its end."""
    first = KeySet.generate()
    second = first.rotated(NOW, delay=dt.timedelta(), keep=LIFETIME)
    third = second.rotated(NOW + MINUTE, delay=dt.timedelta(), keep=LIFETIME)
    fourth = third.rotated(NOW + LIFETIME, delay=dt.timedelta(), keep=LIFETIME)

    assert [key.ends_at for key in third.keys] == [None, NOW + MINUTE + LIFETIME, NOW + LIFETIME]
    assert [key.id for key in fourth.keys[1:]] == [key.id for key in third.keys[:2]]


def test_withdrawing_a_key() -> None:
    """With no time to keep, the keys from before end at once."""
    keys = KeySet.generate().rotated(NOW, delay=dt.timedelta(), keep=dt.timedelta())

    assert [key.verifies(NOW) for key in keys.keys] == [True, False]


def test_no_key_signs() -> None:
    """A set whose keys all begin later or have ended signs nothing, and says so."""
    with pytest.raises(InvalidKeySet, match="no key may sign"):
        KeySet((SigningKey.generate(NOW + MINUTE),)).signer(NOW)


def test_file_is_private(file: Path) -> None:
    """The file and its directory are for their owner only, and nothing else is left beside it."""
    made = KeyFile.open_or_create(file).keys()

    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert list(file.parent.iterdir()) == [file]
    assert KeyFile.open_or_create(file).keys() == made


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change what is another's")
def test_root_leaves_the_file_to_its_owner(file: Path) -> None:
    """A server that runs as somebody else reads on after root has rotated its keys."""
    KeyFile.open_or_create(file)
    os.chown(file, 65534, 65534)

    rotate(file, NOW, delay=MINUTE, keep=LIFETIME)

    found = file.stat()
    assert (65534, 65534, 0o600) == (found.st_uid, found.st_gid, found.st_mode & 0o777)


def test_many_processes_make_one_file(file: Path) -> None:
    """Of many processes that start at once, one makes the keys, and all use them."""
    script = (
        "import sys, pathlib; from adapters.tokens import KeyFile; sys.stdin.read(1);"
        "print(KeyFile.open_or_create(pathlib.Path(sys.argv[1])).keys().keys[0].id)"
    )
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(file)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for starter in starters:
        assert starter.stdin
        starter.stdin.write("\n")
        starter.stdin.flush()
    ids = {starter.communicate()[0].strip() for starter in starters}

    assert ids == {KeyFile.open(file).keys().keys[0].id}


def test_many_threads_make_one_secret(tmp_path: Path) -> None:
    """Of many that want a secret at once, all get the same one."""
    made, got = iter(range(100)), []
    threads = [
        threading.Thread(target=lambda: got.append(read_or_create(tmp_path / "secret", lambda: f"secret {next(made)}")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert got == ["secret 0"] * 8


def test_many_rotations_lose_no_key(file: Path) -> None:
    """Rotations at the same time come one after the other: each adds its key."""
    rotate(file, NOW, delay=MINUTE, keep=LIFETIME)
    threads = [threading.Thread(target=lambda: rotate(file, NOW, delay=MINUTE, keep=LIFETIME)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(KeyFile.open(file).keys().keys) == 9


def test_too_many_keys(file: Path) -> None:
    """A rotation that the file has no room for is refused and changes nothing."""
    for _ in range(20):
        rotate(file, NOW, delay=MINUTE, keep=LIFETIME)
    before = file.read_text()

    with pytest.raises(InvalidKeySet, match="20 keys already"):
        rotate(file, NOW, delay=MINUTE, keep=LIFETIME)

    assert file.read_text() == before


def test_a_failed_write_leaves_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the new file cannot be written, a full disk for instance, the old one is as it was and nothing is left."""
    rotate(file, NOW, delay=MINUTE, keep=LIFETIME)
    before = file.read_text()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        rotate(file, NOW, delay=MINUTE, keep=LIFETIME)

    assert (file.read_text(), list(file.parent.iterdir())) == (before, [file])


class Process:
    """What one server process has: its own view of the file, and the shared clock."""

    def __init__(self, file: Path, clock: ManualClock) -> None:
        self.clock = clock
        self.access = AccessTokens("https://todo.example.com", clock, KeyFile.open_or_create(file))

    def token(self) -> str:
        """Return a token made now."""
        now = self.clock.now()
        return self.access.make(
            AccessClaims(UserId(UUID(int=1)), SessionId(UUID(int=2)), UUID(int=3), now, now + LIFETIME)
        )


def test_two_processes_pass_a_rotation(file: Path) -> None:
    """Through three rotations, at every second, each process accepts every token that either made and that lives."""
    clock = ManualClock()
    processes = [Process(file, clock), Process(file, clock)]
    living: list[tuple[dt.datetime, str]] = []
    signers = set()
    for second in range(0, 45 * 60, 20):
        clock.time = NOW + dt.timedelta(seconds=second)
        if second % 900 == 300:
            rotate(file, clock.now(), delay=MINUTE, keep=LIFETIME + MINUTE)
        living += [(clock.now() + LIFETIME, process.token()) for process in processes]
        living = [(end, token) for end, token in living if end > clock.now()]
        signers |= {process.access.keys.latest().signer(clock.now()).id for process in processes}

        for _, token in living:
            for process in processes:
                process.access.read(token)

    assert len(signers) == 4


def test_rotation_without_delay(file: Path) -> None:
    """A key that signs at once is found by the other process when it meets the key's id."""
    clock = ManualClock()
    one, other = Process(file, clock), Process(file, clock)
    before = one.token()

    rotate(file, clock.now(), delay=dt.timedelta(), keep=LIFETIME)
    after = one.token()

    assert one.access.keys.keys().signer(clock.now()).id != other.access.keys._keys.signer(clock.now()).id
    assert [other.access.read(token).user for token in (before, after)] == [UserId(UUID(int=1))] * 2


def test_a_withdrawn_key_ends_remembered_tokens(file: Path) -> None:
    """When a key is withdrawn, its tokens are refused, those remembered as verified included."""
    clock = ManualClock()
    process = Process(file, clock)
    token = process.token()
    process.access.read(token)

    rotate(file, clock.now(), delay=dt.timedelta(), keep=dt.timedelta())
    process.access.keys._looked_at = float("-inf")  # a second later

    with pytest.raises(InvalidToken):
        process.access.read(token)


def test_unknown_key_ids_cost_no_reading(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood of tokens with made-up key ids does not make the file be read again."""
    clock = ManualClock()
    process = Process(file, clock)
    stranger = Process(file.with_name("stranger.json"), clock)
    monkeypatch.setattr(KeySet, "parse", None)

    for _ in range(100):
        with pytest.raises(InvalidToken):
            process.access.read(stranger.token())


@pytest.mark.parametrize("content", ["", '{"keys": []}', None])
def test_a_bad_change_is_survived(file: Path, content: str | None, caplog: pytest.LogCaptureFixture) -> None:
    """A running process keeps its keys when the file becomes unusable or vanishes, and writes that down once."""
    clock = ManualClock()
    process = Process(file, clock)
    token = process.token()

    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    with caplog.at_level(logging.ERROR):
        more = [process.token() for _ in range(3)]

    for good in (token, *more):
        process.access.read(good)
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_byte_order_mark(file: Path) -> None:
    """A mark that an editor put before the text is no part of it, in the file of keys and in that of the secret."""
    keys, secret = KeyFile.open_or_create(file).keys(), file.with_name("secret")
    file.write_text(f"\ufeff{file.read_text()}")
    secret.write_text("\ufeffhunter2")

    rotated = rotate(file, NOW, delay=MINUTE, keep=LIFETIME)

    assert {key.id for key in keys.keys} < {key.id for key in rotated.keys}
    assert (KeyFile.open(file).keys(), read_or_create(secret, str)) == (rotated, "hunter2")


def test_start_needs_a_usable_file(file: Path) -> None:
    """A process does not start without keys: a file that is not there, or not usable, is an error."""
    with pytest.raises(FileNotFoundError):
        KeyFile.open(file)

    file.parent.mkdir()
    file.write_text("{}")
    with pytest.raises(InvalidKeySet):
        KeyFile.open_or_create(file)
