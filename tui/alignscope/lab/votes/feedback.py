"""Votes on a run's replies by the person and by judges, each for itself, and how far they agree."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Final

import msgspec

from alignscope.lab.summary.figures import Ends
from alignscope.lab.summary.rows import PromptKey
from alignscope.lab.votes.ballots import ballots, said_by, unread_ballots, votes_on
from alignscope.lab.votes.index import Index, Pair
from alignscope.lab.votes.judging.answers import Both, Judge, Two, judges, unread_answers
from alignscope.lab.votes.standing import LEAST_VOTES, Share, Standing, lengths, share_of, standing_of
from alignscope.measure.statistics.agreement import Labels, agreement
from alignscope.measure.statistics.binomial import even_chance
from alignscope.measure.statistics.estimate import LEAST_PROMPTS
from alignscope.measure.statistics.rates import Trials, rate
from alignscope.model.vote import Vote

PERSON: Final = ""
NEITHER: Final = "neither"
"""What a tie and both bad are called, where what two said is compared."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """An arm in an order of several."""

    label: str
    share: Share
    """Of all its votes against the others, ties as halves."""
    ahead: bool = False
    """Whether it is surely preferred to the next one: their own votes' interval leaves a half."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """All arms in order, the most preferred one first."""

    by: str
    places: tuple[Place, ...]


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """The agreement of a judge and the person, on the pairs that both voted on."""

    by: str
    pairs: int
    prompts: int
    equal: float
    """Share of the pairs of which both say the same: better, worse, or neither."""
    by_label: dict[str, float]
    """Of each of these, the share of equal ones among the times that either says it."""
    kappa: float | None
    """None where only one of these occurs."""
    interval: Ends | None
    """Of kappa, of 95 %, over prompts; None for too few."""


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a judge goes by what stands first."""

    share: float
    """Of answers A among those for one of the two: a half for a judge that doesn't, since each is asked both ways."""
    interval: Ends | None
    answers: int
    prompts: int
    first_twice: int
    """Questions that were answered A both ways round."""
    second_twice: int
    """Those that were answered B both ways round."""
    p: float | None
    """Of McNemar's exact test that the two come equally often; None without any of them."""


class JudgeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a judge's answers."""

    by: str
    model: str
    principles: str
    pairs: int
    """Asked both ways round."""
    answers: int
    unreadable: int
    """Answers that name neither A nor B nor a tie; their pairs have no verdict by that question."""
    one_way: int
    """Answers to questions that were asked one way round only so far."""
    without: int
    """Pairs without a verdict."""
    questions: int
    """Asked both ways round, with answers that could be read."""
    contrary: int
    """Of these, those where each way round preferred another reply; they count as ties."""
    position: Position | None
    """None without an answer for one of the two."""


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """All votes on a run's replies."""

    standings: tuple[Standing, ...] = ()
    """The person's first, then each judge's; for every two arms that have votes."""
    orders: tuple[Order, ...] = ()
    """Of three arms or more, where all have votes."""
    judges: tuple[JudgeFacts, ...] = ()
    agreements: tuple[Agreed, ...] = ()
    unread: tuple[str, ...] = ()
    """What of the votes and answers can't be read, in sentences."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.standings or self.judges or self.unread)


def everyone(folder: Path, asked: Sequence[Judge] | None = None) -> dict[str, Mapping[Two, Vote]]:
    """Return the votes of each voter of a run: the person's first, if there are any, and judges' verdicts last.

    Args:
        asked: what judges have answered, if that was read already.
    """
    said = ballots(folder)
    votes: dict[str, Mapping[Two, Vote]] = {by: said_by(said, by) for by in sorted({by for *_, by in said})}
    for judge in judges(folder) if asked is None else asked:
        if verdicts := judge.verdicts:
            votes[judge.by] = verdicts
    return votes


def unread(folder: Path) -> tuple[str, ...]:
    """Return what of a run's votes and judges' answers can't be read, in sentences."""
    return tuple(filter(None, (unread_ballots(folder), unread_answers(folder))))


def feedback_of(index: Index) -> Feedback:
    """Return all that was said of a run's replies."""
    asked = judges(index.folder)
    said = everyone(index.folder, asked)
    length = lengths(index)
    standings: list[Standing] = []
    orders: list[Order] = []
    by_arms = {two: index.pairs(*two) for two in combinations(index.arms, 2)} if said else {}
    for by, votes in said.items():
        found: dict[tuple[str, str], tuple[Standing, dict[Pair, Vote]]] = {}
        for (first, second), pairs in by_arms.items():
            if mine := votes_on(pairs, votes):
                labels = (index.label(first), index.label(second))
                found[labels] = standing_of(mine, len(pairs), labels, by=by, length=length), mine
        standings += [standing for standing, _ in found.values()]
        if (order := _order(by, index.labels, found)) is not None:
            orders.append(order)
    pairs = [pair for those in by_arms.values() for pair in those]
    mine = votes_on(pairs, said.get(PERSON, {}))
    return Feedback(
        standings=tuple(standings),
        orders=tuple(orders),
        judges=tuple(_facts(index, judge) for judge in asked),
        agreements=tuple(
            agreed
            for judge in asked
            if (agreed := _agreed(judge.by, mine, votes_on(pairs, judge.verdicts), index.labels))
        ),
        unread=unread(index.folder),
    )


def _order(
    by: str, labels: Sequence[str], found: Mapping[tuple[str, str], tuple[Standing, Mapping[Pair, Vote]]]
) -> Order | None:
    """Return all arms in order; None for two, and unless all of them have enough votes against each other."""
    if len(labels) < 3 or len(found) < len(labels) * (len(labels) - 1) // 2:
        return None
    if any(standing.voted < LEAST_VOTES for standing, _ in found.values()):
        return None
    trials: dict[str, dict[PromptKey, list[float]]] = {label: {} for label in labels}
    for (first, second), (_, votes) in found.items():
        for pair, vote in votes.items():
            won = {Vote.FIRST: 1.0, Vote.SECOND: 0.0}.get(vote, 0.5)
            trials[first].setdefault(pair.prompt, []).append(won)
            trials[second].setdefault(pair.prompt, []).append(1 - won)
    shares = {}
    for label, by_prompt in trials.items():
        each: list[Trials] = [(sum(won), len(won)) for won in by_prompt.values()]
        share = share_of(rate(each), sum(number for _, number in each))
        assert share is not None
        shares[label] = share
    best = sorted(labels, key=lambda label: -shares[label].value)
    places = []
    for place, label in enumerate(best):
        after = best[place + 1] if place + 1 < len(best) else None
        places.append(Place(label=label, share=shares[label], ahead=after is not None and _ahead(found, label, after)))
    return Order(by=by, places=tuple(places))


def _ahead(found: Mapping[tuple[str, str], tuple[Standing, Mapping[Pair, Vote]]], one: str, other: str) -> bool:
    """Return whether the votes between two arms say surely that the first is preferred."""
    swapped = (other, one) in found
    standing, _ = found[(other, one) if swapped else (one, other)]
    return standing.halves is not None and standing.halves.sure == (1 if swapped else -1)


def _agreed(by: str, mine: Mapping[Pair, Vote], theirs: Mapping[Pair, Vote], arms: Sequence[str]) -> Agreed | None:
    names = dict(zip((Vote.FIRST, Vote.SECOND), arms if len(arms) == 2 else ("the first", "the second"), strict=True))
    by_prompt: dict[PromptKey, list[Labels]] = {}
    for pair, vote in mine.items():
        if (other := theirs.get(pair)) is not None:
            by_prompt.setdefault(pair.prompt, []).append((names.get(vote, NEITHER), names.get(other, NEITHER)))
    found = agreement(list(by_prompt.values()))
    if found is None:
        return None
    return Agreed(
        by=by, pairs=found.replies, prompts=found.prompts, equal=found.share,
        by_label={str(label): share for label, share in found.by_label.items()}, kappa=found.kappa,
        interval=None if found.interval is None else found.interval.finite,
    )  # fmt: skip


def _facts(index: Index, judge: Judge) -> JudgeFacts:
    every = [both for by_question in judge.asked.values() for both in by_question.values()]
    readable = [both for both in every if both.readable]
    return JudgeFacts(
        by=judge.by,
        model=judge.model,
        principles=judge.principles,
        pairs=len(judge.asked),
        answers=judge.answers,
        unreadable=judge.unreadable,
        one_way=judge.one_way,
        without=len(judge.asked) - len(judge.verdicts),
        questions=len(readable),
        contrary=sum(both.contrary for both in readable),
        position=_position(index, judge),
    )


def _position(index: Index, judge: Judge) -> Position | None:
    by_prompt: dict[PromptKey, list[Both]] = {}
    for (key, _), by_question in judge.asked.items():
        if key in index:
            readable = [both for both in by_question.values() if both.readable]
            by_prompt.setdefault(index.prompt_of(key), []).extend(readable)
    trials: list[Trials] = []
    for several in by_prompt.values():
        # Swapped, the reply of the second key is A.
        a = sum((both.straight is Vote.FIRST) + (both.swapped is Vote.SECOND) for both in several)
        b = sum((both.straight is Vote.SECOND) + (both.swapped is Vote.FIRST) for both in several)
        if a + b:
            trials.append((float(a), a + b))
    found = rate(trials)
    if found is None:
        return None
    every = [both for several in by_prompt.values() for both in several]
    first_twice = sum((both.straight, both.swapped) == (Vote.FIRST, Vote.SECOND) for both in every)
    second_twice = sum((both.straight, both.swapped) == (Vote.SECOND, Vote.FIRST) for both in every)
    return Position(
        share=found.point,
        interval=None if found.interval is None or found.prompts < LEAST_PROMPTS else found.interval.finite,
        answers=sum(number for _, number in trials),
        prompts=found.prompts,
        first_twice=first_twice,
        second_twice=second_twice,
        p=even_chance(first_twice, second_twice) if first_twice + second_twice else None,
    )
