"""Folders of runs written by hand, for what is read from them."""

import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from alignscope.lab import row as rows
from alignscope.lab.row import Row, Scored, Step, Tokens
from alignscope.model.events import End
from alignscope.model.lineup.pane import Mode

BASE_WORDS: Final = (
    "the", "of", "a", "river", "stone", "and", "then", "it", "was", "old", "seven", "lamps", "over", "under", "water",
    "when", "he", "said",
)  # fmt: skip
CHAT_OPENINGS: Final = ("Sure, here is what I", "Of course! Let me", "Sure, here is what we")


def row(**fields: Any) -> Row:
    """A row with as much as most tests don't care about."""
    filled: dict[str, Any] = {
        "prompt_id": "p1", "set": "tests", "prompt": "What is a lamp?", "entry": "base", "role": "base",
        "server": "embedded", "model": "twin:text", "digest": "sha256:1", "mode": Mode.COMPLETION, "frame": "raw",
        "sampling": "even", "options": {"temperature": 0.8}, "sample": 1, "sent": "What is a lamp?", "end": End.STOP,
        "text": "A lamp is a light.", "tokens": 6, "first_token_ms": 20.0, "duration_ms": 80.0,
        "at": "2026-11-26T10:00:00+00:00",
    }  # fmt: skip
    filled |= fields
    names = ("set", "prompt_id", "entry", "frame", "sampling", "sample")
    filled.setdefault("key", "·".join(str(filled[name]) for name in names))
    return Row(**filled)


def chat(**fields: Any) -> Row:
    """The same of an aligned model."""
    return row(
        **{
            "entry": "chat", "role": "aligned", "model": "twin:latest", "digest": "sha256:2", "mode": Mode.CHAT,
            "frame": "chat", "sent": '[{"role":"user","content":"What is a lamp?"}]', **fields,
        }
    )  # fmt: skip


def folder(
    path: Path, every: Iterable[Row], lists: Iterable[Tokens] = (), manifest: str = "", scores: Iterable[Scored] = ()
) -> Path:
    """A run's folder with these rows."""
    path.mkdir(parents=True, exist_ok=True)
    with (path / "samples.jsonl").open("wb") as file:
        file.writelines(map(rows.encode, every))
    if several := list(lists):
        with (path / "tokens.jsonl").open("wb") as file:
            file.writelines(map(rows.encode, several))
    if scored := list(scores):
        with (path / "scores.jsonl").open("wb") as file:
            file.writelines(map(rows.encode, scored))
    if manifest:
        (path / "manifest.yaml").write_text(manifest, "utf-8")
    return path


def made_up(prompts: int = 40, samples: int = 10, seed: int = 1) -> list[Row]:
    """A base model that runs on, and an aligned one that opens alike and ends; a few replies fail."""
    chance = random.Random(seed)
    made = []
    for sample in range(1, samples + 1):
        for number in range(prompts):
            shared = {
                "prompt_id": f"p{number:03}", "prompt": f"Prompt {number}: what is a lamp?", "sample": sample,
                "seed": sample, "category": ("facts", "stories", "lists")[number % 3],
            }  # fmt: skip
            length = chance.randrange(20, 60)
            words = " ".join(chance.choices(BASE_WORDS, k=length))
            own = chance.random() < 0.15 + 0.1 * (number % 4)
            made.append(row(**shared, text=words, tokens=length, end=End.STOP if own else End.LENGTH))
            text = f"{chance.choice(CHAT_OPENINGS)} {' '.join(chance.choices(BASE_WORDS, k=chance.randrange(10, 30)))}."
            failed = chance.random() < 0.01
            made.append(
                chat(
                    **shared, text="" if failed else text, tokens=0 if failed else len(text.split()),
                    end=End.ERROR if failed else End.STOP, error="the server is busy" if failed else "",
                )
            )  # fmt: skip
    return made


def step(text: str, logprob: float | None, tops: Sequence[tuple[str, float]] = ()) -> Step:
    """A token with its list."""
    return (text, logprob, list(tops))


def as_line(row: Row) -> dict[str, Any]:
    """A row as other programs read it."""
    line: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(row))
    return line
