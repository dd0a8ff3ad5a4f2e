"""Positions: order, lengths, and how rarely siblings get new ones."""

import random
from collections.abc import Callable

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from todo_core.ordering import DIGITS, HEAD, MAX_POSITION_LENGTH, NEIGHBOURS, Insertion, at_end, insertion, spread

positions = st.builds(
    lambda head, more: head + more.rstrip("0"),
    st.text(DIGITS, min_size=HEAD, max_size=HEAD),
    st.text("019Az", max_size=4),
).filter(lambda position: position != "0" * HEAD)
neighbours = st.lists(positions, min_size=1, max_size=2, unique=True).map(sorted)


@attrs.define
class Siblings:
    """What a store does: positions by name. `order` is the plain list that they have to agree with."""

    order: list[int]
    positions: dict[int, str] = attrs.field(factory=dict)
    revision: int = 0
    touching: int = 0
    touched: int = 0
    most: int = 0

    @classmethod
    def of(cls, number: int) -> "Siblings":
        """Return that many siblings, each added last."""
        siblings = cls([])
        for name in range(number):
            siblings.put(name, name)
        return siblings

    def put(self, name: int, index: int) -> None:
        """Put a new sibling at an index; look only as far around as the rule asks for."""
        self.revision += 1
        by_position = sorted(self.positions, key=self.positions.__getitem__)
        limit, found = NEIGHBOURS, Insertion(at_end(self.revision)) if index >= len(by_position) else None
        while found is None:
            before = [self.positions[one] for one in by_position[max(index - limit, 0) : index]]
            after = [self.positions[one] for one in by_position[index : index + limit]]
            found, limit = insertion(before, after, limit), 2 * limit
        self._renumber(found)
        self.positions[name] = found.position
        self.revision += len(found.renumbered)
        self.order.insert(index, name)

    def move(self, name: int, index: int) -> None:
        """Take a sibling out and put it at an index among the others."""
        self.order.remove(name)
        del self.positions[name]
        self.put(name, index)

    def check(self) -> None:
        """Compare with the list."""
        assert self.order == sorted(self.positions, key=self.positions.__getitem__)
        assert len(self.order) == len(set(self.positions.values()))
        assert max(map(len, self.positions.values())) <= MAX_POSITION_LENGTH
        assert max(self.positions.values()) < at_end(self.revision + 1)

    def _renumber(self, found: Insertion) -> None:
        names = {position: name for name, position in self.positions.items()}
        for old, new in found.renumbered:
            self.positions[names[old]] = new
        self.touching += bool(found.renumbered)
        self.touched += len(found.renumbered)
        self.most = max(self.most, len(found.renumbered))


@given(neighbours, st.integers(1, 40))
def test_new_positions_lie_between_their_neighbours(around: list[str], count: int) -> None:
    """However close these are: ascending, in one spelling; without one in front, too."""
    high = around[-1]
    low = around[0] if len(around) > 1 else None

    made = spread(low, high, count)

    whole = [*filter(None, (low, *made, high))]
    assert whole == sorted(set(whole))
    assert len(made) == count
    assert all(len(one) == HEAD or not one.endswith("0") for one in made)


def test_random_moves_leave_neighbours_alone() -> None:
    """10,000 random moves among 200 siblings: the order is that of a list, and at most 1 % touch a neighbour."""
    chance, siblings = random.Random(13), Siblings.of(200)  # noqa: S311 - the same moves each time

    for _ in range(10_000):
        siblings.move(chance.randrange(200), chance.randrange(200))

    siblings.check()
    assert siblings.touching <= 100


def _always_second(_: int, size: int) -> int:
    return min(1, size - 1)


def _closing_in(turn: int, size: int) -> int:
    return size // 2 - turn % 2


def _fixed_places(turn: int, size: int) -> int:
    return (turn * 7) % 5 * size // 5


@pytest.mark.parametrize("place", [_always_second, _closing_in, _fixed_places])
@pytest.mark.parametrize("size", [3, 300])
def test_moves_to_one_place_touch_two_neighbours_now_and_then(place: Callable[[int, int], int], size: int) -> None:
    """Whoever always moves to the same place uses up the room there: of 1,000, at most 1 % touch two siblings."""
    siblings = Siblings.of(size)

    for turn in range(1_000):
        siblings.move(siblings.order[-1 - turn % 2], place(turn, size))

    siblings.check()
    assert siblings.touching <= 10
    assert siblings.most <= 2


def test_a_crowd_in_one_place_costs_two_neighbours_each() -> None:
    """2,000 new siblings in the very middle, which nobody leaves: the more of them change, the more rarely they do."""
    siblings = Siblings([])

    for name in range(2_000):
        siblings.put(name, name // 2)

    siblings.check()
    assert siblings.touching <= 100
    assert siblings.touched <= 2 * 2_000


def test_ends_never_run_out() -> None:
    """Whatever is always added last, or always first, gets a position of eight digits."""
    first = at_end(1)
    for _ in range(10_000):
        (first,) = spread(None, first, 1)

    ends = [first, at_end(1), at_end(2), at_end(10**9)]
    assert sorted(ends) == ends
    assert {HEAD} == {len(one) for one in ends}


@pytest.mark.parametrize(
    ("low", "high", "made"),
    [
        (None, "V0000000", ("Uzzzzzzz",)),
        (None, "V0000000V", ("V0000000",)),
        (None, "V0000000", ("Uzzzzzzx", "Uzzzzzzy", "Uzzzzzzz")),
        ("V0000000", "V0000001", ("V0000000V",)),
        ("V0000000", "V0000002", ("V0000001",)),
        ("V0000000V", "V0000001", ("V0000000k",)),
        ("V0000000z", "V0000001", ("V0000000zV",)),
        (None, "00000001", ("00000000z",)),
    ],
)
def test_positions_are_as_short_as_possible(low: str | None, high: str, made: tuple[str, ...]) -> None:
    """A digit more only where no shorter one fits; in front of the first number of the head, too."""
    assert made == spread(low, high, len(made))


def test_more_neighbours_are_asked_for_when_these_have_no_room() -> None:
    """The rule does not guess what lies behind the siblings that it was shown."""
    crowded = ["V" + "0" * 62 + digit for digit in "123456789"]

    assert insertion(crowded[:4], crowded[4:8], 4) is None
    assert insertion(crowded[:5], crowded[5:], 6) is not None
