"""A session's turns as one sequence of events, sorted by time.

Turns follow one another, and the replies of a turn run in parallel as they were recorded. Nothing here reads a clock
or changes a turn.
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

from alignscope.model.events import Event, Finished, Started
from alignscope.model.pace import AS_IT_COMES, paced_times
from alignscope.model.reply import Reply
from alignscope.model.turn import Turn

TURN_GAP_MS: Final = 1000.0
"""Pause between a turn's last event and the next turn, instead of the time that the person read."""


class Step(NamedTuple):
    """One event of a recording."""

    turn: Turn
    event: Event | None
    """The event of a live reply, with its time since the prompt; None where the turn begins."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place of interest on the timeline."""

    index: int
    """Index of its event in the recording."""
    turn: Turn
    reply: Reply | None
    """The reply that ends here; None where the turn begins."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Events that are contiguous before they are sorted by time: a turn's beginning, or one reply's."""

    turn: int
    first: int
    """The place of its first event: the beginning, or the reply's start. Tokens follow it, then the end."""
    reply: Reply | None
    tokens: int = 0

    @property
    def length(self) -> int:
        if self.reply is None:
            return 1
        return 1 + self.tokens + (self.reply.end is not None)


class Recording:
    """All events of some turns, sorted by time, then by turn and by the replies' order in it."""

    def __init__(self, turns: Sequence[Turn], pace: int = AS_IT_COMES) -> None:
        """Sort the events of the turns, which decodes their timelines.

        Args:
            pace: tokens a second; those of a faster reply happen later than they were recorded.
        """
        self.turns = tuple(turns)
        self._parts: list[_Part] = []
        self._of_turn: list[range] = []  # by turn, which parts are its own
        at = array("d")
        start = 0.0
        for number, turn in enumerate(self.turns):
            first_part, last = len(self._parts), start
            self._parts.append(_Part(number, len(at), None))
            at.append(start)
            later = paced_times(turn, pace) if pace else {}
            for key, reply in turn.replies.items():
                self._parts.append(_Part(number, len(at), reply, len(reply.times)))
                sent = start + max(0.0, reply.sent_ms)
                # Times that run backwards, in an edited file, mustn't change the order of a reply.
                at.extend(accumulate((start + ms for ms in later.get(key, reply.times)), max, initial=sent))
                if reply.end is not None:
                    at.append(max(at[-1], start + ended_ms(reply)))
                last = max(last, at[-1])
            self._of_turn.append(range(first_part, len(self._parts)))
            start = last + TURN_GAP_MS
        self._firsts = [part.first for part in self._parts]
        self._at = at
        self._order = array("I", sorted(range(len(at)), key=at.__getitem__))  # stable, so that a reply stays in order
        self.times = array("d", map(at.__getitem__, self._order))
        """When each event happens, in milliseconds since the first prompt was sent, pauses between turns cut short."""

    def at_pace(self, pace: int, count: int) -> "tuple[Recording, int]":
        """Return the same turns at another pace, and how many events have happened there once these `count` have."""
        other = Recording(self.turns, pace)
        current = self.turn_at(count)
        if current < 0:
            return other, 0
        last = (
            part.first + done - 1
            for number in self._of_turn[current]
            if (done := self._done(part := self._parts[number], count))
        )
        return other, 1 + max(map(other._index, last))

    def __len__(self) -> int:
        return len(self.times)

    def steps(self, start: int, stop: int) -> Iterator[Step]:
        """Yield the events from index `start` to before `stop`."""
        for place in self._order[start:stop]:
            yield self._step(place)

    def frame(self, count: int) -> list[Turn]:
        """Return every turn that has begun after `count` events, with its replies as they are by then.

        Earlier turns are the recorded ones. The last one is a copy that further events can be folded into, made in
        a few milliseconds; a reply that has ended is the recorded one.
        """
        current = self.turn_at(count)
        if current < 0:
            return []
        replies = {}
        for number in self._of_turn[current]:
            part = self._parts[number]
            if part.reply is not None and (done := self._done(part, count)):
                replies[part.reply.pane, part.reply.sample] = _folded(part.reply, done)
        return [*self.turns[:current], replace(self.turns[current], replies=replies)]

    def turn_at(self, count: int) -> int:
        """Return the index of the turn that event `count - 1` belongs to, or -1 if `count` is 0."""
        return self._part_of(self._order[count - 1]).turn if count else -1

    def recorded_ms(self, index: int) -> float:
        """Return when an event happened in its turn as recorded, in milliseconds since the prompt was sent."""
        event = self._step(self._order[index]).event
        return 0.0 if event is None else event.ms

    def turn_start(self, turn: int) -> int:
        """Return the index of the event that begins a turn."""
        return self._index(self._parts[self._of_turn[turn].start].first)

    def token(self, count: int, direction: int) -> int | None:
        """Return the index of the next token from `count` on (1), or of the last before it (-1); None without one."""
        indexes = range(count, len(self)) if direction > 0 else range(count - 1, -1, -1)
        for index in indexes:
            place = self._order[index]
            part = self._part_of(place)
            if part.reply is not None and 0 < place - part.first <= part.tokens:
                return index
        return None

    def marks(self) -> Iterator[Mark]:
        """Yield the beginnings of turns and the ends of replies, turn by turn."""
        for part in self._parts:
            if part.reply is None:
                yield Mark(self._index(part.first), self.turns[part.turn], None)
            elif part.reply.end is not None:
                yield Mark(self._index(part.first + part.length - 1), self.turns[part.turn], part.reply)

    def find(self, text: str, count: int) -> int | None:
        """Return the index of the event that completes the next occurrence of a text, ignoring case.

        Prompts and replies are searched from event `count` on, thinking as well. None if there is no occurrence.
        """
        if not text:
            return None
        pattern = re.compile(re.escape(text), re.IGNORECASE)
        for turn in range(max(0, self.turn_at(count)), len(self.turns)):
            found = []
            for number in self._of_turn[turn]:
                part = self._parts[number]
                if part.reply is None:
                    begin = self._index(part.first)
                    if begin >= count and pattern.search(self.turns[turn].prompt):
                        found.append(begin)
                    continue
                ends = list(accumulate(map(len, part.reply.texts)))
                done = min(max(0, self._done(part, count) - 1), part.tokens)
                seen = ends[done - 1] if done else 0
                # Matching ignores case letter by letter, so that what is found is as long as what is looked for.
                match = pattern.search("".join(part.reply.texts), max(0, seen - len(text) + 1))
                if match:
                    found.append(self._index(part.first + 1 + bisect_left(ends, match.end())))
            if found:
                return min(found)
        return None

    def shortened(self, limit_ms: float | None) -> "array[float]":
        """Return the times of all events with no pause longer than a limit; `times` stays as it is."""
        if limit_ms is None:
            return self.times
        pauses = (min(later - earlier, limit_ms) for earlier, later in pairwise(self.times))
        return array("d", accumulate(pauses, initial=0.0)) if self.times else self.times

    def _part_of(self, place: int) -> _Part:
        return self._parts[bisect_right(self._firsts, place) - 1]

    def _index(self, place: int) -> int:
        """Return the index of an event, given its place in the parts."""
        index = bisect_left(self.times, self._at[place])
        while self._order[index] != place:
            index += 1
        return index

    def _done(self, part: _Part, count: int) -> int:
        """Return how many of a part's events are among the first `count` of the recording."""
        if not count:
            return 0
        now = self.times[count - 1]
        end = part.first + part.length
        done = bisect_left(self._at, now, part.first, end) - part.first
        for index in range(bisect_left(self.times, now), count):  # those of the very same moment
            done += part.first <= self._order[index] < end
        return done

    def _step(self, place: int) -> Step:
        part = self._part_of(place)
        turn, reply = self.turns[part.turn], part.reply
        if reply is None:
            return Step(turn, None)
        number = place - part.first
        if number == 0:
            asked = (reply.url, reply.request, reply.limit, reply.origin)
            return Step(turn, Started(reply.pane, reply.sample, reply.sent_ms, *asked))
        if number <= part.tokens:
            return Step(turn, reply.token(number - 1))
        assert reply.end is not None
        ended = Finished(reply.pane, reply.sample, ended_ms(reply), reply.end, reply.message, reply.stats)
        return Step(turn, ended)


def ended_ms(reply: Reply) -> float:
    """Return when a reply ended, in milliseconds since the prompt was sent."""
    return reply.stats.duration_ms if reply.ended_ms is None else reply.ended_ms


def _folded(reply: Reply, events: int) -> Reply:
    """Return a reply as its first `events` events make it: its start, its tokens, its end."""
    if events > len(reply.texts) + 1:
        return reply
    tokens = events - 1
    part = Reply(reply.pane, reply.sample)
    part.url, part.request, part.limit, part.sent_ms = reply.url, reply.request, reply.limit, reply.sent_ms
    part.origin = reply.origin
    part.texts, part.times = reply.texts[:tokens], reply.times[:tokens]
    part.thoughts = {index for index in reply.thoughts if index < tokens}
    part.logprobs = {index: entry for index, entry in reply.logprobs.items() if index < tokens}
    return part
