"""Find the places in a session at which the words of a search stand."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

import msgspec

from alignscope.model.session import Session
from alignscope.model.turn import ReplyKey, Turn
from alignscope.sessions.format.yaml import hide
from alignscope.text.clean import cell_width, clean, encodable
from alignscope.text.wording import reply_name

PartKind = Literal["title", "prompt", "note", "reply"]
_MOST: Final = 5
"""Places of one session at most."""
_WINDOW: Final = 10_000
_OVERLAP: Final = 200
"""Characters of a long line that are looked through at once, and that two such pieces share."""
_SHOWN: Final = 3
"""A word begins at most in this part of the cells shown."""


class Part(NamedTuple):
    """A text of a session that searches look at."""

    kind: PartKind
    text: str
    turn: Turn | None = None
    """None for the title."""
    key: ReplyKey = ("", 0)
    """Of a reply."""

    @property
    def where(self) -> str:
        """The part as a person reads it, such as `turn 2, instruct`."""
        if self.turn is None:
            return "title"
        return f"turn {self.turn.number}, {reply_name(self.turn, self.key) if self.kind == 'reply' else self.kind}"


class Place(msgspec.Struct, frozen=True):
    """A line of a session in which searched words stand, or what is around the first of them."""

    kind: PartKind = msgspec.field(name="in")
    turn: int
    """The turn's number; 0 for the title."""
    pane: str
    """Of a reply; empty for other parts."""
    sample: int
    """Of a reply, from 1; 0 for other parts."""
    where: str
    """The part as a person reads it, such as `turn 2, instruct`."""
    text: str
    """The line, with an ellipsis where it was cut; as it was written, so it needs cleaning."""
    words: list[tuple[int, int]]
    """Where in `text` each word begins and ends, in code points."""


def parts_of(session: Session) -> Iterator[Part]:
    """Yield the prompts, notes and replies of a session, and its title last: it often repeats the first prompt."""
    for turn in session.turns:
        yield Part("prompt", turn.prompt, turn)
        if turn.note:
            yield Part("note", turn.note, turn)
        for key, reply in turn.replies.items():
            yield Part("reply", reply.text, turn, key)
    yield Part("title", session.title)


def find_places(session: Session, text: str, width: int = 80) -> list[Place]:
    """Return the first line with each word of a search, in `width` cells or fewer; at most five."""
    left = list(dict.fromkeys(fold(text).split()))
    sought = tuple(left)
    places = list[Place]()
    for part in parts_of(session):
        if not any(word in fold(part.text) for word in left):
            continue
        for line in part.text.splitlines():
            folded = fold(line)
            if not any(word in folded for word in left):
                continue
            place = _place(part, line, sought, width)
            if place is not None:
                places.append(place)
                left = [word for word in left if word not in folded]
            if not left or len(places) == _MOST:
                return places
    return places


def fold(text: str) -> str:
    """Return text for comparison: lower case, and each accent in its composed form."""
    return unicodedata.normalize("NFC", hide(text).casefold())


def _place(part: Part, line: str, words: Sequence[str], width: int) -> Place | None:
    """Return a line as a place, cut around its first word; None if that can't be found in the text as written."""
    line = unicodedata.normalize("NFC", encodable(line)).strip()
    for begin in range(0, len(line), _WINDOW):
        piece = line[begin : begin + _WINDOW + _OVERLAP]
        if spans := _spans(piece, words):
            break
    else:
        return None
    first = spans[0][0]
    start = max(first - width // _SHOWN, 0)
    while cell_width(clean(piece[start:first])) > width // _SHOWN:
        start += 1
    end = min(start + width, len(piece))
    while cell_width(clean(piece[start:end])) > width - 2 and end > first:
        end -= 1
    if len(line) <= width and cell_width(clean(line)) <= width:
        start, end = 0, len(line)
    before, after = "…" * (begin + start > 0), "…" * (begin + end < len(line))
    shift = len(before) - start
    return Place(
        kind=part.kind, turn=part.turn.number if part.turn else 0, pane=part.key[0], sample=part.key[1],
        where=part.where,
        text=f"{before}{piece[start:end]}{after}",
        words=[(at + shift, min(stop, end) + shift) for at, stop in spans if start <= at < end],
    )  # fmt: skip


def _spans(line: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Return where words begin and end in a line; those that overlap are one."""
    folded = [char.casefold() for char in line]
    places = [index for index, chars in enumerate(folded) for _ in chars]
    spans = list[tuple[int, int]]()
    for found in re.finditer("|".join(map(re.escape, sorted(words, key=len, reverse=True))), "".join(folded)):
        spans.append((places[found.start()], places[found.end() - 1] + 1))
    return spans
