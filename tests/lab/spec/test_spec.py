"""Specs: what they come to, and every mistake with its line and field, before anything is sent."""

import os
import re
from pathlib import Path

import msgspec
import pytest
import yaml

from alignscope.files.yaml_file import FileError
from alignscope.lab import TEMPLATE
from alignscope.lab.spec.file import Spec, read_spec
from alignscope.lab.spec.scores import Shifting
from alignscope.measure.task.passage import NEUTRAL
from alignscope.model.lineup.pane import EMBEDDED, Mode
from alignscope.model.sampling import PRESETS

LINEUP = """
lineup:
- {name: base, model: "twin:text"}
- {name: it, model: "twin:latest"}
"""


def spec(folder: Path, text: str, **servers: str) -> Spec:
    """The spec in a text."""
    path = folder / "mine.yaml"
    path.write_text(text)
    return read_spec(path, servers)


def test_the_template_is_a_spec() -> None:
    found = read_spec(TEMPLATE)
    assert [(entry.name, entry.mode, entry.role, entry.server) for entry in found.lineup] == [
        ("base", Mode.COMPLETION, "base", EMBEDDED),
        ("instruct", Mode.CHAT, "aligned", EMBEDDED),
    ]
    assert [entry.frames for entry in found.lineup] == [("raw",), ("chat",)]
    assert found.samples == 3
    assert [draws.name for draws in found.draws] == ["pure"]
    assert found.draws[0].seed == 1
    assert found.draws[0].sampling == PRESETS["pure"].sampling.on("num_predict", 120)
    assert [source.name for source in found.prompts] == ["behaviours"]


def test_the_template_names_every_field_with_its_default(tmp_path: Path) -> None:
    text = TEMPLATE.read_text()
    more = "".join(f"{line}\n" for line in re.findall(r"(?m)^#   (\w+: \S+)  ", text.partition("# What else")[2]))
    bare, full = spec(tmp_path, text), spec(tmp_path, text + more)
    assert full == msgspec.structs.replace(bare, data={**bare.data, **yaml.safe_load(more)})
    written = {*yaml.safe_load(text), *yaml.safe_load(more)}
    assert {*Spec.__struct_fields__} - {"draws", "data"} | {"sampling", "seed", "frames", "preset"} == written


def test_prompts_stand_in_the_spec_or_in_files(tmp_path: Path) -> None:
    (tmp_path / "more.txt").write_text("one\ntwo\n")
    (tmp_path / "set.yaml").write_text("name: theirs\nprompts: [{prompt: x}, {prompt: y}]\n")
    found = spec(
        tmp_path,
        "prompts:\n- first\n- {prompt: 2 + 2 =, answer: 4}\n- {set: behaviours, categories: [refusal], limit: 2}\n"
        "- {file: more.txt, name: lines, language: en}\n- {file: set.yaml}\n" + LINEUP,
    )
    assert [(source.name, len(source.prompts), source.limit) for source in found.prompts] == [
        ("mine", 2, None),
        ("behaviours", 3, 2),
        ("lines", 0, None),
        ("theirs", 2, None),
    ]
    assert found.prompts[0].prompts[1].answer == "4"
    assert found.prompts[2].path == tmp_path / "more.txt"
    assert spec(tmp_path, "prompts: more.txt" + LINEUP).prompts[0].name == "more"


def test_tasks_are_sets_that_are_asked_as_well(tmp_path: Path) -> None:
    (tmp_path / "sums.yaml").write_text("prompts: [{prompt: 1 + 1 =, answer: 2}]\n")
    found = spec(tmp_path, "prompts: behaviours\ntasks: [sums.yaml, behaviours]" + LINEUP)
    assert [source.name for source in found.prompts] == ["behaviours", "sums"]
    assert found.prompts[1].prompts[0].answer == "2"
    with pytest.raises(FileError, match=r"line 2: tasks\[1\]: no set is called nothing"):
        spec(tmp_path, "prompts: behaviours\ntasks: [nothing]" + LINEUP)


def test_rows_of_sampling_parameters_have_names(tmp_path: Path) -> None:
    found = spec(
        tmp_path,
        "prompts: behaviours\npreset: pure\nseed: 7\nsampling:\n- {name: warm, temperature: 1.5}\n"
        '- {preset: greedy, seed: 3, top_p: off, stop: ["\\n"]}\n' + LINEUP,
    )
    warm, greedy = found.draws
    assert (warm.name, warm.seed, warm.sampling["temperature"]) == ("warm", 7, 1.5)
    assert (greedy.name, greedy.seed, greedy.sampling["stop"]) == ("greedy", 3, ("\n",))
    assert "seed" not in greedy.sampling
    assert "top_p" not in greedy.sampling


def test_roles_are_the_first_of_each_mode_unless_they_are_said(tmp_path: Path) -> None:
    three = (
        "prompts: behaviours\nframes: [bare, qa]\nlineup:\n- {name: a, model: m, mode: completion}\n"
        "- {name: b, model: n, mode: chat, server: gpu, system: Be brief.}\n"
        "- {name: c, model: n, mode: completion, frames: qa}\n- {name: d, model: o, mode: chat, role: aligned}\n"
    )
    found = spec(tmp_path, three, gpu="http://gpu:1")
    assert [entry.role for entry in found.lineup] == ["base", "other", "other", "aligned"]
    assert [entry.frames for entry in found.lineup] == [("raw", "qa"), ("chat",), ("qa",), ("chat",)]
    assert [entry.server for entry in found.lineup] == ["", "http://gpu:1", "", ""]


def test_passwords_stay_out_of_what_is_kept(tmp_path: Path) -> None:
    found = spec(
        tmp_path, 'prompts: behaviours\nlineup: [{name: a, model: m, mode: chat, server: "http://me:secret@host:1"}]\n'
    )
    assert found.lineup[0].server == "http://me:secret@host:1"
    assert found.data["lineup"][0]["server"] == "http://host:1"
    assert "secret" not in str(found.data)


def test_what_is_scored_stands_in_the_spec(tmp_path: Path) -> None:
    lineup = LINEUP + "- {name: more, model: 'twin:sft'}\n"
    more = "logprobs: 5\nlikelihood: true\npassages: [neutral, {id: mine, begin: One, text: ' two.'}, 'Yes. No.']\n"
    found = spec(tmp_path, "prompts: behaviours\n" + more + "scores: {}" + lineup)
    base, chats = found.lineup[0].name, tuple(entry.name for entry in found.lineup[1:])
    assert found.likelihood
    assert [(each.id, each.begin, each.text) for each in found.passages][1:] == [
        ("mine", "One", " two."),
        ("passage-3", "Yes.", " No."),
    ]
    neutral = found.passages[0]
    assert neutral.begin + neutral.text == NEUTRAL and neutral.begin.endswith("at seven.")
    assert found.scores == (Shifting(of=chats, by=base),)
    two = f"scores: [{{of: {chats[0]}, frame: qa, alternatives: 9}}, {{of: [{chats[1]}], lists: true}}]"
    found = spec(tmp_path, "prompts: behaviours\n" + more + two + lineup)
    assert [(each.of, each.by, each.frame, each.alternatives, each.lists) for each in found.scores] == [
        (chats[:1], base, "qa", 9, False),
        (chats[1:], base, "chat", 20, True),
    ]
    with pytest.raises(FileError, match="is scored already; a run scores a reply once"):
        spec(tmp_path, "prompts: behaviours\n" + more + two.replace(f"[{chats[1]}]", f"[{chats[0]}]") + lineup)


def test_prompts_cant_come_from_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(FileError, match=r"prompts: pipe\.txt is no file, but a pipe or a device; name a file, since"):
        spec(tmp_path, "prompts: pipe.txt" + LINEUP)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(FileError, match=r"folder\.csv is no file, but a folder"):
        spec(tmp_path, "prompts: folder.csv" + LINEUP)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "mine.yaml is empty or no spec; `alignscope lab init` writes one"),
        ("prompts: behaviours\n", "mine.yaml: lineup: is missing"),
        (LINEUP, "mine.yaml: prompts: is missing"),
        ("prompts: nothing" + LINEUP, "mine.yaml, line 1: prompts: no set is called nothing; there are "),
        ("prompts: gone.csv" + LINEUP, "mine.yaml, line 1: prompts: there is no file gone.csv"),
        ("prompts: []" + LINEUP, "mine.yaml, line 1: prompts: is empty"),
        ("prompts:\n- ok\n- {promt: x}" + LINEUP, "line 3: prompts[2].promt: is unknown; did you mean prompt?"),
        ("prompts:\n- ok\n- 5" + LINEUP, "line 3: prompts[2]: must be a prompt, {set: NAME} or {file: PATH}"),
        ("prompts:\n- {set: behaviours, categories: [no]}" + LINEUP, "prompts[1].categories[1]: none is called no"),
        ("prompts:\n- {set: behaviours}\n- {set: behaviours}" + LINEUP, "line 3: prompts[2]: another set is called"),
        ("prompts: behaviours\nsamples: 0" + LINEUP, "line 2: samples: must be a whole number >= 1"),
        ("prompts: behaviours\nsamples: .inf" + LINEUP, "samples: must be a whole number, not infinite"),
        ("prompts: behaviours\nsamples: 2.5" + LINEUP, "samples: must be a whole number, not 2.5"),
        ("prompts: behaviours\npassages: [One.]" + LINEUP, "line 2: passages[1].text: has a single sentence"),
        ("prompts: behaviours\npassages: [5]" + LINEUP, "passages[1]: must be neutral, a text, or {id: NAME, text"),
        ("prompts: behaviours\npassages: [neutral, neutral]" + LINEUP, "another passage is called neutral, too"),
        ("prompts: behaviours\nscores: yes" + LINEUP, "scores: must say whose replies are scored by whom"),
        (
            "prompts: behaviours\nscores: {by: gone}" + LINEUP,
            "scores.by: no entry of the lineup is called gone;",
        ),
        ("prompts: behaviours\nscores: {}" + LINEUP, "scores: need the replies' own lists, too: set `logprobs` to 3"),
        (
            "prompts: behaviours\nscores: {frame: dialogue}" + LINEUP,
            "scores.frame: must be one of chat, qa, bare, not",
        ),
        ("prompts: behaviours\nscores: {alternatives: 2}" + LINEUP, "scores.alternatives: must be a whole number >= 3"),
        ("prompts: behaviours\nsamples: many" + LINEUP, "line 2: samples: must be a whole number, not text"),
        ("prompts: behaviours\nsampels: 3" + LINEUP, "line 2: sampels: is unknown; did you mean samples?"),
        (
            "prompts: behaviours\nframes: [raw, chat]" + LINEUP,
            "line 2: frames: no frame of a completion is called chat",
        ),
        ("prompts: behaviours\npreset: hot" + LINEUP, "line 2: preset: no preset is called hot; there are even, "),
        ("prompts: behaviours\nsampling: {heat: 1}" + LINEUP, "line 2: sampling.heat: no sampling parameter is called"),
        ("prompts: behaviours\nsampling:\n- {temperature: 9}" + LINEUP, "line 3: sampling[1].temperature: temperature"),
        ("prompts: behaviours\nsampling:\n- {}\n- {}" + LINEUP, "sampling[2].name: another row is called even, too"),
        ("prompts: behaviours\nlogprobs: lots" + LINEUP, "line 2: logprobs: must be off, token, or a number"),
        ("prompts: behaviours\nladder: [base, x]" + LINEUP, "line 2: ladder[2]: no entry of the lineup is called x"),
        ("name: a/b\nprompts: behaviours" + LINEUP, "line 1: name: must be 1 to 40 characters"),
        ("prompts: behaviours\nlineup: []\n", "line 2: lineup: has 1 to 16 entries, not 0"),
        (
            "prompts: behaviours\nlineup:\n- {name: a, model: m}\n",
            "line 3: lineup[1].mode: is missing, and the model's name doesn't tell",
        ),
        (
            "prompts: behaviours\nlineup:\n- {name: a, model: m, mode: chat}\n- {name: a, model: n, mode: chat}\n",
            "line 4: lineup[2].name: another entry is called a, too",
        ),
        (
            "prompts: behaviours\nlineup:\n- {name: a, model: m, mode: completion, system: x}\n",
            "line 3: lineup[1].system: reaches chats only",
        ),
        (
            "prompts: behaviours\nlineup:\n- {name: a, model: m, mode: loud}\n",
            "line 3: lineup[1].mode: can't be loud; there are completion, chat",
        ),
        (
            'prompts: behaviours\nlineup:\n- {name: a, model: m, mode: chat, server: "http://a b"}\n',
            "line 3: lineup[1].server: no server can be at",
        ),
    ],
)
def test_mistakes_are_named_by_line_and_field(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(FileError) as caught:
        spec(tmp_path, text)
    assert problem in str(caught.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        spec(tmp_path, "prompts: nothing\nframes: x\nlogprobs: y\npreset: z" + LINEUP)
    assert len(caught.value.problems) == 4
