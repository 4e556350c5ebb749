"""A row as its line."""

import json

from alignscope.lab.row import Row, Tokens, decode, decode_tokens, encode
from alignscope.model.events import End
from alignscope.model.lineup.pane import Mode

ROW = Row(
    key="00",
    prompt_id="sum",
    set="mine",
    prompt="2 + 2 =",
    entry="base",
    role="base",
    server="embedded",
    model="twin:text",
    mode=Mode.COMPLETION,
    frame="raw",
    sampling="pure",
    options={"temperature": 1.0, "stop": ["\n"]},
    sample=1,
    sent="2 + 2 =",
    end=End.STOP,
    at="2026-11-26T10:00:00+00:00",
)


def test_every_row_has_every_field() -> None:
    line = encode(ROW)
    assert line.endswith(b"}\n")
    assert list(json.loads(line)) == list(Row.__struct_fields__)
    assert decode(line) == ROW


def test_lists_keep_their_order() -> None:
    kept = Tokens(key="00", tokens=[(" 4", -0.5, [(" 4", -0.5), (" 5", -1.0)]), ("\n", None, [])])
    line = encode(kept)
    assert json.loads(line)["tokens"][0] == [" 4", -0.5, [[" 4", -0.5], [" 5", -1.0]]]
    assert decode_tokens(line) == kept
