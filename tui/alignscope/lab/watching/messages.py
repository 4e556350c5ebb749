"""Messages between a screen and the process that measures for it: msgpack, each behind its length in four bytes."""

from typing import Final

import msgspec

from alignscope.lab.row import Row, Step
from alignscope.lab.summary.figures import Summary

LENGTH: Final = 4
"""Bytes of a length, the greatest first."""


class Page(msgspec.Struct, frozen=True, tag="page"):
    """A request for a measure with its plots, as lines."""

    measure: str
    width: int
    """Cells of a line, at least 40."""


class Replies(msgspec.Struct, frozen=True, tag="replies"):
    """A request for all rows to a prompt with one sample number, with their lists."""

    set: str
    prompt_id: str
    sample: int


Asked = Page | Replies


class Told(msgspec.Struct, frozen=True, tag="told"):
    """The facts in the manifest, sent before anything is measured, and again when they have changed."""

    planned: int
    """Rows that there will be; 0 if that isn't known."""
    ended: bool
    """Whether nothing is missing, rows and scores."""


class Table(msgspec.Struct, frozen=True, tag="table"):
    """All figures so far."""

    summary: Summary
    measured: int
    """Rows that they are over."""
    found: int
    """Rows that are there."""
    scores: int
    """What was scored beside them, as far as it is in the figures."""
    tested: bool
    """Whether p values are among them, which are computed once no rows come any more."""


class Lines(msgspec.Struct, frozen=True, tag="lines"):
    """A measure as lines; none if the run has no value of it yet."""

    measure: str
    width: int
    lines: tuple[str, ...]


class Found(msgspec.Struct, frozen=True, tag="found"):
    """Rows with their lists, by their keys."""

    asked: Replies
    rows: tuple[Row, ...]
    lists: dict[str, list[Step]]


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """A problem with the folder, in words for the person; "" when it is over."""

    message: str


Answer = Told | Table | Lines | Found | Failed
_encoder: Final = msgspec.msgpack.Encoder()
_asked: Final = msgspec.msgpack.Decoder(Asked)
_answer: Final = msgspec.msgpack.Decoder(Answer)


def packed(message: Asked | Answer) -> bytes:
    """Return a message with its length."""
    content = _encoder.encode(message)
    return len(content).to_bytes(LENGTH, "big") + content


def asked(content: bytes) -> Asked:
    """Return what a screen asks."""
    wanted: Asked = _asked.decode(content)
    return wanted


def answer(content: bytes) -> Answer:
    """Return what it is answered."""
    told: Answer = _answer.decode(content)
    return told
