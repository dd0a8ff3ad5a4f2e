"""What the documentation points to is there."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PAGES = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link leads to a file of the repository."""
    targets = [link for link in LINK.findall(page.read_text()) if "://" not in link]

    assert [link for link in targets if not (page.parent / link).exists()] == []


def test_every_decision_is_listed() -> None:
    """The table of decisions names every one of them, with its title."""
    directory = REPOSITORY / "docs" / "adr"
    listed = (directory / "README.md").read_text()

    for page in directory.glob("0*.md"):
        number, title = page.read_text().splitlines()[0].removeprefix("# ").split(". ", 1)
        assert f"| [{int(number):04}]({page.name}) | {title} |" in listed
