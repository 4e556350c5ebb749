"""Which parameters were in force, and who set each."""

from typing import Any

import pytest

from alignscope.backends.base import ServerInfo
from alignscope.backends.dialects import LM_STUDIO, OLLAMA, VLLM, Dialect
from alignscope.measure.distribution.truncation import Truncation
from alignscope.model.lineup.pane import Model, Pane
from alignscope.model.sampling import PRESETS, Sampling, assign
from alignscope.model.turn import Turn, TurnSettings
from alignscope.run.sent.options import options_of, sent_values
from alignscope.run.sent.pane import Option, Setter
from alignscope.run.sent.samplers import truncation_of
from tests.sessions.recorded import AT, LINEUP

EVEN = PRESETS["even"].sampling


def turn(sampling: Sampling, experiment: str = "") -> Turn:
    return Turn(1, AT, "Well?", LINEUP, TurnSettings(sampling), experiment=experiment)


def found(
    sampling: Sampling,
    body: dict[str, Any],
    *,
    pane: Pane = LINEUP[0],
    model: Model | None = None,
    info: ServerInfo | None = None,
    experiment: str = "",
) -> dict[str, Option]:
    return {each.name: each for each in options_of(turn(sampling, experiment), pane, body, model, info)}


def ollama(version: str = "0.33.0", dialect: Dialect = OLLAMA) -> ServerInfo:
    return ServerInfo("http://x", dialect, version)


def test_values_are_found_under_every_servers_names() -> None:
    sent = {"temperature": 0.5, "num_predict": 9}
    assert sent_values({"options": sent, "keep_alive": "5m"}) == {**sent, "keep_alive": "5m"}
    assert sent_values({"temperature": 0.5, "max_tokens": 9, "repetition_penalty": 1.2}) == {
        **sent, "repeat_penalty": 1.2,
    }  # fmt: skip
    assert sent_values({"max_tokens": None}) == {}, "no limit was sent"


def test_who_set_what() -> None:
    sampling = assign(EVEN, "seed=7")
    options = found(sampling, {"options": dict(sampling)})
    assert (options["top_k"].by, options["top_k"].source) == (Setter.PRESET, "even")
    assert options["seed"].by is Setter.SESSION
    assert options["num_ctx"].by is Setter.UNKNOWN and options["num_ctx"].value is None
    own = Pane("base", "m", "http://x", LINEUP[0].mode, sampling=Sampling({"temperature": 0.1}))
    assert found(sampling, {"options": {"temperature": 0.1}}, pane=own)["temperature"].by is Setter.PANE
    refused = found(assign(EVEN, "num_predict=80"), {"options": {"num_predict": 80}}, experiment="refused")
    assert (refused["num_predict"].by, refused["num_predict"].source) == (Setter.EXPERIMENT, "refused")


def test_what_was_not_sent_is_the_models_or_the_servers_own() -> None:
    model = Model(name="m", server="http://x", parameters=(("temperature", "0.7"), ("stop", "[INST]")))
    options = found(Sampling(), {"options": {}}, model=model, info=ollama())
    assert (options["temperature"].value, options["temperature"].by) == ("0.7", Setter.MODEL)
    assert (options["top_k"].value, options["top_k"].by) == (40, Setter.SERVER)
    assert options["num_predict"].value == -1
    elsewhere = found(Sampling(), {}, model=model, info=ollama("", LM_STUDIO))["temperature"]
    assert (elsewhere.value, elsewhere.by) == ("0.7", Setter.SERVER), "which knows of no model's own values"
    assert options["seed"].by is Setter.UNKNOWN
    assert found(Sampling(), {"options": {}}, info=ollama("0.32.9"))["repeat_penalty"].value == 1.1
    assert found(Sampling(), {"options": {}}, info=ollama("0.32.10"))["repeat_penalty"].value == 1.0
    assert found(Sampling(), {"options": {}}, info=ollama(""))["repeat_penalty"].value == 1.0, "of no known version"
    assert found(Sampling(), {}, info=ollama(dialect=VLLM))["top_k"].by is Setter.UNKNOWN, "its models' files have it"


def test_what_a_server_does_not_know_is_said() -> None:
    options = found(EVEN, {"temperature": 0.8}, info=ollama("", LM_STUDIO))
    assert options["typical_p"].note == "not known to LM Studio: left out"
    assert options["temperature"].note == ""
    kept = found(EVEN, {"temperature": 0.8})
    assert kept["typical_p"].note == "not sent: this server doesn't know it", "as far as a session tells"
    endless = found(assign(EVEN, "num_predict=-1"), {"temperature": 0.8}, info=ollama("", VLLM))["num_predict"]
    assert (endless.value, endless.by, endless.note) == (-1, Setter.SESSION, ""), "no limit is sent as none"
    old = found(EVEN, {"options": dict(EVEN)}, info=ollama("0.24.0"))
    assert old["repeat_penalty"].note.startswith("Ollama 0.24.0 ignores it")


CHAIN = {**EVEN, "min_p": 0.1}


@pytest.mark.parametrize(
    ("url", "body", "truncation"),
    [
        ("http://x/api/generate", {"options": {**CHAIN}}, Truncation(40, 0.9, 0.1)),
        ("http://x/v1/completions", {**CHAIN, "max_tokens": 9}, Truncation(40, 0.9, 0.1)),
        ("http://x/v1/completions", {**CHAIN, "temperature": 0}, Truncation(greedy=True)),
        ("http://x/v1/completions", {**PRESETS["pure"].sampling}, Truncation()),
    ],
)
def test_truncation_as_it_was_asked_for(url: str, body: dict[str, Any], truncation: Truncation) -> None:
    assert truncation_of(url, body) == (truncation, "")


def vllm(**changed: Any) -> dict[str, Any]:
    names = ("temperature", "top_k", "top_p", "min_p", "presence_penalty", "frequency_penalty")
    return {**{name: EVEN[name] for name in names}, "repetition_penalty": 1.0, **changed}


def test_a_server_that_truncates_after_temperature() -> None:
    url = "http://x/v1/completions"
    assert truncation_of(url, vllm()) == (None, "top_p came after temperature")
    assert truncation_of(url, vllm(top_p=1.0, top_k=-1)) == (Truncation(), "")
    assert truncation_of(url, vllm(top_p=0.9, top_k=-1, temperature=1)) == (Truncation(0, 0.9), "")
    squared = truncation_of(url, vllm(top_p=1.0, min_p=0.5, temperature=2.0))[0]
    assert squared == Truncation(40, 1.0, 0.25), "flattened odds of a half are a quarter before"


def test_an_old_ollama_may_truncate_after_temperature() -> None:
    def told(server: str, **changed: Any) -> Truncation | None:
        return truncation_of("http://x/api/generate", {"options": {**EVEN, **changed}}, server)[0]

    assert told("Ollama 0.24.0") is None
    assert told("Ollama 0.24.0", temperature=1.0) == told("Ollama 0.30.0") == told("Ollama") == Truncation(40, 0.9)
    assert told("Ollama 0.24.0", top_p=1.0) == Truncation(40), "top_k keeps the same at any temperature"
    assert told("llama.cpp 0.1.0") == Truncation(40, 0.9)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"repeat_penalty": 1.1}, "repeat_penalty changed the odds before"),
        ({"typical_p": 0.5}, "typical_p drops likely tokens too"),
        ({"repeat_penalty": 1.1, "presence_penalty": 0.5}, "penalties changed the odds before"),
        ({"top_k": None}, "top_k went unsent"),
        ({"top_k": None, "top_p": None, "min_p": None}, "top_k, top_p and others went unsent"),
    ],
)
def test_what_cannot_be_told_from_a_list_is_not_told(changed: dict[str, Any], why: str) -> None:
    assert truncation_of("http://x/api/chat", {"options": {**CHAIN, **changed}}) == (None, why)
    assert truncation_of("", {})[0] is None
