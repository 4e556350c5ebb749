"""Scores in a session file: a mapping for each part of one, with a line of JSON for each position.

They are read leniently: what another model thought of a reply can be asked again, so a damaged score costs its own
positions and never the session.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from alignscope.files.yaml_file import FormError, printable
from alignscope.model.events import MAX_LIMIT, Alternative
from alignscope.model.lineup.pane import MAX_PANES
from alignscope.model.score import Frame, Missing, Position, Scored, Tokenizers
from alignscope.model.turn import MAX_STORED_SAMPLES, Turn
from alignscope.sessions.format.fields import Fields
from alignscope.sessions.format.timeline import finite, json_lines, revealed
from alignscope.sessions.format.yaml import BlockMapping, BlockText, hide, reveal

MAX_STORED_ALTERNATIVES: Final = 1_000_000
"""More than any vocabulary has."""
_MAX_SCORES: Final = MAX_PANES * MAX_PANES * MAX_STORED_SAMPLES * len(Frame)


class _Line(msgspec.Struct, frozen=True, array_like=True):
    """One position. Empty fields at the end are left out."""

    token: str
    logprob: float | None = None
    alternatives: tuple[Alternative, ...] = ()
    missing: Missing | None = None
    end: bool = False


def write(part: Scored, turn: int | None = None) -> BlockMapping:
    """Return a part of a score.

    Args:
        turn: its turn's number where it stands in a document of its own.
    """
    document = BlockMapping() if turn is None else BlockMapping(turn=turn)
    document |= {"pane": part.pane, "sample": part.sample, "by": part.by, "frame": part.frame.value}
    document["alternatives"] = part.alternatives
    if part.first:
        document["first"] = part.first
    document["whole"] = part.whole
    document |= {"requests": part.requests, "tokens": part.tokens}
    if part.tokenizers is not None:
        document["tokenizers"] = part.tokenizers.value
    document["positions"] = BlockText(json_lines(map(_fields, part.positions)))
    return document


def add(turn: Turn, fields: Fields, warnings: list[str], where: str) -> None:
    """Add a part of a score to its turn.

    Args:
        warnings: gets a sentence for the person if it is damaged; what stands before the damage is kept.
        where: the file and the document.
    """
    place = f"{where}, {fields.place('')[:-1]}"
    try:
        part, damage = _read(fields, turn)
    except FormError as error:
        warnings.append(f"{place}: a score can't be read and is left out: {error.field} {error.reason}.")
        return
    turn.add_scored(part)
    if damage:
        warnings.append(f"{place}: a score is damaged and kept up to there: {damage}.")


def each(fields: Fields) -> Iterator[Fields]:
    """Yield the parts of a document's field `scores`. Raises FormError if that is no list of mappings."""
    yield from fields.each("scores", _MAX_SCORES)


def _read(fields: Fields, turn: Turn) -> tuple[Scored, str]:
    """Return a part, and what is wrong with its positions. Raises FormError."""
    pane, sample = fields.text("pane"), fields.whole("sample", 1, most=MAX_STORED_SAMPLES)
    by = fields.text("by")
    for name, field in ((pane, "pane"), (by, "by")):
        if not turn.has(name):
            raise fields.refuse(field, f"names no pane of the lineup: ‘{printable(name)}’")
    first = fields.whole("first", 0, least=0, most=MAX_LIMIT)
    positions, damage = _positions(fields.text("positions", ""), first)
    return Scored(
        pane=pane, sample=sample, by=by,
        frame=fields.word("frame", Frame),
        alternatives=fields.whole("alternatives", least=0, most=MAX_STORED_ALTERNATIVES),
        first=first,
        positions=tuple(positions),
        whole=fields.flag("whole") and not damage,
        requests=fields.whole("requests", 0, least=0, most=MAX_LIMIT),
        tokens=fields.whole("tokens", 0, least=0, most=MAX_LIMIT),
        tokenizers=fields.word("tokenizers", Tokenizers) if "tokenizers" in fields else None,
    ), damage  # fmt: skip


def _fields(position: Position) -> list[object]:
    fields: list[object] = [
        hide(position.token),
        finite(position.logprob),
        [[hide(other.text), other.logprob] for other in position.alternatives if math.isfinite(other.logprob)],
        position.missing,
        position.end,
    ]
    while len(fields) > 1 and not fields[-1] and fields[-1] != 0.0:
        fields.pop()
    return fields


def _positions(text: str, first: int) -> tuple[list[Position], str]:
    """Return the positions of lines of JSON up to a damaged one, and what is wrong with that one."""
    lines = text.strip().split("\n") if text.strip() else []
    try:
        decoded = msgspec.json.decode(f"[{','.join(lines)}]", type=list[_Line])
        if len(decoded) == len(lines):
            return list(_numbered(decoded, first)), ""
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        pass
    good: list[_Line] = []
    damage = ""
    for line in lines:
        try:
            good.append(msgspec.json.decode(line, type=_Line))
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            damage = f"line {len(good) + 1} is no position: {error}"
            break
    return list(_numbered(good, first)), damage


def _numbered(lines: Iterable[_Line], first: int) -> Iterator[Position]:
    for index, line in enumerate(lines, first):
        yield Position(
            index=index, token=reveal(line.token), end=line.end, logprob=line.logprob,
            alternatives=revealed(line.alternatives), missing=line.missing,
        )  # fmt: skip
