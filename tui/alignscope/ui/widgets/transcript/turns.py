"""The turns of a transcript as blocks of rows: which text stands in which block."""

from typing import Final

from alignscope.text.clean import clean
from alignscope.text.wording import counted
from alignscope.ui.widgets.transcript.layout import Block, Kind, Rows

_PROMPT_SHOWN: Final = 600
"""Characters of a prompt that its separator shows."""


class Turns:
    """Prompts, the replies to them, and how those ended."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._settings: list[str] = []  # of each turn
        self._open: dict[int, Block] = {}  # by sample: the reply that grows

    @property
    def running(self) -> bool:
        """Whether a reply of the last turn hasn't ended."""
        return bool(self._open)

    def begin(self, number: int, prompt: str, settings: str, samples: int) -> None:
        """Add a turn: its number, its settings if they are news, the prompt, and an empty reply of each sample."""
        self._open.clear()
        news = settings if settings not in self._settings[-1:] else ""
        self._settings.append(settings)
        self._rows.samples = samples
        self._rows.add(Kind.SEPARATOR, clean(f"{number} \u2500 {news}" if news else str(number)).replace("\n", " "))
        shown = clean(prompt[:_PROMPT_SHOWN])
        if len(prompt) > _PROMPT_SHOWN:
            shown += f" … and {counted(len(prompt) - _PROMPT_SHOWN, 'more character')}"
        self._rows.add(Kind.PROMPT, shown)
        for sample in range(1, samples + 1):
            if samples > 1:
                self._rows.add(Kind.SAMPLE, f"sample {sample} of {samples}", sample)
            self._open[sample] = self._rows.add(Kind.REPLY, "", sample)

    def reply(self, sample: int) -> Block:
        """Return the block that a sample's reply goes to, also of a turn that was never begun."""
        if sample not in self._open:
            self._open[sample] = self._rows.add(Kind.REPLY, "", sample)
        return self._open[sample]

    def thinking(self, sample: int) -> Block:
        """Return the block that a sample's thinking goes to, which stands before its reply."""
        reply, blocks = self.reply(sample), self._rows.blocks
        before = blocks[blocks.index(reply) - 1]
        if before.kind is Kind.THINKING and before.sample == sample:
            return before
        self._rows.add(Kind.LABEL, "thinking", sample, before=reply)
        return self._rows.add(Kind.THINKING, "", sample, before=reply)

    def end(self, words: str, message: str, sample: int) -> None:
        """Add how a sample's reply ended, and a message for the person if something went wrong."""
        reply = self._open.pop(sample, None)
        if reply is None:
            return
        below = self._rows.blocks.index(reply) + 1
        after = next(iter(self._rows.blocks[below:]), None)
        if message:
            self._rows.add(Kind.ERROR, clean(message), sample, before=after)
        self._rows.add(Kind.END, clean(words), sample, before=after)

    def reopen(self, sample: int) -> None:
        """Empty a sample's reply in the last turn, and remove what stands around it."""
        blocks = self._rows.blocks
        last = max((index for index, block in enumerate(blocks) if block.kind is Kind.PROMPT), default=None)
        if last is None:
            return
        own = [block for block in blocks[last:] if block.sample == sample and block.kind is not Kind.SAMPLE]
        reply = next(block for block in own if block.kind is Kind.REPLY)
        self._open[sample] = self._rows.empty(reply)
        self._rows.drop([block for block in own if block is not reply])

    def keep(self, turns: int) -> list[Block]:
        """Remove all but so many turns from the start. Returns the blocks that are gone."""
        del self._settings[turns:]
        blocks = self._rows.blocks
        starts = [index for index, block in enumerate(blocks) if block.kind is Kind.SEPARATOR]
        gone = blocks[starts[turns] :] if turns < len(starts) else []
        if gone:
            self._open.clear()
            self._rows.drop(gone)
        return gone
