"""A session as CSV with a row for each position of its replies, with lists and scores."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Final

from alignscope.export import Options
from alignscope.export.csv import harmless
from alignscope.export.scored import COLUMNS, Value, rows
from alignscope.model.session import Session
from alignscope.text.clean import encodable

_AT_ONCE: Final = 1000
"""Rows that are written at once."""


def write(session: Session, options: Options) -> Iterator[str]:
    """Yield a row of headings, then the rows. Lists are JSON in their cells."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(
        buffer, COLUMNS, restval="", lineterminator="\r\n", strict=True, quoting=csv.QUOTE_NONNUMERIC
    )
    writer.writeheader()
    for number, row in enumerate(rows(session), 1):
        writer.writerow({name: _cell(value) for name, value in row.items()})
        if number % _AT_ONCE == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def remark(session: Session) -> str:
    """Return that no list came with the session's replies; "" where one did."""
    replies = (reply for turn in session.turns for reply in turn.replies.values())
    if any(reply.logprobs for reply in replies) or any(turn.scores for turn in session.turns):
        return ""
    return "No log-probabilities came with these replies, so that the rows have only their tokens."


def _cell(value: Value) -> str | int | float | None:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return harmless(value)
        case list():
            return encodable(json.dumps(value, ensure_ascii=False)) if value else ""
    return value
