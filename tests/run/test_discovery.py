"""The lineup to begin with."""

from pathlib import Path

import pytest

from alignscope.backends.base import ServerError
from alignscope.backends.embedded.engine import engine_problem
from alignscope.backends.embedded.hub.known import hub_pairs
from alignscope.model.launch import Launch
from alignscope.model.lineup.pairing import Nature, judge
from alignscope.model.lineup.pane import EMBEDDED, Mode, Model, Pane, PaneRequest
from alignscope.run.discovery import Outcome, find_lineup, known_pairs
from alignscope.run.servers import Servers
from tests.backends.embedded.files import LATEST, SFT, TEXT, keep_as
from tests.standin import LONELY, MANY, Flavour, Held, Ollama, OpenAIStyle

pytestmark = pytest.mark.skipif(bool(engine_problem()), reason="the engine has no build for this platform")

TWINS = (
    Pane("base", "twin:text", EMBEDDED, Mode.COMPLETION),
    Pane("instruct", "twin:latest", EMBEDDED, Mode.CHAT),
)


# Nothing chosen


async def test_a_pair_on_ollama(servers: Servers, ollama: Ollama) -> None:
    found = await find_lineup(servers, Launch(host=ollama.url, system="Be brief."))
    assert found.outcome is Outcome.PAIR
    assert found.lineup == (
        Pane("base", "mistral:text", ollama.url, Mode.COMPLETION),
        Pane("instruct", "mistral:instruct", ollama.url, Mode.CHAT, "Be brief."),
    )
    assert "mistral:text and its twin mistral:instruct" in found.why
    assert found.pairs == ()
    assert servers.default_host == ollama.url


async def test_the_host_of_the_environment(ollama: Ollama, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", ollama.url)
    async with Servers() as servers:
        assert (await find_lineup(servers, Launch())).outcome is Outcome.PAIR


async def test_old_listings_tell_little_so_each_model_is_asked_about(servers: Servers) -> None:
    models = (
        Held("story:latest", parameter_size="1.1B", template="{{ .Prompt }}"),
        Held("talk:latest", parameter_size="1.1B", parameters='stop                           "</s>"\n'),
        Held("nomic-embed-text:latest", "nomic-bert", "137M", capabilities=("embedding",)),
    )
    async with Ollama(models, version="0.12.6") as server:
        found = await find_lineup(servers, Launch(host=server.url))
    assert [pane.model for pane in found.lineup] == ["story:latest", "talk:latest"]
    assert [judge(model).nature for model in found.models] == [Nature.BASE, Nature.INSTRUCT, Nature.UNKNOWN]


async def test_among_many_pairs_the_smallest(servers: Servers) -> None:
    async with Ollama(MANY) as server:
        found = await find_lineup(servers, Launch(host=server.url))
    assert [pane.model for pane in found.lineup] == ["qwen2.5:0.5b-base", "qwen2.5:0.5b"]


async def test_ollama_without_a_pair(servers: Servers) -> None:
    async with Ollama(LONELY) as server:
        found = await find_lineup(servers, Launch(host=server.url))
    assert (found.outcome, found.lineup) == (Outcome.NO_PAIR, TWINS)
    assert found.pairs == known_pairs()
    assert [model.name for model in found.models] == ["mistral:instruct", "qwen3:0.6b"]
    assert "has 2 models, but no base model with its twin" in found.why


async def test_ollama_without_any_model(servers: Servers) -> None:
    async with Ollama(()) as server:
        found = await find_lineup(servers, Launch(host=server.url))
    assert (found.outcome, found.lineup) == (Outcome.NO_PAIR, TWINS)
    assert "has no models. Meanwhile" in found.why


async def test_nothing_there_but_the_twins(servers: Servers, nobody: str) -> None:
    found = await find_lineup(servers, Launch())
    assert (found.outcome, found.lineup) == (Outcome.EMBEDDED, TWINS)
    assert nobody in found.why
    assert "twins inside alignscope" in found.why


async def test_a_server_with_one_model_is_asked_both_ways(servers: Servers, llama_cpp: OpenAIStyle) -> None:
    found = await find_lineup(servers, Launch(host=llama_cpp.url))
    assert found.outcome is Outcome.SINGLE
    assert [(pane.name, pane.model, pane.mode) for pane in found.lineup] == [
        ("completion", "stories", Mode.COMPLETION),
        ("chat", "stories", Mode.CHAT),
    ]
    assert found.pairs == ()


async def test_a_model_that_only_embeds_is_not_asked_to_write(servers: Servers) -> None:
    async with OpenAIStyle(Flavour.LM_STUDIO, "text-embedding-nomic", "qwen3-8b") as server:
        found = await find_lineup(servers, Launch(host=server.url))
    assert {pane.model for pane in found.lineup} == {"qwen3-8b"}
    async with OpenAIStyle(Flavour.LM_STUDIO, "text-embedding-nomic") as server:
        with pytest.raises(ServerError, match="no base model"):
            await find_lineup(servers, Launch(host=server.url), strict=True)


async def test_a_pair_on_another_server(servers: Servers) -> None:
    async with OpenAIStyle(Flavour.VLLM, "org/Foo-7B-Chat", "org/Foo-7B-base") as server:
        found = await find_lineup(servers, Launch(host=server.url))
    assert [pane.model for pane in found.lineup] == ["org/Foo-7B-base", "org/Foo-7B-Chat"]


async def test_the_embedded_engine_by_choice(servers: Servers, ollama: Ollama) -> None:
    found = await find_lineup(servers, Launch(host=ollama.url, embedded=True))
    assert (found.outcome, found.lineup, found.why) == (Outcome.EMBEDDED, TWINS, "")
    assert ollama.requests == []


# Models chosen


async def test_both_models_by_name_ask_nobody(servers: Servers, nobody: str) -> None:
    found = await find_lineup(servers, Launch(base="a", instruct="/m/b.gguf", host=nobody, system="Hm."))
    assert found.outcome is Outcome.CHOSEN
    assert found.lineup == (
        Pane("base", "a", nobody, Mode.COMPLETION),
        Pane("instruct", "/m/b.gguf", EMBEDDED, Mode.CHAT, "Hm."),
    )


@pytest.mark.parametrize("name", ["/models/Llama-3-8B", "x.gguf", "twin:3m-text-q8_0"])
async def test_a_model_is_on_the_host_that_was_written(servers: Servers, nobody: str, name: str) -> None:
    """Whatever its name looks like, unless that can be a file alone."""
    panes = (PaneRequest("a", name), PaneRequest("b", "./x.gguf"), PaneRequest("c", "twin:text", EMBEDDED))
    for first, server in ((True, nobody), (False, EMBEDDED)):
        found = await find_lineup(servers, Launch(panes=panes, host=nobody, host_first=first))
        assert [pane.server for pane in found.lineup] == [server, EMBEDDED, EMBEDDED]
        found = await find_lineup(servers, Launch(base=name, host=nobody, host_first=first))
        assert [pane.server for pane in found.lineup] == [server]


async def test_a_twin_is_embedded_unless_a_server_is_named(servers: Servers, nobody: str) -> None:
    named = PaneRequest("a", "twin:text", nobody, Mode.COMPLETION)
    bare = PaneRequest("b", "twin:text", None, Mode.COMPLETION)
    found = await find_lineup(servers, Launch(panes=(named, bare)))
    assert [pane.server for pane in found.lineup] == [nobody, EMBEDDED]


@pytest.mark.parametrize(
    ("launch", "pair"),
    [
        (Launch(base="llama3.2:1b-text-q4_K_M"), ("llama3.2:1b-text-q4_K_M", "llama3.2:1b-instruct-q4_K_M")),
        (Launch(instruct="qwen2.5:0.5b"), ("qwen2.5:0.5b-base", "qwen2.5:0.5b")),
        (Launch(instruct="Qwen2.5:0.5B"), ("qwen2.5:0.5b-base", "qwen2.5:0.5b")),
        (Launch(instruct="twin:sft"), ("twin:text", "twin:sft")),
        (Launch(base="twin:text"), ("twin:text", "twin:latest")),
    ],
)
async def test_one_model_by_name_finds_its_twin(
    launch: Launch, pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Ollama(MANY) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        async with Servers() as servers:
            found = await find_lineup(servers, launch)
    assert tuple(pane.model for pane in found.lineup) == pair
    assert [pane.mode for pane in found.lineup] == [Mode.COMPLETION, Mode.CHAT]


async def test_one_model_without_a_twin_is_alone(servers: Servers) -> None:
    async with Ollama(LONELY) as server:
        found = await find_lineup(servers, Launch(host=server.url, instruct="qwen3:0.6b"))
        assert [(pane.name, pane.model) for pane in found.lineup] == [("instruct", "qwen3:0.6b")]
        assert "--base" in found.why
        found = await find_lineup(servers, Launch(host=server.url, base="qwen2.5:0.5b-base"))
        assert [pane.name for pane in found.lineup] == ["base"]
        assert found.why.startswith(f"Neither qwen2.5:0.5b-base nor a twin of it was found at {server.url}. ")
        assert "`ollama pull qwen2.5:0.5b`" in found.why
        assert [pair.base for pair in found.pairs] == ["qwen2.5:0.5b-base"]


async def test_panes_get_their_mode_from_what_their_server_tells(
    servers: Servers, ollama: Ollama, tmp_path: Path
) -> None:
    tuned, plain = tmp_path / "a.gguf", tmp_path / "b.gguf"
    tuned.symlink_to(LATEST)
    plain.symlink_to(TEXT)
    panes = (
        PaneRequest("one", "mistral:text"),
        PaneRequest("two", "mistral:instruct", ollama.url),
        PaneRequest("three", str(tuned), EMBEDDED),
        PaneRequest("four", str(plain), EMBEDDED),
    )
    found = await find_lineup(servers, Launch(host=ollama.url, panes=panes, system="S"))
    assert [(pane.server, pane.mode, pane.system) for pane in found.lineup] == [
        (ollama.url, Mode.COMPLETION, ""),
        (ollama.url, Mode.CHAT, "S"),
        (EMBEDDED, Mode.CHAT, "S"),
        (EMBEDDED, Mode.COMPLETION, ""),
    ]


async def test_panes_on_servers_that_are_not_there(servers: Servers, nobody: str) -> None:
    panes = (PaneRequest("a", "m:text"), PaneRequest("b", "m", "gpu:5"), PaneRequest("c", "m", None, Mode.COMPLETION))
    found = await find_lineup(servers, Launch(panes=panes, host=nobody))
    assert [(pane.name, pane.server, pane.mode) for pane in found.lineup] == [
        ("a", nobody, Mode.COMPLETION),
        ("b", "http://gpu:5", Mode.CHAT),
        ("c", nobody, Mode.COMPLETION),
    ]


# From a hub

BASE, INSTRUCT = "hf:o/Tiny-3M-GGUF:Q8_0", "hf:p/Tiny-3M-Instruct-GGUF:Q8_0"


async def test_a_pulled_pair_comes_before_the_twins_and_after_ollamas(servers: Servers, ollama: Ollama) -> None:
    keep_as(BASE, TEXT)
    assert (await find_lineup(servers, Launch())).lineup == TWINS
    keep_as(INSTRUCT, LATEST)
    found = await find_lineup(servers, Launch(system="S"))
    lineup = Pane("base", BASE, EMBEDDED, Mode.COMPLETION), Pane("instruct", INSTRUCT, EMBEDDED, Mode.CHAT, "S")
    assert (found.outcome, found.lineup) == (Outcome.PAIR, lineup)
    assert found.why.endswith(f"So {BASE} and its twin {INSTRUCT} are here, in the engine inside alignscope.")
    async with Ollama(LONELY) as lonely:
        found = await find_lineup(servers, Launch(host=lonely.url, system="S"))
    assert (found.outcome, found.lineup, found.pairs) == (Outcome.PAIR, lineup, ())
    assert "has 2 models, but no base model with its twin. So hf:o/" in found.why
    assert [pane.model for pane in (await find_lineup(servers, Launch(embedded=True))).lineup] == [
        "twin:text",
        "twin:latest",
    ]
    found = await find_lineup(servers, Launch(host=ollama.url))
    assert [pane.model for pane in found.lineup] == ["mistral:text", "mistral:instruct"]


async def test_a_known_pair_is_one_whatever_its_templates_say(servers: Servers) -> None:
    known = hub_pairs()[1]
    keep_as(known.base, SFT)  # with a chat template, as many base models have it
    keep_as(known.instruct, LATEST)
    panes = tuple(PaneRequest(name, model) for name, model in zip(("base", "instruct"), known.models, strict=True))
    for launch in (Launch(), Launch(base=known.base), Launch(instruct=known.instruct), Launch(panes=panes)):
        found = await find_lineup(servers, launch)
        assert [(pane.model, pane.mode) for pane in found.lineup] == [
            (known.base, Mode.COMPLETION),
            (known.instruct, Mode.CHAT),
        ]


async def test_a_model_from_a_hub_runs_in_the_embedded_engine(servers: Servers, ollama: Ollama) -> None:
    keep_as(BASE, TEXT)
    panes = (PaneRequest("a", BASE), PaneRequest("b", "hf:o/missing"))
    found = await find_lineup(servers, Launch(host=ollama.url, panes=panes))
    assert [(pane.server, pane.mode) for pane in found.lineup] == [
        (EMBEDDED, Mode.COMPLETION),
        (EMBEDDED, Mode.CHAT),
    ]
    found = await find_lineup(servers, Launch(base=hub_pairs()[0].base))
    assert f"`alignscope models pull {hub_pairs()[0].instruct}` gets it" in found.why
    assert found.pairs == hub_pairs()[:1]


# What can be pulled


def test_known_pairs_are_pairs() -> None:
    pairs = known_pairs()
    assert len(pairs) >= 4
    assert [pair.size_gb for pair in pairs] == sorted(pair.size_gb for pair in pairs)
    for pair in pairs:
        assert judge(Model(name=pair.base, server="")).nature is Nature.BASE
        assert judge(Model(name=pair.instruct, server="")).nature is not Nature.BASE
        assert pair.base.partition(":")[0] == pair.instruct.partition(":")[0]


async def test_a_script_that_named_a_server_gets_that_server_or_an_error(nobody: str) -> None:
    async with Servers() as servers:
        with pytest.raises(ServerError, match="--embedded"):
            await find_lineup(servers, Launch(host=nobody), strict=True)
    async with Ollama(()) as empty, Servers() as servers:
        with pytest.raises(ServerError, match="no models"):
            await find_lineup(servers, Launch(host=empty.url), strict=True)
