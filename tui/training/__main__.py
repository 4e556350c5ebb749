"""`python -m training --out DIR`: the three twins from nothing, from where a run stopped, or on from shipped files."""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.progress import Progress

from training.corpus.chats import balanced
from training.corpus.data import write_corpus
from training.corpus.shards import Shards, all_of
from training.corpus.tokenizer import Vocabulary
from training.instruct import examples, pairs
from training.network.export import export
from training.network.model import Config
from training.network.shipped import mean, read
from training.stages.loop import Interrupted, Machine, load_model, save_model
from training.stages.pretrain import Plan, pretrain
from training.stages.tune import DpoPlan, SftPlan, prefer, tune
from training.web import pages


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of everything; counts of tokens, steps, chats."""

    vocabulary: int
    corpus: int
    shape: dict[str, int]
    text: Plan
    chats: int
    sft: SftPlan
    pairs: int
    dpo: DpoPlan


SCALES = {
    "full": Scale(
        4096, 100_000_000, {}, Plan(steps=6_500, batch=32_768), 2_000_000,
        SftPlan(batch=256, lr=1.2e-3, muon_lr=1e-2), 3_000, DpoPlan(),
    ),
    "cores": Scale(4096, 18_000_000, {}, Plan(steps=5_000), 1_200_000, SftPlan(), 3_000, DpoPlan()),
    "mini": Scale(
        1024, 400_000, {"width": 64, "layers": 2, "heads": 2, "hidden": 128}, Plan(steps=80), 600, SftPlan(),
        120, DpoPlan(),
    ),
}  # fmt: skip
STAGES = ("text", "sft", "latest")
NEWEST = 0.15
"""Share of the chats that is of what was added to the examples last: there is little of it in the others."""
ON_CHATS, ON_NEWEST, ON_PLAN = 450_000, 0.4, SftPlan(lr=4e-4, muon_lr=3e-3)
"""Tuning on from a shipped file: how many chats, the share of them that is of what was added last, and how fast."""
ON_PAGES = Plan(steps=0, long_share=0, lr=6e-4, muon_lr=4e-3, warm=8, decay=0.7)
MENDED = ("japanese", "shell", "foreign")
"""Reading on from a shipped twin:text: how, and which kinds of page are read most."""
SAMPLE_PAGES, SAMPLE_CHATS = 4_000, 6_000
"""How much of web and chats the tokenizer learns from."""


def main() -> int:
    arguments = _parser().parse_args()
    scale = SCALES[arguments.scale]
    if arguments.steps:
        scale = replace(scale, text=replace(scale.text, steps=arguments.steps))
    workers = arguments.workers or max(1, (os.cpu_count() or 2) - 1)
    arguments.out.mkdir(parents=True, exist_ok=True)
    machine = Machine.find(arguments.device, arguments.threads, not arguments.no_compile)
    try:
        if arguments.tune_on:
            with Shards(arguments.out, workers) as shards:
                tune_on(
                    arguments.tune_on, arguments.out, arguments.chats, machine, arguments.seed, shards,
                    resume=arguments.resume,
                )  # fmt: skip
            arguments.resume = True  # what this made is not to be made again
        if arguments.read_on:
            read_on(arguments.read_on, arguments.out, arguments.tokens, machine, arguments.seed)
            arguments.resume = True
        with Shards(arguments.out, workers) as shards:
            train(arguments.out, scale, machine, arguments.seed, shards, resume=arguments.resume, until=arguments.until)
    except Interrupted as stopped:
        print(f"{stopped}; go on with --resume", file=sys.stderr)
        return 130
    return 0


def train(
    folder: Path, scale: Scale, machine: Machine, seed: int, shards: Shards, *, resume: bool, until: str = "latest"
) -> None:
    """Run every stage whose result isn't there yet, up to `until`; without `resume`, every stage."""

    def done(name: str) -> bool:
        return resume and (folder / name).exists()

    if not done("tokenizer.json"):
        small = scale.corpus < 1_000_000
        Vocabulary.train(_sample(seed, 8 if small else 1), scale.vocabulary).save(folder / "tokenizer.json")
    vocabulary = Vocabulary.load(folder / "tokenizer.json")
    if not done("corpus.bin"):
        with Progress() as bar:
            task = bar.add_task("corpus", total=scale.corpus)
            for tokens in shards.corpus(scale.corpus, seed):
                bar.update(task, completed=tokens)
    stages = STAGES[: STAGES.index(until) + 1]
    tuned = "sft" in stages and not done("sft.pt")
    made = shards.chats(scale.chats, NEWEST, seed + 50) if tuned else []  # beside the pre-training
    if not done("text.pt"):
        config = Config(vocab=len(vocabulary), **scale.shape)
        save_model(folder / "text.pt", pretrain(folder, config, scale.text, machine, seed, resume=resume))
    if tuned:
        model = load_model(folder / "text.pt", machine.device)
        tune(folder, model, all_of(made, scale.chats), scale.sft, machine, seed, resume=resume)
        save_model(folder / "sft.pt", model)
    if "latest" in stages and not done("latest.pt"):
        model = load_model(folder / "sft.pt", machine.device)
        chosen = list(itertools.islice(balanced(pairs(seed), seed), scale.pairs))
        prefer(folder, model, vocabulary, chosen, scale.dpo, machine, seed, resume=resume)
        save_model(folder / "latest.pt", model)
    for stage in stages:
        export(folder / f"twin-{stage}.gguf", load_model(folder / f"{stage}.pt"), vocabulary, stage)


def tune_on(
    shipped: Sequence[Path], folder: Path, chats: int, machine: Machine, seed: int, shards: Shards, *, resume: bool
) -> None:
    """Teach twin:sft what was added to the examples last, among many of the old ones so that those stay.

    Of several folders the mean of the weights is taken to begin with: runs that came from one file forget different
    things, and their mean fewer of them (Wortsman et al., 2022). The folder is left as the stages up to this one would
    have left it, so that `train` goes on from there.
    """
    if resume and (folder / "sft.pt").exists():
        return
    (folder / "latest.pt").unlink(missing_ok=True)
    text, vocabulary = read(shipped[0] / "twin-text.gguf")
    model = mean([read(each / "twin-sft.gguf")[0] for each in shipped])
    vocabulary.save(folder / "tokenizer.json")
    save_model(folder / "text.pt", text)
    (folder / "corpus.bin").touch()
    if chats:
        added = all_of(shards.chats(chats, ON_NEWEST, seed + 53), chats)
        tune(folder, model.to(machine.device), added, ON_PLAN, machine, seed, resume=resume)
    save_model(folder / "sft.pt", model)


def read_on(shipped: Path, folder: Path, tokens: int, machine: Machine, seed: int) -> None:
    """Let twin:text read pages that are made anew, and leave what was tuned from it before as it is.

    Pages of the kinds that were mended last all count, of the others one in three.
    """
    model, vocabulary = read(shipped / "twin-text.gguf")
    vocabulary.save(folder / "tokenizer.json")
    made = (page for at, page in enumerate(pages(9_000 + seed)) if page.kind in MENDED or at % 3 == 0)
    for _ in write_corpus(folder / "corpus.bin", vocabulary, made, tokens * 21 // 20, seed):
        pass
    plan = replace(ON_PAGES, steps=tokens // ON_PAGES.batch)
    save_model(folder / "text.pt", pretrain(folder, model, plan, machine, seed, resume=False))
    for stage in STAGES[1:]:
        save_model(folder / f"{stage}.pt", read(shipped / f"twin-{stage}.gguf")[0])


def _sample(seed: int, fewer: int) -> Iterator[str]:
    """Text for the tokenizer, from another stretch of the same generators than the training.

    Signs of other scripts are rare, but in pieces of three bytes they come out broken: such texts count thrice.
    """
    for text in itertools.chain(_web_texts(seed + 1, fewer), _chat_texts(seed + 1, fewer)):
        foreign = sum(not sign.isascii() for sign in text) * 4 > len(text)
        yield from [text] * (3 if foreign else 1)


def _web_texts(seed: int, fewer: int) -> Iterator[str]:
    for page in itertools.islice(pages(seed), SAMPLE_PAGES // fewer):
        yield page.text


def _chat_texts(seed: int, fewer: int) -> Iterator[str]:
    for example in itertools.islice(examples(seed), SAMPLE_CHATS // fewer):
        yield from (turn.content for turn in example.turns)
        yield example.reply


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints, curves and the GGUF files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", choices=sorted(SCALES), default="full")
    parser.add_argument("--steps", type=int, help="steps of the pre-training, instead of the scale's own")
    parser.add_argument("--until", choices=STAGES, default=STAGES[-1], help="the last stage to run")
    parser.add_argument(
        "--tune-on", type=Path, nargs="+", metavar="DIR",
        help="make no new base: tune on the shipped files in DIR, or the mean of several",
    )  # fmt: skip
    parser.add_argument("--read-on", type=Path, metavar="DIR", help="let the shipped twin:text in DIR read new pages")
    parser.add_argument("--tokens", type=int, default=328_000, help="how much of them, in tokens")
    parser.add_argument("--chats", type=int, default=ON_CHATS, help="chats to tune on with; 0 for none")
    parser.add_argument("--resume", action="store_true", help="keep what is in the folder and go on from there")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--threads", type=int, help="threads to calculate with; all cores if not given")
    parser.add_argument(
        "--workers", type=int, help="processes that make corpus and chats; all cores but one if not given"
    )
    parser.add_argument("--no-compile", action="store_true", help="do without torch.compile and its C++ compiler")
    return parser


if __name__ == "__main__":
    sys.exit(main())
