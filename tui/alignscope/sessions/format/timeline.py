"""A reply's tokens as lines of JSON, and replies that decode them on demand."""

import math
import re
import sys
from array import array
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

import msgspec

from alignscope.model.events import Alternative
from alignscope.model.reply import Reply
from alignscope.model.session import SessionError
from alignscope.model.turn import Extra
from alignscope.sessions.format.yaml import hide, hides, reveal
from alignscope.text.wording import counted

_TOGETHER: Final = 4096
"""Lines that are encoded at once: a hundred thousand rows would need several times the memory of their text."""
_encoder: Final = msgspec.json.Encoder()
_COLUMNS: Final = frozenset({"texts", "times", "thoughts", "logprobs"})
# What JSON leaves as it is and a literal block of YAML can't hold.
_UNSAFE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
LATEST: Final = 1e12
"""Highest time in milliseconds, thirty years; one beyond is damage."""


class StoredToken(msgspec.Struct, frozen=True, array_like=True):
    """One token. Empty fields at the end are left out."""

    ms: float
    """Since the line before; since the prompt was sent in the first line. At most three decimals."""
    text: str
    logprob: float | None = None
    alternatives: tuple[Alternative, ...] = ()
    thinking: bool = False


class TimelineError(ValueError):
    """An invalid timeline; the message names the line."""


def encode(reply: Reply) -> str:
    """Return the lines of a reply's tokens. Times have microseconds; rounding errors don't add up."""
    return json_lines(_rows(reply))


def json_lines(rows: Iterable[list[Any]]) -> str:
    """Return a line of JSON for each row, without what a literal block of YAML can't hold. Texts are hidden already."""
    left, lines = iter(rows), bytearray()
    while together := [*islice(left, _TOGETHER)]:
        lines += _encoder.encode_lines(together)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", lines.removesuffix(b"\n").decode())


def finite(logprob: float | None) -> float | None:
    """Return a log-probability that JSON can hold, else None."""
    return logprob if logprob is not None and math.isfinite(logprob) else None


def _rows(reply: Reply) -> Iterator[list[Any]]:
    texts = map(hide, reply.texts) if hides("".join(reply.texts)) else reply.texts
    before = 0
    for index, (time, text) in enumerate(zip(reply.times, texts, strict=True)):
        now = max(round(time * 1000), before)
        passed, before = now - before, now
        fields: list[Any] = [passed / 1000 if passed % 1000 else passed // 1000, text]
        if index in reply.logprobs:
            logprob, alternatives = reply.logprobs[index]
            others = [[hide(each.text), each.logprob] for each in alternatives if math.isfinite(each.logprob)]
            fields += [finite(logprob), others]
        if index in reply.thoughts:
            fields += [None, []][len(fields) - 2 :]
            fields.append(True)
        elif fields[-1] == []:
            fields.pop()
        yield fields


def decode(timeline: str) -> list[StoredToken]:
    """Return the tokens of a timeline. Raises TimelineError if a line isn't a token."""
    lines = timeline.strip().split("\n") if timeline.strip() else []
    try:
        decoded = msgspec.json.decode(f"[{','.join(lines)}]", type=list[StoredToken])
        if len(decoded) == len(lines):
            return decoded
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    for number, line in enumerate(lines, 1):
        try:
            msgspec.json.decode(line, type=StoredToken)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise TimelineError(f"line {number} is no token: {error}") from None
    raise TimelineError("a line holds more than one token")


class StoredReply(Reply):
    """A reply from a file: its text is there at once, its tokens are decoded on demand."""

    def __init__(self, pane: str, sample: int, text: str, timeline: str | None, where: str) -> None:
        """Decode nothing yet.

        Args:
            timeline: as `encode` writes it; None makes the whole text one token.
            where: file, document and field, for the message about a damaged timeline.
        """
        super().__init__(pane, sample)
        self.extra: Extra = {}
        self._text = text
        self._timeline = timeline
        self._where = where
        del self.texts, self.times, self.thoughts, self.logprobs

    @property
    def text(self) -> str:
        """The reply's text without the thinking."""
        return self._text if "texts" not in self.__dict__ else super().text

    @property
    def timeline(self) -> str:
        """The tokens as written: the file's own lines until they are decoded."""
        if "texts" not in self.__dict__ and self._timeline is not None:
            return self._timeline
        return encode(self)

    def drop_damage(self) -> str:
        """Take the whole text for one token if the timeline is damaged. Return what is wrong, "" if nothing is."""
        try:
            _ = self.texts
        except SessionError as error:
            self._timeline = None
            return str(error)
        return ""

    def __getattr__(self, name: str) -> Any:
        """Decode the columns. Raises SessionError if the timeline is damaged or isn't the text's."""
        if name not in _COLUMNS:
            raise AttributeError(name)
        try:
            self._decode()
        except TimelineError as error:
            raise SessionError(f"{self._where}.timeline: {error}") from None
        return self.__dict__[name]

    def _decode(self) -> None:
        if self._timeline is None:
            first = self.stats.first_token_ms or 0.0
            lines = [StoredToken(first, hide(self._text))] if self._text else []
        else:
            lines = decode(self._timeline)
        texts, times, thoughts = [], array("d"), set[int]()
        logprobs: dict[int, tuple[float, tuple[Alternative, ...]]] = {}
        now = place = 0
        text = self._text
        for index, line in enumerate(lines):
            if not 0 <= line.ms < LATEST:
                raise TimelineError(f"line {index + 1} has an impossible time, {line.ms:g} ms")
            now += round(line.ms * 1000)
            piece = line.text if line.text.isascii() else reveal(line.text)
            times.append(now / 1000)
            texts.append(sys.intern(piece))
            if line.thinking:
                thoughts.add(index)
            elif text.startswith(piece, place):
                place += len(piece)
            else:
                raise TimelineError(f"line {index + 1} is not what the reply's text has at that place")
            if line.logprob is not None:
                logprobs[index] = (line.logprob, revealed(line.alternatives))
        if place != len(text):
            raise TimelineError(f"it ends after {counted(len(lines), 'line')}, and the reply's text goes on")
        self.texts, self.times, self.thoughts, self.logprobs = texts, times, thoughts, logprobs


def revealed(alternatives: tuple[Alternative, ...]) -> tuple[Alternative, ...]:
    """Return alternatives with their texts as they came."""
    if not any("\uffff" in each.text for each in alternatives):
        return alternatives
    return tuple(Alternative(reveal(each.text), each.logprob) for each in alternatives)
