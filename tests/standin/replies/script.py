"""What a stand-in does with a request: what it writes, how fast, and what goes wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from tests.standin.replies import text
from tests.standin.replies.language import Language


class Fault(StrEnum):
    """What goes wrong with a reply, after `Script.after` tokens."""

    NONE = "none"
    STALL = "stall"
    """Says nothing more, and keeps the connection open."""
    CUT = "cut"
    """The connection breaks in the middle of a line."""
    RESET = "reset"
    """The same, with a TCP reset instead of an orderly close."""
    EOF = "eof"
    """The body ends properly, but the last object never came."""
    MALFORMED = "malformed"
    """A line that is not JSON, and then the stream goes on."""
    ERROR_LINE = "error-line"
    """An error object in the middle of the stream; `Script.error` is its text."""
    NOT_OBJECT = "not-object"
    """A line of valid JSON that isn't an object."""


class Told(StrEnum):
    """What becomes of log-probabilities that are asked for."""

    ALL = "all"
    NONE = "none"
    THIRD = "third"
    """Every third token has them."""
    FIVE = "five"
    """Five alternatives at most."""
    ZEROS = "zeros"
    """0 and no list for two tokens of three, as accepted drafts have in speculative decoding."""


@dataclass(frozen=True)
class Script:
    """How one reply goes. The defaults are a well-behaved one, as fast as the socket takes it."""

    pieces: tuple[str | bytes, ...] | None = None
    """The tokens to write, repeated if `endless`; None writes the stand-in's own text for the mode. Bytes are put
    inside the JSON string as they are, so that invalid UTF-8 can be sent."""
    thinking: tuple[str, ...] | None = None
    """Tokens to think first, if thinking was asked for; None writes the stand-in's own."""
    rate: float = 0.0
    """Tokens a second; 0 is as fast as the client reads."""
    delay: float = 0.0
    """Seconds of silence before the status line."""
    status: int = 0
    """Refuse with this HTTP status, before anything else; 0 doesn't."""
    error: str | None = None
    """The refusal's or the error line's text; None leaves the body of a refusal empty."""
    fault: Fault = Fault.NONE
    after: int = 5
    endless: bool = False
    """Repeat the pieces until `num_predict` is reached, or for ever where it is not sent."""
    mark_every: int = 0
    """Put a time mark in place of every so-manyth token: see `text.marks`."""
    split_bytes: int = 0
    """Cut the stream into HTTP chunks of this many bytes, wherever that falls; 0 sends one chunk a token."""
    language: Language | None = None
    """What the model would write, and its lists, by the text before; in place of `pieces`."""
    told: Told = Told.ALL
    """What is told of log-probabilities."""
    stats: bool = True
    """Send counts and durations at the end."""

    def tokens(self, chat: bool) -> Iterator[str | bytes]:
        """The tokens this reply is made of."""
        own = text.split(text.ANSWER if chat else text.STORY * 3)
        pieces = self.pieces if self.pieces is not None else tuple(own)
        stream: Iterator[str | bytes] = _cycle(pieces) if self.endless else iter(pieces)
        return _marked(stream, self.mark_every) if self.mark_every else stream

    def spoken(self, prompt: str, limit: int) -> "Script":
        """The same with what its language, if it has one, writes after a prompt."""
        return self if self.language is None else self.but(pieces=tuple(self.language.reply(prompt, limit)))

    def but(self, **changes: Any) -> "Script":
        """The same with some things changed."""
        return replace(self, **changes)


def _cycle(pieces: tuple[str | bytes, ...]) -> Iterator[str | bytes]:
    while pieces:
        yield from pieces


def _marked(pieces: Iterator[str | bytes], every: int) -> Iterator[str | bytes]:
    return text.marks((p if isinstance(p, str) else p.decode("utf-8", "replace") for p in pieces), every)


OUT_OF_MEMORY = "llama-server reported out-of-memory during startup: cudaMalloc failed: out of memory"
QUEUE_FULL = "server busy, please try again.  maximum pending requests exceeded"
TOO_LONG = "the prompt is longer than the context length currently available to the model"
REPEAT_LIMIT = "prediction aborted, token repeat limit reached"
CRASHED = (
    "model runner has unexpectedly stopped, this may be due to resource limitations or an internal error, "
    "check ollama server logs for details"
)

SCRIPTS: dict[str, Script] = {
    "well": Script(),
    "refused": Script(status=403),
    "unauthorized": Script(status=401, error="unauthorized"),
    "no-model": Script(status=404, error="model 'gone' not found"),
    "invalid": Script(status=400, error=TOO_LONG),
    "memory": Script(status=500, error=OUT_OF_MEMORY),
    "busy": Script(status=503, error=QUEUE_FULL),
    "crash": Script(fault=Fault.ERROR_LINE, error=CRASHED),
    "late": Script(delay=60.0),
    "stall": Script(fault=Fault.STALL),
    "cut": Script(fault=Fault.CUT),
    "reset": Script(fault=Fault.RESET),
    "eof": Script(fault=Fault.EOF),
    "loop": Script(pieces=("So", "\n", *([" the"] * 31)), fault=Fault.EOF, after=33),
    "repeat-limit": Script(fault=Fault.ERROR_LINE, error=REPEAT_LIMIT),
    "malformed": Script(fault=Fault.MALFORMED),
    "not-object": Script(fault=Fault.NOT_OBJECT),
    "huge": Script(pieces=("before ", "x" * 10_000_000, " after")),
    "bad-utf8": Script(pieces=("fine ", b"\xff\xfe", " and \u2028\u0085\u2029 on")),
    "split": Script(pieces=("日本語", "👩‍👩‍👧‍👦", "é", "\u0301"), split_bytes=3),
    "flood": Script(endless=True),
    "endless": Script(endless=True, rate=40),
    "controls": Script(
        pieces=("\x1b[2J", "\x1b]0;title\x07", "[bold]not bold[/]", "\u202egnol", "\x9b31m", "\x00", "\r\n")
    ),
}
"""Every way for a reply to go, by a name that `--fault MODEL=NAME` knows too."""
