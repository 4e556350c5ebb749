"""The few shapes that training data has, shared by the generators and by the programs that use them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a chat; `role` is `system`, `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Example:
    """A chat that ends with a user's turn, and the reply to learn."""

    turns: tuple[Turn, ...]
    reply: str
    kind: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A chat that ends with a user's turn, a good reply to it and a bad one."""

    turns: tuple[Turn, ...]
    chosen: str
    rejected: str
    kind: str


@dataclass(frozen=True, slots=True)
class Request:
    """What a visitor might type, without an answer: vocabulary for the made-up web."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Probe:
    """A prompt that is held out of training.

    `accept` holds the spellings of a right answer, in lower case; it is empty where the kind alone says what is right.
    """

    prompt: str
    kind: str
    accept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the made-up web."""

    kind: str
    text: str
