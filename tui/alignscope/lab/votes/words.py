"""Sentences on the votes and judges of a run: the same in a terminal and in a page."""

from collections.abc import Iterator
from typing import Final

from alignscope.lab.summary import words
from alignscope.lab.summary.measures.measure import Unit
from alignscope.lab.votes.feedback import PERSON, Agreed, Feedback, JudgeFacts, Order, Position
from alignscope.lab.votes.standing import sentences, share_with_n
from alignscope.text.clean import clean_line
from alignscope.text.wording import counted

HEADING: Final = "Votes"
_NONSENSE: Final = 0.5
"""Share of unreadable answers from which on a judge is said to be none."""
HOW: Final = (
    "Shares are of votes, a tie and both bad as half a vote for each unless they are left out; intervals are Wilson's"
    " with prompts as clusters. At equal length: a logistic fit on the difference of lengths in characters over their"
    " sum, taken at 0, without ties, from 30 votes on; its interval has prompts as clusters (Liang and Zeger 1986)."
)
ABOUT_JUDGES: Final = (
    "A judge is a model that was asked which reply is better, both ways round; where the two answers disagree, it is a"
    " tie. Its verdicts are its own, and no person's."
)
ABOUT_KAPPA: Final = (
    "Kappa is what two agree beyond chance, of what could be: 0 is chance, 1 full agreement (Cohen 1960); a tie and"
    " both bad are one label. Its interval is by drawing prompts anew."
)


def who(by: str) -> str:
    """Return a voter's name, as headings have it."""
    return "A person" if by == PERSON else f"Judge {clean_line(by)}"


def voted(feedback: Feedback) -> Iterator[tuple[str, list[str]]]:
    """Yield each voter's heading with sentences: how its votes stand, and for a judge what came of asking it."""
    facts = {judge.by: judge for judge in feedback.judges}
    voters = dict.fromkeys([*(standing.by for standing in feedback.standings), *facts])
    for by in voters:
        lines = judged(facts[by]) if by in facts else []
        for standing in feedback.standings:
            if standing.by == by:
                lines += sentences(standing)
        lines += [ordered(order) for order in feedback.orders if order.by == by]
        lines += [agreement(agreed) for agreed in feedback.agreements if agreed.by == by]
        yield who(by), lines


def judged(facts: JudgeFacts) -> list[str]:
    """Return what came of asking a judge, in sentences."""
    lines = [f"{counted(facts.pairs, 'pair')} asked both ways round, {counted(facts.answers, 'answer')}."]
    if facts.unreadable:
        share = facts.unreadable / facts.answers
        lines.append(
            f"{facts.unreadable:,} of {counted(facts.answers, 'answer')} ({share:.0%}) say neither A nor B nor tie, and"
            f" count for nothing; {counted(facts.without, 'pair')} {'has' if facts.without == 1 else 'have'} no verdict"
            " for that."
        )
        if share > _NONSENSE:
            lines.append("Mostly, this model doesn't answer what it is asked: take it for no judge.")
    if facts.one_way:
        lines.append(f"{counted(facts.one_way, 'answer')} wait for the other way round, and count for nothing yet.")
    if facts.questions:
        lines.append(
            f"{facts.contrary:,} of {counted(facts.questions, 'question')} were answered the other way when the replies"
            " changed places, and are ties."
        )
    if facts.position is not None:
        lines.append(position(facts.position))
    return lines


def position(found: Position) -> str:
    """Return whether a judge goes by what stands first, in a sentence."""
    write = words.written(Unit.SHARE)
    span = words.interval(found.interval, write)
    n = f"{counted(found.answers, 'answer')} on {counted(found.prompts, 'prompt')}"
    said = f"A was preferred in {write(found.share)}{' ' if span else ''}{span} of answers ({n}; without a bias 50%)"
    if found.p is not None:
        said += (
            f", A both ways round {found.first_twice:,} times and B {found.second_twice:,}"
            f" (McNemar {words.p_value(found.p)})"
        )
    lo, hi = found.interval or (None, None)
    if (lo is not None and lo > 0.5) or (hi is not None and hi < 0.5):
        return f"{said}: it goes by the place, towards {'A' if found.share > 0.5 else 'B'}."
    return f"{said}."


def ordered(order: Order) -> str:
    """Return arms in their order, in a sentence."""
    line = "".join(place.label + (" > " if place.ahead else " ~ ") for place in order.places)[:-3]
    shares = ", ".join(f"{place.label} {share_with_n(place.share)}" for place in order.places)
    return f"In order: {line} (> where their own votes tell, ~ where they don't). Against all others: {shares}."


def agreement(agreed: Agreed) -> str:
    """Return how far a judge and the person agree, in a sentence."""
    n = f"{counted(agreed.pairs, 'pair')} on {counted(agreed.prompts, 'prompt')} that both voted on"
    said = f"Agrees with the person on {agreed.equal:.0%} of {n}"
    alike = ", ".join(f"{label} {share:.0%}" for label, share in agreed.by_label.items())
    more = f"of the pairs of which either says so: {alike}"
    if agreed.kappa is None:
        return f"{said}; no kappa, as only one kind of vote occurs; {more}."
    span = "" if agreed.interval is None else f" {words.interval(agreed.interval, _two_digits)}"
    few = "" if agreed.interval is not None else " (too few prompts for an interval)"
    return f"{said}: kappa {_two_digits(agreed.kappa)}{span}{few}; {more}."


def _two_digits(number: float) -> str:
    return f"{number:.2f}"
