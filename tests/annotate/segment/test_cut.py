"""Cutting: nothing lost, nothing blank, nothing whole cut apart, cuts where a reader expects."""

import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.segment import CUTTERS, cut, parse_segmentation
from schemas import StepKind

DATA = Path(__file__).parents[3].parent / "shared" / "data"
WAYS = [*(name for name in CUTTERS if name != "pieces"), "pieces:1", "pieces:3", "pieces:8"]
FRAGMENTS = st.sampled_from(
    [
        "\n", "\n\n", " ", "\t", "\r\n", "a", "B.", "x = 1", "3. ", "Step 1:", "**Step 2.**",
        "$", "$$", "\\[", "\\]", "\\(", "\\)", "\\begin{align*}", "\\end{align*}", "```", "```py\n",
        "`", "[asy]", "[/asy]", "<think>", "</think>", "<paragraph_1>", "</paragraph_1>", "\\$",
        "\\\\", "。", "!", "?", "\u2028", "\x0b", "é",
    ]
)  # fmt: skip
TEXTS = st.lists(FRAGMENTS, max_size=30).map("".join) | st.text(max_size=60)


def texts(text: str, way: str) -> list[str]:
    """Return the pieces' texts."""
    return [piece.text for piece in cut(text, parse_segmentation(way))]


@given(text=TEXTS, way=st.sampled_from(WAYS))
def test_the_pieces_joined_give_the_text_back(text: str, way: str) -> None:
    """No way of cutting loses, adds or moves a character."""
    assert "".join(texts(text, way)) == text


@given(text=TEXTS, way=st.sampled_from(WAYS))
def test_no_piece_is_blank_unless_the_whole_text_is(text: str, way: str) -> None:
    """White space attaches to a neighbour; a blank text is one piece."""
    pieces = texts(text, way)

    assert all(piece.strip() for piece in pieces) if text.strip() else [text] == pieces


@given(text=TEXTS, way=st.sampled_from(WAYS))
def test_delimiters_end_the_piece_before_them(text: str, way: str) -> None:
    """No piece but the first begins with a line end."""
    assert not any(piece.startswith("\n") for piece in texts(text, way)[1:])


@given(
    words=st.lists(st.sampled_from(["a", "b c", "1.5", "\n", "\n\n", " ", "Step 1: ", "x."])),
    way=st.sampled_from(["blank-line", "line", "step-n", "sentence", "paragraph-tags"]),
)
def test_cutting_a_piece_again_gives_it_back(words: list[str], way: str) -> None:
    """A piece holds no further boundary of the way that made it."""
    for piece in texts("".join(words), way):
        assert [piece] == texts(piece, way)


@given(text=TEXTS, n=st.integers(1, 9))
def test_pieces_are_at_most_as_many_as_asked_for_in_each_part(text: str, n: int) -> None:
    """A text without thought gives at most n pieces, cut where AUTO cuts."""
    plain = text.replace("think>", "")
    pieces = texts(plain, f"pieces:{n}")
    natural = texts(plain, "auto")
    ends = {len("".join(natural[: i + 1])) for i in range(len(natural))}

    assert len(pieces) <= n
    assert {len("".join(pieces[: i + 1])) for i in range(len(pieces))} <= ends


WHOLE = [
    "$$\na\n\nb\n$$",
    "\\[\nx\n\n= 1. Then\n\\]",
    "\\begin{align*}\na &= b \\\\\n\nc &= d\n\\end{align*}",
    "\\begin{cases} \\begin{matrix} a\n\nb \\end{matrix}\n\nc \\end{cases}",
    "```python\nx = 1\n\n# Step 1: y\ny = 2. Z\n```",
    "~~~\na\n\nb\n~~~",
    "````\n```\n\n```\n````",
    "$a.\nB = 1$",
    "\\(a.\nB\\)",
    "[asy]\nsize(3);\n\ndraw((0,0)--(1,1));\n[/asy]",
    "`f. X`",
]


@pytest.mark.parametrize("whole", WHOLE)
@pytest.mark.parametrize("way", ["auto", "blank-line", "line", "sentence", "step-n", "pieces:9"])
def test_mathematics_and_code_stay_whole(whole: str, way: str) -> None:
    """Each such block lies inside one piece, whatever stands around it."""
    text = f"Before.\n\nStep 1: We see\n{whole}\n\nStep 2: After it. Done.\n\nEnd."

    assert any(whole in piece for piece in texts(text, way))


@pytest.mark.parametrize(
    ("text", "way", "expected"),
    [
        ("a\n\nb\n \nc", "blank-line", ["a\n\n", "b\n \n", "c"]),
        ("\n\na\n\n\n\nb\n\n", "blank-line", ["\n\na\n\n\n\n", "b\n\n"]),
        ("a\nb\n\nc\n", "line", ["a\n", "b\n\n", "c\n"]),
        ("a\r\n\r\nb", "blank-line", ["a\r\n\r\n", "b"]),
        ("  indented\n\n  too", "blank-line", ["  indented\n\n", "  too"]),
        ("See.\nStep 1: a\nb\nStep 2: c", "step-n", ["See.\n", "Step 1: a\nb\n", "Step 2: c"]),
        ("**Step 1.** a\n**Step 2:** b", "step-n", ["**Step 1.** a\n", "**Step 2:** b"]),
        ("### Step 1\na\n### Step 2\nb", "step-n", ["### Step 1\na\n", "### Step 2\nb"]),
        ("Step 10 - a\nstep 11) b", "step-n", ["Step 10 - a\n", "step 11) b"]),
        ("Step 1 was easy.\nStep 2 of it too.", "step-n", ["Step 1 was easy.\nStep 2 of it too."]),
        ("As in Step 1: a\nb", "step-n", ["As in Step 1: a\nb"]),
        ("步骤1\uff1a好\n第2步 好", "step-n", ["步骤1\uff1a好\n", "第2步 好"]),
        ("1. a\n2. b", "step-n", ["1. a\n2. b"]),
        ("3.5 m. So e.g. this. Is it? Yes!", "sentence",
         ["3.5 m. ", "So e.g. this. ", "Is it? ", "Yes!"]),
        ("Mr. Smith has $5. He has $6.", "sentence", ["Mr. Smith has $5. ", "He has $6."]),
        ("See Fig. 3 and eq. (2). The answer is no. Then go.", "sentence",
         ["See Fig. 3 and eq. (2). ", "The answer is no. ", "Then go."]),
        ("1. One thing. 2 more.\n2. Two.", "sentence", ["1. One thing. ", "2 more.\n", "2. Two."]),
        ("Thus $x = 1$. $y = 2$ too.", "sentence", ["Thus $x = 1$. ", "$y = 2$ too."]),
        ('He said "no." Then left.', "sentence", ['He said "no." ', "Then left."]),
        ("Wait... What? a b", "sentence", ["Wait... ", "What? a b"]),
        ("好。对\uff01是", "sentence", ["好。", "对\uff01", "是"]),
        ("hard\nwrapped. Next:\nlist", "sentence", ["hard\nwrapped. ", "Next:\n", "list"]),
        (
            "<paragraph_1>\na\n\nb\n</paragraph_1>\n\n<paragraph_2>\nc\n</paragraph_2>\nend",
            "paragraph-tags",
            ["<paragraph_1>\na\n\nb\n</paragraph_1>\n\n",
             "<paragraph_2>\nc\n</paragraph_2>\n", "end"],
        ),
        ("costs $5\n\nand $6\n\nnow", "blank-line", ["costs $5\n\n", "and $6\n\n", "now"]),
        ("an open \\[ x\n\nb", "blank-line", ["an open \\[ x\n\n", "b"]),
        ("a line \\\\[2pt]\n\nb \\]", "blank-line", ["a line \\\\[2pt]\n\n", "b \\]"]),
        ("an open ``` here\n\nb", "blank-line", ["an open ``` here\n\n", "b"]),
        ("```\nopen\n\nb", "blank-line", ["```\nopen\n\n", "b"]),
        ("one $$ alone\n\nb", "blank-line", ["one $$ alone\n\n", "b"]),
    ],
)  # fmt: skip
def test_a_text_is_cut_where_a_reader_would(text: str, way: str, expected: list[str]) -> None:
    """Hand-made examples of every way."""
    assert expected == texts(text, way)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<think>a\n\nb</think>\n\nc\n\nd", ["<think>a\n\n", "b</think>\n\n", "c\n\n", "d"]),
        ("<paragraph_1>a\n\nb</paragraph_1>", ["<paragraph_1>a\n\nb</paragraph_1>"]),
        ("Step 1: a\n\nb\nStep 2: c", ["Step 1: a\n\nb\n", "Step 2: c"]),
        ("Step 1: a\n\nb", ["Step 1: a\n\n", "b"]),
        ("a\nb\n\nc", ["a\nb\n\n", "c"]),
        ("a\nb\nc", ["a\n", "b\n", "c"]),
        ("a\nb\n\n", ["a\n", "b\n\n"]),
        ("alone", ["alone"]),
    ],
)
def test_auto_follows_the_structure_that_the_text_shows(text: str, expected: list[str]) -> None:
    """Think tags come before paragraph tags, headings, blank lines and lines."""
    assert expected == texts(text, "auto")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("<think>\n\na\n\nb\n\n</think>\n\nc", "TTR"),
        ("a\n\nb\n</think>\nc", "TTR"),
        ("<think>a\n\nb", "TT"),
        ("<think>\n\n</think>\n\nc", "TR"),
        ("hello <think>a</think> c <think>b</think>", "RTRT"),
        ("<|begin_of_thought|>a<|end_of_thought|>b", "TR"),
        ("no thought", "R"),
        ("<think></think>", "T"),
    ],
)
def test_thought_is_told_from_response(text: str, kinds: str) -> None:
    """What stands between thinking tags, also half-open ones, is THOUGHT."""
    letters = {StepKind.THOUGHT: "T", StepKind.RESPONSE: "R"}

    assert kinds == "".join(letters[p.kind] for p in cut(text, parse_segmentation("think")))


def test_thinking_tags_alone_are_no_step() -> None:
    """The tags belong to the first and last thought."""
    pieces = texts("<think>\n\na\n\nb\n\n</think>\n\nc", "think")

    assert pieces == ["<think>\n\na\n\n", "b\n\n</think>\n\n", "c"]


def test_pieces_are_of_about_equal_length() -> None:
    """Eight equal lines make four pairs, and one long line stands alone."""
    assert texts("a\nb\nc\nd\ne\nf\ng\nh\n", "pieces:4") == ["a\nb\n", "c\nd\n", "e\nf\n", "g\nh\n"]
    assert [f"{'x' * 90}\n", "a\nb\nc"] == texts(f"{'x' * 90}\na\nb\nc", "pieces:2")


def test_thought_and_response_are_never_merged() -> None:
    """One piece asked for gives one per part."""
    pieces = cut("<think>a\n\nb</think>c\n\nd", parse_segmentation("pieces:1"))

    assert [piece.kind for piece in pieces] == [StepKind.THOUGHT, StepKind.RESPONSE]


HUGE = 150_000


@pytest.mark.parametrize(
    "unit",
    ["$", "$ ", "$a ", "$$ a\n\n", "\\begin{a}", "\\[", "```\n", "````a\n```\n", "`", ".", ". ",
     "\n", "\n ", "<think>", "</think>", "<think>a</think> ", "Step 1:\n", "*", "#",
     "<paragraph_1>a", "word "],
)  # fmt: skip
def test_adversarial_texts_are_cut_in_linear_time(unit: str) -> None:
    """150 kB of nothing but delimiters is cut in seconds, losing nothing."""
    text = unit * (HUGE // len(unit))
    start = time.perf_counter()
    joined = ["".join(texts(text, way)) for way in ("auto", "sentence")]

    assert [text, text] == joined
    assert time.perf_counter() - start < 30


def solutions() -> Iterator[str]:
    """Yield the solutions of the development data as texts."""
    with gzip.open(DATA / "steps" / "dev.jsonl.gz", "rt") as lines:
        for line in lines:
            yield "\n\n".join(json.loads(line)["steps"])
    with gzip.open(DATA / "steps" / "dev_gsm8k_model_solutions.jsonl.gz", "rt") as lines:
        for line in lines:
            for value in json.loads(line).values():
                if isinstance(value, dict):
                    yield value["solution"]


@pytest.mark.skipif(not DATA.exists(), reason="the development data is not beside the project")
def test_every_solution_of_the_development_data_is_cut_without_loss() -> None:
    """13,694 real solutions come back exactly from two ways and a third in turn, none blank."""
    ways = [parse_segmentation(way) for way in WAYS]
    always = [parse_segmentation("auto"), parse_segmentation("sentence")]
    count = 0
    for text in solutions():
        count += 1
        for how in (*always, ways[count % len(ways)]):
            pieces = [piece.text for piece in cut(text, how)]
            assert text == "".join(pieces)
            assert all(piece.strip() for piece in pieces)

    assert count == 10_850 + 4 * 711
