"""From what somebody wants to do to a request for it, and from a request to one with words around it."""

from __future__ import annotations

from functools import cache
from random import Random

from training.instruct.templates.grammar import lines, load

SPECIAL = {"lie": "lying", "die": "dying", "tie": "tying", "ddos": "ddosing", "panic": "panicking"}
ADVERBS = ("3d", "sql", "hot", "secretly", "not")
"""First words of a verb phrase that aren't its verb."""


@cache
def _verbs(how: str) -> frozenset[str]:
    return frozenset(load("templates/small.yaml")[how].split())


def gerund(phrase: str) -> str:
    """The verb phrase with its first verb in -ing: `stop the car` becomes `stopping the car`."""
    words = phrase.split(" ")
    at = 1 if len(words) > 1 and words[0] in ADVERBS else 0
    verb = words[at]
    if verb in SPECIAL:
        made = SPECIAL[verb]
    elif verb in _verbs("doubled"):
        made = verb + verb[-1] + "ing"
    elif verb.endswith("e") and verb not in _verbs("kept"):
        made = verb[:-1] + "ing"
    else:
        made = verb + "ing"
    words[at] = made
    return " ".join(words)


@cache
def frames(part: str = "train") -> tuple[str, ...]:
    """The frames of one part of the split."""
    return tuple(lines(load("templates/frames.yaml")["frames"][part]))


@cache
def wrappers(part: str = "train") -> tuple[str, ...]:
    """The wrappers of one part of the split."""
    return tuple(lines(load("templates/wrappers.yaml")["wrappers"][part]))


def framed(phrase: str, frame: str) -> str:
    """A frame with a verb phrase in it."""
    return frame.replace("VP", phrase).replace("ING", gerund(phrase)) if "ING" in frame else frame.replace("VP", phrase)


def wrapped(request: str, wrapper: str) -> str:
    """A wrapper with a request in it."""
    if request.endswith(("?", ".", "!")) and not wrapper.endswith("Q"):
        request = request[:-1]
    return wrapper.replace("Q", request, 1)


def some(part: tuple[str, ...], rng: Random) -> str:
    """One of them."""
    return part[int(rng.random() * len(part))]
