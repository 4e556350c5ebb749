"""From `lab init --claim` to the answer, with the twins; and what is written for other models."""

from pathlib import Path

import pytest

from alignscope.cli import main
from alignscope.files.yaml_file import FileError
from alignscope.lab.claims.claim import names
from alignscope.lab.spec.file import Spec, read_spec
from alignscope.lab.spec.ladders import ladder
from alignscope.text.clean import cell_width
from tests.backends.embedded.files import MODELS
from tests.commands.shell import Shell
from tests.lab import runs
from tests.lab.claims.coarse import coarser


def written(path: Path, *options: str) -> Spec:
    assert main(["lab", "init", str(path), *options]) == 0
    return read_spec(path)


def models(spec: Spec) -> list[tuple[str, str, str]]:
    return [(entry.name, entry.model, entry.server) for entry in spec.lineup]


@pytest.mark.parametrize("claim", [name for name in names() if name != "bits"])
def test_a_claims_spec_runs_as_it_is_on_the_twins(tmp_path: Path, claim: str) -> None:
    spec = written(tmp_path / "mine.yaml", "--claim", claim)
    assert (spec.name, spec.data["claim"]) == (claim, claim)
    roles = {entry.role: entry.model for entry in spec.lineup if entry.role != "other"}
    assert roles == {"base": "twin:text", "aligned": "twin:latest"}
    assert set(spec.primary) and spec.ladder == ()


def test_other_models_and_ladders_take_the_twins_place(tmp_path: Path) -> None:
    named = ("--base", "small:text@http://gpu:8000", "--instruct", "./small.gguf")
    spec = written(tmp_path / "named.yaml", "--claim", "policy", *named)
    assert models(spec) == [("base", "small:text", "http://gpu:8000"), ("aligned", "./small.gguf", "embedded")]
    spec = written(tmp_path / "plain.yaml", *named)
    assert [entry.name for entry in spec.lineup] == ["base", "aligned"]
    assert [source.name for source in spec.prompts] == ["behaviours"]
    for name in ladder.names():
        for claim in ((), ("--claim", "knows")):
            spec = written(tmp_path / f"{name}{len(claim)}.yaml", "--ladder", name, *claim)
            assert 3 <= len(spec.ladder) <= 4 and (spec.ladder[0], spec.ladder[-1]) == ("base", "aligned")
            known = {entry.name: entry.model for entry in spec.lineup}
            roles = [entry.role for entry in spec.lineup if entry.name in spec.ladder]
            assert (roles[0], roles[-1], {*roles[1:-1]}) == ("base", "aligned", {"other"})
            assert [known[stage] for stage in spec.ladder] == [each.model for each in ladder.read(name).stages]
    assert "checkpoints, revision it-SFT" in (tmp_path / "smollm32.yaml").read_text()
    assert "the URL of vLLM" in (tmp_path / "tulu-30.yaml").read_text()
    assert "the URL of vLLM" not in (tmp_path / "twins0.yaml").read_text()


def test_lower_bits_have_to_be_named_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "bits.yaml"
    assert main(["lab", "init", str(target), "--claim", "bits"]) == 0
    assert "Name the models that are left empty" in capsys.readouterr().out
    assert main(["lab", "run", str(target)]) == 2
    assert "lineup[3].model" in capsys.readouterr().err
    target.write_text(target.read_text().replace('model: ""', 'model: "./low.gguf"'))
    assert [entry.name for entry in read_spec(target).lineup] == ["base", "aligned", "base-q4", "aligned-q4"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--claim", "beauty"), "--claim: no claim is called beauty; there are bits, costs"),
        (("--ladder", "stairs"), "--ladder: no ladder is called stairs; there are olmo-3"),
        (("--base", "one"), "--instruct is missing"),
        (("--base", "one", "--instruct", "two", "--ladder", "twins"), "--ladder names the whole lineup"),
        (("--base", "one@", "--instruct", "two"), "--base: "),
    ],
)
def test_what_cant_be_written_is_said(
    tmp_path: Path, options: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lab", "init", str(tmp_path / "mine.yaml"), *options]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "mine.yaml").exists()


def test_claims_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "claims"]) == 0
    listed = capsys.readouterr().out
    assert [line.split()[0] for line in listed.split("\n\n")[0].splitlines()] == list(names())
    assert "A refusal is a policy and not a keyword. (by all of 4 comparisons)" in listed


def test_a_spec_with_an_unknown_claim_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "mine.yaml"
    written(target, "--claim", "policy")
    target.write_text(target.read_text().replace("claim: policy", "claim: beauty"))
    assert main(["lab", "run", str(target)]) == 2
    assert "claim: no claim is called beauty; there are bits" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("claim", "before", "after", "said"),
    [
        (
            "knows",
            "name: aligned-text",
            "name: text",
            "knows compares aligned-text, and no entry of the lineup is that",
        ),
        ("knows", "frames: [raw, qa]", "frames: [raw]", "knows compares base asked as qa, and no entry"),
        ("policy", "role: aligned", "role: other", "policy compares aligned, and no entry"),
    ],
)
def test_whom_a_claim_lacks_is_said_before_anything_is_sent(
    tmp_path: Path, claim: str, before: str, after: str, said: str
) -> None:
    target = tmp_path / "mine.yaml"
    written(target, "--claim", claim)
    target.write_text(target.read_text().replace(before, after).replace("name: aligned,", "name: tuned,"))
    with pytest.raises(FileError, match=said):
        read_spec(target)


def test_other_names_do_where_the_roles_are_there(tmp_path: Path) -> None:
    target = tmp_path / "mine.yaml"
    written(target, "--claim", "policy")
    target.write_text(target.read_text().replace("name: base", "name: before").replace("name: aligned", "name: after"))
    assert [entry.role for entry in read_spec(target).lineup] == ["base", "aligned"]


async def test_a_run_answers_its_claim_first(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    spec = tmp_path / "policy.yaml"
    assert (await shell.run("lab", "init", str(spec), "--claim", "policy")).status == 0
    spec.write_text(spec.read_text().replace("samples: 5", "samples: 1").replace("num_predict: 60", "num_predict: 30"))
    folder = tmp_path / "run"
    assert (await shell.run("lab", "run", str(spec), "--out", str(folder))).status == 0
    shown = await shell.run("lab", "show", str(folder))
    first, *_ = shown.out.splitlines()
    assert first.startswith("A refusal is a policy and not a keyword. — ")
    assert "direct" in shown.out and "(20 prompts)" in shown.out and "20 pairs" in shown.out
    assert shown.out.index("What it doesn't show:") < shown.out.index("run · 100 prompts")
    assert all(cell_width(line) <= 120 for line in shown.out.splitlines())
    [summary] = (await shell.run("lab", "show", str(folder), "--json")).events
    [direct, *_] = summary["claim"]["parts"]
    # The twin was taught to decline by kind: so much is certain of it with one reply to each.
    assert (direct["verdict"], direct["items"], direct["decides"]) == ("yes", 20, True)
    assert (await shell.run("lab", "report", str(folder))).status == 0
    page = (folder / "report.html").read_text()
    assert page.index("The claim, and its answer") < page.index("Who was asked")
    assert "It does so in a story." in page and "Where it is heard" in page


async def test_a_run_without_a_claim_has_no_answer(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    folder = runs.folder(tmp_path / "lamps", runs.made_up(12, 3))
    assert (await shell.run("lab", "show", str(folder))).out.startswith("lamps · 12 prompts")
    [summary] = (await shell.run("lab", "show", str(folder), "--json")).events
    assert summary["claim"] is None


async def test_coarse_weights_have_nothing_left_to_keep(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    for stage in ("text", "latest"):
        assert coarser(MODELS / f"twin-{stage}.gguf", tmp_path / f"{stage}-q2.gguf", 2) > 10**6
    spec = tmp_path / "bits.yaml"
    assert (await shell.run("lab", "init", str(spec), "--claim", "bits")).status == 0
    text = spec.read_text().replace("q4", "q2").replace("samples: 5", "samples: 1")
    text = text.replace("num_predict: 40", "num_predict: 12")
    for stage in ("text", "latest"):
        text = text.replace('model: ""', f'model: "{tmp_path}/{stage}-q2.gguf"', 1)
    spec.write_text(text)
    done = await shell.run("lab", "run", str(spec), "--out", str(tmp_path / "run"))
    assert (done.status, "All 176 rows" in done.err) == (0, True), done.err
    [summary] = (await shell.run("lab", "show", str(tmp_path / "run"), "--json")).events
    [part, *_] = summary["claim"]["parts"]
    assert part["says"].endswith("than the base does: q2.") and part["items"] == 44
    assert part["why"] == "both are below 10%, so who had more has lost more"
    low, full = (part["cells"][place]["value"][0] for place in (0, 1))
    assert low < 0.1 < 0.5 < full
