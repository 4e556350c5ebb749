"""A session as JSON Lines with a line for each position of its replies, with lists and scores."""

import json
from collections.abc import Iterator

from alignscope.export import Options
from alignscope.export.positions import remark
from alignscope.export.scored import COLUMNS, rows
from alignscope.model.session import Session
from alignscope.text.clean import encodable

__all__ = ["remark", "write"]


def write(session: Session, options: Options) -> Iterator[str]:
    """Yield the lines. Every line has every field; what isn't known is null."""
    nothing = dict.fromkeys(COLUMNS)
    for row in rows(session):
        yield encodable(json.dumps(nothing | row, ensure_ascii=False, allow_nan=False)) + "\n"
