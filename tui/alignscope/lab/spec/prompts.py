"""Prompts of a run: sets that come along, sets and tables in files, and prompts that stand in the spec."""

import hashlib
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from alignscope.files import prompts as files
from alignscope.files.experiments import find
from alignscope.files.yaml_file import Document, FileError, convert, load, printable

SETS: Final = Path(__file__).parents[1] / "prompt_sets"
"""The sets that come along, a file for each."""
FIELDS: Final = ("id", "prompt", "category", "language", "answer", "choices", "about")
"""What a prompt may have."""
_MAX_ID: Final = 80
_LONGEST_ID: Final = 200
"""Characters of an id in a file; what comes behind them is left out."""
_WORDS_OF_ID: Final = 40
"""Characters of a prompt that become its id where it has none."""
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=_MAX_ID)]
Scalar = str | int | float | bool
_LABELLED: Final = ("text", "label")
"""Fields of choices in data sets such as ARC: their texts, and the labels that the answer is one of."""


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt, and what its set says of it; "" for what it doesn't."""

    id: str
    """Unique in its set."""
    set: str
    """The set's name."""
    prompt: str
    category: str = ""
    language: str = ""
    """As in HTML: `en`, `ja`, `pt-BR`."""
    answer: str = ""
    """What is right."""
    choices: tuple[str, ...] = ()
    about: str = ""
    """What it is for."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt as it is written in YAML."""

    id: Id = ""
    """"" for the first words of the prompt."""
    prompt: str = ""
    experiment: str = ""
    """Id of the experiment whose prompt it is, instead of one of its own."""
    category: str = ""
    language: str = ""
    answer: Scalar = ""
    choices: tuple[Scalar, ...] = ()
    about: str = ""


class _Set(msgspec.Struct, frozen=True, kw_only=True):
    """A file of `prompt_sets/`, or a person's own."""

    name: str = ""
    """"" for the file's."""
    about: str = ""
    """What the set is for."""
    categories: dict[str, str] = {}
    """What each category is for, for the prompts that don't say it themselves."""
    prompts: tuple[Item, ...]


class PromptSet(msgspec.Struct, frozen=True, kw_only=True):
    """A set of prompts, read as a whole."""

    name: str
    about: str
    prompts: tuple[Prompt, ...]


def read_set(path: Path) -> PromptSet:
    """Return a YAML file's set. Raises FileError with all mistakes."""
    document = load(path)
    written = convert(document, _Set)
    name = written.name or path.stem
    places = (f"prompts[{number}]" for number in range(1, len(written.prompts) + 1))
    prompts, problems = items(document, zip(places, written.prompts, strict=True), name)
    if not written.prompts:
        problems.append(document.problem("prompts", "is empty; a set has at least one prompt"))
    if problems:
        raise FileError(*problems)
    return PromptSet(
        name=name,
        about=written.about,
        prompts=tuple(
            msgspec.structs.replace(each, about=each.about or written.categories.get(each.category, ""))
            for each in prompts
        ),
    )


def items(document: Document, written: Iterable[tuple[str, Item]], name: str) -> tuple[tuple[Prompt, ...], list[str]]:
    """Return the prompts of items at their places in a document, and what is wrong with them."""
    problems, made, ids = list[str](), list[Prompt](), Ids()
    for where, item in written:
        known = find(item.experiment) if item.experiment else None
        if item.experiment and known is None:
            problems.append(document.problem(f"{where}.experiment", f"none is called {printable(item.experiment)}"))
        if bool(item.prompt) == bool(item.experiment):
            problems.append(document.problem(where, "needs a `prompt` of at least one character"))
        text = known.prompt if known else item.prompt
        id = item.id or item.experiment
        if id and id in ids:
            problems.append(document.problem(f"{where}.id", f"another prompt is called {printable(id)}, too"))
        made.append(
            Prompt(
                id=ids.unique(text, id),
                set=name,
                prompt=text,
                category=item.category,
                language=item.language,
                answer=_text(item.answer),
                choices=tuple(map(_text, item.choices)),
                about=item.about or (known.why if known else ""),
            )
        )
    return tuple(made), problems


class Ids:
    """The ids of a set, and those for prompts that have none: their first words, so that order doesn't matter."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def __contains__(self, id: str) -> bool:
        return id in self._taken

    def unique(self, prompt: str, id: str = "") -> str:
        """Return a prompt's id, which is taken from now on: its own, or one of its words that isn't taken."""
        words = "-".join(re.findall(r"\w+", prompt[:400].casefold()))[:_WORDS_OF_ID].strip("-_")
        id = id or words or _short_hash(prompt)
        if id in self._taken:
            id = f"{id}-{_short_hash(prompt)}"
        first, number = id, 1
        while id in self._taken:
            number += 1
            id = f"{first}-{number}"
        self._taken.add(id)
        return id


def _short_hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=3).hexdigest()


@cache
def bundled() -> Mapping[str, Path]:
    """Return the sets that come along, by name."""
    return {path.stem: path for path in sorted(SETS.glob("*.yaml"))}


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A source of prompts; `read_prompts` reads them."""

    name: str
    """The set's, in rows."""
    place: str = ""
    """Where it stands in the spec, for messages."""
    prompts: tuple[Prompt, ...] = ()
    """The prompts themselves, unless they are in a file."""
    path: Path | None = None
    """A text, CSV or JSON Lines."""
    fields: Mapping[str, str] = {}
    """Names of fields there, by those of `FIELDS`."""
    category: str = ""
    """Of prompts in a file that don't have one."""
    language: str = ""
    limit: int | None = None
    """The first so many are used; None for all."""


async def read_prompts(source: Source) -> AsyncGenerator[Prompt, None]:
    """Yield the prompts of a source, read as they are needed. Raises FileError, naming file and line."""
    async with aclosing(_in_file(source) if source.path else _given(source.prompts)) as prompts:
        number = 0
        async for prompt in prompts:
            if source.limit is not None and number >= source.limit:
                return
            number += 1
            yield prompt


async def _given(prompts: Sequence[Prompt]) -> AsyncGenerator[Prompt, None]:
    for prompt in prompts:
        yield prompt


async def _in_file(source: Source) -> AsyncGenerator[Prompt, None]:
    assert source.path
    ids = Ids()
    async with aclosing(files.read(str(source.path), source.fields.get("prompt", "prompt"))) as lines:
        number = 0
        async for line in _numbered(lines):
            number += 1
            try:
                yield _from_line(line, source, ids)
            except _ItemError as error:
                raise FileError(f"{source.path.name}, prompt {number}: {error}") from error


async def _numbered(lines: AsyncIterator[files.Prompt]) -> AsyncIterator[files.Prompt]:
    async for line in lines:
        yield line


class _ItemError(ValueError):
    """A field that can't be read as what it is for."""


def _from_line(line: files.Prompt, source: Source, ids: Ids) -> Prompt:
    """Return the prompt of a line with fields; its answer is a choice's text, also where a label or a place stood.

    Raises _ItemError.
    """

    def field(name: str) -> Any:
        raw = line.fields.get(source.fields.get(name, name), "")
        return msgspec.json.decode(raw) if isinstance(raw, msgspec.Raw) else raw

    def text(name: str) -> str:
        value = field(name)
        if not isinstance(value, Scalar | None):
            raise _ItemError(f"{source.fields.get(name, name)} must be a text or a number")
        return _text(value)

    id = text("id")[:_LONGEST_ID]
    if id and id in ids:
        raise _ItemError(f"another prompt is called {printable(id)}, too; ids must differ")
    choices, labels = _choices(field("choices"), source.fields.get("choices", "choices"))
    answer = text("answer")
    # A number is a place in the list, as in MMLU, even where the choices are numbers; a text may be one of them.
    placed = isinstance(field("answer"), int) or answer not in choices
    if answer in labels:
        answer = choices[labels.index(answer)]
    elif choices and placed and answer.isascii() and answer.isdigit() and int(answer) < len(choices):
        answer = choices[int(answer)]
    return Prompt(
        id=ids.unique(line.text, id),
        set=source.name,
        prompt=line.text,
        category=text("category") or source.category,
        language=text("language") or source.language,
        answer=answer,
        choices=choices,
        about=text("about"),
    )


def _choices(value: Any, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return choices, and the labels that an answer may name them by: a list, or as in ARC a list of each."""
    labels: Any = ()
    if isinstance(value, str) and value:
        value = _parsed(value)
    if isinstance(value, dict):
        value, labels = (value.get(key, ()) for key in _LABELLED)
    listed = isinstance(value, list | tuple) and isinstance(labels, list | tuple)
    if value and not (listed and all(isinstance(each, Scalar) for each in [*value, *labels])):
        raise _ItemError(f"{name} must be a list of texts, or in CSV texts with | between them")
    choices = tuple(map(_text, value or ()))
    return choices, tuple(map(_text, labels)) if len(labels) == len(choices) else ()


def _parsed(cell: str) -> Any:
    """Return the choices in a cell of CSV: a list in JSON, or texts with | between them."""
    if cell.startswith("["):
        try:
            return msgspec.json.decode(cell)
        except (msgspec.DecodeError, RecursionError):
            pass
    return [part.strip() for part in cell.split("|")]


def _text(value: Scalar | None) -> str:
    """Return a value as it is written in JSON, a text as it is."""
    return value if isinstance(value, str) else "" if value is None else msgspec.json.encode(value).decode()
