"""What a worker does beside its requests."""

from itertools import islice

import structlog.testing

from entrypoints.application import PURGE_EVERY_SECONDS, purge_pauses, purge_regularly
from todo_core.errors import Unavailable

WORKERS = 20


def test_workers_purge_at_moments_of_their_own() -> None:
    """Workers that start together first wait for different spans, none longer than the interval, and then for that."""
    pauses = [list(islice(purge_pauses(), 3)) for _ in range(WORKERS)]

    assert WORKERS == len({first for first, *_ in pauses})
    assert all(0 <= first <= PURGE_EVERY_SECONDS for first, *_ in pauses)
    assert [[PURGE_EVERY_SECONDS] * 2] * WORKERS == [later for _, *later in pauses]


async def test_a_purge_that_fails_is_not_the_last() -> None:
    """It is logged, and tried again after the next pause."""
    answers = iter([Unavailable(), None, None])

    async def purge() -> None:
        answer = next(answers)
        if answer is not None:
            raise answer

    with structlog.testing.capture_logs() as lines:
        await purge_regularly(purge, [0, 0, 0])

    assert ["purge_failed"] == [line["event"] for line in lines]
    assert [] == list(answers)
