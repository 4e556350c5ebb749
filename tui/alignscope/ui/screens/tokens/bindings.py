"""Bindings of the token view."""

from typing import Final

from textual.binding import Binding, BindingType


def _key(keys: str, action: str, description: str, name: str, tooltip: str, *, show: bool = False) -> Binding:
    return Binding(keys, action, description, show=show, id=f"tokens.{name}", tooltip=tooltip)


BINDINGS: Final[list[BindingType]] = [
    _key("left", "step(-1)", "Token back", "back", "To the token before"),
    _key("right", "step(1)", "Token on", "on", "To the next token"),
    _key("up", "line(-1)", "Line back", "up", "To the token above"),
    _key("down", "line(1)", "Line on", "down", "To the token below"),
    _key("pageup,backspace", "page(-1)", "Page back", "page-up", "A page back"),
    _key("pagedown,space", "page(1)", "Page on", "page-down", "A page on"),
    _key("home,g", "end(0)", "First token", "first", "To the reply's first token"),
    _key("end,G", "end(1)", "Last token", "last", "To the reply's last token"),
    _key("tab,full_stop", "pane(1)", "Next pane", "pane-after", "Move the next pane's cursor", show=True),
    _key("shift+tab,comma", "pane(-1)", "Pane before", "pane-before", "Move the cursor of the pane before"),
    _key("c", "scale", "Scale", "scale",
         "What the heat stands for: probability, share, rank, surprisal, entropy, or how the other model's differs",
         show=True),
    _key("s", "score", "Score", "score",
         "Ask the other models about this reply, and this one about theirs; again stops, and then goes on", show=True),
    _key("F", "frame", "Frame", "frame", "What stands before the reply when another model is asked: chat, qa or bare"),
    _key("n", "walk(1)", "Next", "walk-on", "To the next token of the list", show=True),
    _key("N", "walk(-1)", "Before", "walk-back", "To the token of the list before"),
    _key("u", "list('uncertain')", "Uncertain", "uncertain", "Walk tokens with less than 50 %", show=True),
    _key("f", "list('fork')", "Forks", "forks", "Walk places where another token had 30 % or more", show=True),
    _key("d", "list('shifted')", "Shifted", "shifted", "Walk tokens after the third in the other model's list"),
    _key("e", "list('ended')", "Ended", "ended", "Walk places where the other model would have ended"),
    _key("b", "blanks", "Blanks", "blanks", "Show blanks and tabs as signs, or as they are"),
    _key("l", "link", "Link", "link", "Move the cursors of all panes together, by position, or each on its own"),
    _key("f1,question_mark", "help", "Help", "help", "Keys and words", show=True),
    _key("escape,q", "leave", "Back", "leave",
         "Stop what goes on from a reply; when nothing does, leave the token view", show=True),
    _key("enter", "verb('take')", "Take it", "take", "Go on with the chosen alternative, as a further sample",
         show=True),
    *(_key(str(number), f"verb('choose', {number - 1})", f"Alternative {number}", f"alternative-{number}",
           f"Choose the alternative of rank {number}") for number in range(1, 10)),
    _key("right_square_bracket", "verb('choose_beside', 1)", "Next alternative", "alternative-on",
         "Choose the next alternative of the list"),
    _key("left_square_bracket", "verb('choose_beside', -1)", "Alternative before", "alternative-back",
         "Choose the alternative before"),
    _key("r", "verb('reroll')", "Reroll", "reroll", "Draw again from before this token, as a further sample",
         show=True),
    _key("k", "verb('graft', -1)", "Graft", "graft",
         "This pane goes on after the twin's tokens, up to the twin's cursor", show=True),
    _key("K", "verb('graft', 1)", "Graft there", "graft-there",
         "The twin goes on after this pane's tokens, up to this one"),
    _key("percent_sign", "verb('budget')", "Graft by budget", "budget",
         "Choose the places where the other model differs most; it writes there, and this pane elsewhere"),
    _key("v", "verb('peek')", "Peek", "peek",
         "What the model would write behind this token, without writing", show=True),
    _key("o", "verb('sample', 1)", "Other sample", "sample",
         "This pane's next sample: the reply that a new one came from"),
    _key("t", "verb('tree')", "Tree", "tree", "Which replies of this turn came from which, to go to one of them"),
]  # fmt: skip
