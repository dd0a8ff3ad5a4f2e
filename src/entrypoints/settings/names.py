"""The names of the settings: as variables, as keys of a TOML file, and how misspelt ones are recognised."""

import re
from collections.abc import Callable
from difflib import get_close_matches

import attrs

PREFIX = "TODO_"
SHARED = frozenset({"DATABASE_URL", "BETTER_AUTH_SECRET"})
"""Variables that other programs use too, under these names."""

NO_LETTER_OR_DIGIT = re.compile("[^A-Z0-9]+")
PREFIX_SIMILARITY = 0.7
"""How similar to `TODO` a prefix counts as misspelt: one letter missing, added, wrong or misplaced."""

# Kubernetes describes every service of the namespace in every container: a service `todo` gives TODO_PORT=tcp://…
SERVICE_NAME = re.compile(
    r"TODO_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)"
)
SERVICE_PORT = re.compile(r"TODO_(\w+_)?PORT")
SERVICE_URL = re.compile(r"(tcp|udp|sctp)://")


def variable(key: str) -> str:
    """Return the name of the variable that sets a key."""
    return key if key == "BETTER_AUTH_SECRET" else PREFIX + key


def describes_service(name: str, value: str) -> bool:
    """Return whether Kubernetes sets this variable, for a service whose name begins with `todo`."""
    return bool(SERVICE_NAME.fullmatch(name) or (SERVICE_PORT.fullmatch(name) and SERVICE_URL.match(value)))


@attrs.frozen
class Names:
    """All names. A key is a name in capitals and without prefix, such as `PORT`."""

    keys: frozenset[str]

    def key_of(self, name: str) -> str | None:
        """Return the key that a variable sets, or None when no setting has this name."""
        if name in SHARED:
            return name
        key = name.removeprefix(PREFIX)
        return key if key != name and key in self.keys else None

    def is_ours(self, name: str) -> bool:
        """Return whether a name is shared, or begins with our prefix in any case and with any separator."""
        plain = _plain(name)
        return plain.startswith(PREFIX) or plain in SHARED

    def is_slip(self, name: str) -> bool:
        """Return whether a variable is a setting with a misspelt prefix: `TODOPORT`, `TOOD_PORT`."""
        plain = _plain(name)
        prefix, _, key = plain.partition("_")
        misspelt = key in self.keys and get_close_matches(prefix, ["TODO"], cutoff=PREFIX_SIMILARITY)
        return bool(misspelt) or (plain.startswith("TODO") and plain.removeprefix("TODO") in self.keys)

    def unknown(self, name: str, show: Callable[[str], str] = variable) -> str:
        """Return the problem of a name that no setting has. `show` turns the nearest key into a name."""
        plain = _plain(name)
        readings = plain.removeprefix(PREFIX), plain.removeprefix("TODO"), plain.partition("_")[2]
        meant = next((key for key in readings if key in self.keys), readings[0])
        nearest = get_close_matches(meant, sorted(self.keys), n=1)
        return "there is no such setting" + "".join(f"; did you mean {show(key)}?" for key in nearest)


def _plain(name: str) -> str:
    """Return a name in capitals, with one underscore for each run of other characters than letters and digits."""
    return NO_LETTER_OR_DIGIT.sub("_", name.upper()).strip("_")
