"""A text that must not be printed by accident."""

import attrs


@attrs.frozen(repr=False, str=False)
class Secret:
    """Holds a secret; printing, formatting or logging it shows asterisks. `reveal()` gives the text itself."""

    _text: str

    def reveal(self) -> str:
        """Return the text, for the part that uses it; never for a message."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('********')"
