"""Nothing of what a turn is sent with is lost on the way into a file, into words or into a table."""

import csv
import io
import json
from typing import Any

import msgspec
import pytest

from alignscope.export import FORMATS, Options
from alignscope.model.sampling import PRESETS, Sampling
from alignscope.model.turn import CARRY, TurnSettings
from alignscope.sessions.format.file import dump, parse
from alignscope.text.wording import describe_sampling, describe_settings
from tests.sessions.making import session_of, turn_of

UNUSUAL: dict[str, Any] = {
    "sampling": PRESETS["greedy"].sampling,
    "samples": 3,
    "context": CARRY,
    "scaffold": "qa",
    "think": True,
    "logprobs": 0,
    "one_after_other": True,
}


@pytest.mark.parametrize("field", TurnSettings.__struct_fields__)
def test_every_setting_is_kept_and_told(field: str) -> None:
    usual = TurnSettings()
    settings = msgspec.structs.replace(usual, **{field: UNUSUAL[field]})
    turn = turn_of(1)
    turn.settings = settings
    session = session_of(turn)
    assert parse(dump(session), "kept").session.turns[0].settings == settings != usual
    assert describe_settings(settings) != describe_settings(usual)
    [row, *_] = csv.DictReader(io.StringIO("".join(FORMATS["csv"].write(session, Options()))))
    assert row[field] == (json.dumps(dict(settings.sampling)) if field == "sampling" else str(UNUSUAL[field]))


def test_a_file_says_only_what_is_unusual() -> None:
    text = dump(session_of(turn_of(1))).decode()
    assert "context: fresh\n" in text
    for field in ("samples", "scaffold", "think", "logprobs", "one_after_other"):
        assert f"\n{field}: " not in text


def test_a_sampling_is_told_by_its_preset_or_written_out() -> None:
    even, greedy = (PRESETS[name].sampling for name in ("even", "greedy"))
    assert describe_sampling(even.on("seed", 7), tuple(PRESETS.values())) == "even · seed 7"
    assert describe_sampling(greedy, tuple(PRESETS.values())) == "greedy · temperature 0.0"
    five = even.off("top_k").off("top_p").off("min_p").on("seed", 7).on("num_ctx", 512)
    assert (
        describe_sampling(five, (PRESETS["even"],)) == "even · top_k off · top_p off · min_p off · seed 7 · and 1 more"
    )
    assert describe_sampling(Sampling({"temperature": 0.8, "stop": ["x"]})) == 'temperature 0.8 · stop ["x"]'
    assert describe_sampling(Sampling()) == "the models' own sampling"
