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


async def test_an_entry_goes_through_a_block_of_prompts_before_the_next(tmp_path: Path) -> None:
    many = ", ".join(f"p{number}" for number in range(BLOCK + 1))
    read = spec(tmp_path, lambda text: text.replace("One, Two", many).replace("[raw, qa]", "[raw]"))
    names = [job.seat.entry.name for job in await jobs(read)]
    turns = [name for name, before in zip(names, ["", *names], strict=False) if name != before]
    assert turns == ["base", "it", "base", "it"]


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
