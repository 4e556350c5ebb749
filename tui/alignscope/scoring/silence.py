"""A limit to how long a server may be silent while it is asked about a text."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from typing import Final, NamedTuple, TypeVar

from alignscope.backends.base import Fault, ServerError
from alignscope.model.score import Position
from alignscope.text.wording import counted

T = TypeVar("T")


class Patience(NamedTuple):
    """The limit to how long a server may be silent."""

    seconds: float | None = None
    """None for no limit."""
    whose: str = "the limit of --timeout. Raise it, or look at the server"
    """Whose limit it is, and what to do: the end of a sentence."""

    def over(self, who: str, what: str) -> ServerError:
        """Return the error of a server that was silent for longer."""
        silent = f"its server was silent for {counted(self.seconds or 0, 'second')} when it was asked {what}"
        return ServerError(f"{who}: {silent}, {self.whose}.", Fault.FAILED)


SCREEN: Final = Patience(300, "the most that it is waited for. Look at the server; asking again goes on where it was")
"""Patience where a person looks on and may stop at any time. Ollama gives a model as long to be loaded."""

CHAT: Final = "what it makes of the chat"
TOKENS: Final = "in which tokens it reads the text"


async def answered(answer: Awaitable[T], who: str, what: str, patience: Patience) -> T:
    """Wait for an answer, and return it.

    Args:
        who: name of the pane whose server is asked.
        what: about what it is asked, such as "about the text".

    Raises ServerError when it doesn't come.
    """
    try:
        async with asyncio.timeout(patience.seconds) as limit:
            return await answer
    except TimeoutError:
        if limit.expired():
            raise patience.over(who, what) from None
        raise


async def unless_silent(
    positions: AsyncGenerator[Position, None], who: str, patience: Patience
) -> AsyncGenerator[Position, None]:
    """Yield positions as they come.

    Args:
        who: name of the pane whose server is asked.
        patience: the most between two positions.

    Raises ServerError when none comes for so long.
    """
    async with aclosing(positions):
        while True:
            try:
                position = await answered(anext(positions), who, "about the text", patience)
            except StopAsyncIteration:
                return
            yield position
