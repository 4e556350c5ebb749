"""The sampling panel: one row for each parameter, changed by keyboard or mouse."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive, var
from textual.widget import Widget
from textual.widgets import Static

from alignscope.backends.base import ServerInfo
from alignscope.model.sampling import (
    DEFAULT_PRESET,
    PARAMETERS,
    PRESETS,
    Preset,
    Sampling,
    SamplingError,
    Value,
    nearest_preset,
)
from alignscope.text.clean import clean
from alignscope.ui.widgets.sampling.parameter_list import COLUMN_WIDTH, NAMES, ParameterList
from alignscope.ui.widgets.sampling.parameter_row import Edit, ModelValues, parameter_row, start_value, stepped


class SamplingPanel(Widget, can_focus=True):
    """Shows a sampling, and posts the person's changes of it."""

    BINDING_GROUP_TITLE = "Sampling"
    BINDINGS = [
        Binding("up,k", "move(-1)", "Up", id="sampling.up", show=False, tooltip="The parameter before"),
        Binding("down,j", "move(1)", "Down", id="sampling.down", show=False, tooltip="The next parameter"),
        Binding("home,g", "move(-99)", "First", id="sampling.first", show=False, tooltip="The first parameter"),
        Binding("end,G", "move(99)", "Last", id="sampling.last", show=False, tooltip="The last parameter"),
        Binding("left,h", "step(-1)", "Less", id="sampling.less", tooltip="Turn the value down by a step"),
        Binding("right,l", "step(1)", "More", id="sampling.more", tooltip="Turn the value up by a step"),
        Binding("space", "switch", "On/off", id="sampling.switch", tooltip="Send this parameter, or leave it out"),
        Binding(
            "shift+left,less_than_sign,H", "step(-10)", "Much less", id="sampling.much-less", show=False,
            tooltip="Turn the value down by ten steps",
        ),
        Binding(
            "shift+right,greater_than_sign,L", "step(10)", "Much more", id="sampling.much-more", show=False,
            tooltip="Turn the value up by ten steps",
        ),
        Binding("enter", "edit", "Type", id="sampling.edit", tooltip="Type the value (a digit begins at once)"),
        Binding("p", "preset(1)", "Preset", id="sampling.preset", tooltip="The next preset"),
        Binding(
            "P", "preset(-1)", "Preset before", id="sampling.preset-before", show=False, tooltip="The preset before"
        ),
        Binding("escape", "close", "Close", id="sampling.close", tooltip="Close the panel"),
        Binding("r", "reset", "Reset", id="sampling.reset", tooltip="Back to the default preset"),
        Binding(
            "u", "unlink", "Unlink", id="sampling.unlink", tooltip="Give one pane a sampling of its own, or share again"
        ),
    ]  # fmt: skip
    DEFAULT_CSS = """
    SamplingPanel {
        width: 34;
        height: 100%;
        background: $surface;
        layout: vertical;
        & > #sampling-title {
            height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis;
        }
        & > VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
        & > #sampling-help {
            height: 5; padding: 0 1; color: $text-muted;
            &.-refused { color: $text-error; }
        }
        &:focus > #sampling-title { color: $accent; }
    }
    """

    @dataclass
    class Changed(Message):
        """The person changed the sampling."""

        sampling: Sampling

    class UnlinkRequested(Message):
        """The person wants to unlink a pane from the shared sampling, or to link it again."""

    class Closed(Message):
        """The person closes the panel."""

    sampling: reactive[Sampling] = reactive(PRESETS[DEFAULT_PRESET].sampling)
    scope: reactive[str] = reactive("")
    """Name of the pane whose own sampling this is; empty for the shared sampling."""
    cursor: var[int] = var(0)
    edit: var[Edit | None] = var(None)

    def __init__(self, presets: Sequence[Preset] = tuple(PRESETS.values()), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.presets = tuple(presets)
        self._servers: tuple[ServerInfo, ...] = ()
        self._models: ModelValues = {}
        self._last_values: dict[str, Value] = {}

    def compose(self) -> ComposeResult:
        yield Static(id="sampling-title", markup=False)
        with VerticalScroll(can_focus=False):
            yield ParameterList()
        yield Static(id="sampling-help", markup=False)

    def on_mount(self) -> None:
        self._show()

    def set_lineup(self, servers: Sequence[ServerInfo], models: ModelValues) -> None:
        """Set the lineup's servers, for their caveats, and the known default values of each pane's model."""
        self._servers, self._models = tuple(servers), models
        self._show()

    def select(self, name: str) -> None:
        """Select a parameter."""
        self.cursor = NAMES.index(name)

    @property
    def preset(self) -> str:
        """Name of the nearest preset, with `, changed` if the sampling differs from it."""
        nearest = nearest_preset(self.sampling, self.presets)
        return nearest.name if nearest.sampling == self.sampling else f"{nearest.name}, changed"

    # Drawing

    def watch_sampling(self) -> None:
        self._show()

    watch_scope = watch_cursor = watch_edit = watch_sampling

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._show()

    def on_resize(self) -> None:
        lines = self.query_one(ParameterList).lines
        height, width = self.size.height, self.size.width
        least = 2 if width >= 2 * COLUMN_WIDTH else 5
        help = max(least, min(8, height - 2 - lines))
        self.query_one("#sampling-help").styles.height = help
        # The help is right below the list if there is room for both.
        self.query_one(VerticalScroll).styles.max_height = max(min(lines + 1, height - 1 - help), 1)
        self.call_after_refresh(self._reveal)

    def _show(self, refused: str = "") -> None:
        if not self.children:
            return
        rows = self.query_one(ParameterList)
        rows.rows = tuple(parameter_row(name, self.sampling, self._servers, self._models) for name in NAMES)
        rows.cursor, rows.edit, rows.active = self.cursor, self.edit, self.has_focus
        scope = f"Sampling of {clean(self.scope)} alone" if self.scope else "Sampling"
        self.query_one("#sampling-title", Static).update(
            Content.assemble((scope, "bold"), "  ", (clean(self.preset), "$accent"))
        )
        help = self.query_one("#sampling-help", Static)
        help.set_class(bool(refused), "-refused")
        help.update(Content(clean(refused) if refused else rows.rows[self.cursor].help))
        self._reveal()

    def _reveal(self) -> None:
        place = self.query_one(ParameterList).place(self.cursor)
        self.query_one(VerticalScroll).scroll_to_region(place, animate=False, x_axis=False)

    # Keys

    def on_key(self, event: events.Key) -> None:
        if self.edit is None:
            if event.character is not None and event.character in "0123456789-.":
                self.edit = Edit.of(event.character)
                event.stop()
            return
        # While a value is typed, letters are text, not commands.
        pressed = self.edit.press(event.key)
        if pressed is not None:
            self.edit = pressed
        elif event.key == "enter":
            self._commit(self.edit.text)
        elif event.key == "escape":
            self.edit = None
        elif event.key in ("up", "down", "tab", "shift+tab"):
            # Leaving the row would lose the typed value or set it unasked.
            self._show("Enter takes the value, escape leaves it as it was.")
        elif event.is_printable and event.character is not None:
            self.edit = self.edit.insert(event.character)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        if self.edit is not None:
            event.stop()
            self.edit = self.edit.insert(event.text)

    def on_blur(self) -> None:
        self.edit = None

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        return self.edit is not None and character is not None and character.isprintable()

    def action_move(self, by: int) -> None:
        """Select another row."""
        self.cursor = max(0, min(self.cursor + by, len(NAMES) - 1))

    def action_switch(self) -> None:
        """Switch the selected parameter off, or on with its last value."""
        name = self._selected
        if name in self.sampling:
            self._last_values[name] = self.sampling[name]
            self._change(self.sampling.off(name))
        else:
            self._change(self.sampling.on(name, self._value))

    def action_step(self, steps: int) -> None:
        """Change the selected parameter by so many steps."""
        try:
            self._change(stepped(self._selected, self.sampling, steps, self._models))
        except SamplingError as error:
            self._show(str(error))

    def action_edit(self) -> None:
        """Edit the selected parameter's value."""
        self.edit = Edit.of(PARAMETERS[self._selected].format(self._value))

    def action_preset(self, by: int) -> None:
        """Set the next or the previous preset."""
        index = self.presets.index(nearest_preset(self.sampling, self.presets))
        self._change(self.presets[(index + by) % len(self.presets)].sampling)

    def action_reset(self) -> None:
        """Set the default preset."""
        self._last_values.clear()
        self._change(PRESETS[DEFAULT_PRESET].sampling)

    def action_unlink(self) -> None:
        """Post the wish to unlink a pane, or to link it again."""
        self.post_message(self.UnlinkRequested())

    def action_close(self) -> None:
        """Post the wish to close the panel."""
        self.post_message(self.Closed())

    @on(ParameterList.Clicked)
    def _clicked(self, event: ParameterList.Clicked) -> None:
        event.stop()
        again = self.cursor == event.index
        self.edit = None
        self.cursor = event.index
        if event.part == "mark":
            self.action_switch()
        elif event.part == "value" and again:
            self.action_edit()

    @on(ParameterList.Stepped)
    def _stepped(self, event: ParameterList.Stepped) -> None:
        event.stop()
        if self.edit is None:
            self.action_step(event.steps)

    @property
    def _selected(self) -> str:
        return NAMES[self.cursor]

    @property
    def _value(self) -> Value:
        """Current value of the selected parameter, else its last one, else the model's."""
        name = self._selected
        value = self.sampling.get(name, self._last_values.get(name))
        return start_value(name, self._models) if value is None else value

    def _commit(self, text: str) -> None:
        name = self._selected
        try:
            value = PARAMETERS[name].parse(text)
        except SamplingError as error:
            self._show(str(error))
        else:
            self.edit = None
            self._change(self.sampling.on(name, value))

    def _change(self, sampling: Sampling) -> None:
        if sampling != self.sampling:
            self.sampling = sampling
            self.post_message(self.Changed(sampling))
