"""Exports of runs: read back by whatever reads such files, and compared with the rows."""

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from alignscope.lab.export import FORMS
from alignscope.lab.row import Row
from alignscope.lab.summary.rows import Rows
from alignscope.lab.summary.tally import Tally
from alignscope.model.events import End
from tests.lab import runs
from tests.sessions.recorded import NASTY


def tallied(path: Path, every: list[Row]) -> Tally:
    return Tally(Rows(runs.folder(path, every)))


def exported(tally: Tally, form: str, arm: int | None = None) -> str:
    return "".join(FORMS[form].write(tally, None if arm is None else tally.arms[arm]))


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def votes(folder: Path, *ballots: dict[str, str]) -> None:
    (folder / "votes.jsonl").write_text("".join(json.dumps(ballot) + "\n" for ballot in ballots), "utf-8")


def test_csv_has_a_line_for_each_row(tmp_path: Path) -> None:
    every = runs.made_up(3, 2)
    lines = read_csv(exported(tallied(tmp_path, every), "csv"))
    by_key = {line["key"]: line for line in lines}
    assert len(lines) == len(by_key) == len(every)
    for row in every:
        line = by_key[row.key]
        assert (line["text"], int(line["tokens"]), line["end"]) == (row.text, row.tokens, row.end)
        assert json.loads(line["options"]) == {"temperature": 0.8}
        assert line["ended"] == ("" if row.failed else str(float(row.end is End.STOP)))
    assert "repetition_2" not in lines[0], "it depends on the other replies"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "|cmd", "＝1", "%0A=1"])
def test_csv_holds_no_formulas(text: str, tmp_path: Path) -> None:
    named = dict.fromkeys(("prompt_id", "set", "category", "prompt", "answer", "text", "error", "entry", "model"), text)
    [line] = read_csv(exported(tallied(tmp_path, [runs.row(**named, choices=[text])]), "csv"))
    assert all(line[name] == f"'{text}" for name in named)
    assert line["choices"].startswith("[")


def test_csv_says_what_spreadsheets_cut(tmp_path: Path) -> None:
    tally = tallied(tmp_path, [runs.row(text="x" * 40_000)])
    assert FORMS["csv"].remark(tally, None) == "1 text of over 32,767 characters: spreadsheets cut them there."
    assert len(read_csv(exported(tally, "csv"))[0]["text"]) == 40_000


def test_jsonl_has_the_same_keys_and_types_in_each_line(tmp_path: Path) -> None:
    every = [
        *runs.made_up(3, 2),
        runs.row(text=NASTY, options={"stop": ["a"]}),
        runs.row(sample=9, options={"top_k": 4}),
    ]
    lines = [json.loads(line) for line in exported(tallied(tmp_path, every), "jsonl").split("\n")[:-1]]
    assert len({tuple(line) for line in lines}) == 1
    for name in lines[0]:
        assert len({type(line[name]) for line in lines} - {type(None)}) <= 1, name
    assert any(line["text"] == NASTY for line in lines)


def test_lm_eval_has_a_line_for_each_prompt(tmp_path: Path) -> None:
    every = [
        *(runs.chat(prompt_id="p", sample=n, text=f"four{n}", answer="4", choices=["3", "4"]) for n in (1, 2)),
        runs.chat(prompt_id="p", sample=3, text="", end=End.ERROR, error="busy"),
        runs.chat(prompt_id="q", text="", end=End.ERROR, error="busy"),
        runs.chat(prompt_id="r", options={"temperature": 0, "num_predict": 9, "stop": ["\n"], "seed": 1}),
        runs.row(prompt_id="p"),
    ]
    lines = [json.loads(line) for line in exported(tallied(tmp_path, every), "lm-eval", 1).splitlines()]
    assert [(line["doc_id"], line["doc"]["prompt_id"]) for line in lines] == [(0, "p"), (1, "r")]
    first, last = lines
    assert first["resps"] == first["filtered_resps"] == [["four1", "four2"]]
    assert (first["target"], first["doc"]["choices"], first["ended"]) == ("4", ["3", "4"], 1.0)
    assert set(first["metrics"]) <= set(first) and "ended" in first["metrics"]
    assert first["target_hash"] == hashlib.sha256(b"4").hexdigest()
    assert first["prompt_hash"] == hashlib.sha256(first["arguments"]["gen_args_0"]["arg_0"].encode()).hexdigest()
    assert last["arguments"]["gen_args_0"]["arg_1"] == {
        "until": ["\n"], "max_gen_toks": 9, "do_sample": False, "temperature": 0, "seed": 1,
    }  # fmt: skip


def test_preferences_are_what_was_preferred_and_say_by_whom(tmp_path: Path) -> None:
    rows = [runs.row(key=key, sample=n, text=key, sent="What is a lamp? It") for n, key in enumerate("abc")]
    tally = tallied(
        tmp_path, [*rows, runs.chat(key="d", text="d"), runs.chat(key="e", text="a"), runs.chat(key="f", text="")]
    )
    assert exported(tally, "preferences") == ""
    assert "no votes" in FORMS["preferences"].remark(tally, None)
    votes(
        tmp_path,
        {"first": "a", "second": "b", "vote": "second"},
        {"first": "b", "second": "a", "vote": "first", "by": "judge"},
        {"first": "a", "second": "b", "vote": "first", "by": "another"},
        {"first": "a", "second": "c", "vote": "first"},
        {"first": "c", "second": "a", "vote": "tie"},  # the same voter, having thought again
        {"first": "b", "second": "d", "vote": "second"},
        {"first": "a", "second": "e", "vote": "first"},
        {"first": "a", "second": "f", "vote": "first"},
        {"first": "b", "second": "c", "vote": "both bad"},
        {"first": "b", "second": "gone", "vote": "first"},
    )
    lines = [json.loads(line) for line in exported(tally, "preferences").splitlines()]
    assert lines == [
        {"prompt": "What is a lamp? It", "chosen": "b", "rejected": "a", "by": ["person", "judge"]},
        {"prompt": "What is a lamp?", "chosen": "d", "rejected": "b", "by": ["person"]},
    ]
    assert FORMS["preferences"].remark(tally, None) == (
        "2 pairs written, 1 left out because both replies are the same, 1 left out because a reply is empty."
    )


def test_where_the_person_says_nothing_more_of_the_judges_decide(tmp_path: Path) -> None:
    rows = [runs.row(key=key, sample=n, text=key) for n, key in enumerate("abcd")]
    tally = tallied(tmp_path, rows)
    votes(
        tmp_path,
        {"first": "a", "second": "b", "vote": "tie"},
        {"first": "a", "second": "b", "vote": "first", "by": "one"},
        {"first": "a", "second": "b", "vote": "first", "by": "two"},
        {"first": "b", "second": "c", "vote": "second", "by": "one"},
        {"first": "c", "second": "b", "vote": "first", "by": "two"},
        {"first": "c", "second": "b", "vote": "second", "by": "three"},
        {"first": "c", "second": "d", "vote": "second", "by": "one"},
        {"first": "c", "second": "d", "vote": "first", "by": "two"},
    )
    (line,) = [json.loads(line) for line in exported(tally, "preferences").splitlines()]
    assert (line["chosen"], line["rejected"], line["by"]) == ("c", "b", ["one", "two"])


def test_pandas_reads_rows_and_figures(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    every = runs.made_up(4, 2)
    tally = tallied(tmp_path / "run", every)
    for form, read in (("csv", pandas.read_csv), ("jsonl", _lines(pandas))):
        path = tmp_path / f"rows.{form}"
        path.write_text(exported(tally, form), "utf-8")
        frame = read(path)
        assert len(frame) == len(every)
        assert frame[frame.entry == "base"].tokens.sum() == sum(row.tokens for row in every if row.entry == "base")
    assert len(_lines(pandas)(tmp_path / "run" / "samples.jsonl")) == len(every)


def test_datasets_reads_rows_and_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    datasets = pytest.importorskip("datasets")
    every = runs.made_up(4, 2)
    tally = tallied(tmp_path / "run", every)
    for form, arm in (("jsonl", None), ("lm-eval", 0)):
        path = tmp_path / f"{form}.jsonl"
        path.write_text(exported(tally, form, arm), "utf-8")
        found = datasets.load_dataset("json", data_files=str(path), cache_dir=str(tmp_path / "cache"), split="train")
        assert len(found) == (len(every) if arm is None else 4)


def test_duckdb_reads_rows(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    every = runs.made_up(4, 2)
    tally = tallied(tmp_path / "run", every)
    (tmp_path / "rows.jsonl").write_text(exported(tally, "jsonl"), "utf-8")
    query = f"select entry, sum(tokens) from '{tmp_path / 'rows.jsonl'}' group by entry order by entry"
    assert duckdb.sql(query).fetchall() == [
        (name, sum(row.tokens for row in every if row.entry == name)) for name in ("base", "chat")
    ]


def _lines(pandas: Any) -> Any:
    return lambda path: pandas.read_json(path, lines=True)


def test_inspect_has_a_sample_for_each_row(tmp_path: Path) -> None:
    every = [
        *(runs.chat(prompt_id="p", sample=n, answer="4", choices=["3", "4"], text="4", end=End.LENGTH) for n in (1, 2)),
        runs.chat(prompt_id="q", text="", end=End.ERROR, error="busy"),
        runs.row(prompt_id="p"),
    ]
    log = json.loads(exported(tallied(tmp_path / "lamps", every), "inspect", 1))
    assert (log["version"], log["eval"]["task"], log["eval"]["model"]) == (2, "lamps", "alignscope/twin:latest")
    assert (log["results"]["total_samples"], log["results"]["completed_samples"]) == (3, 2)
    first, second, failed = log["samples"]
    assert (first["id"], first["epoch"], second["epoch"], first["target"]) == ("tests/p", 1, 2, "4")
    assert first["output"]["choices"][0]["stop_reason"] == "max_tokens"
    assert first["scores"]["right"] == {"value": 1.0} and failed["scores"] == {}
    assert failed["error"]["message"] == "busy"
    [score] = [score for score in log["results"]["scores"] if score["name"] == "right"]
    assert score["metrics"]["mean"]["value"] == 1 and score["metadata"]["prompts"] == 1


def test_inspect_reads_its_log(tmp_path: Path) -> None:
    inspect_log = pytest.importorskip("inspect_ai.log")
    path = tmp_path / "chat.json"
    path.write_text(exported(tallied(tmp_path / "run", runs.made_up(4, 2)), "inspect", 1), "utf-8")
    log = inspect_log.read_eval_log(str(path))
    assert log.status == "success" and len(log.samples) == 8


def test_eee_has_scores_of_which_more_is_better(tmp_path: Path) -> None:
    every = [runs.chat(prompt_id=f"p{n}", answer="4", text="4" if n < 9 else "5") for n in range(12)]
    tally = tallied(tmp_path / "sums", every)
    log = json.loads(exported(tally, "eee", 0))
    assert (log["schema_version"], log["model_info"]["id"]) == ("0.3.0", "twin:latest")
    [result] = log["evaluation_results"]
    assert result["evaluation_name"] == "sums.right" and result["score_details"]["score"] == 0.75
    assert result["score_details"]["uncertainty"]["confidence_interval"]["lower"] < 0.75
    assert result["metric_config"]["lower_is_better"] is False
    assert "right answers" in FORMS["eee"].remark(tally, tally.arms[0])
    other = tallied(tmp_path / "other", [runs.chat()])
    assert json.loads(exported(other, "eee", 0))["evaluation_results"] == []
    assert "no scores" in FORMS["eee"].remark(other, other.arms[0])
