"""The screen that runs a recorded turn again: old reply above, new reply below, the first difference marked."""

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import accumulate
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from alignscope.model.events import Event
from alignscope.model.lineup.pane import Pane
from alignscope.model.reply import Reply
from alignscope.model.turn import Turn
from alignscope.text.clean import clean, fit
from alignscope.text.wording import counted, describe_settings, reply_summary
from alignscope.ui.screens.base.actions import in_background
from alignscope.ui.screens.base.labels import labels
from alignscope.ui.screens.base.screen import AppScreen
from alignscope.ui.widgets.keybar import KeyBar
from alignscope.ui.widgets.status import NoticeLine

_BEFORE: Final = 240
"""Equal characters that are shown before the first difference."""
_AFTER: Final = 4_000
"""Characters that are shown from the first difference."""
_PERIOD: Final = 0.2
"""Seconds between two updates while text comes."""
_PROMISE: Final = (
    "A seed is no promise that a server repeats itself: another version, cache, batch or processor can turn the same "
    "seed into other words."
)


def common_prefix(old: str, new: str) -> int:
    """Return the number of characters that two texts begin with in common."""
    low, high = 0, min(len(old), len(new))
    while low < high:  # comparing slices is fast, comparing characters is not
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


class ComparedPane(VerticalScroll):
    """The two replies of a pane."""

    DEFAULT_CSS = """
    ComparedPane {
        width: 1fr;
        height: 1fr;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        border-left: solid $scrollbar;
        &.-first { border-left: none; }
        & Static { height: auto; }
        & .-head { background: $surface; }
        &:focus .-head { background: $panel; text-style: underline; }
        & .-when { color: $text-muted; margin-top: 1; }
        & .-sum { color: $accent; margin-top: 1; }
    }
    """

    def __init__(self, pane: Pane, label: Content, then: str) -> None:
        super().__init__()
        self.pane = pane
        self._then = then
        model = clean(f"  {pane.model}  {pane.mode}")
        self._head = Static(Content.assemble(label.stylize("bold"), (model, "$text-muted")), classes="-head")
        self._rows = [Static(markup=False, classes=name) for name in ("-when", "", "-when", "", "-sum")]

    def compose(self) -> ComposeResult:
        yield self._head
        yield from self._rows

    def compare(self, old: Reply | None, new: Reply | None) -> None:
        """Show both replies as far as they have come."""
        before, after = old.text if old else "", new.text if new else ""
        alike = common_prefix(before, after)
        running = new is None or new.end is None
        parted = (alike < min(len(before), len(after))) or (not running and before != after)
        when, text, now, again, summary = self._rows
        when.update(f"then, {self._then}: {_end(old)}")
        text.update(_marked(before, alike, parted))
        now.update(f"now: {_end(new)}")
        again.update(_marked(after, alike, parted))
        summary.update(self._summary(new, alike, parted, running))

    def _summary(self, new: Reply | None, alike: int, parted: bool, running: bool) -> str:
        if parted:
            assert new is not None
            ends = accumulate(map(len, new.texts))
            tokens = sum(end <= alike for end in ends) if not new.thoughts else None
            same = counted(alike, "character") + (f", {counted(tokens, 'token')}" if tokens is not None else "")
            return f"They part after {same}." if alike else "They part at the first character."
        if running:
            return "The same so far." if alike else ""
        return "The same to the end."


def _end(reply: Reply | None) -> str:
    if reply is None:
        return "no reply"
    summary = reply_summary(reply)
    return f"{summary}. {clean(reply.message)}" if reply.message else summary


def _marked(text: str, alike: int, parted: bool) -> Content:
    """Return the text around the first difference, which is marked; what is equal is dimmed."""
    start = max(0, alike - _BEFORE)
    rest = text[alike : alike + _AFTER]
    left = len(text) - alike - len(rest)
    return Content.assemble(
        (f"… {counted(start, 'character')} alike …\n" if start else "", "$accent"),
        (clean(text[start:alike]), "dim"),
        ("►" if parted else "", "$accent"),
        clean(rest),
        (f"\n… {counted(left, 'more character')}" if left else "", "$accent"),
    )


class CompareScreen(AppScreen[None]):
    """Runs a recorded turn again and shows both.

    Args:
        turn: the recorded turn.
        run: sends it again; yields each event with its reply.
        kept: notice at the end on where the new replies are saved.
    """

    BINDING_GROUP_TITLE = "Compare"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Back", id="compare.leave", tooltip="Stop what is still coming, and go back"),
        Binding("s", "stop", "Stop", id="compare.stop", tooltip="Stop what is still coming; what has come stays"),
        Binding("n", "sample(1)", "Next sample", id="compare.sample-next", tooltip="Show the next sample"),
        Binding("N", "sample(-1)", "Sample before", id="compare.sample-previous", show=False,
                tooltip="Show the previous sample"),
        Binding("f1,question_mark", "help", "Help", id="compare.help", tooltip="Keys and words"),
    ]  # fmt: skip
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-wide")]
    notice = query_one(NoticeLine)
    DEFAULT_CSS = """
    CompareScreen {
        layout: vertical;
        & #compare-head { height: auto; max-height: 4; padding: 0 1; background: $surface; }
        & #compare-panes { height: 1fr; }
        &.-narrow #compare-panes { layout: vertical; }
        &.-narrow ComparedPane { border-left: none; }
        & KeyBar { margin-left: 1; }
        & #compare-promise { height: auto; padding: 0 1; color: $text-muted; }
    }
    """

    def __init__(self, turn: Turn, run: Callable[[], AsyncIterator[tuple[Event, Reply]]], *, kept: str) -> None:
        super().__init__()
        self._old = turn
        self._run = run
        self._kept = kept
        self._sample = 1
        self._coming = True
        self._new: dict[tuple[str, int], Reply] = {}
        then = f"{turn.at.astimezone():%Y-%m-%d %H:%M}"
        named = labels(turn.lineup)
        self._panes = [ComparedPane(pane, named[pane.name], then) for pane in turn.lineup]

    def compose(self) -> ComposeResult:
        sent = clean(" · ".join(describe_settings(self._old.settings)))
        yield Static(
            Content.assemble((fit(self._old.prompt, 300), "bold"), (f"\n{sent}", "$text-muted")), id="compare-head"
        )
        with Horizontal(id="compare-panes"):
            yield from self._panes
        yield Static(_PROMISE, id="compare-promise", markup=False)
        yield NoticeLine()
        yield KeyBar()

    def on_mount(self) -> None:
        self._panes[0].add_class("-first")
        self.set_focus(self._panes[0])
        self._draw()
        self._timer = self.set_interval(_PERIOD, self._draw)
        in_background(self, self._again, "again")

    @property
    def footer_labels(self) -> dict[str, str]:
        """Empty labels, by action, for keys that do nothing at this moment."""
        return ({} if self._coming else {"stop": ""}) | ({} if self._old.settings.samples > 1 else {"sample(1)": ""})

    async def _again(self) -> None:
        try:
            async for event, reply in self._run():
                self._new[event.pane, event.sample] = reply
            self.notice.set_message(self._kept)
        finally:
            self._coming = False
            if self.is_attached:
                self._timer.stop()
                self._draw()
                self.refresh_bindings()

    def _draw(self) -> None:
        for pane in self._panes:
            key = (pane.pane.name, self._sample)
            pane.compare(self._old.replies.get(key), self._new.get(key))

    def action_sample(self, step: int) -> None:
        """Show another sample, in every pane."""
        if self._old.settings.samples == 1:
            self.notice.set_message("This turn has one sample a pane.")
            return
        self._sample = (self._sample - 1 + step) % self._old.settings.samples + 1
        self.notice.set_message(f"Sample {self._sample} of {self._old.settings.samples}.")
        self._draw()

    def action_stop(self) -> None:
        """Stop the replies."""
        self.workers.cancel_group(self, "again")

    async def action_leave(self) -> None:
        """Stop the replies, and go back."""
        self.action_stop()
        await asyncio.sleep(0)
        self.dismiss(None)
