"""Read a terminal's input, with pasted text as a whole: an escape in it is a part of the text and presses no keys."""

from collections.abc import Iterable
from typing import Final

from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.events import Paste
from textual.message import Message

_ESCAPE: Final = "\x1b"
_START: Final = "\x1b[200~"
_END: Final = "\x1b[201~"
_STAND_IN: Final = "\udc1b"
"""Stands for an escape on its way through Textual's parser; text that was decoded from UTF-8 never has it."""


class PasteParser(XTermParser):
    """Reads what a terminal sends, as Textual does, and keeps pasted text as it came.

    Textual 8.2 takes an escape in pasted text for the beginning of a key: what follows is missing in the text and is
    pressed instead. Some terminals, and tmux before 3.7, leave escapes in what they paste.
    """

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._pasting = False
        self._begun = ""
        """What may become the mark at which a paste starts (passed on already), or ends (held back)."""

    def feed(self, data: str) -> Iterable[Message]:
        """Yield the events in what came; an empty text is the end of input."""
        passed = self._guarded(data)
        if data and not passed:
            return  # nothing of it can be told yet
        for event in super().feed(passed):
            yield Paste(event.text.replace(_STAND_IN, _ESCAPE)) if isinstance(event, Paste) else event

    def _guarded(self, data: str) -> str:
        """Return what came with each escape in pasted text replaced, as far as it is known to be one."""
        passed: list[str] = []
        for character in data:
            mark = _END if self._pasting else _START
            if mark.startswith(self._begun + character):
                self._begun += character
                if not self._pasting:
                    passed.append(character)
                elif self._begun == mark:
                    passed.append(mark)
                if self._begun == mark:
                    self._pasting, self._begun = not self._pasting, ""
                continue
            begun, self._begun = self._begun, ""
            if self._pasting:
                passed.append(begun.replace(_ESCAPE, _STAND_IN))
            if character == _ESCAPE:  # of either mark, the first is the only escape
                self._begun = character
            if character != _ESCAPE or not self._pasting:
                passed.append(character)
        return "".join(passed)


def keep_pastes_whole() -> None:
    """Let Textual's driver read the terminal by this parser."""
    # The driver names the class that it reads with nowhere else.
    linux_driver.XTermParser = PasteParser  # type: ignore[attr-defined]
