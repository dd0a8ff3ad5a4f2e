"""`settings.toml` and `.secrets.toml`: sections and names, and the line of what is wrong."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.settings.toml_file import _lines
from tests.settings.loading import Load, problems

TEXT = "must be a text, a number, true or false, or a list of texts"


@pytest.mark.parametrize("file", ["settings.toml", ".secrets.toml"])
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("worker = 3", "2: worker: there is no such setting; did you mean workers?"),
        ("TODO_PORT = 3", "2: TODO_PORT: there is no such setting; did you mean port?"),
        ("zzz = 1", "2: zzz: there is no such setting"),
        ("[production]\n\nprot = 1", "4: prot: there is no such setting; did you mean port?"),
        (
            "[staging]\nport = 1",
            "2: staging: there is no such section; there are [default], [development], [production]",
        ),
        ("[global]\nport = 1", "2: global: there is no such section; there are [default], [development], [production]"),
        ("[[default]]\nport = 1", "2: default: there is no such setting"),
        ("port = 1\n[default]\nPORT = 1", "4: PORT: is set a second time: {file}:2 sets it too: keep one"),
        ("[default]\nport = 1\n[Default]\nport = 1", "5: port: is set a second time: {file}:3 sets it too: keep one"),
        ("default.port = 'http'", "2: port: must be a whole number from 1 to 65535, not 'http'"),
        ("[default]\ntrusted_proxies = [\n'a',\n]", "3: trusted_proxies: must be an IP address or a network"),
        ("[default.port]\nhttp = 80", f"2: port: {TEXT}"),
        ("port = 2026-01-01", f"2: port: {TEXT}"),
        ("secret_keys = ['a', {}]", f"2: secret_keys: {TEXT}"),
        ("auto_cast_for_dynaconf = true", "2: auto_cast_for_dynaconf: there is no such setting"),
        ("dynaconf_include = ['other.toml']", "2: dynaconf_include: there is no such setting"),
        ('"a\\u001b\\nb" = 1', "2: a\\x1b\\nb: there is no such setting"),
    ],
)
def test_slips(load: Load, tmp_path: Path, file: str, text: str, problem: str) -> None:
    """What is not read as it was meant is an error that names file and line."""
    (tmp_path / file).write_text("# a comment\n" + text)

    (found,) = problems(load)

    assert found.startswith(f"{file}:{problem.format(file=file)}")


@pytest.mark.parametrize("text", ["host = ", "port = 1\nport = 2", "[default]\n[default]", "port 1"])
def test_no_toml(load: Load, tmp_path: Path, text: str) -> None:
    """What is no TOML is one error with the place that the parser names."""
    (tmp_path / "settings.toml").write_text(text)

    (found,) = problems(load)

    assert (found.startswith("settings.toml: "), "(at " in found) == (True, True)


VALUES = st.sampled_from(
    ["1", "true", "'a'", '"""a\n[b]\nc = 1"""', "'''\n#'''", "[1,\n\n2]", "[ # x\n'[a]',\n]", "1 # [x]", "'a\\'"]
)
SECTION = st.dictionaries(st.sampled_from(["a", "b", "c d"]), VALUES, max_size=3)


@given(top=SECTION, sections=st.dictionaries(st.sampled_from(["x", "y", "z ]"]), SECTION))
def test_every_value_has_its_line(top: dict[str, str], sections: dict[str, dict[str, str]]) -> None:
    """Whatever forms the values have, each is found on the line on which its statement begins."""
    text, expected = "", {}
    for section, values in {"": top, **sections}.items():
        if section:
            expected["", section] = text.count("\n") + 1
            text += f"['{section}']  # [comment]\n"
        for name, value in values.items():
            expected[section, name] = text.count("\n") + 1
            text += f"'{name}' = {value}\n"

    assert expected == _lines(text)
