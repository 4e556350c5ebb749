"""A run as JSON Lines: a flat object for each reply, with the same keys and types in all of them.

Unlike in `samples.jsonl`, options are text, so that readers which want one type for a column find it, and the measures
that a reply has for itself stand beside it.
"""

import json
from collections.abc import Iterator

import msgspec

from alignscope.lab.export.reading import measured
from alignscope.lab.summary.rows import Arm
from alignscope.lab.summary.tally import Tally


def write(tally: Tally, arm: Arm | None) -> Iterator[str]:
    """Yield a line for each row."""
    for row, values in measured(tally, arm):
        line = msgspec.to_builtins(row)
        line["options"] = json.dumps(line["options"], ensure_ascii=False)
        yield msgspec.json.encode(line | values).decode() + "\n"
