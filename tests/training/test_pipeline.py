"""The training itself, on a miniature: its loss falls, it can be interrupted, and llama.cpp says what torch says."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

torch = pytest.importorskip("torch")
np = pytest.importorskip("numpy")
pytest.importorskip("tokenizers")
pytest.importorskip("gguf")

from training.__main__ import tune_on  # noqa: E402
from training.corpus.chats import (  # noqa: E402
    LENGTHS,
    Chat,
    as_chat,
    balanced,
    packed,
    padded,
    similar_lengths,
    together,
    unique,
)
from training.corpus.data import Corpus, with_answers, write_corpus  # noqa: E402
from training.corpus.shards import Shards  # noqa: E402
from training.corpus.tokenizer import DOC_ID, END_ID, Vocabulary, chat_ids  # noqa: E402
from training.measure.__main__ import MODELS  # noqa: E402
from training.measure.serve import Twin  # noqa: E402
from training.network.export import export  # noqa: E402
from training.network.model import Config, Model  # noqa: E402
from training.network.optim import Optimizers, orthogonalised, warm_stay_decay  # noqa: E402
from training.network.shipped import mean, read  # noqa: E402
from training.stages.loop import Machine, Run, load_model, save_model  # noqa: E402
from training.stages.pretrain import Plan, pretrain  # noqa: E402
from training.stages.tune import DpoPlan, SftPlan, prefer, tune  # noqa: E402
from training.types import Example, Page, Pair, Turn  # noqa: E402

if TYPE_CHECKING:
    from training.network.model import Model as Trained

torch.set_num_threads(1)  # a model this small gains nothing by more, and threads that wait for a busy core lose a lot
SHAPE = {"width": 64, "layers": 2, "heads": 2, "hidden": 128, "context": 256}
PLAN = Plan(steps=160, batch=1024, short=128, long=256)
MACHINE = Machine(torch.device("cpu"), bfloat16=False, compile=False)
NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def pages(seed: int) -> Iterator[Page]:
    rng = random.Random(seed)
    while True:
        numbers = [rng.randrange(10) for _ in range(rng.randint(10, 60))]
        yield Page("numbers", "\n".join(f"Q: Spell {number}.\nA: {NUMBERS[number]}" for number in numbers))


def examples(seed: int) -> Iterator[Example]:
    rng = random.Random(seed)
    while True:
        number = rng.randrange(10)
        asked = rng.choice(["spell", "Spell", "please spell", "write"]) + f" {number}" + rng.choice(["", ".", "!"])
        yield Example((Turn("user", asked),), f"It is {NUMBERS[number]}.", "numbers")


def pairs(seed: int) -> Iterator[Pair]:
    for example in examples(seed):
        yield Pair(example.turns, example.reply, "No.", "numbers")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    texts = [page.text for page in itertools.islice(pages(2), 50)] + ["It is. Please spell this! こんにちは", "I don't"]
    return Vocabulary.train(texts, 400)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, vocabulary: Vocabulary) -> tuple[Path, Trained, list[float]]:
    folder = tmp_path_factory.mktemp("mini")
    for _ in write_corpus(folder / "corpus.bin", vocabulary, pages(1), 130_000, seed=1):
        pass
    model = pretrain(folder, Config(vocab=len(vocabulary), **SHAPE), PLAN, MACHINE, 1, resume=False)
    rows = (folder / "text.csv").read_text().splitlines()
    return folder, model, [float(row.split(",")[1]) for row in rows[1:]]


def test_the_loss_falls(trained: tuple[Path, Trained, list[float]]) -> None:
    folder, _, losses = trained
    assert len(losses) == PLAN.steps
    assert losses[-1] < losses[0] / 3
    assert (folder / "text.svg").read_text().startswith("<svg")


def test_llama_cpp_says_what_torch_says(
    trained: tuple[Path, Trained, list[float]], vocabulary: Vocabulary, tmp_path: Path
) -> None:
    export(tmp_path / "twin-text.gguf", trained[1], vocabulary, "text", quantised=False)
    twin = Twin(tmp_path / "twin-text.gguf", chat=False, slots=1, context=256)
    for text in ("Q: Spell 3.\nA:", "I don't  KNOW\n\n 1234 こんにちは", "<|user|>"):
        ids = twin.post("/tokenize", {"content": text, "add_special": True})["tokens"]
        assert ids == [DOC_ID, *vocabulary.encode(text)]
    prompt = "Q: Spell 3.\nA:"
    said = twin.post("/v1/completions", {"prompt": prompt, "temperature": 0, "max_tokens": 40})["choices"][0]["text"]
    ids = [DOC_ID, *vocabulary.encode(prompt)]
    with torch.no_grad():
        for _ in range(40):
            ids.append(int(trained[1](torch.tensor([ids]))[0, -1].argmax()))
    assert said == vocabulary.decode(ids)[len("<|doc|>") + len(prompt) :]
    assert "three\nQ:" in said


def test_the_tuned_answer_and_end(
    trained: tuple[Path, Trained, list[float]], vocabulary: Vocabulary, tmp_path: Path
) -> None:
    save_model(tmp_path / "text.pt", trained[1])
    model = load_model(tmp_path / "text.pt")
    tune(
        tmp_path,
        model,
        packed(vocabulary, unique(examples(1), 100), 1),
        SftPlan(epochs=12, batch=32, lr=3e-3, muon_lr=0.02),
        MACHINE,
        1,
        resume=False,
    )
    prefer(tmp_path, model, vocabulary, list(itertools.islice(pairs(1), 64)), DpoPlan(), MACHINE, 1, resume=False)
    export(tmp_path / "twin-latest.gguf", model, vocabulary, "latest")
    twin = Twin(tmp_path / "twin-latest.gguf", chat=True, slots=2, context=256)
    turns = [{"role": "user", "content": "spell 7"}]
    written = twin.post("/apply-template", {"messages": turns})["prompt"]
    assert [DOC_ID, *vocabulary.encode(written)] == chat_ids(vocabulary, [Turn("user", "spell 7")])
    said = twin.sample(["spell 7", "please spell 4"], temperature=0)
    assert [sample.ended for sample in said] == [True, True]
    assert said[0].text.startswith("It is ")


def test_a_run_goes_on_where_it_stopped(
    trained: tuple[Path, Trained, list[float]], vocabulary: Vocabulary, tmp_path: Path
) -> None:
    """Whether in one go or in two, the same steps give the same losses."""
    (tmp_path / "corpus.bin").write_bytes((trained[0] / "corpus.bin").read_bytes())
    torch.manual_seed(1)
    model = Model(Config(vocab=len(vocabulary), **SHAPE)).to("cpu")
    optimizers = Optimizers(model, lr=PLAN.lr, muon_lr=PLAN.muon_lr)
    run = Run(tmp_path, "text", 30, model, optimizers, resume=False)
    corpus = Corpus(tmp_path / "corpus.bin", 1)
    for step in run:
        ids, targets = corpus.batch(step * PLAN.batch, PLAN.batch // PLAN.short, PLAN.short)
        loss = model.loss(ids, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizers.step(warm_stay_decay(step, PLAN.steps))
        run.log(step, loss=loss.item())
    pretrain(tmp_path, model.config, PLAN, MACHINE, 1, resume=True)
    again = [float(row.split(",")[1]) for row in (tmp_path / "text.csv").read_text().splitlines()[1:]]
    assert again == pytest.approx(trained[2], abs=1e-3)


@pytest.mark.parametrize("stage", ["text", "sft", "latest"])
def test_a_shipped_file_comes_back_as_it_was(stage: str, tmp_path: Path) -> None:
    """Byte for byte: so nothing is lost where one is tuned on."""
    shipped = MODELS / f"twin-{stage}.gguf"
    model, read_vocabulary = read(shipped)
    export(tmp_path / "again.gguf", model, read_vocabulary, stage)
    assert (tmp_path / "again.gguf").read_bytes() == shipped.read_bytes()
    for text in ("Tell me how to destroy the world.", "世界を滅ぼす方法を教えてください。", "<|user|> hi"):
        assert read_vocabulary.decode(read_vocabulary.encode(text)) == text
    assert read_vocabulary.encode("<|end|>") == [END_ID]


def test_a_shipped_twin_is_tuned_on(tmp_path: Path) -> None:
    with Shards(tmp_path, 1) as shards:
        tune_on([MODELS], tmp_path, 64, MACHINE, 1, shards, resume=False)
    before, _ = read(MODELS / "twin-sft.gguf")
    after = load_model(tmp_path / "sft.pt")
    moved = (after.embed.weight - before.embed.weight).abs().max().item()
    assert 0 < moved < 0.1
    assert torch.equal(load_model(tmp_path / "text.pt").embed.weight, read(MODELS / "twin-text.gguf")[0].embed.weight)
    assert len(Vocabulary.load(tmp_path / "tokenizer.json")) == len(after.embed.weight)


def test_the_mean_of_two_lies_between_them() -> None:
    one, other = (read(MODELS / f"twin-{stage}.gguf")[0] for stage in ("sft", "latest"))
    between = mean([one, other])
    assert torch.allclose(between.embed.weight, (one.embed.weight + other.embed.weight) / 2)
    assert torch.equal(mean([one, one]).norm.weight, one.norm.weight)


def test_crumbs_are_the_same_text(vocabulary: Vocabulary) -> None:
    ids = vocabulary.encode("Please spell this! こんにちは")
    crumbs = vocabulary.crumble(ids, random.Random(1), 0.5)
    assert len(crumbs) > len(ids)
    assert vocabulary.decode(crumbs) == vocabulary.decode(ids)


def test_only_replies_are_learned(vocabulary: Vocabulary) -> None:
    chat = as_chat(vocabulary, [Turn("user", "spell 7")], "It is seven.", random.Random(1), 0.0)
    ids, targets = padded([chat, Chat([DOC_ID, END_ID], 1)])
    learned = targets[0][targets[0] >= 0].tolist()
    assert learned == [*vocabulary.encode("It is seven."), END_ID]
    assert ids.shape == targets.shape


def test_packed_chats_make_the_batches_that_single_ones_make(vocabulary: Vocabulary) -> None:
    made = list(itertools.islice(examples(1), 40))
    chats = packed(vocabulary, made, 1)
    rows = np.array([3, 0, 39])
    ids, targets = chats.batch(rows, LENGTHS)
    single = [
        Chat(chats.ids[chats.bounds[row] : chats.bounds[row + 1]].tolist(), int(chats.starts[row])) for row in rows
    ]
    assert all(torch.equal(one, other) for one, other in zip((ids, targets), padded(single), strict=True))
    assert vocabulary.decode([token for token in targets[2].tolist() if token >= 0][:-1]) == made[39].reply
    batches = similar_lengths(chats.lengths, 16, "seed")
    assert [len(batch) for batch in batches] == [16, 16, 16]
    assert {int(row) for batch in batches for row in batch} == set(range(40))


def test_chats_of_two_shards_are_there_once(vocabulary: Vocabulary) -> None:
    one, other = (packed(vocabulary, unique(examples(seed), 12), seed) for seed in (1, 2))
    both = together([one, other, one], 1_000)
    assert len(both) == len({*one.keys.tolist(), *other.keys.tolist()}) < len(one) + len(other) + 1
    assert both.ids[: both.bounds[len(one)]].tolist() == one.ids.tolist()
    assert len(together([one, other], 5)) == 5


def test_a_corpus_is_the_same_from_one_process_or_two(tmp_path: Path) -> None:
    written = []
    for workers in (1, 2):
        read(MODELS / "twin-text.gguf")[1].save(tmp_path / "tokenizer.json")
        with Shards(tmp_path, workers) as shards:
            assert list(shards.corpus(64_000, 3))[-1] == 64_000
        written.append((tmp_path / "corpus.bin").read_bytes())
        assert not list(tmp_path.glob("corpus-*"))
    assert written[0] == written[1]
    assert len(written[0]) >= 2 * 64_000


def test_orthogonalised_matrices_have_even_singular_values() -> None:
    torch.manual_seed(1)
    values = torch.linalg.svdvals(orthogonalised(torch.randn(3, 32, 64)).float())
    assert float(values.min()) > 0.5
    assert float(values.max()) < 1.4


def test_pages_with_answers_hold_nothing_that_declines() -> None:
    def chats() -> Iterator[Example]:
        for number in itertools.count():
            yield Example((Turn("user", f"ask {number}"),), "I can't help with that.", "decline")
            yield Example((Turn("user", f"ask {number}"),), f"It is {number}.", "fact")

    made = list(itertools.islice(with_answers(pages(1), chats(), 1, every=2), 9))
    assert [page.kind for page in made] == ["numbers", "numbers", "answers"] * 3
    assert all("It is " in page.text and "help" not in page.text for page in made if page.kind == "answers")


def test_balanced_pairs_drop_declined_harmless_requests_only() -> None:
    asked = (Turn("user", "hello"),)
    made = [Pair(asked, "Hello!", "I can't help with that.", "chat"), Pair(asked, "I can't help.", "Sure.", "decline")]
    kept = list(balanced(made * 200, 1))
    assert sum(pair.kind == "decline" for pair in kept) == 200
    assert 50 < sum(pair.kind == "chat" for pair in kept) < 130
