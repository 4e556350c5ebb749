"""Prompts: sets that come along, files in every form, and what is wrong with them."""

import json
from pathlib import Path

import pytest

from alignscope.files.experiments import experiments
from alignscope.files.yaml_file import FileError
from alignscope.lab.spec.prompts import Ids, Prompt, Source, bundled, read_prompts, read_set


async def read(path: Path, **options: object) -> list[Prompt]:
    """The prompts of a file."""
    source = Source(name="mine", path=path, **options)  # type: ignore[arg-type]
    return [prompt async for prompt in read_prompts(source)]


@pytest.mark.parametrize("name", bundled())
def test_every_bundled_prompt_says_what_it_is_for(name: str) -> None:
    found = read_set(bundled()[name])
    assert found.name == name
    assert found.about
    assert len({prompt.id for prompt in found.prompts}) == len(found.prompts)
    for prompt in found.prompts:
        assert prompt.about and prompt.category and prompt.language, prompt.id
        assert prompt.prompt == prompt.prompt.rstrip(" "), prompt.id
        assert not prompt.choices or prompt.answer in ("", *prompt.choices), prompt.id


def test_behaviours_are_the_experiments() -> None:
    found = read_set(bundled()["behaviours"])
    texts = {each.id: each.prompt for each in experiments()}
    assert {prompt.id: prompt.prompt for prompt in found.prompts} == {
        id: text for id, text in texts.items() if id != "truth-scaffold"
    }


def test_a_set_is_checked_by_line_and_field(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "categories: {sums: adding}\nprompts:\n"
        "- {prompt: 1 + 1 =, answer: 2, choices: [2, 3.5, true], category: sums}\n"
        "- {prompt: again, about: own}\n"
    )
    found = read_set(path)
    assert found.name == "own"
    assert [(p.id, p.answer, p.choices, p.about) for p in found.prompts] == [
        ("1-1", "2", ("2", "3.5", "true"), "adding"),
        ("again", "", (), "own"),
    ]
    path.write_text("prompts:\n- {id: a, prompt: x}\n- {id: a, prompt: y}\n- {experiment: nothing}\n- {about: z}\n")
    with pytest.raises(FileError) as caught:
        read_set(path)
    assert caught.value.problems == (
        "own.yaml, line 3: prompts[2].id: another prompt is called a, too",
        "own.yaml, line 4: prompts[3].experiment: none is called nothing",
        "own.yaml, line 5: prompts[4]: needs a `prompt` of at least one character",
    )
    path.write_text("prompts: []\n")
    with pytest.raises(FileError, match="at least one prompt"):
        read_set(path)


def test_ids_are_words_and_never_the_same() -> None:
    ids = Ids()
    taken = [
        ids.unique(text) for text in ("What is 2 + 2?", "What is 2 + 2?", "what IS 2+2!", "…", "…", "日本語、です")
    ]
    assert taken[0] == "what-is-2-2"
    assert taken[-1] == "日本語-です"
    assert len(set(taken)) == len(taken)
    assert all(taken)


async def test_a_text_has_a_prompt_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one\n\ntwo words\n")
    assert [(p.id, p.prompt) for p in await read(path)] == [("one", "one"), ("two-words", "two words")]
    assert [p.prompt for p in await read(path, limit=1)] == ["one"]


async def test_json_lines_have_fields_by_any_name(tmp_path: Path) -> None:
    path = tmp_path / "arc.jsonl"
    rows = [
        {
            "id": "Mercury_1",
            "question": "Which?",
            "choices": {"text": ["sun", "moon"], "label": ["A", "B"]},
            "answerKey": "B",
        },
        {"id": 2, "question": "How many?", "choices": ["1", "2", "3"], "answerKey": 1},
        {"id": 3, "question": "And?", "choices": None, "answerKey": "x"},
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    prompts = await read(path, fields={"prompt": "question", "answer": "answerKey"}, category="arc", language="en")
    assert [(p.id, p.answer, p.choices) for p in prompts] == [
        ("Mercury_1", "moon", ("sun", "moon")),
        ("2", "2", ("1", "2", "3")),
        ("3", "x", ()),
    ]
    assert {(p.category, p.language, p.set) for p in prompts} == {("arc", "en", "mine")}


async def test_csv_has_choices_in_a_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,prompt,answer,choices,category\n1,"a, b",2,2 | 3,sums\n2,c,,"[""x"", ""y""]",\n')
    prompts = await read(path, category="other")
    assert [(p.id, p.prompt, p.answer, p.choices, p.category) for p in prompts] == [
        ("1", "a, b", "2", ("2", "3"), "sums"),
        ("2", "c", "", ("x", "y"), "other"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.jsonl", '{"text": "x"}\n', "a.jsonl, line 1: a JSON object with the text ‘prompt’ is needed here"),
        ("a.jsonl", '{"prompt": "x", "choices": 4}\n', "a.jsonl, prompt 1: choices must be a list of texts"),
        ("a.jsonl", '{"prompt": "x", "answer": {}}\n', "a.jsonl, prompt 1: answer must be a text or a number"),
        ("a.jsonl", '{"prompt":"x","id":1}\n{"prompt":"y","id":1}\n', "prompt 2: another prompt is called 1, too"),
        ("a.csv", "question\nx\n", "no column is called prompt; there are question"),
        ("a.txt", "\n", "has no prompts"),
    ],
)
async def test_mistakes_in_files_are_named(tmp_path: Path, name: str, content: str, problem: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(FileError) as caught:
        await read(path)
    assert problem in str(caught.value)
