"""A model's scores as Every Eval Ever has them: its aggregate schema 0.3.0, one JSON object.

It has to be said of each metric whether lower is better. Only measures of which that can be said are written: what is
right, or parses. https://github.com/evaleval/every_eval_ever, `schemas/eval.schema.json`
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from alignscope import __version__
from alignscope.lab.export.reading import rows
from alignscope.lab.summary.figures import Figure
from alignscope.lab.summary.measures.measure import Measure
from alignscope.lab.summary.rows import Arm
from alignscope.lab.summary.tally import Tally
from alignscope.model.lineup.pane import EMBEDDED
from alignscope.text.clean import encodable

_SCHEMA: Final = "0.3.0"
_UNKNOWN: Final = "unknown"
_CONFIG: Final = {"temperature": "temperature", "top_p": "top_p", "top_k": "top_k", "num_predict": "max_tokens"}


def write(tally: Tally, arm: Arm | None) -> Iterator[str]:
    """Yield the object. Measures with undetermined replies have no single score, and are left out."""
    assert arm is not None
    facts = tally.arm_facts(arm)
    times = sorted(row.at for row in rows(tally, arm))
    model = encodable(", ".join(facts.models))
    named = hashlib.sha256("\n".join([tally.name, *arm, times[0]]).encode("utf-8", "replace")).hexdigest()[:16]
    embedded = set(facts.servers) == {EMBEDDED}
    log = {
        "schema_version": _SCHEMA,
        "evaluation_id": encodable(f"{tally.name}/{model}/{named}"),
        "evaluation_timestamp": times[0],
        "retrieved_timestamp": str(datetime.fromisoformat(times[-1]).timestamp()),
        "source_metadata": {
            "source_name": "alignscope", "source_type": "evaluation_run", "source_organization_name": _UNKNOWN,
            "evaluator_relationship": "other",
        },
        "eval_library": {"name": "alignscope", "version": __version__},
        "model_info": {
            "name": model, "id": model,
            **({"inference_engine": {"name": "llama.cpp"}} if embedded else {"inference_platform": _UNKNOWN}),
            "additional_details": {
                "deployment_type": "self_deployed" if embedded else _UNKNOWN, "model_availability": _UNKNOWN,
                "digest": ", ".join(facts.digests), "mode": facts.mode, "frame": facts.frame, "entry": facts.entry,
            },
        },
        "evaluation_results": [
            _result(tally, measure, figure, facts.options) for measure, figure in _scored(tally, arm)
        ],
    }  # fmt: skip
    yield encodable(json.dumps(log, ensure_ascii=False, indent=1)) + "\n"


def remark(tally: Tally, arm: Arm | None) -> str:
    """Return which measures are there, or that there are none."""
    assert arm is not None
    names = [measure.label for measure, _ in _scored(tally, arm)]
    if not names:
        return "This run has no scores: it has no prompts with answers, nor with a form that parses."
    return f"Scores are {', '.join(names)}: of other measures it can't be said that more or less is better."


def _scored(tally: Tally, arm: Arm) -> list[tuple[Measure, Figure]]:
    found = ((measure, tally.figure(measure, arm)) for measure in tally.measures if measure.more_is_better)
    return [(measure, figure) for measure, figure in found if figure and figure.value[0] == figure.value[1]]


def _result(tally: Tally, measure: Measure, figure: Figure, options: dict[str, Any]) -> dict[str, Any]:
    score: dict[str, Any] = {"score": figure.value[0]}
    if figure.interval is not None:
        lower, upper = figure.interval
        score["uncertainty"] = {
            "confidence_interval": {
                "lower": lower, "upper": upper, "confidence_level": 0.95, "method": "Wilson on effective prompts",
            },
            "num_samples": figure.prompts,
        }  # fmt: skip
    score["details"] = {"prompts": str(figure.prompts), "replies": str(figure.replies)}
    return {
        "evaluation_result_id": measure.name,
        "evaluation_name": f"{tally.name}.{measure.name}",
        "source_data": {"dataset_name": tally.name, "source_type": "other"},
        "metric_config": {
            "metric_id": f"alignscope.{measure.name}", "metric_name": measure.label, "metric_unit": "proportion",
            "evaluation_description": measure.formula, "lower_is_better": False, "score_type": "continuous",
            "min_score": 0, "max_score": 1,
        },
        "score_details": score,
        "generation_config": {
            "generation_args": {_CONFIG[name]: value for name, value in options.items() if name in _CONFIG},
        },
    }  # fmt: skip
