"""Positions of a text, matched with the tokens that a model writes along it."""

from collections.abc import Iterator, Sequence

from alignscope.backends.base import Chunk, ReadToken
from alignscope.model.score import Missing, Position


def position_of(at: int, tokens: Sequence[str], chunk: Chunk, *, resplit: bool) -> Position:
    """Return a position, the end behind the last token included, with the list that came with a piece of text."""
    end = at == len(tokens)
    token = "" if end else tokens[at]
    if resplit:
        return Position(index=at, token=token, end=end, missing=Missing.RESPLIT)
    if not chunk.alternatives:
        return Position(index=at, token=token, end=end, missing=Missing.NO_LIST)
    own = chunk.logprob if chunk.text == token and not end else None
    return Position(index=at, token=token, end=end, logprob=own, alternatives=chunk.alternatives)


def nowhere(at: int, tokens: Sequence[str], missing: Missing) -> Position:
    """Return a position without a list, and why it has none."""
    end = at == len(tokens)
    return Position(index=at, token="" if end else tokens[at], end=end, missing=missing)


class Along:
    """A place in a text, in its writer's tokens and in bytes, that goes on as a model writes."""

    def __init__(self, tokens: Sequence[str], start: int) -> None:
        self._tokens = tokens
        self.index = start
        """The next token."""
        self.place = sum(len(token.encode()) for token in tokens[:start])
        """Where it begins, in bytes."""
        self.length = self.place + sum(len(token.encode()) for token in tokens[start:])

    def advance(self, place: int, chunk: Chunk) -> Position | None:
        """Return the next position, with its list, if what was written at a place is its token."""
        if self.index == len(self._tokens) or (place, chunk.text) != (self.place, self._tokens[self.index]):
            return None
        position = position_of(self.index, self._tokens, chunk, resplit=False)
        self._step()
        return position

    def up_to(self, place: int) -> Iterator[Position]:
        """Yield the positions of tokens that begin before a place: the model reads others there."""
        while self.index < len(self._tokens) and self.place < place:
            yield nowhere(self.index, self._tokens, Missing.RESPLIT)
            self._step()

    def _step(self) -> None:
        self.place += len(self._tokens[self.index].encode())
        self.index += 1


def parts(read: Sequence[ReadToken], first: int, most: int) -> Iterator[tuple[int, int]]:
    """Yield the start and end of the parts that a model can be led through, each of so many tokens at most.

    No grammar of llama.cpp lets it write a token that is a part of a character: such ones are left out.
    """
    begun = first
    for number in range(first, len(read) + 1):
        part = number < len(read) and not _decodes(read[number].content)
        if number > begun and (part or number == len(read) or number - begun == most):
            yield begun, number
            begun = number
        if part:
            begun = number + 1


def _decodes(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
