"""Runs as files for other programs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from alignscope.lab.summary.rows import Arm
    from alignscope.lab.summary.tally import Tally


@dataclass(frozen=True, slots=True)
class Form:
    """A file format for runs."""

    name: str
    suffix: str
    help: str
    encoding: str = "utf-8"
    one_model: bool = False
    """Whether a file holds the rows of one arm only."""

    def write(self, tally: "Tally", arm: "Arm | None") -> Iterator[str]:
        """Return the file's text in parts, without halves of surrogate pairs.

        Args:
            arm: whose rows are meant; None for everyone's.
        """
        function: Callable[[Tally, Arm | None], Iterator[str]] = self._module().write
        return function(tally, arm)

    def remark(self, tally: "Tally", arm: "Arm | None") -> str:
        """Return what a person should know of a run in this form, such as what it leaves out; else ""."""
        function: Callable[[Tally, Arm | None], str] | None = getattr(self._module(), "remark", None)
        return function(tally, arm) if function else ""

    def _module(self) -> Any:
        return import_module(f"{__name__}.{self.name.replace('-', '_')}")


FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        each.name: each
        for each in (
            # Spreadsheets recognise UTF-8 by the byte order mark.
            Form("csv", ".csv", "for spreadsheets and pandas: a line for each reply", "utf-8-sig"),
            Form("jsonl", ".jsonl", "for pandas, datasets, DuckDB, jq: a line for each reply, with its measures"),
            Form("preferences", ".jsonl", "pairs from votes, as TRL's DPOTrainer reads them"),
            Form("inspect", ".json", "an evaluation log of Inspect", one_model=True),
            Form("eee", ".json", "scores as Every Eval Ever has them", one_model=True),
            Form("lm-eval", ".jsonl", "samples as lm-evaluation-harness logs them", one_model=True),
        )
    }
)
"""All forms, by their name in `alignscope lab export --format`."""
