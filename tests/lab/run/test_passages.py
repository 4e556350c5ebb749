"""Passages that the twins predict, as llama.cpp has them when it is led along their tokens."""

import json
import math
from pathlib import Path

import pytest

from alignscope.lab.row import PassageBits, decode_scored
from alignscope.lab.run.scores import SCORES
from alignscope.measure.task.passage import NEUTRAL
from tests.lab.run.running import go
from tests.measure.distribution.twins import engine, logprobs


@pytest.mark.parametrize("model", ["twin:text", "twin:latest"])
async def test_a_passage_is_exact_where_the_model_would_end_or_begin_a_character(tmp_path: Path, model: str) -> None:
    begin, text = NEUTRAL[: NEUTRAL.index(" They")], NEUTRAL[NEUTRAL.index(" They") : NEUTRAL.index(" When") + 5]
    written = f"passages: [{{id: part, begin: {json.dumps(begin)}, text: {json.dumps(text)}}}]"
    lineup = f'lineup: [{{name: one, model: "{model}", mode: completion}}]'
    (tmp_path / "passage.yaml").write_text("\n".join(["prompts: [Hi]", lineup, "sampling: {num_predict: 2}", written]))
    await go(tmp_path / "passage.yaml", tmp_path / "run")
    (line,) = (tmp_path / "run" / SCORES).read_bytes().splitlines()
    found = decode_scored(line)
    assert isinstance(found, PassageBits)
    async with engine() as running:
        true = await logprobs(running, model, begin, text)
    assert (found.tokens, found.open) == (len(true), 0)
    assert [*found.bits] == [pytest.approx(-math.fsum(true) / math.log(2) / len(text), abs=1e-5)] * 2
