"""Containers that their children cover from edge to edge."""

from __future__ import annotations

from textual.containers import Vertical


class Holder(Vertical):
    """Has keys, or puts its children one above the other; what it would draw nobody sees.

    Textual draws each container line by line below its children: a dozen of them, one around the
    other, cost more than all that is seen.
    """

    BLANK = True
