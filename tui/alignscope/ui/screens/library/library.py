"""The library of sessions: find one, then open, replay, rename, duplicate, delete or export it."""

import asyncio
from collections.abc import Callable
from itertools import islice
from typing import ClassVar, Final, Literal, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from alignscope.model.session import SessionError
from alignscope.sessions.library.index import Entry
from alignscope.sessions.library.places import find_places
from alignscope.sessions.library.store import Store
from alignscope.text.clean import clean
from alignscope.text.wording import counted
from alignscope.ui.screens.base.chooser import PreviewChooser
from alignscope.ui.screens.dialogs.text import TextScreen
from alignscope.ui.screens.library.export import export
from alignscope.ui.screens.library.rows import describe, row

T = TypeVar("T")
_FIRST: Final = 60
"""Sessions in the first batch, which is shown at once."""
_BATCH: Final = 500
"""Sessions in every later batch from the store."""
_PAGE: Final = 400
"""Rows that the list begins with, and grows by."""
_NEAR: Final = 40
"""Rows before the end of the list from which the selection makes it grow."""
_WHERE: Final = 20
"""Cells before a place in which a search found a session."""
_WAIT: Final = 0.08
"""Seconds without a key after which a search or a preview begins."""


class LibraryScreen(PreviewChooser[tuple[Entry, Literal["open", "replay"]] | None]):
    """Returns the chosen session and what to do with it, None if cancelled.

    Args:
        store: the sessions; used in threads only.
        current: name of the open session.
    """

    BINDING_GROUP_TITLE = "Sessions"
    PLACEHOLDER = "Type to filter: titles, prompts, replies and notes"
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
        Binding("f4,ctrl+n", "with_selected('vote')", "Vote", id="library.vote",
                tooltip="Say which of two replies is better, without knowing whose they are"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    LibraryScreen {
        & > .-dialog { max-width: 160; }
        & Choices { width: 2fr; }
        & #library-notice { height: auto; max-height: 3; color: $text-muted; }
        & #library-notice.-error { color: $text-error; }
        &.-narrow Choices { width: 1fr; height: 3fr; }
    }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    def __init__(self, store: Store, *, current: str = "") -> None:
        super().__init__()
        self._store = store
        self._current = current
        self._entries: list[Entry] = []
        self._limit = _PAGE
        self._loading = True
        self._listed = asyncio.Event()
        """Set when the list matches the filter."""
        self._deleted: list[tuple[str, str]] = []  # for each, the store's token to undelete it, and its title
        self._query = ""

    def compose_list(self) -> ComposeResult:
        yield from super().compose_list()
        yield Static(id="library-notice", markup=False)

    def on_mount(self) -> None:
        self._reload()

    def on_resize(self) -> None:
        # The rows are as wide as the list, which knows its size only after this.
        self.call_after_refresh(self._show)

    # The list

    def refill(self) -> None:
        """Load the list for another query."""
        self._filtered = self.filter.value
        self._limit = _PAGE
        self.touched = False
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
        """List the sessions for a query; show the first batch at once, unless the person has moved the selection."""
        if query:
            await asyncio.sleep(_WAIT)
        self._loading = True
        self._query = query
        found: list[Entry] = []
        at_once = not self.touched
        try:
            entries = self._store.search(query) if query.strip() else self._store.list()
            while batch := await asyncio.to_thread(list, islice(entries, _BATCH if found else _FIRST)):
                found += batch
                if not at_once:
                    continue
                self._entries = list(found)
                if len(found) == len(batch):
                    self._show()
                    listed.set()
                else:
                    self._append_rows(self._limit)
        except (OSError, SessionError) as error:
            self._show_notice(f"The sessions can't be listed: {error}", "error")
        # The store guesses the date of a file that it hasn't read before.
        self._entries = sorted(found, key=lambda entry: entry.created, reverse=True)
        self._loading = False
        self._show()

    def _show(self) -> None:
        if not self.is_mounted:
            return
        index, before = self.choices.highlighted, self.chosen
        self.fill(self.entries(""))
        if not self.touched and self._entries:
            self.choices.highlighted = 0
            self.select(f"own/{self._current}")
        elif index is not None and self._entries and self.chosen != before:
            # The selected session is gone: the one after it has its row.
            self.choices.highlighted = index
        count = "looking …" if self._loading else counted(len(self._entries), "session")
        self.query_one(".-heading", Static).update(self.heading(f"{count}, newest first"))

    def entries(self, query: str) -> list[Option]:
        if not self._entries and not self._loading:
            reason = "No session has all of these words." if self._query else "Nothing has been kept yet."
            return [Option(Content.styled(reason, "$text-muted"), disabled=True)]
        return self._rows(0)

    def _rows(self, start: int) -> list[Option]:
        width = max(self.choices.room, 20)
        return [
            Option(row(entry, width, self._current), id=f"{'bundled' if entry.bundled else 'own'}/{entry.name}")
            for entry in self._entries[start : self._limit]
        ]

    def _append_rows(self, limit: int) -> None:
        """Append rows to the list until it has `limit`; takes time for the new rows only."""
        self._limit = max(self._limit, limit)
        self.choices.add_options(self._rows(self.choices.option_count))

    @on(OptionList.OptionHighlighted)
    def _extend(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index > self._limit - _NEAR and self._limit < len(self._entries):
            self._append_rows(self._limit + _PAGE)

    async def action_move(self, how: str) -> None:
        if how == "last":
            self._append_rows(len(self._entries))
        await super().action_move(how)

    @property
    def entry(self) -> Entry | None:
        """Entry of the selected session."""
        index = self.choices.highlighted
        return self._entries[index] if index is not None and index < len(self._entries) else None

    # The preview

    def preview(self, chosen: str | None) -> None:
        if self.entry is None:
            self.show_preview("")
        else:
            self._read(self.entry, self._query)

    @work(group="preview", exclusive=True, exit_on_error=False)
    async def _read(self, entry: Entry, query: str) -> None:
        await asyncio.sleep(_WAIT)
        try:
            session = await asyncio.to_thread(self._store.open, entry.path)
            width = self.preview_width
            room = max(width - _WHERE, _WHERE)
            places = await asyncio.to_thread(find_places, session, query, room) if query.strip() else []
        except (OSError, SessionError) as error:
            preview = Content.styled(clean(str(error)), "$text-error")
        else:
            preview = describe(session, width, places)
        self.show_preview(preview)

    # What can be done

    def choose(self, chosen: str | None) -> None:
        if self.entry is not None:
            self._pick(self.entry, "open")

    async def action_with_selected(
        self, do: Literal["replay", "rename", "duplicate", "delete", "export", "vote"]
    ) -> None:
        """Do something with the selected session."""
        await self.settle()
        entry = self.entry
        if entry is None:
            return
        if do == "replay":
            self._pick(entry, do)
        else:
            getattr(self, f"_{do}")(entry)

    def _pick(self, entry: Entry, action: Literal["open", "replay"]) -> None:
        if entry.problem:
            self._show_notice(entry.problem, "error")
        else:
            self.dismiss((entry, action))

    @work(exit_on_error=False)
    async def _rename(self, entry: Entry) -> None:
        title = await self.app.push_screen_wait(TextScreen("Another title", "for this session", entry.title))
        if title:
            await self._do(lambda: self._store.rename(entry.path, title), f"It is called ‘{title}’ now.")

    @work(exit_on_error=False)
    async def _duplicate(self, entry: Entry) -> None:
        await self._do(lambda: self._store.duplicate(entry.path), f"Made a copy of ‘{entry.title}’.")

    @work(exit_on_error=False)
    async def _delete(self, entry: Entry) -> None:
        if entry.name == self._current and not entry.bundled:
            self._show_notice("This session is open; begin another one first.", "error")
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
            self._show_notice("Nothing was deleted here.")
            return
        token, title = self._deleted.pop()
        await self._do(lambda: self._store.undelete(token), f"‘{title}’ is back.")

    @work(exit_on_error=False)
    async def _export(self, entry: Entry) -> None:
        try:
            session = await asyncio.to_thread(self._store.open, entry.path)
        except (OSError, SessionError) as error:
            self._show_notice(str(error), "error")
            return
        export(self, session, self._show_notice, picture=False)

    @work(exit_on_error=False)
    async def _vote(self, entry: Entry) -> None:
        from alignscope.ui.screens.votes.session import vote_on

        await vote_on(self, self._store, entry, self._show_notice)
        self._reload()

    async def _do(self, task: Callable[[], T], done: str) -> T | None:
        """Change the store in a thread, show a notice, and reload the list. Return None if it failed."""
        try:
            result = await asyncio.to_thread(task)
        except (OSError, SessionError) as error:
            self._show_notice(str(error), "error")
            return None
        self._show_notice(done)
        self._reload()
        return result

    def _show_notice(self, message: str, severity: str = "information") -> None:
        notice = self.query_one("#library-notice", Static)
        notice.set_class(severity == "error", "-error")
        notice.update(clean(message))
