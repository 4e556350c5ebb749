"""Lists of principles: questions that ask which of two replies is better."""

import hashlib
from pathlib import Path
from typing import Annotated, Final

import msgspec

from alignscope.files.yaml_file import FileError, convert, load
from alignscope.model.lineup.pane import is_name
from alignscope.text.clean import clean_line

_BUNDLED: Final = Path(__file__).parents[1] / "principles"
_ENDING: Final = ".yaml"
_MOST: Final = 20
Question = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]


class _File(msgspec.Struct, frozen=True, kw_only=True):
    """A list as it is written."""

    name: str = ""
    about: str = ""
    questions: tuple[Question, ...]


class Principles(msgspec.Struct, frozen=True, kw_only=True):
    """A written list of principles."""

    name: str
    about: str = ""
    questions: tuple[str, ...]
    """Each asks which of two replies is better, by one principle."""

    @property
    def mark(self) -> str:
        """A short hash of the questions, by which lists of one name are told apart."""
        return hashlib.blake2b(msgspec.json.encode(self.questions), digest_size=4).hexdigest()


def known() -> tuple[str, ...]:
    """Return the names of the lists that come along."""
    return tuple(sorted(path.stem for path in _BUNDLED.glob(f"*{_ENDING}")))


def read_principles(name: str) -> Principles:
    """Return a list that comes along, or the one in a file. Raises FileError with all mistakes."""
    bundled = name in known()
    path = _BUNDLED / f"{name}{_ENDING}" if bundled else Path(name).expanduser()
    if not bundled and not path.exists():
        raise FileError(
            f"no list of principles is called {clean_line(name):.60}, nor is there such a file; there are"
            f" {', '.join(known())}"
        )
    document = load(path)
    if not isinstance(document.data, dict):
        raise FileError(f"{path.name} is empty or no list of principles: it has `questions`, a list of questions")
    written = convert(document, _File)
    title = written.name or path.stem
    problems = []
    if not is_name(title):
        problems.append(document.problem("name", "must be 1 to 40 printable characters"))
    if not 1 <= len(written.questions) <= _MOST:
        problems.append(document.problem("questions", f"are 1 to {_MOST}, not {len(written.questions)}"))
    if len(set(written.questions)) < len(written.questions):
        problems.append(document.problem("questions", "holds a question twice"))
    if problems:
        raise FileError(*problems)
    return Principles(name=title, about=written.about, questions=written.questions)
