"""Marks of style, invented turns, echoes, and the language that a reply is in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignscope.measure.wording.languages import keeps_language, language_of
from alignscope.measure.wording.style import style
from alignscope.measure.wording.turns import Turns, echo, invented_turns

ASSISTANT = """Sure! Here's what you may need:

## Packing
1. **A map**, which is usually enough
2. A coat
- Water

```python
pack()
```

| thing | weight |
|---|---|

I hope your trip is good. Would you like more ideas?"""


def test_an_assistants_marks_are_counted() -> None:
    marks = style(ASSISTANT)
    assert (marks.items, marks.headings, marks.bold, marks.fences, marks.rows) == (3, 1, 1, 1, 2)
    assert marks.opener == "sure"
    assert marks.hedges == 2  # may, usually
    assert marks.offers
    assert (marks.first_person, marks.second_person) == (1, 3)


def test_plain_prose_has_none() -> None:
    marks = style("The ferry leaves at seven. 3 people take it - two teachers and a nurse * who wait_for_it.")
    assert (marks.items, marks.headings, marks.bold, marks.fences, marks.rows) == (0, 0, 0, 0, 0)
    assert (marks.opener, marks.hedges, marks.offers, marks.first_person, marks.second_person) == ("", 0, False, 0, 0)
    assert not style("Surely not.").opener
    assert not style("").words


@pytest.mark.parametrize(
    ("text", "opener", "first", "second"),
    [
        ("Natürlich! Ich helfe dir.", "natürlich", 1, 1),
        ("Bien sûr, je vous aide.", "bien sûr", 1, 1),
        ("Claro, yo te ayudo.", "claro", 1, 1),
        ("もちろんです。私があなたを助けます。", "もちろん", 1, 1),
    ],
)
def test_other_languages_have_marks_too(text: str, opener: str, first: int, second: int) -> None:
    marks = style(text)
    assert (marks.opener, marks.first_person, marks.second_person) == (opener, first, second)


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("Paris.\n\nQ: And Spain?\nA: Madrid.", Turns(2, 1)),
        ("A: Paris.", Turns(0, 0)),
        ("Paris.<|im_end|>\n<|im_start|>user", Turns(2, 0)),
        ("### Response: Paris\n### Instruction: go on", Turns(1, 0)),
        ("What is it?\nWhat was it？", Turns(0, 2)),
        ("I answered: Paris.", Turns(0, 0)),
    ],
)
def test_invented_turns(text: str, turns: Turns) -> None:
    assert invented_turns(text) == turns


def test_echo() -> None:
    prompt = "one two three four five six"
    assert echo(prompt, "He said one, two three four five!") == 0  # the comma is a sign of its own
    assert echo(prompt, "one two three four five") == 0.5
    assert echo(prompt, f"You ask: {prompt}. Well.") == 1
    assert echo("Hello", "hello there") == 1
    assert echo("Hello", "") == 0
    assert echo(" ", "hello") is None


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_text_that_repeats_the_prompt_echoes_all_of_it(prompt: str, more: str) -> None:
    share = echo(prompt, f"{prompt}\n{more}")
    assert share in (None, 1)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The ferry leaves at seven and it is on time.", "en"),
        ("Die Fähre ist nicht voll, und das Wetter ist gut.", "de"),
        ("Le bateau est plein et il ne part pas sur le lac.", "fr"),
        ("El barco no está lleno y por la mañana es muy lento.", "es"),
        ("Il treno non è pieno, ma anche lo zio è nel vagone.", "it"),
        ("O navio não está cheio, mas o mar é muito calmo em uma baía.", "pt"),
        ("こんにちは。今日は良い天気ですね。", "ja"),
        ("今天天气很好，我们去公园。", "zh"),
        ("Сегодня хорошая погода.", "ru"),
        ("def f(x): return x", None),
        ("Paris", None),
        ("", None),
    ],
)
def test_a_language_is_told(text: str, language: str | None) -> None:
    assert language_of(text) == language
    if language:
        assert keeps_language(f"{language.upper()}-XX", text)
        assert keeps_language("xx", text) is False
    else:
        assert keeps_language("en", text) is None


def test_a_foreign_word_changes_no_language() -> None:
    assert (
        language_of("The word こんにちは is what they say in the morning, and it is a greeting for all of the day.")
        == "en"
    )
    assert language_of("「Hello」は英語の挨拶です。OK?") == "ja"
