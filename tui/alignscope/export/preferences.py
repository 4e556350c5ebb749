"""Verdicts as preference pairs, in the JSON Lines that TRL's DPOTrainer reads.

A line has `prompt`, `chosen` and `rejected`: plain text, or with `conversational` lists of messages, to which the
trainer then applies its model's chat template.
https://huggingface.co/docs/trl/dataset_formats
"""

import json
from collections.abc import Iterator, Sequence
from itertools import combinations

from alignscope.export import Options
from alignscope.model.pane import Mode, Pane
from alignscope.model.scaffold import BARE, SCAFFOLDS
from alignscope.model.session import Session
from alignscope.model.turn import CARRY, ReplyKey, Turn, exchanges
from alignscope.text.clean import encodable


def write(session: Session, options: Options) -> Iterator[str]:
    """A line for every two replies of which one was judged better.

    A pair needs one prompt for both: replies of two panes that carried different turns along make none, nor do two
    replies that say the same, or one that says nothing.
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
        return {"prompt": _document(turn, asked, history, prompt), "chosen": chosen, "rejected": rejected}
    systems = {pane.system for pane in asked}
    messages = [_message("system", encodable(system)) for system in systems if system and len(systems) == 1]
    for said, reply in history:
        messages += [_message("user", said), _message("assistant", reply)]
    return {
        "prompt": [*messages, _message("user", prompt)],
        "chosen": [_message("assistant", chosen)],
        "rejected": [_message("assistant", rejected)],
    }


def _document(turn: Turn, asked: Sequence[Pane], history: Sequence[tuple[str, str]], prompt: str) -> str:
    """The prompt as text: with its scaffold when both replies went on from that, else as the person typed it.

    A conversation that was carried along is laid out as a document, since plain text has no other way to hold it.
    """
    raw = all(pane.mode is Mode.COMPLETION for pane in asked)
    return SCAFFOLDS[turn.settings.scaffold if raw else BARE].document(history, prompt)


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}
