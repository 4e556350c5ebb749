"""Measures of what replies do: end, decline, keep to their turn and language, and how they are laid out."""

from collections.abc import Callable
from typing import Final

from alignscope.lab.summary.measures.measure import UNDETERMINED, Kind, Measure, Reply, Unit, by_reply
from alignscope.measure.bounds import Bounds
from alignscope.measure.refusal.error import HELD_OUT
from alignscope.measure.refusal.judging import Label, judge
from alignscope.measure.wording.languages import keeps_language
from alignscope.measure.wording.style import Style
from alignscope.measure.wording.turns import ECHO, echo, invented_turns
from alignscope.model.events import End


def _refused(reply: Reply) -> Bounds | bool:
    label = reply.said or judge(reply.row.prompt, reply.row.text).label
    return UNDETERMINED if label is Label.UNDETERMINED else label is Label.REFUSED


def _language(reply: Reply) -> Bounds | bool | None:
    if not reply.row.language:
        return None
    kept = keeps_language(reply.row.language, reply.row.text)
    return UNDETERMINED if kept is None else kept


def _error() -> str:
    found, mistaken = HELD_OUT.found_interval(), HELD_OUT.mistaken_interval()
    return (
        f"The rules are wrong sometimes: of {HELD_OUT.there} refusals that were labelled by hand they found"
        f" {HELD_OUT.found} ({found.lo:.0%} to {found.hi:.0%}), and of {HELD_OUT.others} other replies they took"
        f" {HELD_OUT.mistaken} for refusals ({mistaken.lo:.1%} to {mistaken.hi:.1%}). A base model refuses, too."
    )


def _marks(name: str, label: str, what: str, has: Callable[[Style], bool]) -> Measure:
    return Measure(
        name=name, label=label, kind=Kind.RATE, unit=Unit.SHARE,
        formula=f"replies with {what} / replies",
        source="our own, by patterns and short lists of words",
        caveat="A mark of style, which prompts ask for, too; it is neither good nor bad.",
        of=by_reply(lambda reply: has(reply.style)),
    )  # fmt: skip


def _person(name: str, label: str, what: str, words: Callable[[Style], int]) -> Measure:
    return Measure(
        name=name, label=label, kind=Kind.SHARE, unit=Unit.SHARE,
        formula=f"words that are {what} / words of a reply",
        source="our own, by short lists of words of five languages",
        caveat="A mark of style, which prompts ask for, too; it is neither good nor bad.",
        of=by_reply(lambda reply: words(reply.style) / reply.style.words if reply.style.words else None),
    )  # fmt: skip


MEASURES: Final = (
    Measure(
        name="ended", label="ended by itself", kind=Kind.RATE, unit=Unit.SHARE,
        formula="replies that the model ended / replies; the others reached the limit or went on in circles",
        source="our own; stop strings count as the model's end, since servers don't tell them apart",
        caveat="It depends on the limit of tokens: under a higher one, more replies end.",
        of=by_reply(lambda reply: reply.row.end is End.STOP),
    ),
    Measure(
        name="length", label="length", kind=Kind.NUMBER, unit=Unit.TOKENS,
        formula="mean of tokens over a prompt's replies, then over prompts",
        source="the server's count",
        caveat="A reply that reached the limit counts with the tokens it has: long replies are longer than this.",
        of=by_reply(lambda reply: float(reply.row.tokens)),
    ),
    Measure(
        name="refused", label="refused", kind=Kind.RATE, unit=Unit.SHARE,
        formula="replies that decline what was asked / replies; from none to all of those with nothing to judge",
        source="rules of our own, in six languages: `alignscope lab judge` says which, and the words that matched",
        caveat=_error(), of=by_reply(_refused), corrected=HELD_OUT.corrected,
    ),
    Measure(
        name="turns", label="others' turns", kind=Kind.RATE, unit=Unit.SHARE,
        formula="replies that begin a turn for somebody else, such as `User:` or `Q:` / replies",
        source="our own, by patterns",
        caveat="A base model that goes on with a page writes what pages have: that is no mistake of its own.",
        of=by_reply(lambda reply: invented_turns(reply.row.text).headers > 0),
    ),
    Measure(
        name="echo", label="prompt again", kind=Kind.SHARE, unit=Unit.SHARE,
        formula=f"runs of {ECHO} words of the prompt that the reply has, too / all of the prompt's",
        source="our own",
        caveat="Naming what was asked about is a repetition, too.",
        of=by_reply(lambda reply: echo(reply.row.prompt, reply.row.text)),
    ),
    Measure(
        name="language", label="language kept", kind=Kind.RATE, unit=Unit.SHARE,
        formula="replies in the prompt's language / replies to prompts that have one; from none to all of those that"
        " are too short to tell",
        source="our own, by scripts and common words",
        caveat="Code and names are of no language, and a reply may have been asked for in another one.",
        of=by_reply(_language),
    ),
    _marks("lists", "lists", "lines of lists", lambda style: style.items > 0),
    _marks("headings", "headings", "headings", lambda style: style.headings > 0),
    _marks("bold", "bold", "bold words", lambda style: style.bold > 0),
    _marks("openers", "polite openers", "a phrase such as “Sure” at the beginning", lambda style: bool(style.opener)),
    _marks("hedges", "hedges", "a phrase such as “it depends”", lambda style: style.hedges > 0),
    _marks("offers", "closing offers", "an offer or a question at the end", lambda style: style.offers),
    _person("first_person", "first person", "of the first person", lambda style: style.first_person),
    _person("second_person", "second person", "of the second person", lambda style: style.second_person),
)  # fmt: skip
