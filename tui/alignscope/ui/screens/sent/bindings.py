"""Bindings of the screen of what was sent."""

from typing import Final

from textual.binding import Binding, BindingType


def _key(keys: str, action: str, description: str, name: str, tooltip: str, *, show: bool = False) -> Binding:
    return Binding(keys, action, description, show=show, id=f"sent.{name}", tooltip=tooltip)


BINDINGS: Final[list[BindingType]] = [
    _key("down,j", "scroll('down')", "Line on", "down", "A line on"),
    _key("up,k", "scroll('up')", "Line back", "up", "A line back"),
    _key("pagedown,space", "scroll('page_down')", "Page on", "page-down", "A page on", show=True),
    _key("pageup,backspace", "scroll('page_up')", "Page back", "page-up", "A page back"),
    _key("home,g", "scroll('home')", "Start", "home", "To the start"),
    _key("end,G", "scroll('end')", "End", "end", "To the end"),
    _key("tab,full_stop", "pane(1)", "Next pane", "pane-after", "To the next pane, whose request is copied", show=True),
    _key("shift+tab,comma", "pane(-1)", "Pane before", "pane-before", "To the pane before"),
    _key("left_square_bracket", "turn(-1)", "Turn before", "turn-before", "What was sent for the turn before"),
    _key("right_square_bracket", "turn(1)", "Next turn", "turn-after", "What was sent for the next turn", show=True),
    _key("y", "copy_request", "Copy request", "copy", "Copy the pane's request as JSON, exactly as it was sent",
         show=True),
    _key("Y", "copy_prompt", "Copy prompt", "copy-prompt", "Copy the prompt as the pane's model reads it"),
    _key("c", "copy_curl", "As curl", "curl", "Copy a command that sends the pane's request again", show=True),
    _key("s", "rotate_split", "Rotate the split", "split", "Panes side by side, or one below the other"),
    _key("r", "refresh", "Ask again", "refresh", "Ask the servers again, and load models for that"),
    _key("f1,question_mark", "help", "Help", "help", "Keys and words", show=True),
    _key("escape,q", "leave", "Back", "leave", "Go back", show=True),
]  # fmt: skip
