"""Find where panes don't match that are meant to be twins."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from alignscope.backends.base import TokenTable
from alignscope.model.lineup.pane import Mode
from alignscope.run.sent.pane import Match, Option, SentPane, Tokenizer, Warned

_BROUGHT: Final = 100
"""Characters of a text that a warning quotes."""


class Reading(NamedTuple):
    """A model's reading of the prompt, as far as its server tells."""

    pieces: Sequence[bytes] | None = None
    """The tokens' texts."""
    numbers: Sequence[int] | None = None
    table: TokenTable | None = None
    """What its file says of all its tokens."""


def compare_tokens(one: SentPane, other: SentPane, read: Sequence[Reading]) -> Tokenizer:
    """Return how the second pane's tokenizer compares with the first one's.

    Args:
        read: the prompt as both read it.
    """
    digests = [pane.facts.digest for pane in (one, other)]
    if digests[0] and digests[0] == digests[1]:
        return Tokenizer(Match.ALIKE, one.pane, "both ask the same model file")
    first, second = read
    read_here = _by_prompt(one.pane, first, second)
    if read_here is not None and read_here.match is Match.DIFFERENT:
        return read_here
    if first.table and second.table:
        return _by_files(one.pane, first.table, second.table, read_here)
    if read_here is not None:
        return read_here
    silent = one if first == Reading() else other
    return Tokenizer(Match.UNKNOWN, one.pane, _untold(silent, one, other, read))


def _untold(silent: SentPane, one: SentPane, other: SentPane, read: Sequence[Reading]) -> str:
    if all(each != Reading() for each in read):
        return f"{one.label or one.server} and {other.label or other.server} tell of tokens in different ways"
    return f"{silent.label or silent.server} doesn't tell in which tokens"


def _by_prompt(name: str, first: Reading, second: Reading) -> Tokenizer | None:
    """Return how two models read the prompt; None where servers don't tell the same of that."""
    for here, there, what in (
        (second.pieces, first.pieces, "token"),
        (second.numbers, first.numbers, "token number"),
    ):
        if here is not None and there is not None:
            counts = _counted(len(here), what), _counted(len(there), what)
            if list(here) == list(there):
                return Tokenizer(Match.ALIKE, name, f"this prompt is the same {counts[0]} in both")
            evidence = f"{counts[0]} here and {counts[1]} there" if counts[0] != counts[1] else f"other {counts[0]}"
            split = "" if counts[0] != counts[1] else "split into "
            return Tokenizer(Match.DIFFERENT, name, f"this prompt is {split}{evidence}")
    return None


def _by_files(name: str, first: TokenTable, second: TokenTable, read_here: Tokenizer | None) -> Tokenizer:
    """Return how two files' tokens compare.

    Args:
        read_here: that the prompt is read in the same tokens, where it is; most short words are, for many models.
    """
    if first == second:
        said = f"both files have the same {_counted(first.tokens, 'token')} for text and join them alike"
        return Tokenizer(Match.ALIKE, name, said)
    but = f"{read_here.evidence}, but " if read_here else ""
    if first.tokens != second.tokens:
        said = f"their files' tokens for text aren't the same: {second.tokens:,} here, {first.tokens:,} there"
    else:
        said = f"their files' {_counted(first.tokens, 'token')} for text aren't the same, or join otherwise"
    return Tokenizer(Match.DIFFERENT, name, but + said)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def warnings(panes: Sequence[SentPane]) -> tuple[Warned, ...]:
    """Return what makes the panes less comparable than they look, the gravest first."""
    found = [
        *_tokenizers(panes),
        *_changed(panes),
        *_templates(panes),
        *_brought(panes),
        *_unlike(panes, "The models' families differ, so that they may not be twins", lambda pane: pane.facts.family),
        *_unlike(panes, "The models' sizes differ, so that they may not be twins", lambda p: p.facts.parameter_size),
        *_unlike(panes, "The quantisations differ, which looks like alignment", lambda pane: pane.facts.quantization),
        *_unlike(panes, "The contexts differ in length", lambda pane: pane.facts.context),
        *_sampling(panes),
        *_not_in_force(panes),
        *_special(panes),
    ]
    return tuple(found)


def _tokenizers(panes: Sequence[SentPane]) -> list[Warned]:
    return [
        Warned(
            (pane.tokenizer.other, pane.pane),
            f"{pane.tokenizer.other} and {pane.pane} don't read text in the same tokens: {pane.tokenizer.evidence}. "
            "Their tokens and lists can't be compared one by one.",
        )
        for pane in panes
        if pane.tokenizer and pane.tokenizer.match is Match.DIFFERENT
    ]


def _changed(panes: Sequence[SentPane]) -> list[Warned]:
    return [
        Warned((pane.pane,), f"{pane.pane}: {pane.model} is another file now than when it was asked.")
        for pane in panes
        if pane.asked and pane.recorded_digest and pane.facts.digest and pane.recorded_digest != pane.facts.digest
    ]


def _templates(panes: Sequence[SentPane]) -> list[Warned]:
    return [
        Warned(
            (pane.pane,),
            f"{pane.pane} is asked as a chat, but {pane.model} has no chat template of its own: what stands around "
            "the prompt is the server's doing.",
        )
        for pane in panes
        if pane.mode is Mode.CHAT and pane.facts.template == ""
    ]


def _brought(panes: Sequence[SentPane]) -> list[Warned]:
    return [
        Warned(
            (pane.pane,),
            f"{pane.pane} reads a text that nobody typed, from the model's template or file: ‘"
            f"{pane.brought_in[:_BROUGHT]}{'…' if len(pane.brought_in) > _BROUGHT else ''}’",
        )
        for pane in panes
        if pane.brought_in
    ]


def _unlike(panes: Sequence[SentPane], what: str, fact: Callable[[SentPane], Any]) -> list[Warned]:
    known = {pane.pane: value for pane in panes if (value := fact(pane))}
    if len(set(known.values())) < 2:
        return []
    listed = ", ".join(f"{name} {f'{value:,}' if isinstance(value, int) else value}" for name, value in known.items())
    return [Warned(tuple(known), f"{what}: {listed}.")]


def _sampling(panes: Sequence[SentPane]) -> list[Warned]:
    """Return a warning if a parameter is known to differ between panes."""
    values: dict[str, dict[str, Any]] = {}
    for pane in panes:
        for option in pane.options:
            if option.value is not None:
                values.setdefault(option.name, {})[pane.pane] = option.value
    unlike = {name: by for name, by in values.items() if not _all_same(list(by.values()))}
    if not unlike:
        return []
    said = {name: ", ".join(f"{pane} {value}" for pane, value in by.items()) for name, by in unlike.items()}
    listed = "; ".join(f"{name} ({values})" for name, values in said.items())
    names = dict.fromkeys(pane for by in unlike.values() for pane in by)
    return [Warned(tuple(names), f"The panes are sampled differently: {listed}.")]


def _all_same(values: Sequence[Any]) -> bool:
    """Return whether values are the same, be they numbers or what a server wrote of them."""
    try:
        return len({float(value) for value in values}) == 1
    except (TypeError, ValueError):
        return all(value == values[0] for value in values)


def _not_in_force(panes: Sequence[SentPane]) -> list[Warned]:
    def lost(pane: SentPane) -> list[Option]:
        return [option for option in pane.options if option.note]

    return [
        Warned((pane.pane,), f"{pane.pane}: {'; '.join(f'{each.name}, {each.note}' for each in options)}.")
        for pane in panes
        if (options := lost(pane))
    ]


def _special(panes: Sequence[SentPane]) -> list[Warned]:
    altered, special = dict[tuple[str, ...], list[str]](), dict[tuple[str, ...], list[str]]()
    for pane in panes:
        altered.setdefault(pane.altered, []).append(pane.pane)
        special.setdefault(pane.special, []).append(pane.pane)
    said = (
        (altered, "in the text went out altered, as plain text."),
        (special, "in the text went out as it is, to be read as a special token."),
    )
    return [
        Warned(tuple(names), f"{', '.join(names)}: {_listed(tokens)} {what}")
        for found, what in said
        for tokens, names in found.items()
        if tokens
    ]


def _listed(tokens: Sequence[str]) -> str:
    return ", ".join(tokens[:5]) + (" and others" if len(tokens) > 5 else "")
