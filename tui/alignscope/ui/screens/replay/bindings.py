"""Bindings of a replay, most as in asciinema's players."""

from typing import Final

from textual.binding import Binding, BindingType


def _key(
    keys: str, action: str, description: str, name: str, tooltip: str, *, show: bool = False, first: bool = False
) -> Binding:
    # Without priority the transcript with the focus would scroll by these keys.
    return Binding(keys, action, description, show=show, id=f"replay.{name}", tooltip=tooltip, priority=first)


BINDINGS: Final[list[BindingType]] = [
    _key("space", "play", "Play", "play", "Play, or stand still; at the end, play again", show=True),
    _key("left", "seek(-5)", "5 s back", "back", "Five seconds back", first=True),
    _key("right", "seek(5)", "5 s on", "on", "Five seconds on", first=True),
    _key("shift+left,ctrl+left,less_than_sign", "tenth(-1)", "A tenth back", "tenth-back", "Back a tenth of the whole",
         first=True),
    _key("shift+right,ctrl+right,greater_than_sign", "tenth(1)", "A tenth on", "tenth-on", "On a tenth of the whole",
         first=True),
    _key("comma", "token(-1)", "A token back", "token-back", "Stand still, one token fewer"),
    _key("full_stop", "token(1)", "A token on", "token-on", "Stand still, one token more"),
    _key("left_square_bracket", "turn(-1)", "Turn before", "turn-back", "To where this turn began, or the one before"),
    _key("right_square_bracket", "turn(1)", "Next turn", "turn-on", "To where the next turn begins", show=True),
    *(
        _key(str(tenth), f"share({tenth})", "To the start" if not tenth else f"To {tenth} tenths", f"share-{tenth}",
             f"To {tenth} tenths of the whole")
        for tenth in range(10)
    ),
    _key("home,g", "share(0)", "Start", "home", "To the start", first=True),
    _key("end,G", "share(10)", "End", "end", "To the end; the last frame stays", first=True),
    _key("plus,equals_sign", "speed(1)", "Faster", "faster", "Faster, up to 16 times, and then all at once", show=True),
    _key("minus", "speed(-1)", "Slower", "slower", "Slower, down to a quarter"),
    _key("P", "pace", "Pace", "pace", "Play at 10, 20 or 40 tokens a second at most, or as recorded", show=True),
    _key("i", "idle", "Pauses", "idle", "Shorten long pauses, in this view only"),
    _key("slash,ctrl+f", "find", "Find", "find", "Find text in prompts and replies, and go there", show=True),
    _key("l", "live", "Go live", "live", "Go on live from here, in a new session that names this one", show=True),
    _key("c,enter", "rerun", "Run again", "rerun", "The same prompt and sampling again on the models as they are now",
         show=True),
    _key("u", "hold", "Hold or follow", "hold", "Hold the beginning of long replies in view, or follow their end"),
    _key("z", "zoom", "Zoom", "zoom", "Give the pane all the room, or give it back"),
    _key("s", "rotate_split", "Rotate the split", "split", "Panes side by side, or one above the other"),
    _key("n", "sample(1)", "Next sample", "sample-next", "Show the next sample"),
    _key("N", "sample(-1)", "Previous sample", "sample-previous", "Show the previous sample"),
    _key("a", "stack_samples", "All samples", "sample-all", "Show the samples stacked, or one at a time"),
    _key("x", "tokens", "Tokens", "tokens", "The turn in view, as far as it is shown, token by token"),
    _key("M", "sent", "What was sent", "sent", "What was sent for the turn in view, as far as it was kept"),
    _key("y", "copy", "Copy reply", "copy", "Copy the pane's reply as far as it is shown"),
    _key("E", "export", "Export", "export", "Write the session, or a picture of the screen, into a file"),
    _key("f1,question_mark", "help", "Help", "help", "Keys and words", show=True),
    _key("escape,q", "leave", "Back", "leave", "Leave the replay", show=True),
]  # fmt: skip
