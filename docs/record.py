"""Make the recordings that come with alignscope: ask the twins, and keep what they write as any session is kept.

    python docs/record.py              all of them, into sessions/
    python docs/record.py story quiz   only these
    python docs/record.py --to DIR     somewhere else

Nothing is chosen from: each prompt is sent once, without a seed, and whatever comes is the recording. A recording that
is there already is replaced; where only some are made, they keep their places in lists, which go by when a session was
begun. It takes a few seconds, and needs the embedded engine.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from alignscope.files.experiments import Experiment, find
from alignscope.model.lineup.pane import EMBEDDED, Lineup, Mode, Pane
from alignscope.model.sampling import DEFAULT_PRESET, PRESETS
from alignscope.model.score import Frame, Score, ScoreKey
from alignscope.model.session import Session
from alignscope.model.turn import CARRY, FRESH, Turn, TurnSettings
from alignscope.run.exploration import Exploration
from alignscope.run.servers import Servers
from alignscope.scoring.turn_scoring import TurnScoring
from alignscope.sessions.format.file import read
from alignscope.sessions.names import ENDING
from alignscope.sessions.recording.writer import Writer

ROOT: Final = Path(__file__).parents[1]
PAIR: Final[Lineup] = (
    Pane("base", "twin:text", EMBEDDED, Mode.COMPLETION),
    Pane("instruct", "twin:latest", EMBEDDED, Mode.CHAT),
)
STAGES: Final[Lineup] = (PAIR[0], Pane("sft", "twin:sft", EMBEDDED, Mode.CHAT), PAIR[1])
TOKENS: Final = 200
"""The longest reply, unless the experiment says otherwise: long enough to see a base model wander off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One file in sessions/."""

    name: str
    title: str
    experiments: Sequence[str]
    """Ids in experiments.yaml, each sent as a turn of its own."""
    samples: int = 1
    """Replies per pane, where the experiment doesn't want more."""
    lineup: Lineup = PAIR
    context: str = FRESH
    alternatives: int | None = None
    """Length of each token's list, where there are some; the base then scores what its twin wrote, too."""


RECORDINGS: Final = (
    Recording(name="greeting", title="A greeting in Japanese", experiments=["greeting"], alternatives=10),
    Recording(
        name="truth",
        title="The truth of the universe",
        experiments=["truth", "truth-scaffold"],
    ),
    Recording(name="terminal", title="A terminal, and a file", experiments=["terminal", "terminal-file"]),
    Recording(
        name="destroy",
        title="The end of the world, in two languages",
        experiments=["destroy-japanese", "destroy"],
    ),
    Recording(
        name="questions",
        title="One question, bare and as Q and A",
        experiments=["bare-question", "question-scaffold"],
        alternatives=10,
    ),
    Recording(name="quiz", title="A quiz without answers", experiments=["quiz"]),
    Recording(name="refusal", title="A request that is refused", experiments=["refused"], samples=4, alternatives=5),
    Recording(
        name="story", title="A story on request, eight times", experiments=["story-request"], samples=8, alternatives=3
    ),
    Recording(
        name="stages",
        title="Three stages of training",
        experiments=["false-premise", "thanks", "instruction"],
        lineup=STAGES,
    ),
    Recording(
        name="conversation",
        title="A conversation, carried along",
        experiments=["identity", "thanks"],
        context=CARRY,
    ),
)


async def record(recording: Recording, servers: Servers, directory: Path, begun: datetime) -> Path:
    """Ask, keep, and put the file into the directory. Gives its path.

    Raises:
        ServerError: the embedded engine can't run here.
        OSError: a file can't be written.
    """
    backend = await servers.get(EMBEDDED)
    # Both models are in memory before the first prompt, as they are after anybody's first prompt.
    for pane in recording.lineup:
        await backend.describe(pane.model)

    exploration = Exploration(servers)
    exploration.lineup = recording.lineup
    sampling = PRESETS[DEFAULT_PRESET].sampling.on("num_predict", TOKENS)
    exploration.settings = TurnSettings(sampling, recording.samples, recording.context, logprobs=recording.alternatives)
    with tempfile.TemporaryDirectory(dir=directory, prefix=".recording-") as place:
        session = Session(recording.title, begun)
        writer = Writer.create(Path(place), session, recording.name)
        exploration.record(Path(place))
        await exploration.catalog.learn(recording.lineup)
        await exploration.resume(session, writer)
        for each in recording.experiments:
            one = find(each)
            assert one is not None, each
            turn = await play(exploration, one)
            if recording.alternatives is not None:
                await score(exploration, turn, recording.alternatives)
        if lost := await exploration.close():
            raise OSError(lost)
        writer.path.chmod(0o644)  # a person's own sessions are for nobody else's eyes; these are
        return writer.path.replace(directory / f"{recording.name}{ENDING}")


async def play(exploration: Exploration, one: Experiment) -> Turn:
    """Send an experiment's prompt, wait until every reply has ended, and return the turn."""
    # In a conversation a prompt gets one reply, which the next prompt carries along.
    experiment = None if exploration.settings.context == CARRY else one
    turn = await exploration.begin(one.prompt, experiment, f"Look for: {one.look_for}")
    async for _ in exploration.play(turn):
        pass
    failed = [reply.message for reply in turn.replies.values() if reply.end is None or reply.end.failed]
    if failed:
        raise OSError(f"{one.id}: {failed[0]}")
    return turn


async def score(exploration: Exploration, turn: Turn, alternatives: int) -> None:
    """Have the base score what its twin wrote, behind the twin's own prompt and behind a question of a list."""
    recorder = exploration.recorder
    assert recorder is not None
    scoring = TurnScoring(turn, exploration.servers, keep=recorder.scored)
    for pane, sample in turn.replies:
        for frame in (Frame.CHAT, Frame.QA) if pane == "instruct" else ():
            key = ScoreKey(pane, sample, "base", frame)
            turn.scores[key] = Score(key, alternatives)
            scoring.start(key)
    await scoring.settled()
    if scoring.problems:
        raise OSError(next(iter(scoring.problems.values())).message)


async def run(names: Sequence[str], directory: Path) -> None:
    """Record what is named, or everything, one after the other."""
    async with Servers() as servers:
        # Lists show the newest first, so what is to be seen first is made last.
        for recording in reversed(RECORDINGS):
            if not names or recording.name in names:
                replaced = directory / f"{recording.name}{ENDING}"
                begun = read(replaced).session.created if names and replaced.exists() else datetime.now(UTC)
                path = await record(recording, servers, directory, begun)
                print(f"{path}  {path.stat().st_size:,} bytes")


def main() -> int:
    """Do what the command line says."""
    known = [recording.name for recording in RECORDINGS]
    parser = argparse.ArgumentParser(description="Record the sessions that come with alignscope.")
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"{', '.join(known)} (default: all)")
    parser.add_argument("--to", metavar="DIR", type=Path, default=ROOT / "sessions", help="default: sessions/")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(known))
    if unknown:
        parser.error(f"there is no recording called {unknown[0]}; there are {', '.join(known)}")
    arguments.to.mkdir(parents=True, exist_ok=True)
    asyncio.run(run(arguments.names, arguments.to))
    return 0


if __name__ == "__main__":
    sys.exit(main())
