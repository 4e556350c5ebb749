"""Read `prompts` of a spec: names of sets, files, and prompts that stand in the spec itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from alignscope.files.yaml_file import Document, FileError, convert_part, printable
from alignscope.lab.spec.prompts import FIELDS, Item, Source, bundled, items, read_set

_SETS: Final = (".yaml", ".yml")
_MAX_INLINE: Final = 2000
_TABLES: Final = (".txt", ".csv", ".jsonl", ".ndjson", ".json")
Limit = Annotated[int, msgspec.Meta(ge=1)]


class _File(msgspec.Struct, frozen=True, kw_only=True):
    """A file with prompts, as it is written."""

    file: str
    name: str = ""
    fields: dict[str, str] = {}
    category: str = ""
    language: str = ""
    limit: Limit | None = None


class _Set(msgspec.Struct, frozen=True, kw_only=True):
    """A set that comes along, as it is written."""

    set: str
    categories: tuple[str, ...] = ()
    limit: Limit | None = None


def asked(
    document: Document, written: Any, tasks: Sequence[str], name: str, folder: Path
) -> tuple[tuple[Source, ...], list[str]]:
    """Return the sources of prompts in a spec, and what is wrong with them.

    Args:
        written: the field `prompts`.
        tasks: the field of that name: sets that are asked as well.
        name: the set's, of prompts in the spec itself.
        folder: where paths begin.
    """
    reading = _Reading(document, name, folder)
    many = isinstance(written, list)
    for number, each in enumerate(written if many else [written], 1):
        # A text by itself is a name, since a single prompt is no set; in a list it is a prompt.
        reading.add(each, f"prompts[{number}]" if many else "prompts", named=not many)
    for number, task in enumerate(tasks, 1):
        if task not in reading.sets:
            reading.add(task, f"tasks[{number}]", named=True)
    return reading.finish()


class _Reading:
    def __init__(self, document: Document, name: str, folder: Path) -> None:
        self._document, self._name, self._folder = document, name, folder
        self._problems: list[str] = []
        self._sources: list[Source] = []
        self._inline: list[tuple[str, Item]] = []

    @property
    def sets(self) -> set[str]:
        """Names of the sets so far."""
        return {source.name for source in self._sources}

    def add(self, each: Any, place: str, *, named: bool) -> None:
        try:
            if isinstance(each, str) and named:
                self._by_name(each, place)
            elif isinstance(each, str):
                self._inline.append((place, Item(prompt=each)))
            elif isinstance(each, dict) and "file" in each:
                self._file(convert_part(self._document, place, each, _File), place, f"{place}.file")
            elif isinstance(each, dict) and "set" in each:
                self._set(convert_part(self._document, place, each, _Set), place)
            elif isinstance(each, dict):
                self._inline.append((place, convert_part(self._document, place, each, Item)))
            else:
                self._problem(place, "must be a prompt, {set: NAME} or {file: PATH}")
        except FileError as error:
            self._problems += error.problems

    def finish(self) -> tuple[tuple[Source, ...], list[str]]:
        if len(self._inline) > _MAX_INLINE:
            self._problem("prompts", f"over {_MAX_INLINE:,} don't belong in a spec; put them into a file")
        elif self._inline:
            prompts, problems = items(self._document, self._inline, self._name)
            self._sources.insert(0, Source(name=self._name, place="prompts", prompts=prompts))
            self._problems += problems
        if not self._sources and not self._problems:
            self._problem("prompts", "is empty; name a set or a file, or write prompts")
        names: set[str] = set()
        for source in self._sources:
            if source.name in names:
                self._problem(source.place, f"another set is called {source.name}, too; give this a `name`")
            names.add(source.name)
        return tuple(self._sources), self._problems

    def _problem(self, place: str, reason: str) -> None:
        self._problems.append(self._document.problem(place, reason))

    def _by_name(self, text: str, place: str) -> None:
        if text in bundled():
            self._set(_Set(set=text), place)
        elif text.lower().endswith((*_SETS, *_TABLES)) or (self._folder / text).is_file():
            self._file(_File(file=text), place, place)
        else:
            self._problem(
                place, f"no set is called {printable(text)}; there are {', '.join(bundled())}, or name a file"
            )

    def _set(self, written: _Set, place: str) -> None:
        if written.set not in bundled():
            self._problem(f"{place}.set", f"none is called {printable(written.set)}; there are {', '.join(bundled())}")
            return
        found = read_set(bundled()[written.set])
        known = {prompt.category for prompt in found.prompts}
        for number, category in enumerate(written.categories, 1):
            if category not in known:
                at = f"{place}.categories[{number}]"
                self._problem(at, f"none is called {printable(category)}; there are {', '.join(sorted(known))}")
        prompts = tuple(each for each in found.prompts if not written.categories or each.category in written.categories)
        self._sources.append(Source(name=found.name, place=place, prompts=prompts, limit=written.limit))

    def _file(self, written: _File, place: str, named_at: str) -> None:
        path = self._folder / Path(written.file).expanduser()
        for field in written.fields:
            if field not in FIELDS:
                self._problem(f"{place}.fields.{field}", f"is unknown; there are {', '.join(FIELDS)}")
        if not path.is_file():
            name = printable(written.file)
            missing = f"there is no file {name}"
            other = f"{name} is no file, but {'a folder' if path.is_dir() else 'a pipe or a device'}; name a file"
            self._problem(named_at, f"{other}, since prompts are read more than once" if path.exists() else missing)
            return
        if path.suffix.lower() in _SETS:
            found = read_set(path)
            name = written.name or found.name
            prompts = tuple(msgspec.structs.replace(each, set=name) for each in found.prompts)
            self._sources.append(Source(name=name, place=place, prompts=prompts, limit=written.limit))
            return
        self._sources.append(
            Source(
                name=written.name or path.stem,
                place=place,
                path=path,
                fields=written.fields,
                category=written.category,
                language=written.language,
                limit=written.limit,
            )
        )
