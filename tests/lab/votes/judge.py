"""A stand-in for a model that judges: it answers by a rule, and a run for it to judge."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from alignscope.lab.run.retrying import Patience
from alignscope.lab.votes.index import Index
from alignscope.lab.votes.judging.answers import Judge, Record, judges
from alignscope.lab.votes.judging.principles import Principles
from alignscope.lab.votes.judging.work import Judging, seat_of
from alignscope.model.lineup.pane import Mode, PaneRequest
from alignscope.run.servers import Servers
from tests.lab import runs
from tests.standin import Script
from tests.standin.replies.language import Language

_REPLIES = re.compile(
    r"(?s)\[reply A\]\n(.*?)\n\[end of reply A\]\n\n\[reply B\]\n(.*?)\n\[end of reply B\]\n\n(.*?)\n"
)
Rule = Callable[[str, str, str], str]
"""What a judge answers, by the reply shown as A, the one shown as B, and the question."""
HASTY = Patience(pauses=(0.01,) * 20, tries=3)
HELPFUL = Principles(name="helpful", questions=("Which is better?",))


@dataclass(frozen=True)
class JudgeLanguage(Language):
    """A language whose only text is the answer to what a judge is asked."""

    rule: Rule = lambda first, second, question: "tie"
    asked: list[str] = field(default_factory=list)

    def reply(self, text: str, limit: int) -> list[str]:
        found = _REPLIES.search(text)
        assert found is not None, text
        self.asked.append(text)
        return [self.rule(found[1], found[2], found[3])]


def script(rule: Rule) -> Script:
    """A script that answers by a rule."""
    return Script(language=JudgeLanguage("judge", rule=rule))


def longer(first: str, second: str, _: str) -> str:
    """Prefers the longer reply."""
    return "tie" if len(first) == len(second) else "A" if len(first) > len(second) else "Reply B is better."


def always_a(first: str, second: str, _: str) -> str:
    """Prefers what stands first."""
    return "A."


def run(path: Path, prompts: int = 20) -> Index:
    """A run in which the chat's reply is longer on three prompts of four, and as long on some."""
    rows = []
    for number in range(prompts):
        base, chat = (30, 40 + number) if number % 4 else (50, 30)
        chat = base if number % 7 == 3 else chat
        shared = {"prompt_id": f"p{number:02}", "prompt": f"prompt {number}"}
        rows += [runs.row(**shared, text="b" * base), runs.chat(**shared, text="c" * chat)]
    return Index(runs.folder(path, rows))


async def judged(
    index: Index,
    server: str,
    principles: Principles = HELPFUL,
    *,
    model: str = "stories",
    mode: Mode = Mode.CHAT,
    most: int | None = None,
    silence: float = 600.0,
    troubles: list[str] | None = None,
) -> Judging:
    """Let a model judge a run's pairs."""
    async with Servers() as servers:
        seat = await seat_of(PaneRequest("judge", model, server, mode), servers)
        with Record(index.folder) as record:
            judging = Judging(
                index, index.pairs(*index.arms[:2])[:most], seat, principles, record,
                on_trouble=(troubles if troubles is not None else []).append, patience=HASTY,
                silence=silence,
            )  # fmt: skip
            await judging.run()
            return judging


def the_judge(index: Index) -> Judge:
    """The one judge that has answered in a run's folder."""
    (found,) = judges(index.folder)
    return found
