"""What the stand-ins' models write: plain English in the manner of a base model, Markdown in that of an assistant."""

import itertools
import re
import time
from collections.abc import Iterator

STORY = """ The ferry left before the fog had lifted. There were six of us on the upper deck, and nobody spoke until the
harbour wall had gone. "You'll want your coat," said the woman with the violin case, though I was wearing it.

The island has two roads and one shop. The shop sells bread on Tuesdays, rope, and postcards of a lighthouse that was
pulled down in 1961. In the winter of that year the keeper's daughter counted 214 ships, and wrote each name in a school
exercise book which is now in the museum, second room on the left, under glass.

Q: What time does the last boat go back?
A: The last boat goes back at five, except on Sundays.
Q: And on Sundays?
A: On Sundays there is no boat.

Chapter 2. It was the dog that found the door. We had walked past it every morning for a month, and every morning he had
stopped and looked at the wall, and every morning we had called him on. """

ANSWER = """Good question! Here is a short answer, then the details.

**In short:** it depends on *where* you look.

## What to know

1. **Look at the source.** A claim without one is only a claim.
2. **Compare two readings.** If they differ, ask why.
3. **Write it down.** `notes.md` is as good a place as any.

```python
def compare(left: str, right: str) -> bool:
    return left.strip() == right.strip()
```

| Kind | Follows on | Answers |
|---|---|---|
| base | yes | by chance |
| instruct | seldom | yes |

If you tell me a little more about what you have in mind, I can go into detail. """

THOUGHT = "The person asks something open. A short answer first, then an ordered list; keep the tone friendly. "

_PIECE = re.compile(r"\n+|[^\S\n]?[^\s]{1,6}|[^\S\n]")


def split(text: str) -> list[str]:
    """The text in pieces about as long as a tokenizer's; joined they are the text."""
    return _PIECE.findall(text)


def endless(text: str) -> Iterator[str]:
    """The text's pieces over and over."""
    return itertools.cycle(split(text))


def marks(pieces: Iterator[str], every: int) -> Iterator[str]:
    """The pieces, with every so-manyth replaced by a mark that says when it was made.

    A mark is `⟦<time.monotonic_ns()>⟧`, in the clock that all processes of the machine share, so that whoever sees it
    on a screen knows how old it is.
    """
    for index, piece in enumerate(pieces, 1):
        yield f"⟦{time.monotonic_ns()}⟧" if index % every == 0 else piece
