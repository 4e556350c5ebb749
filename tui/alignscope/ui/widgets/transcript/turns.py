"""The turns of a transcript as blocks of rows."""

from typing import Final

from alignscope.text.clean import clean
from alignscope.text.wording import counted
from alignscope.ui.widgets.transcript.layout import Block, BlockKind, Rows

_SHOWN: Final = 600
"""Characters of a prompt, and of what is said of a turn, that are shown."""


class Turns:
    """Writes prompts, replies and their ends into blocks."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._settings: list[str] = []  # of each turn
        self._open: dict[int, Block] = {}  # unfinished replies by sample

    @property
    def running(self) -> bool:
        """Whether a reply of the last turn hasn't ended."""
        return bool(self._open)

    def begin(self, number: int, prompt: str, settings: str, samples: int, remarks: str = "") -> None:
        """Add a turn: its number, its settings if they changed, prompt, remarks, an empty reply for each sample."""
        self._open.clear()
        changed = settings if settings not in self._settings[-1:] else ""
        self._settings.append(settings)
        self._rows.samples = samples
        self._rows.add(
            BlockKind.SEPARATOR, clean(f"{number} \u2500 {changed}" if changed else str(number)).replace("\n", " ")
        )
        self._rows.add(BlockKind.PROMPT, _beginning(prompt))
        if remarks:
            self._rows.add(BlockKind.REMARK, _beginning(remarks))
        for sample in range(1, samples + 1):
            if samples > 1:
                self._rows.add(BlockKind.SAMPLE, f"sample {sample} of {samples}", sample)
            self.reply(sample)

    def remark(self, place: int, remarks: str) -> None:
        """Replace the remarks below the prompt of the turn at a place, from 0; empty for none."""
        blocks = self._rows.blocks
        prompts = [index for index, block in enumerate(blocks) if block.kind is BlockKind.PROMPT]
        old = blocks[prompts[place] + 1]
        if old.kind is BlockKind.REMARK:
            below = blocks[prompts[place] + 2]
            self._rows.drop([old])
        else:
            below = old
        if remarks:
            self._rows.add(BlockKind.REMARK, _beginning(remarks), before=below)

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

    def reopen(self, sample: int) -> None:
        """Empty a sample's reply in the last turn, and remove its other blocks."""
        blocks = self._rows.blocks
        last = max((index for index, block in enumerate(blocks) if block.kind is BlockKind.PROMPT), default=None)
        if last is None:
            return
        own = [block for block in blocks[last:] if block.sample == sample and block.kind is not BlockKind.SAMPLE]
        reply = next(block for block in own if block.kind is BlockKind.REPLY)
        reply.empty()
        self._open[sample] = reply
        self._rows.drop([block for block in own if block is not reply])

    def truncate(self, turns: int) -> list[Block]:
        """Remove all but the first `turns` turns. Returns the removed blocks."""
        del self._settings[turns:]
        blocks = self._rows.blocks
        starts = [index for index, block in enumerate(blocks) if block.kind is BlockKind.SEPARATOR]
        gone = blocks[starts[turns] :] if turns < len(starts) else []
        if gone:
            self._open.clear()
            self._rows.drop(gone)
        return gone


def _beginning(text: str) -> str:
    """Return as much of a text as is shown, and how much more there is."""
    shown = clean(text[:_SHOWN])
    more = len(text) - _SHOWN
    return f"{shown} … and {counted(more, 'more character')}" if more > 0 else shown
