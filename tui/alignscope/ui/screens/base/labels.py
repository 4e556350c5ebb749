"""Labels of panes, and texts that hang beside them."""

from collections.abc import Sequence

from textual.content import Content

from alignscope.model.lineup.pane import Pane
from alignscope.model.lineup.tones import MARKS, tones
from alignscope.text.clean import Wrapper, clean, fit, render


def labels(panes: Sequence[Pane]) -> dict[str, Content]:
    """Return each pane's name with the mark and in the tone that it has in the explorer, by name."""
    return {
        pane.name: Content.styled(f"{MARKS[tone]} {clean(pane.name)}", f"${tone}-tone")
        for pane, tone in zip(panes, tones(panes), strict=True)
    }


def hanging(head: Content, text: str, width: int, most: int = 100) -> Content:
    """Return a text beside a head, every row indented by the head's width.

    Args:
        width: cells for both.
        most: number of rows above which the text is cut off with an ellipsis.
    """
    room = max(width - head.cell_length, 1)
    text = clean(text[: most * room * 4]).strip("\n")
    rows = [render(row.rstrip())[0] for line in text.split("\n") for row in Wrapper(room).rows(line)]
    if len(rows) > most:
        rows = [*rows[: most - 1], fit(f"{rows[most - 1]} …", room)]
    return Content.assemble(head, ("\n" + " " * head.cell_length).join(rows))
