"""Bindings of the explorer.

A key with a modifier or a function key works while the prompt is being typed; a bare letter works when a pane has the
focus. Each action has one of either kind, since terminals differ in which of them they let through.
"""

from typing import Final

from textual.binding import Binding, BindingType


def _key(keys: str, action: str, description: str, name: str, tooltip: str, *, show: bool = False) -> Binding:
    return Binding(keys, action, description, show=show, id=f"explorer.{name}", tooltip=tooltip)


BINDINGS: Final[list[BindingType]] = [
    _key("escape", "stop", "Stop", "stop",
         "Stop every reply that is still coming; when none is, go to the panes or back to the prompt", show=True),
    _key("f1,question_mark", "help", "Help", "help", "Keys, words and what to try first", show=True),
    _key("f2,ctrl+t,t", "sampling", "Sampling", "sampling", "Show or hide the sampling panel", show=True),
    _key("f3,ctrl+o,o", "experiments", "Experiments", "experiments", "Prompts that are worth trying", show=True),
    _key("J", "experiment(1)", "Next experiment", "experiment-next",
         "Send the next experiment; class mode shows it first, and sends it when pressed again", show=True),
    _key("K", "experiment(-1)", "Experiment before", "experiment-before",
         "Send the experiment before; class mode shows it first"),
    _key("C", "class_mode", "Class mode", "class-mode",
         "Room for the text, a question before each experiment, and what to look for after it"),
    _key("f4,ctrl+l,p", "pick", "Model", "pick", "Change the pane's model, server or mode", show=True),
    _key("f9,b", "library", "Sessions", "library", "Everything that was kept: open, replay, rename, export", show=True),
    _key("f5,ctrl+r,r", "again", "Again", "again", "Send the last prompt once more", show=True),
    _key("ctrl+n,c", "context", "Context", "context", "Each prompt alone, or with all that came before", show=True),
    _key("ctrl+g,f", "scaffold", "Scaffold", "scaffold", "Text put around the prompt in completion panes", show=True),
    _key("f8,ctrl+b,S", "system", "System prompt", "system", "What chat panes are told first", show=True),
    _key("f12,v", "replay", "Replay", "replay", "Play this session again, as it happened", show=True),
    _key("F", "turns", "Turns", "turns", "Go on from an earlier turn, in a new session; notes and verdicts"),
    _key("B", "new_session", "New session", "new-session", "Begin a session with nothing in it"),
    _key("D", "name_session", "Name the session", "name-session", "Give this session a title"),
    _key("d", "note", "Note", "note", "Put a note on the last turn"),
    _key("V", "verdict", "Verdict", "verdict", "Say which of the last turn's replies is better"),
    _key("E", "export", "Export", "export", "Write the session, or a picture of the screen, into a file"),
    _key("W", "save_elsewhere", "Keep elsewhere", "save-elsewhere", "Go on with this session in another file"),
    _key("e", "edit", "Edit and resend", "edit", "Put the last prompt back into the editor"),
    _key("R", "retry", "Retry this pane", "retry", "Ask the pane with the focus again, and no other"),
    _key("plus,equals_sign", "samples(1)", "More samples", "samples-more", "One more reply a pane with the next send"),
    _key("minus", "samples(-1)", "Fewer samples", "samples-fewer", "One reply a pane less with the next send"),
    _key("n", "sample(1)", "Next sample", "sample-next", "Show the pane's next sample"),
    _key("N", "sample(-1)", "Previous sample", "sample-previous", "Show the pane's previous sample"),
    _key("a", "stack_samples", "All samples", "sample-all", "Show the samples stacked, or one at a time"),
    _key("z", "zoom", "Zoom", "zoom", "Give the pane all the room, or give it back"),
    _key("s", "turn_split", "Turn the split", "split", "Panes side by side, or one above the other"),
    _key("left_square_bracket,less_than_sign", "divide(-1)", "Narrower", "narrower",
         "Move the divider towards the start"),
    _key("right_square_bracket,greater_than_sign", "divide(1)", "Wider", "wider", "Move the divider towards the end"),
    _key("backslash", "even_out", "Same size", "even", "All panes the same size"),
    _key("P", "pace", "Pace", "pace", "Draw replies as they come, or at 10, 20 or 40 tokens a second"),
    _key("O", "skip", "Show all", "skip", "Show at once all that came and waits for the pace"),
    _key("u", "hold", "Hold or follow", "hold", "Hold the beginning of long replies in view, or follow their end"),
    _key("left_curly_bracket", "scroll_turn(-1)", "Turn before", "turn-before",
         "To where this turn begins, or the one before, in all panes"),
    _key("right_curly_bracket", "scroll_turn(1)", "Next turn", "turn-after",
         "To where the next turn begins, in all panes"),
    _key("0", "scroll_last_turn", "Last turn", "turn-last", "To where the last turn begins, in all panes"),
    _key("l", "link", "Link scrolling", "link", "Scroll all panes together, by turn and line"),
    _key("m", "markdown", "Markdown", "markdown", "Show the finished chat reply as Markdown, or as it came"),
    _key("y", "copy_reply", "Copy reply", "copy-reply", "Copy the pane's last reply, exactly as it came"),
    _key("Y", "copy_turn", "Copy turn", "copy-turn", "Copy the last prompt and every pane's reply"),
    _key("A", "add_pane", "Add a pane", "add-pane", "One more pane, up to four"),
    _key("X", "remove_pane", "Remove the pane", "remove-pane", "Take the pane with the focus away"),
    _key("w", "in_turn", "One after the other", "in-turn", "Ask the panes one after the other, or all at once"),
    _key("T", "think", "Thinking", "think", "Let models that can think do so before they reply"),
    _key("1", "go(0)", "First pane", "pane-1", "Go to the first pane"),
    _key("2", "go(1)", "Second pane", "pane-2", "Go to the second pane"),
    _key("3", "go(2)", "Third pane", "pane-3", "Go to the third pane"),
    _key("4", "go(3)", "Fourth pane", "pane-4", "Go to the fourth pane"),
    _key("f10,h", "app.themes", "Theme", "theme", "Choose the colours", show=True),
    _key("comma", "step(-1)", "Pane before", "pane-before", "Go to the pane before"),
    _key("full_stop", "step(1)", "Next pane", "pane-after", "Go to the next pane"),
    _key("j", "scroll('down')", "Line on", "down", "A line on"),
    _key("k", "scroll('up')", "Line back", "up", "A line back"),
    _key("ctrl+d", "scroll('half_down')", "Half a page on", "half-down", "Half a page on"),
    _key("ctrl+u", "scroll('half_up')", "Half a page back", "half-up", "Half a page back"),
    _key("space", "scroll('page_down')", "Page on", "page-down", "A page on"),
    _key("backspace", "scroll('page_up')", "Page back", "page-up", "A page back"),
    _key("g", "scroll('home')", "Top", "top", "To the beginning"),
    _key("G", "scroll('end')", "End", "end", "To the end, and on with it"),
    _key("colon", "app.command_palette", "Commands", "palette", "Every command by its name"),
    _key("Q", "app.quit", "Quit", "quit", "Quit; a session is kept as it is"),
    _key("i,slash", "write", "Write", "write", "Go to the prompt"),
]  # fmt: skip
