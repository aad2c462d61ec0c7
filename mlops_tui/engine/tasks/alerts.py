"""The task that tells a service about an alert; the one place that knows Apprise, an extra."""

from __future__ import annotations

import logging
import re

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.text import safe
from mlops_tui.engine.worker import Progress

_TYPES = {"info": "info", "warning": "warning", "critical": "failure"}
_SHORTEST_SECRET = 4
_LONGEST_WORDS = 300


class _LastWords(logging.Handler):
    """Keeps the last warning: it says why a service did not take a message."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.words = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.words = record.getMessage()


def notify(progress: Progress, url: str, title: str, body: str, severity: str) -> str:
    """Tell a service; return why it did not take it, "" where it did.

    Args:
        progress: told nothing.
        url: as Apprise takes it; nothing of it is in what is returned or raised.
        title: one line.
        body: plain text.
        severity: of the alert.

    Raises:
        InputError: Apprise is not there, or does not know such a URL.
    """
    try:
        import apprise
    except ImportError as error:
        hint = "pip install 'mlops-tui[alerts]'"
        raise InputError("sending to a URL takes the extra `alerts`", hint) from error
    logger = logging.getLogger("apprise")
    last = _LastWords()
    logger.addHandler(last)
    logger.propagate = False
    try:
        service = apprise.Apprise()
        if not service.add(url):
            raise InputError("this is no URL that Apprise knows", "its documentation lists them")
        is_done = bool(service.notify(body=body, title=title, notify_type=_TYPES[severity]))
    finally:
        logger.removeHandler(last)
    words = scrub(last.words, url) or "the service did not take it"
    return "" if is_done else words


def scrub(words: str, secret: str) -> str:
    """Return words, made safe to show, without any part of a URL that could be secret."""
    scheme, _, rest = secret.partition("://")
    parts = re.split(r"[/:@?&=#,]+", rest) if rest else [secret]
    for part in sorted({secret, *parts}, key=len, reverse=True):
        if len(part) >= _SHORTEST_SECRET and part != scheme:
            words = words.replace(part, "***")
    return safe(" ".join(words.split()))[:_LONGEST_WORDS]
