"""What a verb of the command line is; nothing that acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable


class Verb(NamedTuple):
    """One verb; `module` holds the function that does it, loaded only when it is asked for."""

    name: str
    """One word, or two such as `data check`."""
    group: str
    summary: str
    module: str
    """Where `do_NAME` is, with `_` for what is no letter in the name."""
    configure: Callable[[argparse.ArgumentParser], None]
    examples: tuple[str, ...] = ()
    has_json: bool = True
    has_project: bool = True

    @property
    def function(self) -> str:
        """The name of the function that does it."""
        return "do_" + self.name.replace(" ", "_").replace("-", "_")
