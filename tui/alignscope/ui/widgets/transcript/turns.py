"""The turns of a transcript as blocks of rows."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Final

from alignscope.text.clean import clean
from alignscope.text.wording import counted
from alignscope.ui.widgets.transcript.layout import Block, BlockKind, Rows

_SHOWN: Final = 600
"""Characters of a prompt, and of what is said of a turn, that are shown."""
_REPLY_PART: Final = 3
"""A view that holds a turn's beginning leaves at least one of so many rows to the reply, however long the prompt is."""


@dataclass(slots=True)
class _Turn:
    """A turn's number and settings, and the blocks that it begins with."""

    number: int
    settings: str
    separator: Block
    prompt: Block
    remarks: Block | None = None
    sum: Block | None = None


class Turns:
    """Writes prompts, replies and their ends into blocks, and tells the rows of turns."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._turns: list[_Turn] = []
        self._open: dict[int, Block] = {}  # unfinished replies by sample

    @property
    def running(self) -> bool:
        """Whether a reply of the last turn hasn't ended."""
        return bool(self._open)

    def begin(self, number: int, prompt: str, settings: str, samples: int, remarks: str = "") -> None:
        """Add a turn: its number, its settings if they changed, prompt, remarks, an empty reply for each sample."""
        self._open.clear()
        changed = settings if not self._turns or settings != self._turns[-1].settings else ""
        self._rows.samples = samples
        separator = self._rows.add(
            BlockKind.SEPARATOR, clean(f"{number} \u2500 {changed}" if changed else str(number)).replace("\n", " ")
        )
        turn = _Turn(number, settings, separator, self._rows.add(BlockKind.PROMPT, _beginning(prompt)))
        if remarks:
            turn.remarks = self._rows.add(BlockKind.REMARK, _beginning(remarks))
        self._turns.append(turn)
        for sample in range(1, samples + 1):
            if samples > 1:
                self._rows.add(BlockKind.SAMPLE, f"sample {sample} of {samples}", sample)
            self.reply(sample)

    def remark(self, place: int, remarks: str) -> None:
        """Replace the remarks below the prompt of the turn at a place, from 0; empty for none."""
        turn, blocks = self._turns[place], self._rows.blocks
        below = blocks[blocks.index(turn.remarks or turn.prompt) + 1]
        if turn.remarks is not None:
            self._rows.drop([turn.remarks])
        turn.remarks = self._rows.add(BlockKind.REMARK, _beginning(remarks), before=below) if remarks else None

    def sum_of(self, place: int) -> str:
        """Return what the samples of the turn at a place, from 0, come to; empty if it doesn't say."""
        found = self._turns[place].sum if 0 <= place < len(self._turns) else None
        return "" if found is None else found.text

    def sum_up(self, place: int, text: str) -> None:
        """Replace what the samples of the turn at a place come to, below all of them; empty for none."""
        turn = self._turns[place]
        if turn.sum is not None:
            self._rows.drop([turn.sum])
        after = self._turns[place + 1].separator if place + 1 < len(self._turns) else None
        turn.sum = self._rows.add(BlockKind.SUM, text, before=after) if text else None

    def reply(self, sample: int) -> Block:
        """Return the block of a sample's reply; it is added if it isn't there."""
        if sample not in self._open:
            self._open[sample] = self._rows.add(BlockKind.REPLY, "", sample)
        return self._open[sample]

    def thinking(self, sample: int) -> Block:
        """Return the block of a sample's thinking before its reply; it is added if it isn't there."""
        reply, blocks = self.reply(sample), self._rows.blocks
        before = blocks[blocks.index(reply) - 1]
        if before.kind is BlockKind.THINKING and before.sample == sample:
            return before
        self._rows.add(BlockKind.LABEL, "thinking", sample, before=reply)
        return self._rows.add(BlockKind.THINKING, "", sample, before=reply)

    def end(self, summary: str, message: str, sample: int) -> None:
        """Add a summary below a sample's reply, and the message of an error."""
        reply = self._open.pop(sample, None)
        if reply is None:
            return
        below = self._rows.blocks.index(reply) + 1
        after = next(iter(self._rows.blocks[below:]), None)
        if message:
            self._rows.add(BlockKind.ERROR, clean(message), sample, before=after)
        self._rows.add(BlockKind.END, clean(summary), sample, before=after)

    def truncate(self, turns: int) -> list[Block]:
        """Remove all but the first `turns` turns. Returns the removed blocks."""
        blocks = self._rows.blocks
        gone = blocks[blocks.index(self._turns[turns].separator) :] if turns < len(self._turns) else []
        if gone:
            del self._turns[turns:]
            self._open.clear()
            self._rows.drop(gone)
        return gone

    # Rows

    @property
    def last(self) -> int | None:
        """Number of the last turn; None without one."""
        return self._turns[-1].number if self._turns else None

    def held_row(self, page: int) -> int:
        """Return the first row of a view of `page` rows that holds the last turn's beginning."""
        if not self._turns:
            return 0
        last = self._turns[-1]
        lead = 1 + len(last.prompt.rows) + (len(last.remarks.rows) if last.remarks else 0)
        return self._rows.top(last.separator) + max(0, lead + page // _REPLY_PART - page)

    def locate(self, y: int) -> tuple[int, int]:
        """Return the number of the turn at a row, and the line in the turn; (0, y) without turns."""
        tops = self._rows.tops(BlockKind.SEPARATOR)
        index = bisect_right(tops, y) - 1
        return (self._turns[index].number, y - tops[index]) if index >= 0 else (0, y)

    def row(self, number: int, line: int, page: int) -> int | None:
        """Return the row of a line in a turn, or of the turn's last page if it has fewer; None without the turn."""
        span = self._span(number)
        return None if span is None else span.start + min(line, max(0, len(span) - page))

    def lines(self, number: int) -> int:
        """Return the number of rows of a turn; 0 without it."""
        return len(self._span(number) or ())

    def _span(self, number: int) -> range | None:
        index = next((index for index, turn in enumerate(self._turns) if turn.number == number), None)
        if index is None:
            return None
        tops = [*self._rows.tops(BlockKind.SEPARATOR), self._rows.height]
        return range(tops[index], tops[index + 1])

    def beside(self, y: int, direction: int) -> int | None:
        """Return the number of the turn that begins next before (-1) or after (1) a row; None if none does."""
        tops = self._rows.tops(BlockKind.SEPARATOR)
        index = bisect_left(tops, y) - 1 if direction < 0 else bisect_right(tops, y)
        return self._turns[index].number if 0 <= index < len(tops) else None


def _beginning(text: str) -> str:
    """Return as much of a text as is shown, and how much more there is."""
    shown = clean(text[:_SHOWN])
    more = len(text) - _SHOWN
    return f"{shown} … and {counted(more, 'more character')}" if more > 0 else shown
