"""A run as CSV: a line for each reply, with no formula in it."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Final

from alignscope.export.csv import CELL, harmless
from alignscope.lab.export.reading import measured, own_measures, rows
from alignscope.lab.row import Row
from alignscope.lab.summary.rows import Arm
from alignscope.lab.summary.tally import Tally
from alignscope.text.wording import counted

_CHUNK: Final = 1 << 16
Value = str | int | float | None


def write(tally: Tally, arm: Arm | None) -> Iterator[str]:
    """Yield a line of headings, then the rows; lists and mappings stand as JSON."""
    names = [measure.name for measure in own_measures(tally)]
    columns = [*Row.__struct_fields__, *names]
    buffer = io.StringIO(newline="")
    # A text without quotes is cut at a semicolon or tab where those separate, and could go on with a formula there.
    writer = csv.DictWriter(
        buffer, columns, restval="", lineterminator="\r\n", strict=True, quoting=csv.QUOTE_NONNUMERIC
    )
    writer.writeheader()
    for row, values in measured(tally, arm):
        cells = _cells(row) | values
        writer.writerow({name: harmless(value) if isinstance(value, str) else value for name, value in cells.items()})
        if buffer.tell() > _CHUNK:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def remark(tally: Tally, arm: Arm | None) -> str:
    """Return how many texts are longer than a cell of a spreadsheet; "" when none is."""
    long = sum(len(text) > CELL for row in rows(tally, arm) for text in (row.prompt, row.sent, row.text, row.thinking))
    return f"{counted(long, 'text')} of over {CELL:,} characters: spreadsheets cut them there." if long else ""


def _cells(row: Row) -> dict[str, Value]:
    cells: dict[str, Value] = {}
    for name in Row.__struct_fields__:
        value = getattr(row, name)
        plain = value is None or isinstance(value, (int, float))
        text = json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else ""
        cells[name] = value if plain else text or str(value)
    return cells
