"""Bindings of the screens of blind votes."""

from typing import Final

from textual.binding import Binding, BindingType


def _key(keys: str, action: str, description: str, name: str, tooltip: str, *, show: bool = False) -> Binding:
    return Binding(keys, action, description, show=show, id=f"votes.{name}", tooltip=tooltip)


_VOTES: Final[list[BindingType]] = [
    _key("a,1", "vote('first')", "A better", "first", "A is the better reply", show=True),
    _key("b,2", "vote('second')", "B better", "second", "B is the better reply", show=True),
    _key("t", "vote('tie')", "Tie", "tie", "Neither is better", show=True),
    _key("x", "vote('both bad')", "Both bad", "both-bad", "Neither is any good", show=True),
]
_RANKS: Final[list[BindingType]] = [
    _key("a,1", "place('a')", "A next", "place-a", "A is the best of those without a place", show=True),
    _key("b,2", "place('b')", "B next", "place-b", "B is the best of those without a place", show=True),
    _key("c,3", "place('c')", "C next", "place-c", "C is the best of those without a place", show=True),
    _key("d,4", "place('d')", "D next", "place-d", "D is the best of those without a place"),
    _key("t", "tie", "Rest tied", "rest-tied", "None of those without a place is better", show=True),
    _key("x", "bad", "All bad", "all-bad", "None of them is any good", show=True),
]
_BOTH: Final[list[BindingType]] = [
    _key("s", "skip", "Skip", "skip", "No vote on this for now; it comes again the next time", show=True),
    _key("u", "undo", "Undo", "undo", "Back to what was shown before, whose vote is taken back", show=True),
    _key("w", "names", "Whose", "names", "Tell whose replies were shown before, once they have a vote", show=True),
    _key("tab,full_stop", "side(1)", "Which scrolls", "side", "Scroll all replies, only one of them, or the prompt"),
    _key("shift+tab,comma", "side(-1)", "Which scrolls, back", "side-before", "The same, the other way round"),
    _key("down,j", "scroll('down')", "Line on", "down", "A line on"),
    _key("up,k", "scroll('up')", "Line back", "up", "A line back"),
    _key("pagedown,space", "scroll('page_down')", "Page on", "page-down", "A page on"),
    _key("pageup,backspace", "scroll('page_up')", "Page back", "page-up", "A page back"),
    _key("home,g", "scroll('home')", "Start", "home", "To the start"),
    _key("end,G", "scroll('end')", "End", "end", "To the end"),
    _key("f1,question_mark", "help", "Help", "help", "Keys and words", show=True),
    _key("escape,q", "leave", "Leave", "leave", "Leave; every vote is kept, and the next time goes on here", show=True),
]  # fmt: skip
BINDINGS: Final[list[BindingType]] = [*_VOTES, *_BOTH]
"""Of pairs."""
RANK_BINDINGS: Final[list[BindingType]] = [*_RANKS, *_BOTH]
"""Of several replies at once."""
