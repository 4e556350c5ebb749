"""The measure of right answers by the lists that their tokens came from."""

from typing import Final

from alignscope.lab.summary.measures.measure import Kind, Measure, Reply, Unit, by_reply
from alignscope.measure.bounds import Bounds
from alignscope.measure.task.named import right_share


def _right_share(reply: Reply) -> Bounds | None:
    row = reply.row
    if row.answer not in row.choices or not reply.steps:
        return None
    tokens, lists = [text for text, _, _ in reply.steps], [tops for _, _, tops in reply.steps]
    return right_share(tokens, lists, row.choices, row.answer)


MEASURES: Final = (
    Measure(
        name="right_listed", label="right by the list", kind=Kind.SHARE, unit=Unit.SHARE,
        formula="p of the right choice / p of all choices, of the tokens that begin them, where a reply begins the"
        " first that it names; with what the list leaves open",
        source="our own",
        caveat="It is over replies that name a choice at all, which a base model's often don't. What stands before it"
        " in the reply is each model's own.",
        of=by_reply(_right_share), lists=True, more_is_better=True,
    ),
)  # fmt: skip
