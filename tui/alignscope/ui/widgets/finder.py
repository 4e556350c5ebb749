"""Finders: what the command palette finds of one kind, matched by words or by letters."""

import asyncio
import heapq
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from textual.command import CommandInput, CommandList, CommandPalette, Hit, Hits, Provider
from textual.content import Content
from textual.fuzzy import FuzzySearch
from textual.markup import escape
from textual.widgets import Input

from alignscope.text.clean import fit

_PATIENCE: Final = 0.2
"""Seconds that a search waits for what isn't loaded yet: the palette shows nothing before its last provider is done."""
_MOST: Final = 20
"""Hits of one kind."""
_TITLE: Final = 72
"""Cells of a title."""
_HELP: Final = 72
"""Cells of the line below it."""


class Find(NamedTuple):
    """An entry to find, and what happens when it is chosen."""

    title: str
    """Its kind and name, safe to draw, on one line."""
    key: str
    """The title in small letters, of the same length."""
    help: str
    do: Callable[[], Any]


def find(kind: str, name: str, help: str, do: Callable[[], Any]) -> Find:
    """Return something to find; name and help may be a stranger's text."""
    title = fit(f"{kind}: {name}", _TITLE)
    key = "".join(low if len(low := char.lower()) == 1 else char for char in title)
    return Find(title, key, fit(help, _HELP), do)


class Finder(Provider):
    """Finds things of one kind, which are loaded in the background while the palette is open.

    What is loaded only after a search is found too: the search is done again.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._finds: list[Find] = []
        self._loading: asyncio.Task[None] | None = None
        self._query = ""
        """What the last search looked for, which had to do without what wasn't loaded yet; else ""."""

    @property
    def is_loading(self) -> bool:
        """Whether there may be more to find soon."""
        return self._loading is not None and not self._loading.done()

    @abstractmethod
    def load(self) -> AsyncIterator[Iterable[Find]]:
        """Yield what there is to find, in parts."""

    async def startup(self) -> None:
        self._loading = asyncio.create_task(self._load())

    async def _load(self) -> None:
        async for finds in self.load():
            new = list(finds)
            self._finds += new
            if self._query and best(self._query, new):
                self._search_again()

    def _search_again(self) -> None:
        """Have the palette search as if its text had been typed anew, unless the person moves among what it shows."""
        palette = self.app.screen
        if isinstance(palette, CommandPalette) and not palette.query_one(CommandList).highlighted:
            line = palette.query_one(CommandInput)
            line.post_message(Input.Changed(line, line.value))

    async def shutdown(self) -> None:
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.gather(self._loading, return_exceptions=True)

    async def search(self, query: str) -> Hits:
        """Yield the best matches among what has been loaded so far."""
        self._query = ""
        if self._loading is not None:
            await asyncio.wait({self._loading}, timeout=_PATIENCE)
            self._query = query if self.is_loading else ""
        for score, found, places in await asyncio.to_thread(best, query, tuple(self._finds)):
            title = Content(found.title)
            for place in places:
                title = title.stylize(self.match_style or "underline", place, place + 1)
            yield Hit(score, title, found.do, text=found.title, help=escape(found.help))


def best(query: str, finds: Sequence[Find]) -> list[tuple[float, Find, Sequence[int]]]:
    """Return the finds that match a query best, with their scores and the places of its letters in their titles."""
    words = query.lower().split()
    scorer = FuzzySearch()

    def matches() -> Iterator[tuple[float, int]]:
        for index, each in enumerate(finds):
            if places := places_of(words, each.key):
                yield scorer.score(each.key, places), index

    # Of equal scores the first: what is listed first is newer, or better known.
    top = heapq.nlargest(_MOST, matches(), key=lambda match: (match[0], -match[1])) if words else []
    return [(score, finds[index], places_of(words, finds[index].key)) for score, index in top]


def places_of(words: Sequence[str], text: str) -> list[int]:
    """Return the places of words in a text, else of their letters in the same order; none if there are none.

    Takes time in proportion to the text: a fuzzy match that tries every way through `aaaa…` never ends.
    """
    places = set[int]()
    for word in words:
        start = text.find(f" {word}") + 1 or text.find(word)
        if start < 0:
            return _letters("".join(words), text)
        places.update(range(start, start + len(word)))
    return sorted(places)


def _letters(letters: str, text: str) -> list[int]:
    """Return the places of letters from the beginning of a word on, unless most of them stand alone."""
    start = text.find(f" {letters[0]}") + 1
    if not text.startswith(letters[0]) and not start:
        return []
    places, groups = list[int](), 0
    for letter in letters:
        place = text.find(letter, start)
        if place < 0:
            return []
        groups += not places or place > start
        places.append(place)
        start = place + 1
    return places if 2 * groups <= len(letters) + 1 else []
