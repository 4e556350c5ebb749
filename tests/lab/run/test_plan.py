"""The plan: what is asked, and what makes two replies different ones."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from alignscope.files.yaml_file import FileError
from alignscope.lab.run.plan import BLOCK, Job, Plan, Seat, count
from alignscope.lab.spec.file import Spec, read_spec

TEXT = """
prompts: [One, Two]
samples: 2
seed: 5
preset: pure
sampling: [{name: a, num_predict: 10}, {name: b, num_predict: 20}]
frames: [raw, qa]
lineup:
- {name: base, model: "twin:text"}
- {name: it, model: "twin:latest", system: Be kind.}
"""


def spec(folder: Path, change: Callable[[str], str] = str) -> Spec:
    """The spec above, with something changed."""
    path = folder / "plan.yaml"
    path.write_text(change(TEXT))
    return read_spec(path)


def seats(spec: Spec, **changes: str) -> list[Seat]:
    """Its lineup, as servers might report it."""
    return [
        msgspec.structs.replace(Seat(entry=entry, server="http://one", digest="sha256:1", template="t"), **changes)
        for entry in spec.lineup
    ]


async def jobs(spec: Spec, **changes: str) -> list[Job]:
    """Everything that is asked."""
    return [job async for job in Plan(spec, seats(spec, **changes)).jobs()]


async def test_every_prompt_meets_every_entry_frame_row_and_sample(tmp_path: Path) -> None:
    found = await jobs(spec(tmp_path))
    assert len(found) == 2 * 2 * 2 * 2 + 2 * 1 * 2 * 2
    assert len({job.key for job in found}) == len(found)
    asked = {(j.seat.entry.name, j.prompt.prompt, j.frame, j.draws.name, j.sample, j.seed) for j in found}
    assert len(asked) == len(found)
    assert {(job.sample, job.seed) for job in found} == {(1, 5), (2, 6)}
    sent = {(job.seat.entry.name, job.frame): job.sent for job in found if job.prompt.prompt == "One"}
    assert sent == {
        ("base", "raw"): "One",
        ("base", "qa"): "Q: One\nA:",
        ("it", "chat"): '[{"role":"system","content":"Be kind."},{"role":"user","content":"One"}]',
    }
    assert {job.request.sampling["seed"] for job in found} == {5, 6}
    assert all("seed" not in job.options for job in found)


async def test_the_plan_counts_itself(tmp_path: Path) -> None:
    plan = Plan(read := spec(tmp_path), seats(read))
    counted = await count(plan)
    assert (counted.prompts, counted.rows, counted.tokens) == (2, 24, 24 * 15)
    assert [(share.rows, share.tokens) for share in counted.shares] == [(16, 240), (8, 120)]
    endless = spec(tmp_path, lambda text: text.replace("num_predict: 20", "num_predict: -1"))
    assert (await count(Plan(endless, seats(endless)))).tokens is None


CHANGES = {
    "prompt": ("One", "one"),
    "system": ("Be kind.", "Be cruel."),
    "model": ("twin:latest", "twin:sft"),
    "seed": ("seed: 5", "seed: 50"),
    "parameter": ("num_predict: 10", "num_predict: 11"),
    "preset": ("preset: pure", "preset: even"),
    "logprobs": ("samples: 2", "samples: 2\nlogprobs: 3"),
    "thinking": ("samples: 2", "samples: 2\nthink: true"),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_what_shapes_a_reply_changes_its_key(tmp_path: Path, name: str) -> None:
    before = {job.key for job in await jobs(spec(tmp_path))}
    after = {job.key for job in await jobs(spec(tmp_path, lambda text: text.replace(*CHANGES[name])))}
    assert before - after


@pytest.mark.parametrize("change", [{"digest": "sha256:2"}, {"template": "u"}])
async def test_another_model_or_template_changes_every_key(tmp_path: Path, change: dict[str, str]) -> None:
    before = {job.key for job in await jobs(spec(tmp_path))}
    assert not before & {job.key for job in await jobs(spec(tmp_path), **change)}


@pytest.mark.parametrize(
    "change",
    [
        ("samples: 2", "samples: 2\nconcurrency: 9\ntimeout: 3\nabout: x\nmargins: {refusal: 0.1}"),
        ("name: a,", "name: other,"),
        ("samples: 2", "samples: 3"),
        ("[raw, qa]", "[qa, raw]"),
        ("[One, Two]", "[Zero, One, Two]"),
        ("num_predict: 10}", "num_predict: 10, keep_alive: 1h}"),
    ],
)
async def test_what_shapes_nothing_changes_no_key(tmp_path: Path, change: tuple[str, str]) -> None:
    before = {job.key for job in await jobs(spec(tmp_path), server="http://one")}
    after = {job.key for job in await jobs(spec(tmp_path, lambda text: text.replace(*change)), server="http://two")}
    assert before <= after


def turns(jobs: list[Job]) -> list[tuple[str, int]]:
    """Who is asked how many prompts before the next is."""
    found: list[tuple[str, set[str]]] = []
    for job in jobs:
        if not found or found[-1][0] != job.seat.entry.name:
            found.append((job.seat.entry.name, set()))
        found[-1][1].add(job.prompt.id)
    return [(name, len(prompts)) for name, prompts in found]


async def test_models_that_share_a_server_take_turns_by_blocks_that_grow(tmp_path: Path) -> None:
    many = ", ".join(f"p{number}" for number in range(31 + 2 * BLOCK + 1))
    read = spec(tmp_path, lambda text: text.replace("One, Two", many).replace("[raw, qa]", "[raw]"))
    blocks = [1, 2, 4, 8, 16, BLOCK, BLOCK, 1]
    assert turns(await jobs(read)) == [(name, size) for size in blocks for name in ("base", "it")]


@pytest.mark.parametrize(("change", "held"), [("embedded", True), ("http://one", False)])
async def test_where_nothing_is_loaded_anew_entries_take_turns_by_sample(
    tmp_path: Path, change: str, held: bool
) -> None:
    # A server with one model for both entries loads nothing either.
    read = spec(tmp_path, str if held else lambda text: text.replace('"twin:text"', '"twin:latest", mode: completion'))
    found = await jobs(read, server=change)
    per_sample = [("base", "raw"), ("base", "qa"), ("it", "chat")]
    assert [(job.seat.entry.name, job.frame) for job in found] == per_sample * (2 * 2 * 2)
    for first in range(0, len(found), len(per_sample)):
        assert len({(j.prompt.id, j.draws.name, j.sample) for j in found[first : first + len(per_sample)]}) == 1
    assert {job.prompt.id for job in found[: len(found) // 2]} == {"one"}


async def test_the_order_of_servers_apart_is_the_same(tmp_path: Path) -> None:
    read = spec(tmp_path)
    one, two = seats(read)
    plan = Plan(read, [one, msgspec.structs.replace(two, server="http://two")])
    asked = [[(j.prompt.id, j.sample) async for j in plan.jobs(server)] for server in ("http://one", "http://two")]
    assert list(dict.fromkeys(asked[0])) == list(dict.fromkeys(asked[1]))


async def test_a_server_is_given_its_own_jobs(tmp_path: Path) -> None:
    read = spec(tmp_path)
    one, two = seats(read)
    plan = Plan(read, [one, msgspec.structs.replace(two, server="http://two")])
    assert {job.seat.entry.name async for job in plan.jobs("http://two")} == {"it"}
    assert {job.seat.entry.name async for job in plan.jobs("http://one")} == {"base"}


async def test_two_rows_with_the_same_parameters_are_refused(tmp_path: Path) -> None:
    read = spec(tmp_path, lambda text: text.replace("num_predict: 20", "num_predict: 10"))
    with pytest.raises(FileError, match="12 of 24 replies are asked for twice"):
        await count(Plan(read, seats(read)))
