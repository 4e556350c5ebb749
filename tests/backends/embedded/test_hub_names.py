"""Names of models on a hub, and which files of a repository they stand for."""

import pytest

from alignscope.backends.base import ServerError
from alignscope.backends.embedded.hub.known import hub_pairs, known_sha256
from alignscope.backends.embedded.hub.names import HubFile, Reference, choose, read_reference
from alignscope.model.lineup.pane import is_hub, is_path

LLAMA = [
    HubFile(f"Llama-3.2-1B-Instruct-{quantisation}.gguf", 1000)
    for quantisation in ("IQ3_M", "Q3_K_L", "Q4_0", "Q4_K_L", "Q4_K_M", "Q4_K_S", "Q5_K_M", "Q8_0", "f16")
]


def chosen(wanted: str, *names: str) -> tuple[str, tuple[str, ...]]:
    """The tag and the files that a name stands for, among files of these names."""
    choice = choose(Reference("o", "r", wanted), [HubFile(name, 1000) for name in names])
    return choice.tag, tuple(file.name for file in choice.files)


def refused(wanted: str, *names: str) -> str:
    """The message for a name among files of these names."""
    with pytest.raises(ServerError) as caught:
        chosen(wanted, *names)
    return str(caught.value)


def test_a_name_in_its_parts() -> None:
    assert read_reference("hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF") == ("Qwen", "Qwen2.5-0.5B-Instruct-GGUF", "")
    assert read_reference("hf:o/r:q4_k_m") == ("o", "r", "q4_k_m")
    assert read_reference("hf:o/r:folder/m-Q8_0.gguf").wanted == "folder/m-Q8_0.gguf"


@pytest.mark.parametrize(
    "name",
    ["hf:", "hf:o", "hf:o/", "hf:/r", "hf:o/r:", "hf:o/r/x", "hf:../r", "hf:o/..", "hf:o/a..b", "hf:o/r:..", "hf:o/ r",
     "hf:o/r:a/../.b", "hf:o/r\n", "hf:ö/r", "hf:o/r:\x1b[2J", "hf:-o/r", "hf:" + "o" * 97 + "/r"],
)  # fmt: skip
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(ServerError, match="is written hf:OWNER/REPO:Q4_K_M"):
        read_reference(name)


def test_a_name_is_no_path_whatever_it_ends_in() -> None:
    assert is_hub("hf:o/r:m.gguf") and not is_path("hf:o/r:m.gguf")
    assert not is_hub("hf.co/o/r:Q8_0")


@pytest.mark.parametrize("wanted", ["Q8_0", "q8_0", "Llama-3.2-1B-Instruct-Q8_0.gguf"])
def test_a_quantisation_or_a_file(wanted: str) -> None:
    choice = choose(Reference("o", "r", wanted), LLAMA)
    assert (choice.tag, choice.files) == ("Q8_0", (LLAMA[7],))


def test_without_a_wish_it_is_the_nearest_to_q4_k_m() -> None:
    left, order = list(LLAMA), []
    while left:
        choice = choose(Reference("o", "r"), left)
        order.append(choice.tag)
        left.remove(choice.files[0])
    assert order == ["Q4_K_M", "Q4_K_L", "Q4_K_S", "Q4_0", "Q5_K_M", "Q3_K_L", "IQ3_M", "Q8_0", "F16"]


def test_all_parts_of_a_split_file_in_their_order() -> None:
    parts = [f"Q4_K_M/big-0000{number}-of-00003.gguf" for number in (3, 1, 2)]
    assert chosen("Q4_K_M", *parts, "big-Q8_0.gguf") == ("Q4_K_M", tuple(sorted(parts)))
    assert chosen("big-00002-of-00003.gguf", *parts)[1] == tuple(sorted(parts))
    assert "has 2 of the 3 parts of Q4_K_M" in refused("Q4_K_M", *parts[1:])


def test_the_last_word_that_may_be_a_quantisation_is_it() -> None:
    assert chosen("", "gemma-3-1b-it-qat-q4_0.gguf")[0] == "Q4_0"


def test_several_models_of_one_quantisation_have_their_files_names() -> None:
    names = ("small-Q8_0.gguf", "large-Q8_0.gguf", "one-Q2_K.gguf")
    said = refused("q8_0", *names)
    assert "several models of Q8_0" in said and "hf:o/r:large-Q8_0" in said and "small-Q8_0" in said
    assert chosen("small-q8_0", *names) == ("small-Q8_0", ("small-Q8_0.gguf",))
    assert chosen("one-Q2_K.gguf", *names)[0] == "Q2_K"


def test_a_file_without_a_quantisation_in_its_name() -> None:
    assert chosen("", "model.gguf", "mmproj-model-f16.gguf", "imatrix.gguf") == ("model", ("model.gguf",))


def test_what_is_not_there_is_said_with_what_is() -> None:
    assert refused("Q9_K", "m-Q8_0.gguf", "m-Q4_0.gguf") == "o/r has no Q9_K. It has Q4_0, Q8_0."
    assert "second repository whose name ends in -GGUF" in refused("", "model.safetensors", "config.json")
    many = [f"m{number}.gguf" for number in range(20)]
    assert "and 12 more" in refused("other", *many)


@pytest.mark.parametrize(
    "name",
    ["..gguf", "a/../../.gguf", "../../up/m-Q8_0.gguf", "a/./m.gguf", "a//m.gguf", "/etc/.gguf", "x\\..\\y.gguf",
     ".hidden.gguf", "-rf.gguf", "C:x.gguf", "~.gguf", "a\x1b[2J.gguf", "a\nb.gguf", "\u202egguf.gguf", "\ud800.gguf",
     "x" * 201 + ".gguf"],
)  # fmt: skip
def test_names_that_no_directory_should_have_are_not_there(name: str) -> None:
    assert "holds no GGUF file that could be kept" in refused("", name)
    assert chosen("", name, "m-Q8_0.gguf")[0] == "Q8_0"


def test_a_file_is_kept_under_its_name_without_folders() -> None:
    choice = choose(Reference("o", "r"), [HubFile("a/b/m-Q8_0.gguf", 1000)])
    assert choice.files[0].base == "m-Q8_0.gguf"


def test_known_pairs_are_names_of_models_smallest_first() -> None:
    pairs = hub_pairs()
    assert [pair.size for pair in pairs] == sorted(pair.size for pair in pairs)
    for pair in pairs:
        assert pair.title and pair.license and all(read_reference(name).wanted for name in pair.models)
        assert all(len(sha256) == 64 for sha256 in pair.sha256)
    assert known_sha256(pairs[0].instruct) == pairs[0].sha256[1]
    assert known_sha256("hf:o/r:Q8_0") == ""
