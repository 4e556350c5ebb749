"""Base or instruct, twins among what a server has, and panes as they are written."""

import pytest

from alignscope.model.lineup.pairing import (
    Judgement,
    Nature,
    default_mode,
    find_pairs,
    judge,
    pair_lineup,
    raw_twin,
    twins,
)
from alignscope.model.lineup.pane import (
    EMBEDDED,
    MAX_NAME,
    LineupError,
    Mode,
    Model,
    Pane,
    PaneRequest,
    is_name,
    read_pane,
)
from alignscope.model.lineup.tones import Tone, tones

CHATML = "{{ range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}"


def model(name: str, family: str = "", size: str = "", quantisation: str = "", **more: object) -> Model:
    fields = {"server": "http://h", "family": family, "parameter_size": size, "quantization": quantisation, **more}
    return Model(name=name, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seen", "nature", "why"),
    [
        (model("mistral:text", template="{{ .Prompt }}"), Nature.BASE, "has no chat template"),
        (model("mine:1", template="{{- .Prompt -}}"), Nature.BASE, "has no chat template"),
        (model("mine:1", template=""), Nature.BASE, "has no chat template"),
        (
            model("mine:8b-instruct", template="{{ .Prompt }}"),
            Nature.BASE,
            "has no chat template, though its name says instruct",
        ),
        (
            model("qwen2.5:0.5b-base", template=CHATML, capabilities=("completion", "tools")),
            Nature.BASE,
            "its name says base, though it carries a chat template",
        ),
        (model("gemma3:1b-pt"), Nature.BASE, "its name says pt"),
        (model("gemma3:1b-it-qat"), Nature.INSTRUCT, "its name says it"),
        (model("llama3.1:8b-text-q4_K_M"), Nature.BASE, "its name says text"),
        (model("hf.co/Qwen/Qwen2.5-0.5B-Instruct-GGUF:Q8_0"), Nature.INSTRUCT, "its name says instruct"),
        (model("hf.co/base/some-SFT-GGUF"), Nature.INSTRUCT, "its name says sft"),
        (model("allenai/OLMo-2-base-dpo"), Nature.INSTRUCT, "its name says dpo"),
        (model("chat-collection:text"), Nature.BASE, "its name says text"),
        (model("mistral:latest", capabilities=("completion", "tools")), Nature.INSTRUCT, "its capabilities name tools"),
        (model("mistral:latest", template=CHATML), Nature.INSTRUCT, "has a chat template"),
        (model("mistral:latest", stops=True), Nature.INSTRUCT, "brings stop strings of its own"),
        (model("mistral:latest", capabilities=("completion",)), Nature.UNKNOWN, "nothing tells"),
        (model("italic:context"), Nature.UNKNOWN, "nothing tells"),
        (
            model("nomic-embed-text:latest", "nomic-bert"),
            Nature.UNKNOWN,
            "writes no text: it is made for embeddings or images",
        ),
        (
            model("pictures:text", capabilities=("image",)),
            Nature.UNKNOWN,
            "writes no text: it is made for embeddings or images",
        ),
        (model("twin:text", template=""), Nature.BASE, "has no chat template"),
        (model("twin:sft", template=CHATML), Nature.INSTRUCT, "its name says sft"),
        (model("twin:latest", template=CHATML), Nature.INSTRUCT, "has a chat template"),
    ],
)
def test_judge(seen: Model, nature: Nature, why: str) -> None:
    judgement = judge(seen)
    assert (judgement.nature, judgement.why) == (nature, why)


def test_an_unknown_model_is_talked_to() -> None:
    assert [default_mode(nature) for nature in Nature] == [Mode.COMPLETION, Mode.CHAT, Mode.CHAT]


def names(models: list[Model]) -> list[tuple[str, str]]:
    return [(base.name, twin.name) for base, twin in find_pairs(models)]


@pytest.mark.parametrize(
    ("listing", "pairs"),
    [
        pytest.param(
            [model("mistral:text", "llama", "7.2B", "Q4_0"), model("mistral:latest", "llama", "7.2B", "Q4_K_M")],
            [("mistral:text", "mistral:latest")],
            id="library names",
        ),
        pytest.param(
            [
                model("llama3.1:8b", "llama", "8.0B", "Q4_K_M"),
                model("llama3.1:8b-text-q4_K_M", "llama", "8.0B", "Q4_K_M"),
                model("deepseek-r1:8b", "llama", "8.0B", "Q4_K_M", capabilities=("completion", "thinking")),
                model("llama3:8b-instruct-q4_K_M", "llama", "8.0B", "Q4_K_M"),
            ],
            [("llama3.1:8b-text-q4_K_M", "llama3.1:8b")],
            id="the same repository before the same family",
        ),
        pytest.param(
            [
                model("qwen2.5:0.5b-base", "qwen2", "494.03M", "Q4_K_M"),
                model("qwen2.5:1.5b", "qwen2", "1.5B", "Q4_K_M"),
                model("qwen2.5:0.5b-instruct-fp16", "qwen2", "494.03M", "F16"),
                model("qwen2.5:0.5b-instruct-q5_K_M", "qwen2", "494.03M", "Q5_K_M"),
            ],
            [("qwen2.5:0.5b-base", "qwen2.5:0.5b-instruct-q5_K_M")],
            id="the closest quantisation of the same size",
        ),
        pytest.param(
            [model("gemma3:1b-pt", "gemma3", "999.89M", "Q4_K_M"), model("gemma3:1b-it", "gemma3", "1B", "Q4_K_M")],
            [("gemma3:1b-pt", "gemma3:1b-it")],
            id="sizes written in two ways",
        ),
        pytest.param(
            [
                model("hf.co/unsloth/Llama-3.2-1B-GGUF:Q8_0", "llama", "1.24B", "unknown", template="{{ .Prompt }}"),
                model("hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:Q8_0", "llama", "1.24B", "unknown"),
            ],
            [("hf.co/unsloth/Llama-3.2-1B-GGUF:Q8_0", "hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:Q8_0")],
            id="files of other owners",
        ),
        pytest.param(
            [model("org/Foo-2.5-7B-base"), model("org/Foo-2.5-7B-Chat"), model("org/Foo-2.5-13B-Chat")],
            [("org/Foo-2.5-7B-base", "org/Foo-2.5-7B-Chat")],
            id="names alone, as OpenAI-style servers list them",
        ),
        pytest.param(
            [
                model("a:text", "llama", "7B"),
                model("nomic-embed-text:v1.5", "llama", "7B"),
                model("a:embedder", "llama", "7B", capabilities=("embedding",)),
                model("a:cloud", "llama", "7B", remote=True),
                model("a:other", "llama", "7B", server="http://elsewhere"),
            ],
            [],
            id="nothing that writes here",
        ),
        pytest.param(
            [
                model("mistral:text", "llama", "7B", digest="d1"),
                model("mine:latest", "llama", "7B", digest="d1", stops=True),
            ],
            [],
            id="one file under two names is no pair",
        ),
        pytest.param(
            [
                model("big:70b-text", "llama", "70B", digest="a", loaded=False),
                model("big:70b", "llama", "70B", digest="b", loaded=False, stops=True),
                model("small:1b-text", "llama", "1B", digest="c", loaded=True),
                model("small:1b", "llama", "1B", digest="d", loaded=True, stops=True),
            ],
            [("small:1b-text", "small:1b"), ("big:70b-text", "big:70b")],
            id="what is loaded comes first",
        ),
    ],
)
def test_find_pairs(listing: list[Model], pairs: list[tuple[str, str]]) -> None:
    assert names(listing) == pairs
    assert names(listing[::-1]) == pairs


def test_twins_are_found_both_ways() -> None:
    listing = [
        model("qwen2.5:0.5b-base", "qwen2", "494.03M"),
        model("qwen2.5:0.5b", "qwen2", "494.03M"),
        model("qwen2.5:0.5b-instruct", "qwen2", "494.03M"),
        model("mistral:latest", "llama", "7.2B"),
    ]
    base, _, instruct, _ = listing
    found = twins(listing)
    assert [found.get((each.server, each.name)) for each in listing] == [instruct, base, base, None]
    assert twins(listing[::-1]) == found


def test_pair_lineup() -> None:
    base, instruct = pair_lineup(model("m:text"), model("m:it"), system="Be brief.")
    assert (base.name, base.model, base.mode, base.system) == ("base", "m:text", Mode.COMPLETION, "")
    assert (instruct.name, instruct.model, instruct.mode, instruct.system) == (
        "instruct",
        "m:it",
        Mode.CHAT,
        "Be brief.",
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("base=mistral:text", PaneRequest("base", "mistral:text")),
        ("a = mistral , chat", PaneRequest("a", "mistral", None, Mode.CHAT)),
        ("a=m@http://h:1,completion", PaneRequest("a", "m", "http://h:1", Mode.COMPLETION)),
        ("a=m@gpu-box", PaneRequest("a", "m", "gpu-box")),
        ("a=m@http://me:pw@h:1,chat", PaneRequest("a", "m", "http://me:pw@h:1", Mode.CHAT)),
        ("a=m@q8_0@https://me:p@w@h", PaneRequest("a", "m@q8_0", "https://me:p@w@h")),
        ("a=/you@home/x.gguf@http://me:pw@h", PaneRequest("a", "/you@home/x.gguf", "http://me:pw@h")),
        ("a=m@sha256:0af1@gpu", PaneRequest("a", "m@sha256:0af1", "gpu")),
        ("a=twin:sft", PaneRequest("a", "twin:sft")),
        ("a=twin:sft@embedded,chat", PaneRequest("a", "twin:sft", EMBEDDED, Mode.CHAT)),
        ("a=/models/you@home, old/x.gguf", PaneRequest("a", "/models/you@home, old/x.gguf")),
        ("a=~/x.GGUF,completion", PaneRequest("a", "~/x.GGUF", None, Mode.COMPLETION)),
        ("a=/models/Llama-3-8B@http://h:1", PaneRequest("a", "/models/Llama-3-8B", "http://h:1")),
        ("a=x.gguf@h:1,chat", PaneRequest("a", "x.gguf", "h:1", Mode.CHAT)),
        ("a=/models/you@gpu", PaneRequest("a", "/models/you", "gpu")),
        ("a=qwen3-8b@q8_0", PaneRequest("a", "qwen3-8b@q8_0")),
        ("a=qwen3-8b@4bit@gpu", PaneRequest("a", "qwen3-8b@4bit", "gpu")),
        ("a=m@q8", PaneRequest("a", "m", "q8")),
        ("a=hf.co/x/y:z.gguf", PaneRequest("a", "hf.co/x/y:z.gguf")),
    ],
)
def test_read_pane(text: str, wanted: PaneRequest) -> None:
    assert read_pane(text, {"gpu", "q8"}) == wanted


@pytest.mark.parametrize(
    ("base", "tuned", "twins"),
    [
        (model("x:8b-base", "llama", "8B"), model("x:8b-instruct", "llama", "8.03B"), True),
        (model("x:8b-base", "llama", "8B"), model("x:1b-instruct", "llama", "1B"), False),
        (model("x:base", "llama", "8B"), model("x:instruct", "llama"), True),
        (model("x:base", "llama"), model("x:instruct", "llama", "8B"), True),
        (model("x:base", "llama", "8B"), model("y:instruct", "llama"), False),
        (model("x:base", "llama"), model("x:instruct", "qwen"), False),
    ],
)
def test_twins_have_one_family_and_size_and_where_no_size_is_told_one_name(
    base: Model, tuned: Model, twins: bool
) -> None:
    assert find_pairs([base, tuned]) == ([(base, tuned)] if twins else [])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mistral", "NAME=MODEL"),
        ("=mistral", "NAME=MODEL"),
        ("a=", "NAME=MODEL"),
        ("a=mistral,chatty", "completion or chat, not ‘chatty’"),
        ("a=@http://h", "lacks the model before the @"),
        ("a=m@", "lacks the server after the @"),
        ("a=m@me:pw@h", "whole URL, as in @http://NAME:PASSWORD@HOST"),
        ("a=m@me:pw@h:1,chat", "whole URL, as in @http://NAME:PASSWORD@HOST"),
        ("a\x1b=m", "printable"),
    ],
)
def test_a_pane_that_is_none(text: str, says: str) -> None:
    with pytest.raises(LineupError, match=says):
        read_pane(text)


@pytest.mark.parametrize(
    ("nature", "words"),
    [
        (Nature.BASE, "text base pt pretrain pretrained"),
        (Nature.INSTRUCT, "instruct chat it sft dpo rlhf assistant inst"),
        (Nature.UNKNOWN, "latest italic pretext"),
    ],
)
def test_words_of_a_tag_tell_a_models_nature(nature: Nature, words: str) -> None:
    assert {word: judge(model(f"mine:1b-{word}")).nature for word in words.split()} == dict.fromkeys(
        words.split(), nature
    )


def test_the_twin_without_a_template_has_a_name_of_its_own_that_is_not_too_long() -> None:
    chat = Pane("x" * MAX_NAME, "m", "http://h", Mode.CHAT, "Be brief.")
    asked, twin = raw_twin((chat,), "")
    assert asked is chat
    assert (twin.model, twin.mode, twin.system) == ("m", Mode.COMPLETION, "")
    assert is_name(twin.name) and twin.name.startswith("x" * 30) and twin.name != chat.name


def seen(*panes: tuple[str, Mode]) -> list[Tone]:
    return tones([Pane(name, "m", "", mode) for name, mode in panes])


def test_base_and_instruct_keep_their_own_tones_whatever_stands_beside_them() -> None:
    raw, chat = Mode.COMPLETION, Mode.CHAT
    assert seen(("base", raw), ("instruct", chat)) == ["base", "instruct"]
    assert seen(("base", raw), ("sft", chat), ("instruct", chat)) == ["base", "third", "instruct"]
    assert seen(("base", raw), ("sft", chat), ("dpo", chat), ("final", chat)) == ["base", "third", "fourth", "instruct"]
    assert seen(("base", raw), ("instruct", chat), ("third", chat)) == ["base", "instruct", "third"]
    assert seen(("other", raw), ("base", raw)) == ["third", "base"]
    assert seen(("completion", raw), ("chat", chat)) == ["base", "instruct"]
    assert seen(*(("x", raw) for _ in range(4))) == ["base", "third", "fourth", "instruct"]


def test_what_is_known_of_a_model_comes_before_all_else() -> None:
    base = Model(name="hf:o/Talk-1B-Instruct-GGUF:Q8_0", server="", template="{{ messages }}", known_as="base")
    assert judge(base) == Judgement(Nature.BASE, "is known as one, though it carries a chat template")
    tuned = Model(name="hf:o/Story-1B-base:Q8_0", server="", template="", known_as="instruct")
    assert judge(tuned) == Judgement(Nature.INSTRUCT, "is known as one")
