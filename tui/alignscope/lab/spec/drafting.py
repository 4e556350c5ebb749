"""SPEC files as `lab init` writes them: with comments, for a claim, and for the models that a person names."""

import json
import textwrap
from typing import Final

from alignscope.lab import TEMPLATE
from alignscope.lab.claims.claim import Claim, Part
from alignscope.lab.spec.ladders.ladder import Stage, roles
from alignscope.measure.statistics.margins import Direction
from alignscope.model.lineup.pane import is_hub, is_path, is_twin

_LINEUP: Final = """lineup:
  - {name: base, model: "twin:text", mode: completion}
  - {name: instruct, model: "twin:latest", mode: chat}
"""
"""What stands in the template."""
_WIDTH: Final = 118
TWINS: Final = (Stage(name="base", model="twin:text"), Stage(name="aligned", model="twin:latest"))
_SAYS: Final = {
    Direction.MORE: "more, by over {}",
    Direction.LESS: "less, by over {}",
    Direction.SAME: "the same, within {}",
}


def draft(stages: tuple[Stage, ...] = ()) -> str:
    """Return a SPEC in which everything is explained.

    Args:
        stages: who is asked; () for what stands in the template. The first is asked for completions, the others in
            chats.
    """
    text = TEMPLATE.read_text("utf-8")
    if not stages:
        return text
    entries = [
        _entry(stage, "completion" if role == "base" else "chat", f", role: {role}")
        for stage, role in zip(stages, roles(stages), strict=True)
    ]
    return text.replace(_LINEUP, "\n".join([*_notes(stages), "lineup:", *entries, *_ladder(stages), ""]))


def draft_for(claim: Claim, stages: tuple[Stage, ...] = TWINS) -> str:
    """Return the SPEC of the run that answers a claim.

    Args:
        stages: base, aligned, and what is between them, in order.
    """
    head = [f"The claim: {claim.says} The report of this run answers yes, no or can't tell."]
    which = "Yes takes all of these" if claim.decide == "all" else "Yes takes one of these"
    head.append(f"{which}; margins are of percentage points, or of the measure's own unit:")
    lines = [f"# {line}" for each in head for line in textwrap.wrap(each, _WIDTH)]
    for part in claim.parts:
        lines += textwrap.wrap(_said(part), _WIDTH, initial_indent="#   - ", subsequent_indent="#     ")
    lines.append("# `claim` chooses these comparisons; `margins` may set other margins, before the run, by measure.")
    body = claim.spec.replace("$base", _model(stages[0])).replace("$aligned", _model(stages[-1]))
    between = [_entry(stage, "chat", ", role: other") for stage in stages[1:-1]]
    body = _filled(body, "    $stages" if "    $stages" in body else "  $stages", between)
    body = _filled(body, "$ladder", _ladder(stages))
    notes = _notes(stages)
    return "\n".join([*lines, *notes, f"name: {claim.name}", f"claim: {claim.name}", "", body.rstrip(), ""])


def _filled(text: str, mark: str, lines: list[str]) -> str:
    """Return a text with lines in place of the one that is a mark; without it where there are none."""
    return text.replace(f"{mark}\n", "".join(f"{line}\n" for line in lines))


def _said(part: Part) -> str:
    share = part.margin < 1 and part.measure != "branching"
    margin = f"{100 * part.margin:g} points" if share else f"{part.margin:g}"
    return f"{part.says} ({part.measure}: {_SAYS[part.direction].format(margin)})"


def _entry(stage: Stage, mode: str, more: str) -> str:
    return f"  - {{name: {stage.name}, {_model(stage)}, mode: {mode}{more}}}"


def _model(stage: Stage) -> str:
    server = f", server: {json.dumps(stage.server, ensure_ascii=False)}" if stage.server else ""
    return f"model: {json.dumps(stage.model, ensure_ascii=False)}{server}"


def _notes(stages: tuple[Stage, ...]) -> list[str]:
    """Return what is to be known of models from a hub: where they are, and that somebody has to serve them."""
    origins = [f"# {stage.name}: {stage.model} is {stage.origin}" for stage in stages if stage.origin]
    if all(stage.server or not _served(stage) for stage in stages):
        return origins
    where = "such as the URL of vLLM, which serves one model each; without, it is the default one."
    return [*origins, f"# A stage may have a `server`, {where}"]


def _served(stage: Stage) -> bool:
    """Return whether a model has to be on a server."""
    return not (is_twin(stage.model) or is_hub(stage.model) or is_path(stage.model))


def _ladder(stages: tuple[Stage, ...]) -> list[str]:
    if len(stages) < 3:
        return []
    return [
        "# Each stage is compared with the one before, and the last with the first: measured, and not added up.",
        f"ladder: [{', '.join(stage.name for stage in stages)}]",
    ]
