"""Base classes of the dialogs with a list: moved by keys, filtered by typing, with a preview beside it."""

from contextlib import suppress
from typing import ClassVar, Final, Literal, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content, ContentText
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import OptionList, Static, TextArea
from textual.widgets.option_list import Option, OptionDoesNotExist

from alignscope.ui.screens.base.screen import Dialog
from alignscope.ui.widgets.keybar import KeyBar
from alignscope.ui.widgets.sampling.parameter_list import SELECTED
from alignscope.ui.widgets.text_field import LineField

T = TypeVar("T")
INDENT: Final = 2
"""Cells left of every entry: the column of the selection's mark, where headings begin."""


class Heading(Option):
    """A row above a group of entries. It can't be chosen."""

    def __init__(self, title: ContentText = "") -> None:
        super().__init__(title, disabled=True)


class Choices(OptionList, can_focus=False, inherit_bindings=False):
    """A list that has the focus only on request: then letters are keys instead of text for the filter."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"choices--mark"}
    BINDING_GROUP_TITLE = "List"
    # Each shares its id with the chooser's binding for the same, so that a keymap changes both. Escape has no id:
    # it always goes back, also where a keymap lets the filter's escape lead into the list.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash,i", "screen.filter", "Filter", id="list.filter", tooltip="Go back to the filter"),
        Binding("j", "screen.move('down')", "Down", id="chooser.down", show=False, tooltip="The next entry"),
        Binding("k", "screen.move('up')", "Up", id="chooser.up", show=False, tooltip="The entry before"),
        Binding("g,home", "screen.move('first')", "First", id="list.first", show=False, tooltip="The first entry"),
        Binding("G,end", "screen.move('last')", "Last", id="list.last", show=False, tooltip="The last entry"),
        Binding("space", "screen.move('page_down')", "Page down", id="chooser.page-down", show=False,
                tooltip="A page on"),
        Binding("b", "screen.move('page_up')", "Page up", id="chooser.page-up", show=False, tooltip="A page back"),
        Binding("question_mark", "app.help", "Help", id="chooser.help", show=False, tooltip="The keys of this place"),
        Binding("q", "screen.dismiss(None)", "Back", id="chooser.close", tooltip="Go back without choosing"),
        Binding("escape", "screen.dismiss(None)", "Back", show=False, tooltip="Go back without choosing"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    Choices {
        border: none;
        padding: 0;
        height: 1fr;
        background: $surface;
        scrollbar-size-vertical: 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        & > .option-list--option { padding: 0 1 0 2; }
        & > .choices--mark { color: $accent; }
        &:ansi > .choices--mark { color: ansi_bright_white; }
        & > .option-list--option-highlighted { background: $primary 12%; color: $foreground; text-style: none; }
        &:light > .option-list--option-highlighted { background: $primary 7%; }
        &:ansi > .option-list--option-highlighted { background: $primary; color: ansi_bright_white; }
        &:focus { border: none; background-tint: transparent; }
        &:focus > .option-list--option-highlighted { background: $primary 12%; color: $accent; text-style: bold; }
        &:focus:light > .option-list--option-highlighted { background: $primary 7%; }
        &:focus:ansi > .option-list--option-highlighted { background: $primary; color: ansi_bright_white; }
        & > .option-list--option-disabled { color: $foreground; }
        & > .option-list--option-hover { background: $boost; }
    }
    """

    def _move_page(self, direction: Literal[-1, 1]) -> None:
        # Before its rows are laid out, or without any room, Textual fails at a page key.
        if (self.highlighted or 0) in self._index_to_line:
            super()._move_page(direction)

    @property
    def room(self) -> int:
        """Width of an entry's text in cells."""
        return max(self.scrollable_content_region.width - INDENT - 1, 0)

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        line = self.scroll_offset.y + y
        if line >= len(self._lines):
            return strip
        index = self._lines[line][0]
        blank = next(iter(strip.crop(0, 1)), Segment(" "))  # with the row's background, and its meta data for clicks
        if index == self.highlighted:
            mark = self.get_component_rich_style("choices--mark", partial=True)
            return Strip.join([Strip([Segment(SELECTED, (blank.style or Style()) + mark)]), strip.crop(1)])
        if isinstance(self.options[index], Heading):
            return Strip.join([strip.crop(INDENT), Strip([blank] * INDENT)])
        return strip


class FilterLine(Widget):
    """A field to filter a list by, behind a mark."""

    DEFAULT_CSS = """
    FilterLine {
        layout: horizontal;
        height: 1;
        margin-bottom: 1;
        background: $background;
        & > Static { width: 3; padding: 0 1; color: $text-muted; }
        &:focus-within > Static { color: $accent; text-style: bold; }
        & > LineField, & > LineField:focus { background: $background; background-tint: transparent; }
    }
    """

    def __init__(self, placeholder: str, *behind: Widget) -> None:
        super().__init__(Static("❯", markup=False), LineField(placeholder=placeholder), *behind)


class ListDialog(Dialog[T]):
    """A dialog with a list whose selection keys move."""

    @property
    def choices(self) -> Choices:
        """The list."""
        return self.query_one(Choices)

    async def action_move(self, how: str) -> None:
        """Move the selection: `up`, `down`, `page_up`, `page_down`, `first` or `last`."""
        getattr(self.choices, f"action_{'cursor_' if how in ('up', 'down') else ''}{how}")()

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        # A click only selects: nothing is sent, opened or downloaded by touching a line.
        event.stop()


class Chooser(ListDialog[T], inherit_bindings=False):
    """A filter and a list. Subclasses provide the entries and what choosing one does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Choose", id="chooser.choose", tooltip="Choose the selected entry"),
        *Dialog.BINDINGS,  # behind enter, which then is the first in the line of keys
        Binding("up", "move('up')", "Up", id="chooser.up", show=False, tooltip="The entry before"),
        Binding("down", "move('down')", "Down", id="chooser.down", show=False, tooltip="The next entry"),
        Binding("pageup", "move('page_up')", "Page up", id="chooser.page-up", show=False, tooltip="A page back"),
        Binding("pagedown", "move('page_down')", "Page down", id="chooser.page-down", show=False, tooltip="A page on"),
        Binding("ctrl+j", "list", "List", id="chooser.list", show=False,
                tooltip="Down from the filter into the list, where letters are keys: j, k, g, G, and / to come back"),
        Binding("f1", "app.help", "Help", id="chooser.help", show=False, tooltip="The keys of this place"),
        Binding("escape", "dismiss(None)", "Back", id="chooser.close", tooltip="Go back without choosing"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    Chooser {
        & > .-dialog { max-width: 120; height: 100%; max-height: 40; }
        & KeyBar { margin-top: 1; }
        & .-heading { height: 1; margin-bottom: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-wide")]

    HINT: ClassVar[str] = ""
    """Hint beside the title."""
    PLACEHOLDER: ClassVar[str] = ""
    """Hint in the empty filter."""
    NO_MATCH: ClassVar[str] = ""
    """Text in the list when nothing matches; empty where the preview shows it."""
    touched = False
    """Whether the person has moved the selection; then it stays where it is when entries are added."""
    _filtered = ""
    """The filter's text when the list was filled last."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="-dialog"):
            yield Static(self.heading(self.HINT), classes="-heading")
            yield FilterLine(self.PLACEHOLDER)
            yield from self.compose_list()
            yield KeyBar()

    def compose_list(self) -> ComposeResult:
        """Compose the list and what stands beside or below it."""
        yield Choices()

    def heading(self, hint: str) -> Content:
        """Return the first line: the screen's title and a hint."""
        return Content.assemble((self.BINDING_GROUP_TITLE or "", "bold"), (f"   {hint}" if hint else "", "$text-muted"))

    @property
    def filter(self) -> LineField:
        """The field that filters the list."""
        return self.query_one(LineField)

    @property
    def chosen(self) -> str | None:
        """Id of the selected entry; None if there is none."""
        option = self.choices.highlighted_option
        return option.id if option else None

    def fill(self, options: list[Option]) -> None:
        """Replace the entries of the list. The selected entry stays selected if it is still there."""
        before = self.chosen
        choices = self.choices
        choices.clear_options()
        choices.add_options(options)
        able = [index for index, option in enumerate(options) if not option.disabled]
        same = [index for index in able if options[index].id == before and before is not None]
        choices.highlighted = next(iter(same or able), None)
        self.preview(self.chosen)

    def select(self, id: str) -> None:
        """Select an entry by its id, if it is in the list."""
        with suppress(OptionDoesNotExist):
            self.choices.highlighted = self.choices.get_option_index(id)

    def refill(self) -> None:
        """Fill the list with the entries that match the filter."""
        self._filtered = self.filter.value
        nothing = [Option(Content.styled(self.NO_MATCH, "$text-muted"), disabled=True)] if self.NO_MATCH else []
        self.fill(self.entries(self._filtered) or nothing)

    async def settle(self) -> None:
        """Wait until the list matches the filter: a key may arrive before the filter's message."""
        self._catch_up()

    def entries(self, query: str) -> list[Option]:
        """Return the entries that match a query."""
        raise NotImplementedError

    def preview(self, chosen: str | None) -> None:
        """Show more of the selected entry, given its id."""

    def choose(self, chosen: str | None) -> None:
        """Act on the entry that was chosen, given its id."""
        raise NotImplementedError

    async def action_choose(self) -> None:
        """Choose the selected entry."""
        await self.settle()
        self.choose(self.chosen)

    async def action_move(self, how: str) -> None:
        self.touched = True
        await self.settle()
        await super().action_move(how)

    def action_list(self) -> None:
        """Focus the list."""
        self.choices.can_focus = True
        self.choices.focus()

    def action_filter(self) -> None:
        """Focus the filter."""
        self.filter.focus()
        self.choices.can_focus = False  # neither tab nor a click focuses it

    @on(TextArea.Changed)
    def _typed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._catch_up()

    def _catch_up(self) -> None:
        if self._filtered != self.filter.value:
            self.refill()

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.preview(event.option_id)

    def on_click(self, event: events.Click) -> None:
        if event.chain == 2 and isinstance(event.widget, Choices):
            self.choose(self.chosen)


class PreviewChooser(Chooser[T]):
    """A chooser with a preview of the selected entry beside the list, below it on a narrow screen."""

    DEFAULT_CSS = """
    PreviewChooser {
        & #preview { width: 1fr; padding: 0 0 0 2; scrollbar-size-vertical: 1; }
        &.-narrow Horizontal { layout: vertical; }
        &.-narrow #preview { height: 2fr; padding: 1 0 0 0; }
    }
    """

    def compose_list(self) -> ComposeResult:
        with Horizontal():
            yield Choices()
            with VerticalScroll(id="preview", can_focus=False):
                yield Static(markup=False)

    @property
    def preview_width(self) -> int:
        """Width of the preview in cells, at least 20."""
        return max(self.query_one("#preview Static").size.width, 20)

    def show_preview(self, content: ContentText) -> None:
        """Show a content in the preview, from its beginning."""
        self.query_one("#preview Static", Static).update(content)
        self.query_one("#preview").scroll_home(animate=False)
