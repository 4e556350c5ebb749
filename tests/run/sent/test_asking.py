"""What was sent, with what servers tell of it: real sockets, and the twins."""

import shlex
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Final

import msgspec
import pytest

from alignscope.backends.embedded.engine import engine_problem
from alignscope.model.events import Alternative, Token
from alignscope.model.lineup.pane import EMBEDDED, Lineup, Mode, Pane
from alignscope.model.sampling import PRESETS, Sampling
from alignscope.model.turn import CARRY, PaneRecord, Turn, TurnSettings
from alignscope.run.ask import Run
from alignscope.run.compose import Exchange, compose
from alignscope.run.sent.asking import asked, prepared
from alignscope.run.sent.kept import kept, logprobs_seen
from alignscope.run.sent.pane import Ability, Match, SentPane, SentTurn, Setter
from alignscope.run.sent.words import curl, sections, source
from alignscope.run.servers import Servers
from tests.sessions.recorded import AT
from tests.standin import PAIR, Flavour, Held, Ollama, OpenAIStyle, web

PROMPT = "Why is the sky blue?"
SETTINGS = TurnSettings(Sampling({**PRESETS["even"].sampling, "num_predict": 5, "seed": 3}))
TWINS: Lineup = (
    Pane("base", "twin:text", EMBEDDED, Mode.COMPLETION),
    Pane("instruct", "twin:latest", EMBEDDED, Mode.CHAT, "Be brief."),
)
needs_engine = pytest.mark.skipif(bool(engine_problem()), reason="the engine has no build for this platform")


def pair(server: str, base: str = "mistral:text", instruct: str = "mistral:instruct") -> Lineup:
    return Pane("base", base, server, Mode.COMPLETION), Pane("instruct", instruct, server, Mode.CHAT)


async def sent(lineup: Lineup, servers: Servers, settings: TurnSettings = SETTINGS, prompt: str = PROMPT) -> Turn:
    """A turn that was really sent."""
    turn = Turn(1, AT, prompt, lineup, settings)
    async with aclosing(Run(lineup, prompt, settings, servers).events()) as events:
        async for event in events:
            turn.apply(event)
    return turn


def texts(found: SentTurn) -> list[str]:
    return [warning.text for warning in found.warnings]


def can(pane: SentPane, name: str) -> Ability:
    [ability] = [each for each in pane.abilities if each.name == name]
    return ability


def values(pane: SentPane) -> dict[str, Any]:
    return {option.name: option.value for option in pane.options}


# The twins


@needs_engine
async def test_the_twins_after_a_turn(servers: Servers) -> None:
    turn = await sent(TWINS, servers, msgspec.structs.replace(SETTINGS, logprobs=7))
    found = await asked(turn, servers)
    assert texts(found) == []
    base, instruct = found.panes
    assert base.rendered == PROMPT and base.before == 0
    assert instruct.rendered == f"<|system|>Be brief.<|end|><|user|>{PROMPT}<|end|><|assistant|>"
    assert instruct.before == len("<|system|>Be brief.<|end|><|user|>") and instruct.brought_in == ""
    assert instruct.request == turn.replies["instruct", 1].request
    assert instruct.tokens == turn.replies["instruct", 1].stats.prompt_tokens
    assert base.facts.template == "" and instruct.facts.template
    assert base.facts.digest.startswith("sha256:") and base.facts.quantization == "Q8_0"
    assert base.tokenizer is None and instruct.tokenizer is not None
    assert instruct.tokenizer.match is Match.ALIKE and "both files have the same" in instruct.tokenizer.evidence
    assert can(base, "log-probabilities in a completion").can
    assert can(instruct, "lists of alternatives").note == "as long as the vocabulary"
    assert can(instruct, "the prompt as it is rendered").can and can(instruct, "tokens of a text").can
    assert can(instruct, "going on with a begun reply in a chat").can is None, "nobody has tried"
    assert values(base)["seed"] == 3 and values(base)["num_ctx"] is None
    assert curl(base) == "", "no other program has the engine's key"


@needs_engine
async def test_special_tokens_go_to_the_twins_as_text_and_that_is_said(servers: Servers) -> None:
    turn = await prepared(TWINS, "What is <|user|>?", SETTINGS, servers)
    found = await asked(turn, servers, sent=False)
    assert [pane.altered for pane in found.panes] == [("<|user|>",)] * 2
    assert [pane.special for pane in found.panes] == [()] * 2
    assert texts(found)[0] == "base, instruct: <|user|> in the text went out altered, as plain text."
    assert found.panes[1].rendered == "<|system|>Be brief.<|end|><|user|>What is < |user|>?<|end|><|assistant|>"
    assert found.panes[1].before == len("<|system|>Be brief.<|end|><|user|>")
    assert found.panes[1].typed == len("What is < |user|>?")
    assert "as it would go out" in source(found.panes[0])


@needs_engine
async def test_other_tokenizers_are_found_by_this_very_prompt(servers: Servers) -> None:
    async with OpenAIStyle(Flavour.LLAMA_CPP, "stories") as other:
        lineup = (TWINS[0], Pane("other", "stories", other.url, Mode.COMPLETION))
        found = await asked(await prepared(lineup, "incomprehensibilities", SETTINGS, servers), servers)
    assert found.panes[1].tokenizer is not None
    assert found.panes[1].tokenizer.match is Match.DIFFERENT
    assert texts(found)[0].startswith("base and other don't read text in the same tokens: this prompt is 1 token here")
    assert any(text.startswith("The quantisations differ") for text in texts(found))


# Ollama


async def test_ollama_renders_its_chats_and_writes_nothing(servers: Servers, ollama: Ollama) -> None:
    turn = await prepared(pair(ollama.url), PROMPT, SETTINGS, servers)
    found = await asked(turn, servers, sent=False)
    writing = [seen for seen in ollama.requests if seen.path in ("/api/generate", "/api/chat")]
    assert writing and all(seen.body["_debug_render_only"] for seen in writing)
    base, instruct = found.panes
    assert instruct.rendered == f"<|user|>{PROMPT}<|end|><|assistant|>"
    assert instruct.url == f"{ollama.url}/api/chat" and instruct.request["messages"][0]["content"] == PROMPT
    assert instruct.facts.digest == f"sha256:{PAIR[1].digest}" and instruct.facts.quantization == "Q4_0"
    assert instruct.facts.template and base.facts.template == ""
    assert base.facts.context is None, "it isn't loaded, and the server's choice comes with that"
    assert instruct.facts.context == 4096 and instruct.facts.trained_context == 32768, "as it was just loaded"
    assert instruct.tokenizer is not None and instruct.tokenizer.match is Match.UNKNOWN
    assert instruct.tokenizer.evidence == "Ollama 0.32.15 doesn't tell in which tokens"
    assert curl(instruct).startswith(f"curl --no-buffer {ollama.url}/api/chat -H ")


def with_tokens(held: Held, *tokens: str, kinds: Sequence[int] = (), merges: Sequence[str] = ()) -> Held:
    """A model whose file names its tokens."""
    named = {"tokens": list(tokens), "token_type": list(kinds) or [1] * len(tokens), "merges": list(merges)}
    return replace(held, info={f"tokenizer.ggml.{name}": value for name, value in {"model": "gpt2", **named}.items()})


WORDS: Final = ("a", "b", "c", "ab", "bc", "abc")


@pytest.mark.parametrize(
    ("other", "match", "evidence"),
    [
        # As tuned models' files often have: one token more, by which a chat is marked, and another order.
        (
            with_tokens(PAIR[1], "<|user|>", *reversed(WORDS), kinds=(3, 1, 1, 1, 1, 1, 1)),
            Match.ALIKE,
            "both files have the same 6 tokens for text and join them alike",
        ),
        (
            with_tokens(PAIR[1], *WORDS, "abca"),
            Match.DIFFERENT,
            "their files' tokens for text aren't the same: 7 here, 6 there",
        ),
        (
            with_tokens(PAIR[1], *WORDS, merges=["a b"]),
            Match.DIFFERENT,
            "their files' 6 tokens for text aren't the same, or join otherwise",
        ),
        (PAIR[1], Match.UNKNOWN, "Ollama 0.32.15 doesn't tell in which tokens"),
    ],
)
async def test_ollamas_files_tell_of_tokens(servers: Servers, other: Held, match: Match, evidence: str) -> None:
    async with Ollama(models=(with_tokens(PAIR[0], *WORDS), other)) as ollama:
        found = await asked(await prepared(pair(ollama.url), PROMPT, SETTINGS, servers), servers, sent=False)
        tokenizer = found.panes[1].tokenizer
        assert tokenizer is not None and (tokenizer.match, tokenizer.evidence) == (match, evidence)
        await asked(await prepared(pair(ollama.url), PROMPT, SETTINGS, servers), servers, sent=False)
        assert sum(bool(seen.body.get("verbose")) for seen in ollama.seen("/api/show")) == 2, "megabytes come once"
        assert ("don't read text in the same tokens" in " ".join(texts(found))) is (match is Match.DIFFERENT)


async def test_vllm_tells_the_numbers_of_tokens(servers: Servers) -> None:
    async with OpenAIStyle(Flavour.VLLM, "base") as one, OpenAIStyle(Flavour.VLLM, "aligned") as other:
        lineup = Pane("base", "base", one.url, Mode.COMPLETION), Pane("instruct", "aligned", other.url, Mode.CHAT)
        turn = await prepared(lineup, PROMPT, SETTINGS, servers)
        alike = (await asked(turn, servers, sent=False)).panes[1].tokenizer
        assert alike is not None and alike.match is Match.ALIKE
        assert alike.evidence == f"this prompt is the same {len(PROMPT)} token numbers in both"

        async def shifted(exchange: web.Exchange) -> None:
            await exchange.json({"tokens": [ord(char) + 1 for char in exchange.seen.body.get("prompt", "x")]})

        other.routes["POST", "/tokenize"] = shifted
        unlike = (await asked(turn, servers, sent=False)).panes[1].tokenizer
        assert unlike is not None and unlike.match is Match.DIFFERENT
        assert unlike.evidence == f"this prompt is split into other {len(PROMPT)} token numbers"


async def test_sampling_that_differs_by_the_models_own_files_is_warned_of(servers: Servers, ollama: Ollama) -> None:
    turn = await sent(pair(ollama.url), servers, TurnSettings(Sampling({"num_predict": 5})))
    found = await asked(turn, servers)
    assert "The panes are sampled differently: temperature (base 0.8, instruct 0.7)." in texts(found)
    by = {option.name: option for option in found.panes[1].options}
    assert (by["temperature"].by, by["top_k"].by) == (Setter.MODEL, Setter.SERVER)


async def test_a_text_that_a_models_file_brings_in_is_found(servers: Servers) -> None:
    persona = "You are a pirate, and never say so."
    async with Ollama([PAIR[0], Held("mistral:instruct", system=persona)]) as server:
        turn = await prepared(pair(server.url), PROMPT, SETTINGS, servers)
        found = await asked(turn, servers)
        told = msgspec.structs.replace(turn.lineup[1], system="Be brief.")
        other = await asked(await prepared((told,), PROMPT, SETTINGS, servers), servers)
    assert found.panes[1].brought_in == persona
    assert found.panes[1].before == len(f"<|system|>{persona}<|end|><|user|>")
    assert texts(found)[0] == f"instruct reads a text that nobody typed, from the model's template or file: ‘{persona}’"
    assert other.panes[0].brought_in == "", "a system prompt stands in its place"


async def test_what_does_not_match_is_warned_of(servers: Servers) -> None:
    base = Held("mistral:text", template="{{ .Prompt }}", quantization="Q8_0", context_length=2048)
    other = Held("mistral:instruct", "qwen2", "0.5B", template="{{ .Prompt }}", parameters="repeat_penalty 1.3\n")
    async with Ollama([base, other], version="0.24.0") as server:
        turn = await sent(pair(server.url), servers)
        turn.records = (PaneRecord(turn.lineup[0]), PaneRecord(turn.lineup[1], "sha256:another"))
        found = await asked(turn, servers)
    said = "\n".join(texts(found))
    assert "instruct: mistral:instruct is another file now than when it was asked." in said
    assert "instruct is asked as a chat, but mistral:instruct has no chat template of its own" in said
    assert "families differ, so that they may not be twins: base llama, instruct qwen2." in said
    assert "sizes differ, so that they may not be twins: base 7.2B, instruct 0.5B." in said
    assert "The quantisations differ, which looks like alignment: base Q8_0, instruct Q4_0." in said
    assert "The contexts differ in length: base 2,048, instruct 4,096." in said
    assert "base: typical_p, Ollama 0.24.0 ignores it for newer families of models; repeat_penalty" in said


async def test_an_old_ollama_is_not_asked_to_render(servers: Servers) -> None:
    async with Ollama(version="0.11.0") as server:
        found = await asked(await prepared(pair(server.url), PROMPT, SETTINGS, servers), servers)
        assert not [seen for seen in server.requests if seen.path == "/api/chat"], "it would have written a reply"
    pane = found.panes[1]
    assert (pane.rendered, pane.unrendered) == (None, "Ollama 0.11.0 doesn't show how it renders a chat.")
    assert can(pane, "the prompt as it is rendered").can is False
    assert can(pane, "log-probabilities in a chat").can is False
    assert (pane.before, pane.brought_in) == (None, None)


# Other servers


@pytest.mark.parametrize("think", [False, True])
@pytest.mark.parametrize("flavour", [Flavour.LLAMA_CPP, Flavour.VLLM])
async def test_a_chat_is_rendered_as_it_was_sent_thinking_and_all(
    servers: Servers, flavour: Flavour, think: bool
) -> None:
    async with OpenAIStyle(flavour, "base", "it") as server:
        settings = msgspec.structs.replace(SETTINGS, think=think)
        found = await asked(await sent(pair(server.url, "base", "it"), servers, settings), servers)
        path = "/apply-template" if flavour is Flavour.LLAMA_CPP else "/tokenize"
        rendering = [seen.body for seen in server.requests if seen.path == path and "messages" in seen.body]
    assert len(rendering) == 2
    assert all(body["chat_template_kwargs"] == {"enable_thinking": think} for body in rendering)
    assert found.panes[1].rendered == f"<|user|>{PROMPT}<|end|><|assistant|>"
    assert can(found.panes[1], "log-probabilities of a given text").can == (flavour is Flavour.VLLM)


async def test_a_server_that_shows_nothing(servers: Servers) -> None:
    async with OpenAIStyle(Flavour.LM_STUDIO, "base", "it") as server:
        found = await asked(await prepared(pair(server.url, "base", "it"), "Say <s>", SETTINGS, servers), servers)
    pane = found.panes[1]
    assert pane.unrendered == "LM Studio doesn't show how it renders a chat."
    assert can(pane, "log-probabilities in a chat").note.startswith("LM Studio tells no log-probabilities")
    assert (pane.facts.template, pane.facts.quantization, pane.facts.digest) == (None, "Q4_K_M", "")
    assert "instruct: typical_p, not known to LM Studio: left out; repeat_last_n" in "\n".join(texts(found))
    assert "base, instruct: <s> in the text went out as it is, to be read as a special token." in texts(found)


async def test_a_server_that_is_gone_leaves_what_was_kept(servers: Servers, nobody: str) -> None:
    async with Ollama() as server:
        turn = await sent(pair(server.url), servers)
    async with Servers() as later:
        found = await asked(turn, later)
        none = await asked(await prepared(pair(nobody), PROMPT, SETTINGS, later), later)
    base, instruct = found.panes
    assert not base.asked and base.problem and base.rendered == PROMPT and values(base)["seed"] == 3
    assert instruct.request and instruct.unrendered == "no server was asked how it was rendered"
    assert source(base).startswith("Only what was kept is here: Nothing answers at")
    assert none.panes[0].request == {} and none.panes[0].problem
    assert all(sections(pane) for pane in (*found.panes, *none.panes))


# What a turn has


async def test_what_was_kept_asks_nobody(servers: Servers, ollama: Ollama) -> None:
    turn = await sent(pair(ollama.url), servers)
    before = len(ollama.requests)
    found = kept(turn)
    assert len(ollama.requests) == before and not any(pane.asked for pane in found.panes)
    assert found.panes[0].request == turn.replies["base", 1].request
    assert "no server was asked" in source(found.panes[0])
    assert not any("brought in" in name for pane in found.panes for each in sections(pane) for name, _ in each.rows)


async def test_a_carried_conversation_is_put_together_again(servers: Servers, ollama: Ollama) -> None:
    first = await sent(pair(ollama.url), servers)
    second = Turn(2, AT, "And at night?", first.lineup, msgspec.structs.replace(SETTINGS, context=CARRY))
    for key, reply in first.replies.items():
        made = second.replies[key] = type(reply)(*key)
        made.url = reply.url
        made.request = {name: value for name, value in reply.request.items() if name not in ("prompt", "messages")}
    found = kept(second, turns=[first])
    base, instruct = found.panes
    assert base.rebuilt and instruct.rebuilt
    history = [Exchange(PROMPT, first.text("base"))]
    assert base.rendered == compose(second.lineup[0], second.prompt, second.settings, history).prompt
    assert base.before == len(base.rendered) - len(second.prompt)
    assert [each["role"] for each in instruct.request["messages"]] == ["user", "assistant", "user"]
    assert instruct.request["messages"][1]["content"] == first.text("instruct")


async def test_log_probabilities_that_were_asked_for_and_never_came(servers: Servers) -> None:
    async with OpenAIStyle(Flavour.LM_STUDIO, "base", "it") as server:
        settings = msgspec.structs.replace(SETTINGS, logprobs=5)
        turn = await sent(pair(server.url, "base", "it"), servers, settings)
    assert can(kept(turn).panes[0], "log-probabilities in a completion") == Ability(
        "log-probabilities in a completion", False, "asked for here, and none came"
    )


def test_log_probabilities_that_came_are_known_to_come() -> None:
    turn = Turn(1, AT, PROMPT, TWINS, SETTINGS)
    pane, name = TWINS[0], f"log-probabilities in a {TWINS[0].mode}"
    assert logprobs_seen(turn, pane, {}) == [Ability(name, None, "not asked for here")]
    turn.apply(Token(pane.name, 1, 1.0, "a", logprob=-0.5))
    assert logprobs_seen(turn, pane, {"logprobs": 0}) == [Ability(name, True, "they came with this reply")]
    turn.apply(Token(pane.name, 1, 2.0, "b", False, -0.5, (Alternative("b", -0.5), Alternative("c", -2.0))))
    lists = Ability("lists of alternatives", True, "up to 2 came here")
    assert logprobs_seen(turn, pane, {"logprobs": 2}) == [Ability(name, True, "they came with this reply"), lists]


def test_a_turn_without_requests_says_so() -> None:
    found = kept(Turn(1, AT, PROMPT, TWINS, SETTINGS))
    assert [pane.unrendered for pane in found.panes] == ["its request wasn't kept"] * 2
    assert all(("body", "wasn't kept") in each.rows for pane in found.panes for each in sections(pane)[3:4])


# In other programs


def test_a_shells_command_is_plain_text_whatever_is_in_the_prompt() -> None:
    pane = SentPane(
        pane="base", model="m", mode=Mode.COMPLETION, server="http://x", url="http://x/api/generate",
        request={"prompt": "it's $(rm) `x` \x1b[31m\n\u202e"},
    )  # fmt: skip
    command = curl(pane)
    assert command.isascii() and command.isprintable()
    assert msgspec.json.decode(shlex.split(command)[-1]) == pane.request
