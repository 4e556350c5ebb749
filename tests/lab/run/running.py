"""Runs for tests: a spec for some servers, and what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from alignscope.lab.folder import Settled, rows
from alignscope.lab.row import Row
from alignscope.lab.run.opening import opened, planned
from alignscope.lab.run.progress import Progress
from alignscope.lab.run.retrying import Patience
from alignscope.lab.run.work import Lab, Trouble
from alignscope.lab.spec.file import read_spec
from alignscope.run.servers import Servers

HASTY: Final = Patience(pauses=(0.01,) * 2000, tries=4)
"""Waits for a server as often as anybody, and not as long."""


def spec_for(
    folder: Path,
    url: str,
    *,
    models: Sequence[str] = ("mistral:text", "mistral:instruct"),
    prompts: int = 4,
    more: str = "",
) -> Path:
    """Write a spec for models of one server: the first is asked for completions, the others in chats."""
    lineup = [
        f'- {{name: e{number}, model: "{model}", server: "{url}", mode: {"chat" if number else "completion"}}}'
        for number, model in enumerate(models)
    ]
    asked = ", ".join(f"prompt {number}" for number in range(prompts))
    path = folder / "lab.yaml"
    path.write_text("\n".join([f"prompts: [{asked}]", "lineup:", *lineup, more]))
    return path


@dataclass
class Outcome:
    """What came of a run."""

    lab: Lab
    progress: Progress
    settled: Settled
    troubles: list[str] = field(default_factory=list)


async def go(
    spec: Path,
    out: Path,
    *,
    concurrency: int = 3,
    patience: Patience = HASTY,
    accept_changed: bool = False,
    on_trouble: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Run a spec to its end."""
    troubles: list[str] = []
    async with Servers() as servers:
        plan, counted = await planned(read_spec(spec), servers)
        with opened(out, plan, counted, accept_changed=accept_changed) as folder:
            progress = Progress.of(counted, folder.settled.done)

            def trouble(problem: Trouble) -> None:
                troubles.append(problem.message)
                on_trouble(problem.message)

            lab = Lab(
                plan,
                servers,
                folder.folder,
                folder.settled.done,
                concurrency=concurrency,
                on_row=progress.add,
                on_trouble=trouble,
                patience=patience,
            )
            await lab.run()
            return Outcome(lab, progress, folder.settled, troubles)


def whole(out: Path) -> list[Row]:
    """The rows of a folder, of which none failed and none is there twice."""
    found = [*rows(out)]
    assert len({row.key for row in found}) == len(found)
    assert not [row.error for row in found if row.failed]
    return found
