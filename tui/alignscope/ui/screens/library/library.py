"""The library: every session there is, found by typing, and what can be done with one."""

import asyncio
from collections.abc import Callable, Iterable
from itertools import islice
from typing import ClassVar, Final, Literal, NamedTuple, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from alignscope.model.session import SessionError
from alignscope.sessions.library.index import Entry
from alignscope.sessions.library.store import Store
from alignscope.text.clean import clean
from alignscope.ui import screens
from alignscope.ui.screens.chooser import Choices, Chooser, FilterLine
from alignscope.ui.screens.library.rows import describe, row
from alignscope.ui.widgets.keybar import KeyBar

T = TypeVar("T")
_FIRST: Final = 60
"""Rows that are shown as soon as they are known."""
_BATCH: Final = 500
"""Rows that are asked of the store at once after those."""
_PAGE: Final = 400
"""Rows that are in the list; more come when the selection nears the end."""
_NEAR: Final = 40
_WAIT: Final = 0.08
"""Seconds without a key after which a search or a preview begins."""


class Picked(NamedTuple):
    """A session, and what to do with it."""

    entry: Entry
    action: Literal["open", "replay"]


class LibraryScreen(Chooser[Picked | None]):
    """Returns the session that was chosen, None when the person went back. The rest it does itself.

    Args:
        store: where the sessions are; asked in threads only.
        query: what to look for to begin with.
        current: the name of the session that the person comes from.
        bundled: show only what came with alignscope.
    """

    BINDING_GROUP_TITLE = "Sessions"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Open", id="library.open", tooltip="Go on with the session"),
        Binding("tab,ctrl+r", "with_selected('replay')", "Replay", id="library.replay", key_display="tab",
                tooltip="Play it again, as it happened"),
        Binding("f2,ctrl+t", "with_selected('rename')", "Rename", id="library.rename", tooltip="Give it another title"),
        Binding("f5,ctrl+o", "with_selected('duplicate')", "Duplicate", id="library.duplicate", tooltip="Make a copy"),
        Binding("f8,ctrl+l", "with_selected('delete')", "Delete", id="library.delete",
                tooltip="Take it away; it can be brought back for a week"),
        Binding("ctrl+z", "undo", "Undo", id="library.undo", tooltip="Bring back what was deleted"),
        Binding("f6,ctrl+g", "with_selected('export')", "Export", id="library.export",
                tooltip="Write it in a form that other programs read"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    LibraryScreen {
        & > .-dialog { max-width: 160; }
        & #library-preview { padding: 0 0 0 2; width: 1fr; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
        & Choices { width: 2fr; }
        & #library-notice { height: auto; max-height: 3; color: $text-muted; }
        & #library-notice.-error { color: $text-error; }
        &.-narrow Horizontal { layout: vertical; }
        &.-narrow Choices { width: 1fr; height: 3fr; }
        &.-narrow #library-preview { height: 2fr; width: 1fr; padding: 1 0 0 0; }
    }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    def __init__(self, store: Store, *, query: str = "", current: str = "", bundled: bool = False) -> None:
        super().__init__()
        self._store = store
        self._query = query
        self._current = current
        self._only_bundled = bundled
        self._entries: list[Entry] = []
        self._limit = _PAGE
        self._loading = True
        self._listed = asyncio.Event()
        """Set when the list is that of what was typed."""
        self._deleted: list[tuple[str, str]] = []  # what brings each back, and its title
        self._sought = query
        self._touched = False
        """Whether the person has begun to choose: then the selection isn't moved under their hands."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="-dialog"):
            yield Static(id="library-heading", classes="-heading")
            yield FilterLine(self._query, "Type to filter: titles, prompts and replies")
            with Horizontal():
                yield Choices()
                with VerticalScroll(id="library-preview", can_focus=False):
                    yield Static(markup=False)
            yield Static(id="library-notice", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        self._filtered = self._query
        self._reload()

    def on_resize(self) -> None:
        # The rows are as wide as the list, which knows its size only after this.
        self.call_after_refresh(self._show)

    # The list

    def refill(self) -> None:
        """Ask the store anew."""
        self._filtered = self.filter.value
        self._limit = _PAGE
        self._touched = False
        self._reload()

    async def settle(self) -> None:
        await super().settle()
        while not self._listed.is_set():
            await self._listed.wait()

    def _reload(self) -> None:
        self._listed = asyncio.Event()
        self._load(self._filtered, self._listed)

    @work(group="load", exclusive=True, exit_on_error=False)
    async def _load(self, query: str, listed: asyncio.Event) -> None:
        try:
            await self._list(query, listed)
        finally:
            listed.set()

    async def _list(self, query: str, listed: asyncio.Event) -> None:
        """Show what there is for a query, the first rows as soon as they are known.

        A person who has begun to choose keeps what they see until all is known.
        """
        if query:
            await asyncio.sleep(_WAIT)
        self._loading = True
        self._sought = query
        found: list[Entry] = []
        at_once = not self._touched
        try:
            rows = await asyncio.to_thread(self._find, query)
            while batch := await asyncio.to_thread(_take, rows, _BATCH if found else _FIRST):
                found += batch
                if not at_once:
                    continue
                self._entries = list(found)
                if len(found) == len(batch):
                    self._show()
                    listed.set()
                else:
                    self._show_up_to(self._limit)
        except (OSError, SessionError) as error:
            self._say(f"The sessions can't be listed: {error}", error=True)
        # The store guesses the place of a file that it hasn't read before.
        self._entries = sorted(found, key=lambda entry: entry.created, reverse=True)
        self._loading = False
        self._show()

    def _find(self, query: str) -> Iterable[Entry]:
        entries = self._store.search(query) if query.strip() else self._store.list()
        return (entry for entry in entries if entry.bundled or not self._only_bundled)

    def _show(self) -> None:
        if not self.is_mounted:
            return
        place = self.choices.highlighted
        was = self.chosen
        self.fill(self.entries(""))
        if not self._touched and self._entries:
            self.choices.highlighted = 0
            self.select(self._current)
        elif place is not None and self._entries and self.chosen != was:
            # What was selected is gone: what came after it has its place.
            self.choices.highlighted = min(place, self.choices.option_count - 1)
        count = len(self._entries)
        words = "looking …" if self._loading else f"{count:,} session{'s' * (count != 1)}"
        self.query_one("#library-heading", Static).update(
            Content.assemble(("Sessions", "bold"), (f"   {words}, newest first", "$text-muted"))
        )

    def entries(self, query: str) -> list[Option]:
        if not self._entries and not self._loading:
            words = "No session has all of these words." if self._sought else "Nothing has been kept yet."
            return [Option(Content.styled(words, "$text-muted"), disabled=True)]
        return self._rows(0)

    def _rows(self, start: int) -> list[Option]:
        width = max(self.choices.room, 20)
        return [Option(row(entry, width, self._current), id=_id(entry)) for entry in self._entries[start : self._limit]]

    def _show_up_to(self, limit: int) -> None:
        """Put more rows below those in the list, which costs what they cost, however many there are already."""
        self._limit = max(self._limit, limit)
        self.choices.add_options(self._rows(self.choices.option_count))

    def select(self, name: str) -> None:
        """Select a session by its name, if it is there."""
        for index, entry in enumerate(self._entries[: self._limit]):
            if entry.name == name and not entry.bundled:
                self.choices.highlighted = index

    @on(OptionList.OptionHighlighted)
    def _moved_on(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index > self._limit - _NEAR and self._limit < len(self._entries):
            self._show_up_to(self._limit + _PAGE)

    async def action_move(self, how: str) -> None:
        self._touched = True
        if how == "last":
            self._show_up_to(len(self._entries))
        await super().action_move(how)

    @property
    def entry(self) -> Entry | None:
        """The selected session."""
        index = self.choices.highlighted
        return self._entries[index] if index is not None and index < len(self._entries) else None

    # The preview

    def preview(self, chosen: str | None) -> None:
        entry = self.entry
        if entry is None:
            self.query_one("#library-preview Static", Static).update("")
        else:
            self._read(entry, self._sought)

    @work(group="preview", exclusive=True, exit_on_error=False)
    async def _read(self, entry: Entry, query: str) -> None:
        await asyncio.sleep(_WAIT)
        shown = self.query_one("#library-preview Static", Static)
        try:
            session = await asyncio.to_thread(self._store.open, entry.path)
            excerpt = await asyncio.to_thread(self._store.excerpt, entry, query) if query.strip() else ""
        except (OSError, SessionError) as error:
            shown.update(Content.styled(clean(str(error)), "$text-error"))
        else:
            shown.update(describe(session, max(shown.size.width, 20), excerpt))
        if not get_current_worker().is_cancelled:
            self.query_one("#library-preview").scroll_home(animate=False)

    # What can be done

    def choose(self, chosen: str | None) -> None:
        if self.entry is not None:
            self._pick(self.entry, "open")

    async def action_with_selected(self, do: Literal["replay", "rename", "duplicate", "delete", "export"]) -> None:
        """Do something with the selected session."""
        await self.settle()
        entry = self.entry
        if entry is None:
            return
        match do:
            case "replay":
                self._pick(entry, do)
            case "rename":
                self._rename(entry)
            case "duplicate":
                self._duplicate(entry)
            case "delete":
                self._delete(entry)
            case "export":
                self._export(entry)

    def _pick(self, entry: Entry, action: Literal["open", "replay"]) -> None:
        if entry.problem:
            self._say(entry.problem, error=True)
        else:
            self.dismiss(Picked(entry, action))

    @work(exit_on_error=False)
    async def _rename(self, entry: Entry) -> None:
        title = await self.app.push_screen_wait(screens.TextScreen("Another title", "for this session", entry.title))
        if title:
            await self._do(lambda: self._store.rename(entry.path, title), f"It is called ‘{title}’ now.")

    @work(exit_on_error=False)
    async def _duplicate(self, entry: Entry) -> None:
        await self._do(lambda: self._store.duplicate(entry.path), f"Made a copy of ‘{entry.title}’.")

    @work(exit_on_error=False)
    async def _delete(self, entry: Entry) -> None:
        if entry.name == self._current and not entry.bundled:
            self._say("This session is open; begin another one first.", error=True)
            return
        token = await self._do(
            lambda: self._store.delete(entry.path),
            f"Deleted ‘{entry.title}’; {self.key_of('library.undo')} brings it back.",
        )
        if token is not None:
            self._deleted.append((token, entry.title))

    @work(exit_on_error=False)
    async def action_undo(self) -> None:
        """Bring back what was deleted last."""
        if not self._deleted:
            self._say("Nothing was deleted here.")
            return
        token, title = self._deleted.pop()
        await self._do(lambda: self._store.undelete(token), f"‘{title}’ is back.")

    @work(exit_on_error=False)
    async def _export(self, entry: Entry) -> None:
        try:
            session = await asyncio.to_thread(self._store.open, entry.path)
        except (OSError, SessionError) as error:
            self._say(str(error), error=True)
            return
        screens.export(
            self, session, lambda words, severity: self._say(words, error=severity == "error"), picture=False
        )

    async def _do(self, task: Callable[[], T], done: str) -> T | None:
        """Do something to the store in a thread, say so, and show what there is now. Gives None when it failed."""
        try:
            result = await asyncio.to_thread(task)
        except (OSError, SessionError) as error:
            self._say(str(error), error=True)
            return None
        self._say(done)
        self._reload()
        return result

    def _say(self, words: str, *, error: bool = False) -> None:
        notice = self.query_one("#library-notice", Static)
        notice.set_class(error, "-error")
        notice.update(clean(words))


def _take(rows: Iterable[Entry], count: int) -> list[Entry]:
    return list(islice(rows, count))


def _id(entry: Entry) -> str:
    return f"{'bundled' if entry.bundled else 'own'}/{entry.name}"
