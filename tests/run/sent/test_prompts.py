"""What stands before a prompt, what a template brings in, and what in a text is more than text."""

import pytest

from alignscope.backends.base import Message
from alignscope.run.sent.prompts import (
    brought_in,
    place_of,
    probing,
    sent_messages,
    sent_text,
    special_tokens,
)

PERSONA = "You are Qwen, an assistant that a user may ask, created by somebody."


def chatml(messages: list[Message], persona: str = "") -> str:
    """Qwen 2.5's template puts a persona first where there is no system prompt."""
    first = [] if messages[0].role == "system" or not persona else [Message("system", persona)]
    said = "".join(f"<|im_start|>{each.role}\n{each.content}<|im_end|>\n" for each in [*first, *messages])
    return f"{said}<|im_start|>assistant\n"


def llama3(messages: list[Message]) -> str:
    """Llama 3.2's puts dates into a system message of its own, whatever the person's says."""
    said = {each.role: each.content for each in messages if each.role == "system"}.get("system", "")
    head = "<|start_header_id|>{}<|end_header_id|>\n\n"
    system = (
        f"{head.format('system')}Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n{said}<|eot_id|>"
    )
    rest = [each for each in messages if each.role != "system"]
    turns = "".join(f"{head.format(each.role)}{each.content}<|eot_id|>" for each in rest)
    return f"<|begin_of_text|>{system}{turns}{head.format('assistant')}"


def llama2(messages: list[Message], persona: str = "") -> str:
    system = next((each.content for each in messages if each.role == "system"), persona)
    parts, first = [], True
    for each in (each for each in messages if each.role != "system"):
        if each.role == "user":
            block = f"<<SYS>>\n{system}\n<</SYS>>\n\n" if first and system else ""
            parts.append(f"<s>[INST] {block}{each.content} [/INST]")
            first = False
        else:
            parts.append(f" {each.content} </s>")
    return "".join(parts)


def gemma(messages: list[Message]) -> str:
    """Gemma has no system role: the text goes before the first message."""
    system = "".join(f"{each.content}\n\n" for each in messages if each.role == "system")
    turns = [each for each in messages if each.role != "system"]
    roles = {"user": "user", "assistant": "model"}
    said = "".join(
        f"<start_of_turn>{roles[each.role]}\n{'' if at else system}{each.content.strip()}<end_of_turn>\n"
        for at, each in enumerate(turns)
    )
    return f"<bos>{said}<start_of_turn>model\n"


@pytest.mark.parametrize("system", ["", "Be brief.", "You answer in verse, and never else."])
def test_nothing_is_brought_in_by_templates_that_only_mark_who_speaks(system: str) -> None:
    for template in (chatml, llama2, gemma):
        assert brought_in(template(probing(system)), system) == "", template.__name__


def test_a_persona_is_found_with_any_marks_around_it() -> None:
    assert brought_in(chatml(probing(""), PERSONA), "") == PERSONA
    assert brought_in(llama2(probing(""), PERSONA), "") == PERSONA
    assert brought_in(chatml(probing("Be brief."), PERSONA), "Be brief.") == "", "it stands in place of a system prompt"


@pytest.mark.parametrize("system", ["", "Be brief."])
def test_dates_beside_a_system_prompt_are_found(system: str) -> None:
    found = brought_in(llama3(probing(system)), system)
    assert found == "Cutting Knowledge Date: December 2023 Today Date: 26 Jul 2024"


def test_examples_of_a_model_file_are_found() -> None:
    shots = [Message("user", "Say hello"), Message("assistant", "Hello, dear friend")]
    assert brought_in(chatml([*shots, *probing("")]), "") == "Say hello Hello, dear friend"


@pytest.mark.parametrize("rendered", ["", "Alpha Bravo", "Charlie Bravo Alpha"])
def test_what_is_rendered_otherwise_tells_nothing(rendered: str) -> None:
    assert brought_in(rendered, "") is None


def test_the_place_of_a_prompt() -> None:
    assert place_of("Why?", "<|user|>Why?<|end|>") == (8, 4)
    assert place_of(" Why? ", "[INST] Why? [/INST]") == (6, 6)
    assert place_of("  Why?\n", "<|user|>Why?<|end|>") == (8, 4), "templates cut blanks"
    assert place_of("a", "a b a") == (4, 1), "the last one is the prompt, those before are the conversation"
    assert place_of("of <|user|>", "<|user|>of < |user|><|end|>") == (8, 12)
    assert place_of("Why?", "nothing of it") is None
    assert place_of("", "text") is None


def test_special_tokens_altered_or_not() -> None:
    said = ["What is <|user|>, and <s>?", "no <|end|>"]
    assert special_tokens(said, "What is < |user|>, and <s>? no < |end|>") == (("<|user|>", "<|end|>"), ("<s>",))
    assert special_tokens(["plain"], "plain") == ((), ())
    assert special_tokens(said, "\n".join(said)) == ((), ("<|user|>", "<s>", "<|end|>"))


def test_texts_of_requests() -> None:
    assert sent_text({"prompt": "Once"}) == "Once"
    chat = {"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "U"}, "broken", {"role": "x"}]}
    assert sent_messages(chat) == (Message("system", "S"), Message("user", "U"))
    assert sent_text(chat) == "S\nU"
    assert sent_text({"prompt": 5, "messages": 7}) == ""
