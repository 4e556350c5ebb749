"""English endings for the generator: plurals, articles and the forms of verbs."""

from functools import cache

_PLURALS = {
    "child": "children", "man": "men", "woman": "women", "foot": "feet", "tooth": "teeth", "mouse": "mice",
    "goose": "geese", "person": "people", "knife": "knives", "wife": "wives", "life": "lives", "leaf": "leaves",
    "wolf": "wolves", "shelf": "shelves", "loaf": "loaves", "half": "halves", "thief": "thieves", "calf": "calves",
    "scarf": "scarves", "sheep": "sheep", "fish": "fish", "deer": "deer", "salmon": "salmon", "ox": "oxen",
    "potato": "potatoes", "tomato": "tomatoes", "hero": "heroes", "volcano": "volcanoes", "policeman": "policemen",
    "policewoman": "policewomen", "fireman": "firemen", "fisherman": "fishermen", "snowman": "snowmen", "photo": "photos",
    "piano": "pianos", "radio": "radios", "aircraft": "aircraft", "series": "series", "species": "species",
    "grandchild": "grandchildren", "postman": "postmen", "salesman": "salesmen", "dwarf": "dwarves", "elf": "elves",
    "quiz": "quizzes", "echo": "echoes", "mosquito": "mosquitoes", "sheriff": "sheriffs", "crew": "crews",
}  # fmt: skip

# base: (past, participle); everything else is regular.
_IRREGULAR = {
    "be": "was been", "beat": "beat beaten", "become": "became become", "begin": "began begun", "bend": "bent bent",
    "bite": "bit bitten", "bleed": "bled bled", "blow": "blew blown", "break": "broke broken", "bring": "brought brought",
    "build": "built built", "burn": "burnt burnt", "buy": "bought bought", "catch": "caught caught",
    "choose": "chose chosen", "come": "came come", "cost": "cost cost", "cut": "cut cut", "dig": "dug dug",
    "do": "did done", "draw": "drew drawn", "drink": "drank drunk", "drive": "drove driven", "eat": "ate eaten",
    "fall": "fell fallen", "feed": "fed fed", "feel": "felt felt", "fight": "fought fought", "find": "found found",
    "fly": "flew flown", "forget": "forgot forgotten", "freeze": "froze frozen", "get": "got got", "give": "gave given",
    "go": "went gone", "grind": "ground ground", "grow": "grew grown", "hang": "hung hung", "have": "had had",
    "hear": "heard heard", "hide": "hid hidden", "hit": "hit hit", "hold": "held held", "hurt": "hurt hurt",
    "keep": "kept kept", "know": "knew known", "lay": "laid laid", "lead": "led led", "leave": "left left",
    "lend": "lent lent", "let": "let let", "light": "lit lit", "lose": "lost lost", "make": "made made",
    "mean": "meant meant", "meet": "met met", "pay": "paid paid", "put": "put put", "read": "read read",
    "ride": "rode ridden", "ring": "rang rung", "run": "ran run", "say": "said said", "see": "saw seen",
    "sell": "sold sold", "send": "sent sent", "set": "set set", "sew": "sewed sewn", "shake": "shook shaken",
    "shoot": "shot shot", "show": "showed shown", "shut": "shut shut", "sing": "sang sung", "sink": "sank sunk",
    "sit": "sat sat", "sleep": "slept slept", "speak": "spoke spoken", "spend": "spent spent", "spin": "spun spun",
    "split": "split split", "spread": "spread spread", "stand": "stood stood", "steal": "stole stolen",
    "stick": "stuck stuck", "strike": "struck struck", "string": "strung strung", "swim": "swam swum",
    "take": "took taken", "teach": "taught taught", "tear": "tore torn", "tell": "told told", "think": "thought thought",
    "throw": "threw thrown", "understand": "understood understood", "upset": "upset upset", "wake": "woke woken",
    "wear": "wore worn", "weave": "wove woven", "win": "won won", "wind": "wound wound", "write": "wrote written",
    "rewrite": "rewrote rewritten", "reset": "reset reset", "forgive": "forgave forgiven", "overtake": "overtook overtaken",
    "sweep": "swept swept", "swing": "swung swung", "hack": "hacked hacked", "bake": "baked baked",
}  # fmt: skip
_DOUBLE = frozenset(
    "stop cut hit ship plan chop whip dig drop grab rob stab shop trim zip wrap pat pet hug jog knit knot mop plug rip "
    "rub scan scrub set sit skip slip snap spin split step stir strip swap swim tap tip top trap win run get put let "
    "beg dip fit flip grip hop kidnap log mug nap net pin pop bug hum jam program refer spot tag debug unplug unclog forget begin shut "
    "transfer wed occur blog chat drag shut clap upset reset bet".split()
)


@cache
def plural(noun: str) -> str:
    """The plural of a noun or of the last word of a noun phrase."""
    if " of " in noun:
        first, _, rest = noun.partition(" of ")
        return f"{plural(first)} of {rest}"
    head, blank, last = noun.rpartition(" ")
    if last in _PLURALS:
        return head + blank + _PLURALS[last]
    if last.endswith(("s", "x", "z", "ch", "sh")):
        return noun + "es"
    if last.endswith("y") and last[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


@cache
def article(phrase: str) -> str:
    """The phrase with "a" or "an" before it."""
    low = phrase.lower()
    if low.startswith(("hour", "honest", "heir")):
        return "an " + phrase
    if low.startswith(("uni", "use", "eu", "one ", "once", "ukulele", "user")) and not low.startswith("unin"):
        return "a " + phrase
    return ("an " if low[:1] in "aeiou" else "a ") + phrase


@cache
def third(verb: str) -> str:
    """The form of a verb after *he* or *she*."""
    if verb == "be":
        return "is"
    if verb == "have":
        return "has"
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


@cache
def past(verb: str) -> str:
    """The simple past."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb].split()[0]
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    return verb + (verb[-1] if verb in _DOUBLE else "") + "ed"


@cache
def participle(verb: str) -> str:
    """The past participle."""
    return _IRREGULAR[verb].split()[1] if verb in _IRREGULAR else past(verb)


@cache
def gerund(verb: str) -> str:
    """The form in *-ing*."""
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")) and verb != "be":
        return verb[:-1] + "ing"
    return verb + (verb[-1] if verb in _DOUBLE else "") + "ing"
