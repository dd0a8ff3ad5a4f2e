"""Seals: what goes through a client's hands comes back as it was, as the same kind, or not at all."""

import base64

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adapters.tokens import Sealer
from todo_core.errors import InvalidToken

OLD, NEW = b"old secret of thirty-two bytes!!", b"new secret of thirty-two bytes!!"
SEALER = Sealer([OLD])

kinds = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
payloads = st.binary(max_size=200)


@given(kind=kinds, payload=payloads)
def test_round_trip(kind: str, payload: bytes) -> None:
    """What was sealed is opened again; the same payload gives the same URL-safe text."""
    text = SEALER.seal(kind, payload)

    assert SEALER.open(kind, text) == payload
    assert text == SEALER.seal(kind, payload)
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(payload=payloads, position=st.integers(min_value=0), bit=st.integers(0, 6))
def test_one_flipped_bit(payload: bytes, position: int, bit: int) -> None:
    """A seal of which one bit was changed, of whatever character, is refused."""
    raw = bytearray(SEALER.seal("kind", payload).encode())
    raw[position % len(raw)] ^= 1 << bit

    with pytest.raises(InvalidToken):
        SEALER.open("kind", raw.decode())


@given(payload=payloads, position=st.integers(min_value=0), extra=st.sampled_from(["=", "A", "\n", " ", "-", "\ud800"]))
def test_no_other_spelling(payload: bytes, position: int, extra: str) -> None:
    """There is one way to write a seal: nothing can be put in, left out or padded."""
    text = SEALER.seal("kind", payload)
    place = position % (len(text) + 1)

    for other in (text[:place] + extra + text[place:], text[:place] + text[place + 1 :], text.swapcase()):
        assume(other != text)
        with pytest.raises(InvalidToken):
            SEALER.open("kind", other)


@given(made=kinds, read=kinds, payload=payloads)
def test_kinds_never_mix(made: str, read: str, payload: bytes) -> None:
    """A seal of one kind is never opened as another, not even when kind and payload read the same in a row."""
    assume(made != read)

    with pytest.raises(InvalidToken):
        SEALER.open(read, SEALER.seal(made, payload))
    with pytest.raises(InvalidToken):
        SEALER.open(f"{made}{read}-", SEALER.seal(made, f"{read}-".encode() + payload))


@pytest.mark.parametrize("text", ["", "A", "AAAA", "=" * 60, "A" * 100_000, "ä" * 60, "../" * 20, "\0" * 60])
def test_garbage(text: str) -> None:
    """Anything else is refused."""
    with pytest.raises(InvalidToken):
        SEALER.open("kind", text)


def test_keys_rotate() -> None:
    """The first key makes, all keys open, and a key that was dropped opens nothing any more."""
    before, during, after = Sealer([OLD]), Sealer([NEW, OLD]), Sealer([NEW])
    old, new = before.seal("kind", b"payload"), during.seal("kind", b"payload")

    assert [during.open("kind", text) for text in (old, new)] == [b"payload", b"payload"]
    assert after.open("kind", new) == b"payload"
    for sealer, text in ((after, old), (before, new)):
        with pytest.raises(InvalidToken):
            sealer.open("kind", text)


def test_key_id_cannot_be_chosen() -> None:
    """A seal that names another key of the same sealer is refused."""
    both = Sealer([NEW, OLD])
    new, old = (base64.urlsafe_b64decode(Sealer([key]).seal("kind", b"123456")) for key in (NEW, OLD))

    with pytest.raises(InvalidToken):
        both.open("kind", base64.urlsafe_b64encode(old[:4] + new[4:]).decode().rstrip("="))


def test_a_secret_is_needed() -> None:
    """Without a secret nothing can be sealed, so there is no such sealer; and a sealer shows no secret."""
    with pytest.raises(ValueError, match="secret"):
        Sealer([])

    assert "secret of" not in repr(SEALER)
