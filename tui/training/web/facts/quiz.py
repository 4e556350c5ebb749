"""Pages about facts: quizzes, questions and answers, encyclopedia stubs, tests, flash cards."""

from collections.abc import Callable

from training.web.facts.wordings import Wordings, asked, several, some, typed, wordings
from training.web.grammar import Draw, Grammar

_LABELS = (
    ("Q:", "A:"),
    ("Q:", "A:"),
    ("Q:", "A:"),
    ("Question:", "Answer:"),
    ("Q.", "A."),
    ("q:", "a:"),
    ("Quiz:", "Reply:"),
)


def _long(page: Draw, words: Wordings, answer: str) -> str:
    """A short answer as it stands, with a full stop, or as a sentence."""
    style = page.rng.random()
    if style < 0.5 or answer != words.answer:
        return answer + page.pick(("", "", ".", "."))
    if style < 0.9:
        return page.pick(words.say)
    return f"{answer}. {page.pick(words.say)}"


def _title(page: Draw) -> str:
    return page.text(
        page.pick(
            (
                "Quiz\n\n", "{C:theme} quiz\n\n", "Pub quiz, {date}\n\n", "Questions and answers\n\n", "", "", "", "",
                "Quiz {int:1-90}\n\n", "{first}'s quiz\n\n", "Trivia\n\n", "General knowledge\n\n", "{T:title}\n\n",
                "FAQ\n\n", "Homework for {day}\n\n", "Test\nName: {first}\n\n", "Quiz night in {town}\n\n",
            )
        )
    )  # fmt: skip


def _marks(page: Draw, n: int) -> list[str]:
    style = page.number(0, 6)
    if style < 2:
        return [f"{i}. " for i in range(1, n + 1)]
    if style == 2:
        return [f"{i}) " for i in range(1, n + 1)]
    if style == 3:
        return [page.pick(("- ", "* ", "• "))] * n
    return [""] * n


def questions(page: Draw) -> str:
    """A list of questions without answers; the answers may come far below."""
    n = page.number(8, 26)
    asks = [asked(page) for _ in range(n)]
    styles: tuple[Callable[[str], str], ...] = (str, str, str.lower, str.lower, _plain, _plain)
    style = page.pick(styles)
    marks = _marks(page, n)
    gap = page.pick(("\n", "\n", "\n\n", " ")) if not marks[0] else "\n"
    mixed = page.chance(0.3)
    lines = [
        m + style(page("s_ask") if mixed and page.chance(0.4) else q) for m, (q, _, _) in zip(marks, asks, strict=True)
    ]
    text = _title(page) + gap.join(lines)
    ending = page.rng.random()
    if ending < 0.3 and not mixed:
        text += "\n\nAnswers\n" + "\n".join(f"{i}. {a}" for i, (_, a, _) in enumerate(asks, 1))
    elif ending < 0.6:
        text += "\n\n" + page("para")
    return text + "\n\n" + page.pick((more_questions, stub, page_para, forum_end))(page)


def _plain(text: str) -> str:
    return text.lower().rstrip("?.")


def more_questions(page: Draw) -> str:
    """Further questions, as a page's footer has them."""
    head = page.pick(
        ("More questions", "Related questions", "People also ask", "Next", "Other questions", "Read also", "")
    )
    return head + "\n" + "\n".join(typed(page, asked(page)[0]) for _ in range(page.number(4, 12)))


def page_para(page: Draw) -> str:
    """Some paragraphs on the page's theme."""
    return page("para") + "\n\n" + page("para")


def forum_end(page: Draw) -> str:
    """Posts below a page."""
    return page.text("Comments\n\n{forum_reply*2-4|p}")


def scaffold(page: Draw) -> str:
    """Q: and A:, over and over."""
    ask, answer = page.pick(_LABELS)
    join = page.pick(("\n", "\n", "\n", " "))
    gap = page.pick(("\n", "\n\n", "\n\n"))
    low = page.chance(0.2)
    parts = []
    for _ in range(page.number(12, 40)):
        question, short, words = asked(page)
        reply = _long(page, words, short)
        if page.chance(0.1):
            question, reply = page("s_ask"), page("s_is")
        parts.append(f"{ask} {_plain(question) if low else question}{join}{answer} {reply.lower() if low else reply}")
    head = "" if page.chance(0.7) else _title(page)
    return head + gap.join(parts)


def answered(page: Draw) -> str:
    """Questions, each with its answer, without labels."""
    style = page.number(0, 6)
    lines = []
    for i in range(1, page.number(8, 20)):
        question, short, words = asked(page)
        reply = _long(page, words, short)
        lines.append(
            (
                f"{question}\n{reply}", f"{question} {reply}", f"{i}. {question} {reply}", f"{question} ({short})",
                f"{_plain(question)} - {short}", f"- {question} {reply}", f"{i}) {question}\n   {reply}",
            )[style]
        )  # fmt: skip
    gap = "\n\n" if style == 0 else "\n"
    return _title(page) + gap.join(lines) + "\n\n" + page.pick((more_questions, page_para, stub))(page)


def bare(page: Draw) -> str:
    """A page that begins with a question and goes on somewhere."""
    question, short, words = asked(page)
    start = typed(page, question)
    rest: Callable[[Draw], str] = page.pick((more_questions, stub, page_para, forum_end, questions, more_questions))
    style = page.rng.random()
    if style < 0.3:
        lines = [typed(page, asked(page)[0]) for _ in range(page.number(5, 16))]
        return "\n".join([start, *lines]) + "\n\n" + rest(page)
    if style < 0.45:
        lines = [asked(page)[0] for _ in range(page.number(3, 9))]
        return " ".join([start, *lines]) + "\n\n" + rest(page)
    if style < 0.7:
        posts = []
        for _ in range(page.number(2, 6)):
            view = page.pick(words.say) if page.chance(0.5) else page("s_short") + " " + page("s_post")
            posts.append(page.text("{post_head}\n") + view + " " + page("post"))
        return start + "\n\n" + "\n\n".join(posts) + "\n\n" + rest(page)
    if style < 0.85:
        return f"{start}\n\n{_long(page, words, short)} {_facts(page, 3)}\n\n{rest(page)}\n\n{page('para')}"
    options = "\n".join(_options(page, words))
    return f"{start}\n{options}\n\n{multiple(page)}"


def _facts(page: Draw, n: int) -> str:
    return " ".join(page.pick(w.say) for w in several(page, n))


def _options(page: Draw, words: Wordings) -> list[str]:
    peers = wordings()[words.fact.relation]
    answers = [words.answer]
    for _ in range(12):
        other = page.pick(peers).answer
        if other not in answers:
            answers.append(other)
        if len(answers) == 4:
            break
    page.rng.shuffle(answers)
    form = page.pick(("{}) {}", "{}. {}", "({}) {}", "{}: {}"))
    letters = page.pick(("ABCD", "abcd"))
    return [form.format(letter, answer) for letter, answer in zip(letters, answers, strict=False)]


def multiple(page: Draw) -> str:
    """A multiple-choice test."""
    parts = []
    reveal = page.chance(0.6)
    for i, words in enumerate(several(page, page.number(4, 9)), 1):
        options = _options(page, words)
        text = f"{i}. {page.pick(words.ask)}\n" + "\n".join(options)
        parts.append(text + (f"\nAnswer: {words.answer}" if reveal else ""))
    return _title(page) + "\n\n".join(parts)


def stub(page: Draw) -> str:
    """A paragraph or two of an encyclopedia."""
    words = some(page)
    head = page.pick((words.fact.subject.removeprefix("the "), words.answer, "Did you know?", "Facts", "Notes"))
    first = " ".join(dict.fromkeys(page.pick(words.say) for _ in range(page.number(1, 3))))
    peers = [page.pick(wordings()[words.fact.relation]) for _ in range(page.number(2, 5))]
    rest = " ".join(dict.fromkeys(page.pick(w.say) for w in peers))
    more = f"{page('s_is')} {_facts(page, page.number(2, 5))}"
    return f"{head[:1].upper() + head[1:]}\n\n{first} {page('s_is')} {rest}\n\n{more}"


def encyclopedia(page: Draw) -> str:
    """Several stubs, one after the other."""
    return "\n\n".join(stub(page) for _ in range(page.number(3, 6)))


def listing(page: Draw) -> str:
    """Facts as a table, a list or a file: no sentences at all."""
    relation = page.pick([r for r in wordings() if r not in ("plus", "minus") or page.chance(0.5)])
    items = list(wordings()[relation])
    page.rng.shuffle(items)
    items = items[: page.number(8, 24)]
    style = page.number(0, 7)
    low = relation if relation not in ("plus", "minus") else "sum"
    pairs = [(w.fact.subject, w.fact.answer) for w in items]
    shapes = (
        "{} - {}",
        "{}: {}",
        "{}, {}",
        "{} | {}",
        "{} = {}",
        "{} -> {}",
        "{}\t{}",
        '{{"subject": "{}", "answer": "{}"}}',
    )
    body = "\n".join(shapes[style].format(s, a) for s, a in pairs)
    head = {2: f"subject,{low}\n", 3: f"subject | {low}\n---|---\n"}.get(
        style, page.pick(("", f"{low.capitalize()}\n\n"))
    )
    return head + body + "\n\n" + page.pick((stub, more_questions, scaffold, page_para))(page)


def sentences(page: Draw) -> str:
    """Facts as sentences, one on a line, in a row, or with the theme's sentences between."""
    says = [page.pick(some(page).say) for _ in range(page.number(12, 26))]
    style = page.number(0, 3)
    if style == 0:
        return "\n".join(says) + "\n\n" + more_questions(page)
    if style == 1:
        return "\n".join(f"{i}. {s}" for i, s in enumerate(says, 1)) + "\n\n" + page_para(page)
    parts = [" ".join(says[i : i + 4]) + " " + page("s_any") for i in range(0, len(says), 4)]
    return "\n\n".join(parts)


def classroom(page: Draw) -> str:
    """A teacher asks and pupils answer."""
    names = [page("first") for _ in range(4)]
    lines = []
    for _ in range(page.number(7, 14)):
        question, short, words = asked(page)
        who = page.pick(names)
        lines.append(f"Teacher: {page.pick(('', '', who + ', ', 'Next question. '))}{question}")
        lines.append(f"{who}: {_long(page, words, short)}")
        if page.chance(0.35):
            lines.append(
                "Teacher: " + page.pick(("Right.", "Very good.", "Correct!", "Well done.", "Yes.", "Thank you."))
            )
        if page.chance(0.2):
            lines.append(f"{page.pick(names)}: {page('s_post')}")
    return _title(page) + "\n".join(lines)


def few_shots(page: Draw) -> str:
    """Lines of one pattern, over and over."""
    relation = page.pick(list(wordings()))
    ask, answer = page.pick(
        (
            ("Input", "Output"),
            ("Question", "Answer"),
            ("Q", "A"),
            ("Word", "Answer"),
            ("Subject", relation.capitalize()),
        )
    )
    shape = page.number(0, 3)
    lines = []
    items = wordings()[relation]
    for _ in range(min(page.number(14, 40), 3 * len(items))):
        words = page.pick(items)
        question = words.fact.subject if ask in ("Word", "Subject", "Input") else words.ask[shape]
        lines.append(f"{ask}: {question}\n{answer}: {words.answer}")
    return "\n".join(lines) if page.chance(0.6) else "\n\n".join(lines)


KINDS: dict[str, tuple[int, Callable[[Draw], str]]] = {
    "questions": (9, questions),
    "bare question": (16, bare),
    "scaffold": (10, scaffold),
    "answered": (7, answered),
    "multiple choice": (3, multiple),
    "encyclopedia": (7, encyclopedia),
    "listing": (4, listing),
    "fact sentences": (5, sentences),
    "classroom": (3, classroom),
    "few shots": (3, few_shots),
}


def install(grammar: Grammar) -> None:
    """Make questions, statements and search words about facts rules of the grammar."""
    grammar.native("factask", lambda page, _: typed(page, asked(page)[0]))
    grammar.native("factsay", lambda page, _: page.pick(some(page, 0.03).say))
    grammar.native("factshort", lambda page, _: page.pick(some(page).short))
