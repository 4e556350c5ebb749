"""A text wrapped at a width, with the place of every row in it."""

from array import array
from bisect import bisect_right

from alignscope.text.clean import Wrapper


class PlacedRows:
    """Rows of a growing text, of which all but the last are constant at a given width."""

    def __init__(self) -> None:
        self.rows = [""]
        self.starts = array("q", [0])
        """The place of each row's first character in the text."""
        self._wrapper = Wrapper(80)

    def __len__(self) -> int:
        return len(self.rows)

    def append(self, text: str) -> int:
        """Append cleaned text, and return the first row that changed."""
        changed = len(self.rows) - 1
        start = self.starts.pop()
        for line in (self.rows.pop() + text).split("\n"):
            for row in self._wrapper.rows(line):
                self.rows.append(row)
                self.starts.append(start)
                start += len(row)
            start += 1
        return changed

    def wrap(self, text: str, width: int) -> None:
        """Begin anew with a cleaned text at a width in cells."""
        self._wrapper = Wrapper(width)
        self.rows, self.starts = [""], array("q", [0])
        self.append(text)

    def breaks(self, row: int) -> bool:
        """Return whether a line of the text ends with a row, and another follows."""
        return row + 1 < len(self.rows) and self.starts[row] + len(self.rows[row]) < self.starts[row + 1]

    def at(self, place: int) -> int:
        """Return the row of the character at a place; a line break belongs to the row that it ends."""
        return max(0, bisect_right(self.starts, place) - 1)
