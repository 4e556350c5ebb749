"""A model's rows as an evaluation log of Inspect, format 2, in JSON: a prompt is a sample, and a sample an epoch.

https://inspect.aisi.org.uk/eval-logs.html
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from alignscope import __version__
from alignscope.lab.export.reading import measured, own_measures, rows
from alignscope.lab.row import Row
from alignscope.lab.summary.rows import Arm
from alignscope.lab.summary.tally import Tally
from alignscope.model.events import End
from alignscope.model.lineup.pane import Mode
from alignscope.text.clean import encodable

_FORMAT: Final = 2
_PROVIDER: Final = "alignscope"
_STOPPED: Final = {End.LENGTH: "max_tokens", End.LOOP: "unknown"}
_CONFIG: Final = {
    "temperature": "temperature", "top_p": "top_p", "top_k": "top_k", "num_predict": "max_tokens", "seed": "seed",
    "presence_penalty": "presence_penalty", "frequency_penalty": "frequency_penalty", "stop": "stop_seqs",
}  # fmt: skip
"""Sampling parameters that Inspect has, by its names; the others stand in the metadata."""


def write(tally: Tally, arm: Arm | None) -> Iterator[str]:
    """Yield the log, sample by sample. A failed reply is a sample with an error, and has no score."""
    assert arm is not None
    yield json.dumps(_head(tally, arm), ensure_ascii=False)[:-1] + ', "samples": ['
    for number, (row, values) in enumerate(measured(tally, arm)):
        yield (",\n" if number else "\n") + json.dumps(_plain(_sample(row, values)), ensure_ascii=False)
    yield "\n]}\n"


def remark(tally: Tally, arm: Arm | None) -> str:
    """Return what the log doesn't have."""
    return (
        "Scores are alignscope's measures of each reply. `samples_df` finds logs whose names begin with a time, such as"
        " 2026-11-26T10-00-00+00-00_TASK_ID.json."
    )


def _head(tally: Tally, arm: Arm) -> dict[str, Any]:
    facts = tally.arm_facts(arm)
    every = list(rows(tally, arm))
    whole = sum(not row.failed for row in every)
    ids = list(dict.fromkeys(_id(row) for row in every))
    named = hashlib.sha256("\n".join([tally.name, *arm]).encode()).hexdigest()[:22]
    options = {_CONFIG[name]: value for name, value in facts.options.items() if name in _CONFIG}
    return _plain(
        {
            "version": _FORMAT, "status": "success",
            "eval": {
                "eval_id": named, "run_id": named, "task_id": named, "created": _time(min(row.at for row in every)),
                "task": tally.name, "task_version": 0, "model": f"{_PROVIDER}/{', '.join(facts.models)}",
                "model_generate_config": options, "model_base_url": ", ".join(facts.servers),
                "dataset": {"name": tally.name, "samples": len(ids), "sample_ids": ids, "shuffled": False},
                "config": {"epochs": max(row.sample for row in every)},
                "packages": {"alignscope": __version__},
                "metadata": {
                    "entry": arm.entry, "frame": arm.frame, "sampling": arm.sampling, "role": facts.role,
                    "mode": facts.mode, "digest": ", ".join(facts.digests), "options": facts.options,
                },
            },
            "plan": {"name": "plan", "steps": [], "config": options},
            "results": {"total_samples": len(every), "completed_samples": whole, "scores": _scores(tally, arm)},
            "stats": {
                "started_at": _time(min(row.at for row in every)), "completed_at": _time(max(row.at for row in every)),
            },
        }
    )  # fmt: skip


def _scores(tally: Tally, arm: Arm) -> list[dict[str, Any]]:
    """Return the mean of each measure as far as it is known; like all figures it is a mean over prompts."""
    found = []
    for measure in own_measures(tally):
        figure = tally.figure(measure, arm)
        if figure is None or figure.value[0] is None or figure.value[0] != figure.value[1]:
            continue
        metric = {"name": "mean", "value": figure.value[0], "params": {}}
        lo, hi = figure.interval or (None, None)
        about = {"interval_lo": lo, "interval_hi": hi, "prompts": figure.prompts}
        found.append(
            {
                "name": measure.name, "scorer": measure.name, "params": {}, "metadata": about,
                "metrics": {"mean": metric},
            }
        )  # fmt: skip
    return found


def _sample(row: Row, values: dict[str, float | None]) -> dict[str, Any]:
    reply = {"role": "assistant", "content": row.text, "source": "generate", "model": row.model}
    asked = {"role": "user", "content": row.prompt, "source": "input"}
    sample: dict[str, Any] = {
        "id": _id(row), "epoch": row.sample, "input": row.prompt, "target": row.answer,
        "messages": [asked, reply] if row.mode is Mode.CHAT else [{**asked, "content": row.sent}, reply],
        "output": {
            "model": row.model, "completion": row.text, "time": row.duration_ms / 1000,
            "choices": [{"message": reply, "stop_reason": _STOPPED.get(row.end, "stop")}],
        },
        "scores": {name: {"value": value} for name, value in values.items() if value is not None},
        "metadata": {
            "key": row.key, "set": row.set, "category": row.category, "language": row.language, "end": str(row.end),
            "tokens": row.tokens,
            "seed": row.seed, "sent": row.sent, "thinking": row.thinking, "first_token_ms": row.first_token_ms,
        },
        "total_time": row.duration_ms / 1000,
    }  # fmt: skip
    if row.choices:
        sample["choices"] = row.choices
    if row.failed:
        sample["error"] = {"message": row.error or str(row.end), "traceback": "", "traceback_ansi": ""}
    return sample


def _id(row: Row) -> str:
    return f"{row.set}/{row.prompt_id}"


def _time(at: str) -> str:
    """Return a time with its zone, which Inspect wants."""
    return at if at.endswith("Z") or "+" in at[10:] else f"{at}+00:00"


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    """Return plain data without halves of surrogate pairs."""
    plain: dict[str, Any] = json.loads(encodable(json.dumps(msgspec.to_builtins(value), ensure_ascii=False)))
    return plain
