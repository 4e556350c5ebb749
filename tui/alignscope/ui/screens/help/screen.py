"""Help: what to try first, the keys of the screen below, terms, and sampling parameters."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

import msgspec
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Static

from alignscope.files.yaml_file import convert, load
from alignscope.model.sampling import PARAMETERS, PRESETS
from alignscope.text.clean import Wrapper, cell_width, clean
from alignscope.ui.screens.base.screen import Dialog
from alignscope.ui.widgets.keybar import KeyBar

_KEY: Final = re.compile(r"\{([\w.-]+)\}")


class Section(msgspec.Struct, frozen=True):
    """A part of the help text."""

    title: str
    text: str = ""
    terms: dict[str, str] = {}
    where: Literal["", "keys", "parameters"] = ""
    """What is added that isn't in the file."""


class HelpScreen(Dialog[None]):
    """Help on the screen below. Its keys are listed at once, while it still has the focus."""

    BINDING_GROUP_TITLE = "Help"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f1,question_mark", "dismiss(None)", "Back", id="help.close", tooltip="Go back"),
        Binding("tab,n", "section(1)", "Next part", id="help.next", tooltip="On to the next part"),
        Binding("shift+tab,p", "section(-1)", "Part before", id="help.before", show=False, tooltip="Back a part"),
        Binding("down,j", "scroll('down')", "Down", id="help.down", show=False, tooltip="A line on"),
        Binding("up,k", "scroll('up')", "Up", id="help.up", show=False, tooltip="A line back"),
        Binding("pagedown,space", "scroll('page_down')", "Page on", id="help.page-down", tooltip="A page on"),
        Binding("pageup,b", "scroll('page_up')", "Page back", id="help.page-up", show=False, tooltip="A page back"),
        Binding("home,g", "scroll('home')", "Start", id="help.home", show=False, tooltip="To the start"),
        Binding("end,G", "scroll('end')", "End", id="help.end", show=False, tooltip="To the end"),
    ]
    DEFAULT_CSS = """
    HelpScreen {
        & > .-dialog { height: 100%; max-height: 48; }
        & VerticalScroll { scrollbar-size-vertical: 1; padding-right: 1; }
        & .-section { margin-bottom: 1; }
    }
    """

    def __init__(self, below: Screen[Any]) -> None:
        super().__init__()
        self._groups = key_groups(below)

    def compose(self) -> ComposeResult:
        with Vertical(classes="-dialog"):
            with VerticalScroll(can_focus=False):
                for _ in sections():
                    yield Static(classes="-section")
            yield KeyBar()

    def on_resize(self) -> None:
        """Wrap the text for the new width."""
        self.call_after_refresh(self._fill)

    def _fill(self) -> None:
        width = self.query_one(VerticalScroll).scrollable_content_region.width
        for widget, section in zip(self.query(".-section").results(Static), sections(), strict=True):
            widget.update(Content("\n").join(self._lines(section, width)))

    def action_scroll(self, how: str) -> None:
        """Scroll the text."""
        getattr(self.query_one(VerticalScroll), f"scroll_{how}")(animate=False)

    def action_section(self, by: int) -> None:
        """Scroll to the next section, or to the one before."""
        scroll = self.query_one(VerticalScroll)
        tops = [widget.virtual_region.y for widget in self.query(".-section")]
        y = round(scroll.scroll_y)
        later, earlier = [top for top in tops if top > y], [top for top in tops if top < y]
        target = min(later, default=y) if by > 0 else max(earlier, default=0)
        scroll.scroll_to(y=target, animate=False)

    def _lines(self, section: Section, width: int) -> Iterator[Content]:
        yield Content.styled(section.title, "bold $accent")
        if section.text:
            yield Content(_KEY.sub(self._key, section.text))
        for term, text in section.terms.items():
            yield Content.assemble("\n", (term, "bold"), f"  {text}")
        if section.where == "keys":
            for title, rows in self._groups.items():
                yield from _keys(title, rows, width)
        elif section.where == "parameters":
            yield from _parameters()

    def _key(self, found: re.Match[str]) -> str:
        """Return the explorer's key for an action, whatever screen is below."""
        from alignscope.ui.screens.explorer.bindings import BINDINGS

        return self.name_key(next(each for each in BINDINGS if isinstance(each, Binding) and each.id == found[1]))


def _keys(title: str, rows: Sequence[tuple[str, str]], width: int) -> Iterator[Content]:
    column = min(max(cell_width(keys) for keys, _ in rows), 24) + 2
    wrapper = Wrapper(max(20, width - column))
    yield Content.styled(f"\n{clean(title)}", "bold")
    for keys, help in rows:
        pad = " " * max(column - cell_width(keys), 2)
        first, *more = wrapper.rows(clean(help))
        yield Content.assemble((clean(keys), "$accent"), pad, first)
        for row in more:
            yield Content(" " * column + row)


def _parameters() -> Iterator[Content]:
    for parameter in PARAMETERS.values():
        range_ = parameter.range[:1].upper() + parameter.range[1:]
        yield Content.assemble("\n", (parameter.name, "bold"), f"  {parameter.help} {range_}.")
    yield Content.styled("\nPresets", "bold")
    for preset in PRESETS.values():
        yield Content.assemble((preset.name.ljust(9), "$accent"), preset.help)


@cache
def sections() -> tuple[Section, ...]:
    """Return the sections of the help text."""
    return convert(load(Path(__file__).with_name("help.yaml")), tuple[Section, ...])


def key_groups(screen: Screen[Any]) -> dict[str, list[tuple[str, str]]]:
    """Return the keys that work on a screen and what they do, such as `f1, ?` and `Help`, by title of their widget.

    The widget with the focus comes first. A binding is listed if it has a tooltip, or is the application's.
    """
    app = screen.app
    groups: dict[str, dict[str, tuple[list[str], str]]] = {}

    def add(node: DOMNode, binding: Binding) -> None:
        if binding.tooltip or (isinstance(node, App) and binding.description):
            group = groups.setdefault(_title(node), {})
            keys, _ = group.get(binding.action, ([], ""))
            key = app.get_key_display(binding)
            help = (binding.tooltip or binding.description).rstrip(".")
            group[binding.action] = keys if key in keys else [*keys, key], help

    for active in screen.active_bindings.values():
        add(active.node, active.binding)
    # An editor with the focus hides the keys that it types with, and other widgets' keys work only in them: those are
    # added from the classes, changed by the person's keymap.
    for widget in (screen, *screen.query("*").results()):
        if widget is screen or (widget.can_focus and widget.display):
            for binding in Binding.make_bindings(type(widget).BINDINGS):
                own = app._keymap.get(binding.id or "")
                for each in [binding.with_key(key) for key in own.split(",")] if own else [binding]:
                    add(widget, each)
    return {title: [(", ".join(keys), help) for keys, help in group.values()] for title, group in groups.items()}


def _title(node: DOMNode) -> str:
    if isinstance(node, App):
        return "Everywhere"
    if node.BINDING_GROUP_TITLE:
        return node.BINDING_GROUP_TITLE
    name = type(node).__name__.removesuffix("Screen").removesuffix("View")
    return "".join(f" {char.lower()}" if char.isupper() and index else char for index, char in enumerate(name))
