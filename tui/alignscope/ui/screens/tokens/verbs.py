"""Actions at a token: take another one, draw again, graft, look ahead without writing, go to another sample."""

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from alignscope.backends.base import Chunk, ServerError
from alignscope.measure.bounds import BITS
from alignscope.measure.shift.budget import largest
from alignscope.model.events import Alternative, Token
from alignscope.model.origin import Kind
from alignscope.model.reply import Reply
from alignscope.model.turn import Turn
from alignscope.run.going_on import Beginning, NoBeginningError, budgeted, grafted, rerolled, taken
from alignscope.text.wording import counted, describe_percent, name_token
from alignscope.ui.screens.base.actions import in_background
from alignscope.ui.screens.tokens.reply_tokens import ReplyTokens
from alignscope.ui.screens.tokens.token_column import TokenColumn

if TYPE_CHECKING:
    from alignscope.ui.screens.tokens.screen import TokensScreen

_REPLAYED = "A replay only shows what was recorded. Go live from it, by its own key; then panes go on from here."


class Further(Protocol):
    """Lets panes go on from the beginnings of replies, in the background: the explorer."""

    def go_on(self, turn: Turn, beginning: Beginning) -> None:
        """Begin a further sample of a turn."""

    async def peek(self, turn: Turn, beginning: Beginning) -> Chunk | None:
        """Return what a model finds likely behind a beginning; None where it ends there. Raises ServerError."""

    def stop_further(self) -> bool:
        """Stop the replies that go on from others. Return whether any was running."""


_SHARES: Final = (5, 10, 20, 50)
"""Percent of a reply's places that the other model may write at."""


class _Budget(NamedTuple):
    """The places of a reply at which the other model is to write."""

    percent: int
    places: list[int]


class _Peeked(NamedTuple):
    """The list of likeliest tokens behind a token."""

    tokens: ReplyTokens
    """The one token that it would write if it always took the likeliest, with its list."""
    reply: Reply
    token: int


class Verbs:
    """The actions of the token view's keys, and the choices at its cursor."""

    def __init__(self, screen: "TokensScreen", turn: Turn, further: Further | None) -> None:
        """Args:
        further: None in a replay.
        """
        self._screen = screen
        self._turn = turn
        self._further = further
        self.chosen: int | None = None
        """The place in the list at the cursor of the alternative to take; None if none was chosen."""
        self._budget: _Budget | None = None
        self._peeked: _Peeked | None = None
        self._awaited: tuple[TokenColumn, int] | None = None
        """A pane of which a further sample has begun, and the token that its cursor waits for."""

    def forget(self) -> None:
        """Forget what was chosen and looked at, since the cursor is at another token."""
        self.chosen = self._peeked = self._awaited = self._budget = None

    @property
    def kept_words(self) -> str:
        """Words for a token at the cursor that the reply didn't generate; "" for one that it did."""
        origin, token = self._tokens.reply.origin, self._token
        if origin is None or not self._tokens.borrowed(token):
            return ""
        if token in origin.places:
            return f", written by {origin.by}"
        return ", taken instead" if token == origin.position else f", kept from {origin.pane} {origin.sample}"

    # The list at the cursor

    @property
    def _tokens(self) -> ReplyTokens:
        return self._screen.active.tokens

    @property
    def _token(self) -> int:
        return self._screen.active.text.cursor

    @property
    def behind(self) -> ReplyTokens | None:
        """The list behind the cursor's token; None if it wasn't asked for."""
        peeked = self._peeked
        here = (self._tokens.reply, self._token)
        return peeked.tokens if peeked and (peeked.reply, peeked.token) == here else None

    @property
    def _alternatives(self) -> tuple[Alternative, ...]:
        if self.behind is not None:
            return self.behind.alternatives(0)
        return self._tokens.alternatives(self._token) if len(self._tokens) else ()

    def choose(self, place: int) -> None:
        """Choose the alternative at a place of the list."""
        listed = self._alternatives
        if not listed:
            self._screen.show_words("no list came with this token; v fetches the one behind it")
        elif not 0 <= place < len(listed):
            self._screen.show_words(f"the list has no {place + 1}")
        else:
            self.chosen, self._budget = place, None
            chance = describe_percent(math.exp(min(0.0, listed[place].logprob)))
            self._screen.show_words(f"chosen {name_token(listed[place].text)}, {chance}: enter takes it")

    def choose_beside(self, by: int) -> None:
        """Choose the next alternative, or the one before, around the end of the list."""
        count = len(self._alternatives)
        before = self.chosen if self.chosen is not None else (-1 if by > 0 else 0)
        self.choose((before + by) % count if count else 0)

    # Further samples

    def take(self) -> None:
        """Go on with the chosen alternative, or with the other model's tokens at the chosen places."""
        if self._budget is not None:
            self._take_budget(self._budget)
            return
        listed, chosen = self._alternatives, self.chosen
        if chosen is None or chosen >= len(listed):
            self._screen.say("Choose an alternative first, by its number or with [ and ]; enter then goes on with it.")
            return
        position = self._token + (self.behind is not None)
        self._begin(lambda: taken(self._turn, self._tokens.reply, position, listed[chosen].text, listed))

    def reroll(self) -> None:
        """Draw again from before the cursor's token."""
        self._begin(lambda: rerolled(self._turn, self._tokens.reply, self._token))

    def graft(self, direction: int) -> None:
        """Let a pane go on after its twin's tokens: this one after the next one's (-1), or the next one (1)."""
        here, columns = self._screen.active, self._screen.columns
        other = columns[(columns.index(here) + 1) % len(columns)]
        if other is here:
            self._screen.say("There is no other pane whose tokens it could go on after.")
            return
        source, goes_on = (other, here) if direction < 0 else (here, other)
        k = min(source.text.cursor + 1, len(source.tokens))
        self._begin(lambda: grafted(self._turn, source.tokens.reply, k, goes_on.pane))

    def budget(self) -> None:
        """Choose the places where the other model differs most: a small share of them, then a greater one."""
        scored, tokens = self._tokens.scored, self._tokens
        if self._further is None:
            self._screen.say(_REPLAYED)
            return
        if scored is None or not scored.known:
            key = self._screen.key_of("tokens.score")
            self._screen.say(f"Nothing tells yet where the two models differ: {key} asks the other one.")
            return
        every = [scored.comparison(token) for token in range(min(scored.known, len(tokens)))]
        known = [None if each is None else each.js for each in every]
        told = sum(each is not None for each in known)
        if not told:
            self._screen.say("JS is known nowhere here: it needs both models' alternatives at a place.")
            return
        before = self._budget.percent if self._budget else 0
        percent = next((each for each in _SHARES if each > before), _SHARES[0])
        places = largest(known, percent)
        if not places:
            self._screen.say("Nowhere do the lists tell for certain that the two models differ.")
            return
        self.chosen, self._budget = None, _Budget(percent, places)
        so_far = "" if scored.score.whole and scored.known >= len(tokens) else " so far"
        least = min(js.lo for place in places if (js := known[place])) * BITS
        by, here = scored.score.key.by, tokens.reply.pane
        self._screen.show_words()
        self._screen.say(  # in as many rows as it needs, since it says what enter does
            f"{percent} %: {len(places):,} of {counted(told, 'place')}{so_far}, JS at least {least:.2f} bits, frame "
            f"{scored.score.key.frame}; enter: {by} writes there, {here} elsewhere; again: a greater share"
        )

    def _take_budget(self, budget: _Budget) -> None:
        scored = self._tokens.scored
        listed = scored.list_at(budget.places[0]) if scored else None
        if scored is None or listed is None:
            return
        key, text = scored.score.key, listed.tops[0].text
        self._begin(
            lambda: budgeted(
                self._turn, self._tokens.reply, budget.places, text,
                by=self._turn.pane(key.by), frame=key.frame, percent=budget.percent,
            )
        )  # fmt: skip

    def _begin(self, verb: Callable[[], Beginning]) -> None:
        """Begin a further sample and show it in its pane, or say why it can't be."""
        if self._further is None:
            self._screen.say(_REPLAYED)
            return
        try:
            beginning = verb()
        except NoBeginningError as error:
            self._screen.say(str(error))
            return
        self._further.go_on(self._turn, beginning)
        column = next(each for each in self._screen.columns if each.pane.name == beginning.pane.name)
        self._screen.show_sample(column, beginning.sample)
        origin = beginning.origin
        self._awaited = (column, origin.kept - (origin.kind in (Kind.ALTERNATIVE, Kind.BUDGET)))

    def await_token(self) -> None:
        """Put the cursor on the first token that a further sample doesn't share, once it is there."""
        if self._awaited is not None:
            column, token = self._awaited
            column.move(token, active=column is self._screen.active)
            column.text.reveal()
            if len(column.tokens) > token:
                self._awaited = None

    def stop(self) -> bool:
        """Stop what was begun here. Return whether anything was running."""
        if self._further is None or not self._further.stop_further():
            return False
        self._screen.show_words("stopped; what came of it is kept")
        return True

    # Looking on

    def peek(self) -> None:
        """Show what the model finds likely behind the cursor's token, without writing."""
        if self._further is None:
            self._screen.say(_REPLAYED)
        elif not len(self._tokens):
            self._screen.say("No token has come yet that could be looked behind.")
        else:
            in_background(self._screen, partial(self._peek, self._further), "peek", exclusive=True)

    async def _peek(self, further: Further) -> None:
        tokens, token = self._tokens, self._token
        self._screen.show_words("looking …")
        try:
            pane = self._turn.pane(tokens.reply.pane)
            found = await further.peek(self._turn, grafted(self._turn, tokens.reply, token + 1, pane))
        except (NoBeginningError, ServerError) as error:
            self._screen.say(str(error))
            return
        if (self._tokens, self._token) != (tokens, token):
            return
        self.forget()
        if found is None:
            self._screen.show_words("the model would end the reply behind this token")
            return
        reply = Reply(tokens.reply.pane, tokens.reply.sample)
        logprob = math.nan if found.logprob is None else found.logprob
        reply.apply(Token(reply.pane, reply.sample, 0.0, found.text, False, logprob, found.alternatives))
        behind = ReplyTokens(reply)
        behind.take_in()
        self._peeked = _Peeked(behind, tokens.reply, token)
        self._screen.show_words()

    # Samples

    def sample(self, by: int) -> None:
        """Show the next sample of this pane."""
        here = self._screen.active
        shown, samples = self._screen.samples[here.pane.name], sorted(self._turn.replies_of(here.pane.name))
        if len(samples) < 2:
            self._screen.show_words("this pane has one sample; enter, r and k make others")
            return
        place = samples.index(shown) if shown in samples else 0
        self._screen.show_sample(here, samples[(place + by) % len(samples)])

    def tree(self) -> None:
        """Show which replies of the turn came from which, and go to the one that is chosen."""
        if self._turn.replies:
            in_background(self._screen, self._tree, "tree", exclusive=True)

    async def _tree(self) -> None:
        from alignscope.ui.screens.dialogs.ancestry import AncestryScreen

        screen = self._screen
        here = screen.active.pane.name
        key = await screen.app.push_screen_wait(AncestryScreen(self._turn, (here, screen.samples[here])))
        column = next((each for each in screen.columns if key and each.pane.name == key[0]), None)
        if key is not None and column is not None:
            screen.show_sample(column, key[1])
