"""A model's rows as lm-evaluation-harness logs samples: a line for each prompt, with all replies to it.

https://github.com/EleutherAI/lm-evaluation-harness, `evaluator.py` and `loggers/evaluation_tracker.py`
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from alignscope.lab.export.reading import arm_of
from alignscope.lab.row import Row
from alignscope.lab.summary.measures.measure import Measure, Reply
from alignscope.lab.summary.rows import Arm
from alignscope.lab.summary.tally import Tally
from alignscope.text.clean import encodable

_FILTER: Final = "none"


def write(tally: Tally, arm: Arm | None) -> Iterator[str]:
    """Yield a line for each prompt. Failed replies are no responses; a prompt that has no other is left out."""
    number = 0
    for _, samples in tally.rows.by_prompt():
        those = [tally.reply(row, steps) for row, steps in samples if not row.failed and arm_of(row) == arm]
        if those:
            yield json.dumps(_line(number, those, tally.measures), ensure_ascii=False) + "\n"
            number += 1


def remark(tally: Tally, arm: Arm | None) -> str:
    """Return that the harness scored nothing."""
    return "The metrics are alignscope's own: means over a prompt's replies, of no task of the harness."


def _line(number: int, replies: list[Reply], measures: list[Measure]) -> dict[str, Any]:
    row = replies[0].row
    doc = {
        name: encodable(getattr(row, name)) for name in ("prompt_id", "set", "category", "language", "prompt", "answer")
    } | {"choices": [encodable(choice) for choice in row.choices]}
    texts = [encodable(reply.row.text) for reply in replies]
    target = encodable(row.answer)
    metrics = _metrics(replies, measures)
    return {
        "doc_id": number,
        "doc": doc,
        "target": target,
        "arguments": {"gen_args_0": {"arg_0": encodable(row.sent), "arg_1": _options(row)}},
        "resps": [texts],
        "filtered_resps": [texts],
        "filter": _FILTER,
        "metrics": list(metrics),
        "doc_hash": _hash(json.dumps(doc, indent=2, ensure_ascii=False)),
        "prompt_hash": _hash(encodable(row.sent)),
        "target_hash": _hash(target),
        **metrics,
    }


def _metrics(replies: list[Reply], measures: list[Measure]) -> dict[str, float]:
    found = {}
    for measure in measures:
        if measure.across:
            continue
        [values] = measure.of({arm_of(replies[0].row): replies}).values()
        if values and all(value.met() for value in values):
            found[measure.name] = sum(value.lo for value in values) / len(values)
    return found


def _options(row: Row) -> dict[str, Any]:
    """Return the sampling parameters under the names that the harness has for them."""
    options: dict[str, Any] = msgspec.to_builtins(row.options)
    stop = options.pop("stop", [])
    limit = options.pop("num_predict", None)
    temperature = options.get("temperature")
    return {
        "until": stop,
        **({} if limit is None else {"max_gen_toks": limit}),
        **({} if temperature is None else {"do_sample": temperature > 0}),
        **options,
    }


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
