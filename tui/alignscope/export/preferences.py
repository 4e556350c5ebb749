"""Verdicts as preference pairs, in the JSON Lines that TRL's DPOTrainer reads.

A line has `prompt`, `chosen` and `rejected`: plain text, or with `conversational` lists of messages, to which the
trainer applies its model's chat template.
https://huggingface.co/docs/trl/dataset_formats
"""

import json
from collections.abc import Iterator, Sequence
from itertools import combinations

from alignscope.export import Options
from alignscope.model.pane import Mode
from alignscope.model.scaffold import BARE, SCAFFOLDS
from alignscope.model.session import Session
from alignscope.model.turn import CARRY, ReplyKey, Turn, exchanges
from alignscope.text.clean import encodable


def write(session: Session, options: Options) -> Iterator[str]:
    """Yield a line for every two replies of which one was judged better.

    A pair needs one prompt for both: two panes with different carried turns make none, nor do equal or empty replies.
    """
    for place, turn in enumerate(session.turns):
        before = session.turns[:place] if turn.settings.context == CARRY else []
        order = turn.verdict.order if turn.verdict else ()
        for better, worse in combinations(order, 2):
            line = _pair(turn, before, better, worse, conversational=options.conversational)
            if line is not None:
                yield json.dumps(line, ensure_ascii=False) + "\n"


def _pair(
    turn: Turn, before: Sequence[Turn], better: ReplyKey, worse: ReplyKey, *, conversational: bool
) -> dict[str, object] | None:
    chosen, rejected = (encodable(turn.text(*key)) for key in (better, worse))
    panes = {pane.name: pane for pane in turn.lineup}
    if not chosen or not rejected or chosen == rejected or better[0] not in panes or worse[0] not in panes:
        return None
    histories = [exchanges(before, pane) for pane, _ in (better, worse)]
    if histories[0] != histories[1]:
        return None
    asked = [panes[better[0]], panes[worse[0]]]
    history = [(encodable(prompt), encodable(reply)) for prompt, reply in histories[0]]
    prompt = encodable(turn.prompt)
    if not conversational:
        # The scaffold is part of the prompt if both replies continued it. Carried turns become one document with it.
        completions = all(pane.mode is Mode.COMPLETION for pane in asked)
        scaffold = SCAFFOLDS[turn.settings.scaffold if completions else BARE]
        return {"prompt": scaffold.document(history, prompt), "chosen": chosen, "rejected": rejected}
    systems = {pane.system for pane in asked}
    messages = [_message("system", encodable(system)) for system in systems if system and len(systems) == 1]
    for earlier, reply in history:
        messages += [_message("user", earlier), _message("assistant", reply)]
    return {
        "prompt": [*messages, _message("user", prompt)],
        "chosen": [_message("assistant", chosen)],
        "rejected": [_message("assistant", rejected)],
    }


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}
