"""Makes lessons and exercises from a text: plain Python, no model, no network."""

import re
from dataclasses import dataclass

LABELS = ("A", "B", "C", "D")


@dataclass(frozen=True)
class Section:
    title: str
    paragraphs: list[str]


def read_sections(text: str, wanted: int) -> list[Section]:
    """Cuts a text into at most `wanted` sections: along its second-level headings, or evenly where it has none."""
    if not re.search(r"^## ", text, flags=re.MULTILINE):
        return cut_evenly(text, wanted)
    sections = []
    for part in re.split(r"^## +", text, flags=re.MULTILINE):
        title, _, rest = part.strip().partition("\n")
        paragraphs = split_paragraphs(rest)
        if paragraphs:
            sections.append(Section(title.lstrip("# ").strip(), paragraphs))
    if not sections:
        raise ValueError("The text has no section with a heading and a paragraph.")
    return sections[:wanted]


def split_paragraphs(text: str) -> list[str]:
    return [paragraph.strip() for paragraph in text.split("\n\n") if paragraph.strip()]


def cut_evenly(text: str, wanted: int) -> list[Section]:
    paragraphs = split_paragraphs(text)
    if not paragraphs:
        raise ValueError("The text is empty.")
    size = -(-len(paragraphs) // wanted)
    groups = [paragraphs[start : start + size] for start in range(0, len(paragraphs), size)]
    return [Section(" ".join(group[0].split()[:6]), group) for group in groups]


def split_sentences(paragraphs: list[str]) -> list[str]:
    return [
        sentence.strip()
        for paragraph in paragraphs
        for sentence in re.split(r"(?<=[.!?])\s+", paragraph)
        if len(sentence.split()) >= 6
    ]


def long_words(sentence: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Za-z]{5,}", sentence)]


def lesson_body(section: Section) -> list[dict]:
    """The block tree that Coursewright stores: one heading, then the paragraphs as quotes."""
    heading = {"type": "heading", "level": 2, "text": section.title}
    paragraphs = [
        {"type": "paragraph", "spans": [{"text": text, "kind": "quote", "reference": None}]}
        for text in section.paragraphs
    ]
    return [heading, *paragraphs]


def gap_exercises(section: Section, limit: int = 3) -> list[dict]:
    """Multiple choice: which of four words of the section stood in the gap?"""
    sentences = split_sentences(section.paragraphs)
    vocabulary = sorted({word for sentence in sentences for word in long_words(sentence)})
    exercises = []
    for sentence in sentences:
        words = long_words(sentence)
        others = [word for word in vocabulary if word not in words]
        if not words or len(others) < 3:
            continue
        key = max(words, key=len)
        exercises.append(_gap_exercise(len(exercises) + 1, sentence, key, others))
        if len(exercises) == limit:
            break
    return exercises


def _gap_exercise(number: int, sentence: str, key: str, others: list[str]) -> dict:
    step = max(1, len(others) // 3)
    texts = [others[0], others[step % len(others)], others[(2 * step) % len(others)]]
    if len(set(texts)) < 3:
        texts = others[:3]
    texts.insert(number % 4, key)
    options = [
        {
            "label": label,
            "text": text,
            "is_key": text == key,
            "rationale": "The text has this word here." if text == key else "The text has another word here.",
        }
        for label, text in zip(LABELS, texts, strict=True)
    ]
    stem = re.sub(rf"\b{key}\b", "_____", sentence, count=1, flags=re.IGNORECASE)
    return {
        "id": f"ex_{number}",
        "kind": "multiple_choice",
        "category": "comprehension",
        "stem": f"Which word fits into the gap? {stem}",
        "options": options,
        "learning_objective_id": "lo_1",
        "bloom_level": "Recall",
        "difficulty": "easy",
        "evidence": {"quote": sentence, "reference": None},
        "review": "draft",
    }
