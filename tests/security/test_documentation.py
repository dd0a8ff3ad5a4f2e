"""What the security documentation claims: tests that exist, and an answer to every requirement."""

import re
from pathlib import Path

import pytest

from tests.serving import REPOSITORY

SECURITY = (REPOSITORY / "docs" / "security.md").read_text()
DASH = "\N{EN DASH}"
CITED = sorted(set(re.findall(r"`([a-z_]+/test_\w+\.py)::(\w+)`", SECURITY)))

# The requirements of levels 1 and 2 of OWASP ASVS 5.0.0, by section.
ASVS = """
1.1: 1-2   1.2: 1-9   1.3: 1-11  1.4: 1-3   1.5: 1-2   2.1: 1-3   2.2: 1-3   2.3: 1-4   2.4: 1     3.2: 1-2
3.3: 1-4   3.4: 1-6   3.5: 1-5   3.7: 1-2   4.1: 1-3   4.2: 1     4.3: 1-2   4.4: 1-4   5.1: 1     5.2: 1-3
5.3: 1-2   5.4: 1-3   6.1: 1-3   6.2: 1-12  6.3: 1-4   6.4: 1-4   6.5: 1-5   6.6: 1-3   6.8: 1-4   7.1: 1-3
7.2: 1-4   7.3: 1-2   7.4: 1-5   7.5: 1-2   7.6: 1-2   8.1: 1-2   8.2: 1-3   8.3: 1     8.4: 1     9.1: 1-3
9.2: 1-4   10.1: 1-2  10.2: 1-2  10.3: 1-4  10.4: 1-11 10.5: 1-5  10.6: 1-2  10.7: 1-3  11.1: 1-2  11.2: 1-3
11.3: 1-3  11.4: 1-4  11.5: 1    11.6: 1    12.1: 1-3  12.2: 1-2  12.3: 1-4  13.1: 1    13.2: 1-5  13.3: 1-2
13.4: 1-5  14.1: 1-2  14.2: 1-4  14.3: 1-3  15.1: 1-3  15.2: 1-3  15.3: 1-7  16.1: 1    16.2: 1-5  16.3: 1-4
16.4: 1-3  16.5: 1-3  17.1: 1    17.2: 1-4  17.3: 1-2
"""


def spelled_out(section: str, first: str, last: str) -> list[str]:
    """Return the requirements from one to another of a section."""
    return [f"{section}.{number}" for number in range(int(first), int(last or first) + 1)]


def required() -> list[str]:
    """Return every requirement."""
    sections = re.findall(r"(\d+\.\d+): (\d+)-?(\d*)", ASVS)
    return [one for section in sections for one in spelled_out(*section)]


def answered() -> list[str]:
    """Return the requirements that have a row, and those that a row says do not apply."""
    rows = re.findall(r"^\| (\d+\.\d+\.\d+) \|.*\|.*\|.*\|$", SECURITY, re.MULTILINE)
    lists = SECURITY.partition("## Does not apply")[2].partition("\n## ")[0]
    firsts = " ".join(re.findall(r"^\| ([^|]+) \|", lists, re.MULTILINE))
    ranges = re.findall(rf"(\d+\.\d+)\.(\d+)(?:{DASH}\d+\.\d+\.(\d+))?", firsts)
    return [*rows, *(one for section in ranges for one in spelled_out(*section))]


def test_every_requirement_has_one_answer() -> None:
    """All 253: met, not met, or not applicable, and none of them twice."""
    assert 253 == len(required())
    assert sorted(required()) == sorted(answered())


@pytest.mark.parametrize(("file", "name"), CITED, ids=[f"{file}::{name}" for file, name in CITED])
def test_what_is_cited_exists(file: str, name: str) -> None:
    """A test that is named as evidence is there."""
    path: Path = REPOSITORY / "tests" / file

    assert re.search(rf"^(async )?def {name}\(", path.read_text(), re.MULTILINE)


def test_evidence_is_cited_in_one_form() -> None:
    """Everything in the last column is a test, or a dash."""
    form = rf"`[a-z_]+/test_\w+\.py::test_\w+`|{DASH}( \(.+\))?"
    cells = re.findall(r"^\| \d+\.\d+\.\d+ \|.*\| ([^|]+) \|$", SECURITY, re.MULTILINE)

    assert [] == [cell for cell in cells if not re.fullmatch(form, cell)]
