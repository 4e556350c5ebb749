"""Read the scores that a spec asks for: passages, and replies by another entry."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec

from alignscope.files.yaml_file import Document, FileError, convert_part, printable
from alignscope.lab.row import Role
from alignscope.measure.task.passage import NEUTRAL
from alignscope.model.lineup.pane import Mode
from alignscope.model.score import Frame
from alignscope.model.turn import MAX_ALTERNATIVES

NEUTRAL_NAME: Final = "neutral"
_LEAST_LIST: Final = 3
"""The shortest list that tells classes."""
_MAX_PASSAGE: Final = 20_000
_SENTENCE: Final = re.compile(r"(?<=[.!?])(?=\s)|(?<=[\u3002\uff01\uff1f])|(?=\n)")
_PROMPT: Final = "Write a short passage."
"""What a chat is asked before a passage."""


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A text that nobody of the lineup wrote."""

    id: str
    begin: str
    """What stands before it and isn't scored, so that every model has the same beginning."""
    text: str
    prompt: str = _PROMPT
    """What a chat is asked."""


class _Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A passage as it is written."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=_MAX_PASSAGE)]
    id: Annotated[str, msgspec.Meta(max_length=80)] = ""
    begin: str = ""
    prompt: str = _PROMPT


class _Shifting(msgspec.Struct, frozen=True, kw_only=True):
    """A part of `shift` as it is written: the entries whose replies are scored, and by which entry."""

    of: str | tuple[str, ...] = ()
    by: str = ""
    frame: str = Frame.CHAT
    alternatives: Annotated[int, msgspec.Meta(ge=_LEAST_LIST, le=1000)] = MAX_ALTERNATIVES
    lists: bool = False


class Shifting(msgspec.Struct, frozen=True, kw_only=True):
    """The entries whose replies are scored, and by which entry."""

    of: tuple[str, ...]
    by: str
    frame: Frame = Frame.CHAT
    alternatives: int = MAX_ALTERNATIVES
    lists: bool = False
    """Whether the lists are kept, too, and not only what they come to."""


class Named(msgspec.Struct, frozen=True):
    """The fields of a lineup's entry that scores need."""

    name: str
    mode: Mode
    role: Role


def passages(document: Document, written: Any) -> tuple[tuple[Passage, ...], list[str]]:
    """Return a spec's passages, and what is wrong with them: `neutral`, which comes along, texts, items with fields."""
    problems: list[str] = []

    def report(place: str, reason: str) -> None:
        problems.append(document.problem(place, reason))

    found: list[Passage] = []
    several = isinstance(written, list)
    for number, each in enumerate(written if several else [] if written is None else [written], 1):
        place = f"passages[{number}]" if several else "passages"
        if isinstance(each, str):
            each = {"id": NEUTRAL_NAME, "text": NEUTRAL} if each == NEUTRAL_NAME else {"text": each}
        if not isinstance(each, dict):
            report(place, f"must be {NEUTRAL_NAME}, a text, or {{id: NAME, text: TEXT}}")
            continue
        try:
            item = convert_part(document, place, each, _Passage)
        except FileError as error:
            problems += error.problems
            continue
        begin, text = (item.begin, item.text) if item.begin else _begun(item.text)
        if not text.strip():
            report(f"{place}.text", "has a single sentence, which is the beginning that isn't scored; write more of it")
            continue
        name = item.id or f"passage-{number}"
        if name in {passage.id for passage in found}:
            report(place, f"another passage is called {printable(name)}, too; give it an `id`")
        found.append(Passage(id=name, begin=begin, text=text, prompt=item.prompt))
    return tuple(found), problems


def shifting(
    document: Document, written: Any, lineup: Sequence[Named], logprobs: int | None
) -> tuple[tuple[Shifting, ...], list[str]]:
    """Return whose replies a spec has scored, and what is wrong with that: one item, or a list of them.

    The usual is every chat by the base. A reply is scored once, so that its figures have one meaning.
    """
    if written is None:
        return (), []
    problems: list[str] = []

    def report(place: str, reason: str) -> None:
        problems.append(document.problem(place, reason))

    several = isinstance(written, list)
    found: list[Shifting] = []
    names = [entry.name for entry in lineup]
    for number, each in enumerate(written if several else [written], 1):
        place = f"scores[{number}]" if several else "scores"
        if not isinstance(each, dict):
            report(place, "must say whose replies are scored by whom, such as {of: instruct, by: base, frame: chat}")
            continue
        try:
            item = convert_part(document, place, each, _Shifting)
        except FileError as error:
            problems += error.problems
            continue
        by = item.by or next((entry.name for entry in lineup if entry.role == "base"), "")
        of = (item.of,) if isinstance(item.of, str) else item.of
        of = of or tuple(entry.name for entry in lineup if entry.mode is Mode.CHAT and entry.name != by)
        for field, name in (("by", by), *(("of", name) for name in of)):
            if name not in names:
                known = ", ".join(names)
                report(f"{place}.{field}", f"no entry of the lineup is called {printable(name)}; there are {known}")
        if by in of:
            report(f"{place}.of", f"{printable(by)} can't be scored by itself")
        if not of:
            report(f"{place}.of", "is missing, and there is no chat to take by itself")
        if twice := [name for name in of if any(name in other.of for other in found)]:
            report(f"{place}.of", f"{printable(twice[0])} is scored already; a run scores a reply once")
        if item.frame not in set(Frame):
            report(f"{place}.frame", f"must be one of {', '.join(Frame)}, not {printable(item.frame)}")
            continue
        found.append(Shifting(of=of, by=by, frame=Frame(item.frame), alternatives=item.alternatives, lists=item.lists))
    if found and (logprobs is None or logprobs < _LEAST_LIST):
        report("scores", f"need the replies' own lists, too: set `logprobs` to {_LEAST_LIST} alternatives or more")
    return tuple(found), problems


def _begun(text: str) -> tuple[str, str]:
    """Return a text's first sentence, and what comes behind it."""
    found = next((each for each in _SENTENCE.finditer(text) if each.start()), None)
    return (text[: found.start()], text[found.start() :]) if found else (text, "")
