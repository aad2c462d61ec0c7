"""An input whose cursor does not blink: blinking sends bytes for ever."""

from __future__ import annotations

from collections.abc import Iterable

from textual.validation import Validator
from textual.widgets import Input


class PlainInput(Input):
    """One line of text, compact, silent while nobody types."""

    def __init__(
        self,
        value: str = "",
        placeholder: str = "",
        *,
        password: bool = False,
        validators: Iterable[Validator] | None = None,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(
            value,
            placeholder,
            password=password,
            validators=validators,
            validate_on=["changed"],
            select_on_focus=False,
            compact=True,
            id=id,
        )
        self.cursor_blink = False
