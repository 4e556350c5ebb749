"""Bindings of the lab's screen."""

from typing import Final

from textual.binding import Binding, BindingType


def _key(keys: str, action: str, description: str, name: str, tooltip: str, *, show: bool = False) -> Binding:
    return Binding(keys, action, description, show=show, id=f"lab.{name}", tooltip=tooltip)


BINDINGS: Final[list[BindingType]] = [
    _key("enter", "open", "Open", "open",
         "The measure under the cursor with its plots, and back; a row's replies in panes", show=True),
    _key("tab,shift+tab", "part", "Table or rows", "part", "Go from the table to the rows, or back", show=True),
    _key("right_square_bracket", "measure(1)", "Next measure", "measure-next",
         "The next measure, in the table, with its plots, and in the rows", show=True),
    _key("left_square_bracket", "measure(-1)", "Measure before", "measure-before", "The measure before"),
    _key("p", "pair", "Pair", "pair", "The next two models that are compared", show=True),
    _key("x", "tokens", "Tokens", "tokens", "The replies of the row token by token, where lists were fetched",
         show=True),
    _key("r", "label('refused')", "Refused", "refused", "You say: this reply declines what was asked",
         show=True),
    _key("o", "label('other')", "Other", "other", "You say: this reply declines nothing", show=True),
    _key("u", "label('undetermined')", "Undetermined", "undetermined", "You say: it can't be told", show=True),
    _key("b", "label('')", "By the rule", "by-rule", "Take back what you said of this reply: the rule's label holds"),
    _key("m", "model", "Model", "model", "Rows of one model after the other, then of all", show=True),
    _key("slash", "search", "Search", "search", "Show only rows in whose prompt, reply or error some words are",
         show=True),
    _key("l", "blind", "Label blind", "blind",
         "Replies drawn at random, without the rule's label or the model's name: only that tells how good the rule is",
         show=True),
    _key("s", "stop", "Stop", "stop", "Stop the run; nothing is lost, and it can be gone on with", show=True),
    _key("c", "go_on", "Go on", "go-on", "Ask for what is missing, and again for what failed", show=True),
    _key("z", "zoom", "Zoom", "zoom", "Give the table or the rows all the room, or give it back"),
    _key("down,j", "move('down')", "Line on", "down", "A line on"),
    _key("up,k", "move('up')", "Line back", "up", "A line back"),
    _key("pagedown,space", "move('page_down')", "Page on", "page-down", "A page on"),
    _key("pageup,backspace", "move('page_up')", "Page back", "page-up", "A page back"),
    _key("home,g", "move('home')", "Start", "home", "To the first line"),
    _key("end,G", "move('end')", "End", "end", "To the last line; rows go on with those that come"),
    _key("f1,question_mark", "help", "Help", "help", "Keys and words", show=True),
    _key("escape,q", "leave", "Back", "leave", "Leave the plots, or the run, which stops as by its key", show=True),
]  # fmt: skip
