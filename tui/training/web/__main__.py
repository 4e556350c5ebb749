"""Prints pages, or figures about them: `python -m training.web --seed 1 --pages 20 [--figures] [--kind forum]`."""

import argparse
import re
from collections import Counter
from itertools import islice

from training.web import pages

_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?")


def main() -> None:
    """Read the command line and print."""
    parser = argparse.ArgumentParser(prog="training.web")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--kind", help="only pages of this kind")
    parser.add_argument("--figures", action="store_true", help="characters by kind, distinct and rare words; no pages")
    options = parser.parse_args()
    found = islice((p for p in pages(options.seed) if options.kind in (None, p.kind)), options.pages)
    if not options.figures:
        for page in found:
            print(f"======== {page.kind}, {len(page.text)} characters\n{page.text}\n")
        return
    sizes: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for page in found:
        sizes[page.kind] += len(page.text)
        counts[page.kind] += 1
        words.update(_WORD.findall(page.text.lower()))
    total = sum(sizes.values())
    for kind, size in sizes.most_common():
        print(f"{kind:16} {counts[kind]:6} pages  {size / total:6.1%}  {size / counts[kind]:7.0f} characters each")
    often = sum(count >= 50 for count in words.values())
    print(f"{total} characters, {len(words)} distinct words, {often} of them 50 times or more")
    rare = _asked_words(options.seed)
    print("rare here but asked:", " ".join(w for w, _ in rare.most_common() if words[w] < 5)[:3000])


def _asked_words(seed: int) -> Counter[str]:
    """The words of the instruction data's requests, if it is there."""
    try:
        from training.instruct import requests
    except ImportError:
        return Counter()
    return Counter(w for r in islice(requests(seed), 20000) for w in _WORD.findall(r.text.lower()))


if __name__ == "__main__":
    main()
