"""The screen of the token view: every pane's reply with a cursor, and what else was likely there."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.getters import query_one
from textual.timer import Timer

from alignscope.model.lineup.tones import tones
from alignscope.model.turn import Turn
from alignscope.scoring.turn_scoring import TurnScoring
from alignscope.text.wording import counted, describe_origin, describe_token, name_token
from alignscope.ui.screens.base.screen import AppScreen
from alignscope.ui.screens.tokens.bindings import BINDINGS
from alignscope.ui.screens.tokens.inspector import Inspected, Inspector
from alignscope.ui.screens.tokens.legend import Legend, Words
from alignscope.ui.screens.tokens.reply_tokens import ReplyTokens
from alignscope.ui.screens.tokens.scales import SCALES
from alignscope.ui.screens.tokens.scores.panel import ScorePanel
from alignscope.ui.screens.tokens.token_column import TokenColumn
from alignscope.ui.screens.tokens.token_strip import TokenStrip
from alignscope.ui.screens.tokens.token_text import TokenText
from alignscope.ui.screens.tokens.verbs import Further, Verbs
from alignscope.ui.widgets.keybar import KeyBar

_PERIOD: Final = 0.1
"""Seconds between two looks at replies that still grow."""
_LISTS: Final[Mapping[str, Callable[[ReplyTokens, int], bool]]] = {
    "uncertain": ReplyTokens.uncertain,
    "fork": ReplyTokens.fork,
    "shifted": lambda tokens, token: tokens.scored is not None and tokens.scored.shifted(token),
    "ended": lambda tokens, token: tokens.scored is not None and tokens.scored.ended(token),
}
_NAMES: Final = {
    "uncertain": "uncertain token",
    "fork": "fork",
    "shifted": "shifted token",
    "ended": "end by the other",
}
_BY_SCORE: Final = ("shifted", "ended")


class TokensScreen(AppScreen[None]):
    """The tokens of a turn's replies, as they are now and as they grow.

    Args:
        turn: replies may still come, or be replaced.
        sample: the sample to show of each pane.
        pane: name of the pane whose cursor the keys move first.
        stacked: whether the panes are one above the other.
        further: lets panes go on from the replies; None in a replay.
        scoring: what asks the panes about one another's replies; None where nobody can be asked.
    """

    AUTO_FOCUS = ""
    BINDINGS = BINDINGS
    BINDING_GROUP_TITLE = "Tokens"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (18, "-high")]
    inspector = query_one(Inspector)
    legend = query_one(Legend)
    words = query_one(Words)
    DEFAULT_CSS = """
    TokensScreen {
        layout: vertical;
        & #tokens-body { height: 1fr; layout: horizontal; visibility: hidden; }
        & #tokens-columns { width: 1fr; height: 1fr; layout: horizontal; }
        & #tokens-columns.-stacked { layout: vertical; }
        & Inspector { width: 44; height: 1fr; visibility: visible; }
        &.-narrow #tokens-body { layout: vertical; }
        &.-narrow Inspector { width: 1fr; height: 8; }
        &.-narrow.-low Inspector { height: 4; }
        & KeyBar { margin-left: 1; }
    }
    """

    def __init__(
        self,
        turn: Turn,
        sample: int = 1,
        pane: str = "",
        *,
        stacked: bool = False,
        further: Further | None = None,
        scoring: TurnScoring | None = None,
    ) -> None:
        super().__init__()
        self._turn = turn
        self.samples = {each.name: min(sample, turn.samples_of(each.name)) for each in turn.lineup}
        self.verbs = Verbs(self, turn, further)
        self._stacked = stacked
        self._columns = [
            TokenColumn(each, tone, samples=turn.samples_of(each.name), requested=turn.settings.logprobs)
            for each, tone in zip(turn.lineup, tones(turn.lineup), strict=True)
        ]
        self._here = next((column for column in self._columns if column.pane.name == pane), self._columns[0])
        self._scores = ScorePanel(turn, self._columns, scoring)
        self._scale = SCALES[0]
        self._said = ""
        self._list = "uncertain"
        self._linked = True
        self._blanks = False
        self._timer: Timer

    def compose(self) -> ComposeResult:
        with Container(id="tokens-body"):
            with Container(id="tokens-columns", classes="-stacked" if self._stacked else ""):
                yield from self._columns
            yield Inspector()
        yield Words()
        yield Legend()
        yield KeyBar()

    def on_mount(self) -> None:
        self._timer = self.set_interval(_PERIOD, self._follow)
        self.call_after_refresh(self._follow)

    def _follow(self) -> None:
        """Take in what came, until all replies have ended."""
        names = [column.pane.name for column in self._columns]
        replies = [self._turn.replies.get((name, self.samples[name])) for name in names]
        changed = [column.update_reply(reply) for column, reply in zip(self._columns, replies, strict=True)]
        scored = self._scores.follow()
        if scored and self._scale.scored:
            for column in self._columns:
                column.rescale()
        if any(changed) or scored or not self._columns[0].has_class("-begun"):
            self._columns[0].add_class("-begun")
            self.verbs.await_token()
            self._show(said=self._said, keep_message=True)
        if all(reply is not None and reply.end is not None for reply in replies) and not self._scores.running:
            self._timer.pause()

    async def on_unmount(self) -> None:
        """Stop asking: what came is kept, and the same key goes on."""
        await self._scores.close()

    @property
    def footer_labels(self) -> dict[str, str]:
        """Shorter labels, by action, so that the line of keys has room for more of them."""
        return {"pane(1)": "Pane"}

    # The cursor

    @property
    def columns(self) -> Sequence[TokenColumn]:
        """The panes."""
        return self._columns

    @property
    def active(self) -> TokenColumn:
        """The pane whose cursor the keys move."""
        return self._here

    def show_words(self, said: str = "") -> None:
        """Show the cursor and the words for it, with more words behind these."""
        self._show(said=said)

    def _show(self, *, keep_column: bool = False, said: str = "", keep_message: bool = False) -> None:
        """Show the cursors, the inspected token and the words for it.

        Args:
            said: more words behind these.
            keep_message: whether a message in their place stays.
        """
        self._said = said
        here = self._here
        for column in self._columns:
            column.move(column.text.cursor, active=column is here, keep_column=keep_column)
        token, tokens = here.text.cursor, here.tokens
        behind, progress = self.verbs.behind, self._scores.progress()
        if behind is not None:
            self.inspector.show(Inspected(behind, 0, f"{here.mark}, behind", chosen=self.verbs.chosen))
            described = f"behind {name_token(tokens.texts[token])}, without writing"
        elif not len(tokens):
            self.inspector.show(None)
            described = "no token has come yet" if tokens.reply.end is None else "no token"
        else:
            other = self._scores.other(here, token)
            server = next((each.server for each in self._turn.panes if each.name == here.pane.name), "")
            self.inspector.show(Inspected(tokens, token, here.mark, other, server, self.verbs.chosen))
            described = describe_token(token, len(tokens), tokens.texts[token], tokens.probability(token), self._rank())
            described += self.verbs.kept_words
            if other and other.words and not (said or progress):
                described = f"{described}; {other.words}"
        if not (keep_message and self.words.message):
            self.words.show("  ·  ".join(filter(None, (described, progress, said))))
        self.legend.show(self._scale, "linked" if self._linked else "not linked")

    def _rank(self) -> str:
        """Return the rank of the cursor's token in words; empty if nothing is known."""
        tokens, token = self._here.tokens, self._here.text.cursor
        figures = tokens.figures(token)
        if figures is None:
            return ""
        lo, hi, listed = figures.rank
        if lo == hi:
            return f"{lo:,}"
        return "" if listed or not tokens.alternatives(token) else f"over {len(tokens.alternatives(token)):,}"

    def _go(self, token: int, *, keep_column: bool = False, said: str = "") -> None:
        """Move the cursor, and those linked to it."""
        here = self._here
        self.verbs.forget()
        here.move(token, active=True, keep_column=keep_column)
        here.text.reveal()
        if self._linked:
            for column in self._columns:
                if column is not here:
                    column.move(here.text.cursor, active=False)
        self._show(keep_column=keep_column, said=said)

    def action_step(self, by: int) -> None:
        """Go to the next token, or to the one before."""
        self._go(self._here.text.cursor + by)

    def action_line(self, by: int) -> None:
        """Go to the token below, or to the one above."""
        self._go(self._here.text.beside(by), keep_column=True)

    def action_page(self, direction: int) -> None:
        """Go a page on or back."""
        self._go(self._here.text.beside(direction * self._here.text.page), keep_column=True)

    def action_end(self, last: int) -> None:
        """Go to the first token, or to the last."""
        self._go(len(self._here.tokens) - 1 if last else 0)

    def action_pane(self, by: int) -> None:
        """Move another pane's cursor from now on."""
        columns = self._columns
        self.verbs.forget()
        self._here = columns[(columns.index(self._here) + by) % len(columns)]
        self._show()

    def action_link(self) -> None:
        """Move all cursors together by position, or each on its own."""
        self._linked = not self._linked
        self._go(self._here.text.cursor)

    @on(TokenText.Pointed)
    @on(TokenStrip.Pointed)
    def _pointed(self, event: TokenText.Pointed | TokenStrip.Pointed) -> None:
        event.stop()
        self._here = next(column for column in self._columns if event.sender in column.children)
        self._go(event.token)

    # Lists

    def action_list(self, name: str) -> None:
        """Walk another list, and go to its next token."""
        self._list = name
        self.action_walk(1)

    def action_walk(self, direction: int) -> None:
        """Go to the next token of the list, or to the one before, around the end."""
        tokens, cursor = self._here.tokens, self._here.text.cursor
        belongs, name = _LISTS[self._list], _NAMES[self._list]
        found = [token for token in range(len(tokens)) if not tokens.borrowed(token) and belongs(tokens, token)]
        if not found:
            unasked = self._list in _BY_SCORE and tokens.scored is None
            self._show(said=self._unasked if unasked else f"no {name} here")
            return
        later, earlier = [each for each in found if each > cursor], [each for each in found if each < cursor]
        if direction > 0:
            token, around = (later[0], "") if later else (found[0], ", from the start again")
        else:
            token, around = (earlier[-1], "") if earlier else (found[-1], ", from the end again")
        place = found.index(token) + 1
        self._go(token, said=f"{name} {place:,} of {counted(len(found), name).split(' ')[0]}{around}")

    # The other model

    @property
    def _unasked(self) -> str:
        return f"not asked yet: {self.key_of('tokens.score')} asks the other model"

    def action_score(self) -> None:
        """Have this reply scored by the other models and theirs by this one, or stop that."""
        said = self._scores.toggle(self._here, self.key_of("tokens.score"))
        self._timer.resume()
        self._show(said=said)

    def action_frame(self) -> None:
        """Show the scores after the next frame."""
        said = self._scores.next_frame()
        self._timer.resume()
        for column in self._columns:
            column.rescale()
        self._show(said=said)

    # How it is shown

    def action_blanks(self) -> None:
        """Show blanks as signs, or as they are."""
        self._blanks = not self._blanks
        for column in self._columns:
            column.text.show_blanks(self._blanks)

    def action_scale(self) -> None:
        """Show the heat of the next scale."""
        self._scale = SCALES[(SCALES.index(self._scale) + 1) % len(SCALES)]
        for column in self._columns:
            column.set_scale(self._scale)
        unasked = self._scale.scored and self._here.tokens.scored is None
        self._show(said=self._unasked if unasked else "")

    def action_leave(self) -> None:
        """Stop what goes on from here, or leave the token view."""
        if not self.verbs.stop():
            self.dismiss(None)

    # Verbs and samples

    def action_verb(self, name: str, *arguments: int) -> None:
        """Do what a key of the verbs does."""
        getattr(self.verbs, name)(*arguments)

    def show_sample(self, column: TokenColumn, sample: int) -> None:
        """Show a sample of a pane, with the cursor as far on as it was, and move that one from now on."""
        cursor, name = column.text.cursor, column.pane.name
        self._here = column
        self.samples[name], column.samples = sample, self._turn.samples_of(name)
        self.verbs.forget()
        self._timer.resume()
        self._follow()
        column.move(cursor, active=True)
        reply = self._turn.replies.get((name, sample))
        origin = reply.origin if reply else None
        self._show(said=describe_origin(origin) if origin else f"sample {sample} of {column.samples}")

    def say(self, message: str) -> None:
        """Show a message in place of the words for the cursor, in as many rows as it needs."""
        self.words.say(message)
